"""The rota beside the facts: who was to be there, who was, opening by opening."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from kiosk.models.duty import PlannedDuty
from kiosk.models.openings import Duty, Opening
from kiosk.models.people import Staff
from kiosk.rules import duty as rules
from kiosk.rules.duty import DutyReason, DutyState
from kiosk.rules.duty_fitness import Fitness, Unfit
from kiosk.rules.openings import OpeningOrigin, OpeningState, minute_on
from kiosk.rules.staff import Role
from kiosk.services import duty_people, duty_settings
from kiosk.services.duty_settings import DutySettings
from kiosk.services.here import Here


@dataclass(frozen=True, slots=True, kw_only=True)
class RotaDuty:
    """One person's duty in one opening. `state` is by the facts as far as there are any.

    `instead_of` is whom a stand-in replaces; `has_left` says that this person works here no more.
    `unfit` says why who is responsible for an opening to come should not be.
    """

    duty_id: UUID
    staff_id: UUID
    name: str
    is_helper: bool
    has_left: bool
    state: DutyState
    reason: DutyReason | None
    instead_of: str | None
    signed_on_at: datetime | None
    unfit: Unfit | None

    @property
    def is_responsible(self) -> bool:
        return self.state in rules.RESPONSIBLE and not self.has_left


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Somebody was on duty from when to when; `signed_off_at` None: nobody saw the end."""

    staff_id: UUID
    name: str
    is_helper: bool
    signed_on_at: datetime
    signed_off_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RotaRow:
    """One opening: who stands on the rota, whom others replaced, who was there.

    `weekday` is the one whose plan the opening follows. `missing` says how many people it lacks
    while it is still to come.
    """

    opening_id: UUID
    on: date
    weekday: int
    from_min: int
    to_min: int
    origin: OpeningOrigin
    state: OpeningState
    duties: tuple[RotaDuty, ...]
    replaced: tuple[RotaDuty, ...]
    stretches: tuple[Stretch, ...]
    missing: int

    @property
    def unplanned(self) -> tuple[Stretch, ...]:
        """Who was there without standing on the rota, each person once."""
        planned = {one.staff_id for one in self.duties}
        found = {one.staff_id: one for one in self.stretches if one.staff_id not in planned}
        return tuple(found.values())

    @property
    def is_to_come(self) -> bool:
        return self.state is OpeningState.PLANNED


def between(session: Session, first: date, last: date, *, here: Here) -> tuple[RotaRow, ...]:
    """Return the openings from `first` to `last`, both included, in order of time."""
    openings = session.scalars(
        select(Opening)
        .where(Opening.home_id == here.home_id, Opening.on_date.between(first, last))
        .order_by(Opening.on_date, Opening.from_min)
    ).all()
    return _rows(session, openings, here)


def one(session: Session, opening_id: UUID, *, here: Here) -> RotaRow | None:
    """Return one opening of this room, or None."""
    opening = session.get(Opening, opening_id)
    if opening is None or opening.home_id != here.home_id:
        return None
    return _rows(session, [opening], here)[0]


def _rows(session: Session, openings: Sequence[Opening], here: Here) -> tuple[RotaRow, ...]:
    ids = [opening.id for opening in openings]
    looking = _Looking(
        settings=duty_settings.read(session, here=here),
        fitness=duty_people.fitness(session, here=here),
        here=here,
    )
    planned, stretches = _planned(session, ids), _stretches(session, ids)
    return tuple(
        looking.row(opening, planned.get(opening.id, []), stretches.get(opening.id, []))
        for opening in openings
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Looking:
    """Puts plan and facts of one opening together, at this moment and by these settings."""

    settings: DutySettings
    fitness: Fitness
    here: Here

    def row(
        self,
        opening: Opening,
        planned: list[tuple[PlannedDuty, Staff]],
        stretches: list[Stretch],
    ) -> RotaRow:
        state = self._state(opening)
        signed_on = {one.staff_id: one.signed_on_at for one in reversed(stretches)}
        names = {duty.id: staff.display_name for duty, staff in planned}
        duties = [
            self._duty(opening, duty, staff, signed_on.get(staff.id), names)
            for duty, staff in planned
        ]
        standing = tuple(one for one in duties if one.state is not DutyState.REPLACED)
        helpers = [one.is_helper for one in standing if one.is_responsible]
        weekday = self.here.school.plan_weekday(opening.on_date)
        is_to_come = state is OpeningState.PLANNED
        return RotaRow(
            opening_id=opening.id,
            on=opening.on_date,
            weekday=weekday or opening.on_date.isoweekday(),
            from_min=opening.from_min,
            to_min=opening.to_min,
            origin=opening.origin,
            state=state,
            duties=standing,
            replaced=tuple(one for one in duties if one.state is DutyState.REPLACED),
            stretches=tuple(stretches),
            missing=self.settings.need.missing(helpers) if is_to_come else 0,
        )

    def _duty(
        self,
        opening: Opening,
        duty: PlannedDuty,
        staff: Staff,
        signed_on_at: datetime | None,
        names: dict[UUID, str],
    ) -> RotaDuty:
        is_helper = staff.role is Role.VOLUNTEER
        is_counted_on = opening.state is OpeningState.PLANNED and duty.state in rules.RESPONSIBLE
        return RotaDuty(
            duty_id=duty.id,
            staff_id=staff.id,
            name=staff.display_name,
            is_helper=is_helper,
            has_left=staff.left_on is not None,
            state=rules.attendance(
                duty.state,
                self._state(opening),
                from_min=opening.from_min,
                signed_on_min=minute_on(opening.on_date, signed_on_at, self.here.settings.zone),
                late_after_min=self.settings.late_after_min,
            ),
            reason=duty.reason,
            instead_of=None if duty.replaces_id is None else names.get(duty.replaces_id),
            signed_on_at=signed_on_at,
            unfit=self.fitness.unfit(staff.id, is_helper=is_helper, on=opening.on_date)
            if is_counted_on
            else None,
        )

    def _state(self, opening: Opening) -> OpeningState:
        """Return the state; a day gone by was missed, also before anybody wrote it down."""
        is_past = opening.on_date < self.here.today and opening.state is OpeningState.PLANNED
        return OpeningState.MISSED if is_past else opening.state


def _planned(
    session: Session, opening_ids: Collection[UUID]
) -> dict[UUID, list[tuple[PlannedDuty, Staff]]]:
    found: dict[UUID, list[tuple[PlannedDuty, Staff]]] = {}
    for duty, staff in session.execute(
        select(PlannedDuty, Staff)
        .join(Staff, Staff.id == PlannedDuty.staff_id)
        .where(PlannedDuty.opening_id.in_(opening_ids))
        .order_by(PlannedDuty.id)
    ):
        found.setdefault(duty.opening_id, []).append((duty, staff))
    return found


def _stretches(session: Session, opening_ids: Collection[UUID]) -> dict[UUID, list[Stretch]]:
    found: dict[UUID, list[Stretch]] = {}
    for duty, staff in session.execute(
        select(Duty, Staff)
        .join(Staff, Staff.id == Duty.staff_id)
        .where(Duty.opening_id.in_(opening_ids))
        .order_by(Duty.signed_on_at, Duty.id)
    ):
        found.setdefault(duty.opening_id, []).append(
            Stretch(
                staff_id=staff.id,
                name=staff.display_name,
                is_helper=staff.role is Role.VOLUNTEER,
                signed_on_at=duty.signed_on_at,
                signed_off_at=duty.signed_off_at,
            )
        )
    return found


def is_kept(session: Session, *, since: date, here: Here) -> bool:
    """Say whether a rota is kept: somebody stands on it for an opening of this day or later."""
    found = (
        select(PlannedDuty.id)
        .join(Opening, Opening.id == PlannedDuty.opening_id)
        .where(Opening.home_id == here.home_id, Opening.on_date >= since)
    )
    return session.scalar(found.limit(1)) is not None
