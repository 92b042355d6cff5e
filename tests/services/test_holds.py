from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select, update

from kiosk.db import db, reading, transaction
from kiosk.errors import NotFoundError, RefusedError
from kiosk.models.lending import Hold
from kiosk.models.library import Item, Loan, Shelf
from kiosk.models.people import Child
from kiosk.rules.catalogue import CatalogueProblem, ShelfColour
from kiosk.rules.codes import parse
from kiosk.rules.holds import HoldEnd, HoldRefusal, HoldShelfProblem
from kiosk.rules.lending import ItemStatus
from kiosk.services import hold_shelf, holds, item_status, lending, own_page, visits
from kiosk.services.answers import AlreadyYours, Arrived, Lent, Returned
from kiosk.services.here import Here
from kiosk.services.hold_answers import HoldPlaced
from kiosk.services.lending import Answer, Reader
from tests import factories
from tests.clock import FrozenClock
from tests.conftest import here_in
from tests.factories import MadeChild, MadeItem


@pytest.fixture
def now(app: Flask, clock: FrozenClock) -> Callable[[], Here]:
    """Return the moment at the kiosk each time it is asked."""
    return lambda: here_in(app, clock)


def _scan(item: MadeItem, reader: Reader | None, here: Here) -> Answer:
    return lending.scan(parse(item.code), reader=reader, request_id=uuid4(), here=here)


def _wait(child: MadeChild, title_id: UUID, here: Here) -> HoldPlaced:
    return holds.place(
        title_id=title_id, child_id=child.child_id, face=child.face, request_id=uuid4(), here=here
    )


def _holds() -> list[Hold]:
    db.session.remove()
    return list(reading().scalars(select(Hold).order_by(Hold.placed_at, Hold.id)))


def _refused(act: Callable[[], object]) -> object:
    with pytest.raises((RefusedError, NotFoundError)) as error:
        act()
    return error.value.reason


@pytest.fixture
def first(here: Here) -> MadeChild:
    return factories.child(here, given_name="小满")


@pytest.fixture
def second(here: Here) -> MadeChild:
    return factories.child(here, given_name="小雨")


@pytest.fixture
def third(here: Here) -> MadeChild:
    return factories.child(here, given_name="小星")


@pytest.fixture
def book(here: Here) -> MadeItem:
    return factories.item(here, name="小马过河")


# Asking


def test_a_child_waits_for_a_book_that_is_out_and_is_told_its_place(
    here: Here, first: MadeChild, second: MadeChild, third: MadeChild, book: MadeItem
) -> None:
    _scan(book, first.reader, here)

    placed = _wait(second, book.title_id, here)
    later = replace(here, now=here.now + timedelta(minutes=1))
    behind = _wait(third, book.title_id, later)

    assert (placed.hold.place, placed.is_here, placed.hold.is_ready) == (1, False, False)
    assert behind.hold.place == 2
    assert [own.place for own in own_page.show_holds(child_id=third.child_id)] == [2]


def test_a_book_on_its_shelf_is_shown_where_it_stands(
    here: Here, first: MadeChild, book: MadeItem
) -> None:
    shelf_id = uuid4()
    with transaction() as session:
        session.add(Shelf(id=shelf_id, name="三", colour=ShelfColour.LAKE, letter="K"))
        session.flush()
        session.execute(update(Item).where(Item.id == book.item_id).values(shelf_id=shelf_id))

    placed = _wait(first, book.title_id, here)

    assert placed.is_here
    assert placed.shelf is not None
    assert (placed.shelf.colour, placed.shelf.letter) == (ShelfColour.LAKE, "K")


def test_the_same_wish_twice_is_one(here: Here, first: MadeChild, book: MadeItem) -> None:
    once = _wait(first, book.title_id, here)
    again = _wait(first, book.title_id, here)

    assert again.hold.hold_id == once.hold.hold_id
    assert len(_holds()) == 1


def test_a_child_waits_for_two_books_at_most(here: Here, first: MadeChild) -> None:
    for _ in range(2):
        _wait(first, factories.item(here).title_id, here)

    reason = _refused(lambda: _wait(first, factories.item(here).title_id, here))

    assert reason is HoldRefusal.TOO_MANY_HOLDS
    assert len(_holds()) == 2


def test_nobody_waits_for_a_book_in_its_own_hand(
    here: Here, first: MadeChild, book: MadeItem
) -> None:
    _scan(book, first.reader, here)

    assert _refused(lambda: _wait(first, book.title_id, here)) is HoldRefusal.HAVE_IT


def test_nobody_waits_for_what_the_room_does_not_have(here: Here, first: MadeChild) -> None:
    gone = factories.item(here, status=ItemStatus.WITHDRAWN)

    assert _refused(lambda: _wait(first, gone.title_id, here)) is HoldRefusal.NO_COPY
    assert _refused(lambda: _wait(first, uuid4(), here)) is CatalogueProblem.UNKNOWN_TITLE


def test_a_wish_is_taken_back_by_the_child_itself_alone(
    here: Here, first: MadeChild, second: MadeChild, book: MadeItem
) -> None:
    hold_id = _wait(first, book.title_id, here).hold.hold_id

    stranger = _refused(lambda: holds.cancel(hold_id=hold_id, child_id=second.child_id, here=here))
    holds.cancel(hold_id=hold_id, child_id=first.child_id, here=here)
    holds.cancel(hold_id=hold_id, child_id=first.child_id, here=here)

    assert stranger is HoldRefusal.OVER
    assert [hold.ended_as for hold in _holds()] == [HoldEnd.CANCELLED]


# The book comes back


def test_a_book_that_comes_back_lies_ready_for_who_waited_longest(
    here: Here, first: MadeChild, second: MadeChild, third: MadeChild, book: MadeItem
) -> None:
    _scan(book, first.reader, here)
    _wait(second, book.title_id, here)
    _wait(third, book.title_id, replace(here, now=here.now + timedelta(minutes=1)))

    answer = _scan(book, None, here)

    assert isinstance(answer, Returned)
    assert answer.waited_for
    ready, waiting = _holds()
    assert (ready.child_id, ready.item_id) == (second.child_id, book.item_id)
    assert waiting.item_id is None


def test_nobody_is_told_who_waits(
    here: Here, first: MadeChild, second: MadeChild, book: MadeItem
) -> None:
    _scan(book, first.reader, here)
    _wait(second, book.title_id, here)

    assert "小雨" not in repr(_scan(book, None, here))


def test_the_days_to_pick_it_up_are_days_on_which_the_room_opens(
    here: Here, first: MadeChild, second: MadeChild, book: MadeItem
) -> None:
    _scan(book, first.reader, here)
    _wait(second, book.title_id, here)

    _scan(book, None, here)  # on a Friday; the room opens from Monday to Friday

    assert _holds()[0].pick_up_by == date(2026, 11, 25)


def test_a_book_whose_return_is_undone_lies_ready_for_nobody(
    here: Here, first: MadeChild, second: MadeChild, book: MadeItem
) -> None:
    _scan(book, first.reader, here)
    _wait(second, book.title_id, here)
    back = _scan(book, None, here)
    assert isinstance(back, Returned)

    lending.undo_return(loan_id=back.loan_id, here=here)

    (hold,) = _holds()
    assert (hold.item_id, hold.ready_at, hold.pick_up_by, hold.ended_at) == (None,) * 4


def test_a_book_taken_back_at_the_desk_lies_ready_too(
    here: Here, first: MadeChild, second: MadeChild, book: MadeItem
) -> None:
    _scan(book, first.reader, here)
    _wait(second, book.title_id, here)

    item_status.take_back(book.item_id, staff_id=factories.staff(here).staff_id, here=here)

    assert _holds()[0].item_id == book.item_id


# Ready


@pytest.fixture
def ready(here: Here, first: MadeChild, second: MadeChild, book: MadeItem) -> MadeItem:
    """Return a book that lies ready for the second child, brought back by the first."""
    _scan(book, first.reader, here)
    _wait(second, book.title_id, here)
    _scan(book, None, here)
    return book


@pytest.mark.usefixtures("ready")
def test_the_child_is_told_when_its_card_is_shown_next(here: Here, second: MadeChild) -> None:
    factories.open_today(here)

    greeted = visits.arrive(code=second.card_code, request_id=uuid4(), here=here).answer

    assert isinstance(greeted, Arrived)
    assert greeted.ready is not None
    assert greeted.ready.title == "小马过河"
    assert greeted.loan is None


@pytest.mark.usefixtures("ready")
def test_a_call_of_today_is_told_before_the_book(here: Here, second: MadeChild) -> None:
    factories.open_today(here)
    factories.booking(here, second.child_id)

    greeted = visits.arrive(code=second.card_code, request_id=uuid4(), here=here).answer

    assert isinstance(greeted, Arrived)
    assert greeted.call is not None
    assert greeted.ready is None


def test_another_child_is_refused_kindly_and_may_wait_too(
    here: Here, third: MadeChild, ready: MadeItem
) -> None:
    reason = _refused(lambda: _scan(ready, third.reader, here))

    assert reason is HoldRefusal.RESERVED
    assert _wait(third, ready.title_id, here).hold.place == 1


def test_who_waited_borrows_it_and_waits_no_more(
    here: Here, second: MadeChild, ready: MadeItem
) -> None:
    answer = _scan(ready, second.reader, here)

    assert isinstance(answer, Lent)
    assert [(hold.ended_as, hold.item_id) for hold in _holds()] == [(HoldEnd.LENT, ready.item_id)]


def test_a_lending_undone_lets_the_child_wait_as_before(
    here: Here, second: MadeChild, ready: MadeItem
) -> None:
    lent = _scan(ready, second.reader, here)
    assert isinstance(lent, Lent)

    lending.undo_lend(loan_id=lent.loan.loan_id, child_id=second.child_id, here=here)

    (hold,) = _holds()
    assert (hold.ended_at, hold.item_id) == (None, ready.item_id)


def test_another_copy_will_do_and_the_ready_one_goes_to_the_next(
    here: Here, second: MadeChild, third: MadeChild, ready: MadeItem
) -> None:
    other = factories.item(here, title_id=ready.title_id)
    _wait(third, ready.title_id, here)

    lent = _scan(other, second.reader, here)
    assert isinstance(lent, Lent)
    passed_on = [hold.item_id for hold in _holds() if hold.child_id == third.child_id]
    lending.undo_lend(loan_id=lent.loan.loan_id, child_id=second.child_id, here=here)

    assert passed_on == [ready.item_id]
    again = next(hold for hold in _holds() if hold.child_id == second.child_id)
    assert (again.ended_at, again.item_id) == (None, None)


def test_a_book_is_not_kept_longer_while_somebody_waits(
    here: Here, first: MadeChild, second: MadeChild, book: MadeItem
) -> None:
    lent = _scan(book, first.reader, here)
    assert isinstance(lent, Lent)
    _wait(second, book.title_id, here)
    mine = replace(first.reader, lent=frozenset({lent.loan.loan_id}))

    again = _scan(book, mine, here)
    reason = _refused(
        lambda: lending.renew(
            loan_id=lent.loan.loan_id, reader=first.reader, request_id=uuid4(), here=here
        )
    )

    assert isinstance(again, AlreadyYours)
    assert not again.may_renew
    assert reason is HoldRefusal.WAITED_FOR


def test_who_finds_the_book_it_waits_for_in_anothers_hand_may_borrow_it(
    here: Here, first: MadeChild, second: MadeChild, book: MadeItem
) -> None:
    _scan(book, first.reader, here)
    _wait(second, book.title_id, here)

    back = _scan(book, second.reader, here)
    assert isinstance(back, Returned)
    lending.borrow(item_id=book.item_id, reader=second.reader, request_id=uuid4(), here=here)

    assert (back.may_borrow_it, back.waited_for) == (True, False)
    assert _holds()[0].ended_as is HoldEnd.LENT


def test_who_does_not_wait_may_not_borrow_what_another_waits_for(
    here: Here, first: MadeChild, second: MadeChild, third: MadeChild, book: MadeItem
) -> None:
    _scan(book, first.reader, here)
    _wait(second, book.title_id, here)

    back = _scan(book, third.reader, here)

    assert isinstance(back, Returned)
    assert (back.may_borrow_it, back.waited_for) == (False, True)
    assert (
        _refused(
            lambda: lending.borrow(
                item_id=book.item_id, reader=third.reader, request_id=uuid4(), here=here
            )
        )
        is HoldRefusal.RESERVED
    )


# Nobody picks it up


def test_what_is_not_picked_up_goes_to_the_next_child(
    now: Callable[[], Here],
    clock: FrozenClock,
    second: MadeChild,
    third: MadeChild,
    ready: MadeItem,
) -> None:
    clock.advance(minutes=1)
    _wait(third, ready.title_id, now())
    clock.advance(days=5)
    hold_shelf.settle(here=now())
    in_time = [hold.ended_as for hold in _holds()]
    clock.advance(days=1)

    hold_shelf.settle(here=now())

    assert in_time == [None, None]
    lapsed, following = _holds()
    assert (lapsed.child_id, lapsed.ended_as) == (second.child_id, HoldEnd.EXPIRED)
    assert (following.child_id, following.item_id) == (third.child_id, ready.item_id)


def test_a_scan_after_the_last_day_passes_it_on_by_itself(
    now: Callable[[], Here], clock: FrozenClock, first: MadeChild, ready: MadeItem
) -> None:
    clock.advance(days=6)

    assert isinstance(_scan(ready, first.reader, now()), Lent)
    assert [hold.ended_as for hold in _holds()] == [HoldEnd.EXPIRED]


def test_a_scan_after_the_last_day_finds_the_next_in_the_queue(
    now: Callable[[], Here],
    clock: FrozenClock,
    first: MadeChild,
    third: MadeChild,
    ready: MadeItem,
) -> None:
    clock.advance(minutes=1)
    _wait(third, ready.title_id, now())
    clock.advance(days=6)

    assert _refused(lambda: _scan(ready, first.reader, now())) is HoldRefusal.RESERVED
    assert [hold.ended_as for hold in _holds()] == [HoldEnd.EXPIRED, None]
    assert isinstance(_scan(ready, third.reader, now()), Lent)


@pytest.mark.usefixtures("ready")
def test_a_child_that_has_left_waits_no_more(here: Here, second: MadeChild) -> None:
    with transaction() as session:
        session.execute(update(Child).where(Child.id == second.child_id).values(left_on=here.today))

    hold_shelf.settle(here=here)

    assert [hold.ended_as for hold in _holds()] == [HoldEnd.CANCELLED]


# What the teacher does


def test_a_teacher_sees_who_waits_and_what_can_be_fetched(
    here: Here, first: MadeChild, second: MadeChild, book: MadeItem
) -> None:
    staff_id = factories.staff(here).staff_id
    holds.place_for(
        title_id=book.title_id,
        child_id=first.child_id,
        staff_id=staff_id,
        request_id=uuid4(),
        here=here,
    )
    _wait(second, book.title_id, replace(here, now=here.now + timedelta(minutes=1)))

    shelf = hold_shelf.look(here=here)

    assert [row.name for row in shelf.waiting] == ["陈小满", "陈小雨"]
    assert [row.copy is not None for row in shelf.waiting] == [True, False]
    assert shelf.ready == ()
    assert hold_shelf.to_fetch_count() == 2


def test_a_teacher_lays_a_copy_from_its_shelf_ready(
    here: Here, first: MadeChild, book: MadeItem
) -> None:
    hold_id = _wait(first, book.title_id, here).hold.hold_id

    for _ in range(2):
        hold_shelf.fetch(hold_id=hold_id, staff_id=factories.staff(here).staff_id, here=here)

    (row,) = hold_shelf.look(here=here).ready
    assert (row.name, row.title) == ("陈小满", "小马过河")
    assert hold_shelf.to_fetch_count() == 0


def test_a_copy_that_is_gone_cannot_be_laid_ready(
    here: Here, first: MadeChild, second: MadeChild, book: MadeItem
) -> None:
    hold_id = _wait(first, book.title_id, here).hold.hold_id
    _scan(book, second.reader, here)

    reason = _refused(
        lambda: hold_shelf.fetch(
            hold_id=hold_id, staff_id=factories.staff(here).staff_id, here=here
        )
    )

    assert reason is HoldShelfProblem.NOT_FREE


def test_a_teacher_ends_a_wait_and_the_book_goes_to_the_next(
    here: Here, third: MadeChild, ready: MadeItem
) -> None:
    _wait(third, ready.title_id, here)
    (first_row,) = hold_shelf.look(here=here).ready

    hold_shelf.end(hold_id=first_row.hold_id, staff_id=factories.staff(here).staff_id, here=here)

    (row,) = hold_shelf.look(here=here).ready
    assert row.name == "陈小星"


@pytest.mark.parametrize("status", [ItemStatus.LOST, ItemStatus.DAMAGED, ItemStatus.WITHDRAWN])
def test_a_ready_book_that_is_lost_or_damaged_leaves_the_child_waiting(
    here: Here, ready: MadeItem, status: ItemStatus
) -> None:
    item_status.set_status(
        ready.item_id, status, staff_id=factories.staff(here).staff_id, here=here
    )

    (hold,) = _holds()
    assert (hold.item_id, hold.ended_at) == (None, None)
    assert factories.how_many(Loan) == 1
