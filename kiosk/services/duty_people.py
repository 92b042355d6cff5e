"""Who may be on duty: until when a record is checked, and who cannot come on which days."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from kiosk.db import reading, transaction
from kiosk.errors import InvalidInputError, NotFoundError
from kiosk.ids import new_id
from kiosk.models.duty import DutyAbsence, DutyVetting
from kiosk.models.people import Staff
from kiosk.rules import duty_fitness
from kiosk.rules.duty import DutyReason, DutyRefusal
from kiosk.rules.duty_fitness import Away, Fitness, Vetting
from kiosk.rules.staff import Role
from kiosk.services import duty_steps
from kiosk.services.again import once_more
from kiosk.services.here import Here


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """Days on which somebody cannot come, today or later."""

    absence_id: UUID
    first_day: date
    last_day: date
    reason: DutyReason


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyPerson:
    """Somebody who may be on duty. `valid_until` None: nobody has noted a check."""

    staff_id: UUID
    name: str
    is_helper: bool
    checked_on: date | None
    valid_until: date | None
    vetting: Vetting
    away: tuple[Absence, ...]


def listing(*, here: Here) -> tuple[DutyPerson, ...]:
    """Return everybody who may be on duty, who needs a check first."""
    session = reading()
    rows = session.execute(
        select(Staff, DutyVetting)
        .outerjoin(DutyVetting, DutyVetting.staff_id == Staff.id)
        .where(Staff.left_on.is_(None))
        .order_by(Staff.display_name)
    )
    away: dict[UUID, list[Absence]] = {}
    for one in _absences(session, here):
        away.setdefault(one.staff_id, []).append(
            Absence(
                absence_id=one.id,
                first_day=one.first_day,
                last_day=one.last_day,
                reason=one.reason,
            )
        )
    found = [_person(staff, check, tuple(away.get(staff.id, ())), here) for staff, check in rows]
    return tuple(sorted(found, key=lambda one: (one.vetting is Vetting.FINE, one.is_helper)))


def _person(
    staff: Staff, check: DutyVetting | None, away: tuple[Absence, ...], here: Here
) -> DutyPerson:
    is_helper = staff.role is Role.VOLUNTEER
    until = None if check is None else check.valid_until
    return DutyPerson(
        staff_id=staff.id,
        name=staff.display_name,
        is_helper=is_helper,
        checked_on=None if check is None else check.checked_on,
        valid_until=until,
        vetting=duty_fitness.vetting(until, is_helper=is_helper, on=here.today),
        away=away,
    )


def unchecked(*, here: Here) -> tuple[DutyPerson, ...]:
    """Return whose check is missing, has run out or runs out within thirty days."""
    return tuple(one for one in listing(here=here) if one.vetting is not Vetting.FINE)


def fitness(session: Session, *, here: Here) -> Fitness:
    """Return what the proposal and the rota ask of a day that is to come."""
    checks = session.execute(select(DutyVetting.staff_id, DutyVetting.valid_until))
    return Fitness(
        valid_until=dict(checks.all()),
        away=tuple(
            Away(staff_id=one.staff_id, first_day=one.first_day, last_day=one.last_day)
            for one in _absences(session, here)
        ),
    )


def _absences(session: Session, here: Here) -> Sequence[DutyAbsence]:
    return session.scalars(
        select(DutyAbsence)
        .where(DutyAbsence.last_day >= here.today)
        .order_by(DutyAbsence.first_day, DutyAbsence.id)
    ).all()


@once_more("pk_duty_vetting")
def check(
    staff_id: UUID, *, checked_on: date, valid_until: date, actor_id: UUID, here: Here
) -> None:
    """Note that somebody's record was looked up and is clean; the paper stays with the school.

    Raises:
        NotFoundError: UNKNOWN_DUTY, for nobody who works here. InvalidInputError: NO_CHECK, for
        one that has not taken place, or should hold for more than a year.
    """
    if not duty_fitness.is_check(checked_on, valid_until, today=here.today):
        raise InvalidInputError(DutyRefusal.NO_CHECK)
    with transaction() as session:
        _works_here(session, staff_id)
        row = session.get(DutyVetting, staff_id)
        if row is None:
            row = DutyVetting(staff_id=staff_id)
            session.add(row)
        row.checked_on, row.valid_until = checked_on, valid_until
        row.noted_by_id, row.noted_at = actor_id, here.now
        duty_steps.note(session, str(staff_id), f"checked until {valid_until}", actor_id, here)


@once_more("uq_duty_absence_staff_id_first_day_last_day")
def is_away(staff_id: UUID, away: Away, reason: DutyReason, *, actor_id: UUID, here: Here) -> None:
    """Note days on which somebody cannot come; what stands on the rota already stays.

    The same days once more are the same row, with the reason that was said last.

    Raises:
        NotFoundError: UNKNOWN_DUTY. InvalidInputError: NO_DAYS, for days that are over or none.
    """
    if not here.today <= away.last_day >= away.first_day:
        raise InvalidInputError(DutyRefusal.NO_DAYS)
    with transaction() as session:
        _works_here(session, staff_id)
        days = {
            "staff_id": staff_id,
            "first_day": away.first_day,
            "last_day": away.last_day,
        }
        row = session.scalars(select(DutyAbsence).filter_by(**days)).one_or_none()
        if row is None:
            row = DutyAbsence(id=new_id(here.now), **days)
            session.add(row)
        row.reason, row.noted_by_id, row.noted_at = reason, actor_id, here.now
        what = f"away {away.first_day}..{away.last_day}"
        duty_steps.note(session, str(staff_id), what, actor_id, here)


def is_back(absence_id: UUID, *, actor_id: UUID, here: Here) -> None:
    """Take days away out again; what is out already stays out."""
    with transaction() as session:
        row = session.get(DutyAbsence, absence_id)
        if row is None:
            return
        what = f"not away {row.first_day}..{row.last_day}"
        duty_steps.note(session, str(row.staff_id), what, actor_id, here)
        session.delete(row)


def _works_here(session: Session, staff_id: UUID) -> None:
    person = session.get(Staff, staff_id)
    if person is None or person.left_on is not None:
        raise NotFoundError(DutyRefusal.UNKNOWN_DUTY)
