"""On the page: how a submission would look on the site, with the site's own theme, before anybody approves it.

A site with this one text is built in a folder of its own, with copies of the config, templates and styles of the real
one: links that lead out of a site are not followed. Nothing of it is kept, so the pictures of the submission, which no
server has, are put into the page. A tie that nobody knows yet is taken for a customer's.
"""

from __future__ import annotations

import base64
import os
import shutil
from collections.abc import Collection
from datetime import datetime, tzinfo
from pathlib import Path

from msgspec.structs import replace

from caresite.core.config import NETLIFY_FILE, load_config
from caresite.core.files import linked
from caresite.core.media_types import type_of
from caresite.core.temporary import temporary_folder
from caresite.core.walk import files_below, is_linked_theme
from caresite.engine.build import Built, Options, build
from caresite.pipeline.gates import Gates
from caresite.submissions.public import in_page_language
from caresite.submissions.records import Moderation, Submission
from caresite.submissions.review.lockfile import LOCK, entry_of, set_entry
from caresite.submissions.review.publishing import pages_of, put_pages
from caresite.submissions.store import FOLDER

__all__ = ["NotShown", "page_of"]

_BORROWED = ("templates", "themes", "assets", "i18n", "data", "drawings", "plugins", "consent")


class NotShown(Exception):
    """The page cannot be made; it says why, in words."""


def page_of(root: Path, item: Submission, now: datetime, zone: tzinfo) -> bytes:
    """Return the page that `item` would have if it were approved now. Raises NotShown when there would be none.

    `zone` is the site's.
    """
    with temporary_folder("page") as place:
        _borrow(root, place)
        approved = _as_approved(root, item)
        entry = {**(entry_of(approved, "", None, zone) or {})}
        entry["scopes"] = list(dict.fromkeys(("publish_text", *entry.get("scopes", ()))))
        set_entry(place, item.id, entry)
        pages = pages_of(place, approved)
        put_pages(place, pages, root / FOLDER)
        options = Options(now=now, publish=False, finish=False, gates=Gates(True, True, True))
        built = build(place, options)
        page = next((o for o in built.outputs if o.source in pages.texts and o.path.endswith(".html") and o.data), None)
        if page and built.site:
            return _with_pictures(page.data, built, pages.copies)
    held = built.site.held_back if built.site else ()
    why = [each.reason for each in held] or [d.message for d in built.diagnostics if d.severity == "error"]
    raise NotShown(why[0] if why else "its kind has no page of its own on this site; it stands on the wall")


def _as_approved(root: Path, item: Submission) -> Submission:
    """Return `item` as an approval would leave it, with a tie to the firm where nobody knows of one."""
    sender = item.submitter
    tied = replace(sender, relation="customer" if sender.relation == "unknown" else sender.relation)
    state = Moderation(state="approved", log=item.moderation.log)
    shown = replace(item, submitter=tied, moderation=state, published_as=())
    return in_page_language(shown, load_config(root, environ=os.environ)[0].config.language)


def _borrow(root: Path, place: Path) -> None:
    """Copy what the looks of the site at `root` are made of; a theme that stands elsewhere stays a link."""
    files = [path for path in (*root.glob("*.yaml"), *root.glob("*.yml"), root / NETLIFY_FILE) if path.is_file()]
    for name in _BORROWED:
        below, left_out = files_below(root / name, root)
        files += below
        for entry in left_out:
            if is_linked_theme(entry, root):
                link = place / "themes" / Path(entry.path).name
                link.parent.mkdir(exist_ok=True)
                link.symlink_to(Path(entry.path).resolve(), target_is_directory=True)
    for path in files:
        target = place / path.relative_to(root)
        target.parent.mkdir(parents=True, exist_ok=True)
        if path.name != LOCK and not linked(path.resolve(), target):
            shutil.copyfile(path, target)


def _with_pictures(page: bytes, built: Built, own: Collection[str]) -> bytes:
    """Return the page with the submission's pictures in it: `own` are their paths."""
    assert built.site is not None
    base = built.site.settings.base_path
    for output in built.outputs:
        address = f"{base}{output.path}".encode()
        if output.kind == "picture" and output.source in own and address in page:
            data = base64.b64encode(output.data).decode()
            page = page.replace(address, f"data:{type_of(output.path)};base64,{data}".encode())
    return page
