"""`consent.lock.yaml` as the review writes it: which submission may show what, and until when; nobody's name.

A build from a clone of the repository has nothing but this file and the texts to go by. So it is committed, and it
holds ids, scopes, dates and digests alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import tzinfo
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec
import yaml

from caresite.core.codes_stories import STORE_BROKEN
from caresite.core.diagnostics import Problem, Span, fault
from caresite.core.files import write_atomically
from caresite.core.model import Source
from caresite.core.yaml_bounds import load_yaml
from caresite.kinds.testimonial import Speaker
from caresite.pipeline.approved import approved_digest, approved_parts
from caresite.submissions.fold import clean_text
from caresite.submissions.public import author_of, rating_of, scopes_of, shown_of
from caresite.submissions.records import Submission
from caresite.submissions.review.guards import ends_of, granting

__all__ = ["LOCK", "Entry", "digest_of", "entry_of", "parts_of_file", "parts_to_approve", "read_entry", "set_entry"]

LOCK = "consent.lock.yaml"
Entry = dict[str, Any]
_HEAD = """\
# Which submission may show what, and until when. Written by `caresite stories` when you approve or withdraw one.
# There are no names here and no addresses: only ids, dates, scopes and digests. Commit it with your content.
"""


def entry_of(item: Submission, wording: str, before: Entry | None, zone: tzinfo) -> Entry | None:
    """Return what the lock says of `item` in its state, None for nothing; `before` is what it says now.

    `wording` is the id under which the text that was agreed to stands in `consent/`. Moments are written as days in
    the site's `zone`, so that a computer whose clock is slow takes none of them for one still to come.
    """
    match item.moderation.state:
        case "approved":
            return _approved(item, wording, zone)
        case "withdrawn":
            day = item.moderation.log[-1].at.astimezone(zone).date()
            kept = {key: value for key, value in (before or {}).items() if key != "parts"}
            return {**(kept or _approved(item, wording, zone)), "withdrawn": day}
        case "expired":
            return before
        case _:
            return None


def _approved(item: Submission, wording: str, zone: tzinfo) -> Entry:
    agreement = granting(item, "publish_text")
    ends = ends_of(item)
    approved = max((move.at for move in item.moderation.log if move.to == "approved"), default=item.imported_at)
    entry: Entry = {"scopes": list(scopes_of(item)), "approved": approved.astimezone(zone).date()}
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
    return approved_digest(clean_text(shown_of(item).body), rating_of(item), speaker)


def parts_of_file(path: str, text: str, zone: tzinfo) -> dict[str, str]:
    """Return the digests of what speaks for the customer in a content file, as the build computes them from it."""
    from caresite.pipeline.markdown import MarkdownOptions
    from caresite.pipeline.parse import Parser, Syntax

    kind = "testimonial" if path.startswith("content/testimonials/") else "story"
    parser = Parser(Syntax(zone=str(zone), markdown=MarkdownOptions()))
    document = parser.parse(Source(path, "", kind), text.encode())
    return approved_parts(document.items[0]) if document.items else {}


def parts_to_approve(
    ours: Mapping[str, str], new: Mapping[str, str], old: Mapping[str, str], on_record: Mapping[str, str]
) -> dict[str, str]:
    """Return which digests a decision about an approved story puts on record: those of `new`, the file it writes.

    A part of the `old` file that was changed by hand after approval keeps the digest `on_record`, unless the private
    record says the same (`ours`). So it stays withheld: a decision about one part approves no other.
    """
    keys = sorted({*new, *on_record})
    kept = [key for key in keys if on_record and old.get(key) != on_record.get(key) and new.get(key) == old.get(key)]
    parts = {key: on_record.get(key) if key in kept and new.get(key) != ours.get(key) else new.get(key) for key in keys}
    return {key: digest for key, digest in parts.items() if digest}


def set_entry(root: Path, item_id: str, entry: Entry | None) -> bool:
    """Write `entry` into the lock file, or take the old one out; return whether that changed anything.

    All other lines stay as they are, so that a change shows as one. Raises Problem, and changes nothing, when the file
    cannot be read, such as in the middle of a merge.
    """
    path = root / LOCK
    head, found = _parted(root)
    blocks = dict(found)
    before = blocks.pop(item_id, "")
    after = _block(item_id, entry) if entry is not None else ""
    if before == after or (before and entry == _read_block(before)):
        return False
    if after:
        blocks[item_id] = after
    body = "".join(blocks[key] for key in sorted(blocks))
    write_atomically(path, f"{head}items:{'' if body else ' {}'}\n{body}".encode())
    return True


def read_entry(root: Path, item_id: str) -> Entry | None:
    """Return what the lock file says of one submission. Raises Problem when the file cannot be read."""
    block = _parted(root)[1].get(item_id)
    return _read_block(block) if block else None


def _parted(root: Path) -> tuple[str, Mapping[str, str]]:
    """Return what stands before the entries, and the lines of each entry by its id."""
    try:
        text = (root / LOCK).read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return f"{_HEAD}version: 1\n", {}
    except UnicodeDecodeError:
        raise _unreadable(1) from None
    return _parts_of(text)


@lru_cache(maxsize=1)  # a decision reads it more than once, and one about many would do so for each
def _parts_of(text: str) -> tuple[str, Mapping[str, str]]:
    """Return the parts of a lock file; what somebody else wrote in another shape has ours from then on."""
    found = _OURS.fullmatch(text)
    if not found:
        return f"{_HEAD}version: 1\n", {item_id: _block(item_id, entry) for item_id, entry in _items(text).items()}
    blocks = {match["id"]: match[0] for match in _BLOCK.finditer(found["items"])}
    return found["head"], blocks


_BLOCK = re.compile(r"  (?P<quote>['\"]?)(?P<id>[\w-]+)(?P=quote):\n(?:    [^\n]*\n)+")
_OURS = re.compile(rf"(?P<head>(?:#[^\n]*\n|version: 1\n)*)items:(?: \{{\}})?\n(?P<items>(?:{_BLOCK.pattern})*)")


def _items(text: str) -> dict[str, Entry]:
    try:
        found = load_yaml(text)
    except yaml.YAMLError as error:
        raise _unreadable(getattr(getattr(error, "problem_mark", None), "line", 0) + 1) from None
    items = (found or {}).get("items") if isinstance(found, dict | None) else ""
    if not isinstance(items, dict | None) or not all(isinstance(entry, dict) for entry in (items or {}).values()):
        raise _unreadable(1)
    return {str(item_id): entry for item_id, entry in (items or {}).items()}


def _unreadable(line: int) -> Problem:
    hint = "put it right by hand, or take the version of your last commit"
    return Problem(fault(STORE_BROKEN, Span(LOCK, line), "the lock file cannot be read", hint=hint))


def _block(item_id: str, entry: Entry) -> str:
    style: Any = {"sort_keys": False, "allow_unicode": True, "default_flow_style": None, "width": 110}
    text: str = yaml.dump({item_id: entry}, Dumper=_Dumper, **style)
    return "".join(f"  {line}\n" for line in text.splitlines())


def _read_block(block: str) -> Entry:
    (entry,) = _items(f"items:\n{block}").values()
    return entry


class _Dumper(yaml.CSafeDumper):
    """Writes the same day twice rather than to point at it."""

    def ignore_aliases(self, data: Any) -> bool:
        return True
