"""The access audit: one row for each look at protected data, in the same transaction.

Only ever added to; each row is chained to the one before by a keyed digest, so that a change or a
gap shows (`security.md` 4.4).
"""

import hashlib
import hmac
from datetime import UTC
from typing import Final
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from kiosk.models.audit import Audit, AuditAction
from kiosk.services.here import Here

__all__ = ["AuditAction", "broken_at", "record"]

_FIRST: Final = bytes(32)


def record(
    session: Session,
    action: AuditAction,
    *,
    actor_id: UUID | None,
    subject: str,
    fields: str,
    purpose: str,
    here: Here,
) -> None:
    """Add a row to the audit of this transaction. `subject` is an id, never a name."""
    if session.get_bind().dialect.name == "postgresql":
        # What waits to be written goes first: every transaction locks the tables in this order.
        session.flush()
        # Two rooms must not add the same number; on SQLite the write lock is ours already.
        session.execute(text("LOCK TABLE audit IN SHARE ROW EXCLUSIVE MODE"))
    last = session.execute(
        select(Audit.n, Audit.digest).order_by(Audit.n.desc()).limit(1)
    ).one_or_none()
    n, previous = (1, _FIRST) if last is None else (last.n + 1, last.digest)
    row = Audit(
        n=n,
        at=here.now,
        actor_id=actor_id,
        action=action,
        subject=subject,
        fields=fields,
        purpose=purpose,
        previous=previous,
        digest=b"",
    )
    row.digest = _digest(row, here.settings.keys.audit)
    session.add(row)


def broken_at(session: Session, *, key: bytes) -> int | None:
    """Return the number of the first row that does not fit the chain, or None."""
    previous, expected = _FIRST, 1
    for row in session.scalars(select(Audit).order_by(Audit.n)):
        fits = row.n == expected and row.previous == previous
        if not fits or not hmac.compare_digest(row.digest, _digest(row, key)):
            return row.n
        previous, expected = row.digest, expected + 1
    return None


def _digest(row: Audit, key: bytes) -> bytes:
    facts = (
        row.n,
        row.at.astimezone(UTC).isoformat(),
        row.actor_id,
        row.action.value,
        row.subject,
        row.fields,
        row.purpose,
    )
    text = "\x1f".join(str(fact) for fact in facts)
    return hmac.digest(key, row.previous + text.encode(), hashlib.sha256)
