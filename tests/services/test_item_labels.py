"""Labels: what waits to be printed, what it says, and the codes of shelves."""

from uuid import uuid4

import pytest
from sqlalchemy import select

from kiosk.db import reading, transaction
from kiosk.models.audit import Audit, AuditAction
from kiosk.models.library import Item, Shelf
from kiosk.rules import codes
from kiosk.rules.book_classes import BookIcon
from kiosk.rules.lending import ItemStatus
from kiosk.services import catalogue, item_labels, shelf_labels, shelves
from kiosk.services.catalogue import NewTitle
from kiosk.services.here import Here
from tests import factories

RIVER = NewTitle(name="小马过河", author="彭文席 著", class_mark="I287.4")


def test_a_new_copy_waits_for_its_label_until_somebody_says_it_is_printed(here: Here) -> None:
    actor = factories.staff(here).staff_id
    catalogue.add_title(RIVER, copies=3, actor_id=None, here=here)
    first, second, third = item_labels.queue(10)

    printed = item_labels.mark_printed([first.item_id, third.item_id], actor_id=actor, here=here)

    assert printed == 2
    assert item_labels.queue_length() == 1
    assert item_labels.queue(10) == (second,)
    (row,) = reading().scalars(select(Audit).where(Audit.action == AuditAction.PRINT))
    assert (row.actor_id, row.fields) == (actor, "label x 2")


def test_said_twice_it_is_noted_once(here: Here) -> None:
    actor = factories.staff(here).staff_id
    catalogue.add_title(RIVER, copies=1, actor_id=None, here=here)
    (label,) = item_labels.queue(1)

    said = [
        item_labels.mark_printed([label.item_id, uuid4()], actor_id=actor, here=here)
        for _ in range(2)
    ]

    assert said == [1, 0]


def test_a_label_printed_again_has_the_same_code(here: Here) -> None:
    title_id = catalogue.add_title(RIVER, copies=1, actor_id=None, here=here)
    (label,) = item_labels.queue(1)
    item_labels.mark_printed([label.item_id], actor_id=factories.staff(here).staff_id, here=here)

    assert item_labels.of_items([label.item_id]) == (label,)
    assert item_labels.of_title(title_id) == (label,)
    assert item_labels.queue_length() == 0


def test_a_withdrawn_copy_gets_no_label(here: Here) -> None:
    title_id = catalogue.add_title(RIVER, copies=1, actor_id=None, here=here)
    with transaction() as session:
        session.query(Item).update({"status": ItemStatus.WITHDRAWN})

    assert item_labels.queue_length() == 0
    assert item_labels.of_title(title_id) == ()


def test_a_label_says_what_the_spine_and_the_shelf_need(here: Here) -> None:
    catalogue.add_title(RIVER, copies=1, actor_id=None, here=here)

    (label,) = item_labels.queue(1)

    assert (label.class_mark, label.author_sign) == ("I287.4", "PWX")
    assert label.place is not None
    assert (label.place.letter, label.place.icon) == ("I", BookIcon.STORY)


@pytest.mark.parametrize(
    ("class_mark", "author", "sign"),
    [
        ("I287.45/PW1", "彭文席", "PW1"),
        ("I287.45", "彭文席 著", "PWX"),
        ("I561.88", "[英] 罗尔德·达尔 著；任溶溶 译", "LED"),
        (None, "（美）怀特著", "HT"),
        ("I2", "陈 伯吹 主编", "CBC"),
        ("I2", None, ""),
        ("I2/ ", "", ""),
    ],
)
def test_the_author_s_sign(class_mark: str | None, author: str | None, sign: str) -> None:
    assert item_labels.author_sign(class_mark, author) == sign


def test_a_shelf_gets_its_code_with_its_first_label_and_keeps_it(here: Here) -> None:
    actor = factories.staff(here).staff_id
    with transaction() as session:
        session.add(Shelf(id=uuid4(), name="A1"))
    (row,) = shelves.listing()

    again = [shelf_labels.labels([row.shelf_id], actor_id=actor, here=here)[0] for _ in range(2)]

    assert not row.has_label
    assert shelves.listing()[0].has_label
    assert again[0] == again[1]
    assert codes.is_whole(again[0].code)
    found = shelves.by_code(again[0].code)
    assert found is not None
    assert (found.shelf_id, found.name) == (row.shelf_id, "A1")
    assert shelves.by_code(codes.new_shelf_code()) is None


def test_a_shelf_without_a_sign_has_that_of_its_books(here: Here) -> None:
    with transaction() as session:
        shelf = Shelf(id=uuid4(), name="A1")
        session.add(shelf)
    title_id = catalogue.add_title(RIVER, copies=1, actor_id=None, here=here)
    with transaction() as session:
        session.query(Item).where(Item.title_id == title_id).update({"shelf_id": shelf.id})
    actor = factories.staff(here).staff_id

    (label,) = shelf_labels.labels([shelf.id], actor_id=actor, here=here)

    assert label.place is not None
    assert (label.place.letter, label.name) == ("I", "A1")
    assert shelves.listing()[0].items == 1


def test_a_shelf_s_code_is_no_command() -> None:
    parsed = codes.parse(codes.new_shelf_code())

    assert isinstance(parsed, codes.OurCode)
    assert parsed.kind is codes.CodeKind.COMMAND
    assert codes.command_of(parsed) is None
