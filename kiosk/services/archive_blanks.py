"""A table of the archive without what a child could be known by; its numbers stay."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final
from uuid import UUID

from kiosk.files.tables import Table, TableColumn
from kiosk.rules.erasure import NameInWords
from kiosk.services import free_words
from kiosk.services.ledger_paper import DASH, Row

# How a call or a loan came out: the foot counts it, and it names nobody.
_COUNTED: Final = frozenset({"是否接通", "归还情况", "完好情况"})


def without(
    ledger: str, table: Table, child_id: UUID, nobody: UUID, name: NameInWords | None
) -> Table:
    """Return a table in which `nobody` stands for a child, and nothing says who it was."""
    return _unsaid(ledger, _blanked(table, child_id, nobody), name)


def _blanked(table: Table, child_id: UUID, nobody: UUID) -> Table:
    if not table.marks:
        return table  # it adds up, and names nobody
    rows, marks = [], []
    for row, mark in zip(table.rows, table.marks, strict=True):
        is_theirs = mark.child_id == child_id
        rows.append(_without_words(row, table.columns) if is_theirs else row)
        children = tuple(nobody if one == child_id else one for one in mark.children)
        named = nobody if is_theirs else mark.child_id
        marks.append(replace(mark, child_id=named, children=children))
    return replace(table, rows=tuple(rows), marks=tuple(marks))


def _unsaid(ledger: str, table: Table, name: NameInWords | None) -> Table:
    """Return a table without the name, where somebody typed it among other words."""
    headers = free_words.LEDGERS.get(ledger)
    if name is None or headers is None:
        return table
    typed = [column.label in headers for column in table.columns]
    rows = (
        tuple(
            name.without(cell) if is_typed and isinstance(cell, str) else cell
            for cell, is_typed in zip(row, typed, strict=True)
        )
        for row in table.rows
    )
    return replace(table, rows=tuple(rows))


def _without_words(row: Row, columns: Sequence[TableColumn]) -> Row:
    return tuple(
        DASH if isinstance(cell, str) and column.label not in _COUNTED else cell
        for cell, column in zip(row, columns, strict=True)
    )
