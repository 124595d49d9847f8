"""What people and foreign tools write is understood, or it is said that it is not; nobody's yes is made up."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from caresite.submissions.answers import (
    AmbiguousDate,
    display_of,
    email_of,
    is_yes,
    moment_of,
    rating_of,
    relation_of,
    web_address,
)
from caresite.submissions.fold import clean_line, clean_text, fold

LONDON = ZoneInfo("Europe/London")


@pytest.mark.parametrize(
    ("text", "rating"),
    [
        ("4,6", 4.6),
        ("4.5", 4.5),
        ("5", 5),
        ("★★★★", 4),
        ("★★★★☆", 4),
        ("⭐⭐⭐", 3),
        ("FIVE", 5),
        ("4/5", 4),
        ("4 out of 5", 4),
        ("3 stars", 3),
        ("", None),
    ],
)
def test_a_rating_is_read_however_it_is_written(text: str, rating: float | None) -> None:
    assert rating_of(text) == rating


@pytest.mark.parametrize("text", ["12", "0", "8/10", "-1", "great", "★★★★★★", "5.5", "ⅤⅠ"])
def test_what_is_no_rating_from_1_to_5_is_refused_and_not_bent(text: str) -> None:
    with pytest.raises(ValueError, match="not a rating"):
        rating_of(text)


@pytest.mark.parametrize(
    "text", ["yes", "Yes ", "oui", "ja", "JA", "on", "checked", "✓", "✔", "true", "1", "sí", "x", "Granted"]
)
def test_a_yes_is_one_in_any_language_we_know(text: str) -> None:
    assert is_yes(text) is True


@pytest.mark.parametrize("text", ["", "  ", "no", "nein", "off", "false", "0", "NON", "-"])
def test_a_no_and_a_blank_are_no(text: str) -> None:
    assert is_yes(text) is False


@pytest.mark.parametrize(
    "text", ["maybe", "tak", "jo", "perhaps later", "yes but not my name", "none of your business"]
)
def test_what_nobody_understands_is_neither(text: str) -> None:
    assert is_yes(text) is None


def test_a_form_may_have_a_yes_of_its_own() -> None:
    assert is_yes("I agree that you print it.", ["I agree that you print it"]) is True
    assert is_yes("I agree that you print it.", ["Something else"]) is None
    assert is_yes("", [""]) is False


@pytest.mark.parametrize(
    ("text", "order", "moment"),
    [
        ("2026-03-05T10:00:00Z", "", datetime(2026, 3, 5, 10, tzinfo=UTC)),
        ("05/03/2024", "day-first", datetime(2024, 3, 5, tzinfo=LONDON)),
        ("05/03/2024", "month-first", datetime(2024, 5, 3, tzinfo=LONDON)),
        ("25/12/2024 13:02:11", "", datetime(2024, 12, 25, 13, 2, 11, tzinfo=LONDON)),
        ("12/25/2024 13:02:11", "", datetime(2024, 12, 25, 13, 2, 11, tzinfo=LONDON)),
        ("5/5/2024", "", datetime(2024, 5, 5, tzinfo=LONDON)),
        ("1/5/2024 1:02:11 PM GMT+1", "day-first", datetime(2024, 5, 1, 12, 2, 11, tzinfo=UTC)),
        ("03.02.2021", "", datetime(2021, 2, 3, tzinfo=LONDON)),
        ("03-02-2021 21:30", "day-first", datetime(2021, 2, 3, 21, 30, tzinfo=LONDON)),
        ("2024-08-11 23:25:40", "", datetime(2024, 8, 11, 23, 25, 40, tzinfo=LONDON)),
        ("2025-03-02 10:12:00 UTC", "", datetime(2025, 3, 2, 10, 12, tzinfo=UTC)),
    ],
)
def test_a_date_is_read_in_the_order_that_is_known(text: str, order: str, moment: datetime) -> None:
    assert moment_of(text, LONDON, order) == moment  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["05/03/2024", "1/5/2024 13:02:11", "3-2-2021 21:30"])
def test_a_date_that_may_be_two_days_is_refused(text: str) -> None:
    with pytest.raises(AmbiguousDate, match="nobody can tell"):
        moment_of(text, LONDON)


@pytest.mark.parametrize("text", ["2025-02-30", "31/02/2024", "soon", "13/13/2024", "05/03/24"])
def test_a_day_that_does_not_exist_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        moment_of(text, LONDON, "day-first")


def test_a_date_that_contradicts_the_order_of_its_source_is_refused() -> None:
    with pytest.raises(ValueError, match="does not fit"):
        moment_of("25/12/2024", LONDON, "month-first")


def test_choices_are_known_by_their_names_and_by_the_words_of_every_language() -> None:
    assert [
        display_of(t) for t in ("first-initial", "My first name", "Meinen Vornamen", "Mis iniciales", "Full name")
    ] == [
        "first-initial",
        "first-name",
        "first-name",
        "initials",
        "full",
    ]
    assert [relation_of(t) for t in ("customer", "I work for you", "Ich beliefere Sie", "ex-employee")] == [
        "customer",
        "employee",
        "supplier",
        "ex-employee",
    ]
    assert display_of("show everything") is None
    assert relation_of("it is complicated") is None


@pytest.mark.parametrize(
    "text", ["javascript:alert(1)", "data:text/html,x", "//x.example", "http://", "x", 'https://a.b/"']
)
def test_what_is_no_web_address_is_none(text: str) -> None:
    assert web_address(text) == ""


def test_addresses_are_found() -> None:
    assert web_address("bakery.example/x") == "https://bakery.example/x"
    assert email_of("Ada <ada@x.example>.") == "ada@x.example"
    assert email_of("nobody at all") == ""


def test_text_is_cleaned_of_what_nobody_sees_and_no_file_can_hold() -> None:
    assert clean_text("a\r\nb\x00\u202ec\ud800") == "a\nbc"
    assert clean_line("  Ada \n\t Quill  ") == "Ada Quill"
    assert clean_line("e\u0301") == "é"
    assert fold("How-may we SHÖW it?") == "how may we show it"
    assert clean_text("👩‍👧 می‌خواهم") == "👩‍👧 می‌خواهم", "joiners belong to words"
