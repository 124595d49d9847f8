"""Rules for web servers: what `_redirects` and `_headers` say, taken apart so that each can be told in its words.

Where a server cannot do what hosts of static sites do, the differences are these. Of two rules that set a header for
one path the later one counts; the rules that caresite makes are written so that this is right
(`caresite.features.headers`). A rule that does not win over files is left out when the site has a file there, since it
would never answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from urllib.parse import quote, unquote

from msgspec import Struct
from msgspec.structs import replace

from caresite.core.host_rules import (
    LEADING_ON,
    PLACEHOLDER,
    REVALIDATED,
    HeaderRule,
    Redirect,
    read_headers,
    redirects_in,
)
from caresite.core.urls import decoded_path, split_address

__all__ = ["HostRules", "Move", "escaped", "header_values", "path_pattern", "rules_in"]


class Move(Struct, frozen=True, kw_only=True):
    """A redirect as servers need it.

    An exact one answers at `path`, which is decoded and without a last slash. Any other answers where `pattern` fits
    the address as it was sent, still encoded, without its query; its groups are called `names`. `target` is as written.
    """

    status: int
    target: str
    forced: bool
    path: str = ""
    pattern: str = ""
    names: tuple[str, ...] = ()

    @property
    def is_exact(self) -> bool:
        return not self.pattern

    @property
    def leads_on(self) -> bool:
        return self.status in LEADING_ON

    def filled(self, literal: Callable[[str], str], value: Callable[[str], str]) -> tuple[str, str]:
        """Return the target up to its fragment, and the fragment with its `#`, in a server's words.

        `literal` writes text, `value` what a placeholder stands for.
        """
        head = re.match(r"(?:https?://[^/]*)?", self.target)
        end = head.end() if head else 0  # a host may have a colon before its port
        before, mark, fragment = self.target[end:].partition("#")
        parts = (_pieces(part, self.names, literal, value) for part in (before, mark + fragment))
        first, last = ("".join(part) for part in parts)
        return literal(self.target[:end]) + first, last


def _pieces(
    text: str, names: tuple[str, ...], literal: Callable[[str], str], value: Callable[[str], str]
) -> Iterator[str]:
    at = 0
    for match in PLACEHOLDER.finditer(text):
        if match[1] in names:
            yield literal(text[at : match.start()])
            yield value(match[1])
            at = match.end()
    yield literal(text[at:])


class HostRules(Struct, frozen=True, kw_only=True):
    """The rules of a finished site below `base_path`, which is decoded.

    `left_out` has the lines that no server of one's own follows.
    """

    base_path: str
    moves: tuple[Move, ...]
    headers: tuple[HeaderRule, ...]
    left_out: tuple[str, ...]

    @property
    def asks_robots_to_leave(self) -> bool:
        """Tell whether search engines are to stay away from all of the site, as from a preview."""
        return any(rule.path == "/*" and ("X-Robots-Tag", "noindex") in rule.values for rule in self.headers)


def rules_in(folder: Path, base_path: str) -> HostRules:
    """Return the rules of the finished site in `folder`."""
    text = _text(folder / "_redirects")
    rules = [rule for rule in redirects_in(text) if _can_follow(rule, folder, base_path)]
    moves = [_move(rule) for rule in rules]
    understood = {rule.number for rule in rules}
    lines = ((number, line.strip()) for number, line in enumerate(text.splitlines()))
    return HostRules(
        base_path=base_path,
        moves=_reachable([move for move in moves if _answers(move, folder, base_path)]),
        headers=tuple(rule for rule in read_headers(_text(folder / "_headers")) if unquote(rule.path).isprintable()),
        left_out=tuple(line for n, line in lines if line and not line.startswith("#") and n not in understood),
    )


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8-sig", errors="replace") if path.is_file() else ""


def _move(rule: Redirect) -> Move:
    move = Move(status=rule.status, target=rule.target, forced=rule.forced)
    if "*" in rule.source or PLACEHOLDER.search(rule.source):
        pattern, names = _raw_pattern(rule.source)
        return replace(move, pattern=pattern, names=names)
    return replace(move, path=unquote(rule.source).rstrip("/") or "/")


def _can_follow(rule: Redirect, folder: Path, base_path: str) -> bool:
    """Tell whether a server of one's own does what `rule` says: it asks no other host and knows nothing of visitors."""
    if rule.query or rule.languages or not decoded_path(rule.source).startswith(base_path):
        return False
    if not unquote(rule.source + rule.target).isprintable():
        return False  # a line break would end the server's own line
    if rule.status in LEADING_ON:
        return True
    fixed = rule.target.startswith("/") and not PLACEHOLDER.search(rule.target)
    plain = not rule.forced or not ("*" in rule.source or PLACEHOLDER.search(rule.source))
    return fixed and plain and rule.status in (200, 404, 410) and bool(_file_at(rule.target, folder, base_path))


def _answers(move: Move, folder: Path, base_path: str) -> bool:
    """Tell whether a rule ever has the word: one that is not forced has none where the site has a file."""
    return move.forced or not move.is_exact or not _file_at(move.path, folder, base_path)


def _file_at(target: str, folder: Path, base_path: str) -> str:
    """Return the file, from `folder`, that answers at an address; empty when there is none."""
    path = decoded_path(split_address(target).path)
    if not f"{path}/".startswith(base_path):
        return ""
    inside = path[len(base_path) :].strip("/")
    names = (inside, f"{inside}/index.html" if inside else "index.html", f"{inside}.html" if inside else "")
    return next((name for name in names if name and (folder / name).is_file()), "")


def _reachable(moves: list[Move]) -> tuple[Move, ...]:
    """Return the moves without those that an earlier one answers for, so that exact ones may be asked first."""
    found: list[Move] = []
    paths, patterns = set[str](), list[re.Pattern[str]]()
    for move in moves:
        if not move.is_exact:
            patterns.append(re.compile(move.pattern))
        elif move.path in paths or any(pattern.fullmatch(quote(move.path)) for pattern in patterns):
            continue
        paths.add(move.path)
        found.append(move)
    return tuple(found)


def _raw_pattern(source: str) -> tuple[str, tuple[str, ...]]:
    names = [match[1] for match in PLACEHOLDER.finditer(source)]
    parts = (
        f"(?P<{match[1]}>[^/?]+)" if (match := PLACEHOLDER.fullmatch(part)) else escaped(part)
        for part in source.removesuffix("*").split("/")
    )
    whole = "/".join(parts).removesuffix("/")
    if source.endswith("*"):
        return f"{whole}(?:/(?P<splat>[^?]*))?", (*names, "splat")
    return f"{whole}/?", tuple(names)


def escaped(text: str) -> str:
    """Return `text` as a pattern that Perl's expressions (nginx, Apache) and Go's (Caddy) understand alike."""
    return re.sub(r"[\\.^$*+?()\[\]{}|]", r"\\\g<0>", text)


def path_pattern(path: str) -> str:
    """Return what the path of a header rule stands for, for a whole path as it stands in `path`, encoded or not."""
    parts = path.split("*")
    return ".*".join(PLACEHOLDER.sub("[^/]+", escaped(part)) for part in parts)


def header_values(rules: HostRules) -> Mapping[str, tuple[tuple[str, str], ...]]:
    """Return by header name the paths it is set for and its values, in order; `/*` stands for all paths."""
    names = {"cache-control": "Cache-Control"}
    found: dict[str, list[tuple[str, str]]] = {"Cache-Control": [("/*", REVALIDATED)]}
    for rule in rules.headers:
        for name, value in rule.values:
            found.setdefault(names.setdefault(name.lower(), name), []).append((rule.path, value))
    return {name: tuple(values) for name, values in sorted(found.items())}
