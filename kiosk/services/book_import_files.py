"""The folder of each file of books that is on its way in: the file, how far it is, what was found.

The file itself is deleted as soon as its books are in or it is refused, and everything after seven
days (`security.md` 4.5).
"""

import contextlib
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any, Final
from uuid import UUID

from kiosk.errors import InvalidInputError, NotFoundError, UnavailableError
from kiosk.files.container import BOOKS
from kiosk.files.locking import lock_now
from kiosk.files.problems import FileProblem
from kiosk.files.saving import save
from kiosk.rules.book_imports import ImportProblem, ImportStage
from kiosk.settings import Settings

KEPT_FOR: Final = timedelta(days=7)
_LONGEST_NAME: Final = 80
_SUFFIXES: Final = frozenset(
    {".iso", ".mrc", ".marc", ".xml", ".xlsx", ".xls", ".ods", ".csv", ".txt", ".tsv", ".xlsm"}
)
_PIECE: Final = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What is known of an import from its start; `name` is that of the file where it came from.

    `choice` and `labels` are what the person decided who let it in.
    """

    name: str
    suffix: str
    at: datetime
    actor_id: UUID | None
    choice: str | None = None
    labels: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """How far it is: `done` records or titles, `of` so many where that is known."""

    stage: ImportStage
    done: int = 0
    of: int = 0
    reason: str | None = None


class ImportFolder:
    """One import on the disk."""

    def __init__(self, settings: Settings, import_id: UUID) -> None:
        self.import_id = import_id
        self._path = all_imports(settings) / import_id.hex

    @property
    def exists(self) -> bool:
        return (self._path / "about.json").is_file()

    def must_exist(self) -> None:
        """Say that there is one. Raises: NotFoundError(UNKNOWN_IMPORT)."""
        if not self.exists:
            raise NotFoundError(ImportProblem.UNKNOWN_IMPORT)

    def make(self, about: About, data: IO[bytes]) -> None:
        """Keep a file that somebody has sent; nothing of it stays when that fails.

        Raises: InvalidInputError(TOO_LARGE). UnavailableError(NOT_KEPT).
        """
        try:
            self._path.mkdir(parents=True)
            _copy(data, self._path / f"books{about.suffix}")
            self.write_state(State(stage=ImportStage.READING))
            self.write_about(about)
        except BaseException as error:
            self.remove()
            if isinstance(error, OSError):
                raise UnavailableError(ImportProblem.NOT_KEPT) from error
            raise

    def file(self) -> Path:
        return self._path / f"books{self.about().suffix}"

    def drop_file(self) -> None:
        """Delete the file, when nobody needs it any more."""
        self.file().unlink(missing_ok=True)

    def remove(self) -> None:
        shutil.rmtree(self._path, ignore_errors=True)

    def about(self) -> About:
        found = self.read("about")
        actor = found["actor"]
        return About(
            name=found["name"],
            suffix=found["suffix"],
            at=datetime.fromisoformat(found["at"]),
            actor_id=None if actor is None else UUID(actor),
            choice=found["choice"],
            labels=found["labels"],
        )

    def write_about(self, about: About) -> None:
        self.write(
            "about",
            {
                "name": about.name,
                "suffix": about.suffix,
                "at": about.at.isoformat(),
                "actor": None if about.actor_id is None else str(about.actor_id),
                "choice": about.choice,
                "labels": about.labels,
            },
        )

    def state(self) -> State:
        found = self.read("state")
        return State(
            stage=ImportStage(found["stage"]),
            done=found["done"],
            of=found["of"],
            reason=found["reason"],
        )

    def write_state(self, state: State) -> None:
        self.write(
            "state",
            {"stage": state.stage, "done": state.done, "of": state.of, "reason": state.reason},
        )

    def read(self, name: str) -> Any:  # noqa: ANN401 - JSON of our own
        """Return what `write` kept under a name."""
        try:
            return json.loads((self._path / f"{name}.json").read_text("utf-8"))
        except OSError as error:
            raise NotFoundError(ImportProblem.UNKNOWN_IMPORT) from error

    def write(self, name: str, value: object) -> None:
        save(self._path / f"{name}.json", json.dumps(value, ensure_ascii=False).encode())

    @contextlib.contextmanager
    def working(self) -> Iterator[None]:
        """Hold this import's work for the block. Raises: OSError, when somebody else does."""
        with (self._path / "work.lock").open("ab") as file:
            lock_now(file)
            yield

    def is_worked_on(self) -> bool:
        try:
            with self.working():
                return False
        except OSError:
            return True


def all_imports(settings: Settings) -> Path:
    return settings.instance / "imports"


def folders(settings: Settings) -> Iterator[ImportFolder]:
    """Yield the imports there are, the newest first."""
    place = all_imports(settings)
    names = sorted((path.name for path in place.glob("*") if path.is_dir()), reverse=True)
    for name in names:
        with contextlib.suppress(ValueError):
            folder = ImportFolder(settings, UUID(name))
            if folder.exists:
                yield folder


def forget_old(settings: Settings, *, now: datetime) -> None:
    """Delete what is older than seven days; a clock set back makes nothing old."""
    for folder in tuple(folders(settings)):
        if now - folder.about().at >= KEPT_FOR and not folder.is_worked_on():
            folder.remove()


def tame_name(name: str) -> tuple[str, str]:
    """Return the name of a file for people to see, and its ending where we know that one."""
    bare = name.replace("\\", "/").rpartition("/")[2]
    shown = "".join(sign for sign in bare if sign.isprintable()).strip()[-_LONGEST_NAME:]
    suffix = Path(shown).suffix.lower()
    return shown or "?", suffix if suffix in _SUFFIXES else ""


def _copy(data: IO[bytes], path: Path) -> None:
    size = 0
    with path.open("xb") as file:
        while piece := data.read(_PIECE):
            size += len(piece)
            if size > BOOKS.bytes:
                raise InvalidInputError(FileProblem.TOO_LARGE)
            file.write(piece)
    if not size:
        raise InvalidInputError(FileProblem.EMPTY)
