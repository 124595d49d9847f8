"""On the page: how a submission would look on the site, drawn by the site's own theme, before anybody approves it.

A site with this one text is built in a folder of its own, with the config, templates and styles of the real one, and
nothing of it is kept. So what is seen is what the next build makes, and the real site stays as it is.
"""

from __future__ import annotations

import tempfile
from datetime import datetime, tzinfo
from pathlib import Path

from msgspec.structs import replace

from caresite.core.config import NETLIFY_FILE
from caresite.engine.build import Options, build
from caresite.pipeline.gates import Gates
from caresite.submissions.records import Moderation, Submission
from caresite.submissions.review.lockfile import entry_of, set_entry
from caresite.submissions.review.publishing import pages_of, put_pages
from caresite.submissions.store import FOLDER

__all__ = ["NotShown", "page_of"]

_BORROWED = ("templates", "themes", "assets", "i18n", "data", "drawings", "plugins", NETLIFY_FILE)


class NotShown(Exception):
    """The page cannot be made; it says why, in words."""


def page_of(root: Path, item: Submission, now: datetime, zone: tzinfo) -> bytes:
    """Return the page that `item` would have if it were approved now. Raises NotShown when there would be none.

    `zone` is the site's.
    """
    with tempfile.TemporaryDirectory(prefix="caresite-page-") as folder:
        place = Path(folder)
        _borrow(root, place)
        approved = replace(item, moderation=Moderation(state="approved", log=item.moderation.log), published_as=())
        entry = {**(entry_of(approved, "", None, zone) or {})}
        entry["scopes"] = list(dict.fromkeys(("publish_text", *entry.get("scopes", ()))))
        set_entry(place, item.id, entry)
        pages = pages_of(place, approved)
        put_pages(place, pages, root / FOLDER)
        options = Options(now=now, publish=False, finish=False, gates=Gates(True, True, True))
        built = build(place, options)
    for output in built.outputs:
        if output.source in pages.texts and output.path.endswith(".html"):
            return output.data
    held = built.site.held_back if built.site else ()
    why = [each.reason for each in held] or [d.message for d in built.diagnostics if d.severity == "error"]
    raise NotShown(why[0] if why else "its kind has no page of its own on this site; it stands on the wall")


def _borrow(root: Path, place: Path) -> None:
    """Let the folder have what the site's looks are made of, without a copy."""
    for path in (*root.glob("*.yaml"), *root.glob("*.yml"), *(root / name for name in _BORROWED)):
        if path.exists() and path.name != "consent.lock.yaml":
            (place / path.name).symlink_to(path.resolve(), target_is_directory=path.is_dir())
