"""The pages of the intake: the pile, batches, titles and their covers, shelves, the second look."""

from io import BytesIO
from uuid import uuid4

import pytest
from PIL import Image
from sqlalchemy import func, select

from kiosk.db import reading
from kiosk.models.audit import Audit, AuditAction
from kiosk.models.library import Item, Title
from kiosk.rules import codes
from kiosk.rules.staff import Role
from kiosk.services.here import Here
from tests import factories
from tests.page import Page, PageClient, Upload
from tests.web.staff import sign_in, token

BOOK = "9787530216781"
OTHER = "9787020002207"
PILE = "/staff/books/pile"


@pytest.fixture(autouse=True)
def librarian(page: PageClient, here: Here) -> None:
    sign_in(page, here, Role.LIBRARIAN)


def _photo() -> bytes:
    target = BytesIO()
    Image.new("RGB", (300, 400), "teal").save(target, "JPEG")
    return target.getvalue()


def _prints() -> int:
    printed = select(func.count()).where(Audit.action == AuditAction.PRINT)
    return reading().scalar(printed) or 0


def _take(page: PageClient, code: str) -> Page:
    return page.open(PILE).press("Take this one in", {"code": code})


def test_the_pile_has_its_line_on_the_books_page(page: PageClient) -> None:
    pile = page.open("/staff/books").follow("Take books in")

    assert "Scan the bar on the back of the first book." in pile.words
    assert "camera=(self)" in pile.response.headers["Permissions-Policy"]


def test_a_book_is_taken_in_counted_and_named_without_a_script(page: PageClient) -> None:
    _take(page, BOOK)
    twice = _take(page, BOOK)
    assert "未命名 000001" in twice.words
    assert "2copies came now" in twice.words

    named = twice.press("Keep", {"name": "小马过河"})

    assert "小马过河" in named.words
    assert "2 books taken in" in named.words
    assert named.press("20 more").words.count("22copies came now") == 1


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("6901234567892", "Look for the bar that begins with 978."),
        ("4006381333931", "This bar is on something else than a book."),
        ("9787530216789", "A digit is not right."),
        ("书" * 10_000, "A title has 300 signs at the most."),
        ("   ", "Please give a title."),
    ],
    ids=["milk", "foreign goods", "wrong digit", "endless", "nothing"],
)
def test_what_is_no_book_is_said_and_nothing_is_stored(
    page: PageClient, code: str, words: str
) -> None:
    said = _take(page, code)

    assert said.status == 422
    assert words in said.words
    assert factories.how_many(Item) == factories.how_many(Title) == 0


def _misread_label() -> str:
    code = codes.new_item_code()
    return code[:-1] + ("0" if code[-1] != "0" else "1")


def test_a_badly_read_label_becomes_no_book_and_no_title(page: PageClient) -> None:
    for sent in (_misread_label(), _misread_label().lower(), f"]C1{_misread_label()}"):
        said = _take(page, sent)
        assert said.status == 422
        assert "This looks like the code of a label of ours" in said.words
    assert factories.how_many(Item) == factories.how_many(Title) == 0

    named = _take(page, BOOK).press("Keep", {"name": _misread_label()})

    assert named.status == 422
    assert "未命名 000001" in page.open(PILE).words


def test_a_title_in_latin_letters_is_no_label(page: PageClient) -> None:
    assert "Black Beatles" in _take(page, "Black Beatles").words
    assert "Bluebirdsong" in _take(page, "Bluebirdsong").words  # I and U are in no code


def test_a_label_of_another_school_is_not_known(page: PageClient) -> None:
    assert _take(page, codes.new_item_code()).status == 404


def test_a_label_of_ours_leads_to_what_it_is_on(page: PageClient, here: Here) -> None:
    item = factories.item(here, name="星星邮局")

    assert "星星邮局" in _take(page, item.code).words
    assert factories.how_many(Item) == 1


def test_a_formula_as_a_title_is_words(page: PageClient) -> None:
    _take(page, BOOK).press("Keep", {"name": '=HYPERLINK("x")<b>'})

    listed = page.open("/staff/books")

    assert '=HYPERLINK("x")<b>' in listed.words
    assert "<b>&lt;" not in listed.response.text


def test_undo_is_a_tap_and_the_pile_is_empty_again(page: PageClient) -> None:
    undone = _take(page, BOOK).press("Undo")

    assert "Scan the bar on the back of the first book." in undone.words
    assert factories.how_many(Item) == 0


def test_the_script_gets_the_middle_of_the_page_alone(page: PageClient) -> None:
    page.open(PILE)
    form = {"code": BOOK, "request_id": str(uuid4())}

    answers = [page.submit(PILE, form, fragment=True) for _ in range(2)]

    assert all(answer.status == 200 for answer in answers)
    assert "<html" not in answers[0].response.text
    assert 'data-sound="notice"' in answers[0].response.text
    assert factories.how_many(Item) == 1


def test_two_titles_of_one_number_are_a_question_with_two_answers(page: PageClient) -> None:
    _take(page, BOOK).press("Keep", {"name": "小马过河"})
    _take(page, BOOK).press("Another book with this number").press("Keep", {"name": "小河的信"})

    asked = _take(page, BOOK)

    assert "Several books have this number." in asked.words
    assert "2copies came now" in asked.press("小河的信").words


def test_titles_are_suggested_while_they_are_typed(page: PageClient, here: Here) -> None:
    factories.title(here, name="小马过河")

    suggested = page.fragment(f"{PILE}/known?name=小马")

    (button,) = suggested.all("button")
    assert button.get("value") == "小马过河"
    assert "in the catalogue" in suggested.response.text


def test_drafts_are_named_from_their_list(page: PageClient) -> None:
    _take(page, BOOK)

    named = page.open(f"{PILE}/drafts").press("Keep", {"name": "小马过河"})

    assert "Every book has its title." in named.words


def test_a_picture_takes_a_book_in_and_is_seen_on_its_page(page: PageClient) -> None:
    token = page.open(PILE).all("input", name="csrf_token")[0].get("value", "")
    form = {
        "csrf_token": token,
        "request_id": str(uuid4()),
        "photo": (BytesIO(_photo()), "cover.jpg"),
    }

    pile = page.submit(f"{PILE}/picture", form)

    (picture,) = pile.all("img")
    answer = page.open(picture.get("src", "")).response
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert answer.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    assert answer.headers["Content-Security-Policy"]
    assert len(answer.data) <= 30_720


def test_a_cover_is_seen_on_every_screen_by_its_address(page: PageClient, here: Here) -> None:
    title_id = factories.title(here)
    edit = page.open(f"/staff/books/{title_id}/edit")
    shown = edit.press(
        "Keep the picture", {"A picture from a file": Upload(name="a.png", content=_photo())}
    )
    (picture,) = shown.all("img")
    address = picture.get("src", "")

    other = page.open(address.replace(".jpg", "0.jpg"))
    page.open("/staff/books").press("Children's screen")
    away = page.open(address)

    assert other.status == 404
    assert other.response.headers["Cache-Control"] == "no-store"
    assert away.response.headers["Content-Type"] == "image/jpeg"
    assert "immutable" in away.response.headers["Cache-Control"]


def test_a_picture_that_is_none_is_said_beside_the_title(page: PageClient, here: Here) -> None:
    edit = page.open(f"/staff/books/{factories.title(here)}/edit")

    said = edit.press(
        "Keep the picture", {"A picture from a file": Upload(name="a.jpg", content=b"no")}
    )

    assert said.status == 422
    assert "This is not a picture." in said.words


def test_a_title_is_put_right_and_the_refused_field_is_marked(page: PageClient, here: Here) -> None:
    factories.title(here, name="小河的信", isbn=BOOK)
    edit = page.open(f"/staff/books/{factories.title(here)}/edit")

    refused = edit.press("Save", {"isbn": BOOK, "class_mark": "I287", "price": "12.5"})
    assert "Another title has this ISBN: 小河的信." in refused.words
    assert [one.get("name") for one in refused.all("input", aria_invalid="true")] == ["isbn"]

    saved = refused.press("Save", {"shares_number": True})
    assert "Saved." in saved.words
    assert saved.all("input", name="price")[0].get("value") == "12.50"
    assert "I 文学 · stories" in saved.words


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("name", "书" * 10_000, "A title has 300 signs at the most."),
        ("name", " ", "Please give a title."),
        ("price", "12,5", "Write the price in yuan"),
        ("csbn", "12", "A unified book number looks like"),
        ("issn", "1000-1234", "This ISSN is not right."),
        ("class_mark", "文学", "A class mark begins with a letter"),
        ("isbn", "9787530216789", "This ISBN is not right."),
    ],
)
def test_a_field_that_cannot_be_is_said_and_kept(
    page: PageClient, here: Here, field: str, typed: str, words: str
) -> None:
    refused = page.open(f"/staff/books/{factories.title(here)}/edit").press("Save", {field: typed})

    assert refused.status == 422
    assert words in refused.words
    assert [one.get("name") for one in refused.all("input", aria_invalid="true")] == [field]


def test_a_copy_gets_its_shelf(page: PageClient, here: Here) -> None:
    page.open("/staff/books/shelves").press("Add", {"A new shelf": "I1", "Letter": "i"})
    item = factories.item(here, accession_no="000001")
    edit = page.open(f"/staff/books/{item.title_id}/edit")

    kept = edit.press(
        "Keep",
        {"Shelf of 000001": "I1", "Price of 000001, yuan": "9.9", "Issue of 000001": "3"},
    )

    assert "Saved." in kept.words
    assert page.open(f"/staff/books/{item.title_id}").words.count("I1") == 1


def test_books_are_put_on_a_shelf_without_a_script(page: PageClient, here: Here) -> None:
    factories.shelf(here, name="I1")
    factories.item(here, name="小马过河", accession_no="000001")

    chosen = page.open("/staff/books").follow("Put on shelves").follow("I1")
    put = chosen.press("It stands here", {"code": "000001"})

    assert "Now the labels of the books that stand here" in chosen.words
    assert "1copies on this shelf" in put.words


def test_a_donation_is_begun_filled_accepted_and_thanked_for(page: PageClient, here: Here) -> None:
    batch = page.open("/staff/books/batches").press(
        "Begin", {"donor": "春苗书社", "contact": "13900001234"}
    )
    assert "13900001234" not in batch.words
    assert "13900001234" in batch.press("Show it").words
    filled = batch.press("Add", {"name": "铅笔", "quantity": "10", "unit": "盒", "price": "12"})
    pile = filled.follow("Take books in").press("Take this one in", {"code": BOOK})
    pile.press("Torn")

    own = page.open(batch.path)
    assert "by another person than the one who received it" in own.words
    sign_in(page, here)
    accepted = page.open(batch.path).press("I have counted it: accept")
    sheet = accepted.press("Thank-you sheet")

    assert "administrator老师" in accepted.words
    assert "Torn 1" in accepted.words
    assert "春苗书社" in sheet.words
    assert "1 册" in sheet.words
    assert "10 盒" in sheet.words


def test_a_thank_you_sheet_is_noted_before_it_is_printed(page: PageClient) -> None:
    batch = page.open("/staff/books/batches").press("Begin", {"donor": "春苗书社"})

    assert page.open(f"{batch.path}/thanks").status == 405
    assert _prints() == 0
    batch.press("Thank-you sheet")

    assert _prints() == 1


def test_a_duty_teacher_reads_a_batch_and_accepts_it_and_changes_nothing(
    page: PageClient, here: Here
) -> None:
    batch = page.open("/staff/books/batches").press(
        "Begin", {"donor": "春苗书社", "contact": "13900001234"}
    )
    batch.press("Add", {"name": "铅笔", "quantity": "10", "unit": "盒", "price": "12"})
    sign_in(page, here, Role.DUTY_TEACHER)

    listed = page.open("/staff/books").follow("Batches")
    seen = page.open(batch.path)
    accepted = seen.press("I have counted it: accept")

    assert "春苗书社" in listed.words
    assert "A new batch" not in listed.words
    actions = {form.get("action", "") for form in seen.all("form")}
    assert {one for one in actions if one.startswith(batch.path)} == {f"{batch.path}/accept"}
    assert "Take books in" not in seen.words
    assert "duty_teacher老师" in accepted.words
    for action in ("contact", "thanks", "goods"):
        assert page.submit(f"{batch.path}/{action}", {"csrf_token": token(seen)}).status == 403


def test_a_donation_without_a_donor_is_asked_for_one(page: PageClient) -> None:
    refused = page.open("/staff/books/batches").press("Begin", {"donor": " "})

    assert refused.status == 422
    assert "Please say who gave it." in refused.words


def test_a_helper_looks_at_pairs_and_sees_no_child(page: PageClient, here: Here) -> None:
    item = factories.item(here, isbn=BOOK, name="小马过河")
    child = factories.child(here, given_name="阿朵")
    factories.loan(here, child.child_id, item.item_id)
    sign_in(page, here, Role.VOLUNTEER)

    begun = page.open("/staff/books/pairs").press("Look", {"code": item.code})
    other = begun.press("Look", {"code": OTHER})
    fits = begun.press("Look", {"code": BOOK})

    assert "Now the bar on the back of the same book." in begun.words
    assert "This label belongs to another book." in other.words
    assert 'data-sound="teacher"' in other.response.text
    assert "Take a book of the list." in fits.words
    assert "阿朵" not in begun.response.text + other.response.text + fits.response.text


def test_a_book_without_a_number_is_answered_by_a_tap(page: PageClient, here: Here) -> None:
    item = factories.item(here)
    begun = page.open("/staff/books/pairs").press("Look", {"code": item.code})

    assert "This label belongs to another book." in begun.press("No, another").words
    assert "Take a book of the list." in begun.press("Yes, this one").words
