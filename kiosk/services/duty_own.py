"""What one person has to know of the rota: its own duties, who looks for somebody, what lacks."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from kiosk.db import reading
from kiosk.models.people import Staff
from kiosk.rules import duty as rules
from kiosk.rules.duty import DutyState, Lack, Staffed
from kiosk.rules.staff import Role
from kiosk.services import duty_facts, duty_people, duty_settings
from kiosk.services.duty_facts import RotaDuty, RotaRow
from kiosk.services.duty_people import DutyPerson
from kiosk.services.here import Here

_SHOWN_AHEAD: Final = timedelta(days=28)
_ALERTS_AHEAD: Final = timedelta(days=3)
_WEEK: Final = timedelta(days=7)
_MOST_AT_HOME: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnDuty:
    """A duty with its opening; `with_others` are the names of those who are on duty as well."""

    row: RotaRow
    duty: RotaDuty
    with_others: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnDuties:
    """The duties of one person in the next weeks, and those that others would like to hand over."""

    mine: tuple[OwnDuty, ...]
    sought: tuple[OwnDuty, ...]

    @property
    def unanswered(self) -> int:
        """How many of them this person has not agreed to yet."""
        return sum(one.duty.state is DutyState.PLANNED for one in self.mine)


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyAtHome:
    """What the staff home says of the rota: this week's own duties, who is sought, what lacks.

    `coming` are those who are responsible for the next opening; `unchecked` those whose record has
    to be looked up, for the office.
    """

    mine: tuple[OwnDuty, ...]
    sought: tuple[OwnDuty, ...]
    coming: tuple[RotaDuty, ...]
    alerts: tuple[Lack, ...]
    unchecked: tuple[DutyPerson, ...]


def of(staff_id: UUID, *, here: Here) -> OwnDuties:
    """Return what this person has before it, today first."""
    session = reading()
    return _own(session, staff_id, _ahead(session, here))


def _ahead(session: Session, here: Here) -> tuple[RotaRow, ...]:
    return duty_facts.between(session, here.today, here.today + _SHOWN_AHEAD, here=here)


def _own(session: Session, staff_id: UUID, rows: tuple[RotaRow, ...]) -> OwnDuties:
    all_ahead = [
        OwnDuty(
            row=row,
            duty=duty,
            with_others=tuple(
                other.name
                for other in row.duties
                if other.is_responsible and other.staff_id != duty.staff_id
            ),
        )
        for row in rows
        if row.is_to_come
        for duty in row.duties
        if duty.is_responsible
    ]
    is_helper = session.get_one(Staff, staff_id).role is Role.VOLUNTEER
    return OwnDuties(
        mine=tuple(one for one in all_ahead if one.duty.staff_id == staff_id),
        sought=tuple(one for one in all_ahead if _may_take(one, staff_id, is_helper=is_helper)),
    )


def _may_take(one: OwnDuty, staff_id: UUID, *, is_helper: bool) -> bool:
    is_there = any(duty.staff_id == staff_id for duty in one.row.duties)
    fits = one.duty.is_helper or not is_helper
    return one.duty.state is DutyState.SEEKING and not is_there and fits


def at_home(staff_id: UUID, *, here: Here, next_id: UUID | None = None) -> DutyAtHome:
    """Return what the staff home says of the rota to this person; `next_id` is the next opening."""
    session = reading()
    rows = _ahead(session, here)
    own = _own(session, staff_id, rows)
    week = here.today + _WEEK
    return DutyAtHome(
        mine=tuple(one for one in own.mine if one.row.on <= week)[:_MOST_AT_HOME],
        sought=own.sought[:_MOST_AT_HOME],
        coming=tuple(
            duty
            for row in rows
            if row.opening_id == next_id
            for duty in row.duties
            if duty.is_responsible
        ),
        alerts=alerts(here=here),
        unchecked=duty_people.unchecked(here=here)[:_MOST_AT_HOME],
    )


def alerts(*, here: Here) -> tuple[Lack, ...]:
    """Return which openings of today and of the next open day lack confirmed people.

    What the staff home shows. A school that keeps no rota is told nothing.
    """
    session = reading()
    if not _has_rota(session, here):
        return ()
    rows = duty_facts.between(session, here.today, here.today + _ALERTS_AHEAD, here=here)
    return rules.lacking(
        (_staffed(row) for row in rows if row.is_to_come),
        need=duty_settings.read(session, here=here).need,
        today=here.today,
        minute=here.minute,
    )


def _staffed(row: RotaRow) -> Staffed:
    return Staffed(
        on=row.on,
        from_min=row.from_min,
        confirmed=tuple(
            one.is_helper
            for one in row.duties
            if one.state is DutyState.CONFIRMED and not one.has_left
        ),
        responsible=tuple(one.is_helper for one in row.duties if one.is_responsible),
    )


def _has_rota(session: Session, here: Here) -> bool:
    """Say whether anybody has been put on the rota in the last weeks."""
    return duty_facts.is_kept(session, since=here.today - _SHOWN_AHEAD, here=here)
