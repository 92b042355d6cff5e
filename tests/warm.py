"""Kiosks that begin at once: a process that has read all modules becomes one whenever it is asked.

    python -m tests.warm FOLDER    templates that were made once lie in FOLDER

Each line of its input says what to be, and the answer is the number of the new process. It is as
real as any other, with its instance, its port and its log, and can be killed. To read hundreds of
modules was most of a kiosk's start, and tests start more than a hundred. Its record is fed when
somebody asks for it or closes the room, and not at the start too: `services/test_sync_schedule`
is about that. Where there is no Linux, each begins by itself.
"""

import atexit
import json
import os
import runpy
import select
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Protocol

from kiosk import clock

_ROOT = Path(__file__).resolve().parents[1]
_KIOSK = "tests.browser.dated"


class Process(Protocol):
    """What a test does with a process that it has started."""

    def send_signal(self, sig: int, /) -> None: ...
    def kill(self) -> None: ...
    def terminate(self) -> None: ...
    def wait(self, timeout: float | None = None) -> object: ...


class _Forked:
    """A grandchild; its number cannot become another's while it is held."""

    def __init__(self, pid: int) -> None:
        self._held = os.pidfd_open(pid)

    def send_signal(self, sig: int, /) -> None:
        try:
            signal.pidfd_send_signal(self._held, sig)
        except ProcessLookupError:
            return  # as Popen: it has ended already

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def wait(self, timeout: float | None = None) -> None:
        ended, _, _ = select.select([self._held], [], [], timeout)
        if not ended:
            raise subprocess.TimeoutExpired("kiosk", timeout or 0)

    def __del__(self) -> None:
        os.close(self._held)


def start(*words: str, env: Mapping[str, str], log: Path, module: str = _KIOSK) -> Process:
    """Start `kiosk WORDS`, with the clock of its instance, or another module with these words."""
    if not hasattr(os, "pidfd_open"):
        with log.open("ab") as output:
            command = [sys.executable, "-m", module, *words]
            return subprocess.Popen(command, env=env, cwd=_ROOT, stdout=output, stderr=output)
    asked = {"words": words, "env": dict(env), "log": str(log), "module": module}
    warm = _warm()
    assert warm.stdin is not None
    assert warm.stdout is not None
    warm.stdin.write(json.dumps(asked) + "\n")
    warm.stdin.flush()
    return _Forked(int(warm.stdout.readline()))


@cache
def _warm() -> "subprocess.Popen[str]":
    folder = tempfile.TemporaryDirectory()
    warm = subprocess.Popen(
        [sys.executable, "-m", "tests.warm", folder.name],
        cwd=_ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )

    def end() -> None:
        warm.communicate()  # no more is asked, and it ends
        folder.cleanup()

    atexit.register(end)
    return warm


class _Now:
    """The clock that every module keeps for itself, and what it shows in this process."""

    def __init__(self) -> None:
        self.real = self.shown = clock.utc_now

    def __call__(self) -> datetime:
        return self.shown()


def main() -> None:
    now = _Now()
    clock.utc_now = now  # before the first module that keeps it is read
    _read_all(Path(sys.argv[1]))
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody here asks how they ended
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            _become(json.loads(line), now)
        print(pid, flush=True)


def _read_all(folder: Path) -> None:
    import waitress.server  # noqa: F401 - to have been read
    from flask import Flask
    from jinja2 import FileSystemBytecodeCache
    from sqlalchemy.orm import configure_mappers

    from kiosk import app
    from kiosk.blueprints import all_blueprints
    from kiosk.services.sync_schedule import SyncSchedule
    from kiosk.web import assets
    from tests.routing import KnownRoute

    configure_mappers()
    app._Plain.url_rule_class = KnownRoute  # noqa: SLF001 - all begin from here
    nobody = app._Plain("nobody", static_folder=None)  # noqa: SLF001 - as above
    for blueprint in all_blueprints():
        nobody.register_blueprint(blueprint)
    assets._files()  # noqa: SLF001 - which files there are is known as well
    Flask.jinja_options = {"bytecode_cache": FileSystemBytecodeCache(str(folder))}
    made = SyncSchedule.__init__

    def fed_already(self: SyncSchedule, **given: Any) -> None:
        made(self, **given)
        self._wanted.clear()
        self._last = given["clock"]()

    SyncSchedule.__init__ = fed_already  # type: ignore[method-assign]


def _become(asked: dict[str, Any], now: _Now) -> None:
    from kiosk import cli
    from tests.browser import dated

    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    nothing = os.open(os.devnull, os.O_RDONLY)
    log = os.open(asked["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for ours, theirs in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(ours, theirs)
    os.environ.clear()
    os.environ.update(asked["env"])
    clock.utc_now = now.real
    now.shown = dated.clock_of(Path(os.environ["KIOSK_INSTANCE"]))
    sys.argv = ["kiosk", *asked["words"]]
    if asked["module"] == _KIOSK:
        cli.main()
    else:
        runpy.run_module(asked["module"], run_name="__main__")
    os._exit(0)  # click ends by itself, and an error ends it with what was wrong


if __name__ == "__main__":
    main()
