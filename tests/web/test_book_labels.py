"""Labels on the staff pages: printed, looked at, and only then off the queue."""

from uuid import uuid4

import pytest

from kiosk.db import transaction
from kiosk.models.library import Shelf
from kiosk.rules import codes
from kiosk.rules.codes import CodeKind
from kiosk.rules.staff import Role
from kiosk.services import catalogue, item_labels, shelf_labels, shelves
from kiosk.services.catalogue import NewTitle
from kiosk.services.here import Here
from tests import factories
from tests.page import Page, PageClient
from tests.web.staff import sign_in, token

SVG = "{http://www.w3.org/2000/svg}svg"
PIECE = "{http://www.w3.org/2000/svg}g"
HOME = "/staff/books/labels"


def add(here: Here, copies: int, name: str = "小马过河") -> None:
    new = NewTitle(name=name, author="彭文席", class_mark="I287.4")
    catalogue.add_title(new, copies=copies, actor_id=None, here=here)


def pieces(page: Page) -> int:
    return len(page.all(PIECE)) - len(page.all(SVG))


def shelf(name: str = "绘本架") -> None:
    with transaction() as session:
        session.add(Shelf(id=uuid4(), name=name))


def test_what_waits_is_shown_printed_and_taken_off_when_a_person_says_so(
    page: PageClient, here: Here
) -> None:
    sign_in(page, here, Role.LIBRARIAN)
    add(here, 3)
    home = page.open(HOME)

    sheet = home.press("Show the sheets", {"count": "2"})

    assert "3 copies have no label yet" in home.words
    assert pieces(sheet) == 2
    assert item_labels.queue_length() == 3
    ids = [field.get("value") for field in sheet.all("input", name="item_id")]
    done = page.submit(f"{HOME}/done", {"csrf_token": token(sheet), "item_id": ids})
    assert "on paper" in done.words
    assert item_labels.queue_length() == 1


def test_a_sheet_begins_at_the_place_that_was_touched_and_may_be_another_sheet(
    page: PageClient, here: Here
) -> None:
    sign_in(page, here, Role.LIBRARIAN)
    add(here, 3)
    sheet = page.open(HOME).press("Show the sheets", {"count": "3"})

    other = sheet.press("Show the sheets", {"sheet": "zweckform-3679"})
    late = other.press("Begin at place 9")

    assert [len(one.all(SVG)) for one in (sheet, other, late)] == [1, 1, 2]
    assert [pieces(one) for one in (sheet, other, late)] == [3, 3, 3]
    assert len(late.all("button", name="start")) == 10


def test_a_spine_is_a_label_besides_and_takes_nothing_off(page: PageClient, here: Here) -> None:
    sign_in(page, here, Role.LIBRARIAN)
    add(here, 1)

    sheet = page.open(HOME).press("Show the sheets", {"kind": "spine"})

    assert "PWX" in sheet.words
    assert sheet.all("input", name="item_id") == []


def test_one_copy_gets_its_label_again_with_the_code_it_has(page: PageClient, here: Here) -> None:
    sign_in(page, here, Role.LIBRARIAN)
    item = factories.item(here)
    form = {"csrf_token": token(page.open(HOME))}

    sheet = page.submit(f"/staff/books/copy/{item.item_id}/label", form)

    assert pieces(sheet) == 1
    assert item.code[-6:] in sheet.words


def test_an_empty_queue_says_so(page: PageClient, here: Here) -> None:
    sign_in(page, here, Role.LIBRARIAN)

    assert "Every copy has its label" in page.open(HOME).words


@pytest.mark.parametrize("count", ["0", "201", "many", ""])
def test_a_count_that_is_none_is_refused(page: PageClient, here: Here, count: str) -> None:
    sign_in(page, here, Role.LIBRARIAN)
    add(here, 1)

    refused = page.submit(HOME, {"csrf_token": token(page.open(HOME)), "count": count})

    assert refused.status == 422


def test_a_title_of_signs_and_markup_is_printed_as_it_is(page: PageClient, here: Here) -> None:
    sign_in(page, here, Role.LIBRARIAN)
    add(here, 1, name='<b>&"=1+1')

    sheet = page.open(HOME).press("Show the sheets")

    assert '<b>&"' in sheet.words
    assert sheet.all("b") == []


def test_shelves_are_printed_and_their_code_is_kept(page: PageClient, here: Here) -> None:
    sign_in(page, here, Role.LIBRARIAN)
    shelf()
    home = page.open(HOME)
    shelf_id = home.all("input", name="shelf_id")[0].get("value")
    form = {"csrf_token": token(home), "shelf_id": [shelf_id], "sheet": "own-66"}

    sheet = page.submit(f"{HOME}/shelves", form)
    nothing = page.submit(f"{HOME}/shelves", {"csrf_token": token(home)})

    assert pieces(sheet) == 1
    assert "绘本架" in sheet.words
    assert shelves.listing()[0].has_label
    assert "No shelf was ticked" in nothing.words


def test_a_duty_teacher_prints_no_labels(page: PageClient, here: Here) -> None:
    sign_in(page, here, Role.DUTY_TEACHER)

    assert page.open(HOME).status == 403
    assert "Labels" not in page.open("/staff/books").words


def test_a_shelf_s_label_at_the_children_s_screen_asks_for_the_book(
    page: PageClient, here: Here
) -> None:
    actor = factories.staff(here).staff_id
    shelf()
    (label,) = shelf_labels.labels([shelves.listing()[0].shelf_id], actor_id=actor, here=here)

    answer = page.scan(label.code)
    nobodys = page.scan(codes.compose(CodeKind.COMMAND, "0123456789"))

    assert (answer.status, nobodys.status) == (422, 422)
    assert "这是书架，把书放上来" in answer.words
    assert "没看清" in nobodys.words
