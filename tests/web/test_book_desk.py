"""The staff pages of holds, of what befell copies, and of late entries; a child's wish to wait."""

from datetime import timedelta
from io import BytesIO
from uuid import UUID, uuid4

from PIL import Image
from sqlalchemy import select

from kiosk.db import db, reading
from kiosk.models.lending import Hold, ItemCase, LateEntry
from kiosk.models.library import Loan
from kiosk.rules.holds import HoldEnd
from kiosk.rules.item_cases import CaseEnd
from kiosk.rules.late_entries import LateState
from kiosk.rules.staff import Role
from kiosk.services.here import Here
from tests import factories
from tests.page import Page, PageClient
from tests.web.staff import sign_in, token

HOLDS, CASES, LATE = "/staff/books/holds", "/staff/books/cases", "/staff/books/late"


def _hold() -> Hold:
    db.session.remove()
    return reading().scalars(select(Hold)).one()


def _case() -> ItemCase:
    db.session.remove()
    return reading().scalars(select(ItemCase)).one()


def _wait(page: PageClient, title_id: UUID) -> Page:
    form = {"csrf_token": token(page.open("/me")), "request_id": str(uuid4())}
    return page.submit(f"/me/hold/{title_id}", form, fragment=True)


# A child's own wish


def test_a_child_waits_and_thinks_again(page: PageClient, here: Here) -> None:
    factories.open_today(here)
    mine, other = factories.child(here), factories.child(here)
    book = factories.item(here, name="星星邮局")
    factories.loan(here, other.child_id, book.item_id)
    page.open("/")
    page.scan(mine.card_code)

    placed = _wait(page, book.title_id)
    own = page.open("/me")
    undone = page.submit(f"/me/hold/{_hold().id}/undo", {"csrf_token": token(own)}, fragment=True)

    assert placed.status == undone.status == 200
    assert "星星邮局" in placed.words
    assert "星星邮局" in own.words
    assert _hold().ended_as is HoldEnd.CANCELLED


def test_a_child_that_waits_for_enough_is_told_so_kindly(page: PageClient, here: Here) -> None:
    factories.open_today(here)
    page.open("/")
    page.scan(factories.child(here).card_code)

    answers = [_wait(page, factories.item(here).title_id) for _ in range(3)]

    assert [answer.status for answer in answers] == [200, 200, 409]


# The hold shelf


def test_a_teacher_lets_a_child_wait_and_fetches_the_book(page: PageClient, here: Here) -> None:
    sign_in(page, here, Role.DUTY_TEACHER)
    factories.child(here, given_name="小满")
    book = factories.item(here, name="星星邮局")

    asked = page.open(f"{HOLDS}/title/{book.title_id}").press("Search", {"text": "cxm"})
    waits = asked.press("陈小满")
    ready = page.open(HOLDS).press("Lay it ready")

    assert "陈小满" in waits.words
    assert _hold().item_id == book.item_id
    assert "Nobody waits." in ready.words
    assert "Nothing lies ready." in ready.press("Waits no more").words


def test_the_home_page_says_that_a_book_can_be_fetched(page: PageClient, here: Here) -> None:
    factories.open_today(here)
    page.open("/")
    page.scan(factories.child(here).card_code)
    _wait(page, factories.item(here).title_id)
    sign_in(page, here, Role.DUTY_TEACHER)

    assert "1 book can be fetched" in page.open("/staff").words


# What befalls copies


def test_a_copy_is_said_to_be_damaged_and_settled(page: PageClient, here: Here) -> None:
    sign_in(page, here, Role.DUTY_TEACHER)
    book = factories.item(here)

    said = page.open(f"/staff/books/{book.title_id}").press("damaged")
    refused = said.follow("Settle it").press("Withdraw it")
    done = page.open(f"{CASES}/{_case().id}").press("It is repaired")

    assert "Settle it" in said.words
    assert (refused.status, "Please say why." in refused.words) == (422, True)
    assert "No case is open." in done.words
    assert _case().ended_as is CaseEnd.REPAIRED


def test_an_administrator_approves_what_a_teacher_gave_up(page: PageClient, here: Here) -> None:
    sign_in(page, here, Role.DUTY_TEACHER)
    book = factories.item(here)
    page.open(f"/staff/books/{book.title_id}").press("worn out")
    page.open(f"{CASES}/{_case().id}").press("Withdraw it", {"reason": "缺页"})
    as_teacher = page.open(CASES).words
    sign_in(page, here, Role.ADMINISTRATOR)

    page.open(CASES).press("Approve")

    assert "To be approved" in as_teacher
    assert "Approve" not in as_teacher.replace("To be approved", "")
    assert _case().approved_by_id is not None


def test_a_book_that_is_out_for_very_long_is_asked_about(page: PageClient, here: Here) -> None:
    book, child = factories.item(here), factories.child(here, given_name="小满")
    factories.loan(
        here,
        child.child_id,
        book.item_id,
        lent_at=here.now - timedelta(weeks=11),
        due_on=here.today - timedelta(weeks=9),
    )
    sign_in(page, here, Role.DUTY_TEACHER)

    shown = page.open(CASES)
    after = shown.press("It is lost")

    assert "陈小满" in shown.words
    assert "Lost, perhaps" not in after.words


def test_a_photo_is_kept_and_what_is_none_is_refused(page: PageClient, here: Here) -> None:
    sign_in(page, here, Role.DUTY_TEACHER)
    book = factories.item(here)
    page.open(f"/staff/books/{book.title_id}").press("damaged")
    address = f"{CASES}/{_case().id}"
    target = BytesIO()
    Image.new("RGB", (90, 60), "red").save(target, "PNG")
    form = {"csrf_token": token(page.open(address))}

    refused = page.submit(f"{address}/photo", form | {"photo": (BytesIO(b"no"), "a.jpg")})
    page.submit(f"{address}/photo", form | {"photo": (BytesIO(target.getvalue()), "a.png")})

    assert refused.status == 422
    assert _case().photo is not None
    assert len(page.open(address).all("img")) == 1


# Late entries


def test_a_line_of_the_paper_book_is_typed_in(page: PageClient, here: Here) -> None:
    sign_in(page, here, Role.DUTY_TEACHER)
    factories.child(here, given_name="小满", initials="cxm")
    factories.item(here, accession_no="000007")
    line = {"on": "2026-11-19", "at": "16:30", "item": "000007", "child": "cxm"}

    done = page.open(LATE).press("Was lent", line)

    assert "It fits and is written down." in done.words
    loan = reading().scalars(select(Loan)).one()
    assert loan.is_late_entry


def test_of_two_children_of_a_name_one_is_chosen(page: PageClient, here: Here) -> None:
    sign_in(page, here, Role.DUTY_TEACHER)
    factories.child(here, given_name="小满", initials="cxm")
    second = factories.child(here, given_name="小梅", initials="cxm")
    factories.item(here, accession_no="000007")
    line = {"on": "2026-11-19", "at": "16:30", "item": "000007", "child": "cxm"}

    asked = page.open(LATE).press("Was lent", line)
    form = line | {"action": "lend", "child_id": str(second.child_id), "request_id": str(uuid4())}
    page.submit(LATE, form | {"csrf_token": token(asked)})

    assert (asked.status, "Several children fit." in asked.words) == (422, True)
    assert reading().scalars(select(Loan)).one().child_id == second.child_id


def test_a_question_stands_on_the_page_and_is_answered(page: PageClient, here: Here) -> None:
    sign_in(page, here, Role.DUTY_TEACHER)
    child, book = factories.child(here), factories.item(here, accession_no="000007")
    factories.loan(here, child.child_id, book.item_id, lent_at=here.now - timedelta(days=3))
    factories.child(here, given_name="小梅", initials="cxw")
    line = {"on": "2026-11-19", "at": "16:30", "item": "000007", "child": "cxw"}

    asked = page.open(LATE).press("Was lent", line)
    on_home = page.open("/staff").words
    page.open(LATE).press("The paper is right")

    assert "Another child has had it at that time." in asked.words
    assert "does not fit" in on_home
    db.session.remove()
    assert reading().scalars(select(LateEntry.state)).one() is LateState.APPLIED
    assert reading().scalars(select(Loan).where(Loan.ended_at.is_(None))).one().is_late_entry


def test_what_cannot_be_read_is_said_beside_its_field(page: PageClient, here: Here) -> None:
    sign_in(page, here, Role.DUTY_TEACHER)
    line = {"on": "2026-11-19", "at": "16:30", "item": "999999", "child": ""}

    unknown = page.open(LATE).press("Was brought back", line)

    assert unknown.status == 404
    assert page.open(LATE).status == 200
