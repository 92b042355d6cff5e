"""The twenty-two classes of the Chinese Library Classification (中图法), and how a child finds one.

A child looks for a colour and a picture, the label has the letter besides. Six colours are what a
child can name; neighbours share one, and a shelf with a colour of its own goes before its class.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from kiosk.rules.catalogue import ShelfColour


class BookIcon(StrEnum):
    """What stands on a label and a shelf for children: a picture of what the books tell of."""

    THINKING = "thinking"
    PEOPLE = "people"
    LEARNING = "learning"
    WORDS = "words"
    STORY = "story"
    ART = "art"
    WORLD = "world"
    NUMBERS = "numbers"
    STARS = "stars"
    ANIMALS = "animals"
    BODY = "body"
    FIELDS = "fields"
    MACHINES = "machines"
    EVERYTHING = "everything"


@dataclass(frozen=True, slots=True, kw_only=True)
class BookClass:
    """A main class: its letter, its name on paper, and the child's colour and picture for it."""

    letter: str
    name: str
    colour: ShelfColour
    icon: BookIcon


def _classes(*rows: tuple[str, str, ShelfColour, BookIcon]) -> Mapping[str, BookClass]:
    return MappingProxyType(
        {
            letter: BookClass(letter=letter, name=name, colour=colour, icon=icon)
            for letter, name, colour, icon in rows
        }
    )


BOOK_CLASSES: Final = _classes(
    ("A", "马列毛邓", ShelfColour.INDIGO, BookIcon.THINKING),
    ("B", "哲学、宗教", ShelfColour.INDIGO, BookIcon.THINKING),
    ("C", "社会科学总论", ShelfColour.INDIGO, BookIcon.PEOPLE),
    ("D", "政治、法律", ShelfColour.INDIGO, BookIcon.PEOPLE),
    ("E", "军事", ShelfColour.INDIGO, BookIcon.PEOPLE),
    ("F", "经济", ShelfColour.INDIGO, BookIcon.PEOPLE),
    ("G", "文化、教育、体育", ShelfColour.WHEAT, BookIcon.LEARNING),
    ("H", "语言、文字", ShelfColour.WHEAT, BookIcon.WORDS),
    ("I", "文学", ShelfColour.PERSIMMON, BookIcon.STORY),
    ("J", "艺术", ShelfColour.TARO, BookIcon.ART),
    ("K", "历史、地理", ShelfColour.LAKE, BookIcon.WORLD),
    ("N", "自然科学总论", ShelfColour.SPROUT, BookIcon.NUMBERS),
    ("O", "数理科学和化学", ShelfColour.SPROUT, BookIcon.NUMBERS),
    ("P", "天文学、地球科学", ShelfColour.SPROUT, BookIcon.STARS),
    ("Q", "生物科学", ShelfColour.SPROUT, BookIcon.ANIMALS),
    ("R", "医药、卫生", ShelfColour.SPROUT, BookIcon.BODY),
    ("S", "农业科学", ShelfColour.SPROUT, BookIcon.FIELDS),
    ("T", "工业技术", ShelfColour.LAKE, BookIcon.MACHINES),
    ("U", "交通运输", ShelfColour.LAKE, BookIcon.MACHINES),
    ("V", "航空、航天", ShelfColour.LAKE, BookIcon.MACHINES),
    ("X", "环境、安全", ShelfColour.SPROUT, BookIcon.FIELDS),
    ("Z", "综合性图书", ShelfColour.TARO, BookIcon.EVERYTHING),
)


def class_of(class_mark: str | None) -> BookClass | None:
    """Return the main class of a mark such as `I287.45`, or None for one that begins otherwise."""
    return BOOK_CLASSES.get(class_mark[:1].upper()) if class_mark else None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShelfPlace:
    """Where an item stands, as a child finds it; `letter` is for whoever reads.

    `name` is that of the shelf, where staff look for it. Only such a one may be without a colour.
    """

    colour: ShelfColour | None
    letter: str | None
    icon: BookIcon | None = None
    name: str | None = None


def place_of(
    class_mark: str | None, *, colour: ShelfColour | None = None, letter: str | None = None
) -> ShelfPlace | None:
    """Return the place of a title by its class; a shelf's own colour and letter go before it."""
    found = class_of(class_mark)
    shown = colour or (None if found is None else found.colour)
    if shown is None:
        return None
    return ShelfPlace(
        colour=shown,
        letter=letter or (None if found is None else found.letter),
        icon=None if found is None else found.icon,
    )
