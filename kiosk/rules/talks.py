"""Talks: a child asks an adult of its choice for one. Only days are known, never of what."""

from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from kiosk.rules.staff import Role

_KEPT: Final = timedelta(days=90)


class TalkStanding(StrEnum):
    """What the page of the teacher offers a child."""

    NOBODY = "nobody"  # no adult can be asked for
    MAY_ASK = "may_ask"
    ASKED = "asked"


def may_be_asked_for(role: Role) -> bool:
    """Return whether children may ask for somebody; helpers come and go (`security.md` 4.2)."""
    return role is not Role.VOLUNTEER


def kept_since(today: date) -> date:
    """Return the first day whose talks are still known (`security.md` 4.5)."""
    return today - _KEPT
