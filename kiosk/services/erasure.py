"""What the erasure of a child has to reach besides its own rows (`security.md` 4.5)."""

from uuid import UUID

from kiosk.db import transaction
from kiosk.services import audit, ledger_archive
from kiosk.services.audit import AuditAction
from kiosk.services.here import Here


def blank_archive(child_id: UUID, *, actor_id: UUID | None, here: Here) -> int:
    """Take a child out of the frozen ledgers and return how many of their rows that were.

    The rows stay without a word in them, so that what is counted goes on being true. A second time
    finds nothing.
    """
    with transaction() as session:
        rows = ledger_archive.blank_child(session, child_id, here)
        audit.record(
            session,
            AuditAction.EDIT,
            actor_id=actor_id,
            subject=f"child:{child_id}",
            fields=f"archive, {rows} rows",
            purpose="erasure",
            here=here,
        )
    return rows
