"""The ledgers of a term as they were at its end: sealed, read again, and blanked for one child.

A ledger whose rows are of a day is kept whole, so that any part of the term can be read from it;
one that adds up (L10) is kept for the term and for each of its months.
"""

import hashlib
import hmac
import json
import zlib
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final, TypeAlias
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from kiosk.errors import UnavailableError
from kiosk.files.tables import Cell, RowMark, Table, TableColumn
from kiosk.ids import new_id
from kiosk.models.stocktake import LedgerArchive
from kiosk.rules.term_end import TermEndProblem
from kiosk.services import vault
from kiosk.services.here import Here
from kiosk.services.ledger_paper import DASH, Period, Row

# Builds a ledger of a period from the tables.
Live: TypeAlias = Callable[[Period], Table]

_COLUMN: Final = "ledger_archive.content"
_DAY: Final = timedelta(days=1)
_PLACE: Final = "序号"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A table of the archive, and the period it is of."""

    period: Period
    table: Table


def keep(
    session: Session,
    ledger: str,
    period: Period,
    *,
    term_id: UUID,
    live: Live,
    by_month: bool,
    actor_id: UUID | None,
    here: Here,
) -> None:
    """Put a ledger of a term into the archive, inside a transaction that is under way."""
    whole = live(period)
    kept = [Kept(period=period, table=whole)]
    if by_month:
        kept += [Kept(period=month, table=live(month)) for month in _months(period)]
    row = LedgerArchive(
        id=new_id(here.now),
        term_id=term_id,
        ledger=ledger,
        first_day=period.first,
        last_day=period.last,
        frozen_at=here.now,
        frozen_by_id=actor_id,
    )
    _seal(row, kept, here)
    session.add(row)


def read(session: Session, ledger: str, period: Period, *, live: Live, here: Here) -> Table:
    """Return a ledger of a period: what is frozen from the archive, the rest from the tables."""
    rows = session.scalars(
        select(LedgerArchive)
        .where(
            LedgerArchive.ledger == ledger,
            LedgerArchive.first_day <= period.last,
            LedgerArchive.last_day >= period.first,
        )
        .order_by(LedgerArchive.first_day)
    ).all()
    if not rows:
        return live(period)
    frozen = [_unseal(row, here) for row in rows]
    if not any(kept[0].table.marks for kept in frozen):
        return _added_up(frozen, period, live)
    return _joined([kept[0] for kept in frozen], period, live)


def blank_child(session: Session, child_id: UUID, here: Here) -> int:
    """Take what a child could be known by out of the archive, and return how many rows that were.

    Numbers stay, so that the totals go on being true.
    """
    blanked = 0
    for row in session.scalars(select(LedgerArchive)):
        kept = _unseal(row, here)
        whole = kept[0].table
        here_rows = sum(mark.child_id == child_id for mark in whole.marks)
        if here_rows:
            blanked += here_rows
            _seal(row, [replace(kept[0], table=_blanked(whole, child_id)), *kept[1:]], here)
    return blanked


def _blanked(whole: Table, child_id: UUID) -> Table:
    rows, marks = [], []
    for row, mark in zip(whole.rows, whole.marks, strict=True):
        is_theirs = mark.child_id == child_id
        rows.append(tuple(_without_words(row)) if is_theirs else row)
        marks.append(replace(mark, child_id=None) if is_theirs else mark)
    return replace(whole, rows=tuple(rows), marks=tuple(marks))


def _without_words(row: Row) -> Iterator[Cell]:
    return (DASH if isinstance(cell, str) else cell for cell in row)


def _added_up(frozen: Sequence[Sequence[Kept]], period: Period, live: Live) -> Table:
    """Return the table of just this period, where there is one and nothing else lies beside it."""
    for one in (one for kept in frozen for one in kept):
        is_within = period.first <= one.period.first and one.period.last <= period.last
        if is_within and not any(live(gap).rows for gap in _gaps(period, [one.period])):
            return one.table
    return live(period)


def _joined(frozen: Sequence[Kept], period: Period, live: Live) -> Table:
    if len(frozen) == 1 and frozen[0].period == period:
        return frozen[0].table
    parts = [(kept.period.first, kept.table) for kept in frozen]
    gaps = [(gap.first, live(gap)) for gap in _gaps(period, [kept.period for kept in frozen])]
    pairs = [
        (row, mark)
        for _, table in sorted([*parts, *gaps], key=lambda part: part[0])
        for row, mark in zip(table.rows, table.marks or (), strict=False)
        if period.first <= mark.day <= period.last
    ]
    head = live(Period(first=period.first, last=period.last))
    has_places = head.columns[0].label == _PLACE
    rows = [
        (place, *row[1:]) if has_places else row for place, (row, _) in enumerate(pairs, start=1)
    ]
    return replace(
        head,
        rows=tuple(rows),
        marks=tuple(mark for _, mark in pairs),
        totals=_sums(rows, len(head.columns)),
    )


def _sums(rows: Sequence[Row], width: int) -> Row:
    """Return the foot of what was joined: each column that has only numbers or dashes, added up."""
    sums: list[Cell] = ["合计"]
    for place in range(1, width):
        cells = [row[place] for row in rows]
        numbers = [cell for cell in cells if isinstance(cell, int | float)]
        is_sum = numbers and all(cell == DASH for cell in cells if isinstance(cell, str))
        sums.append(round(sum(numbers), 2) if is_sum else DASH)
    return tuple(sums)


def _gaps(period: Period, taken: Sequence[Period]) -> list[Period]:
    """Return what of a period lies outside of these others, which are in order."""
    gaps, first = [], period.first
    for one in taken:
        if one.first > first:
            gaps.append(Period(first=first, last=min(one.first - _DAY, period.last)))
        first = max(first, one.last + _DAY)
    if first <= period.last:
        gaps.append(Period(first=first, last=period.last))
    return gaps


def _months(period: Period) -> Iterator[Period]:
    first = period.first
    while first <= period.last:
        next_month = (first.replace(day=1) + 31 * _DAY).replace(day=1)
        yield Period(first=first, last=min(next_month - _DAY, period.last))
        first = next_month


def _seal(row: LedgerArchive, kept: Sequence[Kept], here: Here) -> None:
    text = json.dumps([_said(one) for one in kept], ensure_ascii=False, separators=(",", ":"))
    row.digest = _digest(text)
    packed = b64encode(zlib.compress(text.encode())).decode()  # a term has more than a value may
    row.content_cipher = vault.seal(
        packed, column=_COLUMN, row=row.id, key=here.settings.keys.field
    )


def _unseal(row: LedgerArchive, here: Here) -> list[Kept]:
    key = here.settings.keys.field
    packed = vault.unseal(row.content_cipher, column=_COLUMN, row=row.id, key=key)
    text = zlib.decompress(b64decode(packed)).decode()
    if not hmac.compare_digest(row.digest, _digest(text)):
        raise UnavailableError(TermEndProblem.ARCHIVE_DAMAGED)
    return [_heard(one) for one in json.loads(text)]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _said(one: Kept) -> dict[str, Any]:  # JSON at its edge
    table = one.table
    return {
        "first": one.period.first.isoformat(),
        "last": one.period.last.isoformat(),
        "head": [table.title, table.subtitle, table.top_line, table.bottom_line],
        "columns": [[column.label, column.width] for column in table.columns],
        "rows": [[_cell(cell) for cell in row] for row in table.rows],
        "totals": None if table.totals is None else [_cell(cell) for cell in table.totals],
        "marks": [
            [mark.day.isoformat(), None if mark.child_id is None else mark.child_id.hex]
            for mark in table.marks
        ],
    }


def _cell(cell: Cell) -> str | int | float | None:
    return cell if cell is None or isinstance(cell, str | int | float) else float(cell)


def _heard(said: dict[str, Any]) -> Kept:
    title, subtitle, top_line, bottom_line = said["head"]
    period = Period(first=date.fromisoformat(said["first"]), last=date.fromisoformat(said["last"]))
    table = Table(
        title=title,
        subtitle=subtitle,
        top_line=top_line,
        bottom_line=bottom_line,
        columns=tuple(TableColumn(label=label, width=width) for label, width in said["columns"]),
        rows=tuple(map(tuple, said["rows"])),
        totals=None if said["totals"] is None else tuple(said["totals"]),
        marks=tuple(
            RowMark(
                day=date.fromisoformat(day), child_id=None if child is None else UUID(hex=child)
            )
            for day, child in said["marks"]
        ),
    )
    return Kept(period=period, table=table)
