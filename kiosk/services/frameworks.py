"""The scoring frameworks there are: those that come with the kiosk, and the school's own files."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kiosk.errors import InvalidInputError, NotFoundError
from kiosk.rules import frameworks
from kiosk.rules.frameworks import Framework
from kiosk.rules.packs import PackProblem
from kiosk.services.here import Here

DEFAULT: Final = "school-8"
_OURS: Final = Path(__file__).parents[1] / "data" / "frameworks"
_LARGEST: Final = 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """The frameworks that can be followed, and what is wrong with files that are left out."""

    frameworks: tuple[Framework, ...]
    problems: tuple[InvalidInputError, ...]


def listing(here: Here) -> Listing:
    """Return all, the school's own first; a file of the school's own stands for ours of its name.

    A file that does not fit is left out, and ours of its name stands there.
    """
    found: dict[str, Framework] = {}
    own: set[str] = set()
    problems = []
    for path in (*_files(_OURS), *_files(own_folder(here))):
        try:
            found[path.stem] = _read(path)
        except InvalidInputError as error:
            problems.append(error)
        else:
            if path.parent != _OURS:
                own.add(path.stem)
    return Listing(
        frameworks=tuple(sorted(found.values(), key=lambda one: (one.key not in own, one.key))),
        problems=tuple(problems),
    )


def find(key: str, here: Here) -> Framework:
    """Return one, as `listing` has it. Raises: NotFoundError(UNKNOWN_FRAMEWORK)."""
    for one in listing(here).frameworks:
        if one.key == key:
            return one
    raise NotFoundError(PackProblem.UNKNOWN_FRAMEWORK)


def own_folder(here: Here) -> Path:
    """Return where the school or its district puts a framework of its own."""
    return here.settings.instance / "frameworks"


def _files(folder: Path) -> Iterator[Path]:
    yield from sorted(folder.glob("*.toml"))


def _read(path: Path) -> Framework:
    try:
        if path.stat().st_size > _LARGEST:
            raise InvalidInputError(PackProblem.BAD_FRAMEWORK, name=path.stem, place="")
        found = tomllib.loads(path.read_text("utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:  # no TOML is a ValueError
        raise InvalidInputError(PackProblem.BAD_FRAMEWORK, name=path.stem, place="") from error
    return frameworks.parse(path.stem, found)
