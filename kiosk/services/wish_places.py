"""A wish gets a place that is left over: nobody who waits for a call of the week loses it."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from kiosk.db import transaction
from kiosk.errors import NotFoundError, RefusedError
from kiosk.models.audit import AuditAction
from kiosk.models.call_plan import CallSetting, CallWish, WeekPlan
from kiosk.models.people import Child
from kiosk.rules import call_repair
from kiosk.rules.call_states import USES_WEEK, CallKind
from kiosk.rules.call_waiting import CallPlace, WaitingChild
from kiosk.rules.call_wishes import PlanState, WishKind, WishState
from kiosk.rules.wish_ends import WishProblem, WishTimeSpan
from kiosk.services import (
    audit,
    call_seating,
    call_weeks,
    call_wishes,
    week_plan_facts,
)
from kiosk.services import (
    call_repair as repair,
)
from kiosk.services.call_seating import NewCall
from kiosk.services.call_weeks import WeekCalls
from kiosk.services.here import Here

_DAY: Final = timedelta(days=1)


def placeable(session: Session, wishes: Iterable[CallWish], *, here: Here) -> frozenset[UUID]:
    """Return the wishes that may get a place: the plan of their week, if there is one, is out."""
    waiting = [
        one for one in wishes if one.state is WishState.OPEN and one.kind is not WishKind.URGENT
    ]
    if not waiting:
        return frozenset()
    if session.get(CallSetting, here.home_id) is None:
        return frozenset(one.id for one in waiting)
    out = set(
        session.scalars(
            select(WeekPlan.week_key).where(
                WeekPlan.home_id == here.home_id,
                WeekPlan.week_key.in_({one.week_key for one in waiting}),
                WeekPlan.state == PlanState.PUBLISHED,
            )
        )
    )
    return frozenset(one.id for one in waiting if one.week_key in out)


def give_place(wish_id: UUID, *, actor_id: UUID, here: Here) -> None:
    """Book the soonest place that is left over in the times of a wish; twice is once.

    Whoever still waits for the call of the week is seated first. Once the room has opened, what is
    free today is for the children in it.

    Raises:
        NotFoundError: UNKNOWN. RefusedError: SETTLED; NO_PLAN_YET; NOTHING_LEFT.
    """
    call_wishes.settle(here=here)
    with transaction() as session:
        wish = session.get(CallWish, wish_id)
        if wish is None or wish.home_id != here.home_id:
            raise NotFoundError(WishProblem.UNKNOWN)
        if wish.state is WishState.PLANNED:
            return
        if wish.state is not WishState.OPEN:
            raise RefusedError(WishProblem.SETTLED)
        if wish.id not in placeable(session, [wish], here=here):
            raise RefusedError(WishProblem.NO_PLAN_YET)
        repair.repair_week(session, here=here, monday=_monday(wish))
        wish.booking_id = _seat(session, wish, actor_id, here)
        wish.state, wish.settled_at = WishState.PLANNED, here.now
        audit.record(
            session,
            AuditAction.EDIT,
            actor_id=actor_id,
            subject=f"wish:{wish_id}",
            fields="placed",
            purpose="call-wish",
            here=here,
        )


def _seat(session: Session, wish: CallWish, actor_id: UUID, here: Here) -> UUID:
    week = call_weeks.calls(session, _monday(wish))
    found = call_weeks.children(session, week, Child.id == wish.child_id, here=here)
    kind = _kind(wish, week)
    for child in (_with_only(one, wish.contact_id) for one in found):
        free = _left_over(session, wish, here)
        for at in call_repair.later_places(child, free, today=here.today, minute=here.minute):
            booking_id = _seat_at(session, child, at, kind, actor_id, here)
            if booking_id is not None:
                return booking_id
    raise RefusedError(WishProblem.NOTHING_LEFT)


def _seat_at(
    session: Session,
    child: WaitingChild,
    at: CallPlace,
    kind: CallKind,
    actor_id: UUID,
    here: Here,
) -> UUID | None:
    contact_id = call_repair.contact_for(child, at.on, at.span, at.kind)
    if contact_id is None:
        return None
    wanted = NewCall(
        child_id=UUID(child.child_id),
        contact_id=UUID(contact_id),
        slot_id=UUID(at.slot_id),
        kind=kind,
        replaces_id=None,
    )
    return call_seating.seat(session, wanted, here=here, by_staff_id=actor_id)


def _kind(wish: CallWish, week: WeekCalls) -> CallKind:
    """Return the kind of a wish's call: the child's call of the week, unless it has that one."""
    has_one = any(
        one.child_id == wish.child_id
        and one.call_kind is CallKind.WEEKLY
        and one.state in USES_WEEK
        for one in week.rows
    )
    return CallKind.WEEKLY if wish.kind is WishKind.WEEKLY and not has_one else CallKind.PARENT


def _left_over(session: Session, wish: CallWish, here: Here) -> Iterable[CallPlace]:
    times = call_wishes.times_of(session, [wish]).get(wish.id, ())
    is_open = call_weeks.has_opened_today(session, here=here)
    first = here.today + _DAY if is_open else here.today
    return [
        place
        for place in week_plan_facts.places(session, _monday(wish), here=here)
        if place.on >= first and (not times or any(_lies_in(place, time) for time in times))
    ]


def _lies_in(place: CallPlace, time: WishTimeSpan) -> bool:
    return place.on == time.on and time.from_min <= place.start_min and place.end_min <= time.to_min


def _with_only(child: WaitingChild, contact_id: UUID | None) -> WaitingChild:
    if contact_id is None:
        return child
    callees = tuple(one for one in child.callees if one.contact_id == str(contact_id))
    return replace(child, callees=callees)


def _monday(wish: CallWish) -> date:
    return date.fromisoformat(f"{wish.week_key}-1")
