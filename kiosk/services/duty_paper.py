"""The rota and the duty log on paper; the audit knows of each print."""

from datetime import date
from uuid import UUID

from kiosk.db import reading, transaction
from kiosk.files.tables import Table
from kiosk.services import audit, ledger_duty, ledger_form
from kiosk.services.audit import AuditAction
from kiosk.services.here import Here
from kiosk.services.ledger_paper import Period


def rota(first: date, last: date, *, actor_id: UUID, here: Here) -> Table:
    """Return L2 of the days from `first` to `last`, both included."""
    table = ledger_duty.rota(reading(), Period(first=first, last=last), here=here)
    _audit("L2", first, last, table, actor_id, here)
    return ledger_form.laid_out("L2", table, here=here)


def log(first: date, last: date, *, actor_id: UUID, here: Here) -> Table:
    """Return the duty log of the days from `first` to `last`, both included."""
    table = ledger_duty.log(reading(), Period(first=first, last=max(first, last)), here=here)
    _audit("duty-log", first, last, table, actor_id, here)
    return ledger_form.laid_out("L2A", table, here=here)


def _audit(which: str, first: date, last: date, table: Table, actor_id: UUID, here: Here) -> None:
    with transaction() as session:
        audit.record(
            session,
            AuditAction.PRINT,
            actor_id=actor_id,
            subject=f"ledger:{which}",
            fields=f"{first.isoformat()}..{last.isoformat()}, {len(table.rows)} rows",
            purpose="ledger",
            here=here,
        )
