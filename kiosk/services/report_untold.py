"""What a report does not tell: counts of few, with what they could be worked out from.

Openings, hours and books are no persons and are always told.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from kiosk.rules import few, few_visits
from kiosk.rules.call_figures import is_few
from kiosk.rules.indicators import Share
from kiosk.services.month_report import Report, WeekUse


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportUntold:
    """What stands there as a sign; days, hours and weeks by their place in the report.

    `of_reader`, `of_child` and `turnover` are what is worked out from the loans.
    """

    visits: bool
    visitors: bool
    days: frozenset[int]
    hours: frozenset[int]
    loans: bool
    of_reader: bool
    of_child: bool
    turnover: bool
    week_loans: frozenset[int]
    calls: bool
    answered: bool
    week_children: frozenset[int]
    week_called: frozenset[int]
    week_reached: frozenset[int]
    coverage: bool
    coverage_letters: bool
    confirmed: bool


def of(report: Report) -> ReportUntold:
    """Return what of a report does not leave the school."""
    visits = few_visits.untold(
        [(day.on.weekday(), day.visits) for day in report.days],
        [(hour.weekday, hour.visits) for hour in report.hours],
    )
    weeks = few.untold({"loans": [week.loans for week in report.weeks]})
    books = report.books
    no_loans = is_few(books.loans) or bool(weeks.sums)
    return ReportUntold(
        visits=visits.is_sum_untold,
        visitors=is_few(report.visitors),
        days=visits.days,
        hours=visits.hours,
        loans=no_loans,
        of_reader=no_loans or is_few(books.readers or 0),
        of_child=no_loans or is_few(books.enrolled),
        turnover=no_loans,
        week_loans=_all(report.weeks) if no_loans else weeks.rows["loans"],
        calls=is_few(report.calls.done),
        answered=is_untold(report.calls.answered),
        week_children=_places([is_few(week.covered.whole) for week in report.weeks]),
        week_called=_places([is_untold(week.covered) for week in report.weeks]),
        week_reached=_places([_is_reached_untold(week) for week in report.weeks]),
        coverage=any(week.is_averaged and is_untold(week.covered) for week in report.weeks),
        coverage_letters=any(
            week.is_averaged and _is_reached_untold(week) for week in report.weeks
        ),
        confirmed=is_untold(report.calls.confirmed),
    )


def is_untold(share: Share) -> bool:
    """Return whether a share is one of few, or of few in all."""
    return is_few(share.of) or is_few(share.whole)


def _is_reached_untold(week: WeekUse) -> bool:
    """Return whether the count with letters tells of few, by itself or beside that of the calls."""
    only_wrote = week.covered_letters.of - week.covered.of
    return is_untold(week.covered_letters) or is_few(only_wrote)


def _all(of_what: Sequence[object]) -> frozenset[int]:
    return frozenset(range(len(of_what)))


def _places(flags: Sequence[bool]) -> frozenset[int]:
    return frozenset(place for place, flag in enumerate(flags) if flag)
