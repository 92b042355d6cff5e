"""Kill the sync anywhere, run it again: nothing missing, nothing twice (`sync.md` 4).

Forty-four kills at named points, each of a real process by SIGKILL, on both targets; and two broken
syncs, which the same checker must catch, or it proves nothing.
"""

import csv
import io
import multiprocessing
import signal
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import pytest
from flask import Flask
from sqlalchemy import text

from kiosk.clock import utc_now
from kiosk.db import db, transaction
from kiosk.ids import new_id
from kiosk.models.record import SyncNotice
from kiosk.services import sync
from kiosk.services.here import Here
from kiosk.services.sync import SyncReport
from tests import factories
from tests.clock import FrozenClock
from tests.conftest import here_in
from tests.faults import sync_child
from tests.faults.sync_child import BATCH_ROWS, open_target, run_broken
from tests.record import oracle

if TYPE_CHECKING:
    from tests.postgres import Cluster

# Each sync is a process of its own, forked from one that has only imported what it needs.
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["tests.faults.sync_child"])

EVERYWHERE = ("sync.read", "sync.before-put", "sync.before-ack", "sync.acked")
POINTS = {
    "folder": (
        *EVERYWHERE,
        "folder.part-opened",
        "folder.part-written",
        "folder.part-synced",
        "folder.renamed",
        "folder.read-back",
    ),
    "postgres": (
        *EVERYWHERE,
        "postgres.before-copy",
        "postgres.mid-copy",
        "postgres.copied",
        "postgres.inserted",
        "postgres.receipted",
        "postgres.committed",
    ),
}
TIMES = (1, 3)
SEED = 7
KILLS = [
    (kind, f"{point}:{n}") for kind, points in POINTS.items() for point in points for n in TIMES
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What a record can get wrong. Rows are (table, key)."""

    missing: set[tuple[str, str]]
    stale: set[tuple[str, str]]
    resurrected: set[tuple[str, str]]
    twice: list[tuple[str, ...]]

    def __bool__(self) -> bool:
        return bool(self.missing or self.stale or self.resurrected or self.twice)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the record is kept, and the room that is synced to it."""

    kind: str
    address: str
    here: Here

    def kill(self, point: str, broken: str | None = None) -> None:
        """Run a sync that must die at the point."""
        db.session.remove()
        given = (self.here.settings.instance, self.kind, self.address, point, broken)
        child = PROCESSES.Process(target=sync_child.main, args=given)
        child.start()
        child.join()
        assert child.exitcode == -signal.SIGKILL, f"it never came to {point}"

    def run(self) -> SyncReport:
        """Run a sync to its end, in this process."""
        target = open_target(self.kind, self.address)
        try:
            return sync.sync_once(
                target=target,
                now=utc_now(),
                settings=self.here.settings,
                batch_rows=BATCH_ROWS,
            )
        finally:
            target.close()

    def faults(self) -> Fault:
        """Return what the record has wrong, by looking at both sides from outside."""
        room = oracle.of_room(db.engine)
        if self.kind == "postgres":
            record, twice = oracle.of_postgres(self.address), []
        else:
            record, twice = oracle.of_folder(Path(self.address)), _twice(Path(self.address))
        return Fault(
            missing=room.keys() - record.keys(),
            stale={key for key in room.keys() & record.keys() if room[key] != record[key]},
            resurrected=record.keys() - room.keys(),
            twice=twice,
        )


@pytest.fixture
def here(app: Flask, clock: FrozenClock) -> Here:
    return here_in(app, clock)


@pytest.fixture
def folder(here: Here, tmp_path: Path) -> Place:
    (tmp_path / "stick").mkdir()
    return Place(kind="folder", address=str(tmp_path / "stick"), here=here)


@pytest.fixture(params=["folder", "postgres"])
def place(request: pytest.FixtureRequest, here: Here, folder: Place) -> Iterator[Place]:
    if request.param == "folder":
        yield folder
        return
    cluster: Cluster = request.getfixturevalue("private_cluster")
    with cluster.database() as name:
        yield Place(kind="postgres", address=cluster.dsn(name), here=here)


def test_there_are_forty_kills_and_more() -> None:
    assert len(KILLS) + 6 == 44


def test_killed_at_any_point_the_next_run_completes_the_record(place: Place) -> None:
    random, child_id = _chance(), factories.child(place.here).child_id.hex
    for kind, point in KILLS:
        if kind != place.kind:
            continue
        _live(place.here, child_id, random)

        place.kill(point)
        report = place.run()

        assert not place.faults(), point
        # Not by way of the repair, nor of sending everything again.
        assert (report.repaired, report.notice, report.set_aside) == (0, None, 0), point


@pytest.mark.parametrize("point", ["sync.before-renew:1", "sync.renewed:1"])
def test_killed_while_a_restored_disk_is_sorted_out(place: Place, point: str) -> None:
    random, child_id = _chance(), factories.child(place.here).child_id.hex
    disk = place.here.settings.instance / "kiosk.db"
    _live(place.here, child_id, random)
    place.run()
    db.session.remove()
    db.engine.dispose()
    image = disk.read_bytes()
    _live(place.here, child_id, random)
    place.run()
    db.session.remove()
    db.engine.dispose()
    disk.write_bytes(image)
    _live(place.here, child_id, random)

    place.kill(point)
    report = place.run()

    faults = place.faults()
    assert report.notice is SyncNotice.RESTORED
    assert not faults.missing
    assert not faults.stale
    assert len(faults.resurrected) == report.notice_rows  # what only the record has, and said so


def test_killed_while_a_difference_is_repaired(place: Place) -> None:
    random, child_id = _chance(), factories.child(place.here).child_id.hex
    _live(place.here, child_id, random)
    place.run()
    _run("UPDATE sync_control SET muted = true")
    _run("DELETE FROM visit WHERE id IN (SELECT id FROM visit LIMIT 3)")
    _run("UPDATE sync_control SET muted = false")
    assert len(place.faults().resurrected) == 3

    place.kill("sync.repairing:1")
    place.run()

    assert not place.faults()


@pytest.mark.parametrize(
    ("broken", "point"), [("ack-first", "sync.before-put:2"), ("no-key", "sync.before-ack:2")]
)
def test_the_checker_catches_a_sync_that_is_wrong(folder: Place, broken: str, point: str) -> None:
    random, child_id = _chance(), factories.child(folder.here).child_id.hex
    _live(folder.here, child_id, random)

    folder.kill(point, broken)
    run_broken(broken, folder.address)

    faults = folder.faults()
    assert bool(faults.missing) is (broken == "ack-first")
    assert bool(faults.twice) is (broken == "no-key")


def _chance() -> Random:
    return Random(SEED)  # noqa: S311 - the same course of events each time


def _live(here: Here, child_id: str, random: Random) -> None:
    """Let visits come, change and go: some eighty changes in a few transactions."""
    for _ in range(4):
        with transaction() as session:
            known = list(session.execute(text("SELECT id FROM visit ORDER BY id")).scalars())
            new = [
                {"id": new_id(utc_now()).hex, "request": new_id(utc_now()).hex} for _ in range(15)
            ]
            session.execute(
                text(
                    "INSERT INTO visit (id, home_id, child_id, local_day, signed_in_at, state,"
                    " request_id) VALUES (:id, :home, :child, '2026-11-20',"
                    " '2026-11-20 08:40:00.000000', 'left_unconfirmed', :request)"
                ),
                [row | {"home": here.home_id.hex, "child": child_id} for row in new],
            )
            for key in random.sample(known, min(4, len(known))):
                session.execute(
                    text("UPDATE visit SET local_day = :day WHERE id = :id"),
                    {"day": f"2026-11-{random.randint(1, 30):02}", "id": key},
                )
            for key in random.sample(known, min(2, len(known))):
                session.execute(text("DELETE FROM visit WHERE id = :id"), {"id": key})


def _run(statement: str) -> None:
    with transaction() as session:
        session.execute(text(statement))


def _twice(folder: Path) -> list[tuple[str, ...]]:
    """Return each version of a row that stands in more than one file, or twice in one."""
    seen: Counter[tuple[str, ...]] = Counter()
    for path in folder.glob("out/*/*.zip"):
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                if name.endswith(".csv") and name != "manifest.csv":
                    _, *rows = csv.reader(io.StringIO(archive.read(name).decode("ascii")))
                    epoch = path.name.partition("-")[0] if "-" in path.name else ""
                    seen.update((epoch, name, *row[:3]) for row in rows)
    return [version for version, times in seen.items() if times > 1]
