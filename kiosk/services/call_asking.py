"""A child asks for a call where calls are planned: a wish, never a rank; it hears that it waits.

A child has one wish a week, with an id of its own: to ask twice changes nothing.
"""

from datetime import date, timedelta
from typing import Final
from uuid import UUID, uuid5

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from kiosk.db import reading, transaction
from kiosk.errors import NotFoundError, RefusedError
from kiosk.models.call_plan import CallWish, WishTime
from kiosk.models.openings import Opening
from kiosk.rules import civil, day_parts, lending
from kiosk.rules.call_news import CallNews
from kiosk.rules.call_states import CallRefusal
from kiosk.rules.call_wishes import AskedBy, PlanState, WishKind, WishState
from kiosk.rules.day_parts import DayPart
from kiosk.rules.openings import OpeningState
from kiosk.services import (
    call_offers,
    call_settings,
    call_settling,
    calls,
    own_calls,
    week_plans,
)
from kiosk.services.again import once_more
from kiosk.services.answers import ChildFace, PickTime
from kiosk.services.call_answers import AskTime, CallPage
from kiosk.services.here import Here

_WEEK: Final = timedelta(days=7)


def page(*, child_id: UUID, face: ChildFace, here: Here) -> CallPage | None:
    """Return what there is to tell about the child's call, or None: it may choose whom to call."""
    call_settling.settle(here=here)
    told = own_calls.show(child_id=child_id, here=here)
    if told.news is CallNews.NONE:
        return None
    return CallPage(
        child=face,
        news=told.news,
        call=told.call,
        today=here.today,
        known_on=_known_on(here) if told.news is CallNews.ASKED else None,
        may_book=calls.may_choose(reading(), child_id, told.news, here),
    )


def when(
    *, child_id: UUID, contact_id: UUID, face: ChildFace, here: Here
) -> PickTime | AskTime | CallPage:
    """Return the places that are left over, or the parts of the day to ask for.

    Raises:
        NotFoundError: NO_CONTACT. RefusedError: NO_TIMES, where nothing is planned.
    """
    session = reading()
    if not call_offers.is_planned(session, here):
        return calls.when(child_id=child_id, contact_id=contact_id, face=face, here=here)
    contact = call_offers.own_contact(session, child_id, contact_id, here)
    may_ask = not _has_asked(session, child_id, here)
    try:
        picked = calls.when(
            child_id=child_id, contact_id=contact_id, face=face, here=here, may_ask=may_ask
        )
    except RefusedError as error:
        if error.reason is not CallRefusal.NO_TIMES:
            raise
        if not may_ask:
            return _asked(face, here)
        return AskTime(child=face, contact=contact.tile, parts=_parts(session, here))
    return picked


@once_more("pk_call_wish", "uq_call_wish_request_id")
def ask(
    *,
    child_id: UUID,
    contact_id: UUID,
    part: DayPart | None,
    request_id: UUID,
    face: ChildFace,
    here: Here,
) -> CallPage:
    """Ask for a call of next week, if the child has not yet; committed when it returns.

    Raises:
        NotFoundError: NO_CONTACT. RefusedError: NOT_ALLOWED, where nothing is planned.
    """
    with transaction() as session:
        if not call_offers.is_planned(session, here):
            raise RefusedError(CallRefusal.NOT_ALLOWED)
        call_offers.own_contact(session, child_id, contact_id, here)
        wish = session.get(CallWish, _wish_id(child_id, here))
        if wish is None:
            wish = _new_wish(child_id, request_id, here)
            session.add(wish)
        elif wish.state is WishState.WITHDRAWN:
            wish.state, wish.settled_at, wish.request_id = WishState.OPEN, None, request_id
        else:
            return _asked(face, here, wish)
        wish.contact_id, wish.asked_at = contact_id, here.now
        session.flush()  # the times refer to it
        _write_times(session, wish.id, part, here)
    return _asked(face, here, wish)


def undo(*, wish_id: UUID, child_id: UUID, here: Here) -> None:
    """Take back what was asked a moment ago; a second time changes nothing.

    Raises:
        NotFoundError: NOT_ALLOWED, for a wish that is not the child's. RefusedError: TOO_LATE.
    """
    with transaction() as session:
        wish = session.get(CallWish, wish_id)
        if wish is None or wish.child_id != child_id or wish.asked_by is not AskedBy.CHILD:
            raise NotFoundError(CallRefusal.NOT_ALLOWED)
        if wish.state is WishState.WITHDRAWN:
            return
        if wish.state is not WishState.OPEN or not _may_undo(wish, here):
            raise RefusedError(CallRefusal.TOO_LATE)
        wish.state, wish.settled_at = WishState.WITHDRAWN, here.now


def _asked(face: ChildFace, here: Here, wish: CallWish | None = None) -> CallPage:
    is_fresh = wish is not None and wish.state is WishState.OPEN and _may_undo(wish, here)
    return CallPage(
        child=face,
        news=CallNews.ASKED,
        call=None,
        today=here.today,
        known_on=_known_on(here),
        undo_wish=wish.id if wish is not None and is_fresh else None,
    )


def _may_undo(wish: CallWish, here: Here) -> bool:
    return lending.may_undo(done_at=wish.asked_at, now=here.now)


def _has_asked(session: Session, child_id: UUID, here: Here) -> bool:
    wish = session.get(CallWish, _wish_id(child_id, here))
    return wish is not None and wish.state is not WishState.WITHDRAWN


def _wish_id(child_id: UUID, here: Here) -> UUID:
    return uuid5(child_id, f"wish {civil.week_key(_next_monday(here))}")


def _new_wish(child_id: UUID, request_id: UUID, here: Here) -> CallWish:
    return CallWish(
        id=_wish_id(child_id, here),
        home_id=here.home_id,
        child_id=child_id,
        kind=WishKind.WEEKLY,
        asked_by=AskedBy.CHILD,
        week_key=civil.week_key(_next_monday(here)),
        state=WishState.OPEN,
        asked_at=here.now,
        request_id=request_id,
    )


def _write_times(session: Session, wish_id: UUID, part: DayPart | None, here: Here) -> None:
    session.execute(delete(WishTime).where(WishTime.wish_id == wish_id))
    if part is None:
        return
    for row in _openings(session, here):
        span = day_parts.within(part, (row.from_min, row.to_min))
        if span is not None:
            session.add(
                WishTime(wish_id=wish_id, on_date=row.on_date, from_min=span[0], to_min=span[1])
            )


def _parts(session: Session, here: Here) -> tuple[DayPart, ...]:
    return day_parts.of((row.from_min, row.to_min) for row in _openings(session, here))


def _openings(session: Session, here: Here) -> list[Opening]:
    monday = _next_monday(here)
    return list(
        session.scalars(
            select(Opening)
            .where(
                Opening.home_id == here.home_id,
                Opening.state == OpeningState.PLANNED,
                Opening.on_date >= monday,
                Opening.on_date < monday + _WEEK,
            )
            .order_by(Opening.on_date, Opening.from_min)
        )
    )


def _next_monday(here: Here) -> date:
    return week_plans.first_day(here.today) + _WEEK


def _known_on(here: Here) -> date | None:
    """Return the day on which a child knows its time, None when that may be any day.

    A draft is looked at on the day after it was made.
    """
    chosen = call_settings.settings(here=here)
    plan = week_plans.plan_of(reading(), _next_monday(here), here=here)
    if chosen is None or (plan is not None and plan.state is PlanState.PUBLISHED):
        return None
    day = week_plans.first_day(here.today) + timedelta(days=chosen.drafts_on)
    return day if day >= here.today else None
