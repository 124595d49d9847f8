"""Every compiled pattern of the package takes time in proportion to the text, whatever somebody sends."""

from __future__ import annotations

import importlib
import pkgutil
import re
import sys
import time
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import caresite

UNITS = (
    *("a", "A", "é", "1", " ", "\t", "\n", "\r", "\0", "\u200d", "<", ">", "@", ".", "-", "_", "[", "]", "(", ")"),
    *("{", "}", "&", "*", '"', "'", "=", "/", "\\", ":", ";", ",", "?", "!", "#", "%", "+", "~", "`", "|", "$", "^"),
    *(
        "a ",
        "a@",
        "a.",
        "a\n",
        "a-",
        "a_",
        "a:",
        "a,",
        "a=",
        "a,b",
        "aA",
        "a1",
        "1 ",
        "1.",
        "1-",
        "1,",
        "0:",
        ". ",
        "- ",
    ),
    *(
        " \n",
        "\r\n",
        "> ",
        ": ",
        ":\n",
        "<a",
        "<a ",
        "</",
        "<!",
        "<!--",
        "<?",
        "<style>",
        "<!--<!--",
        "&a",
        "&#",
        "&amp",
    ),
    *(
        "[a",
        "](",
        "![",
        "[]",
        "{%",
        "{{",
        "{a",
        "**a",
        "*a*",
        "_a_",
        "==",
        "--",
        "//",
        "://",
        "www.",
        "http://",
        "a@a.",
    ),
    *("(1) ", "“", "a’", "' ", "#\n", "a:\n", "From ", "\x00a", "a b@", "~~", "||", "|-", ";a=", "?a=b&", "\\\\"),
)
AROUND = (("", "\x01"), ("<", ">"), ("a", " @"))
LENGTHS = (20, 400, 4_800)  # the first of them, as nothing must hang here that takes all combinations
MOST_S = 0.03
"""What a pattern may take for 4,800 characters on the processor: hundreds of times what it needs. One that tries again
from each character needs more."""
SEARCHING = {"search", "finditer", "findall", "sub", "subn", "split", "scanner"}


def modules() -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(caresite.__path__, "caresite."):
        if not found.name.endswith("__main__"):
            yield importlib.import_module(found.name)


def patterns_in(value: Any, depth: int = 0) -> Iterator[re.Pattern[Any]]:
    """Yield the patterns in a value: in containers, in records, in classes of ours, in what functions remember."""
    if isinstance(value, re.Pattern):
        yield value
    elif depth > 4:
        return
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from patterns_in(key, depth + 1)
            yield from patterns_in(item, depth + 1)
    elif isinstance(value, (list, tuple, set, frozenset)):
        for item in value:
            yield from patterns_in(item, depth + 1)
    elif isinstance(value, type):
        if value.__module__.startswith("caresite"):
            yield from patterns_in(dict(vars(value)), depth + 1)
    elif hasattr(value, "__struct_fields__"):
        for name in value.__struct_fields__:
            yield from patterns_in(getattr(value, name, None), depth + 1)
    elif type(value).__module__.startswith("caresite"):
        yield from patterns_in(getattr(value, "__dict__", None), depth + 1)


@cache
def source_of(module: str) -> str:
    file = sys.modules[module].__file__
    return Path(file).read_text("utf-8") if file else ""


def is_searched(module: str, name: str) -> bool:
    """Tell whether a pattern is tried at each place of a text; one that nobody seems to use is taken for such."""
    used = set(re.findall(rf"\b{name}\.(\w+)", source_of(module)))
    used |= {"search"} if re.search(rf"[(,] ?{name}[,)]", source_of(module)) else set()
    return not used or bool(used & SEARCHING)


def all_patterns() -> dict[str, tuple[re.Pattern[Any], bool]]:
    found: dict[str, tuple[re.Pattern[Any], bool]] = {}
    for module in modules():
        for name, value in list(vars(module).items()):
            for number, pattern in enumerate(patterns_in(value)):
                key = f"{module.__name__}.{name}" + (f"[{number}]" if not isinstance(value, re.Pattern) else "")
                searched = not isinstance(value, re.Pattern) or is_searched(module.__name__, name)
                found[key] = (pattern, searched)
    for number, (pattern, flags) in enumerate(sorted(inline_patterns())):
        found[f"inline {number}: {pattern[:40]}"] = (re.compile(pattern, flags), True)
    return found


def inline_patterns() -> set[tuple[str, int]]:
    """Return the patterns that stand where they are used, in calls such as `re.sub("…", …)`."""
    found = set()
    call = re.compile(r"\bre\.(?:search|findall|finditer|subn?|split)\(\s*r\"((?:[^\"\\\n]|\\.)*)\"")
    for module in list(sys.modules):
        if module.startswith("caresite"):
            found |= {(match[1].replace('\\"', '"'), 0) for match in call.finditer(source_of(module))}
    return found


def text_of(unit: str, around: tuple[str, str], length: int) -> str:
    return around[0] + unit * (length // len(unit)) + around[1]


def seconds(use: Callable[[Any], object], pattern: re.Pattern[Any], text: str) -> float:
    subject: Any = text.encode() if isinstance(pattern.pattern, bytes) else text
    start = time.process_time()
    use(subject)
    return time.process_time() - start


def is_slow(use: Callable[[Any], object], pattern: re.Pattern[Any], unit: str, around: tuple[str, str]) -> bool:
    """Tell whether a pattern is too slow three times in a row, beginning with a length at which nothing hangs."""
    for length in LENGTHS:
        text = text_of(unit, around, length)
        if all(seconds(use, pattern, text) > MOST_S for _ in range(3)):
            return True
    return False


def uses(pattern: re.Pattern[Any], searched: bool) -> tuple[Callable[[Any], object], ...]:
    if searched:
        return (lambda text: sum(1 for _ in pattern.finditer(text)),)
    return (pattern.match, pattern.fullmatch)


def test_there_are_patterns_to_try() -> None:
    found = all_patterns()
    assert len(found) > 250
    assert "caresite.submissions.listing._ADDRESS" in found


@pytest.mark.timeout(600)
def test_no_pattern_takes_more_than_its_share_of_time() -> None:
    slow = []
    for name, (pattern, searched) in all_patterns().items():
        tries = ((use, unit, around) for use in uses(pattern, searched) for unit in UNITS for around in AROUND)
        if bad := next((t for t in tries if is_slow(t[0], pattern, *t[1:])), None):
            slow.append(f"{name}: {bad[1]!r} repeated, in {bad[2]!r}: {str(pattern.pattern)[:200]}")
    assert not slow, "\n".join(slow)


@pytest.mark.parametrize("pattern", [r"\w+@", r"\s+$", r"(?m)^ +| +$", r"(a|a)*b", r"<a\b[^>]*\shref"])
def test_a_slow_pattern_would_be_found(pattern: str) -> None:
    compiled = re.compile(pattern)
    (use,) = uses(compiled, True)
    assert any(is_slow(use, compiled, unit, around) for unit in UNITS for around in AROUND)
