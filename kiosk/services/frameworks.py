"""The scoring frameworks there are: those that come with the kiosk, and the school's own files."""

import tomllib
from collections.abc import Iterator
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


def listing(here: Here) -> tuple[Framework, ...]:
    """Return all, the school's own first; a file of the school's own stands for ours of its name.

    Raises:
        InvalidInputError: BAD_FRAMEWORK, for a file that does not fit, with its name.
    """
    paths = {path.stem: path for path in (*_files(_OURS), *_files(own_folder(here)))}
    found = [_read(path) for path in paths.values()]
    return tuple(sorted(found, key=lambda one: (paths[one.key].parent == _OURS, one.key)))


def find(key: str, here: Here) -> Framework:
    """Return one; a bad file beside it does not matter.

    Raises:
        NotFoundError: UNKNOWN_FRAMEWORK. InvalidInputError: BAD_FRAMEWORK.
    """
    for folder in (own_folder(here), _OURS):
        for path in _files(folder):
            if path.stem == key:
                return _read(path)
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
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidInputError(PackProblem.BAD_FRAMEWORK, name=path.stem, place="") from error
    return frameworks.parse(path.stem, found)
