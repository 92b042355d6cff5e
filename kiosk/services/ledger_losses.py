"""L9 图书报损账 and L19 报废物品申报表: what the room has a book less by, and what shall go."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, null, or_, select
from sqlalchemy.orm import Session, aliased

from kiosk.db import AnyRow
from kiosk.files.tables import Cell, Table
from kiosk.models.lending import ItemCase, ItemWithdrawal
from kiosk.models.library import Item, Title
from kiosk.models.people import Staff
from kiosk.rules import book_classes
from kiosk.rules.item_cases import CaseEnd, CaseKind, writes_off
from kiosk.services.here import Here
from kiosk.services.ledger_paper import DASH, TO_SIGN, Period, Row, day_of, filled

_LOSSES: Final = (
    "class_mark",
    "title",
    "number",
    "price",
    "day",
    "value",
    "reason",
    "handler",
    "approver",
)
_SCRAP: Final = (
    "thing",
    "quantity",
    "reason",
    "keeper",
    "head",
    "school_head",
)
_BEFELL: Final = {
    CaseKind.LOST: "遗失",
    CaseKind.DAMAGED: "破损",
    CaseKind.MISSING: "缺失",
    CaseKind.WORN_OUT: "陈旧破烂",
}
_SETTLED: Final = {
    CaseEnd.REPLACED: "换书",
    CaseEnd.PARDONED: "免予追究",
    CaseEnd.WITHDRAWN: "剔除",
}
_handler, _approver = aliased(Staff), aliased(Staff)
_CASES: Final = (
    select(
        ItemCase,
        Item.id.label("item_id"),
        Item.accession_no,
        Item.price_fen,
        Title.name,
        Title.class_mark,
        Title.price_fen.label("title_price_fen"),
        _handler.display_name.label("handler"),
        _approver.display_name.label("approver"),
    )
    .join(Item, Item.id == ItemCase.item_id)
    .join(Title, Title.id == Item.title_id)
    .outerjoin(_handler, _handler.id == ItemCase.ended_by_id)
    .outerjoin(_approver, _approver.id == ItemCase.approved_by_id)
)

# What went on a day: by a case, or because somebody said so on its page.
_WITHDRAWN: Final = (
    select(
        ItemWithdrawal.id.label("withdrawal_id"),
        ItemWithdrawal.withdrawn_on,
        ItemWithdrawal.back_on,
        null().label("ItemCase"),
        Item.id.label("item_id"),
        Item.accession_no,
        Item.price_fen,
        Title.name,
        Title.class_mark,
        Title.price_fen.label("title_price_fen"),
        _handler.display_name.label("handler"),
        null().label("approver"),
    )
    .join(Item, Item.id == ItemWithdrawal.item_id)
    .join(Title, Title.id == Item.title_id)
    .outerjoin(_handler, _handler.id == ItemWithdrawal.withdrawn_by_id)
    .where(ItemWithdrawal.withdrawn_on.is_not(None))
)


def losses(session: Session, period: Period, *, here: Here) -> Table:
    """Return L9 of a period: the books that went in it and were not back by its end.

    These are the copies that L7 says went, by the same rows; a case says of one of them why.
    """
    gone = session.execute(_WITHDRAWN.where(_went_in(period))).all()
    why = _cases_of(session, period, here)
    rows = sorted(
        ((one.withdrawn_on, why.get(one.withdrawal_id, one)) for one in gone),
        key=lambda one: (one[0], one[1].accession_no),
    )
    prices = [_price(row) for _, row in rows]
    total = sum((price for price in prices if price is not None), Decimal(0))
    return filled(
        "L9",
        _LOSSES,
        [_loss(on, row) for on, row in rows],
        totals=("合计", f"{len(rows)} 册", *[DASH] * 3, _money(total), *[DASH] * 3),
        period=period,
        here=here,
    )


def _went_in(period: Period) -> ColumnElement[bool]:
    return and_(
        ItemWithdrawal.withdrawn_on.between(period.first, period.last),
        or_(ItemWithdrawal.back_on.is_(None), ItemWithdrawal.back_on > period.last),
    )


def _cases_of(session: Session, period: Period, here: Here) -> dict[UUID, AnyRow]:
    """Return, for what went in a period, the case that wrote it off, where there is one."""
    of_them = select(ItemWithdrawal.item_id).where(_went_in(period))
    away: dict[UUID, list[AnyRow]] = {}
    for one in session.execute(_WITHDRAWN.where(Item.id.in_(of_them))):
        away.setdefault(one.item_id, []).append(one)
    settled = session.execute(
        _CASES.where(ItemCase.ended_at.is_not(None), Item.id.in_(of_them)).order_by(
            ItemCase.ended_at
        )
    )
    found: dict[UUID, AnyRow] = {}
    for row in settled:
        if writes_off(row.ItemCase.kind, row.ItemCase.ended_as):
            on = day_of(row.ItemCase.ended_at, here)
            took = _withdrawal_on(on, away.get(row.item_id, ()))
            if took is not None:
                found.setdefault(took.withdrawal_id, row)
    return found


def _withdrawal_on(day: date, away: Iterable[AnyRow]) -> AnyRow | None:
    """Return the withdrawal by which a copy was away on a day, if there is one."""
    under_way = [
        one
        for one in away
        if one.withdrawn_on <= day and (one.back_on is None or one.back_on >= day)
    ]
    return max(under_way, key=lambda one: (one.withdrawn_on, one.back_on is None), default=None)


def _loss(on: date, row: AnyRow) -> Row:
    return (
        _class(row.class_mark),
        row.name,
        row.accession_no,
        _money(_price(row)),
        on.isoformat(),
        _money(_price(row)),
        _SETTLED[CaseEnd.WITHDRAWN] if row.ItemCase is None else _why(row.ItemCase),
        row.handler or DASH,
        # Until somebody stands for it on the screen, the pen does on paper.
        row.approver or TO_SIGN,
    )


def _why(case: ItemCase) -> str:
    settled = _SETTLED.get(case.ended_as) if case.ended_as else None
    parts = (_BEFELL[case.kind], settled, case.end_reason or case.reason)
    return "，".join(part for part in parts if part)


def scrap(session: Session, period: Period, *, here: Here) -> Table:
    """Return L19 of a period: what shall be scrapped, one line for a title and a reason."""
    first, last = period.first, period.last
    found = session.execute(
        _CASES.where(
            ItemCase.local_day.between(first, last),
            or_(
                ItemCase.ended_as == CaseEnd.WITHDRAWN,
                ItemCase.ended_at.is_(None) & (ItemCase.kind == CaseKind.WORN_OUT),
            ),
        ).order_by(Title.name, ItemCase.kind)
    )
    counted = Counter((row.name, _why(row.ItemCase)) for row in found)
    rows = [(name, count, why, *[TO_SIGN] * 3) for (name, why), count in counted.items()]
    return filled(
        "L19",
        _SCRAP,
        rows,
        totals=("合计", sum(counted.values()), *[DASH] * 4),
        period=period,
        here=here,
    )


def _class(class_mark: str | None) -> str:
    known = book_classes.class_of(class_mark)
    return DASH if known is None else f"{known.letter} {known.name}"


def _price(row: AnyRow) -> Decimal | None:
    fen = row.title_price_fen if row.price_fen is None else row.price_fen
    return None if fen is None else Decimal(fen) / 100


def _money(amount: Decimal | None) -> Cell:
    return DASH if amount is None else amount.quantize(Decimal("0.01"))
