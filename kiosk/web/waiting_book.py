"""A book that was put on the scanner before the card: it waits fifteen seconds for it (T-9).

It is remembered in the screen's own cookie, with the request id of its scan, so that sending the
card again after a lost answer lends the book once.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from flask import session

from kiosk.rules.codes import BookBar, OurCode
from kiosk.web import context

_COOKIE_KEY: Final = "book"
_PATIENCE: Final = timedelta(seconds=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingBook:
    """What was scanned, and under which request id."""

    scanned: str
    request_id: UUID


def keep(code: OurCode | BookBar, request_id: UUID) -> None:
    """Let a book wait for a card."""
    scanned = code.isbn if isinstance(code, BookBar) else code.text
    session[_COOKIE_KEY] = [scanned, str(request_id), context.here().now.timestamp()]


def forget() -> None:
    """Let no card take the book any more: whoever put it there has gone on."""
    session.pop(_COOKIE_KEY, None)


def take() -> WaitingBook | None:
    """Return the book that waits, and forget it; None when there is none or it was long ago."""
    kept = session.pop(_COOKIE_KEY, None)
    if kept is None:
        return None
    scanned, request_id, at = kept
    waited = context.here().now - datetime.fromtimestamp(at, UTC)
    if not timedelta(0) <= waited <= _PATIENCE:
        return None
    return WaitingBook(scanned=scanned, request_id=UUID(request_id))
