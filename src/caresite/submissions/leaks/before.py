"""Before: what of a submission was public already when it was taken in, and so is no secret.

It is looked for once, in the site as it was built last, in the theme, in the config and in caresite's own words, and
noted in the record as digests. So a phrase of the theme that somebody gives as a name stops no build, and a story that
repeats what the site says makes nobody look for a leak.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from msgspec.structs import replace

import caresite
from caresite.core.config import Settings
from caresite.pipeline.themes import bundled_themes
from caresite.submissions.leaks.scan import scan_file
from caresite.submissions.leaks.search import Searcher
from caresite.submissions.leaks.secrets import mark_of, secrets_of
from caresite.submissions.leaks.views import is_text_file
from caresite.submissions.listing import Summary
from caresite.submissions.store import Store

__all__ = ["note_what_was_public", "public_texts"]


def note_what_was_public(store: Store, settings: Settings, ids: Collection[str]) -> None:
    """Note in the records of `ids`, which were just taken in, what of them was public before."""
    listing = store.listing()
    if not ids:
        return
    parts = {part.id: part for item_id in ids if item_id in listing for part in _parts(listing[item_id])}
    searcher = Searcher(secrets_of(parts.values(), ()))
    if not parts or not searcher.secrets:
        return
    found: set[str] = set()
    for path, data in public_texts(store.root, settings):
        found.update(hit.item_id for hit in scan_file(path, data, searcher))
    if not found:
        return
    with store.locked():
        for item_id in ids:
            known = (
                tuple(part.id for part in _parts(listing[item_id]) if part.id in found) if item_id in listing else ()
            )
            if known:
                item, revision = store.read(item_id)
                store.replace(replace(item, public_before=known), revision)


def _parts(summary: Summary) -> Iterator[Summary]:
    """Yield each secret of a submission by itself, named by its mark."""
    alone = replace(
        summary, emails=(), phones=(), names=(), unsaid=(), sentences=(), state="pending", name_covered=False
    )
    for email in summary.emails:
        yield replace(alone, id=mark_of("email", email), emails=(email,))
    for phone in summary.phones:
        yield replace(alone, id=mark_of("phone", phone), phones=(phone,))
    for name in summary.names:
        yield replace(alone, id=mark_of("name", name), names=(name,))
    for sentence in summary.sentences:
        yield replace(alone, id=mark_of("sentence", sentence.digest), sentences=(sentence,))


def public_texts(root: Path, settings: Settings) -> Iterator[tuple[str, bytes]]:
    """Yield path and bytes of each text of the site as it was built last, of its theme and its config."""
    package = Path(caresite.__file__).parent
    folders = (
        root / settings.config.output_dir,
        root / "themes",
        root / "templates",
        bundled_themes(),
        package,
    )
    yield from ((path.name, path.read_bytes()) for path in sorted(root.glob("*.yaml")) if path.is_file())
    for folder in folders:
        for path in _files_below(folder):
            yield path.relative_to(folder).as_posix(), path.read_bytes()


def _files_below(folder: Path) -> Iterable[Path]:
    return (path for path in sorted(folder.rglob("*")) if is_text_file(path.name) and path.is_file())
