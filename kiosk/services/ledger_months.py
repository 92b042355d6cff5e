"""L21 信息报送月报: a line for each month, made to leave the school."""

from typing import Final

from sqlalchemy.orm import Session

from kiosk.files.tables import Table
from kiosk.rules.call_figures import is_few
from kiosk.rules.few import FEW_SAID
from kiosk.services import activities, ledger_archive, month_report
from kiosk.services.here import Here
from kiosk.services.ledger_paper import DASH, TO_SIGN, Period, Row, filled
from kiosk.services.month_report import Report

_KEYS: Final = (
    "month",
    "openings",
    "visits",
    "loans",
    "new_books",
    "calls",
    "activities",
    "on_duty",
    "safety",
    "problems",
    "next_month",
)


def build(session: Session, period: Period, *, here: Here) -> Table:
    """Return L21 of a period."""
    months = [
        month_report.of_period(session, one, here=here) for one in ledger_archive.months(period)
    ]
    whole = months[0] if len(months) == 1 else month_report.of_period(session, period, here=here)
    return filled(
        "L21",
        _KEYS,
        [(f"{one.period.first:%Y-%m}", *_cells(one, here), TO_SIGN, TO_SIGN) for one in months],
        totals=("合计", *_cells(whole, here), DASH, DASH),
        period=period,
        here=here,
    )


def _cells(one: Report, here: Here) -> Row:
    opened, calls, loans = one.room.opened, one.calls, one.books.loans
    each = None if is_few(loans) else one.books.of_a_reader
    return (
        f"{opened.days}/{opened.times}/{opened.hours}",
        _many(one.visits),
        f"{_many(loans)}/{DASH if each is None else f'{each:.2f}'}",
        f"{one.books.new}(其中捐赠{one.books.donated})",
        f"{_many(calls.done)}/{percent(calls.answered.value)}/{percent(calls.coverage)}",
        len(activities.between(one.period.first, one.period.last, here=here)),
        percent(one.room.on_duty.value),
        f"{one.room.checks}/{one.room.exceptions}/{'见L17' if one.room.exceptions else '无'}",
    )


def _many(count: int) -> str | int:
    return FEW_SAID if is_few(count) else count


def percent(share: float | None) -> str:
    return DASH if share is None else f"{round(100 * share)}%"
