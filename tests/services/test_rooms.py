from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import update

from kiosk.db import transaction
from kiosk.ids import new_id
from kiosk.models.calls import Line
from kiosk.models.home import Home
from kiosk.models.library import Title
from kiosk.models.openings import Opening
from kiosk.rules.call_states import CallState
from kiosk.rules.call_windows import LineKind
from kiosk.rules.lending import ItemStatus
from kiosk.rules.openings import OpeningState
from kiosk.services import rooms
from kiosk.services.answers import NextOpening
from kiosk.services.here import Here
from kiosk.services.own_call import BoardCall
from tests import factories
from tests.clock import FrozenClock
from tests.conftest import here_in

Now = Callable[[], Here]


@pytest.fixture
def now(app: Flask, clock: FrozenClock) -> Now:
    """Return the moment at the kiosk each time it is asked."""
    return lambda: here_in(app, clock)


def _board(here: Here) -> tuple[BoardCall, ...]:
    """Return the calls on the idle screen of a school that shows them."""
    settings = replace(here.settings, show_calls_when_idle=True)
    calls = rooms.now(replace(here, settings=settings)).calls
    assert calls is not None
    return calls


def test_a_closed_room_says_when_it_opens(now: Now, clock: FrozenClock) -> None:
    clock.set_to(datetime(2026, 11, 21, 2, 0, tzinfo=UTC))

    room = rooms.now(now())

    assert not room.is_open
    assert room.next_opening == NextOpening(on=date(2026, 11, 23), from_min=16 * 60 + 30)
    assert (room.headcount, room.duty_title, room.calls, room.train) == (0, None, (), ())
    assert room.now == datetime(2026, 11, 21, 10, 0)  # noqa: DTZ001 - the wall clock


def test_an_open_room_says_until_when_and_who_is_on_duty(here: Here) -> None:
    teacher, child = factories.staff(here), factories.child(here)
    factories.open_today(here, staff_id=teacher.staff_id)
    factories.visit(here, child.child_id)

    room = rooms.now(here)

    assert (room.closes_min, room.duty_title, room.headcount) == (18 * 60, "王老师", 1)
    assert room.train == (child.face.badge,)


def test_without_duty_or_a_plan_nothing_is_made_up(here: Here) -> None:
    factories.open_today(here)
    with transaction() as session:
        session.execute(
            update(Opening)
            .where(Opening.state == OpeningState.PLANNED)
            .values(state=OpeningState.CANCELLED)
        )

    room = rooms.now(here)

    assert (room.is_open, room.duty_title, room.next_opening) == (True, None, None)


def test_the_board_shows_the_next_three_calls_by_animal_and_time(
    now: Now, clock: FrozenClock
) -> None:
    factories.open_today(now())
    children = [factories.child(now()) for _ in range(6)]
    states = (
        CallState.BOOKED,
        CallState.CANCELLED,
        CallState.CALLING,
        CallState.WAITING,
        CallState.BOOKED,
        CallState.BOOKED,
    )
    places = factories.slots(now(), from_min=16 * 60 + 40, places=6)
    for child, place, state in zip(children, places, states, strict=True):
        factories.booking(now(), child.child_id, slot_id=place, state=state)

    first = _board(now())
    clock.advance(minutes=45)
    later = _board(now())

    assert [(call.start_min, call.badge, call.is_current) for call in first] == [
        (1000, children[0].face.badge, True),
        (1020, children[2].face.badge, False),
        (1030, children[3].face.badge, False),
    ]
    assert [call.start_min for call in later] == [1020, 1040, 1050]


def test_a_school_that_has_not_chosen_to_shows_no_call_at_all(here: Here) -> None:
    factories.open_today(here)
    factories.booking(here, factories.child(here).child_id)

    assert rooms.now(here).calls is None
    assert len(_board(here)) == 1


def test_the_two_newest_books_ride_along_until_they_are_a_month_old(
    now: Now, clock: FrozenClock
) -> None:
    factories.item(now(), name="旧书")
    clock.advance(days=30)
    factories.item(now(), name="新书一")
    clock.advance(days=1)
    newest = factories.item(now(), name="新书二")
    factories.item(now(), title_id=newest.title_id)
    factories.item(now(), name="坏书", status=ItemStatus.DAMAGED)
    taken = factories.item(now(), name="借走的书")
    factories.loan(now(), factories.child(now()).child_id, taken.item_id)
    factories.open_today(now())

    books = rooms.now(now()).new_books

    assert [book.title for book in books] == ["新书二", "新书一"]


def test_a_book_that_has_no_title_yet_is_not_shown(here: Here) -> None:
    draft = factories.item(here, name="待补 000001")
    with transaction() as session:
        session.get_one(Title, draft.title_id).is_draft = True
    factories.open_today(here)

    assert rooms.now(here).new_books == ()


def test_a_book_that_is_a_month_old_is_new_no_more(now: Now, clock: FrozenClock) -> None:
    factories.item(now(), name="旧书")
    clock.advance(days=31)
    factories.open_today(now())

    assert rooms.now(now()).new_books == ()


def test_a_room_shows_nothing_of_another_room(either_app: Flask, clock: FrozenClock) -> None:
    here = here_in(either_app, clock)
    factories.open_today(here)
    other_id, line_id = new_id(here.now), new_id(here.now)
    with transaction() as session:
        session.add(Home(id=other_id, name="小屋"))
        session.flush()
        session.add(Line(id=line_id, home_id=other_id, name="1", kind=LineKind.PHONE))
    other = replace(here, home_id=other_id)
    child = factories.child(here)
    factories.visit(other, child.child_id)
    opening_id = factories.opening(other, from_min=17 * 60, to_min=18 * 60)
    place = factories.slots(other, places=1, line_id=line_id, opening_id=opening_id)[0]
    factories.booking(other, child.child_id, slot_id=place)

    ours, theirs = rooms.now(here), rooms.now(other)

    assert (ours.is_open, ours.headcount, _board(here)) == (True, 0, ())
    assert (theirs.is_open, theirs.headcount, theirs.calls) == (False, 1, ())
    factories.open_today(other)
    assert len(_board(other)) == 1
    assert rooms.now(replace(here, home_id=uuid4())).headcount == 0
