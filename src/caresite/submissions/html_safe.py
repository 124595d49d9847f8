"""A stranger's HTML made safe to parse: each `<` that is left begins a whole, short tag; all others are text.

The parser of the standard library looks for the end of a tag again from each `<`, so a page full of tags that end
nowhere takes it hours. Here each end is looked for once: where there is none, there is none further on.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

__all__ = ["safe_page"]

_LONGEST_PAGE = 4_000_000  # most of a long page is pictures inside of tags, which are left out
_LONGEST = 500_000
_LONGEST_VALUE = 1_000
_KEPT = frozenset(("id", "class", "style", "type"))
# elements whose content is no markup (HTML standard, 13.1.2) and is not seen; of the others only the tags are left out
_RAW = {
    name: re.compile(rf"(?=</{name}[\s/>])", re.IGNORECASE)
    for name in ("script", "style", "title", "iframe", "noembed")
}
_LEFT_OUT = frozenset(("textarea", "xmp", "noframes", "plaintext"))
_MARKUP = re.compile(
    r"<(?:(?P<comment>!--)|(?P<other>[!?]|/(?![a-zA-Z]))|(?P<slash>/?)(?P<name>[a-zA-Z][^\s/<>]{0,60}))"
)
_NAME = re.compile(r"[a-zA-Z][\w:.-]*", re.ASCII)
_REST = re.compile(r"""(?:[^>=]++|=\s*+(?:"[^"]*+"|'[^']*+')|=)*+>""")
_CLOSING = re.compile(">")
_COMMENT_END = re.compile("-->")
_ATTRIBUTE = re.compile(r"""([^\s/>=]+)(?:\s*=\s*("[^"]*"|'[^']*'|[^\s>]*))?""")
_ESCAPES = str.maketrans({'"': "&quot;", "<": "&lt;", ">": "&gt;"})
_LONG_NUMBER = re.compile(r"&(?=#[0-9]{20})")  # Python refuses to read numbers of thousands of digits

_Find = Callable[[str, int], "re.Match[str] | None"]


def safe_page(page: str) -> str:
    """Return `page` without what nobody sees, up to a length that no letter has."""
    pieces, room = [], _LONGEST
    for piece in _Scan(page[:_LONGEST_PAGE]).pieces():
        if len(piece) > room and piece.startswith("<"):
            break
        pieces.append(piece[:room])
        room -= len(piece)
        if room <= 0:
            break
    return "".join(pieces)


class _Scan:
    """One way through a page. What was looked for in vain is not looked for again."""

    def __init__(self, page: str) -> None:
        self._page = page
        self._missing: set[_Find] = set()

    def _end(self, find: _Find, start: int) -> int:
        """Return where that which `find` finds ends, or -1."""
        found = None if find in self._missing else find(self._page, start)
        if found:
            return found.end()
        self._missing.add(find)
        return -1

    def pieces(self) -> Iterator[str]:
        """Yield texts and tags."""
        at = 0
        while match := _MARKUP.search(self._page, at):
            yield _as_text(self._page[at : match.start()])
            at = self._end_of_markup(match)
            if at < 0:
                yield "&lt;"
                at = match.start() + 1
            elif match["name"]:
                tag = _tag(match, self._page[match.end() : at])
                raw = _RAW.get(match["name"].lower()) if not match["slash"] and not tag.endswith("/>") else None
                if raw and (at := self._end(raw.search, at)) < 0:
                    return
                yield "" if raw else tag
        yield _as_text(self._page[at:])

    def _end_of_markup(self, match: re.Match[str]) -> int:
        if match["comment"]:
            return self._end(_COMMENT_END.search, match.start() + 2)  # `<!-->` is a comment, too
        end = self._end(_REST.match, match.end()) if match["name"] and not match["slash"] else -1
        return end if end >= 0 else self._end(_CLOSING.search, match.end())


def _as_text(text: str) -> str:
    return _LONG_NUMBER.sub("&amp;", text.replace("<", "&lt;"))


def _tag(match: re.Match[str], rest: str) -> str:
    """Return a tag with the attributes that matter; nothing for one that has no name of an element."""
    name = match["name"].lower()
    if not _NAME.fullmatch(name) or name in _LEFT_OUT:
        return ""
    if match["slash"]:
        return f"</{name}>"
    given: dict[str, str] = {}
    last = 0
    for found in _ATTRIBUTE.finditer(rest):
        last = found.end()
        if (key := found[1].lower()) in _KEPT:
            given.setdefault(key, _value(found[2] or ""))
    shown = "".join(f' {key}="{value}"' for key, value in given.items())
    return f"<{name}{shown}{'/' if rest[last:].endswith('/>') else ''}>"


def _value(written: str) -> str:
    bare = written[1:-1] if len(written) > 1 and written[0] in "\"'" and written[-1] == written[0] else written
    return _LONG_NUMBER.sub("&amp;", bare[:_LONGEST_VALUE]).translate(_ESCAPES)
