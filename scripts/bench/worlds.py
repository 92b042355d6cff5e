"""Instances and floor databases of a chosen size, made by bulk insert."""

import os
import random
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import floors

from kiosk.clock import utc_now
from kiosk.ids import new_id
from kiosk.settings import Settings

Row = dict[str, Any]

_IN_A_CLASS = 45
_LINES = 10
_PLACE_MIN = 10
_PLACES_A_DAY = 144
_FIRST_DAY = 7  # beyond the days that a child is offered, so that those lists stay as they are
_PIN = "246802"
_CHANGES = (
    "INSERT OR IGNORE INTO sync_change (tbl, pk, seq, op)"
    " SELECT ?, id, (SELECT coalesce(max(seq), 0) FROM sync_change)"
    " + row_number() OVER (ORDER BY id), 'U' FROM {0}"
)


@dataclass(slots=True, kw_only=True)
class World:
    """An instance and what can be scanned in it; each list is used up from its front."""

    folder: Path
    cards: list[str]
    contacts: dict[str, str]
    items: list[str]
    slots: list[str]
    staff_card: str
    pin: str = _PIN
    _next: dict[str, int] = field(default_factory=dict)

    def card(self) -> str:
        """Return the card of a child that has not come yet."""
        return self._take("card", self.cards)

    def item(self) -> str:
        return self._take("item", self.items)

    def slot(self) -> str:
        return self._take("slot", self.slots)

    def begin_again(self) -> None:
        """Let everybody have left, all books stand on the shelf and all calls be forgotten."""
        self._next.clear()
        with sqlite3.connect(self.folder / "kiosk.db", timeout=30) as connection:
            connection.execute("PRAGMA foreign_keys = ON")
            sweep(connection)
            connection.execute("UPDATE loan SET ended_at = lent_at, ended_as = 'returned'"
                               " WHERE ended_at IS NULL")  # fmt: skip
            connection.execute("DELETE FROM booking_event")
            connection.execute("DELETE FROM booking")
        connection.close()

    def sweep(self) -> None:
        """Let everybody have left a minute ago."""
        with sqlite3.connect(self.folder / "kiosk.db", timeout=30) as connection:
            sweep(connection)
        connection.close()

    def _take(self, kind: str, values: list[str]) -> str:
        place = self._next.get(kind, 0)
        self._next[kind] = place + 1
        return values[place % len(values)]


def sweep(connection: sqlite3.Connection) -> None:
    connection.execute("UPDATE visit SET state = 'left_unconfirmed' WHERE state = 'open'")


def make(folder: Path, *, children: int, items: int, titles: int | None = None) -> World:
    """Make an instance whose room is open all day and has no past; three copies of each title.

    With `titles` there are so many instead, each with a name and an author of its own.
    """
    from kiosk.db import open_database
    from kiosk.services.setup import init_instance

    now = utc_now()
    init_instance(folder, env=os.environ, now=now)
    settings = Settings.load(folder, os.environ)
    with open_database(settings.database_url):
        return _people(folder, settings, now, children, _titles(now, items, titles), items)


def with_history(world: World, folder: Path, *, visits: int, loans: int) -> World:
    """Return a copy of an instance with so many rows of the past, a thousand a day."""
    shutil.copytree(world.folder, folder)
    _history(folder / "kiosk.db", utc_now(), visits=visits, loans=loans)
    return replace(world, folder=folder, _next={})


def floor_database(path: Path, world: World) -> Path:
    """Make the floors' database: the same cards, no visit yet."""
    with sqlite3.connect(path) as connection:
        connection.executescript(floors.SCHEMA)
        rows = ((card, uuid4().hex) for card in world.cards)
        connection.executemany("INSERT INTO card VALUES (?, ?)", rows)
    connection.close()
    return path


def _titles(now: datetime, items: int, titles: int | None) -> list[Row]:
    from kiosk.services import demo_names
    from kiosk.services.catalogue_rows import NewTitle, title_row

    if titles is None:
        return [
            {"id": new_id(now), "name": f"小马过河{n}", "search_key": f"小马过河{n}",
             "pad_key": "9649"} for n in range(max(items // 3, 1))
        ]  # fmt: skip
    invented = islice(demo_names.books(random.Random(2)), titles)  # noqa: S311 - invented
    return [
        title_row(new_id(now), NewTitle(name=name, author=author, series=name,
                                        series_no=n + 1, class_mark="I287.4"))
        for n, (name, author) in enumerate(invented)
    ]  # fmt: skip


def _people(
    folder: Path, settings: Settings, now: datetime, children: int, titles: list[Row], items: int
) -> World:
    """Move a school in: children with a mother each, one teacher, books, an opening with places."""
    from sqlalchemy import insert

    from kiosk.db import transaction
    from kiosk.models import calls, library, openings, people
    from kiosk.services import homes

    home_id, today = homes.find(settings), _today(settings, now)
    classes = [
        {"id": new_id(now), "grade": 3 + place // 40, "number": place % 40 + 1}
        for place in range(-(-children // _IN_A_CLASS))
    ]
    kids = list(_children(classes, children, now, today))
    teacher = _teacher(settings, now)
    codes, cards = _cards(settings, now, kids, teacher)
    contacts = [_mother(child["id"], now) for child in kids]
    copies = list(_copies(titles, items, now, today))
    opening: Row = {"id": new_id(now), "home_id": home_id, "on_date": today, "from_min": 0,
               "to_min": 1440, "place_min": 10, "talk_min": 8, "origin": "adhoc",
               "state": "open", "opened_at": now}  # fmt: skip
    lines: list[Row] = [{"id": new_id(now), "home_id": home_id, "name": f"L{n}", "kind": "phone",
              "is_in_use": True} for n in range(_LINES)]  # fmt: skip
    places = list(_slots(opening["id"], [line["id"] for line in lines], now, today))
    with transaction() as session:
        for model, rows in (
            (people.SchoolClass, classes), (people.Child, kids), (people.Staff, [teacher]),
            (people.Card, cards), (people.Contact, contacts), (library.Title, titles),
            (library.Item, copies), (openings.Opening, [opening]), (calls.Line, lines),
            (calls.Slot, places),
        ):  # fmt: skip
            session.execute(insert(model), rows)
    return World(
        folder=folder,
        cards=codes[:-1],
        contacts={code: str(one["id"]) for code, one in zip(codes, contacts, strict=False)},
        items=[str(copy["code"]) for copy in copies],
        slots=[str(place["id"]) for place in places],
        staff_card=codes[-1],
    )


def _children(classes: list[Row], count: int, now: datetime, today: date) -> Iterator[Row]:
    badges = _badges()
    for place in range(count):
        yield {"id": new_id(now), "family_name": "陈", "given_name": f"小满{place % 10}",
               "initials": "cxm", "class_id": classes[place // _IN_A_CLASS]["id"],
               "is_boarder": False, "enrolled_on": today,
               **badges[place % _IN_A_CLASS]}  # fmt: skip


def _teacher(settings: Settings, now: datetime) -> Row:
    from kiosk.services import pins

    return {"id": new_id(now), "display_name": "王老师", "role": "administrator",
            "pin_hash": pins.hashed(_PIN, settings.keys.pin), "pin_is_one_time": False}  # fmt: skip


def _mother(child_id: UUID, now: datetime) -> Row:
    return {"id": new_id(now), "child_id": child_id, "relation": "mother", "phone_cipher": b"-",
            "phone_tail": "0000", "phone_digest": os.urandom(32), "status": "approved",
            "position": 0}  # fmt: skip


def _copies(titles: list[Row], count: int, now: datetime, today: date) -> Iterator[Row]:
    from kiosk.rules.codes import new_item_code

    for place in range(count):
        yield {"id": new_id(now), "title_id": titles[place % len(titles)]["id"],
               "code": new_item_code(), "accession_no": f"A{place:07}", "status": "available",
               "added_on": today}  # fmt: skip


def _cards(
    settings: Settings, now: datetime, kids: list[Row], teacher: Row
) -> tuple[list[str], list[Row]]:
    """Return the codes and the rows of all cards, the teacher's last."""
    from kiosk.rules.codes import CodeKind, card_code, card_digest

    key = settings.keys.card
    codes, cards = [], []
    for kind, child_id, staff_id in (
        *((CodeKind.CHILD, child["id"], None) for child in kids),
        (CodeKind.STAFF, None, teacher["id"]),
    ):
        card_id = new_id(now)
        codes.append(card_code(kind, card_id, key=key))
        cards.append(
            {"id": card_id, "code_digest": card_digest(codes[-1], key=key), "child_id": child_id,
             "staff_id": staff_id, "issued_at": now, "revoked_at": None}
        )  # fmt: skip
    return codes, cards


def _badges() -> list[dict[str, str]]:
    from kiosk.rules.badges import Animal, Cloth

    animals, cloths = list(Animal), list(Cloth)
    return [
        {"animal": animals[place % len(animals)], "cloth": cloths[place // len(animals)]}
        for place in range(_IN_A_CLASS)
    ]


def _slots(opening_id: UUID, lines: list[UUID], now: datetime, today: date) -> Iterator[Row]:
    from kiosk.rules import civil

    for day in (today + timedelta(days=_FIRST_DAY), today + timedelta(days=_FIRST_DAY + 1)):
        for place in range(_PLACES_A_DAY):
            for line in lines:
                start = place * _PLACE_MIN
                yield {"id": new_id(now), "opening_id": opening_id, "line_id": line, "on_date": day,
                       "week_key": civil.week_key(day), "start_min": start,
                       "end_min": start + _PLACE_MIN, "status": "open"}  # fmt: skip


def _history(path: Path, now: datetime, *, visits: int, loans: int) -> None:
    """Fill the past, and give it the change numbers that the triggers would have given."""
    connection = sqlite3.connect(path, isolation_level=None)
    ids = {
        table: [row[0] for row in connection.execute(f"SELECT id FROM {table}")]  # noqa: S608
        for table in ("home", "child", "item")
    }
    for quick in ("journal_mode = MEMORY", "synchronous = OFF", "cache_size = -400000"):
        connection.execute(f"PRAGMA {quick}")
    connection.execute("BEGIN")
    connection.execute("UPDATE sync_control SET muted = true")
    chance = random.Random(1)  # noqa: S311 - invented rows
    for table, count in (("visit", visits), ("loan", loans)):
        if not count:
            continue
        rows = _visits if table == "visit" else _loans
        marks = ", ".join("?" * (1 + _COLUMNS[table].count(",")))
        connection.executemany(
            f"INSERT INTO {table} ({_COLUMNS[table]}) VALUES ({marks})",  # noqa: S608
            rows(ids, now - timedelta(days=2), count, chance),
        )
        connection.execute(_CHANGES.format(table), (table,))
    connection.execute("UPDATE sync_control SET muted = false")
    connection.execute("COMMIT")
    connection.close()


_COLUMNS = {
    "visit": "id, home_id, child_id, local_day, signed_in_at, state, request_id",
    "loan": "id, item_id, child_id, local_day, lent_at, due_on, renewals, ended_at, ended_as,"
    " request_id, plain_due_on, borrower, is_holiday_loan, is_late_entry, is_late_return",
}


def _moments(until: datetime, count: int) -> Iterator[tuple[datetime, str]]:
    """Yield instants in order, a thousand a day, each with a key made then."""
    start = until - timedelta(days=-(-count // 1000))
    for place in range(count):
        at = start + timedelta(days=place // 1000, seconds=(place % 1000) * 20)
        head = f"{int(at.timestamp() * 1000):012x}7"
        yield at, head + f"{place:03x}"[-3:] + "8" + os.urandom(8).hex()[:15]


def _visits(
    ids: dict[str, list[str]], until: datetime, count: int, chance: random.Random
) -> Iterator[tuple[Any, ...]]:
    (home,), children = ids["home"], ids["child"]
    for at, key in _moments(until, count):
        yield (key, home, chance.choice(children), f"{at:%Y-%m-%d}",
               f"{at:%Y-%m-%d %H:%M:%S}.000000", "left_unconfirmed",
               os.urandom(16).hex())  # fmt: skip


def _loans(
    ids: dict[str, list[str]], until: datetime, count: int, chance: random.Random
) -> Iterator[tuple[Any, ...]]:
    for at, key in _moments(until, count):
        moment = f"{at:%Y-%m-%d %H:%M:%S}.000000"
        yield (key, chance.choice(ids["item"]), chance.choice(ids["child"]), f"{at:%Y-%m-%d}",
               moment, f"{at:%Y-%m-%d}", 0, moment, "returned", os.urandom(16).hex(),
               f"{at:%Y-%m-%d}", "child", False, False, False)  # fmt: skip


def _today(settings: Settings, now: datetime) -> date:
    return now.astimezone(settings.zone).date()
