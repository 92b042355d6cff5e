"""The rota of one opening: its people, what was said of it, and who could come besides."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from kiosk.db import reading
from kiosk.errors import NotFoundError
from kiosk.models.duty import DutyEvent, PlannedDuty
from kiosk.models.people import Staff
from kiosk.rules.duty import DutyReason, DutyRefusal, DutyState
from kiosk.rules.duty_fitness import Unfit
from kiosk.services import duty_facts, duty_people, duty_plan, duty_steps
from kiosk.services.duty_facts import RotaRow
from kiosk.services.duty_plan import PersonLoad
from kiosk.services.here import Here


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What was said of somebody's duty; `by` None: the facts have shown it, or a proposal."""

    at: datetime
    name: str
    state: DutyState
    reason: DutyReason | None
    by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningRota:
    """`free` are those who do not stand on it yet, fewest duties first.

    `unfit` says who of them should not come. `may_change`: it is still to come. `agreed` are the
    duties that anybody has ever agreed to.
    """

    row: RotaRow
    free: tuple[PersonLoad, ...]
    unfit: Mapping[UUID, Unfit]
    steps: tuple[Step, ...]
    may_change: bool
    agreed: frozenset[UUID]


def look(opening_id: UUID, *, here: Here) -> OpeningRota:
    """Return the rota of an opening.

    Raises:
        NotFoundError: UNKNOWN_DUTY, for no such opening of this room.
    """
    session = reading()
    row = duty_facts.one(session, opening_id, here=here)
    if row is None:
        raise NotFoundError(DutyRefusal.UNKNOWN_DUTY)
    there = {one.staff_id for one in row.duties}
    free = tuple(p for p in duty_plan.loads(session, here=here) if p.staff_id not in there)
    known = duty_people.fitness(session, here=here)
    why = {p.staff_id: known.unfit(p.staff_id, is_helper=p.is_helper, on=row.on) for p in free}
    return OpeningRota(
        row=row,
        free=free,
        unfit={staff_id: one for staff_id, one in why.items() if one is not None},
        steps=_steps(session, opening_id),
        may_change=row.is_to_come and row.on >= here.today,
        agreed=frozenset(
            session.scalars(
                select(PlannedDuty.id).where(
                    PlannedDuty.opening_id == opening_id, duty_steps.HAD_AGREED
                )
            )
        ),
    )


def _steps(session: Session, opening_id: UUID) -> tuple[Step, ...]:
    actor = aliased(Staff)
    rows = session.execute(
        select(DutyEvent, Staff.display_name, actor.display_name)
        .join(PlannedDuty, PlannedDuty.id == DutyEvent.planned_duty_id)
        .join(Staff, Staff.id == PlannedDuty.staff_id)
        .outerjoin(actor, actor.id == DutyEvent.by_id)
        .where(PlannedDuty.opening_id == opening_id)
        .order_by(DutyEvent.at, PlannedDuty.id, DutyEvent.seq)
    )
    return tuple(
        Step(at=event.at, name=name, state=event.state, reason=event.reason, by=by)
        for event, name, by in rows
    )
