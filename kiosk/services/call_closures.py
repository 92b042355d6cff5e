"""A telephone out of order, a day on which the room stays shut: asked beforehand, then done.

What the page shows and what is done are worked out by one rule from the facts of that moment. The
page's digest goes with the deed: when anything that would follow has changed, nothing is done.
"""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from kiosk.db import reading, transaction
from kiosk.errors import NotFoundError, RefusedError
from kiosk.ids import new_id
from kiosk.models.audit import AuditAction
from kiosk.models.call_plan import LineOutage
from kiosk.models.calls import Line, Slot
from kiosk.models.openings import Opening
from kiosk.rules.call_outage import ClosureReason, ClosureRefusal
from kiosk.rules.call_states import CallRefusal
from kiosk.rules.call_wishes import OutageLength, OutageReason
from kiosk.rules.openings import OpeningRefusal, OpeningState
from kiosk.services import (
    audit,
    call_losses,
    call_moves,
    call_repair,
    call_returns,
    line_outages,
    loan_days,
    opening_plan,
    opening_returns,
)
from kiosk.services.call_losses import Preview, WeekLosses
from kiosk.services.here import Here
from kiosk.services.loan_days import DueMove

__all__ = [
    "Closed",
    "ClosureReason",
    "ClosureRefusal",
    "OutageLength",
    "OutageReason",
    "Preview",
    "close_line",
    "close_opening",
    "due_moves",
    "mend_line",
    "preview_line",
    "preview_opening",
    "reopen",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """How many calls were released, and how many of these have another place."""

    released: int
    moved: int


def preview_line(
    line_id: UUID, *, length: OutageLength = OutageLength.UNTIL_MENDED, here: Here
) -> Preview:
    """Return what would follow if a line could not be used from now on.

    Raises:
        NotFoundError: PHONE_DOWN, for no such line.
    """
    session = reading()
    _line(session, line_id, here)
    lost = line_outages.places_of(line_id, length, here=here)
    return call_losses.preview(session, lost, here=here)


def preview_opening(opening_id: UUID, *, here: Here) -> Preview:
    """Return what would follow if a planned opening did not take place.

    Raises:
        NotFoundError: NOT_OPEN, for no such planned opening of this room.
    """
    session = reading()
    opening_plan.planned(session, opening_id, here=here)
    return call_losses.preview(session, Slot.opening_id == opening_id, here=here)


def due_moves(opening_id: UUID, *, here: Here) -> tuple[DueMove, ...]:
    """Return which due days would move if an opening did not take place."""
    return loan_days.without(reading(), opening_id, here=here)


def close_line(
    line_id: UUID,
    *,
    reason: OutageReason,
    request_id: UUID,
    staff_id: UUID,
    here: Here,
    length: OutageLength = OutageLength.UNTIL_MENDED,
    digest: str | None = None,
) -> Closed:
    """Note that a line cannot be used, release its calls and seat those children elsewhere.

    Today's outage takes today's places and ends by itself; one that lasts may follow on it. Any
    other line that is out of order stays as it is. Without a `digest` nobody looked beforehand.

    Raises:
        NotFoundError: PHONE_DOWN, for no such line.
        RefusedError: CHANGED, when other things would follow than the page showed.
    """
    with transaction() as session:
        line = _line(session, line_id, here)
        outage = line_outages.now(session, line_id, here=here)
        if outage is not None and (outage.ended_at is None or length is OutageLength.TODAY):
            return Closed(released=0, moved=0)
        lost = line_outages.places_of(line_id, length, here=here)
        work = call_losses.losses(session, lost, here=here)
        call_losses.check(work, digest)
        if outage is not None:
            outage.ended_at = max(here.now, outage.began_at)
        session.add(
            LineOutage(
                id=new_id(here.now),
                line_id=line_id,
                reason=reason,
                began_at=here.now,
                ended_at=line_outages.end_of(length, here=here),
                told_by_id=staff_id,
                request_id=request_id,
            )
        )
        line.is_in_use = line.is_in_use and length is OutageLength.TODAY
        if length is OutageLength.TODAY:
            line_outages.withdraw_today(session, line_id, here=here)
        session.flush()  # nobody is seated on it any more
        closed = _carry_out(session, work, staff_id, here)
        _audit(session, f"line:{line_id}", f"out_of_use {reason} {length}", staff_id, here)
        return closed


def mend_line(line_id: UUID, *, staff_id: UUID, here: Here) -> int:
    """Take a line into use again, and return how many calls have a place for that.

    Who lost a call with it has that one back where it is still free; then the weeks are repaired.

    Raises:
        NotFoundError: PHONE_DOWN, for no such line.
    """
    with transaction() as session:
        line = _line(session, line_id, here)
        outage = line_outages.now(session, line_id, here=here)
        if outage is not None:
            if outage.ended_at is None:
                outage.ended_by_id = staff_id
            # A clock set back since must not keep the line from being mended.
            outage.ended_at = max(here.now, outage.began_at)
        line.is_in_use = True
        line_outages.give_back_today(session, line_id, here=here)
        session.flush()  # its places are laid out again
        opening_plan.lay_out_slots(session, here=here)
        back = 0
        if outage is not None:
            back = call_returns.give_back(session, outage, staff_id=staff_id, here=here)
        done = call_repair.repair_weeks(session, here=here)
        _audit(session, f"line:{line_id}", "in_use", staff_id, here)
        return back + len(done.booked)


def close_opening(
    opening_id: UUID,
    *,
    reason: ClosureReason,
    staff_id: UUID,
    here: Here,
    digest: str | None = None,
) -> Closed:
    """Cancel a planned opening, release its calls and seat those children on other days.

    Raises:
        NotFoundError: NOT_OPEN, for no such planned opening of this room.
        RefusedError: CHANGED, when other things would follow than the page showed.
    """
    with transaction() as session:
        opening = opening_plan.planned(session, opening_id, here=here)
        work = call_losses.losses(session, Slot.opening_id == opening_id, here=here)
        call_losses.check(work, digest)
        opening.reason = reason
        released = opening_plan.withdraw(session, opening, staff_id=staff_id, here=here)
        session.flush()  # its places are gone before anybody is seated
        moved = sum(call_losses.seat(session, one, staff_id=staff_id, here=here) for one in work)
        loan_days.follow(session, here=here)
        _audit(session, f"opening:{opening_id}", f"cancelled {reason}", staff_id, here)
        return Closed(released=released, moved=moved)


def reopen(opening_id: UUID, *, staff_id: UUID, here: Here) -> None:
    """Plan a cancelled opening after all; whoever had agreed to come is asked once more.

    Its places come back empty, no call comes back to them.

    Raises:
        NotFoundError: NOT_OPEN, for no cancelled opening of today or later.
        RefusedError: TIME_TAKEN, when another opening stands at its time.
    """
    with transaction() as session:
        opening = session.get(Opening, opening_id)
        if opening is None or opening.home_id != here.home_id or opening.on_date < here.today:
            raise NotFoundError(OpeningRefusal.NOT_OPEN)
        if opening.state is not OpeningState.CANCELLED:
            raise NotFoundError(OpeningRefusal.NOT_OPEN)
        in_the_way = session.scalars(
            select(Opening.id).where(
                Opening.home_id == here.home_id,
                Opening.on_date == opening.on_date,
                Opening.state != OpeningState.CANCELLED,
                Opening.from_min < opening.to_min,
                Opening.to_min > opening.from_min,
            )
        ).first()
        if in_the_way is not None:
            raise RefusedError(ClosureRefusal.TIME_TAKEN)
        opening_returns.stand_again(session, opening, staff_id=staff_id, here=here)
        session.flush()  # its places are laid out again
        opening_plan.lay_out_slots(session, here=here)
        call_repair.repair_weeks(session, here=here)
        loan_days.follow(session, here=here)
        _audit(session, f"opening:{opening_id}", "planned_again", staff_id, here)


def _line(session: Session, line_id: UUID, here: Here) -> Line:
    # Two who say it at one instant do so one after the other.
    line = session.get(Line, line_id, with_for_update=True)
    if line is None or line.home_id != here.home_id:
        raise NotFoundError(CallRefusal.PHONE_DOWN)
    return line


def _carry_out(session: Session, work: list[WeekLosses], staff_id: UUID, here: Here) -> Closed:
    released = sum(
        call_moves.release(session, one.booked, by_staff_id=staff_id, here=here) for one in work
    )
    session.flush()  # nobody holds two places
    moved = sum(call_losses.seat(session, one, staff_id=staff_id, here=here) for one in work)
    return Closed(released=released, moved=moved)


def _audit(session: Session, subject: str, what: str, staff_id: UUID, here: Here) -> None:
    audit.record(
        session,
        AuditAction.EDIT,
        actor_id=staff_id,
        subject=subject,
        fields=what,
        purpose="openings" if subject.startswith("opening") else "calls",
        here=here,
    )
