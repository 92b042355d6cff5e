"""The code on a day's sheet: it says which day it is of, and nothing of anybody.

A command code (`X`) of this room: `DAY`, the date, a symbol for the room, and the check symbol.
"""

import re
from datetime import date, datetime
from typing import Final
from uuid import UUID

from kiosk.rules import codes
from kiosk.rules.codes import ALPHABET, CodeKind, OurCode

_SHEET: Final = re.compile(rf"XDAY([0-9]{{6}})([{ALPHABET}])[{ALPHABET}]")


def sheet_code(on: date, home_id: UUID) -> str:
    """Return the code of the sheet of a day."""
    return codes.compose(CodeKind.COMMAND, f"DAY{on:%y%m%d}{_symbol(home_id)}")


def day_of(code: OurCode, home_id: UUID) -> date | None:
    """Return the day whose sheet this is; None for any other code, and for another room's."""
    match = _SHEET.fullmatch(code.text)
    if match is None or match[2] != _symbol(home_id):
        return None
    try:
        return datetime.strptime(match[1], "%y%m%d").date()  # noqa: DTZ007 - a civil day
    except ValueError:
        return None


def _symbol(home_id: UUID) -> str:
    return ALPHABET[home_id.int % len(ALPHABET)]
