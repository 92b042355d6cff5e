"""A stock-take: scanned shelf by shelf, at several windows, over days, and then ended."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from kiosk.db import db, reading, transaction
from kiosk.errors import InvalidInputError, KioskError, NotFoundError, RefusedError
from kiosk.models.audit import Audit, AuditAction
from kiosk.models.lending import Hold, ItemCase
from kiosk.models.library import Item, Loan
from kiosk.models.stocktake import Stocktake, StocktakeSight
from kiosk.rules import codes
from kiosk.rules.codes import CodeProblem, Command
from kiosk.rules.item_cases import CaseEnd, CaseKind
from kiosk.rules.lending import ItemStatus, LoanEnd
from kiosk.rules.openings import OpeningState
from kiosk.rules.stocktake import SightKind, StocktakeProblem
from kiosk.services import (
    desk,
    holds,
    item_status,
    lending,
    stocktake,
    stocktake_board,
    stocktake_end,
    stocktake_papers,
    stocktake_report,
)
from kiosk.services.desk import DeskMode
from kiosk.services.here import Here
from kiosk.services.stocktake import WITHOUT_SHELF, AtShelf, Seen
from kiosk.services.stocktake_papers import ReportPart
from tests import factories
from tests.clock import FrozenClock
from tests.conftest import here_in
from tests.factories import MadeChild, MadeItem


def _begin(here: Here) -> UUID:
    teacher = factories.staff(here)
    stocktake.begin(staff_id=teacher.staff_id, here=here)
    return teacher.staff_id


def _see(item: MadeItem, at: UUID | None, here: Here, *, request_id: UUID | None = None) -> Seen:
    answer = stocktake.scan(item.code, place_id=at, request_id=request_id or uuid4(), here=here)
    assert isinstance(answer, Seen)
    return answer


def _wait(child: MadeChild, item: MadeItem, here: Here) -> None:
    holds.place(
        title_id=item.title_id,
        child_id=child.child_id,
        face=child.face,
        request_id=uuid4(),
        here=here,
    )


def _ready() -> list[UUID | None]:
    db.session.remove()
    return list(reading().scalars(select(Hold.item_id).where(Hold.ended_at.is_(None))))


def _end(staff_id: UUID, here: Here, *counted: UUID) -> None:
    stocktake_end.end(also_counted=counted, staff_id=staff_id, here=here)


def _item(item: MadeItem) -> Item:
    db.session.remove()
    return reading().get_one(Item, item.item_id)


def _why(error: pytest.ExceptionInfo[KioskError]) -> object:
    return error.value.reason


# While it goes on


def test_a_stock_take_is_one_for_the_room(here: Here) -> None:
    first = stocktake.begin(staff_id=factories.staff(here).staff_id, here=here)

    again = stocktake.begin(staff_id=factories.staff(here).staff_id, here=here)

    assert again == first
    assert factories.how_many(Stocktake) == 1


def test_nothing_is_counted_before_it_has_begun(here: Here) -> None:
    shelf = factories.shelf(here)

    with pytest.raises(RefusedError) as error:
        stocktake.scan(shelf.code, place_id=None, request_id=uuid4(), here=here)

    assert _why(error) is StocktakeProblem.NOT_OPEN


def test_the_label_of_a_shelf_says_where_the_books_stand(here: Here) -> None:
    _begin(here)
    shelf = factories.shelf(here)

    answer = stocktake.scan(shelf.code, place_id=None, request_id=uuid4(), here=here)

    assert answer == AtShelf(place_id=shelf.shelf_id)


def test_a_book_in_its_place_is_right(here: Here) -> None:
    _begin(here)
    shelf = factories.shelf(here)
    item = factories.item(here, name="星星邮局", shelf_id=shelf.shelf_id)

    seen = _see(item, shelf.shelf_id, here)

    assert (seen.book.title, seen.kind, seen.goes_to) == ("星星邮局", SightKind.RIGHT, None)


def test_a_book_on_another_shelf_is_told_its_own(here: Here) -> None:
    _begin(here)
    own, other = factories.shelf(here, name="文学一"), factories.shelf(here)
    item = factories.item(here, shelf_id=own.shelf_id)

    seen = _see(item, other.shelf_id, here)

    assert seen.kind is SightKind.WRONG_SHELF
    assert seen.goes_to is not None
    assert seen.goes_to.name == "文学一"


def test_a_loan_whose_book_stands_on_the_shelf_ends_as_found(here: Here) -> None:
    _begin(here)
    shelf, child = factories.shelf(here), factories.child(here)
    item = factories.item(here, shelf_id=shelf.shelf_id)
    loan_id = factories.loan(here, child.child_id, item.item_id)

    seen = _see(item, shelf.shelf_id, here)

    assert seen.kind is SightKind.ON_LOAN
    assert "小满" not in repr(seen)
    assert reading().get_one(Loan, loan_id).ended_as is LoanEnd.FOUND


@pytest.mark.parametrize("status", [ItemStatus.LOST, ItemStatus.MISSING])
def test_what_was_lost_is_there_again(here: Here, status: ItemStatus) -> None:
    _begin(here)
    shelf = factories.shelf(here)
    item = factories.item(here, status=status, shelf_id=shelf.shelf_id)

    assert _see(item, shelf.shelf_id, here).kind is SightKind.HEALED
    assert _item(item).status is ItemStatus.AVAILABLE


@pytest.mark.parametrize("was_lost", [True, False])
def test_what_a_child_waits_for_lies_ready_once_a_count_sees_it(
    here: Here, *, was_lost: bool
) -> None:
    _begin(here)
    reader, waiting = factories.child(here), factories.child(here)
    item = factories.item(here, status=ItemStatus.LOST if was_lost else ItemStatus.AVAILABLE)
    if not was_lost:
        factories.loan(here, reader.child_id, item.item_id)
    _wait(waiting, item, here)

    seen = _see(item, WITHOUT_SHELF, here)

    assert seen.is_waited_for
    assert _ready() == [item.item_id]


def test_a_loan_that_stands_again_lies_ready_for_nobody(here: Here) -> None:
    _begin(here)
    reader, waiting = factories.child(here), factories.child(here)
    item = factories.item(here)
    factories.loan(here, reader.child_id, item.item_id)
    _wait(waiting, item, here)
    sight = _see(item, WITHOUT_SHELF, here)

    stocktake.undo(sight.sight_id, here=here)

    assert _ready() == [None]


def test_what_was_withdrawn_is_noted_and_stays_so(here: Here) -> None:
    _begin(here)
    shelf = factories.shelf(here)
    item = factories.item(here, status=ItemStatus.WITHDRAWN, shelf_id=shelf.shelf_id)

    assert _see(item, shelf.shelf_id, here).kind is SightKind.WITHDRAWN
    assert _item(item).status is ItemStatus.WITHDRAWN


def test_the_same_request_is_one_sight(here: Here) -> None:
    _begin(here)
    shelf, request_id = factories.shelf(here), uuid4()
    item = factories.item(here, shelf_id=shelf.shelf_id)
    first = _see(item, shelf.shelf_id, here, request_id=request_id)

    again = _see(item, shelf.shelf_id, here, request_id=request_id)

    assert again == first
    assert factories.how_many(StocktakeSight) == 1


def test_the_same_book_again_is_seen_already(here: Here) -> None:
    _begin(here)
    shelf = factories.shelf(here)
    item = factories.item(here, shelf_id=shelf.shelf_id)
    _see(item, shelf.shelf_id, here)

    assert _see(item, shelf.shelf_id, here).is_again
    assert factories.how_many(StocktakeSight) == 1


def test_a_book_put_back_and_scanned_in_its_place_is_right_after_all(here: Here) -> None:
    _begin(here)
    own, other = factories.shelf(here), factories.shelf(here)
    item = factories.item(here, shelf_id=own.shelf_id)
    _see(item, other.shelf_id, here)

    seen = _see(item, own.shelf_id, here)

    assert (seen.kind, seen.goes_to, seen.is_again) == (SightKind.RIGHT, None, False)
    assert factories.how_many(StocktakeSight) == 1


def test_a_book_lent_after_it_was_counted_and_put_back_unseen_is_a_ghost_too(here: Here) -> None:
    _begin(here)
    shelf, child = factories.shelf(here), factories.child(here)
    item = factories.item(here, shelf_id=shelf.shelf_id)
    _see(item, shelf.shelf_id, here)
    factories.loan(here, child.child_id, item.item_id)

    assert _see(item, shelf.shelf_id, here).kind is SightKind.ON_LOAN


def test_two_windows_count_two_shelves_at_once(here: Here) -> None:
    _begin(here)
    left, right = factories.shelf(here), factories.shelf(here)
    lefts = [factories.item(here, shelf_id=left.shelf_id) for _ in range(3)]
    rights = [factories.item(here, shelf_id=right.shelf_id) for _ in range(3)]

    for one, other in zip(lefts, rights, strict=True):
        _see(one, left.shelf_id, here)
        _see(other, right.shelf_id, here)

    board = stocktake_board.board(here)
    assert board is not None
    assert [(place.seen, place.expected) for place in board.places] == [(3, 3), (3, 3)]


def test_a_count_goes_on_where_it_was_the_next_day(app: Flask, clock: FrozenClock) -> None:
    here = here_in(app, clock)
    _begin(here)
    shelf = factories.shelf(here)
    items = [factories.item(here, shelf_id=shelf.shelf_id) for _ in range(2)]
    _see(items[0], shelf.shelf_id, here)
    clock.advance(days=1)
    tomorrow = here_in(app, clock)

    _see(items[1], shelf.shelf_id, tomorrow)

    board = stocktake_board.board(tomorrow)
    assert board is not None
    assert (board.seen, board.expected) == (2, 2)


def test_books_on_loan_are_not_expected_on_a_shelf(here: Here) -> None:
    _begin(here)
    shelf, child = factories.shelf(here), factories.child(here)
    item = factories.item(here, shelf_id=shelf.shelf_id)
    factories.loan(here, child.child_id, item.item_id)

    board = stocktake_board.board(here)

    assert board is not None
    assert board.expected == 0


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("9787544253994", StocktakeProblem.OWN_BAR),
        ("6901234567892", CodeProblem.NOT_OUR_CODE),
        ("HELLO", CodeProblem.MISREAD),
        ("", CodeProblem.MISREAD),
    ],
)
def test_what_is_no_label_of_ours_counts_nothing(here: Here, code: str, reason: object) -> None:
    _begin(here)

    with pytest.raises(InvalidInputError) as error:
        stocktake.scan(code, place_id=WITHOUT_SHELF, request_id=uuid4(), here=here)

    assert _why(error) is reason
    assert factories.how_many(StocktakeSight) == 0


def test_a_childs_card_counts_nothing(here: Here) -> None:
    _begin(here)
    child = factories.child(here)

    with pytest.raises(InvalidInputError) as error:
        stocktake.scan(child.card_code, place_id=WITHOUT_SHELF, request_id=uuid4(), here=here)

    assert _why(error) is CodeProblem.NOT_OUR_CODE


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (codes.new_item_code(), CodeProblem.UNKNOWN_ITEM),
        (codes.command_code(Command.DONE), StocktakeProblem.UNKNOWN_SHELF),
    ],
    ids=["book", "shelf"],
)
def test_a_book_or_shelf_that_nobody_knows_counts_nothing(
    here: Here, code: str, reason: object
) -> None:
    _begin(here)

    with pytest.raises(NotFoundError) as error:
        stocktake.scan(code, place_id=WITHOUT_SHELF, request_id=uuid4(), here=here)

    assert _why(error) is reason


def test_a_shelf_that_is_gone_is_not_stood_at(here: Here) -> None:
    _begin(here)
    item = factories.item(here)

    with pytest.raises(NotFoundError):
        _see(item, uuid4(), here)

    assert factories.how_many(StocktakeSight) == 0


def test_a_book_before_any_shelf_asks_for_the_shelf(here: Here) -> None:
    _begin(here)
    item = factories.item(here)

    with pytest.raises(RefusedError) as error:
        _see(item, None, here)

    assert _why(error) is StocktakeProblem.NO_SHELF


# Taken back


def test_the_last_scan_is_taken_back(here: Here) -> None:
    _begin(here)
    shelf = factories.shelf(here)
    item = factories.item(here, shelf_id=shelf.shelf_id)
    seen = _see(item, shelf.shelf_id, here)

    assert stocktake.undo(seen.sight_id, here=here) == shelf.shelf_id
    assert factories.how_many(StocktakeSight) == 0


def test_a_loan_closed_by_mistake_stands_again(here: Here) -> None:
    _begin(here)
    shelf, child = factories.shelf(here), factories.child(here)
    item = factories.item(here, shelf_id=shelf.shelf_id)
    loan_id = factories.loan(here, child.child_id, item.item_id)
    seen = _see(item, shelf.shelf_id, here)

    stocktake.undo(seen.sight_id, here=here)

    assert reading().get_one(Loan, loan_id).ended_at is None


def test_a_loan_is_not_opened_again_under_the_next_reader(here: Here) -> None:
    _begin(here)
    shelf, child, next_child = factories.shelf(here), factories.child(here), factories.child(here)
    item = factories.item(here, shelf_id=shelf.shelf_id)
    factories.loan(here, child.child_id, item.item_id)
    seen = _see(item, shelf.shelf_id, here)
    factories.loan(here, next_child.child_id, item.item_id)

    with pytest.raises(RefusedError) as error:
        stocktake.undo(seen.sight_id, here=here)

    assert _why(error) is StocktakeProblem.STAYS_ENDED
    assert factories.how_many(StocktakeSight) == 1


def test_a_loan_of_a_forgotten_reader_stays_ended(either_app: Flask, clock: FrozenClock) -> None:
    here = here_in(either_app, clock)
    _begin(here)
    shelf, child = factories.shelf(here), factories.child(here)
    item = factories.item(here, shelf_id=shelf.shelf_id)
    loan_id = factories.loan(here, child.child_id, item.item_id)
    seen = _see(item, shelf.shelf_id, here)
    with transaction() as session:
        session.get_one(Loan, loan_id).child_id = None

    with pytest.raises(RefusedError) as error:
        stocktake.undo(seen.sight_id, here=here)

    assert _why(error) is StocktakeProblem.STAYS_ENDED
    assert factories.how_many(StocktakeSight) == 1


def test_a_sight_is_taken_back_once(here: Here) -> None:
    _begin(here)
    seen = _see(factories.item(here), WITHOUT_SHELF, here)
    stocktake.undo(seen.sight_id, here=here)

    with pytest.raises(RefusedError) as error:
        stocktake.undo(seen.sight_id, here=here)

    assert _why(error) is StocktakeProblem.NOTHING_TO_UNDO


# The end


def test_what_is_not_seen_is_missing_only_the_second_time(here: Here) -> None:
    shelf = factories.shelf(here)
    item = factories.item(here, shelf_id=shelf.shelf_id)

    _end(_begin(here), here, shelf.shelf_id)
    once = _item(item)
    assert (once.status, once.misses) == (ItemStatus.AVAILABLE, 1)

    _end(_begin(here), here, shelf.shelf_id)
    twice = _item(item)
    assert (twice.status, twice.misses) == (ItemStatus.MISSING, 2)
    cases = reading().scalars(select(ItemCase).where(ItemCase.item_id == item.item_id)).all()
    assert [case.kind for case in cases] == [CaseKind.MISSING]


def test_what_is_seen_in_between_begins_anew(here: Here) -> None:
    shelf = factories.shelf(here)
    item = factories.item(here, shelf_id=shelf.shelf_id)
    _end(_begin(here), here, shelf.shelf_id)

    teacher = _begin(here)
    _see(item, shelf.shelf_id, here)
    _end(teacher, here, shelf.shelf_id)

    assert _item(item).misses == 0


def test_a_shelf_that_was_not_counted_misses_nothing(here: Here) -> None:
    counted, other = factories.shelf(here), factories.shelf(here)
    item = factories.item(here, shelf_id=other.shelf_id)
    teacher = _begin(here)
    stocktake.scan(other.code, place_id=None, request_id=uuid4(), here=here)  # begun, not done
    stocktake.set_done(counted.shelf_id, is_done=True, here=here)

    _end(teacher, here)

    assert _item(item).misses == 0


def test_a_shelf_said_to_be_done_may_be_not_done_after_all(here: Here) -> None:
    shelf = factories.shelf(here)
    item = factories.item(here, shelf_id=shelf.shelf_id)
    teacher = _begin(here)
    stocktake.set_done(shelf.shelf_id, is_done=True, here=here)
    stocktake.set_done(shelf.shelf_id, is_done=False, here=here)

    _end(teacher, here)

    assert _item(item).misses == 0


def test_a_book_that_came_while_the_count_went_on_is_not_missed(here: Here) -> None:
    shelf, later = factories.shelf(here), here.now + timedelta(minutes=1)
    old = factories.item(here, shelf_id=shelf.shelf_id)
    teacher = _begin(here)
    new = factories.item(here, shelf_id=shelf.shelf_id, added_at=later)

    _end(teacher, replace(here, now=later), shelf.shelf_id)

    assert (_item(old).misses, _item(new).misses) == (1, 0)


def test_a_book_that_came_before_that_was_noted_was_there(here: Here) -> None:
    shelf = factories.shelf(here)
    old = factories.item(here, shelf_id=shelf.shelf_id)
    with transaction() as session:
        session.get_one(Item, old.item_id).added_at = None

    _end(_begin(here), here, shelf.shelf_id)

    assert _item(old).misses == 1


@pytest.mark.parametrize("is_emptied_during_the_count", [True, False])
def test_a_book_out_of_the_box_is_missed_only_if_the_box_was_emptied_before_the_count(
    here: Here, *, is_emptied_during_the_count: bool
) -> None:
    shelf, child = factories.shelf(here), factories.child(here)
    factories.opening(here, state=OpeningState.HELD, from_min=8 * 60, to_min=9 * 60)
    item = factories.item(here, shelf_id=shelf.shelf_id)
    factories.loan(here, child.child_id, item.item_id, lent_at=here.now - timedelta(days=3))
    count = replace(here, now=here.now + timedelta(hours=1))
    after = timedelta(minutes=5 if is_emptied_during_the_count else -5)

    begun = _begin(count)
    desk.scan(
        item.code,
        mode=DeskMode.BOX,
        reader=None,
        all_the_same=False,
        request_id=uuid4(),
        staff_id=begun,
        here=replace(count, now=count.now + after),
    )
    _end(begun, replace(count, now=count.now + timedelta(hours=1)), shelf.shelf_id)

    assert _item(item).misses == int(not is_emptied_during_the_count)


def test_a_book_on_loan_is_never_missed(here: Here) -> None:
    shelf, child = factories.shelf(here), factories.child(here)
    item = factories.item(here, shelf_id=shelf.shelf_id)
    factories.loan(here, child.child_id, item.item_id)

    for _ in range(3):
        _end(_begin(here), here, shelf.shelf_id)

    assert (_item(item).status, _item(item).misses) == (ItemStatus.AVAILABLE, 0)


def test_a_book_brought_back_during_the_count_was_seen_by_somebody(here: Here) -> None:
    shelf, child = factories.shelf(here), factories.child(here)
    item = factories.item(here, shelf_id=shelf.shelf_id)
    factories.loan(here, child.child_id, item.item_id)
    teacher = _begin(here)
    lending.scan(codes.parse(item.code), reader=None, request_id=uuid4(), here=here)

    _end(teacher, here, shelf.shelf_id)

    assert _item(item).misses == 0


@pytest.mark.parametrize("shelf_is_counted", [True, False])
def test_a_book_that_was_lent_between_two_counts_is_not_missed_twice_in_a_row(
    either_app: Flask, clock: FrozenClock, *, shelf_is_counted: bool
) -> None:
    """Neither if it came back before the next count, nor if that count left its shelf out."""
    here = here_in(either_app, clock)
    shelf, child = factories.shelf(here), factories.child(here)
    lent, left = (factories.item(here, shelf_id=shelf.shelf_id) for _ in range(2))
    _end(_begin(here), here, shelf.shelf_id)
    clock.advance(days=1)
    here = here_in(either_app, clock)
    factories.loan(here, child.child_id, lent.item_id, ended_at=here.now + timedelta(hours=1))
    clock.advance(days=1)
    if not shelf_is_counted:
        here = here_in(either_app, clock)
        _end(_begin(here), here)
        clock.advance(days=1)
    here = here_in(either_app, clock)

    _end(_begin(here), here, shelf.shelf_id)

    assert (_item(lent).status, _item(lent).misses) == (ItemStatus.AVAILABLE, 1)
    assert _item(left).status is ItemStatus.MISSING


def test_a_damaged_book_that_a_teacher_has_to_settle_is_missed_by_no_count(here: Here) -> None:
    shelf = factories.shelf(here)
    item = factories.item(here, shelf_id=shelf.shelf_id)
    teacher = factories.staff(here).staff_id
    item_status.set_status(item.item_id, ItemStatus.DAMAGED, staff_id=teacher, here=here)

    for _ in range(2):
        _end(_begin(here), here, shelf.shelf_id)

    (case,) = reading().scalars(select(ItemCase)).all()
    assert (case.kind, case.ended_at) == (CaseKind.DAMAGED, None)
    assert (_item(item).status, _item(item).misses) == (ItemStatus.DAMAGED, 0)


def test_a_damaged_book_without_a_case_is_missed_like_any_other(here: Here) -> None:
    shelf = factories.shelf(here)
    item = factories.item(here, shelf_id=shelf.shelf_id, status=ItemStatus.DAMAGED)

    for _ in range(2):
        _end(_begin(here), here, shelf.shelf_id)

    (case,) = reading().scalars(select(ItemCase)).all()
    assert (case.kind, _item(item).status) == (CaseKind.MISSING, ItemStatus.MISSING)


@pytest.mark.parametrize("status", [ItemStatus.AVAILABLE, ItemStatus.DAMAGED])
def test_what_a_teacher_says_of_a_book_begins_anew(here: Here, status: ItemStatus) -> None:
    shelf = factories.shelf(here)
    item = factories.item(here, shelf_id=shelf.shelf_id)
    teacher = _begin(here)
    _end(teacher, here, shelf.shelf_id)

    item_status.set_status(item.item_id, status, staff_id=teacher, here=here)

    assert _item(item).misses == 0


@pytest.mark.parametrize("by_scan", [True, False])
def test_the_case_of_a_missing_book_is_settled_once_it_is_there(
    here: Here, *, by_scan: bool
) -> None:
    shelf = factories.shelf(here)
    item = factories.item(here, shelf_id=shelf.shelf_id)
    teacher = factories.staff(here).staff_id
    for _ in range(2):
        _end(_begin(here), here, shelf.shelf_id)

    if by_scan:
        lending.scan(codes.parse(item.code), reader=None, request_id=uuid4(), here=here)
    else:
        item_status.set_status(item.item_id, ItemStatus.AVAILABLE, staff_id=teacher, here=here)

    (case,) = reading().scalars(select(ItemCase)).all()
    assert (case.ended_as, case.ended_at) == (CaseEnd.FOUND, here.now)
    assert (_item(item).status, _item(item).misses) == (ItemStatus.AVAILABLE, 0)


def test_a_missing_book_that_comes_back_is_forgiven_its_misses(here: Here) -> None:
    shelf, child = factories.shelf(here), factories.child(here)
    item = factories.item(here, shelf_id=shelf.shelf_id)
    for _ in range(2):
        _end(_begin(here), here, shelf.shelf_id)

    lending.scan(codes.parse(item.code), reader=child.reader, request_id=uuid4(), here=here)

    assert (_item(item).status, _item(item).misses) == (ItemStatus.AVAILABLE, 0)


def test_beginning_and_end_are_in_the_audit(here: Here) -> None:
    teacher = _begin(here)

    _end(teacher, here)

    rows = reading().scalars(select(Audit).where(Audit.purpose == "stocktake")).all()
    assert [row.fields.split(",")[0] for row in rows] == ["began", "ended"]


# What it found


def test_the_report_says_shelf_by_shelf_what_was_found(here: Here) -> None:
    one, two = factories.shelf(here, name="甲"), factories.shelf(here, name="乙")
    child = factories.child(here)
    right, moved, ghost, absent = (
        factories.item(here, name=name, shelf_id=one.shelf_id) for name in ("正", "错", "还", "无")
    )
    factories.loan(here, child.child_id, ghost.item_id)
    teacher = _begin(here)
    for item, shelf in ((right, one), (moved, two), (ghost, one)):
        _see(item, shelf.shelf_id, here)

    _end(teacher, here, one.shelf_id, two.shelf_id)

    report = stocktake_report.latest(here)
    by_name = {line.name: line for line in report.shelves}
    first = by_name["甲"]
    assert (first.expected, first.seen, first.ghosts, first.missed_once) == (4, 3, 1, 1)
    assert by_name["乙"].elsewhere == 1
    assert [item.name for item in report.to_move] == ["错"]
    assert [item.name for item in report.ghosts] == ["还"]
    assert [item.name for item in report.missed_once] == ["无"]
    assert report.missing == ()
    assert absent.code not in repr(report)
    assert "小满" not in repr(report)


def test_the_withdrawal_list_has_what_is_missing_twice(here: Here) -> None:
    shelf, teacher = factories.shelf(here), factories.staff(here)
    factories.item(here, name="没头脑", accession_no="000123", shelf_id=shelf.shelf_id)
    for _ in range(2):
        _end(_begin(here), here, shelf.shelf_id)

    paper = stocktake_papers.to_print(ReportPart.TO_WITHDRAW, actor_id=teacher.staff_id, here=here)

    assert [row[1:3] for row in paper.rows] == [("000123", "没头脑")]
    assert paper.totals is not None
    assert paper.totals[0] == "合计"


@pytest.mark.parametrize("part", ReportPart)
def test_each_part_is_a_workbook_and_in_the_audit(here: Here, part: ReportPart) -> None:
    shelf = factories.shelf(here)
    factories.item(here, shelf_id=shelf.shelf_id)
    teacher = _begin(here)
    _end(teacher, here, shelf.shelf_id)

    data = stocktake_papers.workbook(part, actor_id=teacher, here=here)

    assert data.startswith(b"PK")
    exports = select(Audit).where(Audit.action == AuditAction.EXPORT)
    assert len(reading().scalars(exports).all()) == 1


def test_there_is_no_report_before_the_first_end(here: Here) -> None:
    _begin(here)

    assert not stocktake_report.exists(here)
    with pytest.raises(NotFoundError):
        stocktake_report.latest(here)


def test_a_clock_set_back_keeps_no_stock_take_open(app: Flask, clock: FrozenClock) -> None:
    teacher = _begin(here_in(app, clock))
    clock.advance(days=-3)
    earlier = here_in(app, clock)

    _end(teacher, earlier)

    ended = reading().scalars(select(Stocktake)).one()
    assert ended.ended_at == ended.began_at
    assert timedelta(0) < ended.began_at - earlier.now


def test_it_is_the_same_on_either_database(either_app: Flask, clock: FrozenClock) -> None:
    here = here_in(either_app, clock)
    one, two, child = factories.shelf(here), factories.shelf(here), factories.child(here)
    right, moved, ghost, absent = (
        factories.item(here, name=name, shelf_id=one.shelf_id) for name in ("正", "错", "还", "无")
    )
    factories.loan(here, child.child_id, ghost.item_id)
    teacher = _begin(here)
    for item, shelf in ((right, one), (moved, two), (ghost, one)):
        _see(item, shelf.shelf_id, here)
    stocktake.undo(_see(right, one.shelf_id, here).sight_id, here=here)
    _see(right, one.shelf_id, here)

    board = stocktake_board.board(here)
    _end(teacher, here, one.shelf_id, two.shelf_id)

    assert board is not None
    assert (board.seen, board.expected) == (3, 4)
    report = stocktake_report.latest(here)
    assert [item.name for item in report.to_move] == ["错"]
    assert [item.name for item in report.ghosts] == ["还"]
    assert [item.name for item in report.missed_once] == ["无"]
    assert _item(absent).misses == 1
