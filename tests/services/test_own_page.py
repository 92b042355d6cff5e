from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

from flask import Flask
from sqlalchemy import update

from kiosk.db import reading, transaction
from kiosk.models.calls import Booking
from kiosk.rules.call_states import CallState
from kiosk.rules.call_windows import LineKind
from kiosk.rules.school_days import DayKind, SchoolDays, SpecialDay
from kiosk.services import own_page, own_reminders
from kiosk.services.answers import OwnPage, OwnPageSaying
from kiosk.services.here import Here
from kiosk.services.own_call import CallMode
from tests import factories
from tests.clock import FrozenClock
from tests.conftest import here_in
from tests.factories import MadeChild

TOMORROW = date(2026, 11, 21)


def _show(child: MadeChild, here: Here) -> OwnPage:
    return own_page.show(
        child_id=child.child_id, face=child.face, saying=OwnPageSaying.CHOOSE, here=here
    )


def test_a_child_with_nothing_sees_what_it_may_borrow(here: Here) -> None:
    child = factories.child(here, grade=5)

    page = _show(child, here)

    assert page == OwnPage(
        child=child.face,
        saying=OwnPageSaying.CHOOSE,
        today=here.today,
        loans=(),
        call=None,
        may_borrow=3,
    )


def test_its_books_come_in_the_order_they_are_due(here: Here) -> None:
    child = factories.child(here, grade=3)
    for name, days in (("雷锋日记", 9), ("小马过河", 2), ("神笔马良", 5)):
        factories.loan(
            here,
            child.child_id,
            factories.item(here, name=name).item_id,
            due_on=here.today + timedelta(days=days),
        )

    page = _show(child, here)

    assert [loan.book.title for loan in page.loans] == ["小马过河", "神笔马良", "雷锋日记"]
    assert page.may_borrow == 0
    assert own_page.in_hand(child_id=child.child_id, grade=3, here=here) == page.loans


def test_it_sees_nothing_of_another_child_and_nothing_brought_back(here: Here) -> None:
    child, other = factories.child(here), factories.child(here)
    factories.loan(here, other.child_id, factories.item(here).item_id)
    factories.loan(here, child.child_id, factories.item(here).item_id, ended_at=here.now)
    factories.booking(here, other.child_id)

    page = _show(child, here)

    assert (page.loans, page.call, page.may_borrow) == ((), None, 2)


def test_the_next_call_is_the_one_that_is_still_to_come(
    either_app: Flask, clock: FrozenClock
) -> None:
    here = here_in(either_app, clock)
    child = factories.child(here)
    soon, later = (
        factories.booking(
            here,
            child.child_id,
            slot_id=factories.slots(
                here,
                on=on,
                from_min=16 * 60 + 40,
                places=1,
                line_id=factories.line(here, kind=LineKind.VIDEO),
            )[0],
            state=CallState.EXCUSED,
        )
        for on in (here.today, date(2026, 11, 23))
    )
    assert _show(child, here).call is None
    with transaction() as session:
        session.execute(update(Booking).values(state=CallState.BOOKED))

    today = _show(child, here).call
    clock.advance(minutes=10)
    after = _show(child, here_in(either_app, clock)).call

    assert today is not None
    assert (today.booking_id, today.start_min, today.mode) == (soon, 16 * 60 + 40, CallMode.VIDEO)
    assert after is not None
    assert (after.booking_id, after.on) == (later, date(2026, 11, 23))


def test_a_book_is_late_only_when_the_days_of_grace_are_over(here: Here) -> None:
    child = factories.child(here)
    friday = here.today
    for late in (1, 2):
        factories.loan(
            here,
            child.child_id,
            factories.item(here).item_id,
            lent_at=here.now - timedelta(days=20),
            due_on=friday - timedelta(days=late),
        )

    def said(now: Here) -> list[bool]:
        found = own_page.in_hand(child_id=child.child_id, grade=3, here=now)
        return [loan.is_late for loan in found]

    closed = {friday: SpecialDay(kind=DayKind.CLOSED, name="停电")}
    assert said(here) == [True, False], "a day of grace is the default"
    assert said(replace(here, school=SchoolDays(days=closed))) == [False, False]


def test_the_greeting_reminds_of_todays_call_and_of_the_book_due_soonest(
    either_app: Flask, clock: FrozenClock
) -> None:
    here = here_in(either_app, clock)
    child = factories.child(here)
    nothing = own_reminders.reminders(reading(), child_id=child.child_id, grade=3, here=here)
    for days in (9, 2, 5):
        factories.loan(
            here,
            child.child_id,
            factories.item(here, name=f"第{days}本").item_id,
            due_on=here.today + timedelta(days=days),
        )
    factories.booking(here, child.child_id, slot_id=factories.slots(here, on=TOMORROW, places=1)[0])
    only_tomorrow = own_reminders.reminders(reading(), child_id=child.child_id, grade=3, here=here)
    place = factories.slots(here, from_min=17 * 60, places=1)[0]
    with transaction() as session:
        session.execute(update(Booking).values(state=CallState.CANCELLED))
    factories.booking(here, child.child_id, slot_id=place)

    both = own_reminders.reminders(reading(), child_id=child.child_id, grade=3, here=here)

    assert (nothing.call, nothing.loan) == (None, None)
    assert only_tomorrow.call is None
    assert only_tomorrow.loan is not None
    assert only_tomorrow.loan.book.title == "第2本"
    assert both.call is not None
    assert both.call.start_min == 17 * 60
    assert both.loan == only_tomorrow.loan


def test_a_book_always_has_the_same_cover() -> None:
    names = ("小马过河", "雷锋日记", "神笔马良", "没头脑和不高兴")

    first, again = (
        [own_page.book(name, title_id=UUID(int=1), cover_at=None) for name in names]
        for _ in range(2)
    )

    assert first == again
    assert all(0 <= book.cover < own_page.COVERS for book in first)
