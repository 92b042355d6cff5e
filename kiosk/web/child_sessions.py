"""The child whose page is on the screen, for half a minute.

A session lives in the server's memory: it ends thirty seconds after the last touch, so nothing is
won by keeping it on disk, and after a power cut the child simply shows its card again. The cookie
holds a random id that changes with each card.
"""

import secrets
import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from kiosk.services.answers import ChildFace

# The screen's own ring ends after 30 s; the server follows two seconds later (ruling 8).
_LIFETIME: Final = timedelta(seconds=32)
_ID_BYTES: Final = 16


@dataclass(slots=True, kw_only=True)
class ChildSession:
    """One child at one screen. `lent` are the loans made in it; `started_at` its first scan.

    `is_leaving` once the child has asked to go: its card then says goodbye.
    """

    child_id: UUID
    face: ChildFace
    started_at: datetime
    touched_at: datetime
    lent: set[UUID] = field(default_factory=set)
    is_leaving: bool = False


class ChildSessions:
    """All live sessions of this server, by the random id in the screen's cookie."""

    def __init__(self) -> None:
        self._sessions: dict[str, ChildSession] = {}
        self._lock = threading.Lock()

    def open(self, child_id: UUID, face: ChildFace, *, replaces: str | None, now: datetime) -> str:
        """Begin a session and return its id; the session of `replaces` ends."""
        token = secrets.token_urlsafe(_ID_BYTES)
        fresh = ChildSession(child_id=child_id, face=face, started_at=now, touched_at=now)
        with self._lock:
            if replaces is not None:
                self._sessions.pop(replaces, None)
            self._forget_ended(now)
            self._sessions[token] = fresh
        return token

    def touch(self, token: str | None, *, now: datetime) -> ChildSession | None:
        """Return the live session of `token` and let it live on, or None."""
        if token is None:
            return None
        with self._lock:
            session = self._sessions.get(token)
            if session is None or not _is_alive(session, now):
                self._sessions.pop(token, None)
                return None
            session.touched_at = now
            return session

    def end(self, token: str | None) -> None:
        """End the session of `token`, if there is one."""
        if token is not None:
            with self._lock:
                self._sessions.pop(token, None)

    def _forget_ended(self, now: datetime) -> None:
        ended = [token for token, one in self._sessions.items() if not _is_alive(one, now)]
        for token in ended:
            del self._sessions[token]


def _is_alive(session: ChildSession, now: datetime) -> bool:
    # A clock that was set back ends the session too: better one scan more than a stranger's page.
    # A moment does not: of two requests, the one that began first may come here last.
    return abs(now - session.touched_at) < _LIFETIME
