"""The lending desk where children wait: who may have a book, and what is told when it is back."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from kiosk.db import db, reading
from kiosk.errors import RefusedError
from kiosk.models.lending import Hold
from kiosk.models.library import Item, Loan
from kiosk.rules.codes import parse
from kiosk.rules.holds import HoldEnd, HoldRefusal
from kiosk.rules.lending import Borrower, ItemStatus, LoanEnd
from kiosk.services import desk, desk_readers, desk_undo, holds, lending
from kiosk.services.desk import DeskAnswer, DeskMode, DeskOutcome
from kiosk.services.desk_readers import DeskReader
from kiosk.services.here import Here
from tests import factories
from tests.factories import MadeChild, MadeItem


def _scan(
    item: MadeItem,
    here: Here,
    *,
    reader: DeskReader | None = None,
    mode: DeskMode = DeskMode.LEND,
    all_the_same: bool = False,
    request_id: UUID | None = None,
) -> DeskAnswer:
    return desk.scan(
        item.code,
        mode=mode,
        reader=reader,
        all_the_same=all_the_same,
        request_id=request_id or uuid4(),
        staff_id=factories.staff(here).staff_id,
        here=here,
    )


def _wait(child: MadeChild, title_id: UUID, here: Here) -> None:
    holds.place(
        title_id=title_id, child_id=child.child_id, face=child.face, request_id=uuid4(), here=here
    )


def _holds() -> list[Hold]:
    db.session.remove()
    return list(reading().scalars(select(Hold).order_by(Hold.placed_at, Hold.id)))


def _loans() -> list[tuple[UUID | None, LoanEnd | None]]:
    db.session.remove()
    found = reading().scalars(select(Loan).order_by(Loan.lent_at, Loan.id))
    return [(loan.child_id, loan.ended_as) for loan in found]


def _reason(act: Callable[[], object]) -> object:
    with pytest.raises(RefusedError) as error:
        act()
    return error.value.reason


@pytest.fixture
def first(here: Here) -> MadeChild:
    return factories.child(here, given_name="小满")


@pytest.fixture
def waiting(here: Here) -> MadeChild:
    return factories.child(here, family_name="王", given_name="小雨")


@pytest.fixture
def stranger(here: Here) -> DeskReader:
    return desk_readers.by_card(factories.child(here).card_code, here=here)


@pytest.fixture
def out(here: Here, first: MadeChild, waiting: MadeChild) -> MadeItem:
    """Return a book that the first child has and the other waits for."""
    item = factories.item(here, name="小马过河")
    lent_at = here.now - timedelta(days=3)
    factories.loan(here, first.child_id, item.item_id, lent_at=lent_at)
    _wait(waiting, item.title_id, here)
    return item


@pytest.fixture
def ready(here: Here, out: MadeItem) -> MadeItem:
    _scan(out, here, mode=DeskMode.RETURN)
    return out


@pytest.mark.parametrize("mode", [DeskMode.RETURN, DeskMode.BOX])
def test_the_desk_says_for_whom_a_book_goes_on_the_hold_shelf(
    here: Here, out: MadeItem, mode: DeskMode
) -> None:
    answer = _scan(out, here, mode=mode)

    assert answer.outcome is DeskOutcome.RETURNED
    assert answer.ready is not None
    assert (answer.ready.name, answer.ready.accession_no) == ("王小雨", answer.accession_no)


def test_a_return_sent_again_says_so_again(here: Here, out: MadeItem) -> None:
    request_id = uuid4()

    once = _scan(out, here, mode=DeskMode.RETURN, request_id=request_id)
    again = _scan(out, here, mode=DeskMode.RETURN, request_id=request_id)

    assert once == again
    assert again.ready is not None


def test_a_book_from_the_hold_shelf_belongs_there(here: Here, ready: MadeItem) -> None:
    answer = _scan(ready, here, mode=DeskMode.RETURN)

    assert answer.outcome is DeskOutcome.ON_SHELF
    assert answer.ready is not None


def test_a_book_nobody_waits_for_goes_on_its_shelf(here: Here) -> None:
    assert _scan(factories.item(here), here, mode=DeskMode.RETURN).ready is None


def test_the_desk_lends_no_book_that_lies_ready_for_another(
    here: Here, ready: MadeItem, stranger: DeskReader
) -> None:
    assert _reason(lambda: _scan(ready, here, reader=stranger)) is HoldRefusal.RESERVED
    assert [hold.item_id for hold in _holds()] == [ready.item_id]


def test_the_desk_lends_it_to_who_waited_and_the_waiting_ends(
    here: Here, ready: MadeItem, waiting: MadeChild
) -> None:
    reader = desk_readers.by_card(waiting.card_code, here=here)

    assert _scan(ready, here, reader=reader).outcome is DeskOutcome.LENT
    assert [hold.ended_as for hold in _holds()] == [HoldEnd.LENT]


def test_a_teacher_may_say_otherwise_and_the_child_waits_on(
    here: Here, ready: MadeItem, stranger: DeskReader
) -> None:
    answer = _scan(ready, here, reader=stranger, all_the_same=True)

    assert answer.outcome is DeskOutcome.OVERRULED
    assert [(hold.ended_at, hold.item_id) for hold in _holds()] == [(None, None)]


def test_a_book_lent_all_the_same_and_undone_lies_ready_again(
    here: Here, ready: MadeItem, stranger: DeskReader
) -> None:
    answer = _scan(ready, here, reader=stranger, all_the_same=True)
    assert answer.undo_id is not None

    for _ in range(2):
        desk_undo.undo(answer.outcome, answer.undo_id, done_at=here.now, here=here)

    assert [(hold.ended_at, hold.item_id) for hold in _holds()] == [(None, ready.item_id)]


def test_what_was_overruled_and_is_sent_again_lies_ready_after_undo_too(
    here: Here, ready: MadeItem, stranger: DeskReader
) -> None:
    request_id = uuid4()
    first, again = (
        _scan(ready, here, reader=stranger, all_the_same=True, request_id=request_id)
        for _ in range(2)
    )
    assert again.undo_id is not None

    desk_undo.undo(again.outcome, again.undo_id, done_at=here.now, here=here)

    assert again.outcome is first.outcome
    assert [hold.item_id for hold in _holds()] == [ready.item_id]


def test_a_book_out_of_a_hand_goes_to_who_waits_before_any_other(
    here: Here, out: MadeItem, first: MadeChild, stranger: DeskReader
) -> None:
    answer = _scan(out, here, reader=stranger)

    assert answer.outcome is DeskOutcome.RETURNED
    assert answer.ready is not None
    assert _loans() == [(first.child_id, LoanEnd.RETURNED)]
    assert _reason(lambda: _scan(out, here, reader=stranger)) is HoldRefusal.RESERVED


def test_a_book_moved_all_the_same_and_undone_is_the_earlier_readers_again(
    here: Here, out: MadeItem, first: MadeChild, stranger: DeskReader
) -> None:
    answer = _scan(out, here, reader=stranger, all_the_same=True)
    assert answer.undo_id is not None

    desk_undo.undo(answer.outcome, answer.undo_id, done_at=here.now, here=here)

    assert answer.outcome is DeskOutcome.OVERRULED
    assert (first.child_id, None) in _loans()
    assert [(hold.ended_at, hold.item_id) for hold in _holds()] == [(None, None)]


def test_a_class_waits_its_turn_too(here: Here, ready: MadeItem) -> None:
    a_class = desk_readers.find(Borrower.CLASS, factories.school_class(here, grade=2))

    assert _reason(lambda: _scan(ready, here, reader=a_class)) is HoldRefusal.RESERVED


def test_a_ready_book_nobody_came_for_is_lent(
    here: Here, ready: MadeItem, stranger: DeskReader
) -> None:
    later = replace(here, now=here.now + timedelta(days=9))

    assert _scan(ready, later, reader=stranger).outcome is DeskOutcome.LENT
    assert [hold.ended_as for hold in _holds()] == [HoldEnd.EXPIRED]


def test_a_hold_that_lapsed_is_passed_on_although_the_lending_is_refused(
    here: Here, ready: MadeItem, stranger: DeskReader
) -> None:
    next_one = factories.child(here)
    _wait(next_one, ready.title_id, replace(here, now=here.now + timedelta(minutes=1)))
    later = replace(here, now=here.now + timedelta(days=9))

    assert _reason(lambda: _scan(ready, later, reader=stranger)) is HoldRefusal.RESERVED
    assert [(hold.child_id, hold.item_id) for hold in _holds() if hold.ended_at is None] == [
        (next_one.child_id, ready.item_id)
    ]


# What was lost and is found


@pytest.mark.parametrize("status", [ItemStatus.LOST, ItemStatus.MISSING])
def test_a_lost_book_found_at_the_desk_lies_ready_for_who_waits(
    here: Here, waiting: MadeChild, stranger: DeskReader, status: ItemStatus
) -> None:
    item = factories.item(here, status=status)
    _wait(waiting, item.title_id, here)

    refused = _reason(lambda: _scan(item, here, reader=stranger))
    answer = _scan(item, here, mode=DeskMode.RETURN)

    assert refused is HoldRefusal.RESERVED
    assert answer.ready is not None
    assert reading().get_one(Item, item.item_id).status is ItemStatus.AVAILABLE


@pytest.mark.parametrize("status", [ItemStatus.LOST, ItemStatus.MISSING])
def test_a_lost_book_found_at_the_childrens_screen_lies_ready_for_who_waits(
    here: Here, first: MadeChild, waiting: MadeChild, status: ItemStatus
) -> None:
    item = factories.item(here, status=status)
    _wait(waiting, item.title_id, here)

    refused = _reason(
        lambda: lending.scan(parse(item.code), reader=first.reader, request_id=uuid4(), here=here)
    )
    lending.scan(parse(item.code), reader=waiting.reader, request_id=uuid4(), here=here)

    assert refused is HoldRefusal.RESERVED
    assert [hold.ended_as for hold in _holds()] == [HoldEnd.LENT]
    assert _loans() == [(waiting.child_id, None)]
