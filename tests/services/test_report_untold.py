"""What a report does not tell goes together: a count of few, its means, its shares, its chart."""

from dataclasses import replace
from datetime import date, timedelta

from kiosk.rules.indicators import Share
from kiosk.services import month_report, report_untold
from kiosk.services.here import Here
from kiosk.services.ledger_paper import Period
from kiosk.services.month_report import DayUse, HourUse, Report, WeekUse

MONDAY = date(2026, 11, 2)


def _report(here: Here) -> Report:
    """Return a month in which every count is large, made of an empty one."""
    empty = month_report.look(Period(first=MONDAY, last=here.today), here=here)
    return replace(
        empty,
        visits=30,
        visitors=12,
        books=replace(empty.books, loans=20, readers=8, enrolled=40, copies=90),
        calls=replace(
            empty.calls, done=9, answered=Share(of=9, whole=14), confirmed=Share(of=20, whole=40)
        ),
        days=tuple(DayUse(on=MONDAY + timedelta(days=at), visits=10) for at in range(3)),
        hours=tuple(HourUse(weekday=at, hour=16, visits=10) for at in range(3)),
        weeks=tuple(_week(at, loans=10, called=6) for at in range(2)),
    )


def _week(at: int, *, loans: int, called: int, wrote: int = 0) -> WeekUse:
    return WeekUse(
        monday=MONDAY + timedelta(weeks=at),
        planned=2,
        held=2,
        loans=loans,
        covered=Share(of=called, whole=40),
        covered_letters=Share(of=called + wrote, whole=40),
        is_over=True,
    )


def test_a_report_of_many_tells_everything(here: Here) -> None:
    untold = report_untold.of(_report(here))

    said = {name: getattr(untold, name) for name in untold.__slots__}
    assert {name for name, hidden in said.items() if hidden} == set()


def test_a_day_of_few_takes_the_next_with_it(here: Here) -> None:
    report = _report(here)
    first, *rest = report.days
    hour, *hours = report.hours
    report = replace(
        report,
        visits=23,
        days=(replace(first, visits=3), *rest),
        hours=(replace(hour, visits=3), *hours),
    )

    untold = report_untold.of(report)

    assert not untold.visits
    assert untold.days == untold.hours == {0, 1}


def test_an_hour_of_few_is_not_told_by_its_day(here: Here) -> None:
    cells = ((0, 12, 5), (0, 16, 2), (1, 12, 10))
    report = replace(
        _report(here),
        visits=17,
        days=tuple(DayUse(on=MONDAY + timedelta(days=at), visits=(7, 10)[at]) for at in range(2)),
        hours=tuple(HourUse(weekday=day, hour=hour, visits=n) for day, hour, n in cells),
    )

    untold = report_untold.of(report)

    # With its partner on Tuesday, the seven of Monday without the five of noon would tell it.
    assert not untold.visits
    assert (len(untold.days), untold.hours) == (0, frozenset({0, 1}))


def test_days_of_one_child_each_are_all_there_is_and_not_told(here: Here) -> None:
    report = _report(here)
    alone = tuple(replace(day, visits=1) for day in report.days) * 2
    hours = tuple(replace(hour, visits=2) for hour in report.hours)
    report = replace(report, visits=6, days=alone, hours=hours)

    untold = report_untold.of(report)

    assert untold.visits
    assert untold.days == set(range(6))
    assert untold.hours == {0, 1, 2}


def test_few_readers_are_not_told_by_their_mean(here: Here) -> None:
    report = _report(here)
    report = replace(report, books=replace(report.books, readers=4))

    untold = report_untold.of(report)

    assert (untold.loans, untold.of_reader, untold.of_child) == (False, True, False)


def test_few_loans_take_all_that_is_worked_out_from_them(here: Here) -> None:
    report = _report(here)
    report = replace(report, books=replace(report.books, loans=3))

    untold = report_untold.of(report)

    assert untold.loans
    assert untold.of_reader
    assert untold.of_child
    assert untold.turnover
    assert untold.week_loans == {0, 1}


def test_a_week_of_few_takes_the_mean_of_the_weeks_with_it(here: Here) -> None:
    report = replace(
        _report(here), weeks=(_week(0, loans=10, called=6), _week(1, loans=10, called=2))
    )

    untold = report_untold.of(report)

    assert untold.week_called == {1}
    assert untold.coverage


def test_few_who_only_wrote_are_not_told_beside_the_calls(here: Here) -> None:
    weeks = (_week(0, loans=10, called=6, wrote=3), _week(1, loans=10, called=6, wrote=5))
    report = replace(_report(here), weeks=weeks)

    untold = report_untold.of(report)

    assert not untold.week_called
    assert not untold.coverage
    assert untold.week_reached == {0}
    assert untold.coverage_letters
    many = report_untold.of(replace(report, weeks=weeks[1:]))
    assert not many.week_reached
    assert not many.coverage_letters
