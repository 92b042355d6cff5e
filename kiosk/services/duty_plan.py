"""The rota of a period: proposed, agreed to and taken back by the office."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kiosk.db import reading, transaction
from kiosk.models.duty import DutyTemplate, PlannedDuty
from kiosk.models.openings import Opening
from kiosk.models.people import Staff
from kiosk.rules import duty as rules
from kiosk.rules import duty_proposal
from kiosk.rules.duty import DutyState
from kiosk.rules.duty_proposal import Candidate, Proposed, ToStaff, WeeklyDuty
from kiosk.rules.openings import OpeningState
from kiosk.rules.staff import Role
from kiosk.services import duty_facts, duty_people, duty_settings, duty_steps
from kiosk.services.duty_facts import RotaRow
from kiosk.services.here import Here

# A term goes on after the month that is looked at: its duties count for who is next.
_AHEAD: Final = timedelta(days=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonLoad:
    """Somebody who may be on duty, with the duties of this term, those to come among them."""

    staff_id: UUID
    name: str
    is_helper: bool
    duties: int
    last_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rota:
    """The openings of a period with their people, and how evenly the term's duties lie.

    `spread` is how far apart the most and the fewest duties of teachers are.
    """

    rows: tuple[RotaRow, ...]
    people: tuple[PersonLoad, ...]
    spread: int

    @property
    def missing(self) -> int:
        return sum(row.missing for row in self.rows)

    @property
    def due(self) -> int:
        """How many duties of these openings are over, of people whose duty it was to come."""
        return sum(one.state in rules.DUE for row in self.rows for one in row.duties)

    @property
    def came(self) -> int:
        """How many of these came, in time or late (值班到岗率, `domain.md` 2.4, L21)."""
        return sum(one.state in rules.CAME for row in self.rows for one in row.duties)

    @property
    def unconfirmed(self) -> int:
        """How many duties to come are proposed and not yet agreed."""
        return sum(
            one.state is DutyState.PLANNED
            for row in self.rows
            if row.is_to_come
            for one in row.duties
        )


def rota(first: date, last: date, *, here: Here) -> Rota:
    """Return the rota from `first` to `last`, both included."""
    session = reading()
    staff = loads(session, here=here)
    teachers = {one.staff_id: one.duties for one in staff if not one.is_helper}
    return Rota(
        rows=duty_facts.between(session, first, last, here=here),
        people=staff,
        spread=duty_proposal.spread(teachers),
    )


def people(*, here: Here) -> tuple[PersonLoad, ...]:
    """Return everybody who may be on duty, fewest duties first."""
    return loads(reading(), here=here)


def loads(session: Session, *, here: Here) -> tuple[PersonLoad, ...]:
    """Return everybody who may be on duty, fewest duties first."""
    counted: Counter[UUID] = Counter()
    last_on: dict[UUID, date] = {}
    term = duty_facts.between(
        session, here.school.term_began(here.today), here.today + _AHEAD, here=here
    )
    for row in term:
        for staff_id in _counted(row):
            counted[staff_id] += 1
            last_on[staff_id] = row.on
    staff = session.scalars(
        select(Staff).where(Staff.left_on.is_(None)).order_by(Staff.display_name)
    )
    found = [
        PersonLoad(
            staff_id=one.id,
            name=one.display_name,
            is_helper=one.role is Role.VOLUNTEER,
            duties=counted[one.id],
            last_on=last_on.get(one.id),
        )
        for one in staff
    ]
    return tuple(sorted(found, key=lambda one: (one.is_helper, one.duties, one.name)))


def _counted(row: RotaRow) -> set[UUID]:
    """Return whose load an opening is: who is counted on or came, also without being planned."""
    if row.state is OpeningState.CANCELLED:
        return set()
    planned = {one.staff_id for one in row.duties if one.state in rules.RESPONSIBLE | rules.CAME}
    return planned | {one.staff_id for one in row.unplanned}


def propose(first: date, last: date, *, actor_id: UUID, here: Here) -> tuple[Proposed, ...]:
    """Fill what is not covered from today on in this period, and return what was added.

    What stands stays; asked twice, the second time adds nothing.
    """
    with transaction() as session:
        return propose_in(session, first, last, actor_id=actor_id, here=here)


def propose_in(
    session: Session, first: date, last: date, *, actor_id: UUID | None, here: Here
) -> tuple[Proposed, ...]:
    """Do what `propose` does, inside a transaction that is under way."""
    rows = duty_facts.between(session, max(first, here.today), last, here=here)
    staff = loads(session, here=here)
    known = duty_people.fitness(session, here=here)
    everybody = [(one.staff_id, one.is_helper) for one in staff]
    made = duty_proposal.propose(
        [_to_staff(row, known.out(everybody, on=row.on)) for row in rows if row.is_to_come],
        [
            Candidate(
                staff_id=one.staff_id,
                is_helper=one.is_helper,
                duties=one.duties,
                last_on=one.last_on,
                place=place,
            )
            for place, one in enumerate(staff)
        ],
        weekly(session, here=here),
        need=duty_settings.read(session, here=here).need,
    )
    for one in made:
        duty_steps.add_in(session, one.opening_id, one.staff_id, by_id=actor_id, here=here)
    if made:
        duty_steps.note(session, "rota", f"proposed {len(made)}", actor_id, here)
    return made


def _to_staff(row: RotaRow, unfit: frozenset[UUID]) -> ToStaff:
    left = (*row.duties, *row.replaced)
    return ToStaff(
        opening_id=row.opening_id,
        on=row.on,
        weekday=row.weekday,
        from_min=row.from_min,
        to_min=row.to_min,
        on_duty=tuple(one.staff_id for one in row.duties if one.is_responsible),
        out=frozenset(one.staff_id for one in left if not one.is_responsible) | unfit,
    )


def weekly(session: Session, *, here: Here) -> tuple[WeeklyDuty, ...]:
    """Return whose day it is by agreement, in the order in which it was agreed."""
    rows = session.scalars(
        select(DutyTemplate)
        .where(
            DutyTemplate.home_id == here.home_id,
            func.coalesce(DutyTemplate.valid_to, here.today) >= here.today,
        )
        .order_by(DutyTemplate.id)
    )
    return tuple(
        WeeklyDuty(
            staff_id=row.staff_id,
            weekday=row.weekday,
            from_min=row.from_min,
            to_min=row.to_min,
            valid_from=row.valid_from,
            valid_to=row.valid_to,
        )
        for row in rows
    )


def confirm_all(first: date, last: date, *, actor_id: UUID, here: Here) -> int:
    """Call everything that is proposed from today on agreed; return how many duties."""
    with transaction() as session:
        found = _proposed(session, first, last, here)
        for one in found:
            duty_steps.step(session, one, DutyState.CONFIRMED, by_id=actor_id, here=here)
        if found:
            duty_steps.note(session, "rota", f"confirmed {len(found)}", actor_id, here)
        return len(found)


def take_back(first: date, last: date, *, actor_id: UUID, here: Here) -> int:
    """Take out everything that was only ever proposed from today on; return how many duties."""
    with transaction() as session:
        found = [
            one
            for one in _proposed(session, first, last, here)
            if one.replaces_id is None and not duty_steps.had_agreed(session, one)
        ]
        duty_steps.remove(session, (one.id for one in found))
        if found:
            duty_steps.note(session, "rota", f"taken back {len(found)}", actor_id, here)
        return len(found)


def _proposed(session: Session, first: date, last: date, here: Here) -> list[PlannedDuty]:
    return list(
        session.scalars(
            select(PlannedDuty)
            .join(Opening, Opening.id == PlannedDuty.opening_id)
            .where(
                Opening.home_id == here.home_id,
                Opening.on_date.between(max(first, here.today), last),
                Opening.state == OpeningState.PLANNED,
                PlannedDuty.state == DutyState.PLANNED,
            )
        )
    )
