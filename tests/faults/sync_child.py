"""One sync in a process of its own, which kills itself at a named point of its way."""

import os
import secrets
import signal
from pathlib import Path

from kiosk.clock import utc_now
from kiosk.db import db, open_database
from kiosk.record import archive, failpoint
from kiosk.record.folder import FolderTarget
from kiosk.record.postgres import PostgresTarget
from kiosk.record.target import Batch, Receipt, Target
from kiosk.services import sync
from kiosk.services.sync_run import SyncRun
from kiosk.settings import Settings

BATCH_ROWS = 20


class AcksFirst(SyncRun):
    """Counts a batch as received, and then sends it."""

    def _send(self, batch: Batch) -> None:
        self._confirm(batch.receipt())
        failpoint.failpoint("sync.before-put")
        self.target.put(batch)


class HasNoKey(FolderTarget):
    """Takes every batch as if it had never seen it."""

    def put(self, batch: Batch) -> Receipt:
        path = self._folder(batch.room_id) / f"{secrets.token_hex(8)}.zip"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            archive.write(batch, file)
        return batch.receipt()


def run_broken(kind: str, place: str, *, batch_rows: int = BATCH_ROWS) -> None:
    """Do what such a sync does: trust its own account, and compare nothing."""
    target = HasNoKey(Path(place)) if kind == "no-key" else FolderTarget(Path(place))
    run_type = AcksFirst if kind == "ack-first" else SyncRun
    run = run_type(target, db.engine, now=utc_now(), batch_rows=batch_rows)
    if kind == "ack-first":
        # It believes its account, and so must its target, or every later batch were refused.
        Path(place, "out", run.account.hello.room_id).mkdir(parents=True, exist_ok=True)
        run.target = HasNoKey(Path(place))
    run.push()


def die_at(point: str, times: int) -> None:
    """Let this process be killed when it comes by a failpoint for the nth time."""
    left = [times]

    def watcher(name: str) -> None:
        if name == point:
            left[0] -= 1
            if not left[0]:
                os.kill(os.getpid(), signal.SIGKILL)

    failpoint.watch(watcher)


def open_target(kind: str, place: str) -> Target:
    return FolderTarget(Path(place)) if kind == "folder" else PostgresTarget(place)


def main(instance: Path, kind: str, place: str, point: str, broken: str | None) -> None:
    """Sync until the failpoint, `name:times`; `broken` is one of the two classic mistakes."""
    name, _, times = point.partition(":")
    die_at(name, int(times))
    settings = Settings.load(instance, {})
    with open_database(settings.database_url):
        if broken is not None:
            run_broken(broken, place)
            return
        target = open_target(kind, place)
        sync.sync_once(target=target, now=utc_now(), settings=settings, batch_rows=BATCH_ROWS)
