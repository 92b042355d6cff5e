"""Every revision goes up and down, and together they make what the models say."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import (
    Date,
    DateTime,
    Engine,
    Uuid,
    column,
    create_engine,
    delete,
    insert,
    inspect,
    select,
    table,
    text,
    update,
)
from sqlalchemy.exc import IntegrityError

from kiosk import models
from kiosk.db import prepare_engine
from kiosk.errors import UnavailableError
from kiosk.services import migrate
from tests.postgres import Cluster

REVISIONS = sorted(path.name[:4] for path in (migrate.FOLDER / "versions").glob("[0-9]*.py"))
HOME = UUID("01930000-0000-7000-8000-000000000001")

# What has landed stays as it is: an instance somewhere has been made by it. A change is a new one.
LANDED = {
    "0001_tables.py": "126e5717176796795e3889b01c529a69e4d01f0e96084f008ff2f1ed132e5986",
    "0002_guards.py": "1bbcde99e8067659b859bbc04e0e5b9d93d5a61f9883ac310fd759e81303134e",
    "0003_device.py": "767eb8f506609182ef785a7f723b33a5fa58e852b9686e14096e203b336eb069",
    "0004_no_card.py": "c0b666ae6ec581d9ad5eb6c4c67dd155cf8478c8060ff5f9f8af6baa9a3918c8",
    "0005_new_friends.py": "1744fc46364613c9287b48d391a28e36c008484ee299deb33120e2cf379eaede",
    "0006_book_house.py": "fa4ffb2ed7fdf2e2c0e13d464d3778c58142e617322e33c87692989641f79d5a",
    "0007_lending_desk.py": "2d1f67ca2b8e05edd42d005f0890088873525488d889f609f8a7838cf2b167c3",
    "0008_stocktake.py": "8f466c7910c3a6100bacbfd35b8e9ff70dc9d636ede660cf56b41d96b74446f0",
    "0011_not_taken.py": "9344f1ab3f75ad7af9019374701cdac2dac647ca7b61f40c9f7a67784c673457",
    "0012_written_down.py": "9ea238455e5e0400bf5ca3a4baeb8824624cca21be83b14c497c2a84ce3407f9",
    "0013_after_the_end.py": "b5a3d5a89de94aabb4687625abdda4b25d5c58bf4dcec4cadf36bb748c6254c4",
    "0014_call_plan.py": "1af92a12f96c4636be0e9d9468676cbb3fc0cc022ad94a94d2e2f5fe35947193",
    "0015_reached_by_telephone.py": (
        "53b4816fcc71ca565e6925ddcf59301a63698e155b29b203e2480b5a96a3ae08"
    ),
    "0016_kinds_and_holidays.py": (
        "02a5bd5906372f8cf7124fcc4a8474f8383b935eebef5e4353ce7e2fb219eea9"
    ),
    "0017_duty_rota.py": "2b0f2744ab7cf5323f4e9bafdd216e7c40a9d130eb1f58338f573cca9f424df9",
    "0018_room_times.py": "14069dad8be994c7faa641fe4257810fde4f51ef9dc9bea1ec7995bc6f504653",
    "0019_activities.py": "6764def4dbbc9f40890f7ad62590c2b2254d170b7c0226cd33ab486bbdceb3d9",
    "0020_pastimes.py": "4a20fbadfa248d4aad245454b7b19dd16662aa0d6d719b736ede50190547f52b",
    "0021_checked_again.py": "070b5aefa2812be49cfc0c1cee286f98ae59f7560f2010e3303fcf17ed117802",
    "0022_talks.py": "0597ee3556017fe84674b86e573488219510797f247860c6474b5ea315adf1fc",
    "0023_wall_board.py": "d81d873c2297da3057b8bd118cf7f6e263934aff15b3987d32b09f128b40a065",
    "0024_withdrawals.py": "01b70b604079f201d75e008b6b3c3fad9ecd8548dc05c285d3954a0235e8d2e6",
    "0025_letters.py": "af9d6842e0d3b96dcd8ab8dc80bf5f86055f0e45a3380085da4bcbb3fb8237ad",
    "0026_written_off.py": "f55bc257f168d22cff284ba4b865cc6566272b81e5cb13af3883c48bf5dc4d07",
}

assert models.__all__  # the metadata is full once the models are imported


def _engine(url: str) -> Engine:
    engine = create_engine(url)
    prepare_engine(engine)
    return engine


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Engine]:
    engine = _engine(f"sqlite:///{tmp_path / 'kiosk.db'}")
    yield engine
    engine.dispose()


@pytest.fixture
def postgres(private_cluster: Cluster) -> Iterator[Engine]:
    with private_cluster.database() as name:
        engine = _engine(private_cluster.url(name))
        yield engine
        engine.dispose()


@pytest.fixture(params=["sqlite", "postgres"])
def engine(request: pytest.FixtureRequest) -> Engine:
    found: Engine = request.getfixturevalue(request.param)
    return found


def _tables(engine: Engine) -> set[str]:
    return set(inspect(engine).get_table_names()) - {"alembic_version"}


def _digest(path: Path) -> str:
    return sha256(path.read_text(encoding="utf-8").encode()).hexdigest()  # whatever ends a line


def test_a_migration_that_has_landed_is_never_edited() -> None:
    folder = migrate.FOLDER / "versions"

    found = {name: _digest(folder / name) for name in LANDED}

    assert found == LANDED
    assert sorted(path.name for path in folder.glob("[0-9]*.py")) == sorted(LANDED)


def test_the_migrations_make_what_the_models_say(engine: Engine) -> None:
    migrate.bring_up_to_date(engine)

    migrate.check(engine)


def test_there_is_one_way_up(engine: Engine) -> None:
    migrate.bring_up_to_date(engine)

    assert migrate.current(engine) == migrate.newest() == REVISIONS[-1]


def test_all_the_way_down_leaves_nothing(engine: Engine) -> None:
    migrate.bring_up_to_date(engine)
    _insert_a_home(engine)

    migrate.downgrade(engine, "base")

    assert _tables(engine) == set()


def test_down_and_up_again_gives_the_same_tables(engine: Engine) -> None:
    migrate.bring_up_to_date(engine)
    before = _tables(engine)

    migrate.downgrade(engine, "base")
    migrate.bring_up_to_date(engine)

    assert _tables(engine) == before


def test_a_row_lives_through_every_revision(engine: Engine) -> None:
    migrate.bring_up_to_date(engine)
    _insert_a_home(engine)

    migrate.downgrade(engine, REVISIONS[0])
    migrate.bring_up_to_date(engine)

    with engine.connect() as connection:
        assert connection.execute(text("SELECT name FROM home")).scalars().all() == ["a room"]


def test_a_second_start_has_nothing_to_do(engine: Engine) -> None:
    migrate.bring_up_to_date(engine)

    assert migrate.bring_up_to_date(engine) is False


def test_a_database_of_a_newer_kiosk_is_left_alone(engine: Engine) -> None:
    migrate.bring_up_to_date(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(UnavailableError) as error:
        migrate.bring_up_to_date(engine)

    assert error.value.reason is migrate.MigrationProblem.NEWER_DATABASE


def test_a_server_with_nothing_to_migrate_does_not_load_alembic(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'kiosk.db'}"
    engine = _engine(url)
    migrate.bring_up_to_date(engine)
    engine.dispose()
    script = (
        "import sys; from sqlalchemy import create_engine; from kiosk.services import migrate;"
        f"migrate.bring_up_to_date(create_engine({url!r})); print('alembic' in sys.modules)"
    )

    said = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).resolve().parents[1],
    )

    assert said.stdout.strip() == "False"


def _insert_a_home(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(insert(models.home.Home).values(id=HOME, name="a room"))


def test_a_class_of_new_friends_comes_and_goes_with_its_revision(engine: Engine) -> None:
    migrate.bring_up_to_date(engine)
    migrate.downgrade(engine, "0004")
    class_id, child_id = _insert_a_child(engine)
    noted = _noted(engine)

    migrate.bring_up_to_date(engine)

    assert _noted(engine) == noted, "a migration changes nothing that the record has"
    assert _classes(engine) == [(class_id, 3, 1)]
    friends = uuid4()
    _insert_class(engine, friends, 0, 0)
    assert len(_noted(engine)) == len(noted) + 1, "the triggers are back"
    with pytest.raises(IntegrityError):
        _insert_class(engine, uuid4(), 0, 1)
    with pytest.raises(IntegrityError):
        _insert_class(engine, uuid4(), 4, 0)
    with pytest.raises(IntegrityError):
        _delete_class(engine, class_id)  # the child still refers to it
    with pytest.raises(IntegrityError):
        migrate.downgrade(engine, "0004")
    assert migrate.current(engine) == "0005"
    assert sorted(_classes(engine)) == sorted([(class_id, 3, 1), (friends, 0, 0)])

    _delete_class(engine, friends)
    noted = _noted(engine)
    migrate.downgrade(engine, "0004")

    assert _noted(engine) == noted
    assert _classes(engine) == [(class_id, 3, 1)]
    with pytest.raises(IntegrityError):
        _insert_class(engine, uuid4(), 0, 0)
    assert child_id in _children(engine)


def _insert_class(engine: Engine, class_id: UUID, grade: int, number: int) -> None:
    with engine.begin() as connection:
        connection.execute(
            insert(models.people.SchoolClass).values(id=class_id, grade=grade, number=number)
        )


def _delete_class(engine: Engine, class_id: UUID) -> None:
    with engine.begin() as connection:
        connection.execute(
            delete(models.people.SchoolClass).where(models.people.SchoolClass.id == class_id)
        )


def _insert_a_child(engine: Engine) -> tuple[UUID, UUID]:
    class_id, child_id = uuid4(), uuid4()
    _insert_class(engine, class_id, 3, 1)
    with engine.begin() as connection:
        connection.execute(
            insert(models.people.Child).values(
                id=child_id,
                family_name="陈",
                given_name="小满",
                initials="cxm",
                class_id=class_id,
                animal="deer",
                cloth="lake",
                enrolled_on=date(2026, 9, 1),
            )
        )
    return class_id, child_id


def _children(engine: Engine) -> list[UUID]:
    with engine.connect() as connection:
        return list(connection.scalars(select(models.people.Child.id)))


def _classes(engine: Engine) -> list[tuple[UUID, int, int]]:
    table = models.people.SchoolClass
    with engine.connect() as connection:
        rows = connection.execute(select(table.id, table.grade, table.number))
        return [(row.id, row.grade, row.number) for row in rows]


def _noted(engine: Engine) -> list[tuple[int, str, str]]:
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT seq, tbl, op FROM sync_change ORDER BY seq"))
        return [(row.seq, row.tbl, row.op) for row in rows]


# As 0005 has them: what the models say today has more columns.
_TITLE = table("title", column("id", Uuid()), column("name"), column("search_key"))
_ITEM = table(
    "item",
    column("id", Uuid()),
    column("title_id", Uuid()),
    column("code"),
    column("accession_no"),
    column("shelf"),
    column("status"),
    column("added_on", Date()),
)
_LOAN = table(
    "loan",
    column("id", Uuid()),
    column("item_id", Uuid()),
    column("child_id", Uuid()),
    column("local_day", Date()),
    column("lent_at", DateTime()),
    column("due_on", Date()),
    column("renewals"),
    column("ended_at", DateTime()),
    column("ended_as"),
    column("request_id", Uuid()),
)
_LENT_AT = datetime(2026, 11, 2, 8, 30)  # noqa: DTZ001 - as the database keeps an instant


# As 0013 has them.
_CONTACT = table(
    "contact",
    *(column(name, Uuid()) for name in ("id", "child_id")),
    *(column(name) for name in ("relation", "phone_cipher", "phone_tail", "phone_digest")),
    *(column(name) for name in ("status", "position")),
)
_SLOT = table(
    "slot",
    *(column(name, Uuid()) for name in ("id", "opening_id", "line_id")),
    column("on_date", Date()),
    *(column(name) for name in ("week_key", "start_min", "end_min", "status")),
)
_BOOKING = table(
    "booking",
    *(column(name, Uuid()) for name in ("id", "slot_id", "child_id", "contact_id", "request_id")),
    column("on_date", Date()),
    *(column(name, DateTime()) for name in ("state_since", "booked_at")),
    *(column(name) for name in ("week_key", "start_min", "phone_digest", "kind", "state")),
    *(column(name) for name in ("is_owed", "version")),
)
_EVENT = table(
    "booking_event",
    column("booking_id", Uuid()),
    column("seq"),
    column("at", DateTime()),
    column("to_state"),
)


def _insert_a_call(engine: Engine, child_id: UUID) -> None:
    opening, line = models.openings.Opening, models.calls.Line
    opening_id, line_id, slot_id, contact_id, booking_id = (uuid4() for _ in range(5))
    place = {"on_date": date(2026, 11, 16), "week_key": "2026-W47", "start_min": 960}
    person = {"contact_id": contact_id, "child_id": child_id, "phone_digest": b"d" * 32}
    with engine.begin() as connection:
        connection.execute(
            insert(opening).values(
                id=opening_id,
                home_id=HOME,
                on_date=place["on_date"],
                from_min=960,
                to_min=1020,
                place_min=10,
                talk_min=8,
                origin="manual",
                state="planned",
            )
        )
        connection.execute(insert(line).values(id=line_id, home_id=HOME, name="一", kind="phone"))
        connection.execute(
            insert(_CONTACT).values(
                id=contact_id,
                child_id=child_id,
                relation="mother",
                phone_cipher=b"c",
                phone_tail="0000",
                phone_digest=person["phone_digest"],
                status="approved",
                position=0,
            )
        )
        connection.execute(
            insert(_SLOT).values(
                id=slot_id,
                opening_id=opening_id,
                line_id=line_id,
                end_min=970,
                status="open",
                **place,
            )
        )
        connection.execute(
            insert(_BOOKING).values(
                id=booking_id,
                slot_id=slot_id,
                kind="weekly",
                state="booked",
                state_since=_LENT_AT,
                booked_at=_LENT_AT,
                is_owed=False,
                version=1,
                request_id=uuid4(),
                **place,
                **person,
            )
        )
        connection.execute(
            insert(_EVENT).values(booking_id=booking_id, seq=1, at=_LENT_AT, to_state="booked")
        )


def _let_a_companion_ring(engine: Engine) -> None:
    """Let a brother ring at the same place, as no child could before."""
    booking = models.calls.Booking
    child, contact = models.people.Child, models.people.Contact
    with engine.begin() as connection:
        mine = connection.execute(select(booking)).mappings().one()
        of_child = connection.execute(select(child)).mappings().one()
        of_contact = connection.execute(select(contact)).mappings().one()
        brother, his_contact, his = uuid4(), uuid4(), uuid4()
        connection.execute(insert(child).values({**of_child, "id": brother, "animal": "bear"}))
        connection.execute(
            insert(contact).values({**of_contact, "id": his_contact, "child_id": brother})
        )
        his_call = {"id": his, "child_id": brother, "contact_id": his_contact}
        of_two = {"companion_of_id": mine["id"], "request_id": uuid4()}
        connection.execute(insert(booking).values({**mine, **his_call, **of_two}))
        connection.execute(
            insert(_EVENT).values(booking_id=his, seq=1, at=_LENT_AT, to_state="booked")
        )


def _seat_the_companion_again(engine: Engine) -> None:
    """Let the brother have a call of his own in place of the one in which he rang along."""
    booking, slot = models.calls.Booking, models.calls.Slot
    with engine.begin() as connection:
        his = connection.execute(select(booking).where(booking.companion_of_id.is_not(None)))
        along = his.mappings().one()
        place = connection.execute(select(slot)).mappings().one()
        later = {"id": uuid4(), "start_min": 970, "end_min": 980}
        connection.execute(insert(slot).values({**place, **later}))
        connection.execute(
            update(booking).where(booking.id == along["id"]).values(state="no_answer")
        )
        again = {"slot_id": later["id"], "start_min": later["start_min"], "companion_of_id": None}
        new = {"id": uuid4(), "replaces_id": along["id"], "request_id": uuid4()}
        connection.execute(insert(booking).values({**along, **again, **new}))


def _calls(engine: Engine) -> dict[str, list[tuple[object, ...]]]:
    with engine.connect() as connection:
        return {
            one.name: [tuple(row) for row in connection.execute(select(one).order_by(*one.c))]
            for one in (_BOOKING, _EVENT)
        }


def _triggers(engine: Engine) -> list[str]:
    """Return what the database does by itself when a call changes."""
    if engine.dialect.name == "sqlite":
        wanted = "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'booking'"
    else:
        wanted = (
            "SELECT pg_get_triggerdef(oid) FROM pg_trigger"
            " WHERE tgrelid = 'booking'::regclass AND NOT tgisinternal"
        )
    with engine.connect() as connection:
        return sorted(connection.execute(text(wanted)).scalars())


def _insert_books(engine: Engine, child_id: UUID) -> dict[str, list[tuple[object, ...]]]:
    """Insert a title with two items, one of them out, and return the rows of the three tables."""
    title_id, out, back = uuid4(), uuid4(), uuid4()
    with engine.begin() as connection:
        connection.execute(insert(_TITLE).values(id=title_id, name="小马过河", search_key="xmgh"))
        for item_id, code, shelf in ((out, "B00000000001", "一号架"), (back, "B00000000002", None)):
            connection.execute(
                insert(_ITEM).values(
                    id=item_id,
                    title_id=title_id,
                    code=code,
                    accession_no=code[-6:],
                    shelf=shelf,
                    status="available",
                    added_on=date(2026, 9, 1),
                )
            )
        for item_id, ended_at in ((out, None), (back, _LENT_AT + timedelta(days=3))):
            connection.execute(
                insert(_LOAN).values(
                    id=uuid4(),
                    item_id=item_id,
                    child_id=child_id,
                    local_day=_LENT_AT.date(),
                    lent_at=_LENT_AT,
                    due_on=date(2026, 11, 16),
                    renewals=1,
                    ended_at=ended_at,
                    ended_as=None if ended_at is None else "returned",
                    request_id=uuid4(),
                )
            )
    return _books(engine)


def _books(engine: Engine) -> dict[str, list[tuple[object, ...]]]:
    with engine.connect() as connection:
        return {
            one.name: [tuple(row) for row in connection.execute(select(one).order_by(one.c.id))]
            for one in (_TITLE, _ITEM, _LOAN)
        }


def test_calls_live_through_the_plan_and_back(engine: Engine) -> None:
    migrate.bring_up_to_date(engine)
    migrate.downgrade(engine, "0013")
    _insert_a_home(engine)
    _, child_id = _insert_a_child(engine)
    _insert_a_call(engine, child_id)
    before, triggers = _calls(engine), _triggers(engine)
    noted = _noted(engine)

    migrate.bring_up_to_date(engine)

    assert [row[0] for row in _calls(engine)["booking"]] == [row[0] for row in before["booking"]]
    assert _noted(engine) == noted, "a migration changes nothing that the record has"
    assert _triggers(engine) == triggers
    contact = models.people.Contact
    with engine.connect() as connection:
        reached = connection.execute(select(contact.can_phone, contact.can_video)).one()
    assert tuple(reached) == (True, False)
    _let_a_companion_ring(engine)
    _seat_the_companion_again(engine)

    migrate.downgrade(engine, "0013")

    left = _calls(engine)
    assert before["booking"][0] in left["booking"], "of two that rang together one is left"
    assert len(left["booking"]) == 2, "and the call that stood for the other's"
    assert left["booking_event"] == before["booking_event"]
    assert _triggers(engine) == triggers


def test_the_kiosk_of_before_writes_a_contact_that_is_rung_by_telephone(engine: Engine) -> None:
    migrate.bring_up_to_date(engine)
    _insert_a_home(engine)
    _, child_id = _insert_a_child(engine)

    _insert_a_call(engine, child_id)

    contact = models.people.Contact
    with engine.connect() as connection:
        reached = connection.execute(select(contact.can_phone, contact.can_video)).one()
    assert tuple(reached) == (True, False)


def test_books_and_loans_live_through_the_book_house_and_back(engine: Engine) -> None:
    migrate.bring_up_to_date(engine)
    migrate.downgrade(engine, "0005")
    class_id, child_id = _insert_a_child(engine)
    before = _insert_books(engine, child_id)
    noted = _noted(engine)

    migrate.bring_up_to_date(engine)

    loan, item, shelf = models.library.Loan, models.library.Item, models.library.Shelf
    with engine.connect() as connection:
        loans = connection.execute(
            select(loan.borrower, loan.class_id, loan.plain_due_on, loan.is_holiday_loan)
        ).all()
        shelves = connection.execute(
            select(shelf.name)
            .select_from(item)
            .outerjoin(shelf, shelf.id == item.shelf_id)
            .order_by(item.code)
        ).scalars()
        assert list(shelves) == ["一号架", None]
    assert {tuple(row) for row in loans} == {("child", class_id, date(2026, 11, 16), False)}
    assert _noted(engine) == noted, "a migration changes nothing that the record has"
    with engine.begin() as connection, pytest.raises(IntegrityError):
        connection.execute(update(loan).values(ended_at=None, ended_as=None, child_id=None))

    migrate.downgrade(engine, "0005")

    assert _books(engine) == before
    assert _noted(engine) == noted
    with engine.begin() as connection:
        connection.execute(text("UPDATE loan SET renewals = 2 WHERE ended_at IS NULL"))
    assert len(_noted(engine)) == len(noted), "each row is noted once"
    assert _noted(engine) != noted, "the triggers are back"


def test_books_and_loans_live_through_the_moments_they_were_written_down(engine: Engine) -> None:
    migrate.bring_up_to_date(engine)
    migrate.downgrade(engine, "0005")
    _, child_id = _insert_a_child(engine)
    _insert_books(engine, child_id)
    migrate.bring_up_to_date(engine)
    items, loans, noted = _rows(engine, "item"), _rows(engine, "loan"), _noted(engine)

    migrate.downgrade(engine, "0011")

    assert not {"added_at", "pile_request_id"} & _rows(engine, "item")[0].keys()
    assert "end_noted_at" not in _rows(engine, "loan")[0]
    migrate.bring_up_to_date(engine)
    assert (_rows(engine, "item"), _rows(engine, "loan")) == (items, loans)
    assert {row["added_at"] for row in items} == {row["end_noted_at"] for row in loans} == {None}
    assert _noted(engine) == noted


def _rows(engine: Engine, name: str) -> list[dict[str, object]]:
    with engine.connect() as connection:
        found = connection.execute(text(f"SELECT * FROM {name} ORDER BY id"))  # noqa: S608
        return [dict(row) for row in found.mappings()]


def test_lines_of_the_pattern_get_a_kind_and_lose_it_again(engine: Engine) -> None:
    migrate.bring_up_to_date(engine)
    _insert_a_home(engine)
    migrate.downgrade(engine, "0015")
    times = [(1, 720, 780), (3, 990, 1080), (5, 1110, 1200), (7, 990, 1080)]
    rule = table(
        "opening_rule",
        *(column("id", Uuid()), column("home_id", Uuid()), column("valid_from", Date())),
        *(column(name) for name in ("weekday", "from_min", "to_min", "place_min", "talk_min")),
    )
    with engine.begin() as connection:
        for weekday, from_min, to_min in times:
            connection.execute(
                insert(rule).values(
                    id=uuid4(),
                    home_id=HOME,
                    weekday=weekday,
                    from_min=from_min,
                    to_min=to_min,
                    place_min=10,
                    talk_min=8,
                    valid_from=date(2026, 9, 1),
                )
            )
        connection.execute(
            text(
                "INSERT INTO calendar_day (on_date, kind, name) "
                "VALUES ('2026-10-01', 'closed', '国庆')"
            )
        )
    before = _rows(engine, "opening_rule")

    migrate.bring_up_to_date(engine)

    kinds = {row["weekday"]: row["kind"] for row in _rows(engine, "opening_rule")}
    assert kinds == {1: "noon", 3: "after_class", 5: "evening", 7: "weekend"}
    with engine.connect() as connection:
        stored = connection.execute(text("SELECT name, source FROM calendar_day"))
        assert [tuple(row) for row in stored] == [("国庆", None)]
    migrate.downgrade(engine, "0015")
    assert _rows(engine, "opening_rule") == before


def test_answers_to_holidays_live_through_being_asked_again_and_back(engine: Engine) -> None:
    migrate.bring_up_to_date(engine)
    migrate.downgrade(engine, "0020")
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO holiday_year (year, source, noted_at) "
                "VALUES (2026, 'list', '2026-11-20 08:00:00')"
            )
        )
        connection.execute(
            text(
                "INSERT INTO public_day (on_date, year, kind, name) "
                "VALUES ('2026-10-01', 2026, 'closed', '国庆')"
            )
        )
        term = table("term", column("id", Uuid()), *map(column, ("name", "first_day", "last_day")))
        days = {"first_day": "2026-09-01", "last_day": "2027-01-15"}
        connection.execute(insert(term).values(id=HOME, name="一", **days))

    migrate.bring_up_to_date(engine)
    with engine.begin() as connection:
        letters = connection.execute(text("SELECT first_letter FROM term")).scalars().all()
        # The kiosk of before knows nothing of the new columns.
        connection.execute(
            text(
                "INSERT INTO public_day (on_date, year, kind, name) "
                "VALUES ('2026-10-02', 2026, 'closed', '国庆')"
            )
        )
        connection.execute(text("UPDATE public_day SET is_withdrawn = (on_date = '2026-10-02')"))
    migrate.downgrade(engine, "0020")

    assert letters == ["a"]
    with engine.connect() as connection:
        left = connection.execute(text("SELECT name, kind FROM public_day")).all()
        names = connection.execute(text("SELECT name FROM term")).scalars().all()
    assert [tuple(row) for row in left] == [("国庆", "closed")]
    assert names == ["一"]


_MIDDAY = datetime(2026, 3, 9, 4, 0)  # noqa: DTZ001 - as it is stored
_LATE = datetime(2026, 3, 9, 16, 30)  # noqa: DTZ001 - half past midnight in China


@pytest.mark.parametrize(
    ("status", "steps", "expected"),
    [
        ("withdrawn", [("withdrawn", _MIDDAY)], [(date(2026, 3, 9), None)]),
        ("withdrawn", [("withdrawn", _LATE)], [(date(2026, 3, 10), None)]),
        ("withdrawn", [("damaged", _MIDDAY), ("replaced", _LATE)], [(date(2026, 3, 10), None)]),
        (
            "available",
            [("withdrawn", _MIDDAY), ("photo", _LATE), ("available", _LATE)],
            [(date(2026, 3, 9), date(2026, 3, 10))],
        ),
        ("withdrawn", [], [(None, None)]),
        ("withdrawn", [("withdrawn", _MIDDAY), ("available", _LATE)], None),
        ("available", [("withdrawn", _MIDDAY)], []),
        ("available", [], []),
    ],
)
def test_since_when_a_copy_is_withdrawn_is_told_by_the_audit(
    engine: Engine,
    status: str,
    steps: list[tuple[str, datetime]],
    expected: list[tuple[date | None, date | None]] | None,
) -> None:
    migrate.bring_up_to_date(engine)
    migrate.downgrade(engine, "0023")
    item_id = _insert_a_copy(engine, status)
    for n, (said, at) in enumerate(steps, start=1):
        _note_of_a_copy(engine, n, item_id, said, at)
    before = _rows(engine, "item")

    migrate.bring_up_to_date(engine)

    gone = models.lending.ItemWithdrawal
    with engine.connect() as connection:
        found = connection.execute(select(gone.item_id, gone.withdrawn_on, gone.back_on)).all()
    assert {row.item_id for row in found} <= {item_id}
    days = sorted([tuple(row[1:]) for row in found], key=str)
    both = [(date(2026, 3, 9), date(2026, 3, 10)), (None, None)]  # told once, and once not
    assert days == sorted(both if expected is None else expected, key=str)
    migrate.downgrade(engine, "0023")
    assert _rows(engine, "item") == before


def _insert_a_copy(engine: Engine, status: str) -> UUID:
    title_id, item_id = uuid4(), uuid4()
    item = models.library.Item
    with engine.begin() as connection:
        connection.execute(
            insert(models.library.Title).values(id=title_id, name="小马过河", search_key="xmgh")
        )
        connection.execute(
            insert(item).values(
                id=item_id,
                title_id=title_id,
                code="B00000000001",
                accession_no="000001",
                status=status,
                added_on=date(2026, 3, 1),
            )
        )
    return item_id


@pytest.mark.parametrize(
    ("status", "row", "cases", "expected"),
    [
        ("lost", "none", [("lost", "pardoned")], [(date(2026, 3, 10), None)]),
        ("lost", "none", [("lost", None)], []),
        ("lost", "none", [("lost", "pardoned"), ("lost", None)], []),  # found, and lost again
        ("lost", "none", [("lost", "pardoned"), ("damaged", "repaired")], []),
        ("available", "none", [("lost", "pardoned")], []),
        ("available", "none", [("damaged", "pardoned")], []),
        ("withdrawn", "no day", [("damaged", "replaced")], [(date(2026, 3, 10), None)]),
        ("withdrawn", "none", [("worn_out", "withdrawn")], [(date(2026, 3, 10), None)]),
        ("withdrawn", "no day", [("damaged", "repaired")], [(None, None)]),
        ("withdrawn", "a day", [("damaged", "withdrawn")], [(date(2026, 3, 2), None)]),
    ],
)
def test_what_a_case_wrote_off_is_gone_since_then(
    engine: Engine,
    status: str,
    row: str,
    cases: list[tuple[str, str | None]],
    expected: list[tuple[date | None, date | None]],
) -> None:
    migrate.bring_up_to_date(engine)
    item_id = _insert_a_copy(engine, status)
    gone, befell = models.lending.ItemWithdrawal, models.lending.ItemCase
    with engine.begin() as connection:
        if row != "none":
            on = date(2026, 3, 2) if row == "a day" else None
            connection.execute(insert(gone).values(id=uuid4(), item_id=item_id, withdrawn_on=on))
        times = [at.replace(tzinfo=UTC) for at in (_MIDDAY, _LATE)]
        befallen = [("damaged", "repaired"), *cases][-2:]
        for at, (kind, end) in zip(times, befallen, strict=True):
            connection.execute(
                insert(befell).values(
                    id=uuid4(),
                    item_id=item_id,
                    kind=kind,
                    local_day=at.date(),
                    opened_at=at,
                    ended_at=None if end is None else at,
                    ended_as=end,
                    end_reason=None if end is None else "缺页",
                )
            )
    migrate.downgrade(engine, "0025")
    before = _rows(engine, "item_withdrawal")

    migrate.bring_up_to_date(engine)

    with engine.connect() as connection:
        found = connection.execute(select(gone.withdrawn_on, gone.back_on)).all()
    assert [tuple(one) for one in found] == expected
    migrate.downgrade(engine, "0025")
    if status == "lost":
        assert _rows(engine, "item_withdrawal") == before == []


def _note_of_a_copy(engine: Engine, n: int, item_id: UUID, said: str, at: datetime) -> None:
    names = ("n", "action", "subject", "fields", "purpose", "previous", "digest")
    audit = table(
        "audit", column("at", DateTime()), column("actor_id", Uuid()), *map(column, names)
    )
    with engine.begin() as connection:
        connection.execute(
            insert(audit).values(
                n=n,
                at=at,
                actor_id=uuid4(),
                action="edit",
                subject=f"item:{item_id}",
                fields=said,
                purpose="catalogue",
                previous=bytes(32),
                digest=bytes(32),
            )
        )
