"""Workbooks and tables of text as sheets of text cells: xlsx, xls, ods, CSV.

Bytes are checked before they are parsed, and a spreadsheet is parsed in a process of its own.
"""

import json
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kiosk.errors import InvalidInputError
from kiosk.files import container
from kiosk.files.container import ROSTER, Content, Limits
from kiosk.files.delimited import read_delimited
from kiosk.files.problems import FileProblem

# A double holds 15 digits: from here on a number typed as a number has lost its last ones.
LARGEST_EXACT = 1e15
_PROCESS = Path(__file__).with_name("sheet_process.py")
_SECONDS = 20
_LOST = re.compile(r"\d(\.\d+)?E\+(1[5-9]|[2-9]\d)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """A merged range; both corners belong to it, counted from 0."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A sheet as text cells, every row equally long, the first row of the file being row 0.

    `merges` is None where the format cannot say which cells belong together (CSV, ods).
    `lost_digits` are the columns in which some number was too long to have survived. `is_text`:
    it came as CSV, in which a `'` may guard a cell.
    """

    name: str
    rows: tuple[tuple[str, ...], ...]
    is_hidden: bool = False
    merges: tuple[Merge, ...] | None = None
    lost_digits: frozenset[int] = frozenset()
    is_text: bool = False


def read_workbook(path: Path) -> tuple[Sheet, ...]:
    """Return the sheets of a file, hidden ones included and marked.

    Raises: InvalidInputError(FileProblem) when it cannot or may not be read.
    """
    return sheets_of(container.load(path), suffix=path.suffix)


def sheets_of(data: bytes, *, suffix: str, limits: Limits = ROSTER) -> tuple[Sheet, ...]:
    """Return the sheets in these bytes; `suffix` is the ending of the name they came under."""
    match container.content_of(data, suffix=suffix, limits=limits):
        case Content.TEXT:
            return (text_sheet(read_delimited(data, most_rows=limits.rows)),)
        case Content.XLSX | Content.XLS | Content.ODS:
            return tuple(_sheet(**raw) for raw in _parse(data, limits.rows))


def text_sheet(rows: list[list[str]]) -> Sheet:
    """Return the rows of a text table as its only sheet."""
    return _sheet(name="", rows=rows, is_text=True)


def number_text(value: float) -> str:
    """Return a number as a person would have typed it: a telephone number without `.0`."""
    if isinstance(value, int) or (value.is_integer() and abs(value) < LARGEST_EXACT):
        return str(int(value))
    return repr(value)


def _parse(data: bytes, most_rows: int) -> list[dict[str, Any]]:  # JSON of our own process
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter on our own file
            [sys.executable, "-I", str(_PROCESS), str(most_rows)],
            input=data,
            capture_output=True,
            timeout=_SECONDS,
            check=True,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        answer = json.loads(done.stdout)
    except (subprocess.SubprocessError, ValueError):
        # `from None`: what the parser said may quote the file.
        raise InvalidInputError(FileProblem.DAMAGED) from None
    if "problem" in answer:
        raise InvalidInputError(FileProblem(answer["problem"]))
    sheets: list[dict[str, Any]] = answer["sheets"]
    return sheets


def _sheet(
    *,
    name: str,
    rows: list[list[str | float]] | list[list[str]],
    hidden: bool = False,
    merges: list[list[list[int]]] | None = None,
    is_text: bool = False,
) -> Sheet:
    width = max((len(row) for row in rows), default=0)
    return Sheet(
        name=name,
        is_hidden=hidden,
        rows=tuple(tuple(_text(cell) for cell in row) + ("",) * (width - len(row)) for row in rows),
        merges=None
        if merges is None
        else tuple(
            Merge(top=start[0], left=start[1], bottom=end[0], right=end[1]) for start, end in merges
        ),
        lost_digits=frozenset(
            column for row in rows for column, cell in enumerate(row) if _has_lost_digits(cell)
        ),
        is_text=is_text,
    )


def _text(cell: str | float) -> str:
    return cell if isinstance(cell, str) else number_text(cell)


def _has_lost_digits(cell: str | float) -> bool:
    if isinstance(cell, str):
        return _LOST.fullmatch(cell.strip()) is not None
    return abs(cell) >= LARGEST_EXACT
