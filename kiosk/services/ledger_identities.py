"""What several ledgers say of the same thing is the same: asked before they are handed out."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from kiosk.files.tables import Cell, Table
from kiosk.services import ledgers
from kiosk.services.here import Here
from kiosk.services.ledger_paper import DASH, Period
from kiosk.services.ledgers import Ledger


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """What the one ledger says, and what the other."""

    identity: Identity
    one: Ledger
    other: Ledger
    says: int
    other_says: int

    @property
    def holds(self) -> bool:
        return self.says == self.other_says


@dataclass(frozen=True, slots=True, kw_only=True)
class _Side:
    """Where a ledger says it: below a column, or as the number of its rows."""

    ledger: Ledger
    read: Callable[[Table], int]


class Tally:
    """Hears one ledger after another, as they are known in the school, and keeps the counts."""

    def __init__(self) -> None:
        """Begin without having heard of any."""
        self._says: dict[tuple[Identity, Ledger], int] = {}

    def hear(self, which: Ledger, table: Table) -> None:
        """Note what a ledger says; it need not be kept."""
        for identity, sides in _SIDES.items():
            for side in sides:
                if side.ledger is which:
                    self._says[identity, which] = side.read(table)

    def agreements(self) -> tuple[Agreement, ...]:
        """Return every identity, whether it holds or not, once each of its ledgers was heard."""
        return tuple(
            Agreement(
                identity=identity,
                one=one.ledger,
                other=other.ledger,
                says=self._says[identity, one.ledger],
                other_says=self._says[identity, other.ledger],
            )
            for identity, (one, other) in _SIDES.items()
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
}
