"""A child's own books: on the screen, on paper, and to tell at home."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select, update

from kiosk.db import reading, transaction
from kiosk.errors import NotFoundError
from kiosk.models.audit import Audit, AuditAction
from kiosk.models.library import Loan
from kiosk.rules import codes
from kiosk.rules.lending import LoanEnd
from kiosk.services import lending, passbook
from kiosk.services.answers import Lent
from kiosk.services.here import Here
from kiosk.services.passbook import BOOKS_A_HALF, COVERS_A_PAGE
from tests import factories
from tests.factories import MadeChild

DAY = timedelta(days=1)


def _titles(child: MadeChild, number: int = 0) -> list[str]:
    shown = passbook.page(number, child_id=child.child_id, face=child.face)
    return [book.title for book in shown.books]


def _read(child: MadeChild, here: Here, name: str, *, days_ago: int) -> None:
    lent_at = here.now - days_ago * DAY
    item = factories.item(here, name=name)
    factories.loan(here, child.child_id, item.item_id, lent_at=lent_at, ended_at=lent_at + DAY / 2)


def test_a_child_sees_its_own_books_the_latest_first(here: Here) -> None:
    child, other = factories.child(here), factories.child(here)
    _read(child, here, "山里的灯", days_ago=9)
    _read(child, here, "小河的信", days_ago=5)
    _read(other, here, "别人的书", days_ago=1)
    factories.loan(here, child.child_id, factories.item(here, name="风筝会飞").item_id)

    assert _titles(child) == ["风筝会飞", "小河的信", "山里的灯"]


def test_a_title_read_twice_stands_there_once(here: Here) -> None:
    child, item = factories.child(here), factories.item(here, name="小河的信")
    for days in (9, 5):
        lent_at = here.now - days * DAY
        factories.loan(here, child.child_id, item.item_id, lent_at=lent_at, ended_at=lent_at + DAY)

    assert _titles(child) == ["小河的信"]


def test_a_book_put_back_at_once_was_not_read(here: Here) -> None:
    child, item = factories.child(here), factories.item(here)
    loan_id = factories.loan(here, child.child_id, item.item_id, ended_at=here.now)
    with transaction() as session:
        session.execute(update(Loan).where(Loan.id == loan_id).values(ended_as=LoanEnd.UNDONE))

    assert _titles(child) == []


def test_an_arrow_leads_through_the_pages_and_back_to_the_first(here: Here) -> None:
    child = factories.child(here)
    for n in range(COVERS_A_PAGE + 1):
        _read(child, here, f"第{n}本", days_ago=n + 1)

    first = passbook.page(0, child_id=child.child_id, face=child.face)
    second = passbook.page(1, child_id=child.child_id, face=child.face)

    assert (len(first.books), first.next_page) == (COVERS_A_PAGE, 1)
    assert (len(second.books), second.next_page) == (1, 0)


def test_where_all_stand_on_one_page_there_is_no_arrow(here: Here) -> None:
    child = factories.child(here)
    for n in range(COVERS_A_PAGE):
        _read(child, here, f"第{n}本", days_ago=n + 1)

    assert passbook.page(0, child_id=child.child_id, face=child.face).next_page is None


def test_three_books_of_the_week_are_there_to_tell_of(here: Here) -> None:
    child, other = factories.child(here), factories.child(here)
    _read(child, here, "上个月的", days_ago=30)
    for days in (4, 3, 2, 1):
        _read(child, here, f"{days}天前", days_ago=days)
    _read(other, here, "别人的书", days_ago=1)

    books = passbook.to_talk_about(child_id=child.child_id, here=here)

    assert [book.title for book in books] == ["1天前", "2天前", "3天前"]


def test_a_book_that_is_still_at_home_is_there_to_tell_of(here: Here) -> None:
    child = factories.child(here)
    factories.loan(
        here,
        child.child_id,
        factories.item(here, name="长长的故事").item_id,
        lent_at=here.now - 12 * DAY,
    )

    books = passbook.to_talk_about(child_id=child.child_id, here=here)

    assert [book.title for book in books] == ["长长的故事"]


def _lend(child: MadeChild, code: str, here: Here) -> Lent:
    answer = lending.scan(codes.parse(code), reader=child.reader, request_id=uuid4(), here=here)
    assert isinstance(answer, Lent)
    return answer


def test_a_title_read_before_is_lent_and_said_to_be_known(here: Here) -> None:
    child, title_id = factories.child(here), factories.title(here)
    first, second = (factories.item(here, title_id=title_id) for _ in range(2))
    lent_at = here.now - 9 * DAY
    factories.loan(here, child.child_id, first.item_id, lent_at=lent_at, ended_at=lent_at + DAY)

    assert _lend(child, second.code, here).has_read


def test_what_another_child_has_read_is_new_to_this_one(here: Here) -> None:
    child, other, item = factories.child(here), factories.child(here), factories.item(here)
    lent_at = here.now - 9 * DAY
    factories.loan(here, other.child_id, item.item_id, lent_at=lent_at, ended_at=lent_at + DAY)

    assert not _lend(child, item.code, here).has_read


# On paper


def test_the_reading_list_is_in_the_audit_and_stored_nowhere(here: Here) -> None:
    child = factories.child(here, family_name="陈", given_name="小满")
    _read(child, here, "山里的灯", days_ago=9)
    factories.loan(here, child.child_id, factories.item(here, name="风筝会飞").item_id)
    teacher = factories.staff(here)

    printed = passbook.to_print(child.child_id, actor_id=teacher.staff_id, here=here)

    assert (printed.name, printed.class_name) == ("陈小满", "三（1）班")
    assert [book.title for book in printed.books] == ["山里的灯", "风筝会飞"]
    assert printed.books[1].returned_on is None
    rows = reading().scalars(select(Audit).where(Audit.action == AuditAction.PRINT)).all()
    assert [(row.subject, row.purpose) for row in rows] == [(f"child:{child.child_id}", "passbook")]


def test_a_long_list_goes_onto_more_folded_sheets(here: Here) -> None:
    child, teacher = factories.child(here), factories.staff(here)
    for n in range(2 * BOOKS_A_HALF + 1):
        _read(child, here, f"第{n}本", days_ago=n + 1)

    printed = passbook.to_print(child.child_id, actor_id=teacher.staff_id, here=here)

    halves = [(half.first, len(half.books)) for sheet in printed.sheets for half in sheet]
    assert halves == [(0, BOOKS_A_HALF), (BOOKS_A_HALF, BOOKS_A_HALF), (2 * BOOKS_A_HALF, 1)]
    assert [len(sheet) for sheet in printed.sheets] == [2, 1]


def test_a_child_that_nobody_knows_has_no_reading_list(here: Here) -> None:
    with pytest.raises(NotFoundError):
        passbook.to_print(uuid4(), actor_id=factories.staff(here).staff_id, here=here)
