"""Which days belong to ledgers that were frozen at the end of a term."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from kiosk.models.stocktake import LedgerArchive


def is_frozen(session: Session, on: date) -> bool:
    """Return whether the ledgers of a day are frozen: what happened on it is changed no more."""
    archive = select(LedgerArchive.id).where(
        LedgerArchive.first_day <= on, LedgerArchive.last_day >= on
    )
    return session.scalar(archive.limit(1)) is not None
