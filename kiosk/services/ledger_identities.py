"""What several ledgers say of the same thing is the same: asked before they are handed out."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeAlias

from kiosk.files.tables import Cell, Table
from kiosk.rules.call_states import CallState
from kiosk.rules.few import FEW_SAID
from kiosk.services import ledgers
from kiosk.services.here import Here
from kiosk.services.ledger_calls import REACHED
from kiosk.services.ledger_paper import DASH, Period
from kiosk.services.ledgers import Ledger

# What a ledger says of each month; of the whole period, of the month "". None is not told.
Says: TypeAlias = Mapping[str, int | None]
_WHOLE: Final = ""


class Identity(StrEnum):
    """Which two ledgers have to agree, and in what."""

    VISITS = "visits"
    LOANS = "loans"
    CALLS = "calls"
    CALL_BOOKS = "call-books"
    CLASS_VISITS = "class-visits"
    CLASS_VISITORS = "class-visitors"
    CLASS_CALLS = "class-calls"
    CLASS_LOANS = "class-loans"
    DONATIONS = "donations"
    STOCK = "stock"
    LOSSES = "losses"
    CHECKS = "checks"
    MONTH_VISITS = "month-visits"
    MONTH_LOANS = "month-loans"
    MONTH_CALLS = "month-calls"
    MONTH_ACTIVITIES = "month-activities"


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """What the one ledger says, and what the other, of the whole period or of a month of it."""

    identity: Identity
    one: Ledger
    other: Ledger
    says: int
    other_says: int
    month: str = _WHOLE

    @property
    def holds(self) -> bool:
        return self.says == self.other_says


@dataclass(frozen=True, slots=True, kw_only=True)
class _Side:
    """Where a ledger says it: below a column, as the number of its rows, or month by month."""

    ledger: Ledger
    read: Callable[[Table], int | Says]


class Tally:
    """Hears one ledger after another, as they are known in the school, and keeps the counts."""

    def __init__(self) -> None:
        """Begin without having heard of any."""
        self._says: dict[tuple[Identity, Ledger], Says] = {}

    def hear(self, which: Ledger, table: Table) -> None:
        """Note what a ledger says; it need not be kept."""
        for identity, sides in _SIDES.items():
            for side in sides:
                if side.ledger is which:
                    said = side.read(table)
                    self._says[identity, which] = {_WHOLE: said} if isinstance(said, int) else said

    def agreements(self) -> tuple[Agreement, ...]:
        """Return every identity, whether it holds or not, once each of its ledgers was heard."""
        return tuple(
            agreement
            for identity, (one, other) in _SIDES.items()
            for agreement in self._months(identity, one.ledger, other.ledger)
        )

    def _months(self, identity: Identity, one: Ledger, other: Ledger) -> Iterator[Agreement]:
        """Yield an identity for each part that either ledger has, unless one does not tell it."""
        says, other_says = self._says[identity, one], self._says[identity, other]
        for month in sorted({*says, *other_says}):
            count, other_count = says.get(month, 0), other_says.get(month, 0)
            if count is not None and other_count is not None:
                yield Agreement(
                    identity=identity,
                    one=one,
                    other=other,
                    says=count,
                    other_says=other_count,
                    month=month,
                )

    def broken(self) -> tuple[Agreement, ...]:
        """Return the identities that do not hold."""
        return tuple(one for one in self.agreements() if not one.holds)


def check(period: Period, *, here: Here) -> tuple[Agreement, ...]:
    """Return every identity of a period, whether it holds or not."""
    tally = Tally()
    for which in dict.fromkeys(side.ledger for sides in _SIDES.values() for side in sides):
        tally.hear(which, ledgers.known_here(which, period, here=here))
    return tally.agreements()


def broken(period: Period, *, here: Here) -> tuple[Agreement, ...]:
    """Return the identities that do not hold."""
    return tuple(one for one in check(period, here=here) if not one.holds)


def _below(key: str) -> Callable[[Table], int]:
    def read(table: Table) -> int:
        places = [place for place, column in enumerate(table.columns) if column.key == key]
        return _number((table.totals or ())[places[0]]) if table.totals and places else 0

    return read


def _monthly(key: str) -> Callable[[Table], Says]:
    """Return what reads a column of L21, whose first figure is the count."""

    def read(table: Table) -> Says:
        first = ((month, str(cell).split("/")[0]) for month, cell in _cells(table, "month", key))
        return {month: None if said == FEW_SAID else _number(said) for month, said in first}

    return read


def _by_month(
    key: str, count: Callable[[Cell], int], *, day: str = "day"
) -> Callable[[Table], Says]:
    """Return what adds up a column, row by row, in the month of each row's day."""

    def read(table: Table) -> Says:
        found: Counter[str] = Counter()
        for on, cell in _cells(table, day, key):
            found[on[: len("2026-11")]] += count(cell)
        return found

    return read


def _cells(table: Table, head: str, key: str) -> Iterator[tuple[str, Cell]]:
    keys = [column.key for column in table.columns]
    at, place = keys.index(head), keys.index(key)
    return ((str(row[at]), row[place]) for row in table.rows)


def _loans_of_children(table: Table) -> Says:
    """Return the loans of L6 by month, without those of a class or a teacher.

    A child that nobody knows of any more is a dash.
    """
    found: Counter[str] = Counter()
    for (on, reader), mark in zip(_cells(table, "day", "reader"), table.marks, strict=True):
        found[on[: len("2026-11")]] += mark.child_id is not None or reader == DASH
    return found


def _checks(table: Table) -> int:
    """Return what the foot of L17 says."""
    said = re.search(r"检查 (\d+) 次", " ".join(map(str, table.totals or ())))
    return 0 if said is None else int(said[1])


def _checked(table: Table) -> int:
    """Return the openings of L1 that have a check, whatever it found."""
    return sum(cell not in {DASH, None} for _, cell in _cells(table, "day", "safety"))


def _one(cell: Cell) -> int:
    del cell  # a row is a row
    return 1


def _is_done(cell: Cell) -> int:
    return int(cell == REACHED[CallState.DONE])


def _rows(table: Table) -> int:
    return len(table.rows)


def _books(table: Table) -> int:
    """Return the books of L11, which stand among other goods."""
    keys = [column.key for column in table.columns]
    thing, quantity = keys.index("thing"), keys.index("quantity")
    return sum(_number(row[quantity]) for row in table.rows if row[thing] == "图书")


def _in_stock(table: Table) -> int:
    """Return what the foot of L7 says the house holds."""
    found = re.search(r"馆藏 (\d+) 册", table.bottom_line or "")
    return 0 if found is None else int(found[1])


def _went(table: Table) -> int:
    """Return how many copies the foot of L7 says went in the period."""
    found = re.search(r"剔除 (\d+) 册", table.bottom_line or "")
    return 0 if found is None else int(found[1])


def _number(cell: Cell) -> int:
    """Return the count in a cell: `12`, `12 人次`, `12(80%)`; a dash is none."""
    if isinstance(cell, int | float):
        return int(cell)
    figures = str(cell or DASH).replace("(", " ").split()[0]
    return int(figures) if figures.isdecimal() else 0


_SIDES: Final[Mapping[Identity, tuple[_Side, _Side]]] = {
    Identity.VISITS: (
        _Side(ledger=Ledger.OPENINGS, read=_below("visits")),
        _Side(ledger=Ledger.VISITS, read=_below("came_at")),
    ),
    Identity.LOANS: (
        _Side(ledger=Ledger.OPENINGS, read=_below("lent")),
        _Side(ledger=Ledger.LOANS, read=_rows),
    ),
    Identity.CALLS: (
        _Side(ledger=Ledger.OPENINGS, read=_below("calls")),
        _Side(ledger=Ledger.CALLS, read=_below("outcome")),
    ),
    Identity.CALL_BOOKS: (
        _Side(ledger=Ledger.CALLS, read=_below("outcome")),
        _Side(ledger=Ledger.CALL_BOOKS, read=_below("outcome")),
    ),
    Identity.CLASS_VISITS: (
        _Side(ledger=Ledger.VISITS, read=_below("came_at")),
        _Side(ledger=Ledger.STATISTICS, read=_below("visits")),
    ),
    Identity.CLASS_VISITORS: (
        _Side(ledger=Ledger.VISITS, read=_below("child")),
        _Side(ledger=Ledger.STATISTICS, read=_below("visitors")),
    ),
    Identity.CLASS_CALLS: (
        _Side(ledger=Ledger.CALLS, read=_below("outcome")),
        _Side(ledger=Ledger.STATISTICS, read=_below("calls")),
    ),
    Identity.CLASS_LOANS: (
        _Side(ledger=Ledger.READERS, read=_below("loans")),
        _Side(ledger=Ledger.STATISTICS, read=_below("loans")),
    ),
    Identity.DONATIONS: (
        _Side(ledger=Ledger.DONATIONS, read=_books),
        _Side(ledger=Ledger.DONATED_BOOKS, read=_below("copies")),
    ),
    Identity.STOCK: (
        _Side(ledger=Ledger.BOOKS, read=_in_stock),
        _Side(ledger=Ledger.CLASSES, read=_below("copies")),
    ),
    Identity.LOSSES: (
        _Side(ledger=Ledger.BOOKS, read=_went),
        _Side(ledger=Ledger.LOSSES, read=_rows),
    ),
    Identity.CHECKS: (
        _Side(ledger=Ledger.SAFETY, read=_checks),
        _Side(ledger=Ledger.OPENINGS, read=_checked),
    ),
    Identity.MONTH_VISITS: (
        _Side(ledger=Ledger.MONTHS, read=_monthly("visits")),
        _Side(ledger=Ledger.OPENINGS, read=_by_month("visits", _number)),
    ),
    Identity.MONTH_LOANS: (
        _Side(ledger=Ledger.MONTHS, read=_monthly("loans")),
        _Side(ledger=Ledger.LOANS, read=_loans_of_children),
    ),
    Identity.MONTH_CALLS: (
        _Side(ledger=Ledger.MONTHS, read=_monthly("calls")),
        _Side(ledger=Ledger.CALLS, read=_by_month("outcome", _is_done)),
    ),
    Identity.MONTH_ACTIVITIES: (
        _Side(ledger=Ledger.MONTHS, read=_monthly("activities")),
        _Side(ledger=Ledger.ACTIVITIES, read=_by_month("title", _one, day="time")),
    ),
}
