"""Which children were erased: a list beside the database, which no older backup takes back.

It holds ids and days. An id says nothing outside of the database that has the child.
"""

import logging
from datetime import date
from pathlib import Path
from typing import Final
from uuid import UUID

from kiosk.files import saving

FILE: Final = "erased.txt"
_HEAD: Final = "# Children that were erased, so that an older backup does not bring them back.\n"
_log = logging.getLogger("kiosk.app")


def read(instance: Path) -> frozenset[UUID]:
    """Return whom the list names."""
    return frozenset(_read(instance))


def add(instance: Path, erased: dict[UUID, date]) -> None:
    """Put children on the list; it is written only where one of them is not on it yet.

    Where it cannot be written the audit still knows, and the next start tries again.
    """
    known = _read(instance)
    listed = {**{child_id: str(on) for child_id, on in erased.items()}, **known}
    if len(listed) == len(known):
        return
    lines = [f"{child_id} {on}\n" for child_id, on in listed.items()]
    try:
        saving.save(instance / FILE, "".join([_HEAD, *lines]).encode("ascii"))
    except OSError:
        _log.exception("the list of erased children could not be written")


def _read(instance: Path) -> dict[UUID, str]:
    try:
        lines = (instance / FILE).read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return {}
    found = {}
    for line in lines:
        if line.startswith("#"):
            continue
        child_id, _, on = line.partition(" ")
        try:
            found[UUID(child_id)] = on
        except ValueError:
            _log.warning("a line of the list of erased children cannot be read")
    return found
