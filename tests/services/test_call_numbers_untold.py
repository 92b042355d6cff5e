"""The figures of the calls tell no count of few, and nothing that it could be worked out from."""

from datetime import date, timedelta

from kiosk.rules.call_figures import Figures, WeekFigures
from kiosk.rules.call_windows import Shift
from kiosk.services import call_numbers_untold
from kiosk.services.call_numbers import CallNumbers, ClassFigures, CountedWeek, ShiftFigures

MONDAY = date(2026, 11, 2)


def _figures(children: int, zero: int = 0, unreachable: int = 0) -> Figures:
    return Figures(
        children=children,
        cov7=0.5,
        cov7_letters=0.6,
        week_share=0.5,
        max_gap_days=9,
        p95_gap_days=8,
        zero=zero,
        gini=0.1,
        unreachable=unreachable,
    )


def _week(at: int, called: int, *, is_over: bool = True) -> CountedWeek:
    monday = MONDAY + timedelta(days=7 * at)
    return CountedWeek(
        week_key=f"2026-W{45 + at}",
        figures=WeekFigures(monday=monday, children=40, called=called),
        ceiling=1.0,
        places=50,
        is_over=is_over,
    )


def _numbers(
    classes: list[Figures], shifts: list[Figures], weeks: tuple[CountedWeek, ...] = ()
) -> CallNumbers:
    return CallNumbers(
        first=MONDAY,
        last=MONDAY + timedelta(days=18),
        all_of=_figures(
            sum(one.children for one in classes),
            sum(one.zero for one in classes),
            sum(one.unreachable for one in classes),
        ),
        enrolled=40,
        cov7_of_all=0.5,
        cov7_letters_of_all=0.6,
        use=0.5,
        ceiling=1.0,
        load=None,
        worst_rate=None,
        weeks=weeks,
        by_class=tuple(
            ClassFigures(class_name=(at, 1), figures=one) for at, one in enumerate(classes, 1)
        ),
        by_shift=tuple(
            ShiftFigures(shift=shift, figures=one)
            for shift, one in zip(Shift, shifts, strict=False)
        ),
    )


def test_where_nothing_is_few_everything_is_told() -> None:
    untold = call_numbers_untold.of(
        _numbers(
            [_figures(20, zero=6), _figures(20, zero=7)], [_figures(40, zero=13)], (_week(0, 30),)
        )
    )

    assert (untold.zero, untold.unreachable, untold.mean) == (False, False, False)
    assert not untold.week_called
    for groups in (untold.by_class, untold.by_shift):
        assert not (groups.children | groups.zero | groups.unreachable)


def test_a_few_of_one_class_hide_another_class_since_the_sum_is_told() -> None:
    untold = call_numbers_untold.of(
        _numbers(
            [_figures(20, zero=2), _figures(20, zero=9), _figures(20, zero=8)],
            [_figures(30, zero=10), _figures(30, zero=9)],
        )
    )

    assert 0 in untold.by_class.zero
    assert len(untold.by_class.zero) == 2
    assert not untold.zero
    assert not untold.by_shift.zero


def test_a_sum_of_few_is_told_by_neither_table() -> None:
    untold = call_numbers_untold.of(
        _numbers(
            [_figures(20, unreachable=3), _figures(20)],
            [_figures(20, unreachable=1), _figures(20, unreachable=2)],
        )
    )

    assert untold.unreachable
    assert untold.by_class.unreachable == untold.by_shift.unreachable == {0, 1}


def test_a_week_of_few_goes_with_the_mean_it_would_be_worked_out_from() -> None:
    groups = [_figures(40)]

    over = call_numbers_untold.of(_numbers(groups, groups, (_week(0, 30), _week(1, 4))))
    running = (_week(0, 30), _week(1, 4, is_over=False))
    now = call_numbers_untold.of(_numbers(groups, groups, running))

    assert (set(over.week_called), over.mean) == ({1}, True)
    assert (set(now.week_called), now.mean) == ({1}, False)
