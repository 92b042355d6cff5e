"""Of a call is kept that, when, with whom and how it ended: never a word of it, never a number."""

import io
import logging
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    Enum,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    Uuid,
    text,
)

from kiosk.db import Base, UTCDateTime, db, one_of, reading
from kiosk.models.calls import Booking
from kiosk.record.folder import FolderTarget
from kiosk.rules.call_states import CallState
from kiosk.rules.call_windows import LineKind
from kiosk.services import call_desk, ledgers, people, sync
from kiosk.services.call_desk import CallResult
from kiosk.services.here import Here
from kiosk.services.ledgers import FileKind, Ledger
from tests import factories
from tests.clock import FrozenClock
from tests.conftest import here_in

# Ids, times, numbers and what is one of a closed set.
HARMLESS = (Uuid, Integer, Boolean, Date, UTCDateTime)
# A week, an opened seed and a digest, of just this length; and what is written on the telephone.
CODES = {
    "slot.week_key": 8,
    "booking.week_key": 8,
    "week_plan.week_key": 8,
    "week_plan.seed": 64,
    "week_plan.input_digest": 64,
    "call_wish.week_key": 8,
    "line.name": 40,
}
DIGEST_BYTES = 32
MODULES = {"kiosk.models.calls", "kiosk.models.call_plan", "kiosk.models.call_hours"}
CALLS = {"line", "slot", "booking", "call_attempt", "week_plan", "call_wish"}

PHONES = ("19912345678", "18987650123")
# So many digits of a number in a row tell whose it is.
TELLING = 7


def _call_tables(metadata: MetaData) -> list[Table]:
    """Return the tables of calls, and whatever refers to one of them."""
    ours = {
        mapper.local_table.name
        for mapper in Base.registry.mappers
        if mapper.class_.__module__ in MODULES and isinstance(mapper.local_table, Table)
    }
    return [
        table
        for table in metadata.sorted_tables
        if table.name in ours | CALLS
        or CALLS & {key.column.table.name for key in table.foreign_keys}
    ]


def _could_hold_words(column: Column[object]) -> bool:
    """Return whether somebody could write down in a column what was said, or a number."""
    kind = column.type
    if isinstance(kind, Enum):
        return not kind.create_constraint
    if isinstance(kind, HARMLESS):
        return False
    if isinstance(kind, LargeBinary):
        return kind.length != DIGEST_BYTES
    if not isinstance(kind, String) or isinstance(kind, Text):
        return True
    return kind.length != CODES.get(f"{column.table.name}.{column.name}", 0)


def test_no_table_of_calls_has_a_column_for_words_pictures_or_sound() -> None:
    tables = _call_tables(Base.metadata)

    found = {
        str(column) for table in tables for column in table.columns if _could_hold_words(column)
    }

    assert found == set()
    assert {"booking", "booking_event", "call_attempt", "plan_seat", "wish_time"} <= {
        table.name for table in tables
    }


@pytest.mark.parametrize(
    "column",
    [
        Column("note", String(200)),
        Column("reason", String(24)),
        Column("said", Text),
        Column("sound", LargeBinary),
        Column("digest", LargeBinary(4096)),
        Column("more", JSON),
        Column("mood", Enum(LineKind, native_enum=False, create_constraint=False)),
        Column("phone", String(8)),
    ],
    ids=lambda column: str(column.name),
)
def test_a_column_for_words_pictures_or_sound_would_be_found(column: Column[object]) -> None:
    """The negative control."""
    table = Table("call_attempt", MetaData(), column, Column("kind", one_of(LineKind, "kind")))

    found = [one.name for one in _call_tables(table.metadata)[0].columns if _could_hold_words(one)]

    assert found == [column.name]


def test_a_new_table_about_a_call_is_looked_at_as_well() -> None:
    """The negative control."""
    metadata = MetaData()
    Table("call_attempt", metadata, Column("id", Uuid, primary_key=True))
    of_attempt = Column("attempt_id", Uuid, ForeignKey("call_attempt.id"))
    note = Table("talk_note", metadata, of_attempt, Column("said", Text))

    assert note in _call_tables(metadata)


# A whole afternoon


@pytest.fixture
def here(app: Flask, clock: FrozenClock) -> Here:
    return here_in(app, clock)


def _lead(app: Flask, clock: FrozenClock, booking_id: UUID, staff_id: UUID, to: CallState) -> None:
    clock.advance(minutes=1)
    reading().rollback()
    version = reading().get_one(Booking, booking_id).version
    reading().rollback()
    call_desk.change(
        booking_id, to, version, staff_id=staff_id, here=here_in(app, clock), is_sure=True
    )


def _afternoon(app: Flask, clock: FrozenClock) -> UUID:
    """Let one child reach its mother and another ring in vain; the numbers are looked at."""
    here = here_in(app, clock)
    teacher = factories.staff(here).staff_id
    factories.open_today(here, staff_id=teacher)
    for phone, ends in zip(PHONES, (CallState.DONE, CallState.NO_ANSWER), strict=True):
        now = here_in(app, clock)
        child_id = factories.child(now).child_id
        factories.visit(now, child_id)
        contact_id = factories.contact(now, child_id, phone=phone, full_name="陈大海")
        booking_id = factories.booking(now, child_id, contact_id=contact_id)
        _lead(app, clock, booking_id, teacher, CallState.WAITING)
        _lead(app, clock, booking_id, teacher, CallState.CALLING)
        shown = people.reveal_phone(
            contact_id, purpose=f"call:{booking_id}", actor_id=teacher, here=here_in(app, clock)
        )
        assert shown == phone
        if ends is CallState.NO_ANSWER:
            reading().rollback()
            version = reading().get_one(Booking, booking_id).version
            call_desk.ring_again(
                booking_id, version, result=CallResult.BUSY, here=here_in(app, clock)
            )
        _lead(app, clock, booking_id, teacher, ends)
    return teacher


def _windows() -> Iterator[str]:
    for phone in PHONES:
        for at in range(len(phone) - TELLING + 1):
            yield phone[at : at + TELLING]


def _telling(said: bytes) -> set[str]:
    """Return the parts of our numbers that stand in something, also with a blank or dash in it."""
    plain = said.replace(b"-", b"").replace(b" ", b"")
    return {part for part in _windows() if part.encode() in said or part.encode() in plain}


def _unpacked(data: bytes) -> bytes:
    if not zipfile.is_zipfile(io.BytesIO(data)):
        return data
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return b"\n".join(archive.read(name) for name in archive.namelist())


def _all_files(folder: Path) -> bytes:
    return b"\n".join(
        _unpacked(path.read_bytes()) for path in sorted(folder.rglob("*")) if path.is_file()
    )


def test_no_number_reaches_a_ledger_a_file_or_a_print(app: Flask, clock: FrozenClock) -> None:
    teacher = _afternoon(app, clock)
    here = here_in(app, clock)
    days = here.today - timedelta(days=1), here.today + timedelta(days=1)

    handed_out: dict[str, bytes] = {
        f"{which} {kind}": _unpacked(
            ledgers.content(
                which, first=days[0], last=days[1], kind=kind, actor_id=teacher, here=here
            )
        )
        for which in Ledger
        for kind in FileKind
    }
    printed: dict[str, bytes] = {
        f"{which}": repr(
            ledgers.to_print(which, first=days[0], last=days[1], actor_id=teacher, here=here).body
        ).encode()
        for which in Ledger
    }

    assert {name for name, said in {**handed_out, **printed}.items() if _telling(said)} == set()
    assert "接通".encode() in handed_out["L4 csv"]
    assert "接通".encode() in handed_out["L5 xlsx"]


def test_no_number_reaches_what_is_sent_a_log_or_the_audit(
    app: Flask,
    clock: FrozenClock,
    instance: Path,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    _afternoon(app, clock)
    here = here_in(app, clock)
    stick = tmp_path / "stick"
    stick.mkdir()

    sync.sync_once(target=FolderTarget(stick), now=here.now, settings=here.settings)

    reading().rollback()
    with db.engine.connect() as connection:
        audit = repr(connection.execute(text("SELECT * FROM audit")).all()).encode()
    said = {
        "sent": _all_files(stick),
        "logs": _all_files(instance / "logs"),
        "told": "\n".join(caplog.messages).encode(),
        "printed": "".join(capfd.readouterr()).encode(),
        "audit": audit,
        "database": (instance / "kiosk.db").read_bytes(),
    }
    assert {name for name, of in said.items() if _telling(of)} == set()
    assert b"booking" in said["sent"]
    assert b"reveal" in audit


def test_a_number_that_leaked_would_be_found() -> None:
    """The negative control: whole, in part, with a blank or a dash, and in a workbook."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("xl/sharedStrings.xml", f"<t>{PHONES[0]}</t>")

    for said in (PHONES[0], f"tel {PHONES[1][2:9]}", "199 1234 5678", "199-1234-5678"):
        assert _telling(said.encode())
    assert _telling(_unpacked(packed.getvalue()))
    assert not _telling(PHONES[0][-4:].encode())
    assert not _telling(b"19900001234")
