"""A child asks for a call where calls are planned, and what it may choose from there."""

from datetime import date, timedelta
from functools import partial
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import insert, select, update

from kiosk.db import db, reading, transaction
from kiosk.errors import NotFoundError, RefusedError
from kiosk.ids import new_id
from kiosk.models.call_hours import ContactHours
from kiosk.models.call_plan import CallWish, LineOutage, PlanSeat, WeekPlan, WishTime
from kiosk.models.calls import Booking, CallResult, Line
from kiosk.models.people import Contact, ContactStatus
from kiosk.rules.call_news import CallNews
from kiosk.rules.call_states import CallRefusal, CallState
from kiosk.rules.call_waiting import Asked
from kiosk.rules.call_windows import WeekPattern
from kiosk.rules.call_wishes import OutageReason, WishState
from kiosk.rules.day_parts import DayPart
from kiosk.rules.relations import Relation
from kiosk.services import (
    call_asking,
    call_settings,
    calls,
    card_doubts,
    own_calls,
    week_plan_facts,
    week_plans,
    week_publishing,
    week_receipts,
)
from kiosk.services.answers import PickTime
from kiosk.services.call_answers import AskTime, CallPage
from kiosk.services.call_settings import PlanSettings
from kiosk.services.here import Here
from kiosk.services.week_receipts import Rerun
from tests import factories
from tests.clock import FrozenClock
from tests.conftest import here_in
from tests.factories import MadeChild
from tests.services import calls_week

MONDAY = date(2026, 11, 23)  # of the week after the clock's, a Friday


@pytest.fixture
def here(either_app: Flask, clock: FrozenClock) -> Here:
    return here_in(either_app, clock)


@pytest.fixture
def planned(here: Here) -> Here:
    call_settings.set_up(PlanSettings(), actor_id=factories.staff(here).staff_id, here=here)
    return here


@pytest.fixture
def child(here: Here) -> MadeChild:
    return factories.child(here)


@pytest.fixture
def contact_id(here: Here, child: MadeChild) -> UUID:
    return factories.contact(here, child.child_id)


def _when(child: MadeChild, contact_id: UUID, here: Here) -> PickTime | AskTime | CallPage:
    return call_asking.when(
        child_id=child.child_id, contact_id=contact_id, face=child.face, here=here
    )


def _ask(child: MadeChild, contact_id: UUID, here: Here, part: DayPart | None = None) -> CallPage:
    return call_asking.ask(
        child_id=child.child_id,
        contact_id=contact_id,
        part=part,
        request_id=uuid4(),
        face=child.face,
        here=here,
    )


def _wishes() -> list[CallWish]:
    db.session.remove()
    return list(reading().scalars(select(CallWish)))


def _no_places_today() -> None:
    with transaction() as session:
        session.execute(update(Line).values(is_in_use=False))


def _days(answer: object) -> set[date]:
    assert isinstance(answer, PickTime)
    return {slot.on for slot in answer.slots}


def test_next_week_is_not_there_to_choose_until_its_plan_is_out(
    planned: Here, child: MadeChild, contact_id: UUID
) -> None:
    before = _when(child, contact_id, planned)
    plan_id = week_plans.draft(MONDAY, here=planned)
    drafted = _when(child, contact_id, planned)
    factories.child(planned)
    week_publishing.publish(plan_id, actor_id=factories.staff(planned).staff_id, here=planned)

    other = factories.child(planned)
    after = _when(other, factories.contact(planned, other.child_id), planned)

    assert _days(before) == _days(drafted) == {planned.today}
    assert max(_days(after)) >= MONDAY


def test_where_nothing_is_planned_every_free_place_can_be_chosen(
    here: Here, child: MadeChild, contact_id: UUID
) -> None:
    assert max(_days(_when(child, contact_id, here))) >= MONDAY
    with pytest.raises(RefusedError):
        _ask(child, contact_id, here)


def test_only_times_at_which_the_family_can_be_rung_are_offered(
    here: Here, child: MadeChild, contact_id: UUID
) -> None:
    with transaction() as session:
        session.execute(
            insert(ContactHours),
            {
                "id": new_id(here.now),
                "contact_id": contact_id,
                "weekday": 1,
                "from_min": 17 * 60,
                "to_min": 18 * 60,
                "pattern": WeekPattern.ALWAYS,
            },
        )

    picked = _when(child, contact_id, here)

    assert isinstance(picked, PickTime)
    assert {(one.on, one.start_min // 60) for one in picked.slots} == {(MONDAY, 17)}


def test_a_telephone_that_is_broken_is_not_offered(
    here: Here, child: MadeChild, contact_id: UUID
) -> None:
    line_id, told_by = reading().scalars(select(Line.id)).one(), factories.staff(here)
    with transaction() as session:
        session.execute(
            insert(LineOutage),
            {
                "id": new_id(here.now),
                "line_id": line_id,
                "reason": OutageReason.BROKEN,
                "began_at": here.now,
                "told_by_id": told_by.staff_id,
                "request_id": uuid4(),
            },
        )

    with pytest.raises(RefusedError) as refused:
        _when(child, contact_id, here)

    assert refused.value.reason is CallRefusal.NO_TIMES


def test_a_child_asks_for_a_part_of_the_day_and_hears_when_it_knows(
    planned: Here, child: MadeChild, contact_id: UUID
) -> None:
    _no_places_today()
    asked = _when(child, contact_id, planned)

    page = _ask(child, contact_id, planned, DayPart.AFTER_SCHOOL)

    assert isinstance(asked, AskTime)
    assert asked.parts == (DayPart.AFTER_SCHOOL,)
    (wish,) = _wishes()
    assert (wish.state, wish.contact_id, wish.week_key) == (
        WishState.OPEN,
        contact_id,
        "2026-W48",
    )
    assert (page.news, page.known_on, page.undo_wish) == (CallNews.ASKED, planned.today, wish.id)
    times = reading().scalars(select(WishTime).order_by(WishTime.on_date)).all()
    assert [(one.on_date, one.from_min, one.to_min) for one in times] == [
        (MONDAY + timedelta(days=days), 16 * 60 + 30, 18 * 60) for days in range(5)
    ]


def test_to_ask_twice_changes_nothing(planned: Here, child: MadeChild, contact_id: UUID) -> None:
    _ask(child, contact_id, planned, DayPart.AFTER_SCHOOL)

    again = _ask(child, contact_id, planned)

    assert again.news is CallNews.ASKED
    assert len(_wishes()) == 1
    assert factories.how_many(WishTime) == 5
    _no_places_today()
    assert _when(child, contact_id, planned) == CallPage(
        child=child.face,
        news=CallNews.ASKED,
        call=None,
        today=planned.today,
        known_on=planned.today,
    )


def test_who_waits_for_next_week_may_still_choose_what_is_left_over(
    planned: Here, child: MadeChild, contact_id: UUID
) -> None:
    _ask(child, contact_id, planned)

    page = call_asking.page(child_id=child.child_id, face=child.face, here=planned)
    calls.who(child_id=child.child_id, face=child.face, here=planned)
    days = _days(_when(child, contact_id, planned))
    _no_places_today()
    later = call_asking.page(child_id=child.child_id, face=child.face, here=planned)

    assert page is not None
    assert (page.news, page.may_book, days) == (CallNews.ASKED, True, {planned.today})
    assert later is not None
    assert (later.news, later.may_book) == (CallNews.ASKED, False)


def test_what_was_asked_is_taken_back_for_ten_seconds_and_asked_again(
    either_app: Flask,
    clock: FrozenClock,
    planned: Here,
    child: MadeChild,
    contact_id: UUID,
) -> None:
    asked = _ask(child, contact_id, planned)
    assert asked.undo_wish is not None
    undo = partial(call_asking.undo, wish_id=asked.undo_wish, child_id=child.child_id)

    undo(here=planned)
    undo(here=planned)

    assert [wish.state for wish in _wishes()] == [WishState.WITHDRAWN]
    assert own_calls.show(child_id=child.child_id, here=planned).news is CallNews.NONE
    _ask(child, contact_id, planned)
    assert [wish.state for wish in _wishes()] == [WishState.OPEN]
    clock.advance(seconds=30)
    with pytest.raises(RefusedError):
        undo(here=here_in(either_app, clock))


def test_the_wish_of_another_child_is_as_unknown_as_none(
    planned: Here, child: MadeChild, contact_id: UUID
) -> None:
    other = factories.child(planned)
    wish_id = _ask(child, contact_id, planned).undo_wish
    assert wish_id is not None

    for unknown in (wish_id, uuid4()):
        with pytest.raises(NotFoundError):
            call_asking.undo(wish_id=unknown, child_id=other.child_id, here=planned)
    with pytest.raises(NotFoundError):
        _ask(other, contact_id, planned)

    assert [wish.state for wish in _wishes()] == [WishState.OPEN]


def test_a_person_who_may_not_be_rung_cannot_be_asked_for(
    planned: Here, child: MadeChild, contact_id: UUID
) -> None:
    with transaction() as session:
        session.execute(update(Contact).values(status=ContactStatus.BARRED))

    with pytest.raises(NotFoundError):
        _ask(child, contact_id, planned)
    with pytest.raises(NotFoundError):
        _when(child, contact_id, planned)


def test_when_a_child_would_like_to_ring_is_no_hour_of_its_family(
    planned: Here, child: MadeChild, contact_id: UUID
) -> None:
    (before,) = week_plan_facts.read(reading(), MONDAY, here=planned).children

    _ask(child, contact_id, planned, DayPart.AFTER_SCHOOL)

    (after,) = week_plan_facts.read(reading(), MONDAY, here=planned).children
    assert after.callees == before.callees
    assert (before.asked, after.asked) == (
        None,
        Asked(
            contact_id=str(contact_id),
            times=tuple(
                (MONDAY + timedelta(days=days), (16 * 60 + 30, 18 * 60)) for days in range(5)
            ),
        ),
    )


def test_the_plan_rings_whom_the_child_asked_for(
    planned: Here, child: MadeChild, contact_id: UUID
) -> None:
    grandmother = factories.contact(planned, child.child_id, relation=Relation.GRANDMOTHER)
    for wished in (contact_id, grandmother):
        page = _ask(child, wished, planned)
        assert page.undo_wish is not None
        plan = week_plans.draft(MONDAY, here=planned)

        (seat,) = reading().scalars(select(PlanSeat).where(PlanSeat.plan_id == plan))
        assert seat.contact_id == wished
        assert week_receipts.run_again(MONDAY, here=planned) is Rerun.SAME
        call_asking.undo(wish_id=page.undo_wish, child_id=child.child_id, here=planned)


def test_a_plan_made_by_an_older_rule_says_so(planned: Here) -> None:
    plan = week_plans.draft(MONDAY, here=planned)
    with transaction() as session:
        session.execute(
            update(WeekPlan)
            .where(WeekPlan.id == plan)
            .values(rule_version=1, input_digest="0" * 64)
        )

    assert week_receipts.run_again(MONDAY, here=planned) is Rerun.OTHER_RULE


def test_a_draft_is_not_seen_by_the_child_and_the_plan_is(
    planned: Here, child: MadeChild, contact_id: UUID
) -> None:
    _ask(child, contact_id, planned)
    plan_id = week_plans.draft(MONDAY, here=planned)
    drafted = own_calls.show(child_id=child.child_id, here=planned)

    week_publishing.publish(plan_id, actor_id=factories.staff(planned).staff_id, here=planned)
    page = call_asking.page(child_id=child.child_id, face=child.face, here=planned)

    assert drafted.news is CallNews.ASKED
    assert page is not None
    assert (page.news, page.may_book) == (CallNews.KEPT, False)
    assert page.call is not None
    assert page.call.on >= MONDAY


def test_who_had_its_call_of_the_week_it_asked_for_waits_no_more(
    either_app: Flask, clock: FrozenClock, planned: Here, child: MadeChild, contact_id: UUID
) -> None:
    _ask(child, contact_id, planned)
    clock.advance(days=3)
    monday = here_in(either_app, clock)
    waits = own_calls.show(child_id=child.child_id, here=monday)

    factories.booking(monday, child.child_id, contact_id=contact_id, state=CallState.DONE)

    assert waits.news is CallNews.ASKED
    assert own_calls.show(child_id=child.child_id, here=monday).news is CallNews.DONE


@pytest.mark.parametrize("status", [ContactStatus.BARRED, ContactStatus.WITHDRAWN])
def test_whom_a_child_may_not_ring_any_more_is_not_shown_to_it(
    here: Here, child: MadeChild, contact_id: UUID, status: ContactStatus
) -> None:
    factories.booking(here, child.child_id, contact_id=contact_id, state=CallState.DONE)
    before = own_calls.show(child_id=child.child_id, here=here)
    with transaction() as session:
        session.execute(update(Contact).values(status=status))

    after = own_calls.show(child_id=child.child_id, here=here)

    assert before.call is not None
    assert before.call.relation is Relation.MOTHER
    assert after.call is not None
    assert (after.news, after.call.relation) == (CallNews.DONE, None)


def test_after_a_wrong_number_no_child_hears_that_its_family_did_not_answer(
    here: Here, child: MadeChild, contact_id: UUID
) -> None:
    sister = factories.child(here)
    theirs = factories.contact(here, sister.child_id)
    booking_id = factories.booking(here, child.child_id, contact_id=contact_id)
    along = factories.booking(here, sister.child_id, contact_id=theirs)
    with transaction() as session:
        slot_id = session.get_one(Booking, booking_id).slot_id
        session.execute(
            update(Booking)
            .where(Booking.id == along)
            .values(companion_of_id=booking_id, slot_id=slot_id)
        )
    calls_week.lead(along, CallState.WAITING, here=here)
    calls_week.miss(booking_id, here=here, result=CallResult.WRONG_NUMBER)
    told = [own_calls.show(child_id=one.child_id, here=here).news for one in (child, sister)]
    card_doubts.raise_due(here=here)
    for doubt in card_doubts.to_look_at(here=here):
        card_doubts.all_is_right(doubt.doubt_id, actor_id=factories.staff(here).staff_id, here=here)

    looked_at = own_calls.show(child_id=child.child_id, here=here)

    assert told == [CallNews.WRONG_NUMBER, CallNews.WRONG_NUMBER]
    assert looked_at.news is CallNews.RELEASED


def test_without_a_day_of_the_plan_to_come_nothing_is_promised(planned: Here) -> None:
    plan_id = week_plans.draft(MONDAY, here=planned)
    week_publishing.publish(plan_id, actor_id=factories.staff(planned).staff_id, here=planned)
    assert factories.how_many(WeekPlan) == 1
    late = factories.child(planned)

    page = _ask(late, factories.contact(planned, late.child_id), planned)

    assert page.known_on is None
