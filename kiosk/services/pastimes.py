"""What a child came for, as it said at the door."""

from uuid import UUID

from sqlalchemy import select

from kiosk.db import constant, transaction
from kiosk.models.visits import Visit, VisitPastime
from kiosk.rules.visits import Pastime, VisitState
from kiosk.services.again import once_more


@once_more("pk_visit_pastime")
def choose(pastime: Pastime, *, child_id: UUID) -> bool:
    """Keep what a child came for with its visit, the latest word; return whether it is here."""
    with transaction() as session:
        visit_id = session.scalar(
            select(Visit.id).where(
                Visit.child_id == child_id, Visit.state == constant(VisitState.OPEN)
            )
        )
        if visit_id is None:
            return False
        session.merge(VisitPastime(visit_id=visit_id, pastime=pastime))
        return True
