"""Lines of opening hours: read when they are plain, left alone when an hour could be another."""

from __future__ import annotations

import pytest

from caresite.features.opening_hours import opening_hours


@pytest.mark.parametrize(
    ("language", "line", "expected"),
    [
        ("en-GB", "Monday to Friday, 8.30 to 17.30", ("Mo-Fr 08:30-17:30",)),
        ("en", "Mon–Fri 9am–5pm", ("Mo-Fr 09:00-17:00",)),
        ("en", "Mondays and Saturdays: 10 a.m. until 2 p.m.", ("Mo,Sa 10:00-14:00",)),
        ("en", "Saturday 9 to 12", ("Sa 09:00-12:00",)),
        ("en", "Sat 1 to 5pm", ("Sa 13:00-17:00",)),
        ("en", "Sat 9 to 5pm", ("Sa 09:00-17:00",)),
        ("en", "Sat 12 to 2pm", ("Sa 12:00-14:00",)),
        ("en", "Mo-Fr 09:00-12:00,13:00-17:00", ("Mo-Fr 09:00-12:00", "Mo-Fr 13:00-17:00")),
        ("de", "Montag bis Freitag, 9–17 Uhr", ("Mo-Fr 09:00-17:00",)),
        ("de", "Mo.–Fr.: 8.30–12.30 und 14–18 Uhr", ("Mo-Fr 08:30-12:30", "Mo-Fr 14:00-18:00")),
        ("es", "Lunes a viernes: de 9:00 a 14:00 y de 16.30 a 20.00", ("Mo-Fr 09:00-14:00", "Mo-Fr 16:30-20:00")),
        ("es", "Sábados, 10:00–13:30", ("Sa 10:00-13:30",)),
    ],
)
def test_a_plain_line_is_read(language: str, line: str, expected: tuple[str, ...]) -> None:
    assert opening_hours(line, language) == expected


@pytest.mark.parametrize(
    "line",
    [
        "",
        "Soup at one",
        "Monday and Tuesday by arrangement",
        "Monday 10 to 12, not in August",
        "Monday to Friday",
        "9 to 17",
        "Saturday 1 to 5",
        "Monday to Friday, 8.30 to 5.30",
        "Mon 9am to 5",
        "Sunday 22:00 to 02:00",
        "Monday 25:00 to 26:00",
        "Monday 9:75 to 12:00",
        "Monday 9 to 12 <b>",
    ],
)
def test_a_line_that_could_mean_something_else_is_left_alone(line: str) -> None:
    assert opening_hours(line, "en") == ()
