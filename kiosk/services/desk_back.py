"""What came back at the lending desk just now, for the list on its page."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from kiosk.db import reading
from kiosk.models.library import Item, Loan, Title


@dataclass(frozen=True, slots=True, kw_only=True)
class BackHere:
    """A book that came back; never who had it."""

    title: str
    accession_no: str


def books(loan_ids: Collection[UUID]) -> tuple[BackHere, ...]:
    """Return the books of these loans, in this order."""
    if not loan_ids:
        return ()
    rows = reading().execute(
        select(Loan.id, Title.name, Item.accession_no)
        .join(Item, Item.id == Loan.item_id)
        .join(Title, Title.id == Item.title_id)
        .where(Loan.id.in_(loan_ids))
    )
    found = {row.id: BackHere(title=row.name, accession_no=row.accession_no) for row in rows}
    return tuple(found[one] for one in loan_ids if one in found)
