"""The ledgers of a term as they were at its end: sealed, read again, and blanked for one child.

A ledger whose rows are of a day is kept whole, so that any part of the term can be read from it;
one that adds up (L10) is kept for the term and for each of its months.
"""

import hashlib
import hmac
import json
import zlib
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final, TypeAlias
from uuid import UUID, uuid4

from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from kiosk.errors import UnavailableError
from kiosk.files.tables import Cell, RowMark, Table, TableColumn
from kiosk.ids import new_id
from kiosk.models.stocktake import LedgerArchive
from kiosk.rules.term_end import TermEndProblem
from kiosk.services import archive_blanks, free_words, vault
from kiosk.services.here import Here
from kiosk.services.ledger_paper import Period, Row

# Builds a ledger of a period from the tables.
Live: TypeAlias = Callable[[Period], Table]
# Makes the foot of rows and their marks.
Totals: TypeAlias = Callable[[Sequence[Row], Sequence[RowMark]], Row]

_COLUMN: Final = "ledger_archive.content"
_DAY: Final = timedelta(days=1)
_PLACE: Final = "序号"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A table of the archive, and the period it is of."""

    period: Period
    table: Table


def sealed(
    ledger: str,
    period: Period,
    *,
    term_id: UUID,
    live: Live,
    parts: Iterable[Period],
    actor_id: UUID | None,
    here: Here,
) -> LedgerArchive:
    """Return a ledger of a term for the archive: of the whole period, and of `parts` besides.

    It reads and seals, which takes its time, and writes nothing.
    """
    kept = [Kept(period=one, table=live(one)) for one in dict.fromkeys((period, *parts))]
    row = LedgerArchive(
        id=new_id(here.now),
        term_id=term_id,
        ledger=ledger,
        first_day=period.first,
        last_day=period.last,
        frozen_at=here.now,
        frozen_by_id=actor_id,
    )
    row.content_cipher, row.digest = _sealed(row.id, kept, here)
    return row


def months(period: Period) -> Iterator[Period]:
    """Yield the months of a period, or what of them lies in it."""
    first = period.first
    while first <= period.last:
        next_month = (first.replace(day=1) + 31 * _DAY).replace(day=1)
        yield Period(first=first, last=min(next_month - _DAY, period.last))
        first = next_month


def read(
    session: Session, ledger: str, period: Period, *, live: Live, totals: Totals | None, here: Here
) -> Table:
    """Return a ledger of a period: what is frozen from the archive, the rest from the tables.

    `totals` makes the foot of any rows of the ledger; without it the ledger only adds up.
    """
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
    if totals is None:
        return _added_up(frozen, period, live)
    return _joined([kept[0] for kept in frozen], period, live, totals)


@dataclass(frozen=True, slots=True, kw_only=True)
class WithoutChild:
    """The ledgers of the archive that are to be kept instead, by key, and how many rows it is.

    `seen` is the archive that they were made from: key and digest of each ledger.
    """

    instead: Mapping[UUID, tuple[bytes, str]]
    rows: int
    seen: frozenset[tuple[UUID, str]]


def without_child(session: Session, child_id: UUID, here: Here) -> WithoutChild:
    """Return the archive without what a child could be known by; it writes nothing.

    Numbers stay, and a number that means nothing outside stands for the child in one ledger, so
    that how many children came goes on being true.
    """
    instead, seen, blanked = {}, set(), 0
    name = free_words.name_of(session, child_id)
    for row in session.scalars(select(LedgerArchive)):
        seen.add((row.id, row.digest))
        kept = _unseal(row, here)
        nobody = uuid4()
        without = [
            replace(
                one, table=archive_blanks.without(row.ledger, one.table, child_id, nobody, name)
            )
            for one in kept
        ]
        if without != kept:
            blanked += sum(mark.child_id == child_id for mark in kept[0].table.marks)
            instead[row.id] = _sealed(row.id, without, here)
    return WithoutChild(instead=instead, rows=blanked, seen=frozenset(seen))


def lock(session: Session) -> None:
    """Let nobody else write the archive before the commit: the first word of a transaction."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("LOCK TABLE ledger_archive IN SHARE ROW EXCLUSIVE MODE"))


def keep(session: Session, ready: WithoutChild) -> bool:
    """Put ledgers in the place of others; return False where the archive has changed since."""
    rows = session.execute(select(LedgerArchive.id, LedgerArchive.digest))
    if {(row.id, row.digest) for row in rows} != ready.seen:
        return False
    for key, (cipher, digest) in ready.instead.items():
        session.execute(
            update(LedgerArchive)
            .where(LedgerArchive.id == key)
            .values(content_cipher=cipher, digest=digest)
        )
    return True


def _added_up(frozen: Sequence[Sequence[Kept]], period: Period, live: Live) -> Table:
    """Return the table of just this period, where there is one and nothing else lies beside it."""
    for one in (one for kept in frozen for one in kept):
        is_within = period.first <= one.period.first and one.period.last <= period.last
        gaps = _gaps(period, [one.period]) if is_within else []
        if is_within and not any(_tells(live(gap)) for gap in gaps):
            return one.table
    return live(period)


def _tells(table: Table) -> bool:
    return len(table.rows) > table.carried


def _joined(frozen: Sequence[Kept], period: Period, live: Live, totals: Totals) -> Table:
    if len(frozen) == 1 and frozen[0].period == period:
        return frozen[0].table
    parts = [(kept.period.first, kept.table) for kept in frozen]
    gaps = [(gap.first, live(gap)) for gap in _gaps(period, [kept.period for kept in frozen])]
    pairs = [
        (row, mark)
        for _, table in sorted([*parts, *gaps], key=lambda part: part[0])
        for row, mark in zip(table.rows, table.marks, strict=True)
        if period.first <= mark.day <= period.last
    ]
    head = live(Period(first=period.first, last=period.last))
    has_places = head.columns[0].label == _PLACE
    rows = [
        (place, *row[1:]) if has_places else row for place, (row, _) in enumerate(pairs, start=1)
    ]
    marks = tuple(mark for _, mark in pairs)
    return replace(head, rows=tuple(rows), marks=marks, totals=totals(rows, marks))


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


def _sealed(row_id: UUID, kept: Sequence[Kept], here: Here) -> tuple[bytes, str]:
    said = json.dumps([_said(one) for one in kept], ensure_ascii=False, separators=(",", ":"))
    packed = b64encode(zlib.compress(said.encode())).decode()  # a term has more than a value may
    cipher = vault.seal(packed, column=_COLUMN, row=row_id, key=here.settings.keys.field)
    return cipher, _digest(said)


def _unseal(row: LedgerArchive, here: Here) -> list[Kept]:
    key = here.settings.keys.field
    packed = vault.unseal(row.content_cipher, column=_COLUMN, row=row.id, key=key)
    said = zlib.decompress(b64decode(packed)).decode()
    if not hmac.compare_digest(row.digest, _digest(said)):
        raise UnavailableError(TermEndProblem.ARCHIVE_DAMAGED)
    return [_heard(one) for one in json.loads(said)]


def _digest(said: str) -> str:
    return hashlib.sha256(said.encode()).hexdigest()


def _said(one: Kept) -> dict[str, Any]:  # JSON at its edge
    table = one.table
    return {
        "first": one.period.first.isoformat(),
        "last": one.period.last.isoformat(),
        "head": [table.title, table.subtitle, table.top_line, table.bottom_line],
        "columns": [[column.label, column.width] for column in table.columns],
        "rows": [[_cell(cell) for cell in row] for row in table.rows],
        "counted": dict(table.counted),
        "carried": table.carried,
        "totals": None if table.totals is None else [_cell(cell) for cell in table.totals],
        "marks": [
            [
                mark.day.isoformat(),
                None if mark.child_id is None else mark.child_id.hex,
                mark.times,
                [child_id.hex for child_id in mark.children],
            ]
            for mark in table.marks
        ],
    }


def _cell(cell: Cell) -> str | int | float | list[str] | None:
    return [str(cell)] if isinstance(cell, Decimal) else cell  # 12.50 stays 12.50


def _uncell(said: str | float | list[str] | None) -> Cell:
    return Decimal(said[0]) if isinstance(said, list) else said


def _heard(said: dict[str, Any]) -> Kept:
    title, subtitle, top_line, bottom_line = said["head"]
    period = Period(first=date.fromisoformat(said["first"]), last=date.fromisoformat(said["last"]))
    table = Table(
        title=title,
        subtitle=subtitle,
        top_line=top_line,
        bottom_line=bottom_line,
        counted=said.get("counted", {}),  # an older archive has none
        carried=said.get("carried", 0),
        columns=tuple(TableColumn(label=label, width=width) for label, width in said["columns"]),
        rows=tuple(tuple(map(_uncell, row)) for row in said["rows"]),
        totals=None if said["totals"] is None else tuple(map(_uncell, said["totals"])),
        marks=tuple(
            RowMark(
                day=date.fromisoformat(day),
                child_id=None if child is None else UUID(hex=child),
                times=times,
                children=tuple(UUID(hex=one) for one in children),
            )
            for day, child, times, children in said["marks"]
        ),
    )
    return Kept(period=period, table=table)
