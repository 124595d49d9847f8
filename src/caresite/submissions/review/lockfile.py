"""`consent.lock.yaml` as the review writes it: which submission may show what, and until when; nobody's name.

A build from a clone of the repository has nothing but this file and the texts to go by. So it is committed, and it
holds ids, scopes, dates and digests alone.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import yaml

from caresite.core.codes_stories import STORE_BROKEN
from caresite.core.diagnostics import Problem, Span, fault
from caresite.core.files import write_atomically
from caresite.kinds.testimonial import Speaker
from caresite.pipeline.approved import approved_digest
from caresite.submissions.public import author_of, rating_of, scopes_of, shown_of
from caresite.submissions.records import Submission
from caresite.submissions.review.guards import ends_of, granting

__all__ = ["LOCK", "Entry", "digest_of", "entry_of", "read_entries", "set_entry"]

LOCK = "consent.lock.yaml"
Entry = dict[str, Any]
_HEAD = """\
# Which submission may show what, and until when. Written by `caresite stories` when you approve or withdraw one.
# There are no names here and no addresses: only ids, dates, scopes and digests. Commit it with your content.
"""


def entry_of(item: Submission, wording: str, before: Entry | None) -> Entry | None:
    """Return what the lock says of `item` in its state, None for nothing; `before` is what it says now.

    `wording` is the id under which the text that was agreed to stands in `consent/`.
    """
    match item.moderation.state:
        case "approved":
            return _approved(item, wording)
        case "withdrawn":
            return {**(before or _approved(item, wording)), "withdrawn": _moment(item.moderation.log[-1].at)}
        case "expired":
            return before
        case _:
            return None


def _approved(item: Submission, wording: str) -> Entry:
    agreement = granting(item, "publish_text")
    ends = ends_of(item)
    approved = max((move.at for move in item.moderation.log if move.to == "approved"), default=item.imported_at)
    entry: Entry = {"scopes": list(scopes_of(item)), "approved": _moment(approved)}
    if ends:
        entry["until"] = ends
    by_parent = item.submitter.age == "parent-agreed" or (agreement is not None and agreement.given_by == "parent")
    entry["age"] = "parent-agreed" if by_parent else "adult"
    if agreement:
        entry["method"] = agreement.method
    if agreement and wording:
        entry |= {"wording": wording, "wording_sha256": agreement.wording_sha256}
    return {**entry, "digest": digest_of(item)}


def digest_of(item: Submission) -> str:
    """Return the digest of what is shown of `item`, as the build works it out of the page."""
    speaker = msgspec.convert(author_of(item), Speaker)
    return approved_digest(shown_of(item).body, rating_of(item), speaker)


def _moment(at: datetime) -> datetime:
    return at.replace(microsecond=0)


def set_entry(root: Path, item_id: str, entry: Entry | None) -> bool:
    """Write `entry` into the lock file, or take the old one out; return whether that changed anything.

    Raises Problem, and changes nothing, when the file cannot be read, such as in the middle of a merge.
    """
    path = root / LOCK
    items = read_entries(root)
    if items.get(item_id) == entry:
        return False
    items.pop(item_id, None)
    if entry is not None:
        items[item_id] = entry
    ordered = {"version": 1, "items": dict(sorted(items.items()))}
    write_atomically(path, (_HEAD + _dumped(ordered)).encode())
    return True


def read_entries(root: Path) -> dict[str, Entry]:
    """Return every entry of the lock file by its id. Raises Problem when the file cannot be read."""
    try:
        found = yaml.load((root / LOCK).read_text(encoding="utf-8-sig"), Loader=yaml.CSafeLoader)
    except FileNotFoundError:
        return {}
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        line = getattr(getattr(error, "problem_mark", None), "line", 0) + 1
        hint = "put it right by hand, or take the version from your last commit"
        raise Problem(fault(STORE_BROKEN, Span(LOCK, line), "the lock file cannot be read", hint=hint)) from None
    items = (found or {}).get("items") if isinstance(found, dict | None) else "no table"
    if not isinstance(items, dict | None):
        raise Problem(fault(STORE_BROKEN, Span(LOCK, 1), "the lock file does not hold `items`"))
    return {str(item_id): dict(entry) for item_id, entry in (items or {}).items()}


class _Dumper(yaml.CSafeDumper):
    """Writes moments as ISO 8601 has them."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


_Dumper.add_representer(
    datetime, lambda dumper, at: dumper.represent_scalar("tag:yaml.org,2002:timestamp", at.isoformat())
)


def _dumped(value: dict[str, Any]) -> str:
    style: Any = {"sort_keys": False, "allow_unicode": True, "default_flow_style": None, "width": 110}
    text: str = yaml.dump(value, Dumper=_Dumper, **style)
    return text
