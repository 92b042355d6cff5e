"""Children and books on the staff pages, and what of them the audit hears."""

from uuid import UUID

import pytest

from kiosk.db import reading
from kiosk.models.audit import Audit, AuditAction
from kiosk.models.library import Item, Loan, Title
from kiosk.models.people import Card, Contact, ContactStatus
from kiosk.rules.lending import ItemStatus
from kiosk.rules.staff import Role
from kiosk.services import erasure
from kiosk.services.here import Here
from tests import factories
from tests.clock import FrozenClock
from tests.page import PageClient
from tests.web.staff import sign_in, token

PHONE = "19912345678"
SVG = "{http://www.w3.org/2000/svg}svg"


def _audited(action: AuditAction) -> int:
    session = reading()
    session.rollback()
    return session.query(Audit).filter_by(action=action).count()


def _cards_of(child_id: UUID) -> int:
    session = reading()
    session.rollback()
    return session.query(Card).filter_by(child_id=child_id).count()


@pytest.mark.parametrize("typed", ["小满", "cxm", "陈"])
def test_a_child_is_found_by_name_and_by_initials(page: PageClient, here: Here, typed: str) -> None:
    sign_in(page, here, Role.DUTY_TEACHER)
    factories.child(here, family_name="陈", given_name="小满", initials="cxm")
    factories.child(here, family_name="李", given_name="雷", initials="ll")

    found = page.open("/staff/children").press("Search", {"text": typed})

    assert "陈小满" in found.words
    assert "李雷" not in found.words
    assert found.path == "/staff/children"
    assert _audited(AuditAction.SEARCH) == 1


def test_a_childs_page_shows_no_number_and_no_contacts_name(page: PageClient, here: Here) -> None:
    sign_in(page, here, Role.DUTY_TEACHER)
    child = factories.child(here)
    factories.contact(here, child.child_id, phone=PHONE, full_name="陈建国")

    one = page.open(f"/staff/children/{child.child_id}")

    assert "5678" in one.words
    assert PHONE not in one.response.text
    assert "陈建国" not in one.response.text
    assert "Show the number" not in one.words


def test_of_an_erased_child_neither_number_nor_approval_is_offered(
    page: PageClient, here: Here
) -> None:
    sign_in(page, here)
    child = factories.child(here)
    factories.contact(here, child.child_id, phone=PHONE)
    path = f"/staff/children/{child.child_id}"
    before = page.open(path)
    assert "Show the number" in before.words
    erasure.erase(child.child_id, actor_id=None, here=here)

    after = page.open(path)
    forced = before.press("Show the number")

    assert "Show the number" not in after.words
    assert "Approve" not in after.words
    assert forced.status == 409
    assert _audited(AuditAction.REVEAL) == 0


def test_an_administrator_sees_a_number_for_a_stated_purpose(page: PageClient, here: Here) -> None:
    sign_in(page, here)
    child = factories.child(here)
    factories.contact(here, child.child_id, phone=PHONE, full_name="陈建国")

    shown = page.open(f"/staff/children/{child.child_id}").press("Show the number")

    assert PHONE in shown.words
    assert "陈建国" in shown.words
    assert _audited(AuditAction.REVEAL) == 1


def test_a_lost_card_is_replaced_and_shown(page: PageClient, here: Here) -> None:
    sign_in(page, here, Role.DUTY_TEACHER)
    child = factories.child(here)
    factories.open_today(here)

    printed = page.open(f"/staff/children/{child.child_id}").press("Give a new card")

    assert printed.all(SVG)
    assert page.scan(child.card_code).status == 404
    assert _cards_of(child.child_id) == 2
    assert _audited(AuditAction.PRINT) == 1


def test_a_second_tap_on_new_card_makes_no_second_card(page: PageClient, here: Here) -> None:
    sign_in(page, here, Role.DUTY_TEACHER)
    child = factories.child(here)
    form = page.open(f"/staff/children/{child.child_id}")

    first = form.press("Give a new card")
    second = form.press("Give a new card")

    assert second.words == first.words
    assert _cards_of(child.child_id) == 2
    assert _audited(AuditAction.CARD) == 1


def test_a_new_card_that_is_loaded_again_is_the_same_card(page: PageClient, here: Here) -> None:
    sign_in(page, here, Role.DUTY_TEACHER)
    child = factories.child(here)
    printed = page.open(f"/staff/children/{child.child_id}").press("Give a new card")

    again = page.open(printed.path)

    assert again.all(SVG)
    assert again.words == printed.words
    assert _cards_of(child.child_id) == 2
    assert _audited(AuditAction.PRINT) == 2


def test_the_address_of_a_new_card_shows_nothing_later(
    page: PageClient, here: Here, clock: FrozenClock
) -> None:
    sign_in(page, here, Role.DUTY_TEACHER)
    child = factories.child(here)
    printed = page.open(f"/staff/children/{child.child_id}").press("Give a new card")
    for _ in range(5):
        clock.advance(minutes=2)
        page.open("/staff")

    later = page.open(printed.path)

    assert later.path == f"/staff/children/{child.child_id}"
    assert _audited(AuditAction.PRINT) == 1


def test_a_contact_is_proposed_by_one_and_approved_by_another(page: PageClient, here: Here) -> None:
    sign_in(page, here, Role.DUTY_TEACHER)
    child = factories.child(here)
    address = f"/staff/children/{child.child_id}"
    proposed = page.open(address).press("Add", {"Who": "mother", "Number": PHONE})
    assert "to be approved" in proposed.words
    assert "Approve" not in proposed.words

    page.open("/staff").press("Children's screen")
    sign_in(page, here)
    approved = page.open(address).press("Approve")

    assert "approved" in approved.words
    assert "to be approved" not in approved.words


def test_a_contact_is_barred(page: PageClient, here: Here) -> None:
    sign_in(page, here)
    child = factories.child(here)
    factories.contact(here, child.child_id, status=ContactStatus.APPROVED)

    asked = page.open(f"/staff/children/{child.child_id}").follow("Not any more")
    barred = asked.press("It must not be: barred")

    assert "barred" in barred.words


def test_a_number_that_is_none_is_said_plainly(page: PageClient, here: Here) -> None:
    sign_in(page, here, Role.DUTY_TEACHER)
    child = factories.child(here)

    form = {"Who": "aunt", "Number": "12", "Name": "高兰"}
    refused = page.open(f"/staff/children/{child.child_id}").press("Add", form)

    assert refused.status == 422
    assert refused.all("p", role="alert")
    typed = [refused.all("input", name=name)[0].get("value") for name in ("phone", "full_name")]
    assert typed == ["12", "高兰"]
    assert factories.how_many(Contact) == 0


def test_a_class_is_listed_and_its_cards_printed(page: PageClient, here: Here) -> None:
    sign_in(page, here)
    factories.child(here, grade=2, given_name="小满")

    sheet = page.open("/staff/children").follow("Class 2-1").press("Print this class's cards")

    assert len(sheet.all(SVG)) == 1
    assert "小满" in sheet.words
    assert _audited(AuditAction.PRINT) == 1


def test_a_book_is_found_added_to_and_labelled(page: PageClient, here: Here) -> None:
    sign_in(page, here, Role.LIBRARIAN)

    form = {"name": "小马过河", "author": "彭文席", "copies": "2"}
    added = page.open("/staff/books").press("Add", form)
    more = added.press("Add", {"More copies": "1"})
    sheet = more.press("Print the labels")

    assert factories.how_many(Title) == 1
    assert factories.how_many(Item) == 3
    assert len(sheet.all(SVG)) == 1
    assert "小马过河" in page.open("/staff/books?text=过河").words


def test_a_second_tap_adds_no_second_title_and_no_second_copy(page: PageClient, here: Here) -> None:
    sign_in(page, here, Role.LIBRARIAN)
    form = page.open("/staff/books")
    filled = {"name": "小马过河", "copies": "2"}

    first = form.press("Add", filled)
    second = form.press("Add", filled)
    first.press("Add", {"More copies": "3"})
    first.press("Add", {"More copies": "3"})

    assert second.path == first.path
    assert factories.how_many(Title) == 1
    assert factories.how_many(Item) == 5


@pytest.mark.parametrize("copies", ["abc", "0", "201", ""])
def test_a_count_that_is_none_leaves_no_title_behind(
    page: PageClient, here: Here, copies: str
) -> None:
    sign_in(page, here, Role.LIBRARIAN)

    refused = page.open("/staff/books").press("Add", {"name": "小马过河", "copies": copies})

    assert refused.status == 422
    assert factories.how_many(Title) == 0


def test_a_duty_teacher_adds_no_title(page: PageClient, here: Here) -> None:
    sign_in(page, here, Role.DUTY_TEACHER)

    assert "Add a title" not in page.open("/staff/books").words


def test_a_teacher_says_what_has_become_of_a_copy(page: PageClient, here: Here) -> None:
    sign_in(page, here, Role.DUTY_TEACHER)
    item = factories.item(here)
    factories.loan(here, factories.child(here).child_id, item.item_id)

    page.open(f"/staff/books/{item.title_id}").press("lost")

    session = reading()
    session.rollback()
    assert session.query(Item).one().status is ItemStatus.LOST
    assert session.query(Loan).one().ended_at is not None


@pytest.mark.parametrize("button", ["lost", "Take back"])
def test_a_clock_set_back_keeps_no_copy_out(
    page: PageClient, here: Here, clock: FrozenClock, button: str
) -> None:
    item = factories.item(here)
    factories.loan(here, factories.child(here).child_id, item.item_id)
    clock.advance(minutes=-30)
    sign_in(page, here, Role.DUTY_TEACHER)

    done = page.open(f"/staff/books/{item.title_id}").press(button)

    assert done.status == 200
    loan = reading().query(Loan).one()
    assert loan.ended_at == loan.lent_at


def test_a_copy_on_loan_is_not_withdrawn(page: PageClient, here: Here) -> None:
    sign_in(page, here, Role.DUTY_TEACHER)
    item = factories.item(here)
    factories.loan(here, factories.child(here).child_id, item.item_id)

    shown = page.open(f"/staff/books/{item.title_id}")
    form = {"csrf_token": token(shown), "status": "withdrawn"}
    refused = page.submit(f"/staff/books/copy/{item.item_id}", form)

    assert refused.status == 409


def test_a_copy_on_the_desk_is_taken_back(page: PageClient, here: Here) -> None:
    sign_in(page, here, Role.DUTY_TEACHER)
    item = factories.item(here)
    factories.loan(here, factories.child(here).child_id, item.item_id)

    back = page.open(f"/staff/books/{item.title_id}").press("Take back")

    assert "Take back" not in back.words


@pytest.mark.parametrize(
    ("what", "form"),
    [("", {"decision": "bar"}), ("/number", {"purpose": "contact-check"})],
)
def test_the_contact_of_another_child_is_as_unknown_as_none(
    page: PageClient, here: Here, what: str, form: dict[str, str]
) -> None:
    sign_in(page, here, Role.ADMINISTRATOR)
    child, other = factories.child(here), factories.child(here)
    contact_id = factories.contact(here, other.child_id, phone=PHONE)

    form = form | {"csrf_token": token(page.open(f"/staff/children/{child.child_id}"))}
    answer = page.submit(f"/staff/children/{child.child_id}/contacts/{contact_id}{what}", form)

    assert answer.status == 404
    assert _audited(AuditAction.REVEAL) == 0
    assert reading().get_one(Contact, contact_id).status is ContactStatus.APPROVED
