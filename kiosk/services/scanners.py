"""How the scanner of a room writes, as it was learned, and what has changed since."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from kiosk.db import reading, transaction
from kiosk.models.device import Scanner
from kiosk.rules.devices import ScannerChange
from kiosk.rules.scanners import ScannerProfile
from kiosk.services import audit
from kiosk.services.audit import AuditAction
from kiosk.services.here import Here


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptScanner:
    """The profile, when it was learned, and the first change that was noticed since."""

    profile: ScannerProfile
    learned_at: datetime
    change: ScannerChange | None = None
    changed_at: datetime | None = None


def read(home_id: UUID) -> KeptScanner | None:
    """Return what was learned of a room's scanner; None while nothing was."""
    return _found(reading(), home_id)


def keep(profile: ScannerProfile, *, actor_id: UUID | None, here: Here) -> KeptScanner:
    """Keep what was learned in place of what stood there; what had changed is cleared by it."""
    with transaction() as session:
        session.merge(
            Scanner(
                home_id=here.home_id,
                terminator=profile.terminator,
                prefix=profile.prefix,
                letter_case=profile.letter_case,
                isbn=profile.isbn,
                drops_characters=profile.drops_characters,
                has_input_method=profile.has_input_method,
                learned_at=here.now,
                change=None,
                changed_at=None,
            )
        )
        audit.record(
            session,
            AuditAction.EDIT,
            actor_id=actor_id,
            subject=f"scanner:{here.home_id}",
            fields="profile",
            purpose="setup",
            here=here,
        )
    return KeptScanner(profile=profile, learned_at=here.now)


def note_change(change: ScannerChange, *, here: Here) -> KeptScanner | None:
    """Note in what the scanner differs; only the first since it was learned."""
    with transaction() as session:
        row = session.get(Scanner, here.home_id)
        if row is not None and row.change is None:
            row.change, row.changed_at = change, here.now
        return _found(session, here.home_id)


def _found(session: Session, home_id: UUID) -> KeptScanner | None:
    row = session.get(Scanner, home_id)
    if row is None:
        return None
    return KeptScanner(
        profile=ScannerProfile(
            terminator=row.terminator,
            prefix=row.prefix,
            letter_case=row.letter_case,
            isbn=row.isbn,
            drops_characters=row.drops_characters,
            has_input_method=row.has_input_method,
        ),
        learned_at=row.learned_at,
        change=row.change,
        changed_at=row.changed_at,
    )
