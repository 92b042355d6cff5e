"""A child finds a book: by keys, by what came last, by what is like another one."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from kiosk.db import transaction
from kiosk.errors import NotFoundError
from kiosk.models.library import Item, Shelf
from kiosk.rules.book_classes import BookIcon, ShelfPlace
from kiosk.rules.catalogue import ShelfColour
from kiosk.rules.lending import ItemStatus
from kiosk.services import catalogue, finding
from kiosk.services.catalogue import NewTitle
from kiosk.services.finding_answers import FindBook, FoundTitle
from kiosk.services.here import Here
from tests import factories


def add(here: Here, name: str, *, copies: int = 1, **known: object) -> UUID:
    new = NewTitle(name=name, **known)  # type: ignore[arg-type]  # as a test names them
    return catalogue.add_title(new, copies=copies, actor_id=None, here=here)


def find(here: Here, keys: str, page: int = 0) -> FindBook:
    return finding.find(keys, page=page, face=factories.child(here).face)


def names(found: FindBook) -> list[str]:
    return [one.book.title for one in found.books]


def look(here: Here, title_id: UUID) -> FoundTitle:
    return finding.title(title_id, keys="", face=factories.child(here).face)


def put(title_id: UUID, **shelf: object) -> None:
    """Let the copies of a title stand on a shelf."""
    with transaction() as session:
        shelf_id = uuid4()
        session.add(Shelf(id=shelf_id, **shelf))
        session.flush()
        for item in session.query(Item).where(Item.title_id == title_id):
            item.shelf_id = shelf_id


def test_keys_find_what_they_spell_first_then_what_begins_so_then_what_has_it(here: Here) -> None:
    for name in ("大小马", "小马过河", "小马", "山里的灯"):
        add(here, name)

    found = find(here, "96")

    assert names(found) == ["小马", "小马过河", "大小马"]
    assert found.next_page is None


def test_a_book_that_nobody_can_have_is_not_found(here: Here) -> None:
    gone = add(here, "小马")
    add(here, "小猫", copies=0)
    with transaction() as session:
        session.query(Item).where(Item.title_id == gone).update({"status": ItemStatus.LOST})

    assert names(find(here, "96")) == []
    assert names(find(here, "")) == []


def test_a_draft_is_shown_to_no_child(here: Here) -> None:
    one = add(here, "小马", author="彭文席", series="小动物", series_no=1)
    add(here, "未命名 000123", author="彭文席", series="小动物", series_no=2, is_draft=True)

    assert names(find(here, "")) == ["小马"]
    assert names(find(here, "966")) == []  # the letters wmm
    shown = look(here, one)
    assert shown.next_volume is None
    assert shown.similar == ()


def test_without_keys_stand_the_books_that_came_last(here: Here) -> None:
    old, new = add(here, "旧书"), add(here, "新书")
    with transaction() as session:
        session.query(Item).where(Item.title_id == old).update(
            {"added_on": here.today - timedelta(days=9)}
        )

    assert names(find(here, "")) == ["新书", "旧书"]
    assert find(here, "").books[0].title_id == new


@pytest.mark.parametrize(("count", "shown", "more"), [(8, 8, None), (9, 7, 1)])
def test_eight_books_stand_on_a_page_or_seven_and_the_arrow(
    here: Here, count: int, shown: int, more: int | None
) -> None:
    for n in range(count):
        add(here, f"小马{'一二三四五六七八九'[n]}")

    found = find(here, "96")

    assert (len(found.books), found.next_page) == (shown, more)


def test_the_arrow_shows_every_book_once_and_leads_back_to_the_first(here: Here) -> None:
    for n in range(15):
        add(here, f"小马{'一二三四五六七八九十百千万山水'[n]}")
    page, seen = 0, []
    for _ in range(3):
        found = find(here, "96", page)
        seen += names(found)
        assert found.next_page is not None
        page = found.next_page

    assert page == 0
    assert len(seen) == len(set(seen)) == 15


def test_a_book_stands_where_its_shelf_says_before_its_class(here: Here) -> None:
    by_class, on_shelf, nowhere = (
        add(here, "小马", class_mark="I287.4"),
        add(here, "小猫", class_mark="Q95"),
        add(here, "小狗"),
    )
    put(on_shelf, name="绘本架", colour=ShelfColour.TARO, letter="H")

    assert look(here, by_class).place == ShelfPlace(
        colour=ShelfColour.PERSIMMON, letter="I", icon=BookIcon.STORY
    )
    assert look(here, on_shelf).place == ShelfPlace(
        colour=ShelfColour.TARO, letter="H", icon=BookIcon.ANIMALS
    )
    assert look(here, nowhere).place is None


def test_a_book_is_in_as_long_as_one_copy_is(here: Here) -> None:
    title_id = add(here, "小马", copies=2)
    child = factories.child(here)
    copies = catalogue.detail(title_id).copies

    factories.loan(here, child.child_id, copies[0].item_id)
    assert look(here, title_id).is_in
    factories.loan(here, child.child_id, copies[1].item_id)

    assert not look(here, title_id).is_in


def test_the_next_volume_is_the_next_one_that_the_school_has(here: Here) -> None:
    first = add(here, "小马一", series="小马", series_no=1)
    add(here, "小马二", series="小马", series_no=2, copies=0)
    third = add(here, "小马三", series="小马", series_no=3)

    found = look(here, first)

    assert found.next_volume is not None
    assert found.next_volume.title_id == third
    assert look(here, third).next_volume is None


def test_like_a_book_is_its_series_then_its_author_then_its_grades(here: Here) -> None:
    one = add(here, "一", series="河", author="禾", grade_band="1-2", class_mark="I1")
    add(here, "同级", grade_band="1-2", class_mark="I9")
    add(here, "同作者", author="禾")
    add(here, "同丛书", series="河")
    add(here, "别的", grade_band="5-6", class_mark="I2")

    assert [found.book.title for found in look(here, one).similar] == ["同丛书", "同作者", "同级"]


def test_an_unknown_book_is_not_found(here: Here) -> None:
    with pytest.raises(NotFoundError):
        look(here, uuid4())
