"""Visits by day and by weekday and hour: a solver tries, with both lists and the sum of all."""

from collections.abc import Iterator, Sequence
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.rules import few, few_visits
from kiosk.rules.call_figures import is_few
from kiosk.rules.few_visits import Came, UntoldVisits

MON, TUE, WED = range(3)
_FAR = 6  # a sum that may be larger is tried so far
_TRIES = settings(max_examples=300, deadline=None)


def _pinned(
    days: Sequence[Came], hours: Sequence[Came], hidden: UntoldVisits
) -> list[tuple[str, int]]:
    """Return the days, hours, weekdays and the sum from 1 to 4 that one number alone fits."""
    weekdays = sorted({weekday for weekday, _ in days})
    known = {weekday: _of(days, weekday) for weekday in weekdays}
    sheets = [dict(zip(weekdays, sums, strict=True)) for sums in _sums(days, hours, hidden)]
    assert known in sheets
    found = []
    for name, came, untold in (("day", days, hidden.days), ("hour", hours, hidden.hours)):
        for place, (weekday, count) in enumerate(came):
            fits = {one for sums in sheets for one in _fitting(came, untold, place, sums[weekday])}
            if is_few(count) and fits == {count}:
                found.append((name, place))
    for weekday, count in known.items():
        if is_few(count) and {sums[weekday] for sums in sheets} == {count}:
            found.append(("weekday", weekday))
    if is_few(sum(known.values())) and len({sum(sums.values()) for sums in sheets}) == 1:
        found.append(("sum", 0))
    return found


def _of(came: Sequence[Came], weekday: int) -> int:
    return sum(count for on, count in came if on == weekday)


def _sums(
    days: Sequence[Came], hours: Sequence[Came], hidden: UntoldVisits
) -> Iterator[tuple[int, ...]]:
    """Yield what the weekdays may amount to: each as its days and as its hours allow."""
    allowed = []
    for weekday in sorted({weekday for weekday, _ in days}):
        by_day = _least(days, hidden.days, weekday)
        by_hour = _least(hours, hidden.hours, weekday)
        most = max(by_day[0], by_hour[0], _of(days, weekday)) + _FAR
        allowed.append([one for one in range(most + 1) if _may(one, by_day) and _may(one, by_hour)])
    for sums in product(*allowed):
        if hidden.is_sum_untold or sum(sums) == sum(count for _, count in days):
            yield sums


def _least(came: Sequence[Came], untold: frozenset[int], weekday: int) -> tuple[int, bool]:
    """Return the least that a weekday amounts to, and whether that is what it does."""
    places = [place for place, (on, _) in enumerate(came) if on == weekday]
    least = sum(1 if place in untold else came[place][1] for place in places)
    return least, not untold.intersection(places)


def _may(amount: int, least: tuple[int, bool]) -> bool:
    return amount == least[0] if least[1] else amount >= least[0]


def _fitting(came: Sequence[Came], untold: frozenset[int], place: int, amount: int) -> range:
    """Return what a place may be where its weekday amounts to so many."""
    weekday, count = came[place]
    if place not in untold:
        return range(count, count + 1)
    least, _ = _least(came, untold, weekday)
    others = [one for one in untold if came[one][0] == weekday and one != place]
    most = amount - least + 1
    return range(1 if others else most, most + 1)


# A report of one week: all Monday hours are the one Monday.
WEEK: tuple[list[Came], list[Came]] = (
    [(MON, 7), (TUE, 10)],
    [(MON, 5), (MON, 2), (TUE, 10)],
)


@pytest.mark.parametrize(
    ("days", "hours", "untold_days", "untold_hours"),
    [
        ([], [], set(), set()),
        ([(MON, 0), (TUE, 9)], [(TUE, 9)], set(), set()),
        (*WEEK, set(), {0, 1}),
        # Nobody else came on a Monday: Tuesday goes with it, in both lists.
        ([(MON, 3), (TUE, 10), (WED, 9)], [(MON, 3), (TUE, 10), (WED, 9)], {0, 1}, {0, 1}),
        # The next Monday in order, not the smallest.
        ([(MON, 3), (TUE, 9), (MON, 8), (MON, 6)], [(MON, 17), (TUE, 9)], {0, 2}, set()),
        # Two Mondays hide one another, but all Mondays are three.
        ([(MON, 1), (TUE, 9), (MON, 2)], [(MON, 3), (TUE, 9)], {0, 1, 2}, {0, 1}),
        # Nor do all Mondays tell three where the hours hide one another as well.
        ([(MON, 1), (TUE, 9), (MON, 2)], [(MON, 2), (MON, 1), (TUE, 9)], {0, 1, 2}, {0, 1, 2}),
    ],
)
def test_what_goes_with_a_count_of_few(
    days: list[Came], hours: list[Came], untold_days: set[int], untold_hours: set[int]
) -> None:
    found = few_visits.untold(days, hours)

    assert (set(found.days), set(found.hours)) == (untold_days, untold_hours)
    assert not found.is_sum_untold


def test_where_the_sum_is_not_told_only_nought_is() -> None:
    days = [*[(MON, 1), (TUE, 1)] * 3, (WED, 0)]

    found = few_visits.untold(days, [(MON, 3), (TUE, 3)])

    assert found.is_sum_untold
    assert (found.days, found.hours) == (frozenset(range(6)), frozenset({0, 1}))


_CELLS = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 9)), min_size=1, max_size=7)


@_TRIES
@given(days=_CELLS, cuts=st.lists(st.integers(1, 6), max_size=6))
def test_neither_list_tells_what_the_other_does_not(days: list[Came], cuts: list[int]) -> None:
    hours: list[Came] = []
    for weekday in sorted({weekday for weekday, _ in days}):
        left = _of(days, weekday)
        for cut in (*cuts, left):
            if taken := min(cut, left):
                hours.append((weekday, taken))
                left -= taken

    assert _pinned(days, hours, few_visits.untold(days, hours)) == []


def test_the_solver_finds_what_two_lists_tell_together() -> None:
    days, hours = WEEK
    alone = [few.untold({"a": [count for _, count in came]}).rows["a"] for came in (days, hours)]
    hidden = UntoldVisits(days=alone[0], hours=alone[1], is_sum_untold=False)

    assert hidden.hours == {1, 2}
    assert _pinned(days, hours, hidden) == [("hour", 1)]
    assert _pinned(days, hours, few_visits.untold(days, hours)) == []
