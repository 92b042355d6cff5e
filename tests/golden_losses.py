"""What befell two books of the golden term that nobody borrowed: worn out, and lost for good."""

from datetime import date
from typing import Final
from uuid import UUID, uuid4

from kiosk.db import transaction
from kiosk.models.lending import ItemCase, ItemWithdrawal
from kiosk.models.library import Item, Title
from kiosk.rules import civil
from kiosk.rules.item_cases import CaseEnd, CaseKind
from kiosk.rules.lending import ItemStatus
from kiosk.services.here import Here
from tests import factories

_BEFELL: Final = (
    (CaseKind.WORN_OUT, CaseEnd.WITHDRAWN, ItemStatus.WITHDRAWN, "缺页", date(2026, 10, 20)),
    (CaseKind.LOST, CaseEnd.PARDONED, ItemStatus.LOST, "搬家时丢失", date(2026, 10, 22)),
)


def make(here: Here, teachers: list[UUID]) -> None:
    """Let both be there before the term, and go in it."""
    for number, (kind, end, status, why, on) in enumerate(_BEFELL, start=31):
        book = factories.item(
            here, name=f"旧书第{number}册", accession_no=f"26{number:04}", status=status
        )
        at = civil.instant(on, 17 * 60, here.settings.zone)
        with transaction() as session:
            session.get_one(Item, book.item_id).added_on = date(2026, 8, 20)
            session.get_one(Title, book.title_id).price_fen = 900
            session.get_one(Title, book.title_id).class_mark = "I287"
            session.add(
                ItemCase(
                    id=uuid4(),
                    item_id=book.item_id,
                    kind=kind,
                    local_day=on,
                    opened_at=at,
                    opened_by_id=teachers[0],
                    ended_at=at,
                    ended_as=end,
                    ended_by_id=teachers[0],
                    end_reason=why,
                    approved_by_id=teachers[1],
                )
            )
            session.add(
                ItemWithdrawal(
                    id=uuid4(),
                    item_id=book.item_id,
                    withdrawn_on=on,
                    withdrawn_by_id=teachers[0],
                )
            )
