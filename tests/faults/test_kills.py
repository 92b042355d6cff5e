"""The power goes at any moment: what was confirmed on the screen is stored, and once (R1).

The ledger stands outside, in this process: the request ids of all scans that were answered.
"""

import os
import random
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import pytest

from kiosk.db import open_database
from kiosk.services import homes
from kiosk.services.here import Here
from kiosk.settings import Settings
from tests import factories, warm
from tests.browser import dated
from tests.browser.process import free_port
from tests.faults.door_client import DoorClient, NotAnsweredError
from tests.warm import Process

KILLS = 60
KILLS_OF_THE_BROKEN = 8
SCREENS = 4
SEED = 20261122
_PATIENCE_S = 120.0  # for a busy machine; a quiet one starts in a second


@dataclass(slots=True, kw_only=True)
class Room:
    """An instance, its cards and books, and the process in front of them."""

    instance: Path
    cards: list[str]
    items: list[str]
    module: str = ""  # what runs instead of the kiosk
    port: int = field(default_factory=free_port)
    process: Process | None = None

    def start(self) -> None:
        env = os.environ | {"KIOSK_INSTANCE": str(self.instance)}
        log = self.instance / "kiosk.out"
        if self.module:
            self.process = warm.start(str(self.port), env=env, log=log, module=self.module)
        else:
            words = ("run", "--no-browser", "--port", str(self.port))
            self.process = warm.start(*words, env=env, log=log)
        _until(lambda: _opens(self.port), within_s=_PATIENCE_S)

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait(timeout=60)
        self.process = None

    def stored(self) -> list[str]:
        """Return the request id of everything stored, read by a connection of its own."""
        with sqlite3.connect(self.instance / "kiosk.db") as database:
            assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            assert database.execute("PRAGMA foreign_key_check").fetchall() == []
            rows = database.execute(
                "SELECT request_id FROM visit UNION ALL SELECT request_id FROM loan "
                "UNION ALL SELECT end_request_id FROM loan WHERE end_request_id IS NOT NULL"
            ).fetchall()
        return [str(UUID(row[0])) for row in rows]


@pytest.fixture
def room(instance: Path) -> Iterator[Room]:
    """Return a room with enough cards for a fresh one at each screen after each kill."""
    cards, items = _furnish(instance)
    made = Room(instance=instance, cards=cards, items=items)
    yield made
    if made.process is not None:
        made.kill()


def _furnish(instance: Path) -> tuple[list[str], list[str]]:
    """Make children and books on the day on which the kiosk will run: no midnight comes near."""
    dated.begin(instance)
    settings = Settings.load(instance, {})
    with open_database(settings.database_url):
        now = dated.clock_of(instance)()
        here = Here(now=now, settings=settings, home_id=homes.find(settings))
        factories.open_today(here)
        cards = [
            factories.child(here, grade=1 + n // 170, class_number=1 + n % 5).card_code
            for n in range(SCREENS * KILLS)
        ]
        return cards, [factories.item(here).code for _ in range(SCREENS)]


def test_sixty_kills_lose_nothing_that_was_confirmed(room: Room) -> None:
    confirmed = _work_and_kill(room, kills=KILLS)

    stored = room.stored()
    missing = set(confirmed) - set(stored)
    print(f"{KILLS} kills, seed {SEED}: {len(confirmed)} confirmed, {len(stored)} stored")
    assert len(confirmed) > KILLS
    assert not missing
    assert len(stored) == len(set(stored))


def test_a_kiosk_that_answers_before_it_stores_is_found_out(room: Room) -> None:
    room.module = "tests.faults.hasty_kiosk"

    confirmed = _work_and_kill(room, kills=KILLS_OF_THE_BROKEN)

    assert set(confirmed) - set(room.stored())


def _work_and_kill(room: Room, *, kills: int) -> list[str]:
    """Let the screens work, take the power away at a random moment, and begin again."""
    chance = random.Random(SEED)  # noqa: S311 - a seed that can be used again, no secret
    confirmed: list[str] = []
    cards = iter(room.cards)
    for _ in range(kills):
        room.start()
        stop = threading.Event()
        screens = [
            _Screen(room=room, card=next(cards), item=item, stop=stop) for item in room.items
        ]
        for screen in screens:
            screen.thread.start()
        for screen in screens:
            assert screen.is_at_work.wait(_PATIENCE_S), "a screen does not get to work"
        time.sleep(chance.uniform(0.02, 0.35))
        room.kill()
        stop.set()
        for screen in screens:
            screen.thread.join(timeout=60)
            assert not screen.thread.is_alive()
            confirmed += screen.confirmed
    return confirmed


@dataclass(slots=True, kw_only=True)
class _Screen:
    """Sign a child in, then lend and take back one book until the power goes."""

    room: Room
    card: str
    item: str
    stop: threading.Event
    confirmed: list[str] = field(default_factory=list)
    is_at_work: threading.Event = field(default_factory=threading.Event)
    thread: threading.Thread = field(init=False)

    def __post_init__(self) -> None:
        self.thread = threading.Thread(target=self._work)

    def _work(self) -> None:
        child, tray = (DoorClient(port=self.room.port) for _ in range(2))
        child.confirmed = tray.confirmed = self.confirmed
        try:
            child.open()
            tray.open()
            child.scan(self.card)
            # After a kill the book may be on loan still: the tray takes it back, else it waits.
            tray.scan(self.item, stores=False)
            self.is_at_work.set()
            while not self.stop.is_set():
                child.scan(self.item)
                tray.scan(self.item)
        except NotAnsweredError:
            return


def _until(is_so: Callable[[], bool], *, within_s: float) -> None:
    ends = time.monotonic() + within_s
    while not is_so():
        assert time.monotonic() < ends, "the kiosk did not start"
        time.sleep(0.02)


def _opens(port: int) -> bool:
    import socket

    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
