"""A copy as staff type it in: the code of its label, or its accession number."""

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from kiosk.models.library import Item


def typed(session: Session, text: str) -> Item | None:
    """Return the copy that is meant, or None; case and blanks around it do not matter."""
    wanted = text.strip()
    if not wanted:
        return None
    return session.scalars(
        select(Item)
        .where(or_(Item.code == wanted.upper(), Item.accession_no == wanted))
        .order_by(Item.code == wanted.upper())
    ).first()
