"""A plan's receipt: made again from its seed and the facts of its time, and compared."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select

from kiosk.db import reading
from kiosk.errors import NotFoundError
from kiosk.models.call_plan import PlanSeat
from kiosk.rules import call_plan
from kiosk.rules.call_plan import CallPlan
from kiosk.rules.call_wishes import PlanProblem
from kiosk.services import week_plan_facts, week_plans
from kiosk.services.here import Here


class Rerun(StrEnum):
    """What came of making a plan again."""

    SAME = "same"
    OTHER_FACTS = "other-facts"  # cards, lessons or places were changed since
    OTHER_RULE = "other-rule"  # the kiosk plans by a newer rule now
    DIFFERENT = "different"  # the same facts, another plan: somebody touched it


def run_again(monday: date, *, here: Here) -> Rerun:
    """Make the plan of a week once more and say whether it comes to the same.

    Raises:
        NotFoundError: UNKNOWN_PLAN.
    """
    session = reading()
    kept = week_plans.plan_of(session, monday, here=here)
    if kept is None:
        raise NotFoundError(PlanProblem.UNKNOWN_PLAN)
    facts = week_plan_facts.read_then(session, monday, at=kept.made_at, here=here)
    made = call_plan.plan(facts.children, facts.places, seed=kept.seed, first_day=monday)
    # First the rule: a newer one may know more of the same facts, and their digest is another.
    if made.rule_version != kept.rule_version:
        return Rerun.OTHER_RULE
    if made.input_digest != kept.input_digest:
        return Rerun.OTHER_FACTS
    seats = session.scalars(select(PlanSeat).where(PlanSeat.plan_id == kept.id)).all()
    is_same = _made(made) == {_kept(seat) for seat in seats}
    return Rerun.SAME if is_same else Rerun.DIFFERENT


_Seat = tuple[UUID, int, int, UUID | None, UUID | None, str | None]


def _made(plan: CallPlan) -> set[_Seat]:
    seated = {
        (
            UUID(one.child_id),
            one.order,
            one.waited_days,
            UUID(one.place.slot_id),
            UUID(one.contact_id),
            str(one.reason),
        )
        for one in plan.arrangement.seated
    }
    unseated = {
        (UUID(one.child_id), one.order, one.waited_days, None, None, str(one.reason))
        for one in plan.arrangement.unseated
    }
    return {*seated, *unseated}


def _kept(seat: PlanSeat) -> _Seat:
    reason = seat.seat_reason or seat.unseated_reason
    return (
        seat.child_id,
        seat.turn,
        seat.waited_days,
        seat.slot_id,
        seat.contact_id,
        None if reason is None else str(reason),
    )
