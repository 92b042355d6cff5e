"""The demo school's books: the ministry's list first, then titles that were never written."""

import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kiosk.ids import new_id
from kiosk.models.library import Item, Shelf, Title
from kiosk.rules.lending import ItemStatus
from kiosk.services import demo_names
from kiosk.services.catalogue_rows import (
    AccessionNumbers,
    NewTitle,
    item_row,
    new_item,
    title_row,
)
from kiosk.services.demo_world import DemoItem, World

if TYPE_CHECKING:
    from uuid import UUID

COPIES: Final = 2
_LIST: Final = Path(__file__).parent.parent / "data" / "moe2020_primary_110.json"
_MARKS: Final = {"人文": "G", "文学": "I", "科学": "N", "艺术": "J"}
_BANDS: Final = ("1-2", "3-4", "5-6")
_STORIES: Final = "I"
_A_SHELF_HOLDS: Final = 40
# A few copies that cannot be lent, so that the screen's other answers can be seen as well.
_ODD_ONES: Final = (ItemStatus.IN_ROOM_ONLY, ItemStatus.DAMAGED, ItemStatus.MISSING)
_ODD_FROM: Final = 20
_NEW: Final = 3


def add_books(world: World, count: int) -> tuple[DemoItem, ...]:
    """Make so many titles with two copies each; return the copies that can be lent."""
    numbers = AccessionNumbers(world.session)
    titles, items, lendable = [], [], []
    shelves: dict[str, UUID] = {}
    for n, new in enumerate(islice(_titles(world), count)):
        is_new = n >= count - _NEW
        title_id = new_id(world.before.now)
        # An invented price: 12.00 to 39.00 yuan.
        titles.append(title_row(title_id, new) | {"price_fen": 1200 + n * 7 % 28 * 100})
        for copy in range(COPIES):
            made = new_item(numbers.next(), here=world.before)
            row = item_row(made, title_id, here=world.before)
            row["label_queued_at"] = world.here.now if is_new else None
            if is_new:
                row["added_on"] = world.here.today
            shelf = f"{new.class_mark}{n // _A_SHELF_HOLDS + 1}"
            row["shelf_id"] = shelves.setdefault(shelf, new_id(world.before.now))
            if copy and _ODD_FROM <= n < _ODD_FROM + len(_ODD_ONES):
                row["status"] = _ODD_ONES[n - _ODD_FROM]
            else:
                lendable.append(
                    DemoItem(item_id=made.item_id, code=made.code, name=new.name, is_new=is_new)
                )
            items.append(row)
    world.add(Title, titles)
    world.add(Shelf, [{"id": shelf_id, "name": name} for name, shelf_id in shelves.items()])
    world.add(Item, items)
    return tuple(lendable)


def _titles(world: World) -> Iterator[NewTitle]:
    for entry in json.loads(_LIST.read_text(encoding="utf-8")):
        yield NewTitle(
            name=entry["title"],
            author=entry["author"],
            class_mark=_MARKS[entry["category"]],
            grade_band=entry["grade_band"],
        )
    for name, author in demo_names.books(world.rng):
        yield NewTitle(
            name=name, author=author, class_mark=_STORIES, grade_band=world.rng.choice(_BANDS)
        )
