"""Numbers of any length, wherever somebody may write one: a diagnostic or a bound, never an exception."""

from __future__ import annotations

from fractions import Fraction

import pytest

from caresite.core.diagnostics import Problem
from caresite.core.numbers import MOST_DIGITS, capped_number, percent_text, rounded, whole_number
from caresite.core.patience import asked_wait
from caresite.core.values import Table, plain, read_json, read_toml, read_yaml
from caresite.testing import build_site

DIGITS = "9" * 5000


@pytest.mark.parametrize(
    ("text", "number"), [("0", 0), ("007", 7), ("12", 12), ("9" * MOST_DIGITS, 10**MOST_DIGITS - 1)]
)
def test_a_number_is_read(text: str, number: int) -> None:
    assert whole_number(text) == capped_number(text) == number


@pytest.mark.parametrize("text", ["", "-1", "1.5", "²", "٣", "1_000", " 1", DIGITS, "1" + "0" * MOST_DIGITS])
def test_what_is_no_number_or_too_long_is_none(text: str) -> None:
    assert whole_number(text) is None
    assert capped_number(text) == 10**MOST_DIGITS


@pytest.mark.parametrize("value", [DIGITS, "²", "-5", "inf", "nan", "Wed, 99 Foo 99999 00:00:00 GMT"])
def test_a_server_may_ask_for_any_wait(value: str) -> None:
    assert 0 <= asked_wait({"Retry-After": value}) < float("inf")


@pytest.mark.parametrize("value", [DIGITS, "0x" + "f" * 5000, "9" * 500])
def test_a_long_number_in_toml_has_its_line(value: str) -> None:
    with pytest.raises(Problem) as caught:
        read_toml(f"title = 'A'\nweight = {value}\n", "a.md")
    (told,) = caught.value.diagnostics
    assert (told.code, told.span.line) == ("Y105", 2)
    assert "digits" in told.message
    assert "sys." not in told.message


def test_long_digits_in_a_text_of_toml_are_text() -> None:
    assert plain(read_toml(f'code = "{DIGITS}"\n', "a.md")) == {"code": DIGITS}


@pytest.mark.parametrize("value", [DIGITS, "1e999", "-1e999"])
def test_data_keeps_as_text_what_no_number_can_hold(value: str) -> None:
    for table in (read_yaml(f"a: {value}\n", "a.yaml"), read_json(f'{{"a": {value}}}', "a.json")):
        assert isinstance(table, Table)
        assert plain(table) == {"a": value}


SITE = """
-- content/blog/a.md --
---
title: A
date: 2026-01-01
{field}
---
{body}
"""


@pytest.mark.parametrize("value", [DIGITS, "nan", "1e999", "inf", "²"])
def test_a_field_that_is_no_number_is_reported_at_its_place(value: str) -> None:
    site = build_site(SITE.format(field=f"weight: {value}", body="x"))
    (told,) = [d for d in site.diagnostics if d.severity == "error"]
    assert (told.code in ("V201", "V203"), told.span.line) == (True, 4), told


@pytest.mark.parametrize(
    "body",
    [
        f'<img src="x.png" alt="" width="{DIGITS}">',
        f'<img src="x.png" alt="" data-width="{DIGITS}" data-crop="{DIGITS}/1" width="²">',
        f"![x](x.png){{width={DIGITS}}}",
        f'<script type="application/ld+json">{{"@type": "Review", "ratingValue": {DIGITS}}}</script>',
        f"::: quotes limit={DIGITS}\n:::",
        "::: quotes limit=²\n:::",
        f"{DIGITS}. one\n\n[^{DIGITS}]: x\n\n&#{DIGITS};",
    ],
)
def test_a_long_number_in_a_text_breaks_nothing(body: str) -> None:
    site = build_site(SITE.format(field="", body=body))
    assert site.built.site is not None


@pytest.mark.parametrize("accent", ["²", DIGITS, "360"])
def test_an_accent_that_is_no_hue_is_refused(accent: str) -> None:
    config = f"title: X\nbase_url: https://x.example/\ntimezone: UTC\ntheme: {{name: hearth, accent: '{accent}'}}\n"
    assert "V202" in build_site(f"-- caresite.yaml --\n{config}{SITE.format(field='', body='x')}").codes


@pytest.mark.parametrize(
    ("number", "digits", "shown"),
    [
        (Fraction(17, 4), 1, 4.3),
        (Fraction(85, 20), 1, 4.3),
        (4.25, 1, 4.3),
        (4.35, 1, 4.4),
        (0.125, 2, 0.13),
        (2.5, 0, 3),
        (Fraction(9, 2), 0, 5),
        (4.249, 1, 4.2),
        (Fraction(13, 3), 1, 4.3),
        (0.0, 1, 0),
    ],
)
def test_a_half_is_rounded_up(number: float | Fraction, digits: int, shown: float) -> None:
    assert rounded(number, digits) == shown


def test_a_percentage_too() -> None:
    assert [percent_text(share) for share in (0.125, 0.875, 1, 0)] == ["13%", "88%", "100%", "0%"]
