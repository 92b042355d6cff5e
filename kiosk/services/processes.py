"""Work in a process of its own beside the kiosk, which is bound to one core and goes first."""

import os
import subprocess
import sys
from pathlib import Path
from typing import IO, Final

from kiosk.settings import INSTANCE_VARIABLE

NICENESS: Final = 10
_ROOT: Final = Path(__file__).parents[2]


def start(
    *words: str, instance: Path, output: IO[bytes] | None = None, niceness: int = NICENESS
) -> subprocess.Popen[bytes]:
    """Start a command of ours for an instance, in the background.

    No window, no input, and Ctrl+C at the kiosk is not meant for it.
    """
    process = subprocess.Popen(  # noqa: S603 - our own interpreter and our own command
        [sys.executable, "-m", "kiosk", *words],
        env=os.environ | {INSTANCE_VARIABLE: str(instance)},
        cwd=_ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL if output is None else output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        creationflags=(getattr(subprocess, "BELOW_NORMAL_PRIORITY_CLASS", 0) if niceness else 0)
        | getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )
    _stand_back(process.pid, niceness)
    return process


def _stand_back(pid: int, niceness: int) -> None:
    """Let the kiosk go first: a lower priority, and any core there is."""
    if sys.platform == "win32":
        return
    try:
        os.setpriority(os.PRIO_PROCESS, pid, niceness)
        if sys.platform == "linux":
            # The kiosk is bound to one core, and a child would inherit that.
            os.sched_setaffinity(pid, range(os.cpu_count() or 1))
    except OSError:
        return  # it has ended already, or may not: it runs all the same
