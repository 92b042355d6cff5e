"""The school record: send it what it does not have, and say how far it is.

`kiosk sync` calls `sync_target`, in a process of its own; it never runs within the kiosk's.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import func, select

from kiosk.db import db, reading
from kiosk.errors import KioskError, UnavailableError
from kiosk.models.record import SyncChange, SyncNotice, SyncQuarantine, SyncState
from kiosk.record.target import RecordProblem, Target
from kiosk.services import sync_book, sync_proof
from kiosk.services.here import Here
from kiosk.services.record_map import BY_NAME, SENT
from kiosk.services.sync_lock import only_one
from kiosk.services.sync_run import BATCH, SyncRun
from kiosk.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncReport:
    """What one sync did. `repaired` and `compared` count days of one table.

    `notice_rows`: after RESTORED, what the record has and this machine has lost; after REPAIRED,
    the days that were sent again; after RECORD_WAS_EMPTY, the rows that were.
    """

    target: str
    sent: int
    compared: int
    repaired: int
    set_aside: int
    notice: SyncNotice | None
    notice_rows: int

    @property
    def is_complete(self) -> bool:
        """Whether the record has all that it could be told."""
        return self.set_aside == 0

    def sentence(self) -> str:
        """Return what a command prints."""
        parts = [f"The school record ({self.target}) received {self.sent} changes."]
        if self.notice is not None:
            parts.append(_HAPPENED[self.notice].format(rows=self.notice_rows))
        if self.set_aside:
            parts.append(f"{self.set_aside} rows could not be taken and stay here.")
        parts.append(f"Both sides were compared on {self.compared} days.")
        return " ".join(parts)


_HAPPENED: Final = {
    SyncNotice.RESTORED: "This machine was set back to an earlier day, so everything was sent "
    "again; the record keeps {rows} rows that this machine has lost.",
    SyncNotice.RECORD_WAS_EMPTY: "The record was empty, so everything was sent again.",
    SyncNotice.REPAIRED: "{rows} days differed and were sent again.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncStatus:
    """How far the record is, for one sentence to staff. `last_error` is of the latest try."""

    target: str
    last_success_at: datetime | None
    waiting: int
    set_aside: int
    last_error: RecordProblem | None
    last_error_at: datetime | None
    notice: SyncNotice | None
    notice_rows: int
    notice_at: datetime | None


def sync_target(
    target: str | None, *, here: Here, progress: Callable[[int], object] | None = None
) -> SyncReport:
    """Bring the record up to date; `target` is that of the settings when None.

    `progress` hears how many more rows are confirmed.

    Raises:
        UnavailableError: a RecordProblem; what could not be sent waits, and nothing is lost.
    """
    name = target or here.settings.record
    with only_one(here.settings.instance):
        with _noted(name, here.now):
            opened = open_target(name, here.settings)
        try:
            return sync_once(target=opened, now=here.now, settings=here.settings, progress=progress)
        finally:
            opened.close()


def open_target(name: str, settings: Settings) -> Target:
    """Return the target of this name.

    Raises:
        UnavailableError: NOT_SET_UP, when the settings lack its address or psycopg is missing.
    """
    match name:
        case "folder":
            from kiosk.record.folder import FolderTarget

            if settings.record_folder == settings.instance / "record":
                settings.record_folder.mkdir(exist_ok=True)  # our own; a stick is never made
            return FolderTarget(settings.record_folder)
        case "postgres" if settings.record_postgres:
            try:
                from kiosk.record.postgres import PostgresTarget
            except ImportError as error:
                raise UnavailableError(RecordProblem.NOT_SET_UP, target=name) from error
            return PostgresTarget(settings.record_postgres)
        case _:
            raise UnavailableError(RecordProblem.NOT_SET_UP, target=name)


def sync_once(
    *,
    target: Target,
    now: datetime,
    settings: Settings,
    batch_rows: int = BATCH,
    progress: Callable[[int], object] | None = None,
) -> SyncReport:
    """Do what `sync_target` does, with a target at hand and without its lock."""
    with _noted(target.name, now):
        run = SyncRun(target, db.engine, now=now, batch_rows=batch_rows, progress=progress)
        notice = run.greet()
        run.push()
        proof = sync_proof.prove(run, zone=settings.zone)
        if notice is None and proof.repaired:
            notice = SyncNotice.REPAIRED
        rows = _notice_rows(run, notice, repaired=len(proof.repaired))
        if notice is not None:
            sync_book.notice(target.name, notice, rows=rows, now=now)
        _forget_links(run, settings)
    set_aside = sync_book.succeeded(target.name, now=now)
    return SyncReport(
        target=target.name,
        sent=run.sent,
        compared=proof.compared,
        repaired=len(proof.repaired),
        set_aside=set_aside,
        notice=notice,
        notice_rows=rows,
    )


def waiting(settings: Settings) -> int:
    """Return how many changes the record has not confirmed."""
    return status(settings).waiting


def status(settings: Settings, *, target: str | None = None) -> SyncStatus:
    """Return how far the record is, or one target of several."""
    name = target or settings.record
    session = reading()
    state = session.get(SyncState, name) or SyncState(target=name, acked_seq=0, notice_rows=0)
    aside = select(func.count()).where(SyncQuarantine.target == name)
    behind = select(func.count()).where(SyncChange.seq > state.acked_seq)
    beyond = aside.where(SyncQuarantine.seq > state.acked_seq)
    return SyncStatus(
        target=name,
        last_success_at=state.last_success_at,
        waiting=(session.scalar(behind) or 0) - (session.scalar(beyond) or 0),
        set_aside=session.scalar(aside) or 0,
        last_error=None if state.last_error is None else RecordProblem(state.last_error),
        last_error_at=state.last_error_at,
        notice=state.notice,
        notice_rows=state.notice_rows,
        notice_at=state.notice_at,
    )


def _forget_links(run: SyncRun, settings: Settings) -> None:
    """Leave no older word in the record of who read what, once the room has forgotten it.

    All is sent again under a new epoch, and when both sides hold the same, the files that still say
    it are taken away, or written anew without it. What a restored room has lost stays there.
    """
    room_id = run.account.hello.room_id
    loan, column = BY_NAME["loan"], "child_id"
    if run.target.remembers(loan, column=column, room_id=room_id, epoch=run.account.hello.epoch):
        run.begin_anew()
        run.push()
        sync_proof.prove(run, zone=settings.zone)
    epoch = run.account.hello.epoch
    run.target.forget_before(loan, column=column, room_id=room_id, epoch=epoch)


@contextmanager
def _noted(target: str, now: datetime) -> Iterator[None]:
    """Keep for staff why it failed, if it does."""
    try:
        yield
    except KioskError as error:
        reason = error.reason
        if not isinstance(reason, RecordProblem):
            reason = RecordProblem.NOT_STORED
        sync_book.failed(target, reason=reason, now=now)
        raise


def _notice_rows(run: SyncRun, notice: SyncNotice | None, *, repaired: int) -> int:
    match notice:
        case None:
            return repaired
        case SyncNotice.RESTORED:
            hello = run.account.hello
            return run.target.only_here(SENT, room_id=hello.room_id, epoch=hello.epoch)
        case SyncNotice.RECORD_WAS_EMPTY:
            return run.sent
        case SyncNotice.REPAIRED:
            return repaired
