"""L7 图书总账 and L8 图书分类账: every copy that came in, and what stands in each class."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import groupby
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from kiosk.db import AnyRow
from kiosk.files.tables import Cell, Table
from kiosk.models.intake import IntakeBatch
from kiosk.models.lending import ItemWithdrawal
from kiosk.models.library import Item, Shelf, Title
from kiosk.models.people import Staff
from kiosk.rules.book_classes import class_of
from kiosk.rules.catalogue import TitleKind
from kiosk.rules.intake import BatchKind
from kiosk.services import stock_days
from kiosk.services.here import Here
from kiosk.services.ledger_paper import DASH, NONE, Period, Row, filled
from kiosk.services.stock_days import had_on

_BOOKS: Final = (
    "day",
    "numbers",
    "class_mark",
    "title",
    "author",
    "publisher",
    "isbn",
    "unit",
    "price",
    "copies",
    "value",
    "source",
    "accepted_by",
    "received_by",
    "remark",
)
_CLASSES: Final = (
    "class_mark",
    "title",
    "copies",
    "price",
    "shelf",
    "day",
    "class_copies",
    "class_value",
)
SOURCES: Final = {
    BatchKind.PURCHASE: "购置",
    BatchKind.DONATION: "捐赠",
    BatchKind.ALLOTMENT: "配发",
}
UNITS: Final = {TitleKind.BOOK: "册", TitleKind.PERIODICAL: "期", TitleKind.GAME: "件"}
_UNSORTED: Final = "未分类"
_FEN: Final = 100
_accepter, _receiver = aliased(Staff), aliased(Staff)
_ITEMS: Final = (
    select(
        Item.accession_no,
        Item.added_on,
        Item.status,
        Item.issue,
        Item.batch_id,
        Item.price_fen,
        Item.price_reason,
        Title.id.label("title_id"),
        Title.name,
        Title.kind,
        Title.author,
        Title.publisher,
        Title.isbn,
        Title.csbn,
        Title.issn,
        Title.class_mark,
        Title.price_fen.label("title_price_fen"),
        Shelf.name.label("shelf"),
        IntakeBatch.kind.label("source"),
        _accepter.display_name.label("accepted_by"),
        _receiver.display_name.label("received_by"),
        ItemWithdrawal.withdrawn_on,
    )
    .join(Title, Title.id == Item.title_id)
    .outerjoin(Shelf, Shelf.id == Item.shelf_id)
    .outerjoin(
        ItemWithdrawal,
        (ItemWithdrawal.item_id == Item.id) & ItemWithdrawal.back_on.is_(None),
    )
    .outerjoin(IntakeBatch, IntakeBatch.id == Item.batch_id)
    .outerjoin(_accepter, _accepter.id == IntakeBatch.accepted_by_id)
    .outerjoin(_receiver, _receiver.id == IntakeBatch.received_by_id)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """Copies of one title with numbers one after the other, all that came in at once."""

    first: AnyRow
    last_no: str
    copies: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stock:
    """What the house had on a day; the value in fen, of what has a price."""

    copies: int = 0
    value: int = 0
    priced: int = 0

    def with_more(self, rows: Sequence[AnyRow]) -> "_Stock":
        prices = [price for row in rows if (price := price_of(row)) is not None]
        copies, priced = self.copies + len(rows), self.priced + len(prices)
        return _Stock(copies=copies, value=self.value + sum(prices), priced=priced)

    @property
    def said(self) -> str:
        """Return the value as the ledgers have it: none where no copy has a price."""
        return money(None if self.copies and not self.priced else self.value)


def books(session: Session, period: Period, *, here: Here) -> Table:
    """Return L7 of a period: what the house had before, and what was registered in it.

    Copies of one title are one line. Those withdrawn since nobody knows when stand in a line of
    their own that counts nothing: what came, less what went, is what the stock changed by.
    """
    rows = session.execute(
        _ITEMS.where(Item.added_on.between(period.first, period.last)).order_by(
            Item.added_on, Item.accession_no
        )
    ).all()
    before = _stock(session, period.first - timedelta(days=1))
    after = _stock(session, period.last)
    counted = [row for row in rows if stock_days.is_counted(row)]
    both = before.with_more(counted)
    back = stock_days.back_since(session, period.first, period.last)
    table = filled(
        "L7",
        _BOOKS,
        [_carried(period, before), *(_book_row(run) for run in _runs(rows))],
        totals=("合计", *[DASH] * 8, both.copies, both.said, *[DASH] * 4),
        period=period,
        here=here,
        counted={
            "new": len(counted),
            "gone": both.copies + back - after.copies,
            "beside": stock_days.beside(session, back, period.last),
            "last_day": period.last.isoformat(),
            "stock": after.copies,
            "value": after.said,
        },
    )
    return replace(table, carried=1)


def classes(session: Session, period: Period, *, here: Here) -> Table:
    """Return L8 on the last day of a period: what the house has, class by class."""
    rows = session.execute(
        _ITEMS.where(had_on(period.last)).order_by(Item.added_on, Item.accession_no)
    ).all()
    ordered = sorted(rows, key=lambda row: (class_name(row), row.name, row.title_id))
    lines: list[Row] = []
    for name, group in groupby(ordered, key=class_name):
        lines += _class_rows(name, list(group))
    return filled(
        "L8",
        _CLASSES,
        lines,
        totals=("合计", DASH, len(rows), *[DASH] * 3, len(rows), _Stock().with_more(rows).said),
        period=period,
        here=here,
    )


def price_of(row: AnyRow) -> int | None:
    """Return the price of a copy in fen: its own, else that of its title."""
    found: int | None = row.title_price_fen if row.price_fen is None else row.price_fen
    return found


def money(fen: int | None) -> str:
    return DASH if fen is None else f"{fen // _FEN}.{fen % _FEN:02}"


def class_name(row: AnyRow) -> str:
    """Return the class of a title as L8 has it: `I 文学`."""
    found = class_of(row.class_mark)
    return _UNSORTED if found is None else f"{found.letter} {found.name}"


def _runs(rows: Sequence[AnyRow]) -> Iterator[_Run]:
    """Yield copies that differ in nothing but their number, as long as the numbers go on."""
    begun: _Run | None = None
    for row in rows:
        if begun is not None and _goes_on(begun, row):
            begun = _Run(first=begun.first, last_no=row.accession_no, copies=begun.copies + 1)
            continue
        if begun is not None:
            yield begun
        begun = _Run(first=row, last_no=row.accession_no, copies=1)
    if begun is not None:
        yield begun


def _goes_on(run: _Run, row: AnyRow) -> bool:
    last, this = run.last_no, row.accession_no
    is_next = last.isdecimal() and this.isdecimal() and int(this) == int(last) + 1
    return is_next and _kind_of(run.first) == _kind_of(row)


def _kind_of(row: AnyRow) -> tuple[object, ...]:
    return (
        row.title_id,
        row.added_on,
        row.batch_id,
        price_of(row),
        row.issue,
        stock_days.gone_words(row, 1),
        row.price_reason,
    )


def _carried(period: Period, stock: _Stock) -> Row:
    """Return the first line: what the house had before the period."""
    said: dict[str, Cell] = {
        "day": period.first.isoformat(),
        "title": "上期结存",
        "unit": UNITS[TitleKind.BOOK],
        "copies": stock.copies,
        "value": stock.said,
        "remark": NONE,
    }
    return tuple(said.get(key, DASH) for key in _BOOKS)


def _book_row(run: _Run) -> Row:
    row, price = run.first, price_of(run.first)
    value = None if price is None or not stock_days.is_counted(row) else price * run.copies
    numbers = row.accession_no if run.copies == 1 else f"{row.accession_no}—{run.last_no}"
    return (
        row.added_on.isoformat(),
        numbers,
        row.class_mark or DASH,
        row.name,
        row.author or DASH,
        row.publisher or DASH,
        row.isbn or row.csbn or row.issn or NONE,
        UNITS[row.kind],
        money(price),
        run.copies if stock_days.is_counted(row) else DASH,
        money(value),
        DASH if row.source is None else SOURCES[row.source],
        row.accepted_by or DASH,
        row.received_by or DASH,
        _note(row, run.copies),
    )


def _note(row: AnyRow, copies: int) -> str:
    parts = (
        stock_days.gone_words(row, copies),
        f"第{row.issue}期" if row.issue else None,
        f"价格更正：{row.price_reason}" if row.price_reason else None,
    )
    return "；".join(part for part in parts if part) or NONE


def _class_rows(name: str, rows: Sequence[AnyRow]) -> Iterator[Row]:
    """Yield the lines of a class; the last of them has its sum."""
    by_line: dict[tuple[object, ...], list[AnyRow]] = {}
    for row in rows:
        by_line.setdefault((row.title_id, price_of(row), row.shelf, row.added_on), []).append(row)
    value = _Stock().with_more(rows).said
    for place, same in enumerate(by_line.values(), start=1):
        first, is_last = same[0], place == len(by_line)
        yield (
            name,
            first.name,
            len(same),
            money(price_of(first)),
            first.shelf or DASH,
            first.added_on.isoformat(),
            len(rows) if is_last else DASH,
            value if is_last else DASH,
        )


def _stock(session: Session, day: date) -> _Stock:
    rows = session.execute(
        select(Item.price_fen, Title.price_fen.label("title_price_fen"))
        .join(Title, Title.id == Item.title_id)
        .where(had_on(day))
    ).all()
    return _Stock().with_more(rows)
