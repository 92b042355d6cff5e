"""The stock-take as pages: two windows, a child who helps, the end and its papers."""

from io import BytesIO
from uuid import uuid4

from python_calamine import load_workbook

from kiosk.db import reading
from kiosk.models.library import Loan
from kiosk.models.stocktake import Stocktake, StocktakeSight
from kiosk.rules import codes
from kiosk.rules.lending import LoanEnd
from kiosk.rules.staff import Role
from kiosk.services import stocktake, stocktake_end
from kiosk.services.here import Here
from tests import factories
from tests.page import Page, PageClient
from tests.web.staff import sign_in

COUNT = "/staff/books/count"


def _begun(page: PageClient, here: Here) -> Page:
    sign_in(page, here, Role.LIBRARIAN)
    return page.open(COUNT).press("Begin a stock-take")


def _goes_to(at: Page) -> str:
    """Return where the scans of a page go, as post.js reads it."""
    return next(e.get("data-items-url", "") for e in at.all("section") if e.get("data-items-url"))


def test_a_stock_take_is_begun_from_the_page_of_books(page: PageClient, here: Here) -> None:
    factories.shelf(here, name="文学一")
    sign_in(page, here, Role.LIBRARIAN)

    counting = page.open("/staff/books").follow("Stock-take").press("Begin a stock-take")

    assert counting.status == 200
    assert "文学一" in counting.words
    assert factories.how_many(Stocktake) == 1


def test_a_duty_teacher_counts_but_does_not_begin(page: PageClient, here: Here) -> None:
    sign_in(page, here, Role.DUTY_TEACHER)

    assert "A librarian begins it." in page.open(COUNT).words
    assert page.open(f"{COUNT}/end").status == 403


def test_the_label_of_a_shelf_then_its_books(page: PageClient, here: Here) -> None:
    counting = _begun(page, here)
    shelf = factories.shelf(here, name="文学一")
    item = factories.item(here, name="星星邮局", shelf_id=shelf.shelf_id)

    at_shelf = page.scan(shelf.code, path=_goes_to(counting))
    seen = page.scan(item.code, path=_goes_to(at_shelf))

    assert seen.response.headers["HX-Retarget"] == "#taking"
    assert "星星邮局" in seen.words
    assert "In its place" in seen.words
    assert "1 / 1" in seen.words


def test_a_wrong_shelf_is_said_softly(page: PageClient, here: Here) -> None:
    counting = _begun(page, here)
    own, other = factories.shelf(here, name="科学二"), factories.shelf(here)
    item = factories.item(here, shelf_id=own.shelf_id)
    at_shelf = page.scan(other.code, path=_goes_to(counting))

    seen = page.scan(item.code, path=_goes_to(at_shelf))

    assert "Belongs on" in seen.words
    assert "科学二" in seen.words
    assert seen.all("section", data_sound="notice")


def test_a_shelf_is_chosen_by_touch_and_a_label_typed(page: PageClient, here: Here) -> None:
    _begun(page, here)
    shelf = factories.shelf(here, name="文学一")
    item = factories.item(here, name="星星邮局", shelf_id=shelf.shelf_id)

    seen = (
        page.open(COUNT)
        .follow("文学一")
        .press("Take it", {"A label that cannot be scanned: its code": item.code})
    )

    assert "In its place" in seen.words
    assert page.open(seen.path).status == 200


def test_the_last_scan_is_taken_back(page: PageClient, here: Here) -> None:
    _begun(page, here)
    shelf = factories.shelf(here, name="文学一")
    item = factories.item(here, shelf_id=shelf.shelf_id)
    form = {"A label that cannot be scanned: its code": item.code}

    back = page.open(COUNT).follow("文学一").press("Take it", form).press("Undo")

    assert "0 / 1" in back.words
    assert factories.how_many(StocktakeSight) == 0


def test_what_is_no_label_of_ours_has_its_sentence(page: PageClient, here: Here) -> None:
    counting = _begun(page, here)
    path = _goes_to(counting)

    assert "the publisher's bar" in page.scan("9787544253994", path=path).words
    assert "Which shelf" in page.scan(factories.item(here).code, path=path).words
    assert "Look for the small square" in page.scan("6901234567892", path=path).words
    unknown = page.scan(codes.compose(codes.CodeKind.COMMAND, "7" * 10), path=path)
    assert "No shelf has this label." in unknown.words
    assert factories.how_many(StocktakeSight) == 0


def test_a_childs_card_takes_the_screen_also_here(page: PageClient, here: Here) -> None:
    _begun(page, here)
    child = factories.child(here)

    page.scan(child.card_code)

    assert page.scan(factories.item(here).code, path=f"{COUNT}/scan").status == 401


# A child helps


def test_a_helping_child_sees_the_shelves_and_nothing_else(page: PageClient, here: Here) -> None:
    _begun(page, here)
    factories.shelf(here, name="文学一")

    helping = page.open(COUNT).press("A child helps")

    assert "文学一" in helping.words
    assert not helping.all("nav")
    for path in ("/staff", "/staff/children", "/staff/books", f"{COUNT}/report"):
        assert page.open(path).path.endswith(COUNT), path
    assert page.submit(f"{COUNT}/end", {}).status in (400, 403)


def test_a_helping_child_never_hears_of_a_loan(page: PageClient, here: Here) -> None:
    _begun(page, here)
    shelf, child = factories.shelf(here), factories.child(here, given_name="小满")
    item = factories.item(here, name="星星邮局", shelf_id=shelf.shelf_id)
    loan_id = factories.loan(here, child.child_id, item.item_id)
    helping = page.open(COUNT).press("A child helps")

    at_shelf = page.scan(shelf.code, path=_goes_to(helping))
    seen = page.scan(item.code, path=_goes_to(at_shelf))

    assert "Found it!" in seen.words
    assert "loan" not in seen.words
    assert "小满" not in seen.words
    assert reading().get_one(Loan, loan_id).ended_as is LoanEnd.FOUND


def test_the_staff_card_gives_the_pages_back(page: PageClient, here: Here) -> None:
    who = sign_in(page, here, Role.LIBRARIAN)
    page.open(COUNT).press("Begin a stock-take")
    page.open(COUNT).press("A child helps").follow("I'm done")

    page.scan(who.card_code)

    assert page.open("/staff").path == "/staff"


def test_a_count_that_ends_elsewhere_leaves_the_child_no_page_of_staff(
    page: PageClient, here: Here
) -> None:
    who = sign_in(page, here, Role.LIBRARIAN)
    page.open(COUNT).press("Begin a stock-take")
    page.open(COUNT).press("A child helps")

    stocktake_end.end(also_counted=(), staff_id=who.staff_id, here=here)

    assert page.open(COUNT).path == "/"
    for path in (COUNT, "/staff", "/staff/books"):
        assert page.open(path).path == "/", path


def test_after_a_count_that_ends_elsewhere_the_staff_card_gives_the_pages_back(
    page: PageClient, here: Here
) -> None:
    who = sign_in(page, here, Role.LIBRARIAN)
    page.open(COUNT).press("Begin a stock-take")
    page.open(COUNT).press("A child helps")
    stocktake_end.end(also_counted=(), staff_id=who.staff_id, here=here)
    page.open(COUNT)

    page.scan(who.card_code)

    assert "Begin a stock-take" in page.open(COUNT).words


# The end


def test_a_stock_take_ends_with_its_report(page: PageClient, here: Here) -> None:
    _begun(page, here)
    shelf = factories.shelf(here, name="文学一")
    factories.item(here, name="没头脑", shelf_id=shelf.shelf_id)

    asked = page.open(COUNT).follow("End the stock-take")
    report = asked.press("End it now", {"counted": True})

    assert report.status == 200
    assert "Not seen once" in report.words
    assert "没头脑" in report.words
    assert "Begin a stock-take" in page.open(COUNT).words


def test_the_papers_are_printed_and_taken_away(page: PageClient, here: Here) -> None:
    who = sign_in(page, here, Role.LIBRARIAN)
    shelf = factories.shelf(here, name="文学一")
    factories.item(here, name="没头脑", shelf_id=shelf.shelf_id)
    stocktake.begin(staff_id=who.staff_id, here=here)
    page.open(f"{COUNT}/end").press("End it now", {"counted": True})

    paper = page.submit(f"{COUNT}/report/print", {"part": "shelves", **_token(page)})
    file = page.submit(f"{COUNT}/report/file", {"part": "shelves", **_token(page)})

    assert "图书盘点表" in paper.words
    assert "单位负责人" in paper.words
    sheet = load_workbook(BytesIO(file.response.data)).get_sheet_by_index(0).to_python()
    assert any("文学一" in row for row in sheet)


def test_a_scan_after_the_end_is_refused(page: PageClient, here: Here) -> None:
    counting = _begun(page, here)
    page.open(f"{COUNT}/end").press("End it now")

    late = page.submit(
        _goes_to(counting),
        {"code": factories.item(here).code, "request_id": str(uuid4())},
        fragment=True,
    )

    assert late.status == 409
    assert "No stock-take is under way." in late.words


def _token(page: PageClient) -> dict[str, str]:
    fields = page.open(f"{COUNT}/report").all("input", name="csrf_token")
    return {"csrf_token": fields[0].get("value", "")}


def test_staff_read_the_number_of_a_book_without_a_name(page: PageClient, here: Here) -> None:
    counting = _begun(page, here)
    shelf = factories.shelf(here, name="文学一")
    item = factories.item(here, name="未命名 000223", shelf_id=shelf.shelf_id)

    at_shelf = page.scan(shelf.code, path=_goes_to(counting))

    assert "未命名 000223" in page.scan(item.code, path=_goes_to(at_shelf)).words
