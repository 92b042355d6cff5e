"""The school's roster comes in: first what it would change, then, if a person says so, the change.

Nobody is created or merged on a guess, and nobody leaves by not being in a file (`sync.md` 3.5).
"""

from pathlib import Path
from uuid import UUID

from kiosk.db import reading, transaction
from kiosk.errors import RefusedError
from kiosk.files.roster import read_roster
from kiosk.rules.roster import RosterRefusal
from kiosk.services import audit, roster_apply, roster_diff, roster_state
from kiosk.services.audit import AuditAction
from kiosk.services.here import Here
from kiosk.services.progress import Progress
from kiosk.services.roster_apply import steps
from kiosk.services.roster_plan import RosterPlan
from kiosk.services.roster_words import describe

__all__ = ["RosterPlan", "apply", "describe", "preview", "steps"]


def preview(file: Path, *, here: Here) -> RosterPlan:
    """Return what applying the file would change; nothing is changed.

    Raises:
        InvalidInputError: a FileProblem.
    """
    read = read_roster(file, today=here.today)
    return roster_diff.plan(read, roster_state.read(reading()), here=here)


def apply(
    plan: RosterPlan, *, actor_id: UUID | None, here: Here, progress: Progress | None = None
) -> None:
    """Carry the plan out, whole or not at all; `progress` hears how many more `steps` are done.

    Raises:
        RefusedError: CHANGED_MEANWHILE, when the roster is no longer what the plan was made from;
            CLASS_TOO_LARGE, when a class would have more children than there are badges.
    """
    with transaction() as session:
        children = roster_state.read(session)
        if roster_state.digest(children) != plan.state:
            raise RefusedError(RosterRefusal.CHANGED_MEANWHILE)
        roster_apply.carry_out(session, plan, children, here=here, progress=progress)
        audit.record(
            session,
            AuditAction.IMPORT,
            actor_id=actor_id,
            subject="roster",
            fields=f"new {len(plan.new)}, changed {len(plan.changed)}, marked {len(plan.to_mark)}",
            purpose="roster",
            here=here,
        )
