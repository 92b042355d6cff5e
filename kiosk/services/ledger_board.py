"""L22, the board outside, as a ledger: what stood on it in the period, and what it says today.

The hours are those of the weekly pattern as it was then. Who was responsible is known only from the
day on which it was last put down: that day begins a line of its own, and in those before it there
is room to write.
"""

from collections.abc import Iterator
from datetime import date
from typing import Final

from sqlalchemy.orm import Session

from kiosk.files.tables import Table
from kiosk.rules import hours_board
from kiosk.services import opening_plan, posters
from kiosk.services.here import Here
from kiosk.services.ledger_paper import DASH, Period, Row, filled
from kiosk.services.posters import Hours

_KEYS: Final = ("name", "manager", "telephone", "hours", "next")
_TO_WRITE: Final = "＿" * 5


def build(session: Session, period: Period, *, here: Here) -> Table:
    """Return L22: a line for the board, or one for each time it was changed in the period."""
    rows = list(_rows(session, period, here))
    return filled("L22", _KEYS, rows, totals=None, period=period, here=here)


def _rows(session: Session, period: Period, here: Here) -> Iterator[Row]:
    board, responsible = posters.board(here), posters.responsible(session, here=here)
    put_down = posters.put_down_on(session, here=here)
    boards = _boards(session, period, put_down, here)
    for first, last, hours in boards:
        is_todays = last >= here.today
        is_known = put_down is not None and put_down <= first
        said = "；".join(f"{one.days} {one.spans}" for one in hours) or DASH
        yield (
            board.home,
            (responsible.manager if is_known else "") or _TO_WRITE,
            (responsible.telephone if is_known else "") or _TO_WRITE,
            said if len(boards) == 1 else f"{_span(first, last, here)}：{said}",
            (board.next_words if is_todays else "") or DASH,
        )


def _boards(
    session: Session, period: Period, put_down: date | None, here: Here
) -> list[tuple[date, date, tuple[Hours, ...]]]:
    """Return first and last day and hours of each board; what is still to come is not told."""
    last = min(period.last, here.today)
    rules = opening_plan.weekly_rules(session, here=here)
    found: list[tuple[date, date, tuple[Hours, ...]]] = []
    first = min(period.first, last)
    for one in hours_board.stretches(rules, first=first, last=last, cut_on=put_down):
        hours = posters.hours(one.rules, here)
        if found and found[-1][2] == hours and one.first != put_down:
            found[-1] = (found[-1][0], one.last, hours)
        else:
            found.append((one.first, one.last, hours))
    return found


def _span(first: date, last: date, here: Here) -> str:
    if last >= here.today:
        return f"{first.isoformat()} 起"
    return first.isoformat() if first == last else f"{first.isoformat()} 至 {last.isoformat()}"
