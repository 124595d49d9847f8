"""Numbers and dates as spreadsheets and services write them, and what stands above the head of a table."""

from __future__ import annotations

import pytest

from caresite.submissions.sources.json_files import read_json
from caresite.submissions.sources.tables import read_table
from caresite.testing import build_site
from submissions.conftest import MakeIntake, codes, only

GERMAN = b"Name;E-Mail;Story;Datum\nAnn;a@example.org;Sie haben das Rad gerichtet;05.03.2026 14:30\n"
EMPTY_FIRST_LINES = b"\n\nname,email,story\nBob,b@example.org,A story of some length\n"
TESTIMONIAL = """\
-- content/testimonials/t.yaml --
- id: t1
  text: Kind words of some length.
  author: {name: Ann Bee}
  rating: RATING
  date: 2026-01-01
  consent: {at: 2026-01-01, how: in-person, scopes: [publish_text, publish_name]}
"""


@pytest.mark.parametrize("rating", ["4", "4.0", "4.", "4.00", '"4.0"'])
def test_a_whole_number_with_a_point_is_a_whole_number(rating: str) -> None:
    site = build_site(TESTIMONIAL.replace("RATING", rating))
    assert [d for d in site.diagnostics if d.severity == "error"] == [], site.report
    (page,) = (page for page in site.site.pages.values() if page.kind == "testimonial")
    assert page.meta.rating == 4
    assert type(page.meta.rating) is int


@pytest.mark.parametrize("rating", ["4.5", "4e0", "4,0", ".0", "4.0.0", "inf"])
def test_what_is_no_whole_number_is_refused(rating: str) -> None:
    assert [d.code for d in build_site(TESTIMONIAL.replace("RATING", rating)).diagnostics if d.severity == "error"]


def test_so_it_is_in_the_config_and_in_data() -> None:
    config = "-- caresite.yaml --\ntitle: A\nbase_url: https://a.example\ntimezone: UTC\n"
    config += "pagination: {per_page: 2.0}\ncollections: {blog: {per_page: 3.0}}\n"
    site = build_site(config)
    assert site.codes == (), site.report
    assert site.site.settings.config.pagination.per_page == 2


def test_a_german_export(make_intake: MakeIntake) -> None:
    found = only(read_table(GERMAN, make_intake()))
    assert f"{found.received_at:%Y-%m-%d %H:%M}" == "2026-03-05 14:30"


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("05.03.2026", "2026-03-05"),
        ("25.3.2026 9:05", "2026-03-25"),
        ("2026-03-05T23:30:00-05:00", "2026-03-06"),
        ("5 Mar 2026", "2026-03-05"),
        ("March 5, 2026 2:30\u202fPM", "2026-03-05"),
        ("2026/03/05", "2026-03-05"),
        ("2026\u202f03\u202f05", ""),
        ("05/03/2026", ""),
        ("05-03-2026", ""),
        ("5.3.26", ""),
        ("46082", ""),
        ("yesterday", ""),
    ],
)
def test_dates_are_understood_or_refused_and_never_guessed(cell: str, day: str, make_intake: MakeIntake) -> None:
    received = read_table(f'story,date\nKind.,"{cell}"\n'.encode(), make_intake())
    if day:
        assert f"{only(received).received_at:%Y-%m-%d}" == day
    else:
        assert received.entries == ()
        assert codes(received) in (["S202"], ["S203"])


@pytest.mark.parametrize(
    ("cell", "moment"),
    [("46082", "2026-03-01 00:00"), ("46082.5", "2026-03-01 12:00"), ("46082,604166667", "2026-03-01 14:30")],
)
def test_excel_s_numbers_of_days_where_the_owner_says_so(cell: str, moment: str, make_intake: MakeIntake) -> None:
    found = only(read_table(f'story,date\nKind.,"{cell}"\n'.encode(), make_intake(date_order="excel-serial")))
    assert f"{found.received_at:%Y-%m-%d %H:%M}" == moment
    refused = read_table(f'story,date\nKind.,"{cell}"\n'.encode(), make_intake())
    assert "date_order: excel-serial" in refused.diagnostics[0].message


@pytest.mark.parametrize("cell", ["12", "1772668800", "199999"])
def test_other_numbers_are_no_days_even_then(cell: str, make_intake: MakeIntake) -> None:
    received = read_table(f"story,date\nKind.,{cell}\n".encode(), make_intake(date_order="excel-serial"))
    assert (received.entries, codes(received)) == ((), ["S202"])


@pytest.mark.parametrize(
    ("cell", "rating"),
    [
        ("4,0", 4),
        ("4.0", 4),
        ("4/5", 4),
        ("4 / 5", 4),
        ("★★★★", 4),
        ("★★★★☆", 4),
        ("⭐⭐⭐⭐", 4),
        ("4 von 5 Sternen", 4),
        ("4 stars", 4),
    ],
)
def test_ratings_of_every_kind(cell: str, rating: float, make_intake: MakeIntake) -> None:
    assert only(read_table(f'story,rating\nKind.,"{cell}"\n'.encode(), make_intake())).text.rating == rating


@pytest.mark.parametrize("cell", ["8/10", "80%", "4/6", "★★★★★★", "great"])
def test_what_is_no_rating_is_kept_as_it_is(cell: str, make_intake: MakeIntake) -> None:
    found = only(read_table(f"story,rating\nKind.,{cell}\n".encode(), make_intake()))
    assert (found.text.rating, found.extra["rating"]) == (None, cell)


def test_a_rating_in_json_may_have_a_point(make_intake: MakeIntake) -> None:
    assert only(read_json(b'[{"story": "Kind.", "rating": 4.0}]', make_intake())).text.rating == 4


@pytest.mark.parametrize(
    "above",
    [
        b"\n",
        b",,\n  ,,\n",
        b"Customer stories 2026\n",
        b"Customer stories 2026,,\n\n",
        b"Report,Spring\nMade on,2026-03-01\n\n",
        b"sep=,\n",
        b"\nsep=,\r\n",
        b"\xef\xbb\xbf\n",
        b"\xef\xbb\xbfsep=,\r\n\r\nCustomer stories\r\n",
    ],
)
def test_what_stands_above_the_head_is_passed_over(above: bytes, make_intake: MakeIntake) -> None:
    received = read_table(above + EMPTY_FIRST_LINES.lstrip(), make_intake())
    found = only(received)
    assert (found.submitter.name, found.text.body) == ("Bob", "A story of some length")
    assert received.entries[0].span.line == above.count(b"\n") + 2
    assert {d.severity for d in received.diagnostics} <= {"note"}


def test_empty_lines_above_the_head(make_intake: MakeIntake) -> None:
    assert only(read_table(EMPTY_FIRST_LINES, make_intake())).submitter.name == "Bob"


def test_a_head_that_nobody_knows_is_still_the_head(make_intake: MakeIntake) -> None:
    data = b"Wer?,Was war?\nName,Story\nAda,They came.\n"
    received = read_table(data, make_intake(map={"story": "Was war?", "name": "Wer?"}))
    assert [entry.submission.submitter.name for entry in received.entries] == ["Name", "Ada"]


def test_a_table_of_one_column(make_intake: MakeIntake) -> None:
    received = read_table(
        b"What happened?\nThey came at five.\nThey came, and stayed.\n", make_intake(map={"story": "What happened?"})
    )
    assert len(received.entries) == 2
