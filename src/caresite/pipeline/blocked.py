"""Blocked: what the HTML of a page asks for and its content security policy forbids, so that it is dead on the host.

Most of what a page uses is allowed by itself (`pipeline.csp`). What stands here is not: it would open the page to code
that nobody chose, or send visitors' data to a host that its owner should name on purpose.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html import unescape
from typing import NamedTuple
from urllib.parse import urlsplit

__all__ = ["Blocked", "blocked_in"]

_CONFIG = "if it should work, allow it in the config: `headers: {csp: {%s: [%s]}}`"


class Blocked(NamedTuple):
    """Something that does not work: as it is written, the directive that forbids it, and what to do."""

    written: str
    directive: str
    hint: str


class _Rule(NamedTuple):
    """How something is recognised: by a word that most pages lack, then by a pattern; and what would allow it.

    The group `url` is an address whose host can be allowed; without one it is `source`, or nothing.
    """

    word: str
    pattern: re.Pattern[str]
    in_scripts: bool
    directive: str
    source: str = ""
    hint: str = ""


_NO_CODE = r"(?!\s*(?:void|undefined|;|\"|'|\s|$))"
_RULES = (
    _Rule(
        "javascript:",
        re.compile(
            rf"\s(?:href|action|formaction|src)\s*=\s*[\"']?\s*(?P<shown>javascript:{_NO_CODE}[^\"'<>]*)", re.IGNORECASE
        ),
        in_scripts=False,
        directive="script-src",
        hint="use a `<button>` with `onclick`, which is allowed by its hash, or a `<script>`",
    ),
    _Rule(
        "<base",
        re.compile(r"(?P<shown><base\b[^<>]*\shref\s*=[^<>]*>)", re.IGNORECASE),
        in_scripts=False,
        directive="base-uri",
        hint="write whole addresses instead; they are right below any path already",
    ),
    _Rule(
        " ping",
        re.compile(r"<a\b[^<>]*\s(?P<shown>ping\s*=\s*[\"']?(?P<url>(?:https?:)?//[^\s\"'<>]+))", re.IGNORECASE),
        in_scripts=False,
        directive="connect-src",
    ),
    _Rule(
        "//",
        re.compile(
            r"(?P<shown>\b(?:fetch|sendBeacon|WebSocket|EventSource)\(\s*[\"'`](?P<url>(?:https?:|wss?:)?//[^\s\"'`$]+))"
            r"|(?P<shown2>\.open\(\s*[\"'][A-Z]+[\"']\s*,\s*[\"'`](?P<url2>(?:https?:)?//[^\s\"'`$]+))"
        ),
        in_scripts=True,
        directive="connect-src",
    ),
    _Rule(
        "//",
        re.compile(
            r"(?P<shown>\b(?:import\s*\(?|from|importScripts\(|(?:Shared)?Worker\()\s*[\"'](?P<url>(?:https?:)?//[^\s\"']+))"
        ),
        in_scripts=True,
        directive="script-src",
    ),
    _Rule(
        "Worker(",
        re.compile(r"(?P<shown>\b(?:Shared)?Worker\(\s*(?:[\"']blob:|(?:window\.|self\.)?URL\.createObjectURL\())"),
        in_scripts=True,
        directive="worker-src",
        source="blob:",
    ),
    _Rule(
        "(",
        re.compile(r"(?P<shown>(?<![\w.$])(?:eval\(|new Function\(|(?:window\.)?set(?:Timeout|Interval)\(\s*[\"']))"),
        in_scripts=True,
        directive="script-src",
        source="'unsafe-eval'",
    ),
)
_UNSEEN = re.compile(r"<!--.*?(?:-->|\Z)|<(script|style|textarea)\b.*?(?:</\1\s*>|\Z)", re.IGNORECASE | re.DOTALL)
_DATA = re.compile(
    r"\bsrc\s*=|\btype\s*=\s*[\"']?(?!module|text/javascript|application/javascript)[^\s\"'>]", re.IGNORECASE
)


def blocked_in(page: str, allowed: Mapping[str, tuple[str, ...]]) -> Iterator[Blocked]:
    """Yield what a finished page asks for and may not do; `allowed` are the sources of its policy beyond our own."""
    low = page.lower()
    scripts = "\n".join(_own_scripts(page, low))
    for rule in _RULES:
        if rule.word.lower() not in (scripts.lower() if rule.in_scripts else low):
            continue
        for match in rule.pattern.finditer(scripts if rule.in_scripts else _UNSEEN.sub("", page)):
            found = match.groupdict()
            source = _source_of(found.get("url") or found.get("url2") or "") or rule.source
            if not _is_allowed(source, allowed.get(rule.directive, ())):
                shown = found["shown"] or found.get("shown2") or ""
                yield Blocked(unescape(shown), rule.directive, rule.hint or _CONFIG % (rule.directive, _quoted(source)))


def _own_scripts(page: str, low: str) -> Iterator[str]:
    """Yield the code that stands in a page itself, found by plain searches; `low` is the page in small letters."""
    start = low.find("<script")
    while start >= 0:
        inside = low.find(">", start) + 1
        end = low.find("</script", inside)
        end = len(page) if end < 0 else end
        if inside and not _DATA.search(page, start, inside):
            yield page[inside:end]
        start = low.find("<script", max(end, start + 1))


def _source_of(url: str) -> str:
    parts = urlsplit(unescape(url) if not url.startswith("//") else f"https:{url}")
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""


def _is_allowed(source: str, sources: tuple[str, ...]) -> bool:
    """Tell whether a list of sources holds one: itself, its scheme, its host, or a star for the first part of it."""
    parts = urlsplit(source)
    wider = {source, "*", f"{parts.scheme}:", parts.netloc, f"*.{parts.netloc.partition('.')[2]}"}
    wider.add(f"{parts.scheme}://*.{parts.netloc.partition('.')[2]}")
    return bool(source) and any(given.rstrip("/") in wider for given in sources)


def _quoted(source: str) -> str:
    return f'"{source}"' if source.startswith("'") or source.endswith(":") else source
