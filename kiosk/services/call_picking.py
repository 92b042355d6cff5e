"""Which places a child may pick itself: those that the week's plan has left over (ruling 16)."""

from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from kiosk.rules import civil
from kiosk.services import call_facts
from kiosk.services.here import Here

DAYS_OFFERED: Final = timedelta(days=6)


def may_pick_nothing(session: Session, child_id: UUID, *, here: Here) -> bool:
    """Return whether the child has its call, or waits for a plan, in each of the weeks ahead."""
    return weeks_closed(session, child_id, here=here) >= _weeks_ahead(here)


def _weeks_used(session: Session, child_id: UUID, here: Here) -> frozenset[str]:
    """Return those of the weeks ahead for which the child has its call already."""
    return frozenset(
        session.scalars(
            call_facts.WEEKS_USED, {"child_id": child_id, "weeks": sorted(_weeks_ahead(here))}
        )
    )


def weeks_closed(session: Session, child_id: UUID, *, here: Here) -> frozenset[str]:
    """Return the weeks ahead in which the child picks nothing: it has its call, or a plan comes."""
    used = _weeks_used(session, child_id, here)
    return used | {
        week_key
        for week_key in _weeks_ahead(here) - used
        if is_kept_for_the_plan(session, week_key, here=here)
    }


def is_kept_for_the_plan(connection: Session | Connection, week_key: str, *, here: Here) -> bool:
    """Return whether a coming week waits for its plan, after which what is left over is free.

    A week that began without one is picked from as ever: nobody meets a closed door because an
    adult forgot to publish.
    """
    if week_key <= civil.week_key(here.today):
        return False
    asked = {"home_id": here.home_id, "week_key": week_key}
    return call_facts.IS_KEPT_FOR_THE_PLAN.first(connection, asked) is not None


def _weeks_ahead(here: Here) -> frozenset[str]:
    return frozenset({civil.week_key(here.today), civil.week_key(here.today + DAYS_OFFERED)})
