from collections.abc import Callable
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from kiosk.db import db, reading
from kiosk.errors import InvalidInputError, NotFoundError, RefusedError
from kiosk.models.lending import Hold, ItemCase, ItemWithdrawal, LateEntry
from kiosk.models.library import Item, Loan
from kiosk.rules import civil
from kiosk.rules.codes import CodeProblem
from kiosk.rules.holds import HoldEnd
from kiosk.rules.item_cases import CaseEnd, CaseKind
from kiosk.rules.late_entries import LateAction, LateProblem, LateRefusal, LateState
from kiosk.rules.lending import ItemStatus
from kiosk.services import holds, item_cases, late_entries, ledgers, staff_home
from kiosk.services.here import Here
from kiosk.services.late_entries import NewLine
from kiosk.services.staff_home import TodoKind
from tests import factories
from tests.factories import MadeChild, MadeItem

LEND, RETURN = LateAction.LEND, LateAction.RETURN
THURSDAY = date(2026, 11, 19)


@pytest.fixture
def teacher(here: Here) -> UUID:
    return factories.staff(here).staff_id


@pytest.fixture
def mei(here: Here) -> MadeChild:
    return factories.child(here, given_name="小梅")


@pytest.fixture
def lan(here: Here) -> MadeChild:
    return factories.child(here, given_name="小兰")


@pytest.fixture
def book(here: Here) -> MadeItem:
    return factories.item(here, accession_no="000007")


@pytest.fixture
def enter(here: Here, teacher: UUID, book: MadeItem) -> Callable[..., LateState]:
    """Return how a line of the book is typed in: what, who, at which hour of Thursday."""

    def enter(
        action: LateAction, child: MadeChild | None, hour: int, *, on: date = THURSDAY
    ) -> LateState:
        new = NewLine(
            action=action,
            item=book.code,
            child_id=None if child is None else child.child_id,
            on=on,
            minute=hour * 60,
        )
        return late_entries.enter(new, request_id=uuid4(), staff_id=teacher, here=here)

    return enter


def _at(here: Here, hour: int, *, on: date = THURSDAY) -> datetime:
    return civil.instant(on, hour * 60, here.settings.zone)


def _loans() -> list[Loan]:
    db.session.remove()
    return list(reading().scalars(select(Loan).order_by(Loan.lent_at)))


def _question() -> late_entries.LateRow:
    (row,) = late_entries.questions()
    return row


def test_a_lending_on_paper_is_a_loan_from_then_on(
    here: Here, mei: MadeChild, enter: Callable[..., LateState]
) -> None:
    assert enter(LEND, mei, 10) is LateState.APPLIED

    (loan,) = _loans()
    assert (loan.child_id, loan.lent_at, loan.local_day) == (
        mei.child_id,
        _at(here, 10),
        THURSDAY,
    )
    assert (loan.is_late_entry, loan.is_late_return, loan.ended_at) == (True, False, None)
    assert (loan.plain_due_on, loan.due_on) == (date(2026, 12, 3), date(2026, 12, 3))


def test_a_return_on_paper_ends_the_loan_of_whoever_had_it(
    here: Here, mei: MadeChild, book: MadeItem, enter: Callable[..., LateState]
) -> None:
    factories.loan(here, mei.child_id, book.item_id, lent_at=here.now - timedelta(days=3))

    assert enter(RETURN, None, 11) is LateState.APPLIED

    (loan,) = _loans()
    assert (loan.ended_at, loan.is_late_return) == (_at(here, 11), True)


def test_lines_in_the_wrong_order_are_put_in_order(
    here: Here,
    mei: MadeChild,
    lan: MadeChild,
    book: MadeItem,
    enter: Callable[..., LateState],
) -> None:
    factories.loan(here, lan.child_id, book.item_id, lent_at=here.now - timedelta(hours=1))

    first = enter(LEND, mei, 10)
    waits_for = _question().problem
    second = enter(RETURN, mei, 12)

    assert (first, waits_for, second) == (
        LateState.ASKED,
        LateProblem.LENT_AGAIN,
        LateState.APPLIED,
    )
    assert late_entries.questions() == ()
    assert [(loan.child_id, loan.ended_at) for loan in _loans()] == [
        (mei.child_id, _at(here, 12)),
        (lan.child_id, None),
    ]


def test_what_contradicts_is_asked_and_nothing_is_rewritten(
    here: Here,
    mei: MadeChild,
    lan: MadeChild,
    book: MadeItem,
    enter: Callable[..., LateState],
) -> None:
    factories.loan(here, mei.child_id, book.item_id, lent_at=here.now - timedelta(days=3))
    before = [(loan.id, loan.child_id, loan.ended_at) for loan in _loans()]

    assert enter(LEND, lan, 10) is LateState.ASKED

    assert [(loan.id, loan.child_id, loan.ended_at) for loan in _loans()] == before
    assert _question().problem is LateProblem.IN_OTHER_HANDS
    todo = [one for one in staff_home.look(here=here).todo if one.kind is TodoKind.LATE]
    assert [one.count for one in todo] == [1]


def test_a_person_says_that_the_paper_is_right(
    here: Here,
    mei: MadeChild,
    lan: MadeChild,
    book: MadeItem,
    teacher: UUID,
    enter: Callable[..., LateState],
) -> None:
    factories.loan(here, mei.child_id, book.item_id, lent_at=here.now - timedelta(days=3))
    enter(LEND, lan, 10)

    late_entries.insist(_question().entry_id, staff_id=teacher, here=here)

    assert [(loan.child_id, loan.ended_at) for loan in _loans()] == [
        (mei.child_id, _at(here, 10)),
        (lan.child_id, None),
    ]
    assert late_entries.questions() == ()


def test_a_person_lays_a_line_aside(
    here: Here, mei: MadeChild, teacher: UUID, enter: Callable[..., LateState]
) -> None:
    enter(RETURN, mei, 10)
    asked = _question()

    late_entries.dismiss(asked.entry_id, staff_id=teacher, here=here)
    with pytest.raises(RefusedError) as error:
        late_entries.dismiss(asked.entry_id, staff_id=teacher, here=here)

    assert asked.problem is LateProblem.NOT_ON_LOAN
    assert not asked.may_insist
    assert error.value.reason is LateRefusal.ANSWERED
    assert _loans() == []
    assert [row.state for row in late_entries.lately()] == [LateState.DISMISSED]


def test_a_second_tap_is_the_same_line(
    here: Here, mei: MadeChild, book: MadeItem, teacher: UUID
) -> None:
    new = NewLine(action=LEND, item="000007", child_id=mei.child_id, on=THURSDAY, minute=600)
    request_id = uuid4()

    for _ in range(2):
        late_entries.enter(new, request_id=request_id, staff_id=teacher, here=here)

    assert factories.how_many(LateEntry) == factories.how_many(Loan) == 1
    assert _loans()[0].item_id == book.item_id


@pytest.mark.usefixtures("book")
@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"on": date(2026, 11, 21)}, LateRefusal.IN_THE_FUTURE),
        ({"child_id": None}, LateRefusal.READER_MISSING),
        ({"item": "999999"}, CodeProblem.UNKNOWN_ITEM),
    ],
)
def test_a_line_that_says_too_little_is_not_taken_in(
    here: Here, mei: MadeChild, teacher: UUID, changes: dict[str, object], reason: object
) -> None:
    fields: dict[str, object] = {
        "action": LEND,
        "item": "000007",
        "child_id": mei.child_id,
        "on": THURSDAY,
        "minute": 600,
    }
    new = NewLine(**(fields | changes))  # type: ignore[arg-type]  # by name

    with pytest.raises((InvalidInputError, NotFoundError)) as error:
        late_entries.enter(new, request_id=uuid4(), staff_id=teacher, here=here)

    assert error.value.reason is reason
    assert factories.how_many(LateEntry) == 0


# What follows from a line


def test_a_return_on_paper_lays_the_book_ready(
    here: Here,
    mei: MadeChild,
    lan: MadeChild,
    book: MadeItem,
    enter: Callable[..., LateState],
) -> None:
    factories.loan(here, mei.child_id, book.item_id, lent_at=here.now - timedelta(days=3))
    holds.place(
        title_id=book.title_id,
        child_id=lan.child_id,
        face=lan.face,
        request_id=uuid4(),
        here=here,
    )

    enter(RETURN, None, 11)

    db.session.remove()
    assert reading().query(Hold).one().item_id == book.item_id


def test_who_waited_and_borrowed_on_paper_waits_no_more(
    here: Here, lan: MadeChild, book: MadeItem, enter: Callable[..., LateState]
) -> None:
    holds.place(
        title_id=book.title_id,
        child_id=lan.child_id,
        face=lan.face,
        request_id=uuid4(),
        here=here,
    )

    enter(LEND, lan, 11)

    db.session.remove()
    assert reading().query(Hold).one().ended_as is HoldEnd.LENT


@pytest.mark.parametrize(
    ("hour", "ended_as", "status"),
    [(12, CaseEnd.FOUND, ItemStatus.AVAILABLE), (9, None, ItemStatus.LOST)],
)
def test_a_line_of_later_finds_what_was_lost(
    here: Here,
    mei: MadeChild,
    book: MadeItem,
    teacher: UUID,
    hour: int,
    ended_as: CaseEnd | None,
    status: ItemStatus,
) -> None:
    lost_at = Here(now=_at(here, 10), settings=here.settings, home_id=here.home_id)
    item_cases.open_case(book.item_id, CaseKind.LOST, staff_id=teacher, here=lost_at)
    new = NewLine(action=LEND, item=book.code, child_id=mei.child_id, on=THURSDAY, minute=hour * 60)

    late_entries.enter(new, request_id=uuid4(), staff_id=teacher, here=here)

    db.session.remove()
    assert reading().query(ItemCase).one().ended_as is ended_as
    assert reading().get_one(Item, book.item_id).status is status


@pytest.mark.parametrize(
    ("hour", "status", "back_on"),
    [(12, ItemStatus.AVAILABLE, date(2026, 11, 20)), (9, ItemStatus.LOST, None)],
)
def test_a_line_of_before_the_loss_brings_back_nothing_that_was_pardoned(
    here: Here,
    mei: MadeChild,
    book: MadeItem,
    teacher: UUID,
    hour: int,
    status: ItemStatus,
    back_on: date | None,
) -> None:
    lost_at = Here(now=_at(here, 10), settings=here.settings, home_id=here.home_id)
    item_cases.open_case(book.item_id, CaseKind.LOST, staff_id=teacher, here=lost_at)
    item_cases.settle(
        reading().query(ItemCase.id).scalar(),
        CaseEnd.PARDONED,
        reason="卧病在家",
        staff_id=teacher,
        approves=True,
        here=here,
    )
    lend, bring = (
        NewLine(action=action, item=book.code, child_id=mei.child_id, on=THURSDAY, minute=minute)
        for action, minute in ((LEND, hour * 60), (RETURN, hour * 60 + 30))
    )

    states = [
        late_entries.enter(line, request_id=uuid4(), staff_id=teacher, here=here)
        for line in (lend, bring)
    ]

    db.session.remove()
    gone = reading().query(ItemWithdrawal).one()
    assert states == [LateState.APPLIED] * 2
    assert reading().get_one(Item, book.item_id).status is status
    assert gone.back_on == back_on


def test_the_ledger_of_loans_says_what_was_written_afterwards(
    here: Here, mei: MadeChild, enter: Callable[..., LateState]
) -> None:
    enter(LEND, mei, 10)

    table = ledgers.build("L6", first=THURSDAY, last=here.today, here=here)

    assert table.rows[0][-1] == "补录"
