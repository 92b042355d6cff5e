"""Which visits belong to days, for whatever lists them."""

from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, Select, select

from kiosk.db import constant
from kiosk.models.visits import Visit
from kiosk.rules.visits import VisitState


def of_days(home_id: UUID, first: date, last: date) -> ColumnElement[bool]:
    """Return the condition for the visits of a home on days, both included."""
    open_ones = _ids(home_id, first, last).where(Visit.state == constant(VisitState.OPEN))
    ended = _ids(home_id, first, last).where(Visit.state != constant(VisitState.OPEN))
    # One look into each index: asked for without their state, every visit would be read.
    return Visit.id.in_(open_ones.union_all(ended))


def _ids(home_id: UUID, first: date, last: date) -> Select[UUID]:
    return select(Visit.id).where(Visit.home_id == home_id, Visit.local_day.between(first, last))
