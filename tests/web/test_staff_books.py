"""A form of the books that is refused: what was typed stands in it still, and what to look at."""

from uuid import uuid4

import pytest

from kiosk.models.library import Item, Title
from kiosk.rules.lending import Borrower
from kiosk.services import desk, desk_readers
from kiosk.services.desk import DeskMode
from kiosk.services.here import Here
from tests import factories, markup
from tests.page import Page, PageClient, Upload
from tests.web.staff import sign_in

WRONG = "9787530216789"
RIGHT = "9787530216781"
TYPED: dict[str, str | bool | Upload] = {
    "name": "活着",
    "author": "余华",
    "publisher": "北京十月文艺出版社",
    "isbn": RIGHT,
    "copies": "3",
}


@pytest.fixture(autouse=True)
def librarian(page: PageClient, here: Here) -> None:
    sign_in(page, here)


def _kept(page: Page) -> dict[str, str | None]:
    return {name: page.all("input", name=name)[0].get("value") for name in TYPED}


@pytest.mark.parametrize(
    ("field", "said", "words"),
    [
        ("isbn", WRONG, "This ISBN is not right."),
        ("name", " ", "Please give a title."),
        ("name", "书" * 10_000, "A title has 300 signs at the most."),
        ("copies", "900", "from 1 to 200"),
        ("copies", "some", "from 1 to 200"),
        ("author", "余" * 301, "Something in the form"),
    ],
)
def test_a_refused_title_keeps_what_was_typed(
    page: PageClient, field: str, said: str, words: str
) -> None:
    filled = {**TYPED, field: said}

    refused = page.open("/staff/books").press("Add", filled)

    assert refused.status == 422
    assert words in refused.words
    assert _kept(refused) == filled
    assert [one.get("name") for one in refused.all("input", aria_invalid="true")] == [field]
    assert factories.how_many(Title) == 0


def test_a_title_is_put_right_where_it_was_refused(page: PageClient) -> None:
    refused = page.open("/staff/books").press("Add", {**TYPED, "isbn": WRONG})

    added = refused.press("Add", {"isbn": RIGHT})

    assert added.status == 200
    assert "活着" in added.words
    assert factories.how_many(Item) == 3


@pytest.mark.parametrize("said", ["0", "900", "some"])
def test_a_refused_number_of_copies_stays_on_the_page_of_its_title(
    page: PageClient, said: str
) -> None:
    title = page.open("/staff/books").press("Add", TYPED)

    refused = title.press("Add", {"More copies": said})

    assert refused.status == 422
    assert "from 1 to 200" in refused.words
    assert "活着" in refused.words
    assert refused.all("input", name="copies")[0].get("value") == said
    assert factories.how_many(Item) == 3


@pytest.mark.parametrize(
    ("borrower", "has_it"), [(Borrower.CLASS, "Class 3-1"), (Borrower.STAFF, "韩老师")]
)
def test_a_title_says_which_class_or_teacher_has_a_copy(
    page: PageClient, here: Here, borrower: Borrower, has_it: str
) -> None:
    item, teacher = factories.item(here), factories.staff(here, display_name="韩老师")
    class_id = factories.school_class(here, grade=3)
    reader_id = class_id if borrower is Borrower.CLASS else teacher.staff_id
    desk.scan(
        item.code,
        mode=DeskMode.LEND,
        reader=desk_readers.find(borrower, reader_id),
        all_the_same=False,
        request_id=uuid4(),
        staff_id=teacher.staff_id,
        here=here,
    )

    title = page.open(f"/staff/books/{item.title_id}")

    assert title.status == 200
    assert "out on loan" in title.words
    assert markup.words(title.all("td")[3]) == has_it
    assert "Take back" in title.words
