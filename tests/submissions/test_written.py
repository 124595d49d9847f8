"""Records are YAML that any reader understands as we do, and that a person may edit."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import msgspec
import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec import Struct

from caresite.core.diagnostics import Problem
from caresite.submissions.written import decode_record, encode_record

AT = datetime(2026, 10, 1, 14, 2, 3, tzinfo=UTC)
LETTERS = st.text(st.characters(blacklist_categories=("Cs",)), max_size=40)
TRICKY = st.sampled_from(
    (
        *"-?:,[]{}#&*!|>'\"%@`\\=<~.\n\t \x85\u2028\ufeffa",
        *("no", "On", "null", "1e5", "0x1F", "0o7", "12:30", "1_000", "2026-01-02", ".inf", "<<", "---", "false", "  "),
    )
)
TEXTS = LETTERS | st.lists(TRICKY, max_size=12).map("".join) | st.lists(TRICKY, max_size=90).map(" ".join)


class Inner(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    words: str = ""
    names: tuple[str, ...] = ()


class Whole(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    id: str
    at: datetime = AT
    day: date | None = None
    given: bool | None = None
    count: int = 0
    score: float | None = None
    inner: Inner = Inner()
    many: tuple[Inner, ...] = ()
    extra: dict[str, str] = {}


@settings(max_examples=400)
@given(TEXTS, TEXTS, st.lists(TEXTS, max_size=3), st.dictionaries(TEXTS, TEXTS, max_size=3))
@example("a\n b\n\n", "x " * 80 + "- y # z", ["", "\n", " a\nb", "a\nb\n"], {"? a": "b: c", "k" * 1100: "\n\n"})
def test_every_text_comes_back_whoever_reads_it(
    first: str, second: str, names: list[str], extra: dict[str, str]
) -> None:
    inner = Inner(words=second, names=tuple(names))
    before = Whole(
        id=first, day=date(2026, 2, 1), given=True, score=1e-7, inner=inner, many=(inner, inner), extra=extra
    )
    data = encode_record(before)
    assert decode_record(data, Whole, "x.yaml") == before
    for loader in (yaml.CSafeLoader, yaml.SafeLoader):
        assert msgspec.convert(yaml.load(data, Loader=loader), Whole) == before


def test_words_can_be_read_as_they_were_written() -> None:
    told = Whole(
        id="a note: with a colon",
        at=AT,
        count=-3,
        inner=Inner(words="They came at five.\n\n  All of them.\n", names=("No", "Ada Quill")),
        extra={"How was it?": "word " * 29 + "end"},
    )
    assert encode_record(told).decode().splitlines() == [
        "id: 'a note: with a colon'",
        "count: -3",
        "inner:",
        "  words: |",
        "    They came at five.",
        "",
        "      All of them.",
        "  names:",
        "  - 'No'",
        "  - Ada Quill",
        "extra:",
        f"  How was it?: {'word ' * 19}word",
        f"    {'word ' * 9}end",
    ]


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("id: [", 2, "cannot be read"),
        ("id: a\nextra: &all {}\n", 2, "anchors"),
        ("id: !!python/name:os.system a", 1, "tags"),
        ("id: a\ncount: *b\n", 2, "undefined alias|alias is not used"),
        ("id: a\nid: b\n", 2, "twice"),
        ("id: a\n? [b]\n: c\n", 2, "a key has to be a word"),
        ("id: 2020", 0, "at `id`"),
        ("id: a\ngiven: perhaps", 0, "at `given`"),
        ("", 0, "got `null`"),
        ("id: a\n---\nid: b\n", 0, "got `null`"),
        *((start * 50_000, 1, "nested too deeply") for start in ("[", "{a: ", "- ")),
    ],
)
def test_what_cannot_be_meant_is_told_with_its_line(text: str, line: int, said: str) -> None:
    with pytest.raises(Problem, match=said) as caught:
        decode_record(text.encode(), Whole, "x.yaml")
    assert not line or caught.value.diagnostics[0].span.line == line


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("day: 2026-02-01", {"day": date(2026, 2, 1)}),
        ("at: 2026-10-01T14:02:03Z", {"at": AT}),
        ("given: yes", {"given": True}),
        ("score: 4", {"score": 4.0}),
        ('extra: {"a": "1"}', {"extra": {"a": "1"}}),
        ("day: ~", {"day": None}),
        ("inner:\n    words: >-\n        one\n        two\n", {"inner": Inner(words="one two")}),
    ],
)
def test_a_person_may_write_it_otherwise(written: str, meant: dict[str, Any]) -> None:
    assert decode_record(f"# by hand\nid: a\n{written}\n".encode(), Whole, "x.yaml") == Whole(id="a", **meant)
