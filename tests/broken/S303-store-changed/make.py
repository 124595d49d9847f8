"""Two people who decide about the same submission."""

from __future__ import annotations

from pathlib import Path

from msgspec.structs import replace

from caresite.core.diagnostics import Diagnostic, Problem
from caresite.submissions.store import Store
from submissions.pulling import kept


def find(root: Path) -> tuple[Diagnostic, ...]:
    item_id, store = kept(root, name="Ada Quill", email="ada@customers.example").stem, Store(root)
    submission, revision = store.read(item_id)
    with store.locked():
        store.replace(replace(submission, lang="en"), revision)
        try:
            store.replace(replace(submission, lang="de"), revision)
        except Problem as problem:
            return problem.diagnostics
    return ()
