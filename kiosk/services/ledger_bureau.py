"""L14 for the bureau: two last columns that an administrator types, for one paper or file.

The kiosk does not know these numbers and keeps none of them; counts of few are not told here
either.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final
from uuid import UUID

from kiosk.db import transaction
from kiosk.errors import InvalidInputError
from kiosk.files.tables import Align, Cell, Table, TableColumn, csv_bytes
from kiosk.files.tables_xlsx import xlsx_bytes
from kiosk.rules import bureau, few
from kiosk.rules.bureau import BureauCount, BureauProblem
from kiosk.rules.few import FEW_SAID
from kiosk.services import audit, ledger_form, ledgers
from kiosk.services.audit import AuditAction
from kiosk.services.here import Here
from kiosk.services.ledger_paper import DASH
from kiosk.services.ledgers import FileKind, Ledger

COLUMNS: Final = (
    TableColumn(label="留守儿童数", key="bureau_children", width=9, align=Align.RIGHT),
    TableColumn(label="其中寄宿", key="bureau_boarders", width=8, align=Align.RIGHT),
)
_NAMES: Final = ("children", "boarders")
_BOUNDS: Final = (("children", "of_class"), ("boarders", "children"))
_NOTHING: Final = BureauCount()


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassRow:
    """A row of L14: the class as it is written there, and how many children it has."""

    name: str
    children: int


def classes(first: date, last: date, *, here: Here) -> tuple[ClassRow, ...]:
    """Return the rows that numbers can be typed for. Raises: InvalidInputError(WRONG_PERIOD)."""
    return _rows(ledgers.known_here(Ledger.STATISTICS, ledgers.period(first, last), here=here))


def to_print(
    counts: Mapping[str, BureauCount], *, first: date, last: date, actor_id: UUID, here: Here
) -> Table:
    """Return L14 with the two columns, about to be printed; the audit knows that, not the numbers.

    Raises:
        InvalidInputError: WRONG_PERIOD or a BureauProblem, with the class.
    """
    table = _table(counts, first, last, here)
    _audit(AuditAction.PRINT, first, last, actor_id, here)
    return table


def content(
    counts: Mapping[str, BureauCount],
    *,
    first: date,
    last: date,
    kind: FileKind,
    actor_id: UUID,
    here: Here,
) -> bytes:
    """Return the same as a file; raises as `to_print`."""
    table = _table(counts, first, last, here)
    _audit(AuditAction.EXPORT, first, last, actor_id, here)
    return csv_bytes(table) if kind is FileKind.CSV else xlsx_bytes(table)


def _rows(known: Table) -> tuple[ClassRow, ...]:
    places = {column.key: place for place, column in enumerate(known.columns)}
    return tuple(
        ClassRow(name=str(row[places["class"]]), children=int(str(row[places["children"]])))
        for row in known.rows
    )


def _table(counts: Mapping[str, BureauCount], first: date, last: date, here: Here) -> Table:
    known, leaving = ledgers.known_and_leaving(
        Ledger.STATISTICS, ledgers.period(first, last), here=here
    )
    rows = _rows(known)
    _check(counts, rows)
    typed = [counts.get(row.name, _NOTHING) for row in rows]
    columns = {name: [getattr(one, name) for one in typed] for name in _NAMES}
    numbers = {name: [one or 0 for one in column] for name, column in columns.items()}
    numbers["of_class"] = [row.children for row in rows]
    untold = few.untold(numbers, bounds=_BOUNDS)
    cells = zip(*(_cells(columns[name], untold.rows[name]) for name in _NAMES), strict=True)
    sums = tuple(_sum(columns[name], is_untold=name in untold.sums) for name in _NAMES)
    table = replace(
        leaving,
        columns=(*leaving.columns, *COLUMNS),
        rows=tuple((*row, *more) for row, more in zip(leaving.rows, cells, strict=True)),
        totals=leaving.totals and (*leaving.totals, *sums),
    )
    return ledger_form.explained(table)


def _check(counts: Mapping[str, BureauCount], rows: Sequence[ClassRow]) -> None:
    if all(one == _NOTHING for one in counts.values()):
        raise InvalidInputError(BureauProblem.NOTHING)
    for row in rows:
        problem = bureau.problem_of(counts.get(row.name, _NOTHING), of=row.children)
        if problem is not None:
            raise InvalidInputError(problem, class_name=row.name)


def _cells(column: Sequence[int | None], untold: frozenset[int]) -> list[Cell]:
    return [
        DASH if count is None else FEW_SAID if place in untold else count
        for place, count in enumerate(column)
    ]


def _sum(column: Sequence[int | None], *, is_untold: bool) -> Cell:
    """Return the sum of a column; of one with a gap nobody knows it."""
    if None in column:
        return DASH
    return FEW_SAID if is_untold else sum(count or 0 for count in column)


def _audit(action: AuditAction, first: date, last: date, actor_id: UUID, here: Here) -> None:
    with transaction() as session:
        audit.record(
            session,
            action,
            actor_id=actor_id,
            subject=f"ledger:{Ledger.STATISTICS}",
            fields=f"{first}..{last}, with the columns for the bureau",
            purpose="ledger",
            here=here,
        )
