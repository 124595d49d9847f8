"""Which pages were published last, in a file below `.caresite/`: what their addresses are compared with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from caresite.core.diagnostics import Diagnostic
from caresite.core.files import write_atomically
from caresite.core.model import Output
from caresite.pipeline.catalog import Site
from caresite.pipeline.gone import PublishedPage, gone_addresses

__all__ = ["gone_since", "read_published", "record_published"]

_NAME = "published.json"


def read_published(folder: Path) -> Mapping[str, PublishedPage]:
    """Return the pages that are on record in `folder`, by their ids; none where nothing can be read."""
    try:
        return msgspec.json.decode((folder / _NAME).read_bytes(), type=dict[str, PublishedPage])
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return {}


def record_published(folder: Path, pages: Mapping[str, PublishedPage]) -> None:
    """Keep the pages that were published, in `folder`."""
    data = msgspec.json.encode(pages)
    path = folder / _NAME
    if not path.is_file() or path.read_bytes() != data:
        folder.mkdir(parents=True, exist_ok=True)
        write_atomically(path, data)


def gone_since(
    before: Mapping[str, PublishedPage], root: Path, site: Site, addresses: frozenset[str], outputs: Iterable[Output]
) -> tuple[Diagnostic, ...]:
    """Return a note for each address of `before` that nothing on the site answers now."""

    def redirects() -> str:
        if own := site.files.get("_redirects"):
            return (root / own).read_text(encoding="utf-8", errors="replace")
        return next((output.data.decode() for output in outputs if output.path == "_redirects"), "")

    return tuple(gone_addresses(site, addresses, before, redirects))
