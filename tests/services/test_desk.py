"""The lending desk: a class, a teacher or a child by the teacher; the return box; reading here."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from kiosk.db import db, reading
from kiosk.errors import InvalidInputError, NotFoundError, RefusedError
from kiosk.models.lending import Hold, RoomReading
from kiosk.models.library import Item, Loan
from kiosk.rules.book_classes import BookIcon, ShelfPlace
from kiosk.rules.catalogue import ShelfColour, TitleKind
from kiosk.rules.codes import CodeKind, CodeProblem, compose, parse
from kiosk.rules.lending import Borrower, ItemStatus, LendingPolicy, LendingRefusal, LoanEnd
from kiosk.rules.openings import OpeningState
from kiosk.rules.policies import LibrarySettings
from kiosk.services import desk, desk_readers, desk_undo, holds, lending, return_box
from kiosk.services.answers import Lent, Returned
from kiosk.services.desk import DeskAnswer, DeskMode, DeskOutcome
from kiosk.services.desk_readers import DeskReader
from kiosk.services.here import Here
from tests import factories
from tests.clock import FrozenClock
from tests.conftest import here_in
from tests.factories import MadeChild, MadeItem


def _scan(
    item: MadeItem | str,
    here: Here,
    *,
    mode: DeskMode = DeskMode.LEND,
    reader: DeskReader | None = None,
    request_id: UUID | None = None,
) -> DeskAnswer:
    return desk.scan(
        item if isinstance(item, str) else item.code,
        mode=mode,
        reader=reader,
        all_the_same=False,
        request_id=request_id or uuid4(),
        staff_id=factories.staff(here).staff_id,
        here=here,
    )


def _a_class(here: Here, *, grade: int = 2) -> DeskReader:
    return desk_readers.find(Borrower.CLASS, factories.school_class(here, grade=grade))


def _a_teacher(here: Here) -> DeskReader:
    return desk_readers.find(Borrower.STAFF, factories.staff(here).staff_id)


def _a_child(here: Here, child: MadeChild) -> DeskReader:
    return desk_readers.by_card(child.card_code, here=here)


def _loans() -> list[Loan]:
    db.session.remove()
    return list(reading().scalars(select(Loan).order_by(Loan.id)))


def _reason(act: Callable[[], object]) -> object:
    with pytest.raises((RefusedError, NotFoundError, InvalidInputError)) as error:
        act()
    return error.value.reason


# A class


def test_a_class_borrows_one_book_for_each_child_in_one_go(
    either_app: Flask, clock: FrozenClock
) -> None:
    here = here_in(either_app, clock)
    reader = _a_class(here)
    items = [factories.item(here) for _ in range(45)]

    outcomes = {_scan(item, here, reader=reader).outcome for item in items}

    assert outcomes == {DeskOutcome.LENT}
    assert {(loan.borrower, loan.class_id, loan.child_id) for loan in _loans()} == {
        (Borrower.CLASS, reader.reader_id, None)
    }
    sheet = desk_readers.sheet(reader, since=here.now)
    assert (sheet.held, sheet.now, len(sheet.latest)) == (45, 45, desk_readers.SHOWN)


def test_books_of_a_class_come_back_one_by_one_from_anyone(here: Here) -> None:
    reader, child = _a_class(here), factories.child(here)
    first, second = factories.item(here), factories.item(here)
    _scan(first, here, reader=reader)
    _scan(second, here, reader=reader)

    at_the_desk = _scan(first, here, mode=DeskMode.RETURN)
    at_the_screen = lending.scan(
        parse(second.code), reader=child.reader, request_id=uuid4(), here=here
    )

    assert at_the_desk.outcome is DeskOutcome.RETURNED
    assert isinstance(at_the_screen, Returned)
    assert at_the_screen.may_borrow_it
    assert desk_readers.sheet(reader, since=here.now).held == 0


def test_a_class_borrows_also_where_children_may_not(here: Here) -> None:
    policy = LendingPolicy(limit=1, days=7, renewals=0, grace_days=0, self_lending=False)
    strict = replace(here, library=LibrarySettings(policies={(2, TitleKind.BOOK): policy}))
    child = factories.child(here, grade=2)
    item = factories.item(here)

    alone = _reason(
        lambda: lending.scan(parse(item.code), reader=child.reader, request_id=uuid4(), here=strict)
    )
    answer = _scan(item, strict, reader=_a_class(here))

    assert alone is LendingRefusal.CLASS_FIRST
    assert answer.outcome is DeskOutcome.LENT
    assert answer.due_on == here.today + timedelta(days=7)


def test_a_book_scanned_twice_is_on_the_list_once(here: Here) -> None:
    reader, item = _a_class(here), factories.item(here)
    _scan(item, here, reader=reader)

    again = _scan(item, here, reader=reader)

    assert again.outcome is DeskOutcome.ALREADY
    assert len(_loans()) == 1


def test_a_scan_sent_again_gives_the_same_answer(here: Here) -> None:
    reader, item, request_id = _a_class(here), factories.item(here), uuid4()

    first = _scan(item, here, reader=reader, request_id=request_id)
    second = _scan(item, here, reader=reader, request_id=request_id)

    assert first == second
    assert len(_loans()) == 1


def test_a_book_that_somebody_else_had_comes_back_and_goes_out_in_one_scan(here: Here) -> None:
    child, item = factories.child(here), factories.item(here)
    lent = lending.scan(parse(item.code), reader=child.reader, request_id=uuid4(), here=here)
    assert isinstance(lent, Lent)

    answer = _scan(item, here, reader=_a_class(here))

    assert answer.outcome is DeskOutcome.MOVED
    ended, now = sorted(_loans(), key=lambda loan: loan.borrower is Borrower.CLASS)
    assert (ended.ended_as, now.ended_at) == (LoanEnd.IMPLIED, None)


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (ItemStatus.IN_ROOM_ONLY, LendingRefusal.IN_ROOM_ONLY),
        (ItemStatus.REPAIR, LendingRefusal.NOT_LENDABLE),
        (ItemStatus.WITHDRAWN, LendingRefusal.NOT_LENDABLE),
    ],
)
def test_what_no_child_can_borrow_no_class_can(
    here: Here, status: ItemStatus, reason: LendingRefusal
) -> None:
    item = factories.item(here, status=status)

    assert _reason(lambda: _scan(item, here, reader=_a_class(here))) is reason
    assert _loans() == []


def test_a_book_taken_for_lost_is_found_when_it_is_lent(here: Here) -> None:
    item = factories.item(here, status=ItemStatus.LOST)

    _scan(item, here, reader=_a_class(here))

    db.session.remove()
    assert reading().get_one(Item, item.item_id).status is ItemStatus.AVAILABLE


# A teacher, a child


def test_a_teacher_has_a_limit_of_her_own(here: Here) -> None:
    policy = LendingPolicy(limit=2, days=30, renewals=0, grace_days=0, self_lending=True)
    strict = replace(here, library=LibrarySettings(policies={(0, TitleKind.BOOK): policy}))
    reader = _a_teacher(here)
    first = _scan(factories.item(here), strict, reader=reader)
    _scan(factories.item(here), strict, reader=reader)

    third = _reason(lambda: _scan(factories.item(here), strict, reader=reader))

    assert first.due_on == here.today + timedelta(days=31), "a Sunday moves to Monday"
    assert third is LendingRefusal.TOO_MANY_LOANS
    assert {loan.staff_id for loan in _loans()} == {reader.reader_id}


def test_the_teacher_lends_to_a_child_within_its_limit(here: Here) -> None:
    child = factories.child(here, grade=1)
    reader = _a_child(here, child)

    _scan(factories.item(here), here, reader=reader)
    more = _reason(lambda: _scan(factories.item(here), here, reader=reader))

    assert more is LendingRefusal.TOO_MANY_LOANS
    (loan,) = _loans()
    assert (loan.child_id, loan.class_id) == (child.child_id, child.class_id)
    assert loan.lent_by_id is not None


def test_each_kind_has_a_limit_of_its_own(here: Here) -> None:
    reader = _a_child(here, factories.child(here, grade=1))
    chess = factories.item(here, title_id=factories.title(here, kind=TitleKind.GAME))

    _scan(factories.item(here), here, reader=reader)

    assert _scan(chess, here, reader=reader).outcome is DeskOutcome.LENT


def test_a_card_that_is_nobodys_chooses_nobody(here: Here) -> None:
    stranger = replace(factories.child(here), card_code="C00000000000")

    assert _reason(lambda: _a_child(here, stranger)) is CodeProblem.UNKNOWN_CARD


# What is scanned


def test_a_book_is_found_by_its_number_as_well(here: Here) -> None:
    factories.item(here, accession_no="000123")

    answer = _scan("000123", here, reader=_a_class(here))

    assert (answer.outcome, answer.accession_no) == (DeskOutcome.LENT, "000123")


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("nothing", CodeProblem.MISREAD),
        ("6901234567892", CodeProblem.NOT_OUR_CODE),
        (compose(CodeKind.ITEM, "0" * 10), CodeProblem.UNKNOWN_ITEM),
    ],
)
def test_what_is_no_item_is_said_and_changes_nothing(
    here: Here, said: str, reason: CodeProblem
) -> None:
    assert _reason(lambda: _scan(said, here, reader=_a_class(here))) is reason
    assert _loans() == []


BAR = "9787539432144"


@pytest.mark.parametrize(
    ("mode", "copies", "out", "outcome"),
    [
        (DeskMode.RETURN, 1, 1, DeskOutcome.RETURNED),
        (DeskMode.BOX, 1, 1, DeskOutcome.RETURNED),
        (DeskMode.LEND, 1, 0, DeskOutcome.LENT),
        (DeskMode.LEND, 1, 1, DeskOutcome.MOVED),
        (DeskMode.READ, 1, 0, DeskOutcome.READ),
        (DeskMode.RETURN, 2, 1, None),
        (DeskMode.BOX, 2, 1, None),
        (DeskMode.LEND, 2, 1, None),
        (DeskMode.READ, 2, 1, None),
    ],
)
def test_the_publishers_bar_means_a_copy_only_where_no_other_could_be_meant(
    here: Here, mode: DeskMode, copies: int, out: int, outcome: DeskOutcome | None
) -> None:
    title_id = factories.title(here, isbn=BAR)
    items = [factories.item(here, title_id=title_id) for _ in range(copies)]
    for item in items[:out]:
        factories.loan(here, factories.child(here).child_id, item.item_id)
    before = [(loan.id, loan.ended_as) for loan in _loans()]
    reader = _a_class(here) if mode is DeskMode.LEND else None

    if outcome is None:
        refused = _reason(lambda: _scan(BAR, here, mode=mode, reader=reader))
        assert refused is CodeProblem.SEVERAL_COPIES
        assert [(loan.id, loan.ended_as) for loan in _loans()] == before
    else:
        assert _scan(BAR, here, mode=mode, reader=reader).outcome is outcome


def test_a_book_that_moved_and_is_sent_again_has_moved(here: Here) -> None:
    item, request_id, reader = factories.item(here), uuid4(), _a_class(here)
    factories.loan(here, factories.child(here).child_id, item.item_id)

    outcomes = [_scan(item, here, reader=reader, request_id=request_id).outcome for _ in range(2)]

    assert outcomes == [DeskOutcome.MOVED, DeskOutcome.MOVED]


# Coming back


def test_the_desk_says_where_a_book_stands(here: Here) -> None:
    by_class = factories.item(here, title_id=factories.title(here, class_mark="I287.45"))
    own = factories.shelf(here, colour=ShelfColour.LAKE, letter="K").shelf_id
    by_shelf = factories.item(here, shelf_id=own)
    nowhere = factories.item(here)

    places = [_scan(one, here, mode=DeskMode.RETURN).place for one in (by_class, by_shelf, nowhere)]

    assert places == [
        ShelfPlace(colour=ShelfColour.PERSIMMON, letter="I", icon=BookIcon.STORY),
        ShelfPlace(colour=ShelfColour.LAKE, letter="K", icon=None),
        None,
    ]


def test_what_lay_in_the_box_came_back_by_the_end_of_the_last_opening(
    either_app: Flask, clock: FrozenClock
) -> None:
    here = here_in(either_app, clock)
    item = factories.item(here)
    factories.opening(here, state=OpeningState.HELD, from_min=8 * 60, to_min=9 * 60)
    lent_at = here.now - timedelta(days=3)
    child = factories.child(here)
    factories.loan(here, child.child_id, item.item_id, lent_at=lent_at)

    _scan(item, here, mode=DeskMode.BOX)

    (loan,) = _loans()
    assert loan.ended_as is LoanEnd.RETURNED
    assert loan.ended_at == datetime(2026, 11, 20, 1, 0, tzinfo=UTC), "09:00 here"


def test_a_book_lent_after_the_last_opening_does_not_come_back_before_it_was_lent(
    here: Here,
) -> None:
    item, reader = factories.item(here), _a_class(here)
    factories.opening(here, state=OpeningState.HELD, from_min=8 * 60, to_min=9 * 60)
    _scan(item, here, reader=reader)

    _scan(item, here, mode=DeskMode.BOX)

    (loan,) = _loans()
    assert loan.ended_at == loan.lent_at


def test_a_room_that_never_opened_takes_its_box_back_now(here: Here) -> None:
    assert return_box.last_opening_ended(here=here) == here.now


def test_a_book_that_was_not_on_loan_is_only_put_back(here: Here) -> None:
    answer = _scan(factories.item(here), here, mode=DeskMode.RETURN)

    assert (answer.outcome, answer.undo_id) == (DeskOutcome.ON_SHELF, None)


def test_a_withdrawn_book_that_a_child_has_comes_back_before_it_goes(here: Here) -> None:
    child, item = factories.child(here), factories.item(here, status=ItemStatus.WITHDRAWN)
    factories.loan(here, child.child_id, item.item_id)

    first, second = (_scan(item, here, mode=DeskMode.RETURN) for _ in range(2))

    assert (first.outcome, first.place, first.is_withdrawn) == (DeskOutcome.RETURNED, None, True)
    assert second.outcome is DeskOutcome.GONE
    assert [loan.ended_as for loan in _loans()] == [LoanEnd.RETURNED]


# Reading in the room


def test_reading_in_the_room_is_counted_once_and_lends_nothing(
    either_app: Flask, clock: FrozenClock
) -> None:
    here = here_in(either_app, clock)
    item = factories.item(here)

    first = _scan(item, here, mode=DeskMode.READ)
    second = _scan(item, here, mode=DeskMode.READ)
    later = replace(here, now=here.now + timedelta(minutes=30))
    third = _scan(item, later, mode=DeskMode.READ)

    assert first.undo_id == second.undo_id != third.undo_id
    assert factories.how_many(RoomReading) == 2
    assert _loans() == []


def test_a_reading_that_is_sent_again_after_midnight_is_counted_once(here: Here) -> None:
    item, request_id = factories.item(here), uuid4()

    for days in (0, 1):
        day = replace(here, now=here.now + timedelta(days=days))
        _scan(item, day, mode=DeskMode.READ, request_id=request_id)

    assert factories.how_many(RoomReading) == 1


def test_a_book_for_the_room_is_counted_when_a_child_shows_it(here: Here) -> None:
    item = factories.item(here, status=ItemStatus.IN_ROOM_ONLY)
    child = factories.child(here)

    for reader in (None, child.reader):
        reason = _reason(
            lambda reader=reader: lending.scan(  # type: ignore[misc]  # bound at once
                parse(item.code), reader=reader, request_id=uuid4(), here=here
            )
        )
        assert reason is LendingRefusal.IN_ROOM_ONLY

    assert factories.how_many(RoomReading) == 1


# Undo


@pytest.mark.parametrize("mode", [DeskMode.LEND, DeskMode.RETURN, DeskMode.READ])
def test_what_the_desk_did_is_undone_within_ten_seconds_and_not_after(
    here: Here, mode: DeskMode
) -> None:
    item, reader = factories.item(here), _a_class(here)
    if mode is DeskMode.RETURN:
        _scan(item, here, reader=reader)
    answer = _scan(item, here, mode=mode, reader=reader)
    assert answer.undo_id is not None
    late = replace(here, now=here.now + timedelta(seconds=13))
    in_time = replace(here, now=here.now + timedelta(seconds=9))

    def undo(at: Here) -> None:
        assert answer.undo_id is not None
        desk_undo.undo(answer.outcome, answer.undo_id, done_at=here.now, here=at)

    assert _reason(lambda: undo(late)) is LendingRefusal.TOO_LATE_TO_UNDO
    undo(in_time)
    undo(in_time)

    assert factories.how_many(RoomReading) == 0
    assert [loan.ended_as for loan in _loans()] == {
        DeskMode.LEND: [LoanEnd.UNDONE],
        DeskMode.RETURN: [None],
        DeskMode.READ: [],
    }[mode]


def test_a_book_that_was_moved_by_mistake_is_the_earlier_readers_again(
    either_app: Flask, clock: FrozenClock
) -> None:
    here = here_in(either_app, clock)
    child, item, request_id = factories.child(here), factories.item(here), uuid4()
    first = factories.loan(here, child.child_id, item.item_id, lent_at=here.now - timedelta(days=3))
    moved = _scan(item, here, reader=_a_class(here), request_id=request_id)
    again = _scan(item, here, reader=_a_class(here), request_id=request_id)
    assert moved.undo_id is not None

    for _ in range(2):
        desk_undo.undo(DeskOutcome.MOVED, moved.undo_id, done_at=here.now, here=here)

    assert again.undo_id == moved.undo_id
    assert {loan.id: loan.ended_as for loan in _loans()} == {
        first: None,
        moved.undo_id: LoanEnd.UNDONE,
    }


def test_a_moved_book_of_a_child_that_waited_is_waited_for_again(here: Here) -> None:
    first, waiting = factories.child(here), factories.child(here)
    item = factories.item(here)
    factories.loan(here, first.child_id, item.item_id)
    holds.place_for(
        title_id=item.title_id,
        child_id=waiting.child_id,
        staff_id=factories.staff(here).staff_id,
        request_id=uuid4(),
        here=here,
    )
    moved = _scan(item, here, reader=_a_child(here, waiting))
    assert moved.undo_id is not None

    desk_undo.undo(moved.outcome, moved.undo_id, done_at=here.now, here=here)

    hold = reading().scalars(select(Hold)).one()
    assert (hold.ended_at, hold.item_id) == (None, None)
    assert [loan.child_id for loan in _loans() if loan.ended_at is None] == [first.child_id]


def test_a_return_out_of_the_box_is_undone_although_it_counts_as_earlier(here: Here) -> None:
    item = factories.item(here)
    factories.opening(here, state=OpeningState.HELD, from_min=8 * 60, to_min=9 * 60)
    child = factories.child(here)
    factories.loan(here, child.child_id, item.item_id, lent_at=here.now - timedelta(days=3))
    answer = _scan(item, here, mode=DeskMode.BOX)
    assert answer.undo_id is not None

    desk_undo.undo(answer.outcome, answer.undo_id, done_at=here.now, here=here)

    assert [loan.ended_at for loan in _loans()] == [None]
