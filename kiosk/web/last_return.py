"""The book brought back last at this screen: only that one may be taken out of the tray again."""

from typing import Final
from uuid import UUID

from flask import session

from kiosk.errors import NotFoundError
from kiosk.rules.lending import LendingRefusal

_COOKIE_KEY: Final = "returned"


def keep(loan_id: UUID) -> None:
    """Remember whose return this screen has just shown."""
    session[_COOKIE_KEY] = str(loan_id)


def require(loan_id: UUID) -> None:
    """Raise NotFoundError, NOT_YOURS, for any other loan: it is as unknown as none."""
    if session.get(_COOKIE_KEY) != str(loan_id):
        raise NotFoundError(LendingRefusal.NOT_YOURS)
