"""Civil time: what the wall clock and the calendar say, at the one place that it is worked out.

What happened is an aware UTC instant, what is planned is a date and minutes since midnight
(`calls-and-hours.md` 3.1); these functions lead from one to the other and name the days.
"""

from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

DAY_MINUTES = 24 * 60


def local(now: datetime, zone: ZoneInfo) -> datetime:
    """Return the instant as the room's wall clock shows it. Raises ValueError on a naive `now`."""
    if now.utcoffset() is None:
        raise ValueError("an instant has a zone")
    return now.astimezone(zone)


def minute_of_day(local: datetime) -> int:
    """Return the whole minutes since midnight, 0-1439, of a wall clock reading."""
    return local.hour * 60 + local.minute


def instant(on: date, minute: int, zone: ZoneInfo) -> datetime:
    """Return the UTC instant of a planned minute; 1440 is the midnight that ends the day."""
    midnight = datetime.combine(on, time(), tzinfo=zone)
    # Added before the zone is looked at, so that a plan means what the wall clock says.
    return (midnight + timedelta(minutes=minute)).astimezone(UTC)


def week_key(on: date) -> str:
    """Return the ISO week, such as `2026-W47`; its year is that of the week's Thursday."""
    year, week, _ = on.isocalendar()
    return f"{year:04}-W{week:02}"


class DayWord(StrEnum):
    """How a day is called when it is seen from today; weeks run from Monday to Sunday."""

    TODAY = "today"
    TOMORROW = "tomorrow"
    THIS_WEEK = "this_week"
    NEXT_WEEK = "next_week"
    DATE = "date"


def day_word(on: date, *, today: date) -> DayWord:
    """Return the nearest word for the day; past ones and those after next week have a date only."""
    match (on - today).days:
        case 0:
            return DayWord.TODAY
        case 1:
            return DayWord.TOMORROW
        case days if days < 0:
            return DayWord.DATE
        case days:
            match (today.weekday() + days) // 7:
                case 0:
                    return DayWord.THIS_WEEK
                case 1:
                    return DayWord.NEXT_WEEK
                case _:
                    return DayWord.DATE


class Daytime(StrEnum):
    """The part of the day that a greeting names."""

    MORNING = "morning"
    NOON = "noon"
    AFTERNOON = "afternoon"
    EVENING = "evening"


def daytime(minute: int) -> Daytime:
    """Return the part of the day to which a minute since midnight belongs.

    Morning begins at 5:00, noon at 11:00, afternoon at 14:00 and evening at 18:00.
    """
    if minute < 5 * 60:
        return Daytime.EVENING
    if minute < 11 * 60:
        return Daytime.MORNING
    if minute < 14 * 60:
        return Daytime.NOON
    if minute < 18 * 60:
        return Daytime.AFTERNOON
    return Daytime.EVENING
