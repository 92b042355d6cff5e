"""How many adults an opening of this room needs, when somebody is late, and what the duty is."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from kiosk.db import reading, transaction
from kiosk.errors import InvalidInputError
from kiosk.models.duty import DutySetting
from kiosk.rules.duty import MOST_ADULTS, MOST_LATE_MIN, DutyRefusal, Need
from kiosk.services import audit
from kiosk.services.audit import AuditAction
from kiosk.services.here import Here

LONGEST_TASKS: Final = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class DutySettings:
    """What holds where nobody has said otherwise. `tasks` is what L2 prints and stays Chinese."""

    min_adults: int = 1
    late_after_min: int = 10
    tasks: str = "开关门、安全检查、看护"

    @property
    def need(self) -> Need:
        return Need(adults=self.min_adults)


def read(session: Session, *, here: Here) -> DutySettings:
    """Return what holds in this room."""
    row = session.get(DutySetting, here.home_id)
    if row is None:
        return DutySettings()
    return DutySettings(
        min_adults=row.min_adults, late_after_min=row.late_after_min, tasks=row.tasks
    )


def settings(*, here: Here) -> DutySettings:
    return read(reading(), here=here)


def set_up(wanted: DutySettings, *, actor_id: UUID, here: Here) -> None:
    """Let this hold from now on.

    Raises:
        InvalidInputError: WRONG_NUMBER, also for a duty without words.
    """
    fits = 1 <= wanted.min_adults <= MOST_ADULTS and 0 <= wanted.late_after_min <= MOST_LATE_MIN
    if not (fits and 0 < len(wanted.tasks) <= LONGEST_TASKS):
        raise InvalidInputError(DutyRefusal.WRONG_NUMBER)
    with transaction() as session:
        row = session.get(DutySetting, here.home_id)
        if row is None:
            row = DutySetting(home_id=here.home_id)
            session.add(row)
        row.min_adults, row.late_after_min = wanted.min_adults, wanted.late_after_min
        row.tasks = wanted.tasks
        audit.record(
            session,
            AuditAction.EDIT,
            actor_id=actor_id,
            subject=f"home:{here.home_id}",
            fields="min_adults late_after_min tasks",
            purpose="duty",
            here=here,
        )
