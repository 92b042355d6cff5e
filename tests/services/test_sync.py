"""The record has what the room has: nothing missing, nothing twice, and it can be proved."""

import csv
import shutil
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import text, update

from kiosk.db import db, transaction
from kiosk.errors import UnavailableError
from kiosk.models.library import Loan
from kiosk.models.record import SyncNotice
from kiosk.record.folder import FolderTarget
from kiosk.record.target import (
    Batch,
    Hello,
    HelloReply,
    Receipt,
    RecordProblem,
    Shape,
    Span,
    Target,
)
from kiosk.rules.sessions import SessionProblem
from kiosk.services import sync
from kiosk.services.here import Here
from kiosk.services.record_map import SENT
from kiosk.services.sync import SyncReport
from tests import factories
from tests.clock import FrozenClock
from tests.conftest import here_in
from tests.postgres import Cluster
from tests.record import oracle

if TYPE_CHECKING:
    from kiosk.rules.digest import SetDigest


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A target and how to look into it from outside."""

    target: Target
    rows: Callable[[], oracle.Rows]
    path: Path


@pytest.fixture
def here(app: Flask, clock: FrozenClock) -> Here:
    return here_in(app, clock)


@pytest.fixture
def folder(tmp_path: Path) -> Record:
    path = tmp_path / "stick"
    path.mkdir()
    return Record(target=FolderTarget(path), rows=lambda: oracle.of_folder(path), path=path)


@pytest.fixture(params=["folder", "postgres"])
def record(request: pytest.FixtureRequest, folder: Record) -> Iterator[Record]:
    if request.param == "folder":
        yield folder
        return
    from kiosk.record.postgres import PostgresTarget

    cluster: Cluster = request.getfixturevalue("private_cluster")
    with cluster.database() as name:
        dsn = cluster.dsn(name)
        target = PostgresTarget(dsn)
        yield Record(target=target, rows=lambda: oracle.of_postgres(dsn), path=Path(dsn))
        target.close()


@dataclass(slots=True)
class Meddled:
    """A target whose `put` a test stands in front of, or behind."""

    target: Target
    put: Callable[[Batch], Receipt]

    @property
    def name(self) -> str:
        return self.target.name

    def hello(self, hello: Hello) -> HelloReply:
        return self.target.hello(hello)

    def renew(self, hello: Hello, *, claim: str) -> HelloReply:
        return self.target.renew(hello, claim=claim)

    def digests(
        self, shape: Shape, *, room_id: str, epoch: int, spans: "list[Span]"
    ) -> "dict[str, SetDigest]":
        return dict(self.target.digests(shape, room_id=room_id, epoch=epoch, spans=spans))

    def only_here(self, shapes: "tuple[Shape, ...]", *, room_id: str, epoch: int) -> int:
        return self.target.only_here(shapes, room_id=room_id, epoch=epoch)

    def remembers(self, shape: Shape, *, column: str, room_id: str, epoch: int) -> bool:
        return self.target.remembers(shape, column=column, room_id=room_id, epoch=epoch)

    def forget_before(self, shape: Shape, *, column: str, room_id: str, epoch: int) -> None:
        self.target.forget_before(shape, column=column, room_id=room_id, epoch=epoch)

    def close(self) -> None:
        self.target.close()


def _sync(target: object, here: Here, *, batch_rows: int = 50_000) -> SyncReport:
    return sync.sync_once(
        target=target,  # type: ignore[arg-type]  # Meddled is a target but for exact types
        now=here.now,
        settings=here.settings,
        batch_rows=batch_rows,
    )


def _an_afternoon(here: Here) -> tuple[UUID, UUID]:
    """Let something happen in each table that is sent; return a visit and a loan."""
    teacher, child = factories.staff(here), factories.child(here)
    opening_id = factories.open_today(here, staff_id=teacher.staff_id)
    visit_id = factories.visit(here, child.child_id)
    loan_id = factories.loan(here, child.child_id, factories.item(here).item_id)
    booking_id = factories.booking(here, child.child_id, started_at=here.now)
    _run(
        "INSERT INTO safety_check (id, opening_id, hazard, is_fine, note, checked_at)"
        " VALUES (:id, :opening, 'fire', false, 'a loose wire', '2026-11-20 08:40:00.000000')",
        id=visit_id.hex,
        opening=opening_id.hex,
    )
    _run(
        "INSERT INTO call_attempt (id, booking_id, line_id, started_at)"
        " SELECT :id, :booking, id, '2026-11-20 08:40:00.000000' FROM line LIMIT 1",
        id=visit_id.hex,
        booking=booking_id.hex,
    )
    return visit_id, loan_id


def _run(statement: str, **given: object) -> None:
    with transaction() as session:
        session.execute(text(statement), given)


def test_everything_that_may_leave_arrives(here: Here, record: Record) -> None:
    _an_afternoon(here)

    report = _sync(record.target, here)

    room = oracle.of_room(db.engine)
    assert record.rows() == room
    assert {table for table, _ in room} == {shape.name for shape in SENT}
    assert (report.sent, report.repaired, report.notice) == (len(room), 0, None)


def test_a_room_on_postgres_is_received_as_well(
    postgres_app: Flask, clock: FrozenClock, folder: Record
) -> None:
    here = here_in(postgres_app, clock)
    _an_afternoon(here)

    report = _sync(folder.target, here)

    assert folder.rows() == oracle.of_room(db.engine)
    assert (report.repaired, report.set_aside) == (0, 0)


def test_a_second_sync_sends_nothing_and_still_compares(here: Here, record: Record) -> None:
    _an_afternoon(here)
    _sync(record.target, here)
    before = record.rows()

    report = _sync(record.target, here)

    assert (report.sent, record.rows()) == (0, before)
    assert report.compared > 0


def test_only_what_changed_is_sent_and_once(here: Here, record: Record) -> None:
    visit_id, loan_id = _an_afternoon(here)
    _sync(record.target, here)
    for renewals in range(3):
        _run("UPDATE loan SET renewals = :n WHERE id = :id", n=renewals + 1, id=loan_id.hex)
    _run("DELETE FROM visit WHERE id = :id", id=visit_id.hex)

    report = _sync(record.target, here)

    assert report.sent == 2
    assert record.rows() == oracle.of_room(db.engine)


@pytest.mark.parametrize("batch_rows", [7, 50])
def test_the_size_of_a_batch_changes_nothing(here: Here, folder: Record, batch_rows: int) -> None:
    _an_afternoon(here)

    report = _sync(folder.target, here, batch_rows=batch_rows)

    files = list(folder.path.rglob("*.zip"))
    assert folder.rows() == oracle.of_room(db.engine)
    assert len(files) == -(-report.sent // batch_rows)


def test_a_backlog_of_many_slices_arrives_whole(here: Here, record: Record) -> None:
    _many_visits(here, 6_001)

    report = _sync(record.target, here, batch_rows=2_500)

    assert report.sent > 6_001
    assert record.rows() == oracle.of_room(db.engine)


def test_what_happens_while_a_batch_is_on_its_way_arrives_too(here: Here, record: Record) -> None:
    _an_afternoon(here)
    children = [factories.child(here) for _ in range(3)]

    def put(batch: Batch) -> Receipt:
        if children:
            factories.visit(here, children.pop().child_id)
            _run("UPDATE loan SET renewals = renewals + 1")
        return record.target.put(batch)

    _sync(Meddled(record.target, put), here, batch_rows=10)

    assert not children
    assert record.rows() == oracle.of_room(db.engine)
    assert sync.status(here.settings, target=record.target.name).waiting == 0


def test_nothing_counts_as_received_before_the_receipt(here: Here, record: Record) -> None:
    _an_afternoon(here)

    def put(batch: Batch) -> Receipt:
        assert batch.rows
        raise UnavailableError(RecordProblem.UNREACHABLE)

    with pytest.raises(UnavailableError):
        _sync(Meddled(record.target, put), here)

    status = sync.status(here.settings, target=record.target.name)
    assert status.waiting == len(oracle.of_room(db.engine))
    assert (status.last_error, status.last_success_at) == (RecordProblem.UNREACHABLE, None)


def test_a_receipt_for_something_else_is_none(here: Here, folder: Record) -> None:
    _an_afternoon(here)

    def put(batch: Batch) -> Receipt:
        return replace(folder.target.put(batch), rows=batch.rows - 1)

    with pytest.raises(UnavailableError) as error:
        _sync(Meddled(folder.target, put), here)

    assert error.value.reason is RecordProblem.DAMAGED
    assert sync.status(here.settings).waiting > 0


def test_a_receipt_that_was_lost_is_found_again(here: Here, record: Record) -> None:
    _an_afternoon(here)

    def put(batch: Batch) -> Receipt:
        record.target.put(batch)
        raise UnavailableError(RecordProblem.UNREACHABLE)

    with pytest.raises(UnavailableError):
        _sync(Meddled(record.target, put), here)
    _run("UPDATE loan SET renewals = 1")

    report = _sync(record.target, here)

    assert (report.sent, report.notice) == (1, None)
    assert record.rows() == oracle.of_room(db.engine)


def test_a_restored_disk_loses_nothing_without_a_word(here: Here, record: Record) -> None:
    visit_id, _ = _an_afternoon(here)
    _sync(record.target, here)
    with _disk_set_back(here):
        # What the restored disk will not know: one more visit, one changed.
        lost = factories.visit(here, factories.child(here).child_id)
        _run("UPDATE visit SET state = 'left_unconfirmed' WHERE id = :id", id=visit_id.hex)
        _sync(record.target, here)
    # More changes than the lost ones: the numbers alone would look as if all had been received.
    found = [factories.visit(here, factories.child(here).child_id) for _ in range(5)]

    report = _sync(record.target, here)

    room, kept = oracle.of_room(db.engine), record.rows()
    assert report.notice is SyncNotice.RESTORED
    assert report.notice_rows == 2  # the visit and its child
    assert {key: kept[key] for key in room} == room
    assert ("visit", lost.hex) in kept
    assert all(("visit", one.hex) in kept for one in found)


def test_a_restored_disk_is_told_of_once(here: Here, record: Record) -> None:
    _an_afternoon(here)
    with _disk_set_back(here):
        _sync(record.target, here)
    _sync(record.target, here)

    report = _sync(record.target, here)

    assert (report.notice, report.sent) == (None, 0)
    status = sync.status(here.settings, target=record.target.name)
    assert status.notice is SyncNotice.RESTORED


def test_a_disk_restored_from_before_its_first_sync_is_noticed(here: Here, record: Record) -> None:
    _sync(record.target, here)
    with _disk_set_back(here):
        _an_afternoon(here)
        _sync(record.target, here)
    factories.visit(here, factories.child(here).child_id)

    report = _sync(record.target, here)

    room, kept = oracle.of_room(db.engine), record.rows()
    assert report.notice is SyncNotice.RESTORED
    assert {key: kept[key] for key in room} == room


def test_a_machine_that_was_replaced_is_refused(here: Here, record: Record) -> None:
    _an_afternoon(here)
    _sync(record.target, here)
    with _disk_set_back(here):
        factories.child(here)
        _sync(record.target, here)
        kept = _disk(here).read_bytes()
    _sync(record.target, here)  # the restored one, which begins a new epoch
    _put_disk(here, kept)
    factories.child(here)

    with pytest.raises(UnavailableError) as error:
        _sync(record.target, here)

    assert error.value.reason is RecordProblem.OTHER_MACHINE


def test_a_record_that_was_emptied_gets_everything_again(here: Here, folder: Record) -> None:
    _an_afternoon(here)
    _sync(folder.target, here)
    shutil.rmtree(folder.path / "out")

    report = _sync(folder.target, here)

    room = oracle.of_room(db.engine)
    assert (report.notice, report.notice_rows) == (SyncNotice.RECORD_WAS_EMPTY, len(room))
    assert folder.rows() == room


def test_an_answer_to_a_claim_that_was_lost_is_asked_for_again(here: Here, record: Record) -> None:
    _an_afternoon(here)
    with _disk_set_back(here):
        _sync(record.target, here)

    class DeafToRenewal(Meddled):
        def renew(self, hello: Hello, *, claim: str) -> HelloReply:
            super().renew(hello, claim=claim)
            raise UnavailableError(RecordProblem.UNREACHABLE)

    with pytest.raises(UnavailableError):
        _sync(DeafToRenewal(record.target, record.target.put), here)

    report = _sync(record.target, here)

    assert report.notice is SyncNotice.RESTORED
    assert record.rows() == oracle.of_room(db.engine)


@pytest.mark.parametrize("bad", ["小雨", "a\tb", "tomorrow", "2026-13-31"])
def test_a_row_that_cannot_be_taken_is_set_aside_and_the_rest_goes_on(
    here: Here, record: Record, bad: str
) -> None:
    if record.path.is_dir() and bad == "2026-13-31":
        bad = "2026-1-1"  # a file takes a day that no calendar has
    _an_afternoon(here)
    child = factories.child(here)
    _run("UPDATE child SET enrolled_on = :bad WHERE id = :id", bad=bad, id=child.child_id.hex)
    factories.visit(here, child.child_id)
    aside = ("child", child.child_id.hex)

    report = _sync(record.target, here)

    status = sync.status(here.settings, target=record.target.name)
    assert (report.set_aside, status.set_aside, status.waiting) == (1, 1, 0)
    _run("UPDATE child SET enrolled_on = '2026-09-01' WHERE id = :id", id=child.child_id.hex)
    room = oracle.of_room(db.engine)
    assert record.rows() == {key: row for key, row in room.items() if key != aside}


def test_a_row_that_was_set_aside_is_sent_when_it_is_mended(here: Here, record: Record) -> None:
    child = factories.child(here)
    _run("UPDATE child SET enrolled_on = '小雨'")
    _sync(record.target, here)
    _run("UPDATE child SET enrolled_on = '2026-09-01' WHERE id = :id", id=child.child_id.hex)

    report = _sync(record.target, here)

    assert (report.sent, report.set_aside) == (1, 0)
    assert record.rows() == oracle.of_room(db.engine)


def test_the_proof_finds_what_no_trigger_noted_and_repairs_it(here: Here, record: Record) -> None:
    visit_id, loan_id = _an_afternoon(here)
    _sync(record.target, here)
    _run("UPDATE sync_control SET muted = true")
    _run("UPDATE loan SET renewals = 2 WHERE id = :id", id=loan_id.hex)
    _run("DELETE FROM visit WHERE id = :id", id=visit_id.hex)
    new = factories.item(here)
    _run("UPDATE sync_control SET muted = false")

    report = _sync(record.target, here)

    assert (report.notice, report.repaired) == (SyncNotice.REPAIRED, 3)
    assert ("item", new.item_id.hex) in record.rows()
    assert record.rows() == oracle.of_room(db.engine)
    assert _sync(record.target, here).repaired == 0


def test_the_proof_finds_what_was_changed_in_the_record(
    here: Here, private_cluster: Cluster
) -> None:
    import psycopg

    from kiosk.record.postgres import PostgresTarget

    _an_afternoon(here)
    with private_cluster.database() as name:
        dsn = private_cluster.dsn(name)
        target = PostgresTarget(dsn)
        _sync(target, here)
        with psycopg.connect(dsn) as connection:
            connection.execute("UPDATE record_visit SET state = 'left'")
            connection.execute("DELETE FROM record_loan")

        report = _sync(target, here)

        assert report.repaired == 2
        assert oracle.of_postgres(dsn) == oracle.of_room(db.engine)
        target.close()


def test_status_says_when_everything_was_last_received(
    here: Here, folder: Record, clock: FrozenClock
) -> None:
    assert sync.status(here.settings).last_success_at is None
    _an_afternoon(here)
    _sync(folder.target, here)
    received = here.now
    clock.advance(hours=1)

    factories.child(replace(here, now=clock()))

    status = sync.status(here.settings)
    assert status.last_success_at == received
    assert status.waiting == sync.waiting(here.settings) == 1


def test_a_success_forgets_the_failure_before_it(here: Here, folder: Record) -> None:
    with pytest.raises(UnavailableError):
        _sync(FolderTarget(folder.path / "missing"), here)
    assert sync.status(here.settings).last_error is RecordProblem.UNREACHABLE

    _sync(folder.target, here)

    assert sync.status(here.settings).last_error is None


def test_a_room_too_busy_to_keep_the_account_says_so_and_is_read_again(
    here: Here, folder: Record
) -> None:
    _an_afternoon(here)

    def put(batch: Batch) -> Receipt:
        assert batch.rows
        raise UnavailableError(SessionProblem.NOT_STORED)

    with pytest.raises(UnavailableError) as error:
        _sync(Meddled(folder.target, put), here)

    assert error.value.reason is SessionProblem.NOT_STORED
    assert sync.status(here.settings).last_error is RecordProblem.NOT_STORED


def test_the_target_of_the_settings_is_a_folder_in_the_instance(here: Here) -> None:
    _an_afternoon(here)

    report = sync.sync_target(None, here=here)

    assert report.target == "folder"
    assert oracle.of_folder(here.settings.instance / "record") == oracle.of_room(db.engine)


@pytest.mark.parametrize("name", ["postgres", "nowhere"])
def test_a_target_that_is_not_set_up_says_so(here: Here, name: str) -> None:
    with pytest.raises(UnavailableError) as error:
        sync.sync_target(name, here=here)

    assert error.value.reason is RecordProblem.NOT_SET_UP


def _many_visits(here: Here, number: int) -> None:
    """Insert so many visits in one statement, ten minutes apart."""
    child = factories.child(here)
    _run(
        "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < :number)"
        " INSERT INTO visit (id, home_id, child_id, local_day, signed_in_at, state, request_id)"
        " SELECT printf('%012x70008000%012x', 1780000000000 + 600000 * n, n), :home, :child,"
        " '2026-11-20', '2026-11-20 08:40:00.000000', 'left_unconfirmed', printf('%032x', n)"
        " FROM n",
        number=number,
        home=here.home_id.hex,
        child=child.child_id.hex,
    )


def _disk(here: Here) -> Path:
    return here.settings.instance / "kiosk.db"


def _put_disk(here: Here, content: bytes) -> None:
    db.session.remove()
    db.engine.dispose()
    _disk(here).write_bytes(content)


class _disk_set_back:  # noqa: N801 - read as words after `with`
    """Take an image of the disk now, and put it back at the end of the block."""

    def __init__(self, here: Here) -> None:
        self._here = here

    def __enter__(self) -> None:
        db.session.remove()
        db.engine.dispose()
        self._image = _disk(self._here).read_bytes()

    def __exit__(self, *_: object) -> None:
        _put_disk(self._here, self._image)


def _named_in(folder: Record) -> int:
    """Return in how many rows of all files a loan names its child."""
    found = 0
    for path in folder.path.rglob("*.zip"):
        with zipfile.ZipFile(path) as archive:
            if "loan.csv" in archive.namelist():
                rows = csv.DictReader(archive.read("loan.csv").decode().splitlines())
                found += sum(row["child_id"] != "" for row in rows)
    return found


def test_no_file_says_who_read_what_once_the_room_has_forgotten_it(
    folder: Record, here: Here
) -> None:
    child, item = factories.child(here), factories.item(here)
    ended = factories.loan(here, child.child_id, item.item_id, ended_at=here.now)
    factories.loan(here, child.child_id, factories.item(here).item_id)
    _sync(folder.target, here)
    before = _named_in(folder)
    with transaction() as session:
        session.execute(update(Loan).where(Loan.id == ended).values(child_id=None))

    report = _sync(FolderTarget(folder.path), here)
    again = _sync(FolderTarget(folder.path), here)

    assert (before, _named_in(folder)) == (2, 1), "the open loan keeps its reader"
    assert report.notice is None
    assert (again.sent, again.repaired) == (0, 0)
    assert sum(table == "loan" for table, _ in folder.rows()) == 2


def test_files_that_forget_nothing_stay(folder: Record, here: Here) -> None:
    child, item = factories.child(here), factories.item(here)
    factories.loan(here, child.child_id, item.item_id)
    _sync(folder.target, here)
    files = sorted(folder.path.rglob("*.zip"))
    factories.visit(here, child.child_id)

    _sync(FolderTarget(folder.path), here)

    assert set(files) < set(folder.path.rglob("*.zip"))


def test_forgetting_keeps_what_a_restored_room_has_lost(here: Here, folder: Record) -> None:
    child, item = factories.child(here), factories.item(here)
    ended = factories.loan(here, child.child_id, item.item_id, ended_at=here.now)
    with _disk_set_back(here):
        # One file has the loan that will be forgotten and a visit that the room will lose.
        lost = factories.visit(here, factories.child(here).child_id)
        _sync(folder.target, here)
    with transaction() as session:
        session.execute(update(Loan).where(Loan.id == ended).values(child_id=None))
    before = folder.rows()

    reports = [_sync(FolderTarget(folder.path), here) for _ in range(2)]

    kept = folder.rows()
    assert before.keys() <= kept.keys()
    assert ("visit", lost.hex) in kept
    assert _named_in(folder) == 0
    assert [(one.notice, one.notice_rows) for one in reports] == [
        (SyncNotice.RESTORED, 2),  # the visit and its child
        (None, 0),
    ]


def test_forgetting_goes_on_where_the_power_went(here: Here, folder: Record) -> None:
    child, item = factories.child(here), factories.item(here)
    ended = factories.loan(here, child.child_id, item.item_id, ended_at=here.now)
    with _disk_set_back(here):
        factories.visit(here, child.child_id)
        _sync(folder.target, here)
    (old,) = folder.path.rglob("*.zip")
    content = old.read_bytes()
    with transaction() as session:
        session.execute(update(Loan).where(Loan.id == ended).values(child_id=None))
    _sync(FolderTarget(folder.path), here)
    files = set(folder.path.rglob("*.zip"))
    old.write_bytes(content)  # the new file stands, and the old one has not gone yet

    _sync(FolderTarget(folder.path), here)

    assert set(folder.path.rglob("*.zip")) == files
    assert _named_in(folder) == 0
