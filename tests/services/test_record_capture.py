"""Whatever changes what may leave the room is noted, by whatever statement it was changed."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from kiosk.db import Base, db, transaction
from kiosk.errors import UnavailableError
from kiosk.record.target import Kind, Shape
from kiosk.rules.call_states import CallState
from kiosk.services import call_corrections, call_desk
from kiosk.services.here import Here
from kiosk.services.record_capture import capture_ddl, drop_capture_ddl
from kiosk.services.record_map import BY_NAME, SENT
from tests import factories
from tests.clock import FrozenClock
from tests.conftest import here_in

# What is decided to stay in the room. A new column of these tables fails the test below until it
# stands here or in the map.
STAYS = {
    "school_class": {"number"},
    "child": {
        "family_name", "given_name", "given_name_pinyin", "initials", "local_no", "is_boarder",
        "animal", "cloth", "not_in_file_since",
    },
    "item": {
        "code", "accession_no", "shelf_id", "batch_id", "price_fen", "issue", "label_queued_at",
        "label_checked_at", "misses", "added_at", "pile_request_id", "price_reason",
    },
    "line": {"name"},
    "opening": {"rule_id", "place_min", "talk_min", "is_close_unconfirmed", "reason"},
    "duty": {"staff_id"},
    "safety_check": {"note"},
    "visit": {"request_id", "leave_request_id"},
    "loan": {
        "borrower", "class_id", "staff_id", "lent_by_id", "plain_due_on", "is_holiday_loan",
        "is_late_entry", "is_late_return", "request_id", "renew_request_id", "end_request_id",
        "end_noted_at",
    },
    "slot": {"week_key"},
    "booking": {
        "contact_id", "phone_digest", "kind", "is_owed", "request_id", "version",
        "companion_of_id", "plan_id", "replaces_id",
    },
    "call_attempt": set(),
}  # fmt: skip

# These have no row in the record at all.
ALL_STAYS = {
    "audit", "batch_goods", "batch_not_taken", "booking_event", "calendar_day",
    "closing_note", "line_test", "opening_times", "activity", "pairing", "pairing_contact",
    "call_setting", "call_wish", "card", "child_lesson", "contact", "contact_doubt",
    "contact_hours", "device", "hold", "holiday_year", "public_day",
    "rule_set_choice", "duty_absence", "duty_event", "duty_setting", "duty_template",
    "duty_vetting",
    "home", "intake_batch", "item_case", "item_withdrawal", "late_entry",
    "ledger_archive", "lending_policy", "letter_log",
    "library_setting", "line_outage", "opening_rule", "picture_code", "plan_seat", "planned_duty",
    "room_reading", "scanner", "shelf", "staff",
    "staff_session", "stocktake", "stocktake_shelf", "stocktake_sight", "sync_change",
    "sync_control", "sync_quarantine", "sync_state", "talk_offer", "talk_request", "term",
    "throttle", "title", "title_cover",
    "visit_pastime", "visitor", "waiting_arrival", "wall_board", "week_plan", "wish_time",
}  # fmt: skip

KINDS = {"Uuid": Kind.KEY, "Date": Kind.DATE, "UTCDateTime": Kind.INSTANT, "Enum": Kind.WORD}
NUMBERS = {"Integer", "Boolean"}


@pytest.fixture
def here(either_app: Flask, clock: FrozenClock) -> Here:
    return here_in(either_app, clock)


def _changes(table: str) -> dict[str, tuple[int, str]]:
    with db.engine.connect() as connection:
        found = connection.execute(
            text("SELECT pk, seq, op FROM sync_change WHERE tbl = :tbl"), {"tbl": table}
        )
        return {str(pk): (int(seq), str(op)) for pk, seq, op in found}


def _run(*statements: str, **given: object) -> None:
    """Execute them in one transaction, as no use case of ours would."""
    with transaction() as session:
        for statement in statements:
            session.execute(text(statement), given)


def _counter() -> int:
    with db.engine.connect() as connection:
        return int(
            connection.execute(text("SELECT coalesce(max(seq), 0) FROM sync_change")).scalar_one()
        )


def test_each_column_of_a_sent_table_is_decided() -> None:
    for shape in SENT:
        columns = {column.name for column in Base.metadata.tables[shape.name].columns}
        sent = {column.name for column in shape.columns}

        assert sent | STAYS[shape.name] | {"id"} == columns, shape.name
        assert not sent & STAYS[shape.name], shape.name


def test_each_table_is_decided() -> None:
    assert set(BY_NAME) | ALL_STAYS == set(Base.metadata.tables)


@pytest.mark.parametrize("shape", SENT, ids=lambda shape: shape.name)
def test_a_column_is_sent_as_what_it_is(shape: Shape) -> None:
    table = Base.metadata.tables[shape.name]

    for column in shape.columns:
        of_table = type(table.columns[column.name].type).__name__
        if column.kind is Kind.NUMBER:
            assert of_table in NUMBERS
        else:
            assert KINDS.get(of_table) is column.kind or (of_table, column.name) == (
                "String",
                "week_key",
            )


def test_nothing_sent_is_named_like_a_person_or_a_number_to_ring() -> None:
    private = re.compile("name|phone|contact|note|text|code|initial|staff|pin|birth|relation")

    names = {column.name for shape in SENT for column in shape.columns}

    assert not [name for name in names if private.search(name)]


def test_the_triggers_of_a_migrated_database_are_those_of_the_map(here: Here) -> None:
    del here
    dialect = db.engine.dialect.name
    with db.engine.connect() as connection:
        if dialect == "sqlite":
            query = "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'sync_%'"
            found = {str(sql) for (sql,) in connection.execute(text(query))}
            expected = {text for text in capture_ddl(dialect) if "TRIGGER" in text}
            assert found == expected
        else:
            query = "SELECT tgname FROM pg_trigger WHERE tgname LIKE 'sync_%'"
            before = {str(row) for row in connection.execute(text(_POSTGRES_TRIGGERS))}
            for statement in (*drop_capture_ddl(dialect), *capture_ddl(dialect)[1:]):
                connection.exec_driver_sql(statement)
            after = {str(row) for row in connection.execute(text(_POSTGRES_TRIGGERS))}
            assert len(connection.execute(text(query)).all()) == 3 * len(SENT)
            assert after == before


_POSTGRES_TRIGGERS = """
SELECT pg_get_triggerdef(t.oid), pg_get_functiondef(t.tgfoid) FROM pg_trigger AS t
WHERE t.tgname LIKE 'sync_%'
"""


def test_what_is_new_is_noted(here: Here) -> None:
    child = factories.child(here)

    visit_id = factories.visit(here, child.child_id)

    assert _changes("visit")[visit_id.hex][1] == "U"


def test_a_change_of_many_rows_in_one_statement_is_noted_row_by_row(here: Here) -> None:
    children = [factories.child(here) for _ in range(3)]
    visits = {factories.visit(here, child.child_id).hex for child in children}
    before = _changes("visit")

    _run("UPDATE visit SET state = 'left_unconfirmed'")

    after = _changes("visit")
    numbers = [after[key][0] for key in visits]
    assert min(numbers) > max(before[key][0] for key in visits)
    assert len(set(numbers)) == 3


def test_a_change_of_what_stays_is_not_noted(here: Here) -> None:
    child = factories.child(here)
    before = _counter()

    _run("UPDATE child SET given_name = '小雨', initials = 'xy', is_boarder = true")

    assert _counter() == before
    assert child.child_id.hex in _changes("child")


def test_a_change_to_the_same_value_is_not_noted(here: Here) -> None:
    factories.visit(here, factories.child(here).child_id)
    before = _counter()

    _run("UPDATE visit SET state = state, signed_out_at = NULL")

    assert _counter() == before


def test_what_is_gone_is_noted_under_its_old_key(here: Here) -> None:
    visit_id = factories.visit(here, factories.child(here).child_id)
    before = _changes("visit")[visit_id.hex][0]

    _run("DELETE FROM visit")

    after, op = _changes("visit")[visit_id.hex]
    assert (after > before, op) == (True, "D")


def test_a_telephone_that_was_not_rung_after_all_was_not_rung_in_the_record_either(
    here: Here,
) -> None:
    staff_id = factories.staff(here).staff_id
    child_id = factories.child(here).child_id
    factories.visit(here, child_id)
    booking_id = factories.booking(here, child_id)
    for version, state in enumerate((CallState.WAITING, CallState.CALLING), start=1):
        call_desk.change(booking_id, state, version, staff_id=staff_id, here=here)
    (attempt,) = _changes("call_attempt")

    call_corrections.undo(booking_id, 3, staff_id=staff_id, here=here)

    assert _changes("call_attempt")[attempt][1] == "D"
    assert _changes("booking")[booking_id.hex][1] == "U"


def test_what_comes_back_is_there_again(here: Here, clock: FrozenClock) -> None:
    child = factories.child(here)
    visit_id = factories.visit(here, child.child_id)
    _run("DELETE FROM visit")

    _run(
        "INSERT INTO visit (id, home_id, child_id, local_day, signed_in_at, state, request_id)"
        " SELECT :id, :home, id, enrolled_on, :now, 'open', :request FROM child",
        **_given(visit_id.hex, here, clock),
    )

    assert _changes("visit")[visit_id.hex][1] == "U"


def test_an_insert_that_replaces_is_noted_all_the_same(app: Flask, clock: FrozenClock) -> None:
    here = here_in(app, clock)
    child = factories.child(here)
    visit_id = factories.visit(here, child.child_id)
    before = _changes("visit")[visit_id.hex][0]

    _run(
        "INSERT OR REPLACE INTO visit (id, home_id, child_id, local_day, signed_in_at, state,"
        " request_id) SELECT :id, :home, id, enrolled_on, :now, 'open', :request FROM child",
        **_given(visit_id.hex, here, clock),
    )

    assert _changes("visit")[visit_id.hex] > (before, "U")


def test_nothing_is_noted_of_what_is_rolled_back(here: Here) -> None:
    child = factories.child(here)
    before = _counter()

    with pytest.raises((DBAPIError, UnavailableError)):
        _run("DELETE FROM card", "DELETE FROM child", "DELETE FROM nothing")

    assert _counter() == before
    assert _changes("child")[child.child_id.hex][1] == "U"


def test_a_muted_room_notes_nothing(here: Here) -> None:
    child = factories.child(here)
    before = _counter()
    _run("UPDATE sync_control SET muted = true")

    factories.visit(here, child.child_id)

    assert _counter() == before


def test_numbers_are_given_in_the_order_of_commits(here: Here, clock: FrozenClock) -> None:
    first = factories.visit(here, factories.child(here).child_id)
    clock.advance(minutes=1)
    second = factories.visit(here, factories.child(here).child_id)

    _run("UPDATE visit SET signed_in_at = :at WHERE id = :id", at=_at(clock), id=first.hex)

    changes = _changes("visit")
    assert changes[first.hex][0] > changes[second.hex][0]
    assert max(seq for seq, _ in changes.values()) == _counter()


def _given(key: str, here: Here, clock: FrozenClock) -> dict[str, object]:
    return {"id": key, "home": here.home_id.hex, "now": _at(clock), "request": key[::-1]}


def _at(clock: FrozenClock) -> str:
    """Return the instant as it stands in the database."""
    return f"{clock() - timedelta(minutes=5):%Y-%m-%d %H:%M:%S.%f}"


def test_the_number_of_a_change_is_never_given_up(here: Here) -> None:
    """The next one is the highest and one more: without the highest, one would be given twice."""
    factories.visit(here, factories.child(here).child_id)

    with pytest.raises(DBAPIError, match="not given up"):
        _run("DELETE FROM sync_change WHERE seq = (SELECT max(seq) FROM sync_change)")

    assert _changes("visit")
