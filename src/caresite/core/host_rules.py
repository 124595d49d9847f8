"""Rules of the host: `_headers` and `_redirects`, read as the hosts that know these files read them.

The format is Netlify's, which others have taken over. What cannot be known on one's own computer never holds here:
rules for a country, a role or another domain.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple
from urllib.parse import unquote

__all__ = [
    "LEADING_ON",
    "PLACEHOLDER",
    "REVALIDATED",
    "Found",
    "HeaderRule",
    "Headers",
    "Redirect",
    "Redirects",
    "headers_for",
    "read_headers",
    "read_redirects",
    "redirects_in",
]

Headers = tuple[tuple[str, str], ...]

LEADING_ON = frozenset((301, 302, 303, 307, 308))
"""The statuses that send a visitor to another address (RFC 9110, 15.4)."""

REVALIDATED = "public, max-age=0, must-revalidate"
"""How long a page may be kept where no rule says it: not without asking whether it is still right (RFC 9111, 5.2.2)."""

PLACEHOLDER = re.compile(r":([A-Za-z][A-Za-z0-9_]*)")
_STATUS = re.compile(r"([1-5]\d\d)(!?)")
_TARGET = re.compile(r"/|https?://")
_UNKNOWABLE = frozenset(("country", "role", "cookie"))


class HeaderRule(NamedTuple):
    """A pattern of paths, and the headers that are sent for them; `path` is the pattern as it was written."""

    pattern: re.Pattern[str]
    values: Headers
    path: str = ""


class Redirect(NamedTuple):
    """One line of `_redirects`. `query` has the parameters it asks for, `languages` those of visitors it is for."""

    number: int
    source: str
    target: str
    status: int
    forced: bool
    query: Mapping[str, str]
    languages: frozenset[str]
    pattern: re.Pattern[str]


class Found(NamedTuple):
    """A rule that fits a request, and the address it leads to."""

    rule: Redirect
    target: str


# headers


def read_headers(text: str) -> tuple[HeaderRule, ...]:
    """Return the rules of a `_headers` file: a path, and below it indented `Name: value` lines."""
    rules: list[tuple[str, list[tuple[str, str]]]] = []
    for line in text.splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if not line.startswith((" ", "\t")):
            rules.append((line.strip(), []))
            continue
        name, colon, value = line.strip().partition(":")
        if rules and colon and re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", name):
            rules[-1][1].append((name, value.strip()))
    return tuple(
        HeaderRule(_header_pattern(path), tuple(values), path) for path, values in rules if path.startswith("/")
    )


def headers_for(rules: Iterable[HeaderRule], path: str) -> Headers:
    """Return every header that rules for `path` name; one that two rules name stands there twice, as hosts send it."""
    return tuple(header for rule in rules if rule.pattern.fullmatch(path) for header in rule.values)


def _header_pattern(path: str) -> re.Pattern[str]:
    """Return what `path` stands for: `*` is anything, also nothing after a `/`, and `:name` one part."""
    parts = (_placeholders(part, "[^/]+") for part in unquote(path).split("*"))
    return re.compile(".*".join(parts), re.DOTALL)


def _placeholders(text: str, value: str) -> str:
    pieces = PLACEHOLDER.split(text)
    return "".join(re.escape(piece) if n % 2 == 0 else value for n, piece in enumerate(pieces))


# redirects


class Redirects:
    """The rules of a `_redirects` file; the first that fits a request is the one that counts."""

    def __init__(self, rules: Iterable[Redirect]) -> None:
        self._exact: dict[str, list[Redirect]] = {}
        self._patterns: list[Redirect] = []
        for rule in rules:
            if "*" in rule.source or PLACEHOLDER.search(rule.source):
                self._patterns.append(rule)
            else:
                self._exact.setdefault(_key(unquote(rule.source)), []).append(rule)

    def find(self, path: str, query: Mapping[str, str], languages: frozenset[str] = frozenset()) -> Found | None:
        """Return the first rule for `path`, which is not percent-encoded, asked with `query` by such a visitor."""
        exact = (rule for rule in self._exact.get(_key(path), ()) if _holds(rule, query, languages))
        first = next(exact, None)
        for rule in self._patterns:
            if first and first.number < rule.number:
                break
            if _holds(rule, query, languages) and (match := rule.pattern.fullmatch(path)):
                return Found(rule, _filled(rule, query, match.groupdict()))
        return Found(first, _filled(first, query, {})) if first else None


def read_redirects(text: str) -> Redirects:
    """Return the rules of a `_redirects` file, ready to be asked."""
    return Redirects(redirects_in(text))


def redirects_in(text: str) -> tuple[Redirect, ...]:
    """Return the rules of a `_redirects` file: `from [parameters] to [status] [conditions]`, a line each."""
    lines = enumerate(text.splitlines())
    return tuple(rule for number, line in lines if (rule := _redirect(number, line.partition(" #")[0].split())))


def _redirect(number: int, words: list[str]) -> Redirect | None:
    """Return the rule of one line; None for a comment, or for what no host could follow here."""
    if not words or not words[0].startswith("/"):
        return None
    target = next((n for n, word in enumerate(words[1:], start=1) if _TARGET.match(word)), 0)
    if not target:
        return None
    query = dict(word.split("=", 1) for word in words[1:target] if "=" in word)
    conditions = dict(word.lower().split("=", 1) for word in words[target + 1 :] if "=" in word)
    if _UNKNOWABLE & conditions.keys():
        return None
    status = next((match for word in words[target + 1 :] if (match := _STATUS.fullmatch(word))), None)
    return Redirect(
        number=number,
        source=words[0],
        target=words[target],
        status=int(status[1]) if status else 301,
        forced=bool(status and status[2]),
        query=query,
        languages=frozenset(filter(None, conditions.get("language", "").split(","))),
        pattern=_redirect_pattern(words[0]),
    )


def _redirect_pattern(source: str) -> re.Pattern[str]:
    """Return what `source` stands for; to hosts `/old` and `/old/` are one address."""
    parts = (
        f"(?P<{match[1]}>[^/]+)" if (match := PLACEHOLDER.fullmatch(part)) else re.escape(unquote(part))
        for part in source.removesuffix("*").split("/")
    )
    whole = "/".join(parts).removesuffix("/")
    return re.compile(f"{whole}(?:/(?P<splat>.*))?" if source.endswith("*") else f"{whole}/?", re.DOTALL)


def _key(path: str) -> str:
    return path.removesuffix("/") or "/"


def _holds(rule: Redirect, query: Mapping[str, str], languages: frozenset[str]) -> bool:
    asked = all(name in query and (value.startswith(":") or query[name] == value) for name, value in rule.query.items())
    return asked and (not rule.languages or bool(rule.languages & languages))


def _filled(rule: Redirect, query: Mapping[str, str], parts: Mapping[str, str | None]) -> str:
    """Return the target of `rule` with what its placeholders stand for; it stays on the site where the rule does."""
    named = {value[1:]: query[name] for name, value in rule.query.items() if value.startswith(":")}
    known = {name: value or "" for name, value in parts.items()} | named
    head = re.match(r"(?:https?://[^/]*)?", rule.target)
    end = head.end() if head else 0  # a host may have a colon before its port
    filled = rule.target[:end] + PLACEHOLDER.sub(lambda m: known.get(m[1], m[0]), rule.target[end:])
    if rule.target.startswith("/") and not rule.target.startswith("//"):
        return "/" + filled.lstrip("/\\")  # to a browser `//name` and `/\\name` are another host
    return filled
