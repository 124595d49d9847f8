"""People and their words: the answers of one entry, read question by question."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar
from zoneinfo import ZoneInfo

from caresite.core.dates import parse_date
from caresite.submissions.answers import (
    display_of,
    email_of,
    is_yes,
    rating_of,
    relation_of,
    said_with_yes,
    was_given,
    web_address,
)
from caresite.submissions.fold import clean_line, clean_text, fold
from caresite.submissions.records import About, Age, Incentive, Media, Submitter, Words

__all__ = ["Desk", "about_of", "incentive_of", "photos_of", "submitter_of", "words_of"]

T = TypeVar("T")
_PHONE = re.compile(r"\+?[\d\s()./–-]{6,40}")


class Desk:
    """The answers of one entry by what they mean. It notes what it does not understand, and keeps it."""

    def __init__(self, known: Mapping[str, str], min_age: int = 0) -> None:
        self.known = known
        self.min_age = min_age
        self.noticed: list[str] = []
        self._unread: dict[str, str] = {}

    def line(self, name: str, length: int = 200) -> str:
        """Return an answer as one line."""
        return clean_line(self.known.get(name, ""), length)

    def meant(self, name: str, reader: Callable[[str], T | None], unknown: T) -> T:
        """Return what an answer means by `reader`; without one, or when nobody knows, it is `unknown`."""
        text = self.line(name)
        if not text:
            return unknown
        try:
            found = reader(text)
        except ValueError as error:
            self.odd(name, str(error))
            return unknown
        if found is None:
            self.odd(name, f"“{text[:80]}” was not understood")
            return unknown
        return found

    def odd(self, name: str, why: str) -> None:
        """Note that an answer was not understood, and keep it as it was written."""
        self.noticed.append(f"{name}: {why}")
        self._unread[name] = self.known.get(name, "")

    def unread(self) -> dict[str, str]:
        """Return the answers that were not understood."""
        return dict(self._unread)


def submitter_of(desk: Desk) -> Submitter:
    """Return who sent it. An address typed where the name belongs is taken for what it is."""
    name, email = desk.line("name", 120), email_of(desk.known.get("email", ""))
    if "@" in name and (found := email_of(name)):
        desk.noticed.append("name: an e-mail address stands where the name belongs")
        email, name = email or found, clean_line(name.replace(found, "").strip(" <>()\"'"), 120)
    if desk.line("email") and not email:
        desk.odd("email", "it is not an e-mail address")
    phone = desk.line("phone", 60).removeprefix("'")
    if phone and not _PHONE.fullmatch(phone):
        desk.odd("phone", f"“{phone}” is not a telephone number")
        phone = ""
    website = web_address(desk.known.get("website", ""))
    if desk.line("website") and not website:
        desk.odd("website", "it is not an address that can be shown")
    return Submitter(
        name=name,
        display=desk.meant("display", display_of, "anonymous"),
        email=email,
        phone=phone,
        role=desk.line("role", 120),
        company=desk.line("company", 160),
        website=website,
        location=desk.line("location", 160),
        relation=desk.meant("relation", relation_of, "unknown"),
        age=desk.meant("age", lambda text: _age(text, desk.min_age), "unknown"),
    )


def _age(text: str, least: int) -> Age | None:
    if re.fullmatch(r"\d{1,3}", text) and int(text) > 1:
        return "of-age" if int(text) >= (least or 18) else "under-age"
    says = is_yes(text)
    return None if says is None else "of-age" if says else "under-age"


def words_of(desk: Desk) -> Words:
    """Return the words as they came, and the rating as it was given."""
    happened = desk.meant("experience_date", lambda text: parse_date(text, ZoneInfo("UTC")).date(), None)
    return Words(
        title=desk.line("title", 200),
        body=clean_text(desk.known.get("story", "")),
        rating=desk.meant("rating", rating_of, None),
        experience_date=happened,
    )


def about_of(desk: Desk, firm: Iterable[str]) -> About:
    """Return whose service it praises: this firm's, unless another one is named."""
    name = desk.line("about", 160)
    ours = {fold(each) for each in firm} | {"", "you", "us", "your shop", "yours"}
    return About() if fold(name) in ours else About(self=False, name=name)


def incentive_of(desk: Desk) -> Incentive:
    """Return whether something was given for the words; unanswered is not no."""
    given = desk.meant("incentive", was_given, None)
    what = desk.line("incentive_what", 300) or (said_with_yes(desk.line("incentive")) if given else "")
    return Incentive(given=given if given is not None or not what else True, description=what)


def photos_of(desk: Desk) -> tuple[Media, ...]:
    """Return the pictures that came as links. They are fetched later, or never, but not linked to."""
    found = []
    for part in re.split(r"[\s,]+", desk.known.get("photo", "").strip()):
        if url := web_address(part):
            found.append(Media(from_="link", url=url))
        elif part:
            desk.odd("photo", f"“{clean_line(part, 60)}” is not the address of a picture")
    return tuple(found[:10])
