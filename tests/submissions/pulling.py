"""Pulls and stores for the broken sites: what is found when something else than a build goes wrong."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib.metadata import entry_points
from pathlib import Path

from caresite.core.config import load_config
from caresite.core.diagnostics import Diagnostic, Problem, Span
from caresite.core.intake import IncomingSource
from caresite.submissions.deliveries import deliveries_at, kind_of
from caresite.submissions.inbox import Channel, channel, deliveries, intake_of, limits_of
from caresite.submissions.pull import Desk
from caresite.submissions.records import Submission, Submitter, Words
from caresite.submissions.sources.registry import GROUP, Errand, load_source
from caresite.submissions.store import Store

__all__ = ["fetched", "kept", "pulled"]

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def kept(root: Path, *, name: str, email: str, words: str = "They came at five.") -> Path:
    """Put one submission into the private store; return its file."""
    submission = Submission(
        id="00000000000000ad",
        schema=1,
        source="manual",
        received_at=NOW,
        imported_at=NOW,
        raw_sha256="0" * 64,
        submitter=Submitter(name=name, email=email),
        text=Words(body=words),
    )
    store = Store(root)
    with store.locked():
        store.add(submission)
    return store.folder / f"{submission.id}.yaml"


def pulled(root: Path, name: str) -> tuple[Diagnostic, ...]:
    """Pull a file by its name; return what was found."""
    kinds = [load_source(entry.name, Span("")) for entry in entry_points(group=GROUP)]
    kind = kind_of(root / name, kinds)
    assert kind
    found = Channel("", IncomingSource(type=kind.name), kind)
    return _taken(root, found, deliveries_at([root / name], root))


def fetched(root: Path, name: str, **environ: str) -> tuple[Diagnostic, ...]:
    """Pull a source of the config; return what was found."""
    settings, _ = load_config(root)
    found = channel(settings, name)
    errand = Errand(root=root, name=name, environ=environ, now=NOW, sleep=lambda seconds: None)
    try:
        return _taken(root, found, deliveries(found, errand))
    except Problem as problem:
        return problem.diagnostics


def _taken(root: Path, found: Channel, delivered: object) -> tuple[Diagnostic, ...]:
    settings, _ = load_config(root)
    store = Store(root)
    desk = Desk(store, limits_of(settings))
    desk.take(found.kind, delivered, intake_of(settings, root, store, found, NOW))  # type: ignore[arg-type]
    return tuple(desk.outcome.diagnostics)
