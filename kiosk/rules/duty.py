"""Who is to be on duty, and what became of it: states, attendance, and whom tomorrow lacks."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from kiosk.rules.openings import OpeningState

# The office is asked from this minute of the day before: somebody can still be found.
ALARM_FROM_MIN: Final = 15 * 60
# On a Friday the next opening is on Monday: it is asked for before the weekend.
_LOOK_AHEAD: Final = timedelta(days=3)
MOST_ADULTS: Final = 5
MOST_LATE_MIN: Final = 60


class DutyState(StrEnum):
    """How a planned duty stands; from PRESENT to ABSENT it is over.

    Who is SEEKING somebody to stand in stays responsible until that person has accepted.
    """

    PLANNED = "planned"
    CONFIRMED = "confirmed"
    SEEKING = "seeking"
    PRESENT = "present"
    LATE = "late"
    EXCUSED = "excused"
    ABSENT = "absent"
    REPLACED = "replaced"


class DutyReason(StrEnum):
    """Why somebody cannot come."""

    ILL = "ill"
    LEAVE = "leave"
    LESSON = "lesson"
    MEETING = "meeting"
    FAMILY = "family"
    OTHER = "other"


class DutyRefusal(StrEnum):
    UNKNOWN_DUTY = "unknown-duty"
    CHANGED = "changed"  # somebody else was quicker, or it cannot go that way
    ALREADY_ON = "already-on"  # this person has the duty already
    IS_OVER = "is-over"
    NOT_YOURS = "not-yours"
    NOT_OVER = "not-over"
    TEMPLATE_KNOWN = "template-known"
    WRONG_NUMBER = "wrong-number"
    NO_CHECK = "no-check"
    NO_DAYS = "no-days"
    NEEDS_TEACHER = "needs-teacher"  # a helper stands in for helpers


# Somebody has agreed to come, and must be told when the opening is not held.
PROMISED: Final = frozenset({DutyState.CONFIRMED, DutyState.SEEKING})
# Who is counted on: these people are responsible for the opening.
RESPONSIBLE: Final = frozenset({DutyState.PLANNED, DutyState.CONFIRMED, DutyState.SEEKING})
CAME: Final = frozenset({DutyState.PRESENT, DutyState.LATE})
# Whose duty it was to be there: without these nothing was asked of the person.
DUE: Final = CAME | {DutyState.ABSENT}
_MOVES: Final = {
    DutyState.PLANNED: {DutyState.CONFIRMED, DutyState.SEEKING, DutyState.EXCUSED},
    DutyState.CONFIRMED: {DutyState.SEEKING, DutyState.EXCUSED},
    DutyState.SEEKING: {DutyState.CONFIRMED, DutyState.EXCUSED},
    DutyState.EXCUSED: {DutyState.CONFIRMED},
}
# What somebody may put right once it is over: the facts know no illness, and forget to sign on.
_CORRECTIONS: Final = frozenset(
    {DutyState.PRESENT, DutyState.LATE, DutyState.ABSENT, DutyState.EXCUSED}
)


def may_become(state: DutyState, wanted: DutyState) -> bool:
    """Say whether a person may bring a duty that is still to come into a state."""
    return wanted in _MOVES.get(state, frozenset())


def may_be_put_right(state: DutyState, wanted: DutyState) -> bool:
    """Say whether a duty that is over may be put right so."""
    return state != wanted and state in _CORRECTIONS and wanted in _CORRECTIONS


def attendance(
    state: DutyState,
    opening: OpeningState,
    *,
    from_min: int,
    signed_on_min: int | None,
    late_after_min: int,
) -> DutyState:
    """Return how a duty stands by the facts: when the person signed on, and what the opening is.

    Minutes since the midnight before the opening. What people have said of a duty that is not over
    stands; who was excused or had somebody stand in owes nothing, also when the person came.
    """
    if state not in RESPONSIBLE:
        return state
    if signed_on_min is not None:
        is_late = signed_on_min > from_min + late_after_min
        return DutyState.LATE if is_late else DutyState.PRESENT
    is_over = opening in {OpeningState.HELD, OpeningState.SHORT, OpeningState.MISSED}
    return DutyState.ABSENT if is_over else state


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """How many adults an opening has to have, and whether helpers may be alone with children."""

    adults: int

    def __post_init__(self) -> None:
        """Refuse a number that no school means."""
        if not 1 <= self.adults <= MOST_ADULTS:
            raise ValueError(f"1 to {MOST_ADULTS} adults, not {self.adults}")

    def missing(self, helpers: Collection[bool]) -> int:
        """Return how many people are missing; `helpers` says of each who comes if it is a helper.

        Volunteers are welcome and count, but one of the adults is of the school.
        """
        short = max(self.adults - len(helpers), 0)
        return max(short, 0 if not all(helpers) else 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Staffed:
    """An opening that is to come, with the confirmed and the responsible, as `Need` counts them."""

    on: date
    from_min: int
    confirmed: tuple[bool, ...]
    responsible: tuple[bool, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lack:
    """An opening of which too few have said that they come.

    `has_nobody`: nobody is responsible at all. `is_pressing`: the office has to act now.
    """

    on: date
    from_min: int
    missing: int
    has_nobody: bool
    is_pressing: bool


def lacking(
    openings: Iterable[Staffed], *, need: Need, today: date, minute: int
) -> tuple[Lack, ...]:
    """Return what is lacking today and on the next day that has an opening, in order of time.

    The next day is looked for up to three days ahead, over a weekend. It presses from three in the
    afternoon before; what lacks today presses at once.
    """
    ahead = sorted((o for o in openings if o.on >= today), key=lambda o: (o.on, o.from_min))
    later = {o.on for o in ahead if today < o.on <= today + _LOOK_AHEAD}
    days = {today, min(later)} if later else {today}
    return tuple(
        Lack(
            on=one.on,
            from_min=one.from_min,
            missing=missing,
            has_nobody=not one.responsible,
            is_pressing=one.on == today or minute >= ALARM_FROM_MIN,
        )
        for one in ahead
        if one.on in days and (missing := need.missing(one.confirmed))
    )
