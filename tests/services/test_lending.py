from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from kiosk.db import db, reading, transaction, violated
from kiosk.errors import NotFoundError, RefusedError
from kiosk.ids import new_id
from kiosk.models.library import Item, Loan
from kiosk.models.openings import Opening
from kiosk.rules.class_tree import Tree
from kiosk.rules.codes import BookBar, CodeKind, CodeProblem, compose, parse
from kiosk.rules.lending import ItemStatus, LendingPolicy, LendingRefusal, LoanEnd
from kiosk.rules.openings import OpeningState
from kiosk.services import lending
from kiosk.services.answers import AlreadyYours, BookWaits, Lent, Renewed, Returned
from kiosk.services.here import Here
from kiosk.services.lending import Answer, Reader
from tests import factories
from tests.clock import AN_AFTERNOON, FrozenClock
from tests.conftest import here_in
from tests.factories import MadeChild, MadeItem

ISBN = "9787539432144"


@pytest.fixture
def now(app: Flask, clock: FrozenClock) -> Callable[[], Here]:
    """Return the moment at the kiosk each time it is asked."""
    return lambda: here_in(app, clock)


def _scan(
    item: MadeItem, reader: Reader | None, here: Here, *, request_id: UUID | None = None
) -> Answer:
    return lending.scan(
        parse(item.code), reader=reader, request_id=request_id or uuid4(), here=here
    )


def _lend(item: MadeItem, child: MadeChild, here: Here) -> Lent:
    answer = _scan(item, child.reader, here)
    assert isinstance(answer, Lent)
    return answer


def _in_session(child: MadeChild, *loans: Lent) -> Reader:
    return replace(child.reader, lent=frozenset(lent.loan.loan_id for lent in loans))


def _refused(act: Callable[[], object]) -> object:
    with pytest.raises((RefusedError, NotFoundError)) as error:
        act()
    return error.value.reason


def _loans() -> list[Loan]:
    db.session.remove()
    return list(reading().scalars(select(Loan).order_by(Loan.lent_at, Loan.id)))


def _status(item: MadeItem) -> ItemStatus:
    db.session.remove()
    return reading().scalars(select(Item.status).where(Item.id == item.item_id)).one()


def _with_policy(here: Here, grade: int, **changes: object) -> Here:
    policy = replace(here.settings.policy(grade), **changes)  # type: ignore[arg-type]  # by name
    settings = replace(here.settings, lending={**here.settings.lending, grade: policy})
    return replace(here, settings=settings)


# Borrowing


def test_a_book_in_a_childs_session_is_lent_and_stored_at_once(here: Here) -> None:
    child, item = factories.child(here), factories.item(here, name="小马过河")

    answer = _scan(item, child.reader, here)

    assert isinstance(answer, Lent)
    assert (answer.loan.book.title, answer.held, answer.more) == ("小马过河", 1, 1)
    (stored,) = _loans()
    assert (stored.child_id, stored.item_id, stored.lent_at) == (
        child.child_id,
        item.item_id,
        here.now,
    )
    assert stored.local_day == date(2026, 11, 20)
    assert stored.ended_at is None


def test_a_book_is_due_after_fourteen_days(here: Here) -> None:
    child, item = factories.child(here), factories.item(here)

    lent = _lend(item, child, here)

    assert lent.loan.due_on == date(2026, 12, 4)
    assert _loans()[0].due_on == date(2026, 12, 4)


def test_a_due_day_on_which_the_room_is_closed_moves_to_the_next_open_one(here: Here) -> None:
    child, item = factories.child(here), factories.item(here)
    with transaction() as session:
        session.execute(
            update(Opening)
            .where(Opening.on_date == date(2026, 12, 4))
            .values(state=OpeningState.CANCELLED)
        )

    lent = _lend(item, child, here)

    assert lent.loan.due_on == date(2026, 12, 7)


@pytest.mark.parametrize("grade", [1, 2, 3, 4, 5, 6, 7])
def test_each_grade_borrows_as_many_as_its_policy_says(here: Here, grade: int) -> None:
    child = factories.child(here, grade=grade)
    limit = here.settings.policy(grade).limit
    held = [_lend(factories.item(here), child, here).more for _ in range(limit)]

    with pytest.raises(RefusedError) as error:
        _scan(factories.item(here), child.reader, here)

    assert held == list(range(limit - 1, -1, -1))
    assert error.value.reason is LendingRefusal.TOO_MANY_LOANS
    assert error.value.values == {"held": limit}
    assert len(_loans()) == limit


def test_a_book_brought_back_makes_room_for_another_in_the_same_session(here: Here) -> None:
    child = factories.child(here, grade=1)
    first, second = factories.item(here), factories.item(here)
    factories.loan(here, child.child_id, first.item_id, lent_at=here.now - timedelta(days=3))

    returned = _scan(first, child.reader, here)

    assert isinstance(returned, Returned)
    assert isinstance(_scan(second, child.reader, here), Lent)


def test_an_overdue_book_refuses_nothing(here: Here) -> None:
    child = factories.child(here, grade=3)
    factories.loan(
        here,
        child.child_id,
        factories.item(here).item_id,
        lent_at=here.now - timedelta(days=90),
        due_on=here.today - timedelta(days=76),
    )

    assert isinstance(_scan(factories.item(here), child.reader, here), Lent)


def test_where_the_class_borrows_together_the_teacher_lends(here: Here) -> None:
    child, item = factories.child(here, grade=1), factories.item(here)
    with_teacher = _with_policy(here, 1, self_lending=False)

    assert _refused(lambda: _scan(item, child.reader, with_teacher)) is LendingRefusal.CLASS_FIRST
    assert _loans() == []


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (ItemStatus.IN_ROOM_ONLY, LendingRefusal.IN_ROOM_ONLY),
        (ItemStatus.DAMAGED, LendingRefusal.NOT_LENDABLE),
        (ItemStatus.WITHDRAWN, LendingRefusal.NOT_LENDABLE),
    ],
)
def test_a_book_that_stays_here_is_refused(
    here: Here, status: ItemStatus, reason: LendingRefusal
) -> None:
    child, item = factories.child(here), factories.item(here, status=status)

    assert _refused(lambda: _scan(item, child.reader, here)) is reason
    assert _status(item) is status


@pytest.mark.parametrize("status", [ItemStatus.LOST, ItemStatus.MISSING])
def test_a_book_that_was_lost_is_found_by_its_scan(here: Here, status: ItemStatus) -> None:
    child, item = factories.child(here), factories.item(here, status=status)

    answer = _scan(item, child.reader, here)

    assert isinstance(answer, Lent)
    assert _status(item) is ItemStatus.AVAILABLE


def test_a_lost_book_is_found_also_when_the_child_may_not_borrow_it(here: Here) -> None:
    child = factories.child(here, grade=1)
    item = factories.item(here, status=ItemStatus.LOST)
    _lend(factories.item(here), child, here)

    refused = _refused(lambda: _scan(item, child.reader, here))

    assert refused is LendingRefusal.TOO_MANY_LOANS
    assert _status(item) is ItemStatus.AVAILABLE


def test_a_lost_book_on_the_idle_screen_is_found_and_waits_for_a_card(here: Here) -> None:
    item = factories.item(here, status=ItemStatus.MISSING)

    assert isinstance(_scan(item, None, here), BookWaits)
    assert _status(item) is ItemStatus.AVAILABLE


def test_a_book_without_a_card_waits_and_nothing_is_stored(here: Here) -> None:
    item = factories.item(here, name="雷锋日记")

    answer = _scan(item, None, here)

    assert isinstance(answer, BookWaits)
    assert answer.book.title == "雷锋日记"
    assert _loans() == []


def test_a_label_that_no_book_has_is_unknown_and_makes_no_book(here: Here) -> None:
    unknown = factories.MadeItem(
        item_id=uuid4(), title_id=uuid4(), code=compose(CodeKind.ITEM, "0" * 10)
    )
    child = factories.child(here)

    for reader in (None, child.reader):
        assert _refused(partial(_scan, unknown, reader, here)) is CodeProblem.UNKNOWN_ITEM
    assert factories.how_many(Item) == 0


# The publisher's bar


def _scan_bar(reader: Reader | None, here: Here) -> Answer:
    return lending.scan(BookBar(isbn=ISBN), reader=reader, request_id=uuid4(), here=here)


def test_a_publishers_bar_stands_for_the_only_copy(here: Here) -> None:
    child = factories.child(here)
    item = factories.item(here, isbn=ISBN)
    factories.item(here, title_id=item.title_id, status=ItemStatus.WITHDRAWN)

    assert isinstance(_scan_bar(child.reader, here), Lent)
    assert isinstance(_scan_bar(None, here), Returned)
    assert [loan.item_id for loan in _loans()] == [item.item_id]


@pytest.mark.parametrize(
    ("copies", "reason"),
    [(0, CodeProblem.UNKNOWN_ITEM), (2, CodeProblem.SEVERAL_COPIES)],
)
def test_a_publishers_bar_of_no_copy_or_of_several_alike_lends_nothing(
    here: Here, copies: int, reason: CodeProblem
) -> None:
    child = factories.child(here)
    title_id = factories.title(here, isbn=ISBN)
    for _ in range(copies):
        factories.item(here, title_id=title_id)

    for reader in (child.reader, None):
        assert _refused(partial(_scan_bar, reader, here)) is reason
    assert _loans() == []


def _copies(here: Here, number: int) -> list[MadeItem]:
    title_id = factories.title(here, isbn=ISBN)
    return [factories.item(here, title_id=title_id) for _ in range(number)]


def test_a_publishers_bar_brings_back_the_copy_that_this_child_has(here: Here) -> None:
    child, other, (own, others, _) = factories.child(here), factories.child(here), _copies(here, 3)
    _lend(own, child, here)
    _lend(others, other, here)

    answer = _scan_bar(child.reader, here)

    assert isinstance(answer, Returned)
    assert answer.item_id == own.item_id
    assert {loan.item_id: loan.ended_as for loan in _loans()} == {
        own.item_id: LoanEnd.RETURNED,
        others.item_id: None,
    }


@pytest.mark.parametrize("status", [ItemStatus.AVAILABLE, ItemStatus.LOST, ItemStatus.MISSING])
def test_a_bar_ends_no_loan_and_lends_nothing_where_another_copy_may_be_in_hand(
    here: Here, status: ItemStatus
) -> None:
    child, other, (out, copy) = factories.child(here), factories.child(here), _copies(here, 2)
    _lend(out, other, here)
    with transaction() as session:
        session.get_one(Item, copy.item_id).status = status

    for reader in (child.reader, None):
        assert _refused(partial(_scan_bar, reader, here)) is CodeProblem.SEVERAL_COPIES
    assert [(loan.item_id, loan.ended_as) for loan in _loans()] == [(out.item_id, None)]
    assert reading().get_one(Item, copy.item_id).status is status


def test_a_bar_that_is_sent_again_means_the_copy_of_the_first_time(here: Here) -> None:
    child, request_id = factories.child(here), uuid4()
    item = factories.item(here, isbn=ISBN)

    for _ in range(2):
        answer = lending.scan(
            BookBar(isbn=ISBN), reader=child.reader, request_id=request_id, here=here
        )
        assert isinstance(answer, Lent)
        factories.item(here, title_id=item.title_id)  # another one comes in between
    assert [loan.item_id for loan in _loans()] == [item.item_id]


# Bringing back


def test_a_book_alone_is_returned_whoever_brings_it(here: Here) -> None:
    child, item = factories.child(here), factories.item(here)
    lent = _lend(item, child, here)

    answer = _scan(item, None, here)

    assert isinstance(answer, Returned)
    assert (answer.child, answer.was_own, answer.may_renew, answer.may_borrow_it) == (
        None,
        False,
        False,
        False,
    )
    (loan,) = _loans()
    assert (loan.id, loan.ended_as, loan.ended_at) == (
        lent.loan.loan_id,
        LoanEnd.RETURNED,
        here.now,
    )


def test_a_book_lent_in_this_session_is_already_yours(here: Here) -> None:
    child, item = factories.child(here), factories.item(here)
    lent = _lend(item, child, here)

    answer = _scan(item, _in_session(child, lent), here)

    assert isinstance(answer, AlreadyYours)
    assert (answer.loan, answer.may_renew) == (lent.loan, True)
    assert _loans()[0].ended_at is None


def test_an_own_book_lent_earlier_is_returned_and_may_be_kept(here: Here) -> None:
    child, item = factories.child(here), factories.item(here)
    _lend(item, child, here)

    answer = _scan(item, child.reader, here)

    assert isinstance(answer, Returned)
    assert (answer.was_own, answer.may_renew, answer.may_borrow_it) == (True, True, False)
    assert _loans()[0].ended_as is LoanEnd.RETURNED


def test_the_tree_of_the_class_has_a_leaf_for_each_book_of_this_term(
    now: Callable[[], Here],
) -> None:
    child, friend = factories.child(now()), factories.child(now())
    other = factories.child(now(), grade=4)
    for who, days in ((child, 1), (friend, 2), (friend, 120), (other, 1)):
        read = factories.item(now()).item_id
        lent_at = now().now - timedelta(days=days + 5)
        ended_at = now().now - timedelta(days=days)
        factories.loan(now(), who.child_id, read, lent_at=lent_at, ended_at=ended_at)
    lost = _lend(factories.item(now()), child, now())
    with transaction() as session:
        how = {"ended_as": LoanEnd.LOST, "ended_at": now().now}
        session.execute(update(Loan).where(Loan.id == lost.loan.loan_id).values(**how))
    item = factories.item(now())
    _lend(item, child, now())

    answer = _scan(item, child.reader, now())

    assert isinstance(answer, Returned)
    assert answer.tree == Tree(leaves=3, fruits=0)


def test_a_book_of_another_child_is_returned_and_one_tile_borrows_it(here: Here) -> None:
    owner, finder = factories.child(here), factories.child(here, given_name="石头")
    item = factories.item(here)
    _lend(item, owner, here)

    answer = _scan(item, finder.reader, here)

    assert isinstance(answer, Returned)
    assert (answer.child, answer.was_own, answer.may_borrow_it) == (finder.face, False, True)
    assert answer.tree is None
    assert _loans()[0].ended_as is LoanEnd.IMPLIED
    lent = lending.borrow(
        item_id=answer.item_id, reader=finder.reader, request_id=uuid4(), here=here
    )
    assert (lent.child, lent.held) == (finder.face, 1)
    assert [loan.child_id for loan in _loans() if loan.ended_at is None] == [finder.child_id]


def test_who_had_the_book_is_never_said(here: Here) -> None:
    owner = factories.child(here, family_name="欧阳", given_name="秋水")
    finder = factories.child(here, given_name="石头")
    item = factories.item(here)
    _lend(item, owner, here)

    told = repr(_scan(item, finder.reader, here))

    assert "秋水" not in told
    assert str(owner.child_id) not in told


def test_where_the_class_borrows_together_no_tile_borrows_it(here: Here) -> None:
    owner, finder = factories.child(here), factories.child(here, grade=1)
    item = factories.item(here)
    _lend(item, owner, here)

    answer = _scan(item, finder.reader, _with_policy(here, 1, self_lending=False))

    assert isinstance(answer, Returned)
    assert not answer.may_borrow_it


def test_who_has_all_the_books_it_may_is_not_offered_another(here: Here) -> None:
    owner, finder = factories.child(here), factories.child(here)
    item = factories.item(here)
    _lend(item, owner, here)
    for _ in range(here.settings.policy(finder.face.grade).limit):
        _lend(factories.item(here), finder, here)

    answer = _scan(item, finder.reader, here)

    assert isinstance(answer, Returned)
    assert not answer.may_borrow_it


def test_a_book_that_is_not_lendable_any_more_can_always_be_brought_back(here: Here) -> None:
    child, item = factories.child(here), factories.item(here)
    _lend(item, child, here)
    with transaction() as session:
        session.execute(update(Item).values(status=ItemStatus.WITHDRAWN))

    assert isinstance(_scan(item, None, here), Returned)


def test_after_the_clock_was_set_back_the_book_still_comes_back(
    now: Callable[[], Here], clock: FrozenClock
) -> None:
    child, item = factories.child(now()), factories.item(now())
    _lend(item, child, now())
    clock.advance(days=-400)

    answer = _scan(item, None, now())

    assert isinstance(answer, Returned)
    (loan,) = _loans()
    assert loan.ended_as is LoanEnd.RETURNED
    assert loan.ended_at == loan.lent_at


def test_after_the_clock_was_set_back_the_open_loan_counts_not_the_latest(
    now: Callable[[], Here], clock: FrozenClock
) -> None:
    child, item = factories.child(now()), factories.item(now())
    _lend(item, child, now())
    clock.advance(minutes=5)
    _scan(item, None, now())
    clock.advance(hours=-3)
    lent = _lend(item, child, now())
    clock.advance(minutes=1)

    answer = _scan(item, _in_session(child, lent), now())

    assert isinstance(answer, AlreadyYours)
    assert answer.loan.loan_id == lent.loan.loan_id


# Keeping longer


def _renew(lent: Lent, reader: Reader, here: Here, *, request_id: UUID | None = None) -> Renewed:
    return lending.renew(
        loan_id=lent.loan.loan_id, reader=reader, request_id=request_id or uuid4(), here=here
    )


def test_a_book_is_kept_a_whole_loan_time_longer_once(here: Here) -> None:
    child, item = factories.child(here), factories.item(here)
    lent = _lend(item, child, here)

    renewed = _renew(lent, child.reader, here)

    assert renewed.loan.due_on == date(2026, 12, 18)
    (loan,) = _loans()
    assert (loan.due_on, loan.renewals, loan.renewed_at) == (date(2026, 12, 18), 1, here.now)
    again = _refused(lambda: _renew(lent, child.reader, here))
    assert again is LendingRefusal.NO_MORE_RENEWALS
    told = _scan(item, _in_session(child, lent), here)
    assert isinstance(told, AlreadyYours)
    assert not told.may_renew


def test_a_book_just_brought_may_still_be_kept(now: Callable[[], Here], clock: FrozenClock) -> None:
    child, item = factories.child(now()), factories.item(now())
    lent = _lend(item, child, now())
    _scan(item, child.reader, now())
    clock.advance(seconds=59)

    renewed = _renew(lent, child.reader, now())

    assert renewed.loan.loan_id == lent.loan.loan_id
    (loan,) = _loans()
    assert (loan.ended_at, loan.ended_as, loan.end_request_id) == (None, None, None)


@pytest.mark.parametrize("seconds", [61, -61])
def test_a_book_brought_a_while_ago_is_back(
    now: Callable[[], Here], clock: FrozenClock, seconds: int
) -> None:
    child, item = factories.child(now()), factories.item(now())
    lent = _lend(item, child, now())
    _scan(item, child.reader, now())
    clock.advance(seconds=seconds)

    assert _refused(lambda: _renew(lent, child.reader, now())) is LendingRefusal.NOT_ON_LOAN


def test_a_book_that_another_child_brought_is_not_kept(here: Here) -> None:
    child, finder, item = factories.child(here), factories.child(here), factories.item(here)
    lent = _lend(item, child, here)
    _scan(item, finder.reader, here)

    assert _refused(lambda: _renew(lent, child.reader, here)) is LendingRefusal.NOT_ON_LOAN


def test_a_book_that_is_with_another_child_by_now_is_not_kept(here: Here) -> None:
    child, other, item = factories.child(here), factories.child(here), factories.item(here)
    lent = _lend(item, child, here)
    _scan(item, child.reader, here)
    _lend(item, other, here)

    assert _refused(lambda: _renew(lent, child.reader, here)) is LendingRefusal.TOO_LATE_TO_UNDO


# Undoing


def test_a_lending_is_undone_and_a_second_touch_changes_nothing(
    now: Callable[[], Here], clock: FrozenClock
) -> None:
    child, item = factories.child(now()), factories.item(now())
    lent = _lend(item, child, now())
    clock.advance(seconds=12)

    for _ in range(2):
        lending.undo_lend(loan_id=lent.loan.loan_id, child_id=child.child_id, here=now())

    (loan,) = _loans()
    assert (loan.ended_as, loan.ended_at) == (LoanEnd.UNDONE, AN_AFTERNOON + timedelta(seconds=12))
    assert isinstance(_scan(item, child.reader, now()), Lent)


@pytest.mark.parametrize("seconds", [13, -13, -86_400])
def test_later_a_lending_stands(now: Callable[[], Here], clock: FrozenClock, seconds: int) -> None:
    child, item = factories.child(now()), factories.item(now())
    lent = _lend(item, child, now())
    clock.advance(seconds=seconds)

    refused = _refused(
        lambda: lending.undo_lend(loan_id=lent.loan.loan_id, child_id=child.child_id, here=now())
    )

    assert refused is LendingRefusal.TOO_LATE_TO_UNDO
    assert _loans()[0].ended_at is None


def test_a_lending_that_was_returned_meanwhile_is_not_undone(here: Here) -> None:
    child, item = factories.child(here), factories.item(here)
    lent = _lend(item, child, here)
    _scan(item, None, here)

    refused = _refused(
        lambda: lending.undo_lend(loan_id=lent.loan.loan_id, child_id=child.child_id, here=here)
    )

    assert refused is LendingRefusal.TOO_LATE_TO_UNDO
    assert _loans()[0].ended_as is LoanEnd.RETURNED


def test_a_lending_is_undone_though_the_clock_went_back_a_little(
    now: Callable[[], Here], clock: FrozenClock
) -> None:
    child, item = factories.child(now()), factories.item(now())
    lent = _lend(item, child, now())
    clock.advance(seconds=-5)

    lending.undo_lend(loan_id=lent.loan.loan_id, child_id=child.child_id, here=now())

    assert _loans()[0].ended_as is LoanEnd.UNDONE


def test_a_return_is_undone_and_the_loan_is_as_it_was(
    now: Callable[[], Here], clock: FrozenClock
) -> None:
    child, item = factories.child(now()), factories.item(now())
    lent = _lend(item, child, now())
    _scan(item, None, now())
    clock.advance(seconds=12)

    for _ in range(2):
        lending.undo_return(loan_id=lent.loan.loan_id, here=now())

    (loan,) = _loans()
    assert (loan.ended_at, loan.ended_as, loan.end_request_id) == (None, None, None)
    assert loan.due_on == lent.loan.due_on


@pytest.mark.parametrize("seconds", [13, -13])
def test_later_a_return_stands(now: Callable[[], Here], clock: FrozenClock, seconds: int) -> None:
    child, item = factories.child(now()), factories.item(now())
    lent = _lend(item, child, now())
    _scan(item, None, now())
    clock.advance(seconds=seconds)

    refused = _refused(lambda: lending.undo_return(loan_id=lent.loan.loan_id, here=now()))

    assert refused is LendingRefusal.TOO_LATE_TO_UNDO


def test_a_return_stands_once_somebody_has_borrowed_the_book(here: Here) -> None:
    child, other, item = factories.child(here), factories.child(here), factories.item(here)
    lent = _lend(item, child, here)
    _scan(item, None, here)
    _lend(item, other, here)

    refused = _refused(lambda: lending.undo_return(loan_id=lent.loan.loan_id, here=here))

    assert refused is LendingRefusal.TOO_LATE_TO_UNDO


def test_an_undone_lending_is_not_brought_to_life_by_the_other_undo(here: Here) -> None:
    child, item = factories.child(here), factories.item(here)
    lent = _lend(item, child, here)
    lending.undo_lend(loan_id=lent.loan.loan_id, child_id=child.child_id, here=here)

    refused = _refused(lambda: lending.undo_return(loan_id=lent.loan.loan_id, here=here))

    assert refused is LendingRefusal.TOO_LATE_TO_UNDO


# Whose it is


def test_the_loan_of_another_child_is_as_unknown_as_none(here: Here) -> None:
    owner, other, item = factories.child(here), factories.child(here), factories.item(here)
    lent = _lend(item, owner, here)

    for loan_id in (lent.loan.loan_id, uuid4()):
        undo = partial(lending.undo_lend, loan_id=loan_id, child_id=other.child_id, here=here)
        renew = partial(lending.renew, loan_id=loan_id, reader=other.reader, here=here)
        assert _refused(undo) is LendingRefusal.NOT_YOURS
        assert _refused(partial(renew, request_id=uuid4())) is LendingRefusal.NOT_YOURS
    assert _refused(lambda: lending.undo_return(loan_id=uuid4(), here=here)) is (
        LendingRefusal.NOT_YOURS
    )


# The same request once more


def test_a_lending_sent_again_gives_the_same_answer(here: Here) -> None:
    child, item, request_id = factories.child(here), factories.item(here), uuid4()
    first = _scan(item, child.reader, here, request_id=request_id)

    again = _scan(item, child.reader, here, request_id=request_id)

    assert again == first
    assert len(_loans()) == 1


def test_a_lending_sent_again_after_a_restart_returns_nothing(here: Here) -> None:
    child, item, request_id = factories.child(here), factories.item(here), uuid4()
    _scan(item, child.reader, here, request_id=request_id)

    answer = _scan(item, None, here, request_id=request_id)

    assert isinstance(answer, BookWaits)
    assert _loans()[0].ended_at is None


@pytest.mark.parametrize("is_there", [True, False])
def test_a_return_sent_again_gives_the_same_answer(here: Here, *, is_there: bool) -> None:
    child, item, request_id = factories.child(here), factories.item(here), uuid4()
    _lend(item, child, here)
    reader = child.reader if is_there else None
    first = _scan(item, reader, here, request_id=request_id)

    again = _scan(item, reader, here, request_id=request_id)

    assert isinstance(first, Returned)
    assert again == first
    assert [loan.ended_as for loan in _loans()] == [LoanEnd.RETURNED]


def test_a_tile_touched_twice_borrows_once(here: Here) -> None:
    child, item, request_id = factories.child(here), factories.item(here), uuid4()

    first, again = (
        lending.borrow(item_id=item.item_id, reader=child.reader, request_id=request_id, here=here)
        for _ in range(2)
    )

    assert again == first
    assert len(_loans()) == 1


def test_a_renewal_sent_again_renews_once(here: Here) -> None:
    child, item, request_id = factories.child(here), factories.item(here), uuid4()
    lent = _lend(item, child, here)

    first, again = (_renew(lent, child.reader, here, request_id=request_id) for _ in range(2))

    assert again == first
    assert _loans()[0].renewals == 1


# One open loan for each item


def test_a_book_on_loan_is_not_borrowed_by_a_tile(here: Here) -> None:
    owner, other, item = factories.child(here), factories.child(here), factories.item(here)
    _lend(item, owner, here)

    refused = _refused(
        lambda: lending.borrow(
            item_id=item.item_id, reader=other.reader, request_id=uuid4(), here=here
        )
    )

    assert refused is LendingRefusal.ALREADY_ON_LOAN


def test_a_tile_for_no_book_borrows_nothing(here: Here) -> None:
    child = factories.child(here)

    refused = _refused(
        lambda: lending.borrow(item_id=uuid4(), reader=child.reader, request_id=uuid4(), here=here)
    )

    assert refused is CodeProblem.UNKNOWN_ITEM


def test_a_lost_book_borrowed_by_a_tile_is_found(here: Here) -> None:
    child, item = factories.child(here), factories.item(here, status=ItemStatus.LOST)

    lending.borrow(item_id=item.item_id, reader=child.reader, request_id=uuid4(), here=here)

    assert _status(item) is ItemStatus.AVAILABLE


def test_the_database_keeps_loans_whole(either_app: Flask, clock: FrozenClock) -> None:
    here = here_in(either_app, clock)
    child, item = factories.child(here), factories.item(here)
    lent = _lend(item, child, here)
    (loan,) = _loans()
    row = {
        "item_id": loan.item_id,
        "child_id": loan.child_id,
        "local_day": loan.local_day,
        "lent_at": loan.lent_at,
        "plain_due_on": loan.plain_due_on,
        "due_on": loan.due_on,
        "renewals": 0,
    }

    with pytest.raises(IntegrityError) as twice, transaction() as session:
        session.execute(insert(Loan), {**row, "id": new_id(here.now), "request_id": uuid4()})

    assert violated(twice.value) == "uq_loan_open_item"
    for wrong in (
        {"ended_at": here.now},
        {"ended_as": LoanEnd.LOST},
        {"ended_at": datetime(2020, 1, 1, tzinfo=UTC), "ended_as": LoanEnd.LOST},
        {"due_on": date(2020, 1, 1)},
        {"renewals": -1},
        {"child_id": uuid4()},
    ):
        with pytest.raises(IntegrityError), transaction() as session:
            session.execute(update(Loan).values(wrong))
    assert isinstance(_scan(item, None, here), Returned)
    renewed = _renew(lent, child.reader, here)
    lending.undo_lend(loan_id=renewed.loan.loan_id, child_id=child.child_id, here=here)
    assert isinstance(_scan(item, child.reader, here), Lent)


def test_an_impossible_policy_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="limit lies between"):
        LendingPolicy(limit=0, days=14, renewals=1, grace_days=1, self_lending=True)
