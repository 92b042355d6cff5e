"""Forms that are printed empty and filled in by hand: the kiosk keeps nothing of what they ask."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from kiosk.errors import InvalidInputError
from kiosk.files.ledger_forms import LARGEST, FormProblem, Orientation

_FOLDER: Final = Path(__file__).parent.parent / "data" / "blank_forms"
_KEYS: Final = frozenset({"id", "blank", "title", "orientation", "top", "signatures", "part"})
_PART_KEYS: Final = frozenset({"title", "fields", "wide", "tall"})
_LONGEST: Final = 60
_MOST: Final = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class BlankPart:
    """Fields of one heading: two in a row, then those over the whole width, low and high."""

    title: str
    fields: tuple[str, ...]
    wide: tuple[str, ...]
    tall: tuple[str, ...]

    @property
    def pairs(self) -> tuple[tuple[str, ...], ...]:
        return tuple(self.fields[at : at + 2] for at in range(0, len(self.fields), 2))


@dataclass(frozen=True, slots=True, kw_only=True)
class BlankForm:
    """A form on one page; `top` and `signatures` are lines for the pen above and below it."""

    name: str
    title: str
    is_upright: bool
    top: tuple[str, ...]
    parts: tuple[BlankPart, ...]
    signatures: tuple[str, ...]


@cache
def known() -> tuple[str, ...]:
    """Return which forms there are."""
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.toml")))


@cache
def ours(name: str) -> BlankForm:
    """Return the form that comes with the kiosk."""
    return parse((_FOLDER / f"{name}.toml").read_bytes(), name)


def parse(data: bytes, name: str) -> BlankForm:
    """Return the form of a file. Raises: InvalidInputError: a FormProblem."""
    if len(data) > LARGEST:
        raise InvalidInputError(FormProblem.TOO_LARGE, kilobytes=LARGEST // 1024)
    try:
        found = tomllib.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:  # no TOML is a ValueError
        raise InvalidInputError(FormProblem.NOT_TOML, line=None) from error
    _only(found, _KEYS)
    if found.get("id") != name:
        raise InvalidInputError(FormProblem.OTHER_LEDGER, value=found.get("id"), ledger=name)
    if found.get("blank") is not True:
        raise InvalidInputError(FormProblem.MISSING, key="blank")
    parts = found.get("part", [])
    if not isinstance(parts, list) or not parts or not all(isinstance(one, dict) for one in parts):
        raise InvalidInputError(FormProblem.MISSING, key="part")
    return BlankForm(
        name=name,
        title=_title(found, needed=True),
        is_upright=_orientation(found) is Orientation.PORTRAIT,
        top=_words(found, "top"),
        parts=tuple(map(_part, parts)),
        signatures=_words(found, "signatures"),
    )


def _orientation(found: Mapping[str, Any]) -> Orientation:
    try:
        return Orientation(found.get("orientation", Orientation.PORTRAIT))
    except (TypeError, ValueError) as error:  # a list is no key
        raise InvalidInputError(FormProblem.WRONG_VALUE, key="orientation") from error


def _part(found: Mapping[str, Any]) -> BlankPart:
    _only(found, _PART_KEYS)
    part = BlankPart(
        title=_title(found),
        fields=_words(found, "fields"),
        wide=_words(found, "wide"),
        tall=_words(found, "tall"),
    )
    if not (part.fields or part.wide or part.tall):
        raise InvalidInputError(FormProblem.MISSING, key="fields")
    return part


def _title(found: Mapping[str, Any], *, needed: bool = False) -> str:
    title = found.get("title", "")
    if not isinstance(title, str) or len(title) > _LONGEST:
        raise InvalidInputError(FormProblem.WRONG_VALUE, key="title")
    if needed and not title:
        raise InvalidInputError(FormProblem.MISSING, key="title")
    return title


def _words(found: Mapping[str, Any], key: str) -> tuple[str, ...]:
    words = found.get(key, [])
    if not isinstance(words, list) or len(words) > _MOST:
        raise InvalidInputError(FormProblem.WRONG_VALUE, key=key)
    if not all(isinstance(one, str) and 0 < len(one) <= _LONGEST for one in words):
        raise InvalidInputError(FormProblem.WRONG_VALUE, key=key)
    return tuple(words)


def _only(found: Mapping[str, Any], keys: frozenset[str]) -> None:
    strange = set(found) - keys
    if strange:
        raise InvalidInputError(FormProblem.UNKNOWN_KEY, key=min(strange))
