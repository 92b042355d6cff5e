"""Which copies the house had on a day, told by when each came in and when it was withdrawn."""

from datetime import date
from typing import Final

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from kiosk.db import AnyRow
from kiosk.models.lending import ItemWithdrawal
from kiosk.models.library import Item
from kiosk.rules.lending import ItemStatus

# Apart from the table itself, which a list of copies may have joined.
_Gone = aliased(ItemWithdrawal)
_OF_IT: Final = _Gone.item_id == Item.id


def had_on(day: date) -> ColumnElement[bool]:
    """Return what is true of the copies that the house had at the end of a day.

    One that was withdrawn on a day that nobody knows counts as never had.
    """
    was_gone = exists().where(
        _OF_IT,
        or_(_Gone.withdrawn_on.is_(None), _Gone.withdrawn_on <= day),
        or_(_Gone.back_on.is_(None), _Gone.back_on > day),
    )
    went_later = exists().where(_OF_IT, _Gone.withdrawn_on > day)
    return and_(
        Item.added_on <= day,
        ~was_gone,
        or_(Item.status != ItemStatus.WITHDRAWN, went_later),
    )


def is_counted(row: AnyRow) -> bool:
    """Return whether a copy ever was in the stock: its day, if it is withdrawn, is known."""
    return row.status is not ItemStatus.WITHDRAWN or row.withdrawn_on is not None


def gone_words(row: AnyRow, copies: int) -> str | None:
    """Return since when copies are withdrawn, which L7 says in the line of their arrival."""
    if row.withdrawn_on is not None:
        return f"{row.withdrawn_on} 剔除"
    return None if is_counted(row) else f"{copies} 册已剔除，日期不详，未计入"


def beside(session: Session, back: int, last: date) -> str:
    """Return what the foot of L7 says of copies that came back, and of those without a day."""
    undated = _without_a_day(session, last)
    parts = (
        f"，恢复 {back} 册" if back else "",
        f"（另有 {undated} 册剔除日期不详，未计入）" if undated else "",
    )
    return "".join(parts)


def _without_a_day(session: Session, last: date) -> int:
    """Return how many copies of until a day are withdrawn since nobody knows when."""
    has_a_day = exists().where(_OF_IT, _Gone.back_on.is_(None), _Gone.withdrawn_on.is_not(None))
    found = select(func.count(Item.id)).where(
        Item.status == ItemStatus.WITHDRAWN, Item.added_on <= last, ~has_a_day
    )
    return session.scalar(found) or 0


def back_since(session: Session, first: date, last: date) -> int:
    """Return how many copies came back in a period, both days included, that were away before it.

    They are here at its end, or went once more in it.
    """
    was_here = exists().where(_OF_IT, _Gone.withdrawn_on < first, _Gone.back_on >= first)
    went_again = exists().where(
        _OF_IT,
        _Gone.withdrawn_on.between(first, last),
        or_(_Gone.back_on.is_(None), _Gone.back_on > last),
    )
    found = select(func.count(Item.id)).where(
        Item.added_on < first, was_here, or_(had_on(last), went_again)
    )
    return session.scalar(found) or 0
