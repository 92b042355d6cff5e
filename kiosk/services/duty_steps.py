"""The steps of a planned duty: each is kept, none is overwritten."""

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from sqlalchemy import delete, exists, func, or_, select
from sqlalchemy.orm import Session

from kiosk.ids import new_id
from kiosk.models.duty import DutyEvent, PlannedDuty
from kiosk.models.openings import Opening
from kiosk.rules.duty import PROMISED, DutyReason, DutyState
from kiosk.rules.openings import OpeningOrigin
from kiosk.services import audit
from kiosk.services.audit import AuditAction
from kiosk.services.here import Here

# True of a duty that somebody has agreed to, also while it is asked for again, or was excused
# since: with its steps it is kept.
HAD_AGREED: Final = or_(
    PlannedDuty.state.in_(PROMISED),
    exists().where(DutyEvent.planned_duty_id == PlannedDuty.id, DutyEvent.state.in_(PROMISED)),
)


def add_in(
    session: Session,
    opening_id: UUID,
    staff_id: UUID,
    *,
    by_id: UUID | None,
    here: Here,
    state: DutyState = DutyState.PLANNED,
    replaces_id: UUID | None = None,
) -> PlannedDuty:
    """Put somebody on the rota of an opening, inside a transaction that is under way."""
    made = PlannedDuty(
        id=new_id(here.now),
        opening_id=opening_id,
        staff_id=staff_id,
        state=state,
        state_since=here.now,
        reason=None,
        replaces_id=replaces_id,
    )
    session.add(made)
    session.flush()  # the event refers to it
    _event(session, made, by_id, here)
    return made


def step(
    session: Session,
    duty: PlannedDuty,
    state: DutyState,
    *,
    by_id: UUID | None,
    here: Here,
    reason: DutyReason | None = None,
) -> None:
    """Bring a duty into a state, and keep that it came so."""
    duty.state, duty.state_since, duty.reason = state, here.now, reason
    _event(session, duty, by_id, here)


def _event(session: Session, duty: PlannedDuty, by_id: UUID | None, here: Here) -> None:
    last = session.scalar(
        select(func.max(DutyEvent.seq)).where(DutyEvent.planned_duty_id == duty.id)
    )
    session.add(
        DutyEvent(
            planned_duty_id=duty.id,
            seq=(last or 0) + 1,
            at=here.now,
            state=duty.state,
            reason=duty.reason,
            by_id=by_id,
        )
    )


def remove(session: Session, duty_ids: Iterable[UUID]) -> None:
    """Take duties out that nobody had agreed to, with what is known of them."""
    ids = tuple(duty_ids)
    session.flush()  # what waits to be written goes first
    session.execute(delete(DutyEvent).where(DutyEvent.planned_duty_id.in_(ids)))
    session.execute(delete(PlannedDuty).where(PlannedDuty.id.in_(ids)))


def had_agreed(session: Session, duty: PlannedDuty) -> bool:
    """Say whether anybody has ever agreed to a duty."""
    agreed = select(PlannedDuty.id).where(PlannedDuty.id == duty.id, HAD_AGREED)
    return session.scalar(agreed) is not None


def forget(session: Session, opening_id: UUID) -> None:
    """Take the rota of an opening out that is as if it had never been planned."""
    of_it = select(PlannedDuty.id).where(PlannedDuty.opening_id == opening_id)
    session.execute(delete(DutyEvent).where(DutyEvent.planned_duty_id.in_(of_it)))
    session.execute(delete(PlannedDuty).where(PlannedDuty.opening_id == opening_id))


def is_promised(session: Session, opening: Opening) -> bool:
    """Say whether somebody planned an opening by hand, moved it, or has ever agreed to come."""
    if opening.origin is OpeningOrigin.MANUAL or opening.reason is not None:
        return True
    agreed = select(PlannedDuty.id).where(PlannedDuty.opening_id == opening.id, HAD_AGREED)
    return session.scalar(agreed.limit(1)) is not None


def ask_again(session: Session, opening_id: UUID, *, by_id: UUID, here: Here) -> None:
    """Ask again whoever had agreed to come to an opening that was cancelled and stands again."""
    agreed = select(PlannedDuty).where(
        PlannedDuty.opening_id == opening_id, PlannedDuty.state.in_(PROMISED)
    )
    for duty in session.scalars(agreed).all():
        step(session, duty, DutyState.PLANNED, by_id=by_id, here=here)


def note(session: Session, subject: str, what: str, actor_id: UUID | None, here: Here) -> None:
    """Write into the audit what was done; never a name."""
    audit.record(
        session,
        AuditAction.EDIT,
        actor_id=actor_id,
        subject=f"duty:{subject}",
        fields=what,
        purpose="duty",
        here=here,
    )
