"""Plan beside fact: the openings of a period."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from kiosk.db import reading
from kiosk.errors import NotFoundError
from kiosk.models.openings import Duty, Opening, OpeningRule, SafetyCheck
from kiosk.models.people import Staff
from kiosk.rules import room_times
from kiosk.rules.call_outage import ClosureReason
from kiosk.rules.openings import (
    Hazard,
    OpeningOrigin,
    OpeningRefusal,
    OpeningState,
    counted_min,
    minute_on,
)
from kiosk.rules.room_times import MAY_SAY_FOR
from kiosk.services import closing_notes, opening_corrections
from kiosk.services.closing_notes import Left
from kiosk.services.here import Here
from kiosk.services.on_duty import IS_STAFF

_HOUR_MIN: Final = 60
_OVER: Final = (OpeningState.HELD, OpeningState.SHORT, OpeningState.MISSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningRow:
    """One opening; minutes since midnight are the plan, instants what happened.

    `reason` is why the day is not as the pattern has it, `by_pattern` when that differs: from, to.
    `hours` is how long it was open, to one decimal; 0 while it is not over. Of one that nobody
    closed it is worked out from the plan: `is_close_unconfirmed` says so. `late_min` and
    `early_min`: how much later than planned it began, and how much earlier it ended. `left` is how
    it was left, where somebody signed that.
    """

    opening_id: UUID
    on: date
    from_min: int
    to_min: int
    origin: OpeningOrigin
    state: OpeningState
    reason: ClosureReason | None
    by_pattern: tuple[int, int] | None
    opened_at: datetime | None
    closed_at: datetime | None
    is_close_unconfirmed: bool
    hours: float
    is_tidy: bool | None
    duty: tuple[str, ...]
    has_check: bool
    exceptions: tuple[tuple[Hazard, str], ...]
    late_min: int
    early_min: int
    is_corrected: bool
    left: Left | None
    may_be_said: bool

    @property
    def counts(self) -> bool:
        """Whether the school may count it: held for 30 minutes, with a teacher signed on."""
        return room_times.counts(is_held=self.state is OpeningState.HELD, has_duty=bool(self.duty))


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningSum:
    """The foot of the list: days on which the room opened, openings and hours.

    Of the hours, `hours_by_plan` are those of openings that nobody closed.
    """

    days: int
    times: int
    hours: float
    hours_by_plan: float


def between(first: date, last: date, *, here: Here) -> tuple[OpeningRow, ...]:
    """Return the openings from `first` to `last`, both included, in order of time."""
    session = reading()
    openings = session.scalars(
        select(Opening)
        .where(Opening.home_id == here.home_id, Opening.on_date.between(first, last))
        .order_by(Opening.on_date, Opening.from_min)
    ).all()
    return _rows(session, openings, here)


def total(rows: tuple[OpeningRow, ...]) -> OpeningSum:
    """Return the foot of the list: what was open, whatever the plan said."""
    opened = [row for row in rows if row.opened_at is not None]
    return OpeningSum(
        days=len({row.on for row in opened}),
        times=len(opened),
        hours=round(sum(row.hours for row in opened), 1),
        hours_by_plan=round(sum(row.hours for row in opened if row.is_close_unconfirmed), 1),
    )


def planned(opening_id: UUID, *, here: Here) -> OpeningRow:
    """Return a planned opening.

    Raises:
        NotFoundError: NOT_OPEN, for no such planned opening.
    """
    session = reading()
    opening = session.get(Opening, opening_id)
    if opening is None or opening.home_id != here.home_id:
        raise NotFoundError(OpeningRefusal.NOT_OPEN)
    if opening.state is not OpeningState.PLANNED:
        raise NotFoundError(OpeningRefusal.NOT_OPEN)
    return _rows(session, [opening], here)[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What else is known of openings, each by its key."""

    duty: dict[UUID, list[str]]
    checks: dict[UUID, list[SafetyCheck]]
    patterns: dict[UUID, tuple[int, int]]
    left: dict[UUID, Left]
    corrected: frozenset[UUID]


def _rows(session: Session, openings: Sequence[Opening], here: Here) -> tuple[OpeningRow, ...]:
    ids = [opening.id for opening in openings]
    found = _Found(
        duty=_duty(session, ids),
        checks=_checks(session, ids),
        patterns=_patterns(session, ids),
        left=closing_notes.of(session, ids),
        corrected=opening_corrections.corrected(session, ids),
    )
    return tuple(_row(one, found, here) for one in openings)


def _row(one: Opening, found: _Found, here: Here) -> OpeningRow:
    return OpeningRow(
        opening_id=one.id,
        on=one.on_date,
        from_min=one.from_min,
        to_min=one.to_min,
        origin=one.origin,
        state=_state(one, here),
        reason=one.reason,
        by_pattern=found.patterns.get(one.id),
        opened_at=one.opened_at,
        closed_at=one.closed_at,
        is_close_unconfirmed=one.is_close_unconfirmed,
        hours=_hours(one, here),
        is_tidy=one.is_tidy,
        duty=tuple(dict.fromkeys(found.duty.get(one.id, ()))),
        has_check=one.id in found.checks,
        exceptions=_exceptions(found.checks.get(one.id, ())),
        late_min=room_times.late_min(one.from_min, _minute(one, one.opened_at, here)),
        early_min=room_times.early_min(one.to_min, _minute(one, one.closed_at, here)),
        is_corrected=one.id in found.corrected,
        left=found.left.get(one.id),
        may_be_said=_state(one, here) in _OVER and one.on_date >= here.today - MAY_SAY_FOR,
    )


def _patterns(session: Session, opening_ids: Collection[UUID]) -> dict[UUID, tuple[int, int]]:
    """Return from when to when the pattern has the openings that are at other times."""
    rows = session.execute(
        select(Opening.id, OpeningRule.from_min, OpeningRule.to_min)
        .join(OpeningRule, OpeningRule.id == Opening.rule_id)
        .where(
            Opening.id.in_(opening_ids),
            or_(Opening.from_min != OpeningRule.from_min, Opening.to_min != OpeningRule.to_min),
        )
    )
    return {row.id: (row.from_min, row.to_min) for row in rows}


def _duty(session: Session, opening_ids: Collection[UUID]) -> dict[UUID, list[str]]:
    """Return who was on duty in each opening, in the order in which they came."""
    found: dict[UUID, list[str]] = {}
    for row in session.execute(
        select(Duty.opening_id, Staff.display_name)
        .join(Staff, Staff.id == Duty.staff_id)
        .where(Duty.opening_id.in_(opening_ids), IS_STAFF)
        .order_by(Duty.signed_on_at)
    ):
        found.setdefault(row.opening_id, []).append(row.display_name)
    return found


def _checks(session: Session, opening_ids: Collection[UUID]) -> dict[UUID, list[SafetyCheck]]:
    found: dict[UUID, list[SafetyCheck]] = {}
    for check in session.scalars(
        select(SafetyCheck).where(SafetyCheck.opening_id.in_(opening_ids))
    ):
        found.setdefault(check.opening_id, []).append(check)
    return found


def _exceptions(checks: Collection[SafetyCheck]) -> tuple[tuple[Hazard, str], ...]:
    return tuple((one.hazard, one.note or "") for one in checks if not one.is_fine)


def _hours(opening: Opening, here: Here) -> float:
    zone = here.settings.zone
    opened = minute_on(opening.on_date, opening.opened_at, zone)
    if opened is None or (opening.closed_at is None and not opening.is_close_unconfirmed):
        return 0.0
    closed = minute_on(opening.on_date, opening.closed_at, zone)
    return in_hours(counted_min(opening.from_min, opening.to_min, opened, closed))


def in_hours(minutes: int) -> float:
    """Return minutes as hours to one decimal; a quarter is 0.3, as on paper."""
    return (minutes * 10 + _HOUR_MIN // 2) // _HOUR_MIN / 10


def _minute(opening: Opening, at: datetime | None, here: Here) -> int | None:
    """Return a time of a planned opening; nobody is late for one that was not planned."""
    if opening.origin is OpeningOrigin.ADHOC:
        return None
    return minute_on(opening.on_date, at, here.settings.zone)


def _state(opening: Opening, here: Here) -> OpeningState:
    """Return the state; a plan of a day gone by was missed, also before anybody wrote it down."""
    is_past = opening.on_date < here.today and opening.state is OpeningState.PLANNED
    return OpeningState.MISSED if is_past else opening.state
