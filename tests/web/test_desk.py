"""The lending desk: choose once, then scan; the page says each time what happened."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from kiosk.db import reading
from kiosk.models.library import Loan
from kiosk.models.visits import Visit
from kiosk.rules.codes import CodeKind, compose
from kiosk.rules.lending import Borrower, LoanEnd
from kiosk.rules.openings import OpeningState
from kiosk.rules.staff import Role
from kiosk.services import holds
from kiosk.services.here import Here
from tests import factories
from tests.clock import FrozenClock
from tests.factories import MadeItem
from tests.page import Page, PageClient
from tests.web.staff import sign_in, token

DESK = "/staff/books/desk"


@pytest.fixture(autouse=True)
def teacher(page: PageClient, here: Here) -> None:
    sign_in(page, here, Role.DUTY_TEACHER)


def _scan(page: PageClient, code: str) -> Page:
    form = {"csrf_token": token(page.open(DESK)), "code": code, "request_id": str(uuid4())}
    return page.submit(f"{DESK}/scan", form, fragment=True)


def _mode(page: PageClient, mode: str, **more: str) -> Page:
    return page.submit(f"{DESK}/mode", {"csrf_token": token(page.open(DESK)), "mode": mode, **more})


def _loans() -> list[Loan]:
    return list(reading().scalars(select(Loan).order_by(Loan.id)))


def test_the_desk_stands_in_the_list_of_the_books(page: PageClient) -> None:
    assert "Lending desk" in page.open("/staff/books").follow("Lending desk").words


def test_a_class_is_chosen_and_its_books_scanned_one_after_the_other(
    page: PageClient, here: Here
) -> None:
    factories.child(here, grade=2, class_number=1)
    items = [factories.item(here, name=name) for name in ("小马过河", "神笔马良")]

    chosen = page.open(DESK).press("Class 2-1")
    answers = [_scan(page, item.code) for item in items]

    assert "Books for Class 2-1" in chosen.words
    assert "小马过河" in answers[0].words
    assert "1 now, 1 in all" in answers[0].words
    assert "2 now, 2 in all" in answers[1].words
    assert {loan.borrower for loan in _loans()} == {Borrower.CLASS}


def test_a_childs_card_chooses_the_child_and_signs_nobody_in(page: PageClient, here: Here) -> None:
    factories.open_today(here)
    child, item = factories.child(here, given_name="子涵"), factories.item(here)

    chosen = _scan(page, child.card_code)
    answer = _scan(page, item.code)

    assert "Books for 子涵" in chosen.words
    assert "Lent" in answer.words
    assert [loan.child_id for loan in _loans()] == [child.child_id]
    assert factories.how_many(Visit) == 0
    assert page.open(DESK).status == 200, "the page is not locked"


def test_a_teacher_borrows_for_herself(page: PageClient, here: Here) -> None:
    staff_id = factories.staff(here, display_name="李老师").staff_id

    chosen = _mode(page, "lend", borrower="staff", reader_id=str(staff_id))
    _scan(page, factories.item(here).code)

    assert "Books for 李老师" in chosen.words
    assert [loan.staff_id for loan in _loans()] == [staff_id]


def test_without_a_script_a_number_is_typed_and_the_whole_page_answers(
    page: PageClient, here: Here
) -> None:
    factories.item(here, name="草房子", accession_no="000777")

    answer = page.open(DESK).press(
        "Take", {"Without a scanner: number or code of the book": "000777"}
    )

    assert "草房子" in answer.words
    assert "Was not on loan" in answer.words
    assert "Books go out" in answer.words


@pytest.mark.parametrize(
    ("code", "status", "words"),
    [
        (compose(CodeKind.ITEM, "0" * 10), 404, "Nothing here has this code."),
        ("6901234567892", 422, "This is no code of a book."),
        (compose(CodeKind.CHILD, "0" * 10), 404, "This card is nobody's here."),
        ("x", 422, "Not read. Once more, please."),
    ],
)
def test_what_the_desk_does_not_know_is_said_where_the_answer_stands(
    page: PageClient, code: str, status: int, words: str
) -> None:
    answer = _scan(page, code)

    assert answer.status == status
    assert words in answer.words


def test_the_last_scan_is_undone_on_the_page(page: PageClient, here: Here) -> None:
    factories.child(here, grade=2)
    page.open(DESK).press("Class 2-1")
    page.open(DESK).press("Class 2-1")
    _scan(page, factories.item(here).code)

    page.submit(f"{DESK}/undo", {"csrf_token": token(page.open(DESK))})
    page.submit(f"{DESK}/undo", {"csrf_token": token(page.open(DESK))})

    assert [loan.ended_as for loan in _loans()] == [LoanEnd.UNDONE]


def test_it_is_too_late_to_undo_after_a_while(
    page: PageClient, here: Here, clock: FrozenClock
) -> None:
    factories.child(here, grade=2)
    page.open(DESK).press("Class 2-1")
    _scan(page, factories.item(here).code)
    clock.advance(seconds=30)

    answer = page.submit(f"{DESK}/undo", {"csrf_token": token(page.open(DESK))})

    assert answer.status == 409
    assert "too long ago" in answer.words


def test_the_return_box_says_from_when_its_books_are_and_closes_by_itself(
    page: PageClient, here: Here, clock: FrozenClock
) -> None:
    factories.opening(here, state=OpeningState.HELD, from_min=8 * 60, to_min=9 * 60)
    child = factories.child(here)
    items = [factories.item(here) for _ in range(2)]
    for item in items:
        factories.loan(here, child.child_id, item.item_id, lent_at=here.now - timedelta(days=3))

    opened = _mode(page, "box")
    _scan(page, items[0].code)
    clock.advance(seconds=121)
    closed = page.open(DESK)
    _scan(page, items[1].code)

    assert "counts as brought back on Friday 20 Nov at 09:00" in opened.words
    assert "Return box: all" not in closed.words
    ended = sorted(loan.ended_at for loan in _loans() if loan.ended_at is not None)
    assert ended == [here.now.replace(hour=1, minute=0, second=0), clock()]


@pytest.fixture
def kept(page: PageClient, here: Here) -> MadeItem:
    """Return a book that lies ready for another child than the one that stands at the desk."""
    waiting = factories.child(here, family_name="王", given_name="小雨")
    item = factories.item(here, name="草房子")
    lent_at = here.now - timedelta(days=3)
    factories.loan(here, factories.child(here).child_id, item.item_id, lent_at=lent_at)
    holds.place_for(
        title_id=item.title_id,
        child_id=waiting.child_id,
        staff_id=factories.staff(here).staff_id,
        request_id=uuid4(),
        here=here,
    )
    back = _scan(page, item.code)
    assert "Lay it on the hold shelf: for 王小雨" in back.words
    return item


def test_what_lies_ready_for_another_is_lent_only_if_the_teacher_says_so(
    page: PageClient, here: Here, kept: MadeItem
) -> None:
    child, other = factories.child(here), factories.child(here)
    _scan(page, child.card_code)

    def insist() -> Page:
        form = {
            "csrf_token": token(page.open(DESK)),
            "code": kept.code,
            "request_id": str(uuid4()),
            "all_the_same": "yes",
            "reader_id": str(child.child_id),
        }
        return page.submit(f"{DESK}/scan", form)

    refused = _scan(page, kept.code)
    _scan(page, other.card_code)
    too_late = insist()
    before = _loans()
    _scan(page, child.card_code)
    lent = insist()

    assert refused.status == 409
    assert "It lies ready for another child" in refused.words
    assert "Lend it all the same" in refused.words
    assert refused.all("input", name="reader_id")[0].get("value") == str(child.child_id)
    assert (too_late.status, len(before)) == (409, 1)
    assert "The desk has another reader by now" in too_late.words
    assert "Lent, and the child that waits for it waits on" in lent.words


def test_a_child_has_its_book_renewed_once_at_the_desk(page: PageClient, here: Here) -> None:
    child, item = factories.child(here), factories.item(here)
    factories.loan(here, child.child_id, item.item_id, lent_at=here.now - timedelta(days=3))
    before = _loans()[0].due_on
    _scan(page, child.card_code)

    first = page.open(DESK).press("Renew")
    again = page.open(DESK).press("Renew")

    assert "May be kept longer" in first.words
    assert "as often as the policy allows" in again.words
    (loan,) = _loans()
    assert (loan.renewals, loan.due_on > before) == (1, True)


def test_a_book_put_on_the_scanner_by_its_own_reader_may_be_renewed(
    page: PageClient, here: Here
) -> None:
    child, item = factories.child(here), factories.item(here)
    factories.loan(here, child.child_id, item.item_id, lent_at=here.now - timedelta(days=3))
    _scan(page, child.card_code)

    answer = _scan(page, item.code)

    assert "Is on this list already" in answer.words
    assert "Renew" in answer.words


def test_what_another_reader_has_is_not_renewed(page: PageClient, here: Here) -> None:
    item = factories.item(here)
    loan_id = factories.loan(here, factories.child(here).child_id, item.item_id)
    _scan(page, factories.child(here).card_code)

    answer = page.submit(
        f"{DESK}/renew",
        {
            "csrf_token": token(page.open(DESK)),
            "loan_id": str(loan_id),
            "request_id": str(uuid4()),
        },
    )

    assert answer.status == 404
    assert _loans()[0].renewals == 0


def test_a_child_that_has_gone_borrows_nothing_more(
    page: PageClient, here: Here, clock: FrozenClock
) -> None:
    first, second = (
        factories.child(here, given_name="子涵"),
        factories.child(here, given_name="小雨"),
    )
    chosen = _scan(page, first.card_code)
    clock.advance(seconds=100)
    _scan(page, factories.item(here).code)
    clock.advance(seconds=100)
    still = page.open(DESK)
    switched = _scan(page, second.card_code)
    clock.advance(seconds=121)

    gone = page.open(DESK)
    _scan(page, factories.item(here).code)

    assert "Ends without a book in 2:00" in chosen.words
    assert "Books for 子涵" in still.words
    assert "Ends without a book in 0:20" in still.words
    assert "Books for 小雨" in switched.words
    assert "Books for" not in gone.words
    assert [loan.child_id for loan in _loans()] == [first.child_id]


def test_the_desk_is_done_with_a_child_at_a_tap(page: PageClient, here: Here) -> None:
    _scan(page, factories.child(here).card_code)

    assert "Books for" not in page.open(DESK).press("Done").words


def test_a_class_stays_chosen_for_as_long_as_it_takes(
    page: PageClient, here: Here, clock: FrozenClock
) -> None:
    factories.child(here, grade=2)
    page.open(DESK).press("Class 2-1")
    clock.advance(seconds=150)

    assert "Books for Class 2-1" in page.open(DESK).words


def test_a_volunteer_does_not_lend(page: PageClient, here: Here) -> None:
    sign_in(page, here, Role.VOLUNTEER)

    assert page.open(DESK).status == 403


@pytest.mark.parametrize("mode", ["return", "box"])
def test_what_comes_back_is_counted_and_the_last_of_it_stands_in_a_list(
    page: PageClient, here: Here, mode: str
) -> None:
    child = factories.child(here, given_name="子涵")
    items = [factories.item(here, name=f"第{n}本") for n in "一二三四五六七"]
    for item in items:
        factories.loan(here, child.child_id, item.item_id)
    _mode(page, mode)

    answers = [_scan(page, item.code) for item in items]

    assert "1 back this time" in answers[0].words
    assert "7 back this time" in answers[-1].words
    assert "7 back this time" in page.open(DESK).words
    assert "第三本" in answers[-1].words
    assert "第二本" not in answers[-1].words, "the list has the last five"
    assert "子涵" not in answers[-1].words

    undone = page.submit(f"{DESK}/undo", {"csrf_token": token(page.open(DESK))})
    assert "6 back this time" in undone.words
    assert "第七本" not in undone.words
    assert "back this time" not in _mode(page, mode).words, "chosen anew, counted anew"


def test_what_was_not_on_loan_is_not_counted_as_back(page: PageClient, here: Here) -> None:
    item = factories.item(here)
    _mode(page, "return")

    assert "back this time" not in _scan(page, item.code).words


def test_the_desk_says_every_day_in_the_same_way(page: PageClient, here: Here) -> None:
    factories.child(here, grade=2)
    page.open(DESK).press("Class 2-1")
    answer = _scan(page, factories.item(here).code)

    assert _loans()[0].due_on.isoformat() not in answer.words
