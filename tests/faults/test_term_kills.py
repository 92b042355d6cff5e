"""The power goes while a term is ended: the next start ends it, or it never began (R1)."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from kiosk.clock import utc_now
from kiosk.db import open_database, transaction
from kiosk.ids import new_id
from kiosk.models.calendar import Term
from kiosk.services import forgetting, homes, ledgers, running
from kiosk.services.here import Here
from kiosk.settings import Settings
from tests import factories

KILLS = 4
SEED = 20261122
LOANS = forgetting.AT_ONCE * 2 + 100
NAME = "第一学期"
DAY = timedelta(days=1)
_ROOT = Path(__file__).resolve().parents[2]


def test_a_term_killed_again_and_again_is_whole_or_untouched_and_ends_in_the_end(
    instance: Path,
) -> None:
    _furnish(instance)
    chance = random.Random(SEED)  # noqa: S311 - a seed that can be used again, no secret
    _kill(instance, when=(instance / "term-end.db").exists)
    untouched = _counted(instance)

    for _ in range(KILLS):
        _kill(instance, when=_after(chance.uniform(0.5, 3.0)))
        archives, readers = _counted(instance)
        assert archives in (0, len(ledgers.OF_A_PERIOD))
        assert archives or readers == LOANS, "nobody is forgotten before the archive stands"
    _start(instance)
    _end(instance)

    assert untouched == (0, LOANS)
    assert _counted(instance) == (len(ledgers.OF_A_PERIOD), 0)
    assert not list(instance.glob("term-end.db*"))


def test_a_start_that_goes_on_with_nothing_would_be_found_out(instance: Path) -> None:
    """The negative control: a term left half done keeps its readers until a start."""
    _furnish(instance)
    was_killed = _begin(instance, "tests.faults.term_child").wait() == -signal.SIGKILL
    half_done = _counted(instance)[1]

    _start(instance)

    assert was_killed
    assert half_done == LOANS - forgetting.AT_ONCE
    assert _counted(instance)[1] == 0


def _furnish(instance: Path) -> None:
    settings = Settings.load(instance, {})
    with open_database(settings.database_url):
        here = Here(now=utc_now(), settings=settings, home_id=homes.find(settings))
        child, item = factories.child(here), factories.item(here)
        with transaction() as session:
            session.add(
                Term(
                    id=new_id(here.now),
                    name=NAME,
                    first_day=here.today - 90 * DAY,
                    last_day=here.today - DAY,
                )
            )
        factories.loans(here, child.child_id, item.item_id, count=LOANS)


def _begin(instance: Path, module: str = "kiosk") -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", module, "end-term", NAME],
        env=os.environ | {"KIOSK_INSTANCE": str(instance)},
        cwd=_ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _kill(instance: Path, *, when: Callable[[], bool]) -> None:
    process = _begin(instance)
    while process.poll() is None and not when():
        time.sleep(0.002)
    process.kill()
    process.wait()


def _after(seconds: float) -> Callable[[], bool]:
    ends = time.monotonic() + seconds
    return lambda: time.monotonic() > ends


def _end(instance: Path) -> None:
    """Let it run to its end; a term that is ended already is refused, which is as well."""
    _begin(instance).wait()


def _start(instance: Path) -> None:
    """Do what the kiosk does before it answers, and what it goes on with besides."""
    settings = Settings.load(instance, {})
    with open_database(settings.database_url):
        running.prepare(settings, now=utc_now())
        running.go_on(settings, now=utc_now())


def _counted(instance: Path) -> tuple[int, int]:
    """Return how many ledgers are in the archive, and how many loans still have a reader."""
    with closing(sqlite3.connect(instance / "kiosk.db", timeout=30)) as database:
        archives = database.execute("SELECT count(*) FROM ledger_archive").fetchone()[0]
        readers = database.execute(
            "SELECT count(*) FROM loan WHERE child_id IS NOT NULL"
        ).fetchone()[0]
    return archives, readers
