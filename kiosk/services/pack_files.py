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

from kiosk.errors import NotFoundError, RefusedError
from kiosk.files.locking import lock_now
from kiosk.files.saving import save
from kiosk.rules.packs import PackProblem
from kiosk.settings import Settings

KEPT_FOR: Final = timedelta(days=1)
_FOLDER: Final = "packs"
_STARTING: Final = "packs.lock"
_NEW: Final = "new-"
_FORGOTTEN: Final = "forgotten"
_ABOUT: Final = "about.json"


class ForgottenError(Exception):
    """Nobody wants this pack any more: what it holds is no longer to be told."""


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

    Of its pages `upright` stand so. `apart` has a line for each two ledgers that contradict one
    another: L1 12 ≠ L3 13.
    """

    stage: PackStage
    done: int = 0
    of: int = 0
    pages: int = 0
    upright: int = 0
    ledgers: int = 0
    problem: PackProblem | None = None
    apart: tuple[str, ...] = ()


class PackFolder:
    """One pack on the disk."""

    def __init__(self, settings: Settings, pack_id: UUID) -> None:
        self.pack_id = pack_id
        self.path = settings.instance / _FOLDER / pack_id.hex

    def make(self, about: About) -> None:
        """Make the folder, whole or not at all; only the account of the kiosk may read it."""
        self.path.parent.mkdir(mode=0o700, exist_ok=True)
        new = self.path.with_name(_NEW + self.path.name)
        new.mkdir(mode=0o700)
        save(new / "state.json", _json(asdict(State(stage=PackStage.COPYING))))
        said = asdict(about) | {
            "first": about.first.isoformat(),
            "last": about.last.isoformat(),
            "at": about.at.isoformat(),
            "actor_id": str(about.actor_id),
        }
        save(new / _ABOUT, _json(said))
        new.rename(self.path)

    @property
    def exists(self) -> bool:
        """Whether there is this pack, and it was not to be forgotten meanwhile."""
        return (self.path / _ABOUT).is_file() and not (self.path / _FORGOTTEN).exists()

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
        """Say how far it is. Raises: ForgottenError, when nobody wants to know."""
        if not self.exists:
            raise ForgottenError
        try:
            save(self.path / "state.json", _json(asdict(state)))
        except FileNotFoundError as error:
            raise ForgottenError from error

    def file(self, kind: PackFile) -> Path:
        return self.path / f"pack.{kind}"

    def files(self) -> tuple[PackFile, ...]:
        """Return what there is to hand out."""
        return tuple(kind for kind in PackFile if self.file(kind).is_file())

    def remove(self) -> None:
        """Delete the pack, or what of it can be deleted: whoever makes it deletes the rest.

        Windows deletes no file that is open, and what is written meanwhile stays as well.
        """
        with contextlib.suppress(OSError):
            (self.path / _FORGOTTEN).touch()
        with contextlib.suppress(OSError):
            (self.path / _ABOUT).unlink(missing_ok=True)
        shutil.rmtree(self.path, ignore_errors=True)

    def remove_if_forgotten(self) -> None:
        """Delete what was written after it should have gone."""
        if not self.exists:
            self.remove()

    def empty(self) -> None:
        """Leave nothing of the ledgers of a pack that was not completed."""
        for path in self.path.iterdir():
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            elif path.name not in {_ABOUT, "state.json", "work.lock"}:
                path.unlink(missing_ok=True)

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


def _json(value: object) -> bytes:
    return json.dumps(value).encode()


@contextlib.contextmanager
def starting(settings: Settings) -> Iterator[None]:
    """Hold the start of a pack for the block. Raises: RefusedError(PACK_UNDER_WAY)."""
    with (settings.instance / _STARTING).open("ab") as file:
        try:
            lock_now(file)
        except OSError as error:
            raise RefusedError(PackProblem.PACK_UNDER_WAY) from error
        for new in (settings.instance / _FOLDER).glob(f"{_NEW}*"):
            shutil.rmtree(new, ignore_errors=True)  # a power cut was quicker than its rename
        yield


def folders(settings: Settings) -> Iterator[PackFolder]:
    """Yield the packs there are, the newest first."""
    return (folder for folder in _any_folders(settings) if folder.exists)


def _any_folders(settings: Settings) -> Iterator[PackFolder]:
    names = sorted((path.name for path in (settings.instance / _FOLDER).glob("*")), reverse=True)
    for name in names:
        with contextlib.suppress(ValueError):
            yield PackFolder(settings, UUID(name))


def forget_old(settings: Settings, *, now: datetime) -> None:
    """Delete what is older than a day, and what was left of a pack that is forgotten."""
    for folder in _any_folders(settings):
        if (not folder.exists or folder.is_old(now)) and not folder.is_worked_on():
            folder.remove()


def forget_all(settings: Settings) -> None:
    """Delete every pack, also one that is being made: it holds what was true before."""
    for folder in _any_folders(settings):
        folder.remove()
