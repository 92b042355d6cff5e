"""L22, the board outside, as a ledger: what stands on it today, whatever period is asked for."""

from dataclasses import replace
from typing import Final

from sqlalchemy.orm import Session

from kiosk.files.tables import Table
from kiosk.services import posters
from kiosk.services.here import Here
from kiosk.services.ledger_paper import DASH, Period, day_in_words, filled, school_name

_KEYS: Final = ("name", "manager", "telephone", "hours", "next")


def build(session: Session, period: Period, *, here: Here) -> Table:
    """Return L22; what the wall does not name is a dash."""
    board, responsible = posters.board(here), posters.responsible(session, here=here)
    row = (
        board.home,
        responsible.manager or DASH,
        responsible.telephone or DASH,
        "；".join(f"{one.days} {one.spans}" for one in board.hours) or DASH,
        board.next_words or DASH,
    )
    table = filled("L22", _KEYS, [row], totals=None, period=period, here=here)
    return replace(table, subtitle=f"{school_name(here)}　{day_in_words(here.today)}")
