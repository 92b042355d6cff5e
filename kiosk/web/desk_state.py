"""What the lending desk of this browser is doing, in its cookie: a reload forgets nothing.

The return box is open for as long as something comes out of it: two minutes without a scan, and
what is scanned then counts as brought back now.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from flask import session

from kiosk.rules.lending import Borrower
from kiosk.services.desk import DeskMode, DeskOutcome
from kiosk.web import context

_COOKIE_KEY: Final = "desk"
BOX_PATIENCE: Final = timedelta(minutes=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class LastDone:
    """What may be undone, and when it was done."""

    outcome: DeskOutcome
    undo_id: UUID
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskState:
    """The mode, with LEND also the reader and since when; `done_at` is the last scan's time."""

    mode: DeskMode
    since: datetime
    done_at: datetime
    borrower: Borrower | None = None
    reader_id: UUID | None = None
    last: LastDone | None = None


def current() -> DeskState:
    """Return what the desk does now; items come back unless something else was chosen."""
    now = context.here().now
    kept = session.get(_COOKIE_KEY)
    state = DeskState(mode=DeskMode.RETURN, since=now, done_at=now) if kept is None else _read(kept)
    if state.mode is DeskMode.BOX and not timedelta(0) <= now - state.done_at <= BOX_PATIENCE:
        return replace(state, mode=DeskMode.RETURN)
    return state


def begin(
    mode: DeskMode, *, borrower: Borrower | None = None, reader_id: UUID | None = None
) -> DeskState:
    """Let the desk do this from now on."""
    now = context.here().now
    return _kept(
        DeskState(mode=mode, since=now, done_at=now, borrower=borrower, reader_id=reader_id)
    )


def note(outcome: DeskOutcome, undo_id: UUID | None) -> None:
    """Remember what was done last: only that may be undone."""
    now = context.here().now
    last = None if undo_id is None else LastDone(outcome=outcome, undo_id=undo_id, at=now)
    _kept(replace(current(), done_at=now, last=last))


def forget_last() -> None:
    _kept(replace(current(), last=None))


def _kept(state: DeskState) -> DeskState:
    last = state.last
    session[_COOKIE_KEY] = [
        state.mode.value,
        state.since.timestamp(),
        state.done_at.timestamp(),
        None if state.borrower is None else state.borrower.value,
        None if state.reader_id is None else str(state.reader_id),
        None if last is None else [last.outcome.value, str(last.undo_id), last.at.timestamp()],
    ]
    return state


def _read(kept: list[Any]) -> DeskState:
    mode, since, done_at, borrower, reader_id, last = kept
    return DeskState(
        mode=DeskMode(mode),
        since=datetime.fromtimestamp(since, UTC),
        done_at=datetime.fromtimestamp(done_at, UTC),
        borrower=None if borrower is None else Borrower(borrower),
        reader_id=None if reader_id is None else UUID(reader_id),
        last=None
        if last is None
        else LastDone(
            outcome=DeskOutcome(last[0]),
            undo_id=UUID(last[1]),
            at=datetime.fromtimestamp(last[2], UTC),
        ),
    )
