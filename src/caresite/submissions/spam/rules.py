"""The rules: each adds points for one reason. No rule looks at whether the words are kind or cross."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Literal

from msgspec import Struct

from caresite.submissions.entries import Entry
from caresite.submissions.fold import fold
from caresite.submissions.records import Spam, Submission

__all__ = ["Company", "SpamLimits", "is_disposable", "score"]

_LINK = re.compile(r"https?://|www\.[a-z0-9-]+\.", re.IGNORECASE)
_SHORTENED = re.compile(
    r"\b(?:bit\.ly|tinyurl\.com|t\.co|goo\.gl|is\.gd|ow\.ly|cutt\.ly|rebrand\.ly|shorturl\.at|rb\.gy|t\.me)/",
    re.IGNORECASE,
)
_MARKUP = re.compile(r"\[/?(?:url|link|img|b)[=\]]|</?(?:a|script|iframe|font|img)\b", re.IGNORECASE)
_WALLET = re.compile(r"\b(?:bc1[a-z0-9]{25,60}|0x[0-9a-fA-F]{40}|[13][a-km-zA-HJ-NP-Z1-9]{25,34})\b")
_REPEATED = re.compile(r"(\S)\1{9,}")
_GIBBERISH = re.compile(r"\b[bcdfghjklmnpqrstvwxz]{6,}\b", re.IGNORECASE)
_ADVERTISING = (
    r"seo|search engine (?:optimi[sz]ation|rankings?)|backlinks?|guest posts?|domain authority|link building",
    r"viagra|cialis|levitra|rx (?:site|online)|online pharmac(?:y|ies)|(?:weight loss|cbd) (?:pill|oil|gumm)\w*",
    r"casino|betting|slots?|jackpot|lottery|you(?:'ve| have) won",
    r"bitcoin|crypto(?:currency)?|forex|binary options?|passive income|invest(?:ment|or) (?:alert|plan|offer)s?",
    r"ticker|stock (?:alert|pick)s?|penny stocks?|price target|big money",
    r"loans?|refinanc\w+|pre-?approved|lowest rates?|debt (?:relief|consolidation)",
    r"replica (?:watch|bag)\w*|louis vuitton|rolex",
    r"web(?:site)? (?:design|development) (?:services?|company)|mobile app development|redesign your website",
    r"western union|wire transfer|beneficiary|next of kin|inheritance|atm card",
    r"hot (?:girls?|singles?)|porn\w*|escorts?|onlyfans|dating site",
    r"click here|limited time offer|act now|100% free|order now|unsubscribe|opt[- ]out",
    r"increase (?:your )?(?:traffic|sales|followers)|first page of google|buy followers|leads? generation",
    r"office ?20\d\d|cheap software|oem|antivirus|spyware|adware|free (?:scan|trial)",
)
_OFFERS = re.compile(rf"\b(?:{'|'.join(_ADVERTISING)})\b")
_LATIN_LANGUAGES = frozenset(
    "ca cs cy da de en es et eu fi fr ga gl hr hu it lt lv nb nl no pl pt ro sk sl sv".split()  # noqa: SIM905
)
_SCRIPTS = {"el": "GREEK", "ru": "CYRILLIC", "uk": "CYRILLIC", "bg": "CYRILLIC", "ar": "ARABIC", "he": "HEBREW"}
_QUICK_SECONDS = 3.0
_LONG_TEXT = 20_000
_PER_HOUR = 4


class SpamLimits(Struct, frozen=True, kw_only=True):
    """From which score on something is suspect, and from which it goes into quarantine; and words to score."""

    suspect: float = 3.0
    spam: float = 5.0
    words: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()


class Company(Struct, frozen=True, kw_only=True):
    """What stands beside a submission in the store: the one that resembles it most, and the same sender's others.

    `twin` is the id of that one, `likeness` how far they agree, from 0 to 1; `twin_is_spam` tells that it was
    rejected as spam or is in quarantine.
    """

    twin: str = ""
    likeness: float = 0.0
    twin_sender: bool = False
    twin_is_spam: bool = False
    lately: int = 0


Finding = tuple[float, str]
Verdict = Literal["ham", "suspect", "spam"]


def score(entry: Entry, company: Company, limits: SpamLimits, learned: Callable[[str], Finding] | None = None) -> Spam:
    """Return the score of an entry with a reason for each of its points; `learned` adds what decisions taught."""
    found = [finding for rule in (_traps, _links, _offers, _shape, _sender) for finding in rule(entry)]
    found.extend(_own_words(entry.submission, limits))
    found.extend(_language(entry.submission, limits))
    found.extend(_company(company))
    if learned:
        points, reason = learned(_text(entry.submission))
        if points:
            found.append((points, reason))
    total = round(max(0.0, sum(points for points, _ in found)), 1)
    verdict: Verdict = "spam" if total >= limits.spam else "suspect" if total >= limits.suspect else "ham"
    return Spam(score=total, verdict=verdict, reasons=tuple(f"{reason} ({points:+.1f})" for points, reason in found))


def _text(submission: Submission) -> str:
    return f"{submission.text.title}\n{submission.text.body}"


def _traps(entry: Entry) -> Iterator[Finding]:
    if entry.signals.decoy_filled:
        yield 8.0, "a field that nobody sees was filled in"
    if entry.signals.seconds is not None and entry.signals.seconds < _QUICK_SECONDS:
        yield 3.0, f"the form was filled in within {entry.signals.seconds:.1f} seconds"
    for mark in entry.signals.marks:
        yield (3.0 if "mailing" in mark or "automatic" in mark else 5.0), mark


def _links(entry: Entry) -> Iterator[Finding]:
    text = _text(entry.submission)
    links = len(_LINK.findall(text))
    if links > 1:
        yield min(4.0, 0.8 * links), f"{links} links"
    if _SHORTENED.search(text):
        yield 2.5, "a shortened link, which hides where it leads"
    if _MARKUP.search(text):
        yield 2.5, "markup of web pages or forums"
    if _WALLET.search(text):
        yield 3.0, "the number of a crypto wallet"
    if _LINK.search(entry.submission.submitter.name) or _LINK.search(entry.submission.submitter.company):
        yield 3.0, "a link where a name belongs"


def _offers(entry: Entry) -> Iterator[Finding]:
    text = _text(entry.submission)[:_LONG_TEXT].lower()
    said = list(dict.fromkeys(match[0] for match in _OFFERS.finditer(text)))
    if said:
        yield min(8.0, 2.0 * len(said)), f"words of advertising: {', '.join(f'“{word}”' for word in said[:4])}"


def _shape(entry: Entry) -> Iterator[Finding]:
    body = entry.submission.text.body
    letters = list(filter(str.isalpha, body[:2000]))
    if len(letters) > 40 and sum(map(str.isupper, letters)) > 0.7 * len(letters):
        yield 1.5, "nearly all in capitals"
    if _REPEATED.search(body):
        yield 1.0, "one character again and again"
    if len(_GIBBERISH.findall(body[:2000])) >= 2:
        yield 2.0, "strings of letters that are no words"
    if len(body) > _LONG_TEXT:
        yield 1.0, f"{len(body):,} characters long"
    if body and " " not in body.strip() and len(body) > 60:
        yield 2.0, "one long word"


def _sender(entry: Entry) -> Iterator[Finding]:
    sender = entry.submission.submitter
    local, _, domain = sender.email.partition("@")
    if domain and is_disposable(domain):
        yield 3.0, f"an e-mail address to throw away ({domain.lower()})"
    name = fold(sender.name)
    if name and name == fold(entry.submission.text.body[:_LONG_TEXT]):
        yield 3.0, "the words are the name"
    if len(re.findall(r"\d", local)) >= 6:
        yield 0.5, "an e-mail address with many digits"


def is_disposable(domain: str) -> bool:
    """Tell whether a domain gives away addresses that last for minutes."""
    from disposable_email_domains import blocklist

    parts = domain.lower().split(".")
    return any(".".join(parts[start:]) in blocklist for start in range(len(parts) - 1))


def _own_words(submission: Submission, limits: SpamLimits) -> Iterator[Finding]:
    if not limits.words:
        return
    text = fold(_text(submission))
    said = [word for word in limits.words if fold(word) and re.search(rf"\b{re.escape(fold(word))}\b", text)]
    if said:
        yield min(8.0, 4.0 * len(said)), f"on your own list: {', '.join(f'“{word}”' for word in said[:4])}"


def _language(submission: Submission, limits: SpamLimits) -> Iterator[Finding]:
    """Yield a finding for words in a script that none of the site's languages is written in."""
    tags = {tag.split("-")[0].lower() for tag in limits.languages}
    if not tags <= _LATIN_LANGUAGES | set(_SCRIPTS):
        return
    expected = {"LATIN" for tag in tags if tag in _LATIN_LANGUAGES} | {_SCRIPTS[tag] for tag in tags if tag in _SCRIPTS}
    text = _text(submission)[:2000]
    if "LATIN" in expected and text.isascii():
        return
    scripts: Counter[str] = Counter()
    for letter, count in Counter(text).items():
        if letter.isalpha():
            scripts[unicodedata.name(letter, "UNKNOWN").split(" ")[0]] += count
    known = sum(scripts[script] for script in expected)
    total = sum(scripts.values())
    if expected and total > 20 and known < 0.4 * total:
        yield 3.0, f"written in another script ({scripts.most_common(1)[0][0].lower()})"


def _company(company: Company) -> Iterable[Finding]:
    if company.twin and company.likeness >= 0.999:
        if company.twin_sender:
            yield 1.0, f"the same sender sent the same words before ({company.twin})"
        else:
            yield 3.5, f"somebody else sent the same words before ({company.twin})"
    elif company.twin:
        yield 2.5, f"nearly the same words as {company.twin} ({company.likeness:.0%})"
    if company.twin_is_spam:
        yield 3.0, f"{company.twin} is spam"
    if company.lately >= _PER_HOUR:
        yield 2.0, f"{company.lately} others from the same address within an hour"
