"""When the room was open, said or put right afterwards: each time is a row, none is changed."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from kiosk.db import reading, transaction
from kiosk.errors import NotFoundError, RefusedError
from kiosk.ids import new_id
from kiosk.models.openings import Duty, Opening
from kiosk.models.people import Staff
from kiosk.models.room_times import OpeningTimes
from kiosk.rules import civil, openings, room_times
from kiosk.rules.openings import OpeningRefusal, OpeningState
from kiosk.rules.room_times import Moment, TimeSource, TimesRefusal
from kiosk.services import audit, forgotten, frozen_days, opening_traces
from kiosk.services.again import once_more
from kiosk.services.audit import AuditAction
from kiosk.services.here import Here
from kiosk.services.on_duty import IS_STAFF

_DAY: Final = timedelta(days=1)
_OVER: Final = (OpeningState.HELD, OpeningState.SHORT, OpeningState.MISSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who may have been on duty."""

    staff_id: UUID
    display_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToSay:
    """An opening whose times can be said. `seq` is how often somebody did already.

    `opened` and `closed` are what it holds, or what its traces propose. `staff` is asked for where
    nobody was on duty.
    """

    opening_id: UUID
    on: date
    from_min: int
    to_min: int
    state: OpeningState
    opened: Moment | None
    closed: Moment | None
    is_opened_said: bool
    is_closed_said: bool
    staff: tuple[Person, ...]
    seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What somebody says by the clock: minutes since midnight.

    An end in the small hours, before the beginning, is that of the next day.
    """

    opened_min: int
    closed_min: int
    duty_staff_id: UUID | None
    reason: str | None
    seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Times:
    """The times of an opening, and how often somebody has said them."""

    opened: Moment | None
    closed: Moment | None
    seq: int = 0


def to_say(opening_id: UUID, *, here: Here) -> ToSay:
    """Return an opening with what is known or proposed of its times.

    Raises:
        NotFoundError: NOT_OPEN. RefusedError: NOT_OVER, TOO_LONG_AGO.
    """
    session = reading()
    opening = _of(session, opening_id, here)
    found = opening_traces.proposal(session, opening, here=here)
    known = _known(session, opening)
    return ToSay(
        opening_id=opening.id,
        on=opening.on_date,
        from_min=opening.from_min,
        to_min=opening.to_min,
        state=opening.state,
        opened=known.opened or found.opened,
        closed=known.closed or found.closed,
        is_opened_said=known.opened is not None,
        is_closed_said=known.closed is not None,
        staff=() if _has_duty(session, opening.id) else _staff(session),
        seq=known.seq,
    )


@once_more("uq_opening_times_opening_id_seq")
def say(opening_id: UUID, said: Said, *, staff_id: UUID, here: Here) -> None:
    """Store when an opening began and ended; what it held before stays on record.

    Raises:
        NotFoundError: NOT_OPEN. RefusedError: any TimesRefusal.
    """
    with transaction() as session:
        forgotten.close_in(session, here=here)
        opening = _of(session, opening_id, here)
        known = _known(session, opening)
        if said.seq != known.seq:
            raise RefusedError(TimesRefusal.CHANGED)
        times = _times(session, opening, known, said, here)
        _check(session, opening, known, times, said, here=here)
        if not known.seq:
            session.add(_row(opening.id, 0, known, here))
        row = _row(opening.id, known.seq + 1, times, here)
        row.reason, row.said_by_id = said.reason, staff_id
        session.add(row)
        _hold(opening, times, here)
        _sign_on(session, opening, said.duty_staff_id)
        _audit(session, opening.id, staff_id, here)


def _times(session: Session, opening: Opening, known: _Times, said: Said, here: Here) -> _Times:
    """Return the times that somebody says, each as it is known otherwise, where it is the same."""
    found = opening_traces.proposal(session, opening, here=here)
    zone = here.settings.zone
    opened_at = civil.instant(opening.on_date, said.opened_min, zone)
    closed_min = room_times.closing_min(said.opened_min, said.closed_min)
    closed_at = civil.instant(opening.on_date, closed_min, zone)
    return _Times(
        opened=_moment(opened_at, known.opened, found.opened),
        closed=_moment(closed_at, known.closed, found.closed),
    )


def _moment(at: datetime, *known: Moment | None) -> Moment:
    for one in known:
        if one is not None and one.at.replace(second=0, microsecond=0) == at:
            return one
    return Moment(at=at, source=TimeSource.PERSON)


def _known(session: Session, opening: Opening) -> _Times:
    """Return the times that an opening holds, and how they are known."""
    last = session.scalars(
        select(OpeningTimes)
        .where(OpeningTimes.opening_id == opening.id)
        .order_by(OpeningTimes.seq.desc())
        .limit(1)
    ).first()

    def moment(at: datetime | None, source: TimeSource | None) -> Moment | None:
        return None if at is None else Moment(at=at, source=source or TimeSource.BUTTON)

    return _Times(
        opened=moment(opening.opened_at, None if last is None else last.opened_from),
        closed=moment(opening.closed_at, None if last is None else last.closed_from),
        seq=0 if last is None else last.seq,
    )


def _of(session: Session, opening_id: UUID, here: Here) -> Opening:
    opening = session.get(Opening, opening_id)
    if opening is None or opening.home_id != here.home_id:
        raise NotFoundError(OpeningRefusal.NOT_OPEN)
    is_over = opening.state in _OVER
    if opening.state is OpeningState.OPEN:
        is_over = forgotten.is_forgotten(opening.on_date, here)
    if opening.state is OpeningState.PLANNED:
        is_over = opening.on_date < here.today
    if not is_over:
        raise RefusedError(TimesRefusal.NOT_OVER)
    is_long_ago = opening.on_date < here.today - room_times.MAY_SAY_FOR
    if is_long_ago or frozen_days.is_frozen(session, opening.on_date):
        raise RefusedError(TimesRefusal.TOO_LONG_AGO)
    return opening


def _check(
    session: Session, opening: Opening, known: _Times, times: _Times, said: Said, *, here: Here
) -> None:
    opened, closed = _at(times.opened), _at(times.closed)
    if opened is None or closed is None or closed <= opened:
        raise RefusedError(TimesRefusal.ENDS_FIRST)
    if closed > here.now:
        raise RefusedError(TimesRefusal.NOT_YET)
    is_changed = room_times.needs_reason(_at(known.opened), opened) or room_times.needs_reason(
        _at(known.closed), closed
    )
    if is_changed and not said.reason:
        raise RefusedError(TimesRefusal.NO_REASON)
    if said.duty_staff_id is None and not _has_duty(session, opening.id):
        raise RefusedError(TimesRefusal.NO_DUTY)
    overlapping = select(Opening.id).where(
        Opening.home_id == here.home_id,
        Opening.id != opening.id,
        Opening.on_date.between(opening.on_date - _DAY, opening.on_date + _DAY),
        Opening.opened_at < closed,
        Opening.closed_at > opened,
    )
    if session.scalar(overlapping.limit(1)) is not None:
        raise RefusedError(TimesRefusal.OVERLAPS)


def _at(moment: Moment | None) -> datetime | None:
    return None if moment is None else moment.at


def _row(opening_id: UUID, seq: int, times: _Times, here: Here) -> OpeningTimes:
    opened, closed = times.opened, times.closed
    return OpeningTimes(
        id=new_id(here.now),
        opening_id=opening_id,
        seq=seq,
        opened_at=opened and opened.at,
        opened_from=opened and opened.source,
        closed_at=closed and closed.at,
        closed_from=closed and closed.source,
        said_at=here.now,
    )


def _hold(opening: Opening, times: _Times, here: Here) -> None:
    zone = here.settings.zone
    opening.opened_at, opening.closed_at = _at(times.opened), _at(times.closed)
    opening.is_close_unconfirmed = False
    opening.state = openings.outcome(
        opening.from_min,
        opening.to_min,
        openings.minute_on(opening.on_date, opening.opened_at, zone),
        openings.minute_on(opening.on_date, opening.closed_at, zone),
    )


def _sign_on(session: Session, opening: Opening, staff_id: UUID | None) -> None:
    """Put whoever was there on duty, where the kiosk knows of nobody."""
    if staff_id is None or opening.opened_at is None or _has_duty(session, opening.id):
        return
    session.add(
        Duty(
            id=new_id(opening.opened_at),
            opening_id=opening.id,
            staff_id=session.get_one(Staff, staff_id).id,
            signed_on_at=opening.opened_at,
            signed_off_at=opening.closed_at,
        )
    )


def _has_duty(session: Session, opening_id: UUID) -> bool:
    found = (
        select(Duty.id)
        .join(Staff, Staff.id == Duty.staff_id)
        .where(Duty.opening_id == opening_id, IS_STAFF)
        .limit(1)
    )
    return session.scalar(found) is not None


def _staff(session: Session) -> tuple[Person, ...]:
    rows = session.execute(
        select(Staff.id, Staff.display_name)
        .where(Staff.left_on.is_(None), IS_STAFF)
        .order_by(Staff.display_name)
    )
    return tuple(Person(staff_id=row.id, display_name=row.display_name) for row in rows)


def _audit(session: Session, opening_id: UUID, staff_id: UUID, here: Here) -> None:
    audit.record(
        session,
        AuditAction.EDIT,
        actor_id=staff_id,
        subject=f"opening:{opening_id}",
        fields="times said",
        purpose="openings",
        here=here,
    )
