"""The time of staff at a staff screen: begun by card and PIN, ended by stillness.

Whoever leads a call and is still meanwhile is waited for until its place is over.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from kiosk.db import reading, transaction
from kiosk.models.people import Staff, StaffSession
from kiosk.rules import staff as rules
from kiosk.rules.staff import Role
from kiosk.services import call_under_way
from kiosk.services.here import Here

_TOKEN_BYTES: Final = 16
# How stale `last_seen_at` may get before it is written again: a staff page is not a disk exercise.
_SEEN_EVERY: Final = timedelta(seconds=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffMember:
    """Who is signed in. `is_locked` while a child's card has taken the screen over (ruling 10)."""

    staff_id: UUID
    display_name: str
    role: Role
    is_locked: bool
    must_choose_pin: bool


def member_of(token: str, *, here: Here, lives_on: bool = True) -> StaffMember | None:
    """Return who is signed in under `token`, and let the session live on; None when it ended.

    A page that asks by itself does not let it live on.
    """
    found = (
        reading()
        .execute(
            select(StaffSession, Staff)
            .join(Staff, Staff.id == StaffSession.staff_id)
            .where(StaffSession.id_digest == _digest(token), StaffSession.ended_at.is_(None))
        )
        .one_or_none()
    )
    if found is None or found.Staff.left_on is not None:
        return None
    screen, person = found.StaffSession, found.Staff
    if not _stands(screen, here):
        return None
    idle = here.now - screen.last_seen_at
    member = StaffMember(
        staff_id=person.id,
        display_name=person.display_name,
        role=person.role,
        is_locked=screen.locked_at is not None,
        must_choose_pin=person.pin_is_one_time,
    )
    if lives_on and idle >= _SEEN_EVERY and not member.is_locked:
        _change_session(token, last_seen_at=here.now)
    return member


def _stands(screen: StaffSession, here: Here) -> bool:
    started_at, seen_at = screen.started_at, screen.last_seen_at
    if rules.session_is_alive(age=here.now - started_at, idle=here.now - seen_at):
        return True
    return any(
        rules.session_stays_for(call, started_at=started_at, seen_at=seen_at, now=here.now)
        for call in call_under_way.led_by(reading(), screen.staff_id, here=here)
    )


def lock(token: str, *, here: Here) -> None:
    """Lock the staff screen because a child's card came; the card alone opens it again."""
    _change_session(token, locked_at=here.now)


def unlock(token: str, *, staff_id: UUID, here: Here) -> bool:
    """Open a locked screen again for the same person within three minutes; say whether it was."""
    member = member_of(token, here=here)
    if member is None or not member.is_locked or member.staff_id != staff_id:
        return False
    _change_session(token, locked_at=None, last_seen_at=here.now)
    return True


def sign_out(token: str, *, here: Here) -> None:
    """End the session of `token`."""
    _change_session(token, ended_at=here.now)


def end_all(session: Session, staff_id: UUID, here: Here, *, but: str | None = None) -> None:
    """End each session of a person whose PIN or card is no longer good, `but` that of a token."""
    session.execute(
        update(StaffSession)
        .where(
            StaffSession.staff_id == staff_id,
            StaffSession.ended_at.is_(None),
            StaffSession.id_digest != (b"" if but is None else _digest(but)),
        )
        .values(ended_at=here.now)
    )


def begin(session: Session, staff_id: UUID, here: Here) -> str:
    """Begin a session, inside a transaction that is under way, and return its token."""
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    session.add(
        StaffSession(
            id_digest=_digest(token),
            staff_id=staff_id,
            started_at=here.now,
            last_seen_at=here.now,
        )
    )
    return token


def _change_session(token: str, **values: datetime | None) -> None:
    with transaction() as session:
        session.execute(
            update(StaffSession).where(StaffSession.id_digest == _digest(token)).values(**values)
        )


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
