"""`python -m kiosk` on a day of the tests' own: the clock begins where a file says, and goes on.

What the demo school has in its week and who waits for a call depends on the weekday and on the
minute. With this every journey begins on the same Wednesday morning, whenever it is run.
"""

import json
import os
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from kiosk import clock

MORNING: Final = datetime(2026, 10, 14, 2, 5, tzinfo=UTC)  # 10:05 in Shanghai, a Wednesday
_OPENED: Final = MORNING + timedelta(minutes=1)  # the school was invented in the minute before
_FILE: Final = "day.json"


def begin(instance: Path, *, at: datetime = MORNING) -> None:
    """Let it be `at` in this instance now; without this it has the real time."""
    ahead_s = (at - clock.utc_now()).total_seconds()
    (instance / _FILE).write_text(json.dumps({"ahead_s": ahead_s}), encoding="ascii")


def copy(school: Path, instance: Path) -> Path:
    """Copy a demo school for journeys of its own, at the minute after it was made."""
    shutil.copytree(school, instance)
    begin(instance, at=_OPENED)
    return instance


def clock_of(instance: Path) -> clock.Clock:
    """Return the clock of an instance."""
    written = instance / _FILE
    if not written.exists():
        return clock.utc_now
    ahead = timedelta(seconds=json.loads(written.read_text(encoding="ascii"))["ahead_s"])
    real = clock.utc_now
    return lambda: real() + ahead


def main() -> None:
    """Run a `kiosk` command with that clock."""
    # Before the first module that asks for the time is read.
    clock.utc_now = clock_of(Path(os.environ["KIOSK_INSTANCE"]))

    from kiosk import cli

    cli.main()


if __name__ == "__main__":
    main()
