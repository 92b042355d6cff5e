"""L21 信息报送月报: a line for each month, made to leave the school."""

from collections import Counter
from collections.abc import Set as AbstractSet
from datetime import timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kiosk.files.tables import Table
from kiosk.models.openings import Opening
from kiosk.rules import few
from kiosk.rules.few import FEW_SAID
from kiosk.rules.openings import OpeningOrigin, OpeningState
from kiosk.services import activities, ledger_archive, month_report, opening_log, report_untold
from kiosk.services.here import Here
from kiosk.services.ledger_openings import HAZARDS
from kiosk.services.ledger_paper import DASH, NONE, Period, Row, filled
from kiosk.services.month_report import Report
from kiosk.services.report_untold import ReportUntold

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
_NOT_HELD: Final = {OpeningState.MISSED: "未开放", OpeningState.SHORT: "开放不足30分钟"}
_SOME_MONTH: Final = timedelta(days=31)  # from the first of a month into the next one


def build(session: Session, period: Period, *, here: Here) -> Table:
    """Return L21 of a period."""
    months = [
        month_report.of_period(session, one, here=here) for one in ledger_archive.months(period)
    ]
    whole = months[0] if len(months) == 1 else month_report.of_period(session, period, here=here)
    untold = few.untold(
        {
            "visits": [one.visits for one in months],
            "loans": [one.books.loans for one in months],
            "calls": [one.calls.done for one in months],
        }
    )
    rows = []
    for place, one in enumerate(months):
        hidden = {key for key, places in untold.rows.items() if place in places}
        rows.append(
            (
                f"{one.period.first:%Y-%m}",
                *_cells(one, hidden, here),
                *_words(session, one.period, here),
            ),
        )
    return filled(
        "L21",
        _KEYS,
        rows,
        totals=("合计", *_cells(whole, untold.sums, here), DASH, DASH),
        period=period,
        here=here,
    )


def _words(session: Session, month: Period, here: Here) -> Row:
    """Return what was not as it should be, and what is planned for the month after.

    The notes of a check may name somebody and stay in L17; this leaves the school.
    """
    openings = opening_log.between(month.first, month.last, here=here)
    states = Counter(one.state for one in openings)
    found = Counter(hazard for one in openings for hazard, _ in one.exceptions)
    said = [f"{word} {states[state]} 次" for state, word in _NOT_HELD.items() if states[state]]
    said += [f"{HAZARDS[hazard]}隐患 {count} 处" for hazard, count in found.items()]
    planned = _planned_after(session, month, here)
    return "；".join(said) or NONE, f"计划开放 {planned} 次" if planned else NONE


def _planned_after(session: Session, month: Period, here: Here) -> int:
    first = (month.first.replace(day=1) + _SOME_MONTH).replace(day=1)
    following = first + _SOME_MONTH
    return (
        session.scalar(
            select(func.count()).where(
                Opening.home_id == here.home_id,
                Opening.on_date >= first,
                Opening.on_date < following.replace(day=1),
                Opening.origin != OpeningOrigin.ADHOC,
                Opening.state != OpeningState.CANCELLED,
            )
        )
        or 0
    )


def _cells(one: Report, hidden: AbstractSet[str], here: Here) -> Row:
    """Return the cells of a month; means and shares go with the counts that are not told."""
    opened, calls, books = one.room.opened, one.calls, one.books
    untold = report_untold.of(one)
    each = DASH if books.of_a_reader is None else f"{books.of_a_reader:.2f}"
    no_loans, no_calls = "loans" in hidden, "calls" in hidden
    return (
        f"{opened.days}/{opened.times}/{opened.hours}",
        FEW_SAID if "visits" in hidden else one.visits,
        "/".join(
            (
                _told(f"{books.loans}", is_untold=no_loans),
                _told(each, is_untold=no_loans or untold.of_reader),
            )
        ),
        f"{books.new}(其中捐赠{books.donated})",
        "/".join(
            (
                _told(f"{calls.done}", is_untold=no_calls),
                _told(percent(calls.answered.value), is_untold=no_calls or untold.answered),
                _told(percent(calls.coverage), is_untold=no_calls or untold.coverage)
                + f"（含书信{_letters(one, untold, is_untold=no_calls)}）",
            )
        ),
        len(activities.between(one.period.first, one.period.last, here=here)),
        percent(one.room.on_duty.value),
        f"{one.room.checks}/{one.room.exceptions}/{'见L17' if one.room.exceptions else '无'}",
    )


def _letters(one: Report, untold: ReportUntold, *, is_untold: bool) -> str:
    said = percent(one.calls.coverage_letters)
    return _told(said, is_untold=is_untold or untold.coverage_letters)


def _told(said: str, *, is_untold: bool) -> str:
    return FEW_SAID if is_untold else said


def percent(share: float | None) -> str:
    return DASH if share is None else f"{round(100 * share)}%"
