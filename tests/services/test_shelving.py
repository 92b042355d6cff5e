"""Books are put on shelves by scanning them, and a new copy goes where the others are."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from flask import Flask

from kiosk.db import reading
from kiosk.errors import InvalidInputError, NotFoundError, RefusedError
from kiosk.models.library import Item
from kiosk.rules import codes
from kiosk.rules.codes import CodeProblem
from kiosk.rules.lending import ItemStatus
from kiosk.rules.stocktake import StocktakeProblem
from kiosk.services import drafts, holds, pile, shelving, stocktake, stocktake_end
from kiosk.services.here import Here
from kiosk.services.shelving import Placed
from tests import factories
from tests.clock import FrozenClock
from tests.conftest import here_in
from tests.factories import MadeItem, MadeShelf

ISBN = "9787530216781"
Now = Callable[[], Here]


@pytest.fixture
def now(app: Flask, clock: FrozenClock) -> Now:
    """Return the moment at the kiosk each time it is asked."""
    return lambda: here_in(app, clock)


@pytest.fixture
def me(here: Here) -> UUID:
    return factories.staff(here).staff_id


def _shelf_of(item_id: UUID) -> UUID | None:
    return reading().get_one(Item, item_id).shelf_id


def test_a_shelf_then_its_books(here: Here, me: UUID) -> None:
    first, second = factories.shelf(here, name="I1"), factories.shelf(here, name="I2")
    book = factories.item(here, name="小马过河", accession_no="000007", shelf_id=second.shelf_id)

    chosen = shelving.put(first.code, shelf=None, actor_id=me, here=here)
    placed = shelving.put(book.code, shelf=str(first.shelf_id), actor_id=me, here=here)
    again = shelving.put("000007", shelf=str(first.shelf_id), actor_id=me, here=here)

    assert chosen == first.shelf_id
    assert isinstance(placed, Placed)
    assert (placed.name, placed.accession_no, placed.came_from) == ("小马过河", "000007", "I2")
    assert isinstance(again, Placed)
    assert again.came_from is None
    assert _shelf_of(book.item_id) == first.shelf_id


def test_what_is_no_book_of_ours_goes_on_no_shelf(here: Here, me: UUID) -> None:
    shelf, book = factories.shelf(here), factories.item(here)

    with pytest.raises(RefusedError) as before_any_shelf:
        shelving.put(book.code, shelf=None, actor_id=me, here=here)
    with pytest.raises(InvalidInputError) as publishers_bar:
        shelving.put(ISBN, shelf=str(shelf.shelf_id), actor_id=me, here=here)
    with pytest.raises(NotFoundError) as unknown:
        shelving.put(codes.new_item_code(), shelf=str(shelf.shelf_id), actor_id=me, here=here)
    with pytest.raises(NotFoundError) as nowhere:
        shelving.put(book.code, shelf=str(uuid4()), actor_id=me, here=here)

    assert before_any_shelf.value.reason is StocktakeProblem.NO_SHELF
    assert publishers_bar.value.reason is StocktakeProblem.OWN_BAR
    assert unknown.value.reason is CodeProblem.UNKNOWN_ITEM
    assert nowhere.value.reason is StocktakeProblem.UNKNOWN_SHELF
    assert _shelf_of(book.item_id) is None


def _put(
    item: MadeItem, shelf: MadeShelf, me: UUID, here: Here, *, waited: timedelta = timedelta()
) -> Placed:
    placed = shelving.put(item.code, shelf=shelf.code, actor_id=me, here=here, waited=waited)
    assert isinstance(placed, Placed)
    return placed


@pytest.mark.parametrize("status", [ItemStatus.LOST, ItemStatus.MISSING])
def test_what_was_lost_and_is_put_on_a_shelf_is_there_again(
    here: Here, me: UUID, status: ItemStatus
) -> None:
    book, shelf = factories.item(here, status=status), factories.shelf(here)

    _put(book, shelf, me, here)

    item = reading().get_one(Item, book.item_id)
    assert (item.status, item.shelf_id) == (ItemStatus.AVAILABLE, shelf.shelf_id)


def test_a_found_copy_that_a_child_waits_for_is_said_to_be_ready(here: Here, me: UUID) -> None:
    book, shelf = factories.item(here, status=ItemStatus.LOST), factories.shelf(here)
    other, child = factories.item(here), factories.child(here)
    holds.place(
        title_id=book.title_id,
        child_id=child.child_id,
        face=child.face,
        request_id=uuid4(),
        here=here,
    )

    assert _put(book, shelf, me, here).is_ready
    assert not _put(other, shelf, me, here).is_ready


def test_how_many_copies_have_no_shelf_yet(here: Here, me: UUID) -> None:
    book, shelf = factories.item(here), factories.shelf(here)
    factories.item(here)
    factories.item(here, status=ItemStatus.WITHDRAWN)
    before = shelving.how_many_without()

    _put(book, shelf, me, here)

    assert (before, shelving.how_many_without()) == (2, 1)


def test_what_is_on_loan_or_withdrawn_is_put_on_no_shelf(here: Here, me: UUID) -> None:
    shelf, lent = factories.shelf(here), factories.item(here)
    factories.loan(here, factories.child(here).child_id, lent.item_id)
    gone = factories.item(here, status=ItemStatus.WITHDRAWN)

    reasons = []
    for book in (lent, gone):
        with pytest.raises(RefusedError) as error:
            _put(book, shelf, me, here)
        reasons.append(error.value.reason)

    assert reasons == [StocktakeProblem.IS_OUT, StocktakeProblem.IS_GONE]
    assert [_shelf_of(book.item_id) for book in (lent, gone)] == [None, None]


def test_a_book_put_on_a_shelf_while_that_is_counted_is_not_missed(
    now: Now, clock: FrozenClock
) -> None:
    me = factories.staff(now()).staff_id
    shelf, book = factories.shelf(now()), factories.item(now())
    clock.advance(days=1)
    stocktake.begin(staff_id=me, here=now())
    stocktake.set_done(shelf.shelf_id, is_done=True, here=now())
    clock.advance(minutes=1)

    _put(book, shelf, me, now())
    _put(book, shelf, me, now())
    stocktake_end.end(also_counted=(), staff_id=me, here=now())

    assert reading().get_one(Item, book.item_id).misses == 0


def test_scans_that_waited_are_put_where_they_were_scanned_in_their_order(
    now: Now, clock: FrozenClock
) -> None:
    me = factories.staff(now()).staff_id
    one, two, book = factories.shelf(now()), factories.shelf(now()), factories.item(now())
    clock.advance(hours=1)

    for shelf, waited in ((one, 20), (two, 10)):
        _put(book, shelf, me, now(), waited=timedelta(minutes=waited))

    assert _shelf_of(book.item_id) == two.shelf_id


def test_a_scan_that_waited_moves_back_no_book_that_was_moved_since(
    now: Now, clock: FrozenClock
) -> None:
    me = factories.staff(now()).staff_id
    one, two, book = factories.shelf(now()), factories.shelf(now()), factories.item(now())
    _put(book, one, me, now())  # the answer is lost
    clock.advance(minutes=5)
    _put(book, two, me, now())
    clock.advance(minutes=5)

    again = _put(book, one, me, now(), waited=timedelta(minutes=10))

    assert again.shelf_id == two.shelf_id
    assert _shelf_of(book.item_id) == two.shelf_id


def test_a_new_copy_goes_where_the_others_stand(here: Here, me: UUID) -> None:
    shelf = factories.shelf(here)
    factories.item(here, name="小马过河", isbn=ISBN, accession_no="000001", shelf_id=shelf.shelf_id)

    known = pile.take(ISBN, batch_id=None, request_id=uuid4(), actor_id=me, here=here)

    assert isinstance(known, UUID)
    assert _shelf_of(known) == shelf.shelf_id


def test_a_book_that_is_named_goes_where_the_others_stand(here: Here, me: UUID) -> None:
    shelf = factories.shelf(here)
    factories.item(here, name="小马过河", accession_no="000001", shelf_id=shelf.shelf_id)
    taken = pile.take(ISBN, batch_id=None, request_id=uuid4(), actor_id=me, here=here)
    assert isinstance(taken, UUID)
    assert _shelf_of(taken) is None

    draft_id = reading().get_one(Item, taken).title_id
    drafts.name(draft_id, "小马过河", actor_id=me, here=here)

    assert _shelf_of(taken) == shelf.shelf_id
