import subprocess
import sys
from pathlib import Path
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import func, select

from kiosk.db import reading, transaction
from kiosk.errors import NotFoundError, UnavailableError
from kiosk.models.home import Home
from kiosk.models.openings import Opening
from kiosk.services import homes, running
from kiosk.services.running import RunningProblem
from kiosk.settings import Settings
from tests.clock import FrozenClock

HOLDER = """
import sys
from pathlib import Path
from kiosk.services import running
from kiosk.settings import Settings

with running.alone(Settings.load(Path(sys.argv[1]), {})):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_an_instance_serves_one_kiosk_at_a_time(instance: Path) -> None:
    settings = Settings.load(instance, {})

    with running.alone(settings), pytest.raises(UnavailableError) as error:
        running.alone(settings).__enter__()

    assert error.value.reason is RunningProblem.ALREADY_RUNNING
    with running.alone(settings):
        pass


def test_the_lock_of_a_kiosk_that_was_killed_is_gone(instance: Path) -> None:
    settings = Settings.load(instance, {})
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(instance)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )
    assert holder.stdout is not None
    assert holder.stdin is not None
    assert holder.stdout.readline() == b"held\n"
    with pytest.raises(UnavailableError):
        running.alone(settings).__enter__()

    holder.kill()
    holder.wait(timeout=30)
    holder.stdout.close()
    holder.stdin.close()

    with running.alone(settings):
        pass


def test_a_start_lays_out_the_days_ahead(app: Flask, clock: FrozenClock) -> None:
    settings = app.extensions["kiosk"].settings
    last = reading().scalar(select(func.max(Opening.on_date)))
    assert last is not None
    clock.advance(days=30)

    running.prepare(settings, now=clock())

    later = reading().scalar(select(func.max(Opening.on_date)))
    assert later is not None
    assert (later - last).days in range(28, 33)


def test_a_start_gives_the_room_the_name_that_is_set(
    app: Flask, instance: Path, clock: FrozenClock
) -> None:
    renamed = Settings.load(instance, {"KIOSK_HOME": "小屋"})

    running.prepare(renamed, now=clock())

    room = reading().scalars(select(Home)).one()
    assert (room.id, room.name) == (app.extensions["kiosk"].home_id, "小屋")


@pytest.mark.usefixtures("app")
def test_a_room_that_was_never_made_is_named(instance: Path) -> None:
    (instance / homes.FILE).unlink()
    with transaction() as session:
        session.add(Home(id=uuid4(), name="西屋"))
    settings = Settings.load(instance, {"KIOSK_HOME": "小屋"})

    with pytest.raises(NotFoundError) as error:
        homes.find(settings)

    assert error.value.reason is homes.HomeProblem.NOT_MADE
    assert error.value.values == {"home": "小屋"}
