"""A scoring framework: the list of headings that an inspection goes through, as a data file."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from kiosk.errors import InvalidInputError
from kiosk.rules.packs import PackProblem

_KEY: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_LONGEST: Final = 200
_MOST: Final = 200
_FIELDS: Final = frozenset({"title", "source", "cover", "is_complete", "note", "parts"})
_PART_FIELDS: Final = frozenset({"title", "points", "items"})
_ITEM_FIELDS: Final = frozenset({"title", "points", "ledgers", "by_hand"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """What is asked for: the ledgers that answer it, and what the school adds on paper itself."""

    title: str
    points: str = ""
    ledgers: tuple[str, ...] = ()
    by_hand: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A chapter of the framework."""

    title: str
    points: str = ""
    items: tuple[Item, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Framework:
    """A scoring framework. `cover` is the title of a pack that follows it.

    `note` says what is not known of it, where it is not complete.
    """

    key: str
    title: str
    source: str
    cover: str
    is_complete: bool
    note: str
    parts: tuple[Part, ...]

    @property
    def ledgers(self) -> tuple[str, ...]:
        """The ledgers that it asks for, each once, in its order."""
        return tuple(dict.fromkeys(name for item in self.items() for name in item.ledgers))

    def items(self) -> Iterator[Item]:
        for part in self.parts:
            yield from part.items


def parse(key: str, found: Mapping[str, Any]) -> Framework:
    """Return the framework of a data file.

    Raises:
        InvalidInputError: BAD_FRAMEWORK, with the place that does not fit.
    """
    if not _KEY.fullmatch(key):
        raise _bad(key, "name")
    _only(key, found, _FIELDS)
    return Framework(
        key=key,
        title=_text(key, found, "title", needed=True),
        source=_text(key, found, "source"),
        cover=_text(key, found, "cover", needed=True),
        is_complete=_flag(key, found),
        note=_text(key, found, "note"),
        parts=tuple(_part(key, one) for one in _tables(key, found, "parts")),
    )


def _part(key: str, found: Mapping[str, Any]) -> Part:
    _only(key, found, _PART_FIELDS)
    return Part(
        title=_text(key, found, "title", needed=True),
        points=_points(key, found),
        items=tuple(_item(key, one) for one in _tables(key, found, "items")),
    )


def _item(key: str, found: Mapping[str, Any]) -> Item:
    _only(key, found, _ITEM_FIELDS)
    names = found.get("ledgers", [])
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise _bad(key, "ledgers")
    return Item(
        title=_text(key, found, "title", needed=True),
        points=_points(key, found),
        ledgers=tuple(name.upper() for name in names),
        by_hand=_text(key, found, "by_hand"),
    )


def _tables(key: str, found: Mapping[str, Any], name: str) -> Sequence[Mapping[str, Any]]:
    tables = found.get(name, [])
    if (
        not isinstance(tables, list)
        or len(tables) > _MOST
        or not all(isinstance(one, dict) for one in tables)
    ):
        raise _bad(key, name)
    return tables


def _text(key: str, found: Mapping[str, Any], name: str, *, needed: bool = False) -> str:
    said = found.get(name, "")
    if not isinstance(said, str) or len(said) > _LONGEST or (needed and not said.strip()):
        raise _bad(key, name)
    return said.strip()


def _points(key: str, found: Mapping[str, Any]) -> str:
    said = found.get("points")
    if said is None:
        return ""
    if isinstance(said, bool) or not isinstance(said, int | float) or said < 0:
        raise _bad(key, "points")
    return f"{said:g}"


def _flag(key: str, found: Mapping[str, Any]) -> bool:
    said = found.get("is_complete", True)
    if not isinstance(said, bool):
        raise _bad(key, "is_complete")
    return said


def _only(key: str, found: Mapping[str, Any], known: frozenset[str]) -> None:
    unknown = set(found) - known
    if unknown:
        raise _bad(key, min(unknown))


def _bad(key: str, place: str) -> InvalidInputError:
    return InvalidInputError(PackProblem.BAD_FRAMEWORK, name=key, place=place)
