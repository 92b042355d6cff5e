"""The catalogue: found by whatever somebody remembers of a book."""

from uuid import uuid4

import pytest
from sqlalchemy import select

from kiosk.db import reading
from kiosk.errors import InvalidInputError, NotFoundError
from kiosk.models.audit import Audit, AuditAction
from kiosk.models.library import Title
from kiosk.rules import codes
from kiosk.rules.catalogue import CatalogueProblem
from kiosk.rules.lending import ItemStatus
from kiosk.services import catalogue, title_keys
from kiosk.services.catalogue import NewTitle
from kiosk.services.here import Here
from tests import factories

ISBN = "9787503717444"
RIVER = NewTitle(
    name="小马过河", author="彭文席 著", publisher="人民文学出版社", isbn="978-7-5037-1744-4"
)


@pytest.fixture
def shelf(here: Here) -> None:
    river = catalogue.add_title(RIVER, actor_id=None, here=here)
    catalogue.add_title(NewTitle(name="100%的秘密", author="一禾"), actor_id=None, here=here)
    catalogue.add_title(NewTitle(name="Ｈarry 的信"), actor_id=None, here=here)
    catalogue.add_items(river, 2, actor_id=None, here=here)


def found(text: str, here: Here) -> list[str]:
    return [row.name for row in catalogue.search(text, here=here)]


@pytest.mark.usefixtures("shelf")
@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("马过", ["小马过河"]),
        ("彭文席", ["小马过河"]),
        ("彭 河", ["小马过河"]),
        ("xmgh", ["小马过河"]),
        ("XMG", ["小马过河"]),
        ("9787503717444", ["小马过河"]),
        ("978-7-5037-1744-4", ["小马过河"]),
        ("000002", ["小马过河"]),
        ("harry", ["Ｈarry 的信"]),
        ("100%", ["100%的秘密"]),
        ("%", []),
        ("__", []),
        ("彭 秘密", []),
    ],
)
def test_a_title_is_found(text: str, names: list[str], here: Here) -> None:
    assert found(text, here) == names


@pytest.mark.usefixtures("shelf")
def test_without_a_word_all_titles_are_listed(here: Here) -> None:
    assert sorted(found(" ", here)) == sorted(["小马过河", "100%的秘密", "Ｈarry 的信"])


def test_what_is_the_word_comes_first_then_what_begins_with_it(here: Here) -> None:
    for name in ("老鼠和小马", "小马过河", "小马", "小马和老师", "大河"):
        catalogue.add_title(NewTitle(name=name), actor_id=None, here=here)

    assert found("小马", here) == ["小马", "小马过河", "小马和老师", "老鼠和小马"]


def test_initials_of_a_whole_title_come_before_the_beginning_of_another(here: Here) -> None:
    for name in ("没头脑和不高兴的一天", "没头脑和不高兴"):
        catalogue.add_title(NewTitle(name=name), actor_id=None, here=here)

    assert found("mtnhbgx", here) == ["没头脑和不高兴", "没头脑和不高兴的一天"]


def test_a_title_is_found_by_series_volume_and_the_old_number(here: Here) -> None:
    catalogue.add_title(
        NewTitle(name="山里的灯", series="小河丛书", volume="第三册", csbn="10019·1234"),
        actor_id=None,
        here=here,
    )

    assert [found(text, here) for text in ("小河丛", "第三册", "10019·1234", "小河 山里")] == [
        ["山里的灯"]
    ] * 4


def test_an_isbn_of_ten_finds_the_book_that_has_it_in_thirteen(here: Here) -> None:
    catalogue.add_title(RIVER, actor_id=None, here=here)

    assert found("7-5037-1744-9", here) == []  # a wrong check digit is no ISBN
    assert found("7-5037-1744-0", here) == ["小马过河"]


def test_a_title_is_listed_once_however_many_copies_have_the_number(here: Here) -> None:
    title_id = catalogue.add_title(RIVER, copies=5, actor_id=None, here=here)

    (row,) = catalogue.search("0000", here=here)

    assert (row.title_id, row.items) == (title_id, 5)


@pytest.mark.usefixtures("shelf")
@pytest.mark.parametrize("text", ["长" * 5000, "q " * 400, "\\", "'", '" OR 1', "\U0010ffff"])
def test_strange_words_find_nothing_and_break_nothing(text: str, here: Here) -> None:
    assert found(text[:60], here) == []


def test_a_title_is_found_by_the_label_of_a_copy(here: Here) -> None:
    item = factories.item(here, name="月亮的信")

    assert found(item.code.lower(), here) == ["月亮的信"]


def test_copies_get_codes_and_running_numbers(here: Here) -> None:
    factories.item(here, accession_no="000041")
    factories.item(here, accession_no="A99999")
    title_id = catalogue.add_title(RIVER, actor_id=None, here=here)

    made = catalogue.add_items(title_id, 2, actor_id=None, here=here)

    assert [one.accession_no for one in made] == ["000042", "000043"]
    assert all(codes.is_whole(one.code) for one in made)
    shown = catalogue.detail(title_id)
    assert [copy.code for copy in shown.copies] == [one.code for one in made]
    assert (shown.title.isbn, shown.title.items, shown.title.on_loan) == (ISBN, 2, 0)


def test_a_title_comes_with_its_copies_or_not_at_all(here: Here) -> None:
    title_id = catalogue.add_title(RIVER, copies=2, actor_id=None, here=here)
    with pytest.raises(InvalidInputError) as error:
        catalogue.add_title(RIVER, copies=201, actor_id=None, here=here)

    assert error.value.reason is CatalogueProblem.WRONG_COUNT
    assert catalogue.detail(title_id).title.items == 2
    assert factories.how_many(Title) == 1


def test_one_request_adds_one_title_and_its_copies_once(here: Here) -> None:
    first_request, second_request = uuid4(), uuid4()
    titles = {
        catalogue.add_title(RIVER, copies=2, request_id=first_request, actor_id=None, here=here)
        for _ in range(2)
    }
    (title_id,) = titles

    added = [
        catalogue.add_items(title_id, 3, request_id=second_request, actor_id=None, here=here)
        for _ in range(2)
    ]

    assert added[0] == added[1]
    assert catalogue.detail(title_id).title.items == 5


def test_a_copy_says_who_has_it_and_a_withdrawn_one_does_not_count(here: Here) -> None:
    title_id = catalogue.add_title(RIVER, actor_id=None, here=here)
    (copy,) = catalogue.add_items(title_id, 1, actor_id=None, here=here)
    factories.item(here, title_id=title_id, status=ItemStatus.WITHDRAWN, accession_no="Z")
    child = factories.child(here, family_name="陈", given_name="小满")
    factories.loan(here, child.child_id, copy.item_id, due_on=here.today)

    shown = catalogue.detail(title_id)

    assert (shown.title.items, shown.title.on_loan) == (1, 1)
    out, withdrawn = shown.copies
    assert (out.holder, out.holder_class, out.due_on) == ("陈小满", (3, 1), here.today)
    assert (withdrawn.holder, withdrawn.status) == (None, ItemStatus.WITHDRAWN)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("", CatalogueProblem.TITLE_MISSING),
        ("  ", CatalogueProblem.TITLE_MISSING),
        ("长" * 301, CatalogueProblem.TITLE_TOO_LONG),
    ],
)
def test_a_title_needs_a_name(name: str, reason: CatalogueProblem, here: Here) -> None:
    with pytest.raises(InvalidInputError) as error:
        catalogue.add_title(NewTitle(name=name), actor_id=None, here=here)

    assert error.value.reason is reason


def test_a_wrong_isbn_is_refused(here: Here) -> None:
    with pytest.raises(InvalidInputError) as error:
        catalogue.add_title(NewTitle(name="书", isbn="9787503717445"), actor_id=None, here=here)

    assert error.value.reason is CatalogueProblem.WRONG_ISBN
    assert factories.how_many(Title) == 0


@pytest.mark.parametrize("copies", [0, 201])
def test_a_strange_number_of_copies_is_refused(copies: int, here: Here) -> None:
    title_id = factories.title(here)

    with pytest.raises(InvalidInputError) as error:
        catalogue.add_items(title_id, copies, actor_id=None, here=here)

    assert error.value.reason is CatalogueProblem.WRONG_COUNT


def test_an_unknown_title_is_not_found(here: Here) -> None:
    with pytest.raises(NotFoundError):
        catalogue.detail(uuid4())
    with pytest.raises(NotFoundError):
        catalogue.add_items(uuid4(), 1, actor_id=None, here=here)


def test_what_is_added_is_noted(here: Here) -> None:
    actor = factories.staff(here).staff_id

    title_id = catalogue.add_title(RIVER, actor_id=actor, here=here)
    catalogue.add_items(title_id, 1, actor_id=actor, here=here)

    rows = reading().scalars(select(Audit).where(Audit.action == AuditAction.EDIT)).all()
    assert [(row.actor_id, row.subject, row.fields) for row in rows] == [
        (actor, f"title:{title_id}", "added"),
        (actor, f"title:{title_id}", "items"),
    ]


def test_the_longest_title_and_author_have_a_key_that_fits(here: Here) -> None:
    long = NewTitle(name="㍿" * 300, author="㍿" * 300, isbn=ISBN)

    title_id = catalogue.add_title(long, actor_id=None, here=here)

    assert len(reading().get_one(Title, title_id).search_key) <= 700


def test_titles_from_before_the_pad_get_their_keys_once(here: Here) -> None:
    old = factories.title(here, name="小马过河")
    plain = factories.title(here, name="100")
    new = catalogue.add_title(NewTitle(name="没头脑和不高兴"), actor_id=None, here=here)

    assert [title_keys.fill(), title_keys.fill()] == [1, 0]
    keys = [reading().get_one(Title, one).pad_key for one in (old, plain, new)]
    assert keys == ["9644", "", "6864249"]
