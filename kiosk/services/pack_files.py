"""The folder of each inspection pack: what was asked for, how far it is, and its files.

They hold children's names, so a folder stands for a day at most and goes with any child's erasure.
"""

import contextlib
import json
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Final
from uuid import UUID

from kiosk.errors import NotFoundError
from kiosk.files.locking import lock_now
from kiosk.files.saving import save
from kiosk.rules.packs import PackProblem
from kiosk.settings import Settings

KEPT_FOR: Final = timedelta(days=1)
_FOLDER: Final = "packs"


class PackFile(StrEnum):
    """What a pack is handed out as."""

    PDF = "pdf"
    XLSX = "xlsx"
    ZIP = "zip"


class PackStage(StrEnum):
    COPYING = "copying"
    WRITING = "writing"
    PRINTING = "printing"
    READY = "ready"
    BROKEN = "broken"

    @property
    def is_working(self) -> bool:
        return self in {PackStage.COPYING, PackStage.WRITING, PackStage.PRINTING}


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What was asked for."""

    first: date
    last: date
    framework: str
    at: datetime
    actor_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """How far it is: `done` of `of` ledgers. `problem` says why there is no PDF, or nothing.

    `apart` has a line for each two ledgers that contradict one another: L1 12 ≠ L3 13.
    """

    stage: PackStage
    done: int = 0
    of: int = 0
    pages: int = 0
    ledgers: int = 0
    problem: PackProblem | None = None
    apart: tuple[str, ...] = ()


class PackFolder:
    """One pack on the disk."""

    def __init__(self, settings: Settings, pack_id: UUID) -> None:
        self.pack_id = pack_id
        self.path = settings.instance / _FOLDER / pack_id.hex

    def make(self, about: About) -> None:
        """Make the folder; only the account of the kiosk may read it."""
        self.path.parent.mkdir(mode=0o700, exist_ok=True)
        self.path.mkdir(mode=0o700)
        self.write_state(State(stage=PackStage.COPYING))
        said = asdict(about) | {
            "first": about.first.isoformat(),
            "last": about.last.isoformat(),
            "at": about.at.isoformat(),
            "actor_id": str(about.actor_id),
        }
        self._write("about", said)

    @property
    def exists(self) -> bool:
        return (self.path / "about.json").is_file()

    def about(self) -> About:
        """Return what was asked for. Raises: NotFoundError(UNKNOWN)."""
        found = self._read("about")
        return About(
            first=date.fromisoformat(str(found["first"])),
            last=date.fromisoformat(str(found["last"])),
            framework=str(found["framework"]),
            at=datetime.fromisoformat(str(found["at"])),
            actor_id=UUID(str(found["actor_id"])),
        )

    def state(self) -> State:
        """Return how far it is; BROKEN when nobody works on it any more and it is not ready."""
        found = self._read("state")
        problem, apart = found.pop("problem"), found.pop("apart")
        return State(
            stage=PackStage(str(found.pop("stage"))),
            problem=None if problem is None else PackProblem(str(problem)),
            apart=tuple(map(str, apart)) if isinstance(apart, list) else (),
            **{name: int(str(value)) for name, value in found.items()},
        )

    def write_state(self, state: State) -> None:
        self._write("state", asdict(state))

    def file(self, kind: PackFile) -> Path:
        return self.path / f"pack.{kind}"

    def files(self) -> tuple[PackFile, ...]:
        """Return what there is to hand out."""
        return tuple(kind for kind in PackFile if self.file(kind).is_file())

    def remove(self) -> None:
        shutil.rmtree(self.path, ignore_errors=True)

    @contextlib.contextmanager
    def working(self) -> Iterator[None]:
        """Hold this pack's work for the block. Raises: OSError, when another process does."""
        with (self.path / "work.lock").open("ab") as file:
            lock_now(file)
            yield

    def is_old(self, now: datetime) -> bool:
        """Say whether its time is over; a clock set back makes nothing old."""
        return now - self.about().at >= KEPT_FOR

    def is_worked_on(self) -> bool:
        try:
            with self.working():
                return False
        except OSError:
            return True

    def _read(self, name: str) -> dict[str, object]:
        try:
            found: dict[str, object] = json.loads((self.path / f"{name}.json").read_text("utf-8"))
        except OSError as error:
            raise NotFoundError(PackProblem.UNKNOWN) from error
        return found

    def _write(self, name: str, value: object) -> None:
        save(self.path / f"{name}.json", json.dumps(value).encode())


def folders(settings: Settings) -> Iterator[PackFolder]:
    """Yield the packs there are, the newest first."""
    names = sorted((path.name for path in (settings.instance / _FOLDER).glob("*")), reverse=True)
    for name in names:
        with contextlib.suppress(ValueError):
            folder = PackFolder(settings, UUID(name))
            if folder.exists:
                yield folder


def forget_old(settings: Settings, *, now: datetime) -> None:
    """Delete what is older than a day."""
    for folder in tuple(folders(settings)):
        if folder.is_old(now) and not folder.is_worked_on():
            folder.remove()


def forget_all(settings: Settings) -> None:
    """Delete every pack, also one that is being made: it holds what was true before."""
    shutil.rmtree(settings.instance / _FOLDER, ignore_errors=True)
