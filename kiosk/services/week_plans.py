"""The plan of a week: drafted when its time has come, looked at, made again until it is published.

A draft is rows that nobody but staff sees.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from kiosk.db import reading, transaction
from kiosk.errors import InvalidInputError, RefusedError
from kiosk.ids import new_id
from kiosk.models.audit import AuditAction
from kiosk.models.call_plan import PlanSeat, WeekPlan
from kiosk.rules import call_plan, call_waiting, civil
from kiosk.rules.call_plan import CallPlan
from kiosk.rules.call_reasons import Seated, Unseated
from kiosk.rules.call_wishes import PlanProblem, PlanState
from kiosk.services import audit, call_settings, week_plan_facts
from kiosk.services.here import Here

WEEK: Final = timedelta(days=7)


def first_day(on: date) -> date:
    """Return the Monday of the week of a day."""
    return on - timedelta(days=on.weekday())


def draft_if_due(*, here: Here) -> UUID | None:
    """Draft the next week when its time has come and nobody has, and return the new draft's id.

    Whoever opens the page does it: nothing depends on a machine that is on at night.
    """
    next_monday = first_day(here.today) + WEEK
    if not _is_due(here) or plan_of(reading(), next_monday, here=here) is not None:
        return None
    with transaction() as session:
        # Two look at once: the second sees the draft of the first, and leaves it.
        call_settings.locked(session, here=here)
        is_there = plan_of(session, next_monday, here=here) is not None
        return None if is_there else _draft(session, next_monday, here)


def to_publish(*, here: Here) -> date | None:
    """Return the Monday of the next week when its plan should be out soon, and is not."""
    if not _is_due(here):
        return None
    next_monday = first_day(here.today) + WEEK
    plan = plan_of(reading(), next_monday, here=here)
    is_out = plan is not None and plan.state is PlanState.PUBLISHED
    return None if is_out else next_monday


def _is_due(here: Here) -> bool:
    """Say whether the time has come at which this room drafts its next week."""
    chosen = call_settings.settings(here=here)
    if chosen is None:
        return False
    due = chosen.drafts_on, chosen.drafts_from_min
    return (here.today.isoweekday(), here.minute) >= due


def draft(monday: date, *, here: Here, actor_id: UUID | None = None) -> UUID:
    """Make the plan of a week, in the place of an earlier draft, and return its id.

    Who asks for it by hand, `actor_id`, stands in the audit.

    Raises:
        InvalidInputError: NOT_A_WEEK, for a day that is no Monday or a week that is over.
        RefusedError: NOT_PLANNED where children pick their times; PUBLISHED, when it is out.
    """
    if monday.isoweekday() != 1 or monday + WEEK <= here.today:
        raise InvalidInputError(PlanProblem.NOT_A_WEEK)
    with transaction() as session:
        plan_id = _draft(session, monday, here)
        if actor_id is not None:
            audit.record(
                session,
                AuditAction.EDIT,
                actor_id=actor_id,
                subject=f"plan:{plan_id}",
                fields="drafted",
                purpose="calls",
                here=here,
            )
        return plan_id


def _draft(session: Session, monday: date, here: Here) -> UUID:
    chosen = call_settings.locked(session, here=here)
    if chosen is None:
        raise RefusedError(PlanProblem.NOT_PLANNED)
    before = plan_of(session, monday, here=here)
    if before is not None and before.state is PlanState.PUBLISHED:
        raise RefusedError(PlanProblem.PUBLISHED)
    if before is not None:
        before.state = PlanState.REPLACED
        session.flush()
    facts = week_plan_facts.read(session, monday, here=here)
    week_key = civil.week_key(monday)
    made = call_plan.plan(
        facts.children,
        facts.places,
        seed=call_waiting.week_seed(chosen.lot_secret, week_key),
        first_day=monday,
    )
    return store(session, made, week_key, here=here)


def plan_of(session: Session, monday: date, *, here: Here) -> WeekPlan | None:
    """Return the plan of a week that holds, or its draft, or None."""
    return session.scalars(
        select(WeekPlan)
        .where(
            WeekPlan.home_id == here.home_id,
            WeekPlan.week_key == civil.week_key(monday),
            WeekPlan.state != PlanState.REPLACED,
        )
        .order_by(WeekPlan.state.desc())
        .limit(1)
    ).one_or_none()


def published(session: Session, *, here: Here) -> list[date]:
    """Return the Mondays of the weeks from this one on whose plans are out, in order."""
    weeks = session.scalars(
        select(WeekPlan.week_key)
        .where(
            WeekPlan.home_id == here.home_id,
            WeekPlan.week_key >= civil.week_key(here.today),
            WeekPlan.state == PlanState.PUBLISHED,
        )
        .order_by(WeekPlan.week_key)
    )
    return [date.fromisoformat(f"{week}-1") for week in weeks]


def store(session: Session, made: CallPlan, week_key: str, *, here: Here) -> UUID:
    """Keep a plan as the draft of its week, inside a transaction that is under way."""
    plan_id = new_id(here.now)
    session.execute(
        insert(WeekPlan),
        {
            "id": plan_id,
            "home_id": here.home_id,
            "week_key": week_key,
            "state": PlanState.DRAFT,
            "seed": made.seed,
            "rule_version": made.rule_version,
            "input_digest": made.input_digest,
            "made_at": here.now,
        },
    )
    arrangement = made.arrangement
    rows = [*_seated(plan_id, arrangement.seated), *_unseated(plan_id, arrangement.unseated)]
    if rows:
        session.execute(insert(PlanSeat), rows)
    return plan_id


def _seated(plan_id: UUID, seated: Iterable[Seated]) -> Iterable[dict[str, object]]:
    # Of those who share a place the first in turn has it; the others ring along.
    having: dict[str, UUID] = {}
    for one in seated:
        child_id, slot_id = UUID(one.child_id), one.place.slot_id
        yield {
            "plan_id": plan_id,
            "child_id": child_id,
            "turn": one.order,
            "waited_days": one.waited_days,
            "slot_id": UUID(slot_id),
            "contact_id": UUID(one.contact_id),
            "with_child_id": having.get(slot_id),
            "seat_reason": one.reason,
            "time_reason": one.time_reason,
            "unseated_reason": None,
        }
        having.setdefault(slot_id, child_id)


def _unseated(plan_id: UUID, unseated: Iterable[Unseated]) -> Iterable[dict[str, object]]:
    for one in unseated:
        yield {
            "plan_id": plan_id,
            "child_id": UUID(one.child_id),
            "turn": one.order,
            "waited_days": one.waited_days,
            **dict.fromkeys(
                ("slot_id", "contact_id", "with_child_id", "seat_reason", "time_reason")
            ),
            "unseated_reason": one.reason,
        }
