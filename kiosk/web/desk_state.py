"""What the lending desk of this browser is doing, in its cookie: a reload forgets nothing.

The return box is open for as long as something comes out of it: two minutes without a scan, and
what is scanned then counts as brought back now. A child stands there for as long: nothing is lent
to one that has gone. A class, or a teacher, stays until another is chosen.
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
PATIENCE: Final = timedelta(minutes=2)
_SHOWN: Final = 5  # as many as the desk shows of what came back; the rest is counted


@dataclass(frozen=True, slots=True, kw_only=True)
class LastDone:
    """What may be undone, and when it was done."""

    outcome: DeskOutcome
    undo_id: UUID
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskState:
    """The mode, with LEND also the reader and since when; `done_at` is the last scan's time.

    `back` is how many came back since it was chosen, `latest_back` the loans of the last of them.
    """

    mode: DeskMode
    since: datetime
    done_at: datetime
    borrower: Borrower | None = None
    reader_id: UUID | None = None
    last: LastDone | None = None
    back: int = 0
    latest_back: tuple[UUID, ...] = ()

    @property
    def ends_by_itself(self) -> bool:
        return self.mode is DeskMode.BOX or self.borrower is Borrower.CHILD


def current() -> DeskState:
    """Return what the desk does now; items come back unless something else was chosen."""
    now = context.here().now
    kept = session.get(_COOKIE_KEY)
    state = DeskState(mode=DeskMode.RETURN, since=now, done_at=now) if kept is None else _read(kept)
    if state.ends_by_itself and not timedelta(0) <= now - state.done_at <= PATIENCE:
        return replace(state, mode=DeskMode.RETURN, borrower=None, reader_id=None)
    return state


def seconds_left(state: DeskState) -> int | None:
    """Return after how many seconds without a scan the desk ends this by itself, if it does."""
    if not state.ends_by_itself:
        return None
    return int((PATIENCE - (context.here().now - state.done_at)).total_seconds())


def begin(
    mode: DeskMode, *, borrower: Borrower | None = None, reader_id: UUID | None = None
) -> DeskState:
    """Let the desk do this from now on."""
    now = context.here().now
    return _kept(
        DeskState(mode=mode, since=now, done_at=now, borrower=borrower, reader_id=reader_id)
    )


def stays() -> None:
    """Wait anew for the next scan: something was scanned, and nothing was done."""
    _kept(replace(current(), done_at=context.here().now))


def note(outcome: DeskOutcome, undo_id: UUID | None) -> None:
    """Remember what was done last: only that may be undone."""
    now = context.here().now
    last = None if undo_id is None else LastDone(outcome=outcome, undo_id=undo_id, at=now)
    state = replace(current(), done_at=now, last=last)
    _kept(state if outcome is not DeskOutcome.RETURNED else _one_more(state, undo_id))


def not_back(loan_id: UUID) -> None:
    """Count what came back and was undone no more."""
    state = current()
    if loan_id in state.latest_back:
        left = tuple(one for one in state.latest_back if one != loan_id)
        _kept(replace(state, back=state.back - 1, latest_back=left))


def forget_last() -> None:
    _kept(replace(current(), last=None))


def _one_more(state: DeskState, loan_id: UUID | None) -> DeskState:
    if loan_id is None or loan_id in state.latest_back or state.mode is DeskMode.LEND:
        return state
    latest = (loan_id, *state.latest_back)[:_SHOWN]
    return replace(state, back=state.back + 1, latest_back=latest)


def _kept(state: DeskState) -> DeskState:
    last = state.last
    session[_COOKIE_KEY] = [
        state.mode.value,
        state.since.timestamp(),
        state.done_at.timestamp(),
        None if state.borrower is None else state.borrower.value,
        None if state.reader_id is None else str(state.reader_id),
        None if last is None else [last.outcome.value, str(last.undo_id), last.at.timestamp()],
        state.back,
        [str(one) for one in state.latest_back],
    ]
    return state


def _read(kept: list[Any]) -> DeskState:
    mode, since, done_at, borrower, reader_id, last, *came = kept
    back, latest = came or (0, [])  # a cookie of before the update has neither
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
        back=back,
        latest_back=tuple(UUID(one) for one in latest),
    )
