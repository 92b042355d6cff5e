from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.rules.civil import (
    Daytime,
    DayWord,
    day_word,
    daytime,
    instant,
    local,
    minute_of_day,
    week_key,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")
SUNDAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("now", "on", "minute"),
    [
        (datetime(2026, 11, 22, 8, 35, 59, tzinfo=UTC), date(2026, 11, 22), 16 * 60 + 35),
        (datetime(2026, 11, 21, 15, 59, 59, tzinfo=UTC), date(2026, 11, 21), 1439),
        (datetime(2026, 11, 21, 16, 0, tzinfo=UTC), date(2026, 11, 22), 0),
        (datetime(2026, 12, 31, 16, 0, tzinfo=UTC), date(2027, 1, 1), 0),
        (datetime(2026, 11, 22, 8, 0, tzinfo=timezone(-timedelta(hours=5))), SUNDAY, 1260),
    ],
)
def test_an_instant_is_read_off_the_wall_clock_of_the_room(
    now: datetime, on: date, minute: int
) -> None:
    wall = local(now, SHANGHAI)

    assert (wall.date(), minute_of_day(wall)) == (on, minute)


def test_a_naive_time_is_refused_instead_of_guessed() -> None:
    with pytest.raises(ValueError, match="zone"):
        local(datetime(2026, 11, 22, 8, 0), SHANGHAI)  # noqa: DTZ001 - the point of the test


@pytest.mark.parametrize(
    ("minute", "expected"),
    [
        (0, datetime(2026, 11, 21, 16, 0, tzinfo=UTC)),
        (8 * 60, datetime(2026, 11, 22, 0, 0, tzinfo=UTC)),
        (17 * 60 + 20, datetime(2026, 11, 22, 9, 20, tzinfo=UTC)),
        (1440, datetime(2026, 11, 22, 16, 0, tzinfo=UTC)),
    ],
)
def test_a_planned_minute_becomes_a_utc_instant(minute: int, expected: datetime) -> None:
    moment = instant(SUNDAY, minute, SHANGHAI)

    assert moment == expected
    assert moment.tzinfo is UTC


def test_every_minute_of_a_day_comes_back_as_it_was_planned() -> None:
    back = [local(instant(SUNDAY, minute, SHANGHAI), SHANGHAI) for minute in range(1440)]

    assert [minute_of_day(wall) for wall in back] == list(range(1440))
    assert {wall.date() for wall in back} == {SUNDAY}


@pytest.mark.parametrize("on", [date(2026, 3, 29), date(2026, 10, 25)])
def test_a_plan_means_the_wall_clock_even_where_clocks_change(on: date) -> None:
    assert minute_of_day(local(instant(on, 16 * 60, BERLIN), BERLIN)) == 16 * 60


@pytest.mark.parametrize(
    ("on", "key"),
    [
        (date(2026, 11, 22), "2026-W47"),
        (date(2026, 11, 23), "2026-W48"),
        (date(2025, 12, 28), "2025-W52"),
        (date(2025, 12, 29), "2026-W01"),
        (date(2026, 1, 4), "2026-W01"),
        (date(2026, 1, 5), "2026-W02"),
        (date(2026, 12, 31), "2026-W53"),
        (date(2027, 1, 3), "2026-W53"),
        (date(2027, 1, 4), "2027-W01"),
        (date(2024, 12, 30), "2025-W01"),
        (date(2021, 1, 3), "2020-W53"),
    ],
)
def test_a_week_is_named_by_the_year_of_its_thursday(on: date, key: str) -> None:
    assert week_key(on) == key


def test_seven_days_share_a_week_key_for_thirty_years_and_keys_sort_by_time() -> None:
    monday = date(2020, 1, 6)
    weeks = [monday + timedelta(weeks=week) for week in range(30 * 52)]

    keys = [week_key(first) for first in weeks]

    assert len(set(keys)) == len(weeks)
    assert keys == sorted(keys)
    for first, key in zip(weeks, keys, strict=True):
        assert {week_key(first + timedelta(days=day)) for day in range(7)} == {key}


def words_from(today: date) -> str:
    short = {
        DayWord.TODAY: "t",
        DayWord.TOMORROW: "m",
        DayWord.THIS_WEEK: "w",
        DayWord.NEXT_WEEK: "n",
        DayWord.DATE: ".",
    }
    days = (today + timedelta(days=day) for day in range(-3, 16))
    return "".join(short[day_word(on, today=today)] for on in days)


@pytest.mark.parametrize(
    ("today", "words"),
    [
        # Three days back, today, and fifteen on.
        (date(2026, 11, 16), "...tmwwwwwnnnnnnn.."),  # Monday
        (date(2026, 11, 17), "...tmwwwwnnnnnnn..."),
        (date(2026, 11, 18), "...tmwwwnnnnnnn...."),
        (date(2026, 11, 19), "...tmwwnnnnnnn....."),
        (date(2026, 11, 20), "...tmwnnnnnnn......"),
        (date(2026, 11, 21), "...tmnnnnnnn......."),  # Saturday: Sunday is tomorrow
        (date(2026, 11, 22), "...tmnnnnnn........"),  # Sunday: Monday is tomorrow
        (date(2026, 12, 31), "...tmwwnnnnnnn....."),  # a Thursday, over the year's end
    ],
)
def test_a_day_has_the_nearest_word_seen_from_every_weekday(today: date, words: str) -> None:
    assert words_from(today) == words


@settings(deadline=None, database=None)
@given(today=st.dates(date(1990, 1, 1), date(2090, 1, 1)), away=st.integers(-1000, 1000))
def test_a_word_for_a_later_day_agrees_with_the_iso_week(today: date, away: int) -> None:
    on = today + timedelta(days=away)

    word = day_word(on, today=today)

    if word is DayWord.THIS_WEEK:
        assert week_key(on) == week_key(today)
        assert away > 1
    elif word is DayWord.NEXT_WEEK:
        assert week_key(on) == week_key(today + timedelta(days=7))
    else:
        later = {week_key(today), week_key(today + timedelta(days=7))}
        assert away in {0, 1} or away < 0 or week_key(on) not in later


def test_the_parts_of_the_day_change_at_their_minutes_and_cover_it() -> None:
    parts = [daytime(minute) for minute in range(1440)]

    changes = [(m, parts[m]) for m in range(1440) if m == 0 or parts[m] is not parts[m - 1]]

    assert changes == [
        (0, Daytime.EVENING),
        (5 * 60, Daytime.MORNING),
        (11 * 60, Daytime.NOON),
        (14 * 60, Daytime.AFTERNOON),
        (18 * 60, Daytime.EVENING),
    ]
