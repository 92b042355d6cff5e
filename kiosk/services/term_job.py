"""A term is ended in a process of its own, as a request asks for it: a scan goes on meanwhile.

What the process says is kept as a file, and how far it is stands in its last line.
"""

from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Final
from uuid import UUID

from kiosk.errors import UnavailableError
from kiosk.rules.term_end import TermEndProblem
from kiosk.services import processes, term_end
from kiosk.services.here import Here

if TYPE_CHECKING:
    import subprocess

_LOG: Final = "term-end.log"
_starting: Final = Lock()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Job:
    name: str
    process: "subprocess.Popen[bytes]"


_jobs: Final[dict[Path, _Job]] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How the end of a term stands: `done` of `of` ledgers, both 0 before it is known."""

    name: str
    done: int
    of: int
    is_working: bool
    problem: TermEndProblem | None


def start(name: str, *, actor_id: UUID, here: Here) -> None:
    """Have done what `term_end.end` does; where one is being ended already, do nothing.

    Raises:
        NotFoundError, RefusedError: as `term_end.end`. UnavailableError: NOT_ENDED, where no
            process can be started.
    """
    instance = here.settings.instance
    with _starting:
        job = _jobs.get(instance)
        if job is not None and job.process.poll() is None:
            return
        term_end.check(name, here)
        words = ("--told", "--actor", str(actor_id), "--at", here.now.isoformat(), "--", name)
        try:
            with (instance / _LOG).open("wb") as output:
                # Who holds the write lock must not wait behind others: a scan would wait with it.
                process = processes.start(
                    "end-term", *words, instance=instance, output=output, niceness=0
                )
        except OSError as error:
            raise UnavailableError(TermEndProblem.NOT_ENDED) from error
        _jobs[instance] = _Job(name=name, process=process)


def look(here: Here) -> Standing | None:
    """Return how the last end of a term stands that was asked for; None: none was."""
    job = _jobs.get(here.settings.instance)
    if job is None:
        return None
    code = job.process.poll()
    done, of = _last_line(here.settings.instance / _LOG)
    return Standing(
        name=job.name,
        done=done,
        of=of,
        is_working=code is None,
        problem=TermEndProblem.NOT_ENDED if code else None,
    )


def seen(here: Here) -> Standing | None:
    """Return the same, and forget it where it is over: it is told once."""
    standing = look(here)
    if standing is not None and not standing.is_working:
        _jobs.pop(here.settings.instance, None)
    return standing


def wait(here: Here, *, within_s: float) -> None:
    """Wait for what was started."""
    job = _jobs.get(here.settings.instance)
    if job is not None:
        job.process.wait(within_s)


def _last_line(log: Path) -> tuple[int, int]:
    """Return how many of how many ledgers are ready, as the process has said it last."""
    try:
        lines = log.read_text("utf-8", "replace").splitlines()
    except OSError:
        lines = []
    for line in reversed(lines):
        done, slash, of = line.partition("/")
        if slash and done.isdecimal() and of.isdecimal():
            return int(done), int(of)
    return 0, 0
