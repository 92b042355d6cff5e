"""Which copies the house had on a day, told by when each came in and when it was withdrawn."""

from datetime import date
from typing import Final

from sqlalchemy import ColumnElement, and_, or_, select

from kiosk.models.lending import ItemCase
from kiosk.models.library import Item
from kiosk.rules import civil
from kiosk.rules.item_cases import CaseEnd
from kiosk.rules.lending import ItemStatus
from kiosk.services.here import Here

_WITHDRAWS: Final = (CaseEnd.REPLACED, CaseEnd.WITHDRAWN)


def had_on(day: date, *, here: Here) -> ColumnElement[bool]:
    """Return what is true of the copies that the house had at the end of a day.

    One that was withdrawn without a case has no day of it, and counts as never had.
    """
    ends = civil.instant(day, civil.DAY_MINUTES, here.settings.zone)
    withdrawn_later = select(ItemCase.item_id).where(
        ItemCase.ended_at >= ends, ItemCase.ended_as.in_(_WITHDRAWS)
    )
    return and_(
        Item.added_on <= day,
        or_(Item.status != ItemStatus.WITHDRAWN, Item.id.in_(withdrawn_later)),
    )
