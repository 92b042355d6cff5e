"""L11 捐赠登记表 and the list of books that belongs to it (捐赠图书清单)."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from kiosk.db import AnyRow, AnySelect
from kiosk.files.tables import Table
from kiosk.models.intake import BatchGoods, BatchNotTaken, IntakeBatch
from kiosk.models.library import Item, Title
from kiosk.models.people import Staff
from kiosk.rules.intake import BatchKind
from kiosk.services import batches
from kiosk.services.here import Here
from kiosk.services.ledger_paper import DASH, NONE, Period, Row, filled
from kiosk.services.ledger_stock import money, price_of

_DONATIONS: Final = (
    "place",
    "day",
    "donor",
    "contact",
    "thing",
    "spec",
    "unit",
    "quantity",
    "price",
    "value",
    "use",
    "received_by",
    "accepted_by",
    "remark",
)
_BOOKS: Final = (
    "place",
    "title",
    "isbn",
    "copies",
    "numbers",
)
_CONTACT: Final = _DONATIONS.index("contact")
_SEALED: Final = "已登记"
_receiver, _accepter = aliased(Staff), aliased(Staff)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Thing:
    """One line of what was given; prices are in fen, `value` is that of all of them."""

    name: str
    spec: str
    unit: str
    quantity: int
    price: int | None
    value: int | None
    use: str
    note: str


def donations(session: Session, period: Period, *, here: Here) -> Table:
    """Return L11 of a period: the books of a donation in one line, each of its goods in another."""
    found = session.execute(_batches(period, here)).all()
    lines = [(batch, thing) for batch in found for thing in _things(session, batch.IntakeBatch.id)]
    value = sum(thing.value or 0 for _, thing in lines)
    count = sum(thing.quantity for _, thing in lines)
    return filled(
        "L11",
        _DONATIONS,
        [_row(place, *line, here) for place, line in enumerate(lines, start=1)],
        totals=(
            "合计",
            DASH,
            f"{len(found)} 批",
            *[DASH] * 4,
            count,
            DASH,
            money(value),
            *[DASH] * 4,
        ),
        period=period,
        here=here,
    )


def to_look_at(donations: Table) -> Table:
    """Return L11 as a page shows it, of which the audit knows nothing: without the contacts."""
    return replace(
        donations,
        rows=tuple(
            tuple(
                _SEALED if place == _CONTACT and cell != DASH else cell
                for place, cell in enumerate(row)
            )
            for row in donations.rows
        ),
    )


def books(session: Session, period: Period, *, here: Here) -> Table:
    """Return the annexed list: the titles of the donations of a period, donation by donation."""
    rows = session.execute(_titles(period, here)).all()
    return filled(
        "L11A",
        _BOOKS,
        [
            (
                place,
                row.name,
                row.isbn or row.csbn or row.issn or NONE,
                row.copies,
                row.first_no if row.copies == 1 else f"{row.first_no}—{row.last_no}",
            )
            for place, row in enumerate(rows, start=1)
        ],
        totals=("合计", f"{len(rows)} 种", DASH, sum(row.copies for row in rows), DASH),
        period=period,
        here=here,
    )


def _batches(period: Period, here: Here) -> AnySelect:
    people = (
        _receiver.display_name.label("received_by"),
        _accepter.display_name.label("accepted_by"),
    )
    return (
        _ours(select(IntakeBatch, *people), period, here)
        .outerjoin(_receiver, _receiver.id == IntakeBatch.received_by_id)
        .outerjoin(_accepter, _accepter.id == IntakeBatch.accepted_by_id)
        .order_by(IntakeBatch.on_date, IntakeBatch.id)
    )


def _titles(period: Period, here: Here) -> AnySelect:
    columns = select(
        Title.name,
        Title.isbn,
        Title.csbn,
        Title.issn,
        func.count(Item.id).label("copies"),
        func.min(Item.accession_no).label("first_no"),
        func.max(Item.accession_no).label("last_no"),
    )
    return (
        _ours(columns, period, here)
        .join(Item, Item.batch_id == IntakeBatch.id)
        .join(Title, Title.id == Item.title_id)
        .group_by(IntakeBatch.id, Title.id)
        .order_by(func.min(IntakeBatch.on_date), IntakeBatch.id, func.min(Item.accession_no))
    )


def _ours(columns: AnySelect, period: Period, here: Here) -> AnySelect:
    return columns.select_from(IntakeBatch).where(
        IntakeBatch.home_id == here.home_id,
        IntakeBatch.kind == BatchKind.DONATION,
        IntakeBatch.on_date.between(period.first, period.last),
    )


def _things(session: Session, batch_id: UUID) -> Iterator[_Thing]:
    """Yield what a batch has: its books in one line, then its goods."""
    items = session.execute(
        select(Item.price_fen, Title.price_fen.label("title_price_fen"), Title.id)
        .join(Title, Title.id == Item.title_id)
        .where(Item.batch_id == batch_id)
    ).all()
    if items:
        prices = [fen for row in items if (fen := price_of(row)) is not None]
        left = session.scalar(select(func.count()).where(BatchNotTaken.batch_id == batch_id))
        yield _Thing(
            name="图书",
            spec=f"{len({row.id for row in items})} 种",
            unit="册",
            quantity=len(items),
            price=None,
            value=sum(prices) if prices else None,
            use="图书借阅",
            note=f"未收 {left} 册" if left else NONE,
        )
    yield from _goods(session, batch_id)


def _goods(session: Session, batch_id: UUID) -> Iterator[_Thing]:
    goods = session.scalars(
        select(BatchGoods).where(BatchGoods.batch_id == batch_id).order_by(BatchGoods.name)
    )
    for one in goods:
        yield _Thing(
            name=one.name,
            spec=one.spec or DASH,
            unit=one.unit,
            quantity=one.quantity,
            price=one.price_fen,
            value=None if one.price_fen is None else one.price_fen * one.quantity,
            use=one.used_for or DASH,
            note=NONE,
        )


def _row(place: int, batch: AnyRow, thing: _Thing, here: Here) -> Row:
    sealed = batch.IntakeBatch.donor_contact_cipher
    return (
        place,
        batch.IntakeBatch.on_date.isoformat(),
        batch.IntakeBatch.donor,
        DASH if sealed is None else batches.contact_of(sealed, batch.IntakeBatch.id, here),
        thing.name,
        thing.spec,
        thing.unit,
        thing.quantity,
        money(thing.price),
        money(thing.value),
        thing.use,
        batch.received_by or DASH,
        batch.accepted_by or DASH,
        thing.note,
    )
