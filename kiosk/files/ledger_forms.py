"""What a paper ledger looks like: a file for each, which a district can replace by one of its own.

A form says which columns stand on paper, in which order, how wide, and where each comes from
(`source`); what the rows are is the ledger's affair. Ours are in `kiosk/data/ledgers`.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, Final, TypeVar

from kiosk.errors import InvalidInputError
from kiosk.files.tables import Align, TableColumn
from kiosk.rules import paper_lines

E = TypeVar("E", bound=StrEnum)

_FOLDER: Final = Path(__file__).parent.parent / "data" / "ledgers"
LARGEST: Final = 32_768  # bytes
_KEYS: Final = frozenset({"id", "title", "orientation", "foot", "signatures", "column"})
_COLUMN_KEYS: Final = frozenset({"header", "source", "width", "align", "sum", "text"})
_WORDS_MOST: Final = 200
_WIDEST: Final = 80
_MOST_COLUMNS: Final = 40
_PLACE: Final = re.compile(r"\{([a-z_]*)\}")
# Columns that no ledger has to know: for the pen, and the same words in each row.
PEN: Final = "pen"
WORDS: Final = "words"


class Orientation(StrEnum):
    LANDSCAPE = "landscape"
    PORTRAIT = "portrait"


class ColumnSum(StrEnum):
    """What stands below a column: what the ledger counted, its numbers added up, or a dash."""

    COUNTED = "counted"
    ADDED = "added"
    NONE = "none"


class FormProblem(StrEnum):
    """What can be wrong with a form; the values of the error say where."""

    NOT_TOML = "not-toml"
    TOO_LARGE = "too-large"
    UNKNOWN_KEY = "unknown-key"
    MISSING = "missing"
    WRONG_VALUE = "wrong-value"
    OTHER_LEDGER = "other-ledger"
    UNKNOWN_SOURCE = "unknown-source"
    TWICE = "twice"
    NO_COLUMNS = "no-columns"
    UNKNOWN_PLACE = "unknown-place"


@dataclass(frozen=True, slots=True, kw_only=True)
class FormColumn:
    """A column on paper; `text` is what stands in each row of a column of words."""

    header: str
    source: str
    width: int
    align: Align = Align.CENTER
    sum: ColumnSum = ColumnSum.COUNTED
    text: str = ""

    @property
    def of_table(self) -> TableColumn:
        return TableColumn(label=self.header, width=self.width, key=self.source, align=self.align)


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerForm:
    """A ledger on paper. `foot` has places in braces for what the ledger counted besides."""

    ledger: str
    title: str
    orientation: Orientation
    columns: tuple[FormColumn, ...]
    foot: str
    signatures: str

    @property
    def places(self) -> frozenset[str]:
        """What the foot asks for."""
        return frozenset(_PLACE.findall(self.foot))

    @property
    def sources(self) -> frozenset[str]:
        return frozenset(column.source for column in self.columns)

    def column(self, source: str) -> FormColumn:
        return next(column for column in self.columns if column.source == source)

    def said(self, counted: Mapping[str, object]) -> str:
        """Return the line below the table: what was counted, then where to sign."""
        foot = _PLACE.sub(lambda place: str(counted.get(place[1], "")), self.foot)
        return paper_lines.joined(foot, self.signatures)


@cache
def ours(ledger: str) -> LedgerForm:
    """Return the form that comes with the kiosk."""
    return _form(tomllib.loads((_FOLDER / f"{ledger}.toml").read_text("utf-8")), ledger)


@cache
def known() -> tuple[str, ...]:
    """Return which ledgers have a form, in the order of their numbers."""
    return tuple(sorted((path.stem for path in _FOLDER.glob("*.toml")), key=_number))


def text_of(ledger: str) -> str:
    """Return our form as it is written, for a district to begin with."""
    return (_FOLDER / f"{ledger}.toml").read_text("utf-8")


def parse(data: bytes, ledger: str) -> LedgerForm:
    """Return a district's form of a ledger.

    Raises:
        InvalidInputError: a FormProblem, with the column (counted from 1) and the key it is about.
    """
    if len(data) > LARGEST:
        raise InvalidInputError(FormProblem.TOO_LARGE, kilobytes=LARGEST // 1024)
    try:
        found = tomllib.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise InvalidInputError(FormProblem.NOT_TOML, line=None) from error
    except tomllib.TOMLDecodeError as error:
        raise InvalidInputError(FormProblem.NOT_TOML, line=_line(str(error))) from error
    except (ValueError, RecursionError) as error:  # a number or a nest beyond all sense
        raise InvalidInputError(FormProblem.NOT_TOML, line=None) from error
    form, base = _form(found, ledger), ours(ledger)
    for place, column in enumerate(form.columns, start=1):
        if column.source not in base.sources | {PEN, WORDS}:
            raise InvalidInputError(FormProblem.UNKNOWN_SOURCE, column=place, value=column.source)
    strange = form.places - base.places
    if strange:
        raise InvalidInputError(FormProblem.UNKNOWN_PLACE, value=min(strange))
    return form


def _line(said: str) -> int | None:
    found = re.search(r"at line (\d+)", said)
    return None if found is None else int(found[1])


def _number(ledger: str) -> tuple[int, str]:
    digits = re.sub(r"\D", "", ledger)
    return int(digits), ledger


def _form(found: Mapping[str, Any], ledger: str) -> LedgerForm:
    _only(found, _KEYS, column=None)
    if _words(found, "id", column=None) != ledger:
        raise InvalidInputError(FormProblem.OTHER_LEDGER, value=found["id"], ledger=ledger)
    listed = found.get("column", [])
    if not isinstance(listed, list) or not 0 < len(listed) <= _MOST_COLUMNS:
        raise InvalidInputError(FormProblem.NO_COLUMNS, most=_MOST_COLUMNS)
    columns = tuple(_column(one, place) for place, one in enumerate(listed, start=1))
    _once(columns)
    return LedgerForm(
        ledger=ledger,
        title=_words(found, "title", column=None),
        orientation=_one_of(found, "orientation", Orientation, Orientation.LANDSCAPE, column=None),
        columns=columns,
        foot=_words(found, "foot", column=None, default=""),
        signatures=_words(found, "signatures", column=None, default=""),
    )


def _column(one: object, place: int) -> FormColumn:
    if not isinstance(one, dict):
        raise InvalidInputError(FormProblem.NO_COLUMNS, most=_MOST_COLUMNS)
    _only(one, _COLUMN_KEYS, column=place)
    source = _words(one, "source", column=place)
    width = one.get("width", 12)
    if not isinstance(width, int) or isinstance(width, bool) or not 0 < width <= _WIDEST:
        raise InvalidInputError(FormProblem.WRONG_VALUE, column=place, key="width")
    return FormColumn(
        header=_words(one, "header", column=place),
        source=source,
        width=width,
        align=_one_of(one, "align", Align, Align.CENTER, column=place),
        sum=_one_of(one, "sum", ColumnSum, ColumnSum.COUNTED, column=place),
        # No empty cell on paper but one for the pen.
        text=_words(one, "text", column=place) if source == WORDS else "",
    )


def _once(columns: Sequence[FormColumn]) -> None:
    """Refuse two columns of one header or of one source."""
    headers, sources = set[str](), {PEN, WORDS}
    taken = set[str]()
    for place, column in enumerate(columns, start=1):
        if column.header in headers or column.source in taken - sources:
            raise InvalidInputError(FormProblem.TWICE, column=place, value=column.header)
        headers.add(column.header)
        taken.add(column.source)


def _only(found: Mapping[str, Any], keys: frozenset[str], *, column: int | None) -> None:
    strange = set(found) - keys
    if strange:
        raise InvalidInputError(FormProblem.UNKNOWN_KEY, column=column, key=min(strange))


def _words(
    found: Mapping[str, Any], key: str, *, column: int | None, default: str | None = None
) -> str:
    value = found.get(key, default)
    if value is None or (value == "" and default is None):
        raise InvalidInputError(FormProblem.MISSING, column=column, key=key)
    if not isinstance(value, str) or len(value) > _WORDS_MOST or not _is_plain(value):
        raise InvalidInputError(FormProblem.WRONG_VALUE, column=column, key=key)
    return value


def _is_plain(value: str) -> bool:
    return all(sign.isprintable() or sign == "　" for sign in value)


def _one_of(
    found: Mapping[str, Any], key: str, members: type[E], default: E, *, column: int | None
) -> E:
    try:
        return members(found.get(key, default))
    except (TypeError, ValueError) as error:
        raise InvalidInputError(FormProblem.WRONG_VALUE, column=column, key=key) from error
