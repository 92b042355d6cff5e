"""How a room plans its family calls; without a word from it children pick their times."""

import secrets
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from kiosk.db import reading, transaction
from kiosk.errors import InvalidInputError
from kiosk.models.audit import AuditAction
from kiosk.models.call_plan import CallSetting
from kiosk.rules import civil
from kiosk.rules.call_repair import URGENT_A_WEEK
from kiosk.rules.call_wishes import PlanProblem
from kiosk.services import audit
from kiosk.services.here import Here

_THURSDAY: Final = 4
_SUNDAY: Final = 7
_SIX_IN_THE_EVENING: Final = 18 * 60
MOST_URGENT: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanSettings:
    """When the next week is drafted (1 for Monday to 7; minutes since midnight), and the cap."""

    drafts_on: int = _THURSDAY
    drafts_from_min: int = _SIX_IN_THE_EVENING
    urgent_cap: int = URGENT_A_WEEK


def settings(*, here: Here) -> PlanSettings | None:
    """Return how this room plans its calls, or None where children pick their times."""
    row = reading().get(CallSetting, here.home_id)
    if row is None:
        return None
    return PlanSettings(
        drafts_on=row.drafts_on, drafts_from_min=row.drafts_from_min, urgent_cap=row.urgent_cap
    )


def set_up(wanted: PlanSettings, *, actor_id: UUID, here: Here) -> None:
    """Plan the calls of this room from now on, or plan them otherwise.

    Raises:
        InvalidInputError: WRONG_TIME or WRONG_CAP.
    """
    if not (1 <= wanted.drafts_on <= _SUNDAY and 0 <= wanted.drafts_from_min < civil.DAY_MINUTES):
        raise InvalidInputError(PlanProblem.WRONG_TIME)
    if not 0 <= wanted.urgent_cap <= MOST_URGENT:
        raise InvalidInputError(PlanProblem.WRONG_CAP, most=MOST_URGENT)
    values = {
        "drafts_on": wanted.drafts_on,
        "drafts_from_min": wanted.drafts_from_min,
        "urgent_cap": wanted.urgent_cap,
    }
    with transaction() as session:
        if session.get(CallSetting, here.home_id) is None:
            secret = {"home_id": here.home_id, "lot_secret": secrets.token_bytes(32)}
            session.execute(insert(CallSetting), values | secret)
        else:
            session.execute(
                update(CallSetting).where(CallSetting.home_id == here.home_id).values(values)
            )
        audit.record(
            session,
            AuditAction.EDIT,
            actor_id=actor_id,
            subject=f"home:{here.home_id}",
            fields=" ".join(values),
            purpose="calls",
            here=here,
        )


def locked(session: Session, *, here: Here) -> CallSetting | None:
    """Return the settings' row, kept for this transaction: one plan of a room is made at a time."""
    return session.get(CallSetting, here.home_id, with_for_update=True)
