"""Who counts as on duty: a volunteer helps, on duty is a member of staff."""

from typing import Final

from sqlalchemy import exists

from kiosk.models.openings import Duty, Opening
from kiosk.models.people import Staff
from kiosk.rules.staff import Role

IS_STAFF: Final = Staff.role != Role.VOLUNTEER
# For a query of openings, whoever else it asks for.
HAD_DUTY: Final = (
    exists()
    .where(Duty.opening_id == Opening.id, Staff.id == Duty.staff_id, IS_STAFF)
    .correlate(Opening)
)
