"""When the room was open in fact: what its traces say, and how that stands to the plan."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

# A PC that was switched off so long after the plan's end tells nothing of when the room was left.
_SWITCHED_OFF_WITHIN: Final = timedelta(minutes=60)
# So long afterwards a time may be said or put right.
MAY_SAY_FOR: Final = timedelta(days=31)
# Who closes after midnight has done so by then; later, the two times are the wrong way round.
_SMALL_HOURS_END_MIN: Final = 6 * 60
_DAY_MIN: Final = 24 * 60
# What goes on longer past midnight is a slip of the hand: 05:00 for 17:00.
_LONGEST_NIGHT_MIN: Final = 8 * 60
# Coming five minutes after the bell is the way from the classroom.
LATE_FROM_MIN: Final = 10


class TimeSource(StrEnum):
    """How it is known when the room was opened or left."""

    BUTTON = "button"  # somebody opened or closed it at the screen
    DUTY = "duty"  # somebody signed on or off
    SCAN = "scan"  # the first or last child, card or book
    POWER = "power"  # the kiosk was switched off
    PERSON = "person"  # somebody said so afterwards


class TimesRefusal(StrEnum):
    """Why a time is not taken."""

    NOT_OVER = "not-over"  # of an opening that is still to come, goes on, or was cancelled
    TOO_LONG_AGO = "too-long-ago"  # the ledgers of that day are frozen, or it is over a month ago
    ENDS_FIRST = "ends-first"
    NOT_YET = "not-yet"  # a time that has not come
    OVERLAPS = "overlaps"  # the room was open already
    NO_REASON = "no-reason"  # what somebody has said is changed with a reason only
    NO_DUTY = "no-duty"  # nobody on duty, nobody named
    CHANGED = "changed"  # somebody else has said another time meanwhile


@dataclass(frozen=True, slots=True, kw_only=True)
class Traces:
    """What one opening left behind; `off_at` are the times at which the kiosk was switched off."""

    duty_on: datetime | None
    duty_off: datetime | None
    first_scan: datetime | None
    last_scan: datetime | None
    off_at: tuple[datetime, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A time and how it is known."""

    at: datetime
    source: TimeSource


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """When the room seems to have been opened and left; None where nothing tells."""

    opened: Moment | None
    closed: Moment | None


def proposed(traces: Traces, *, plan_to: datetime) -> Proposal:
    """Return what the traces of an opening say; a PC that is on is no open room."""
    opened = _earliest((traces.duty_on, TimeSource.DUTY), (traces.first_scan, TimeSource.SCAN))
    return Proposal(
        opened=opened, closed=None if opened is None else _end(traces, opened.at, plan_to)
    )


def _earliest(*found: tuple[datetime | None, TimeSource]) -> Moment | None:
    moments = [Moment(at=at, source=source) for at, source in found if at is not None]
    return min(moments, key=lambda one: one.at, default=None)


def _end(traces: Traces, opened_at: datetime, plan_to: datetime) -> Moment | None:
    """Return the last sign of somebody: who switches the PC off at the end has gone home then."""
    signs = [at for at in (traces.duty_off, traces.last_scan) if at is not None and at > opened_at]
    last = max(signs, default=None)
    off = [
        at
        for at in traces.off_at
        if (last or opened_at) < at <= plan_to + _SWITCHED_OFF_WITHIN and at > opened_at
    ]
    if off:
        return Moment(at=max(off), source=TimeSource.POWER)
    if last is None:
        return None
    return Moment(at=last, source=TimeSource.DUTY if last == traces.duty_off else TimeSource.SCAN)


def late_min(planned_from: int, opened_min: int | None) -> int:
    """Return by how many minutes the room opened late; a few are none."""
    return _beyond(0 if opened_min is None else opened_min - planned_from)


def early_min(planned_to: int, closed_min: int | None) -> int:
    """Return by how many minutes the room closed early; a few are none."""
    return _beyond(0 if closed_min is None else planned_to - closed_min)


def _beyond(minutes: int) -> int:
    return minutes if minutes >= LATE_FROM_MIN else 0


def counts(*, is_held: bool, has_duty: bool) -> bool:
    """Return whether an opening counts: held for 30 minutes, and a teacher signed on (2.6)."""
    return is_held and has_duty


def needs_reason(before: datetime | None, after: datetime) -> bool:
    """Return whether a time replaces another that somebody had said."""
    return before is not None and before != after


def closing_min(opened_min: int, closed_min: int) -> int:
    """Return an end by the clock in minutes since the midnight before the opening.

    In the small hours, before the beginning and not too long after it, it is that of the next day:
    past 1440.
    """
    next_day_min = closed_min + _DAY_MIN
    is_next_day = (
        closed_min < opened_min
        and closed_min < _SMALL_HOURS_END_MIN
        and next_day_min - opened_min <= _LONGEST_NIGHT_MIN
    )
    return next_day_min if is_next_day else closed_min
