"""When the record is brought up to date by itself, and that never two do it at once."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from queue import Queue
from threading import Thread

import pytest

from kiosk.errors import UnavailableError
from kiosk.record.target import RecordProblem
from kiosk.services.sync_lock import only_one
from kiosk.services.sync_schedule import SyncSchedule, SyncStarter
from tests.clock import FrozenClock

HOLD = """
import sys
import threading
from pathlib import Path
from kiosk.services.sync_lock import only_one
with only_one(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@dataclass(slots=True)
class _Room:
    """What the schedule asks and does, with a clock that stands."""

    clock: FrozenClock = field(default_factory=FrozenClock)
    waits: int = 0
    is_free: bool = True
    started: int = 0

    def start(self) -> bool:
        self.started += self.is_free
        return self.is_free

    def schedule(self) -> SyncSchedule:
        return SyncSchedule(start=self.start, waiting=lambda: self.waits, clock=self.clock)


@pytest.fixture
def room() -> _Room:
    return _Room()


@pytest.fixture
def holder(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Return another process that holds the sync of `tmp_path`."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, tmp_path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_at_start_it_runs_once_even_if_nothing_waits(room: _Room) -> None:
    schedule = room.schedule()

    schedule.tick()
    schedule.tick()

    assert room.started == 1


def test_it_runs_again_each_hour_while_something_waits(room: _Room) -> None:
    schedule = room.schedule()
    schedule.tick()
    room.waits = 1
    for _ in range(5):
        room.clock.advance(minutes=30)
        schedule.tick()

    assert room.started == 1 + 2


def test_it_rests_while_nothing_waits(room: _Room) -> None:
    schedule = room.schedule()
    schedule.tick()
    room.clock.advance(days=3)

    schedule.tick()

    assert room.started == 1


def test_it_runs_when_the_room_closes(room: _Room) -> None:
    schedule = room.schedule()
    schedule.tick()

    schedule.send_now()
    schedule.tick()

    assert room.started == 2


def test_what_could_not_start_is_tried_at_the_next_tick(room: _Room) -> None:
    schedule = room.schedule()
    schedule.tick()
    room.is_free = False
    schedule.send_now()
    schedule.tick()
    room.is_free = True

    schedule.tick()

    assert room.started == 2


def test_a_clock_that_was_set_back_does_not_put_it_off(room: _Room) -> None:
    schedule = room.schedule()
    schedule.tick()
    room.waits = 1
    room.clock.advance(days=-4000)

    schedule.tick()

    assert room.started == 2


def test_a_failure_of_a_moment_does_not_end_it_for_ever(clock: FrozenClock) -> None:
    asked = iter((OSError("the disk is full"), 1))
    started = threading.Event()

    def waiting() -> int:
        answer = next(asked)
        if isinstance(answer, OSError):
            schedule.send_now()
            raise answer
        return answer

    def start() -> bool:
        if next(starts):
            started.set()
        return True

    starts = iter((False, True))
    schedule = SyncSchedule(start=start, waiting=waiting, clock=clock)
    schedule.tick()
    clock.advance(hours=2)
    thread = threading.Thread(target=schedule.run)
    thread.start()

    has_started = started.wait(20)

    schedule.stop()
    thread.join(20)
    assert has_started


def test_stop_ends_the_thread(room: _Room) -> None:
    schedule = room.schedule()
    schedule.stop()

    schedule.run()

    assert room.started == 0


def test_the_thread_wakes_when_the_room_closes() -> None:
    started: Queue[bool] = Queue()

    def start() -> bool:
        started.put(True)
        return True

    schedule = SyncSchedule(start=start, waiting=lambda: 0, clock=FrozenClock())
    thread = Thread(target=schedule.run)
    thread.start()
    assert started.get(timeout=60)

    schedule.send_now()

    assert started.get(timeout=60)  # long before it would have looked by itself
    schedule.stop()
    thread.join(timeout=60)
    assert not thread.is_alive()


def test_a_second_process_is_told_that_one_is_running(
    tmp_path: Path, holder: "subprocess.Popen[str]"
) -> None:
    assert holder.poll() is None

    with pytest.raises(UnavailableError) as error, only_one(tmp_path):
        pass

    assert error.value.reason is RecordProblem.ALREADY_RUNNING


def test_a_killed_process_holds_nothing(tmp_path: Path, holder: "subprocess.Popen[str]") -> None:
    holder.kill()
    holder.wait()

    with only_one(tmp_path):
        assert (tmp_path / "sync.lock").exists()


def test_the_lock_is_free_after_an_error(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no"), only_one(tmp_path):
        raise ValueError("no")

    with only_one(tmp_path), pytest.raises(UnavailableError), only_one(tmp_path):
        pass


def test_the_starter_runs_the_command_and_logs_what_it_says(instance: Path) -> None:
    start = SyncStarter(instance)

    assert start()
    assert not start()
    while start.is_running():
        subprocess.run([sys.executable, "-c", ""], check=True)

    assert "The school record (folder) received" in (instance / "sync.log").read_text("utf-8")


def test_the_nightly_script_passes_the_exit_code_on(instance: Path) -> None:
    script = Path(__file__).parents[2] / "scripts" / "nightly_sync.py"
    codes = [
        subprocess.run(
            [sys.executable, script, "--instance", instance, "--target", target],
            check=False,
            capture_output=True,
        ).returncode
        for target in ("folder", "postgres", "nowhere")
    ]

    assert codes == [0, 1, 2]  # done, not set up, no such target
