"""Dates in every shape that real front matter has."""

import contextlib
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caresite.core.dates import parse_date

LONDON = ZoneInfo("Europe/London")


def at(*parts: int, hours: float = 0) -> datetime:
    return datetime(*parts, tzinfo=timezone(timedelta(hours=hours)))  # type: ignore[arg-type, misc]


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-01", datetime(2026, 3, 1, tzinfo=LONDON)),
        ("2024-1-25", datetime(2024, 1, 25, tzinfo=LONDON)),
        ("2024/01/25", datetime(2024, 1, 25, tzinfo=LONDON)),
        ("20180517", datetime(2018, 5, 17, tzinfo=LONDON)),
        ("2012-01-05 19:34", datetime(2012, 1, 5, 19, 34, tzinfo=LONDON)),
        ("2015-08-27 5:00", datetime(2015, 8, 27, 5, tzinfo=LONDON)),
        ("2015-06-29 10:00:00 -0400", at(2015, 6, 29, 10, hours=-4)),
        ("2015-06-29 3:30:00 -0500", at(2015, 6, 29, 3, 30, hours=-5)),
        ("2015-06-29 10:00:00 +0200", at(2015, 6, 29, 10, hours=2)),
        ("2017-03-20 15:00 -04:00", at(2017, 3, 20, 15, hours=-4)),
        ("2015-06-29T10:00:00+02", at(2015, 6, 29, 10, hours=2)),
        ("2020-04-03T20:26:28.000Z", at(2020, 4, 3, 20, 26, 28)),
        ("2020-04-03T20:26:28.123456789Z", at(2020, 4, 3, 20, 26, 28, 123456)),
        ("2020-04-03t20:26:28z", at(2020, 4, 3, 20, 26, 28)),
        ("2020-04-03 20:26 UTC", at(2020, 4, 3, 20, 26)),
        ("2020-04-03 20:26 GMT+1:00", at(2020, 4, 3, 20, 26, hours=1)),
        ("May 17, 2018", datetime(2018, 5, 17, tzinfo=LONDON)),
        ("May 17th 2018", datetime(2018, 5, 17, tzinfo=LONDON)),
        ("Sept. 3, 2018", datetime(2018, 9, 3, tzinfo=LONDON)),
        ("17 May 2018", datetime(2018, 5, 17, tzinfo=LONDON)),
        ("17-May-2018", datetime(2018, 5, 17, tzinfo=LONDON)),
        ("Thursday, May 17, 2018 at 3:30 pm", datetime(2018, 5, 17, 15, 30, tzinfo=LONDON)),
        ("Thu, 17 May 2018 10:00:00 +0000", at(2018, 5, 17, 10)),
        ("2018-05-17 12:15 am", datetime(2018, 5, 17, 0, 15, tzinfo=LONDON)),
        ("05.03.2026", datetime(2026, 3, 5, tzinfo=LONDON)),
        ("5. 3. 2026 14:30 Uhr", datetime(2026, 3, 5, 14, 30, tzinfo=LONDON)),
        ("05.03.2026, 14:30:15", datetime(2026, 3, 5, 14, 30, 15, tzinfo=LONDON)),
        ("2026.03.05", datetime(2026, 3, 5, tzinfo=LONDON)),
        ("2026. 3. 5.", datetime(2026, 3, 5, tzinfo=LONDON)),
        ("2026年3月5日", datetime(2026, 3, 5, tzinfo=LONDON)),
        ("2026-03-05T14:30:00+01:00", at(2026, 3, 5, 14, 30, hours=1)),
        ("5 Mar 2026", datetime(2026, 3, 5, tzinfo=LONDON)),
        ("5th of March, 2026", datetime(2026, 3, 5, tzinfo=LONDON)),
        ("March\u00a05, 2026, 2:30:15\u202fPM", datetime(2026, 3, 5, 14, 30, 15, tzinfo=LONDON)),
        ("2026/03/05\u202f14:30", datetime(2026, 3, 5, 14, 30, tzinfo=LONDON)),
        ("Thu Mar 05 2026 14:30:00 GMT+0100 (Central European Standard Time)", at(2026, 3, 5, 14, 30, hours=1)),
        ("  2026-03-01  ", datetime(2026, 3, 1, tzinfo=LONDON)),
    ],
)
def test_reads_the_shapes_people_write(text: str, moment: datetime) -> None:
    assert parse_date(text, LONDON) == moment


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("05/03/2024", "cannot be told apart"),
        ("5.3.24", "cannot be told apart"),
        ("05-03-2024", "cannot be told apart"),
        ("03.25.2026", "month"),
        ("46082", "not a date"),
        ("2025-02-30", "does not exist"),
        ("2025-13-01", "month"),
        ("2025-01-01 25:00", "hour"),
        ("2025-01-01 13:00 pm", "does not exist"),
        ("2025-01-01 10:00 +25:00", "offset"),
        ("0000-01-01", "year"),
        ("2018", "not a date"),
        ("2018-05", "not a date"),
        ("tomorrow", "not a date"),
        ("Foo 17, 2018", "not a date"),
        ("", "not a date"),
    ],
)
def test_refuses_what_nobody_can_know(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        parse_date(text, LONDON)


def test_a_day_begins_at_midnight_in_the_sites_zone() -> None:
    summer = parse_date("2026-07-01", LONDON)
    assert summer.astimezone(UTC) == datetime(2026, 6, 30, 23, tzinfo=UTC)


@given(st.datetimes(datetime(1000, 1, 1), datetime(8999, 12, 31), timezones=st.just(UTC)))
def test_reads_back_what_iso_format_writes(moment: datetime) -> None:
    assert parse_date(moment.isoformat(), LONDON) == moment


@given(st.text(max_size=40))
def test_never_fails_in_another_way(text: str) -> None:
    with contextlib.suppress(ValueError):
        assert parse_date(text, LONDON).tzinfo is not None
