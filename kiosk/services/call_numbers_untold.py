"""What the figures of the calls do not tell: counts of few, and what would tell them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from kiosk.rules import few
from kiosk.rules.call_figures import Figures, is_few
from kiosk.services.call_numbers import CallNumbers, CountedWeek

_BOUNDS: Final = (("zero", "children"), ("unreachable", "children"))


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupsUntold:
    """Rows of a table of groups by their place; where `children` are not told, nothing is."""

    children: frozenset[int]
    zero: frozenset[int]
    unreachable: frozenset[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class NumbersUntold:
    """What stands as a sign; weeks by their place. `mean` is that of the weeks."""

    zero: bool
    unreachable: bool
    by_class: GroupsUntold
    by_shift: GroupsUntold
    week_children: frozenset[int]
    week_called: frozenset[int]
    mean: bool


def of(numbers: CallNumbers) -> NumbersUntold:
    """Return what of the figures is not told.

    Classes and families have the same sums: where one table cannot tell a sum, the other would.
    """
    classes = _untold([one.figures for one in numbers.by_class])
    shifts = _untold([one.figures for one in numbers.by_shift])
    sums = classes.sums | shifts.sums
    called = frozenset(at for at, week in enumerate(numbers.weeks) if _is_few(week))
    return NumbersUntold(
        zero="zero" in sums,
        unreachable="unreachable" in sums,
        by_class=_groups(classes, len(numbers.by_class), sums),
        by_shift=_groups(shifts, len(numbers.by_shift), sums),
        week_children=frozenset(
            at for at, week in enumerate(numbers.weeks) if is_few(week.figures.children)
        ),
        week_called=called,
        mean=any(numbers.weeks[at].is_over for at in called),
    )


def _untold(groups: Sequence[Figures]) -> few.Untold:
    return few.untold(
        {
            "children": [one.children for one in groups],
            "zero": [one.zero for one in groups],
            "unreachable": [one.unreachable for one in groups],
        },
        bounds=_BOUNDS,
    )


def _groups(untold: few.Untold, count: int, sums: frozenset[str]) -> GroupsUntold:
    everyone = frozenset(range(count))
    rows = {name: everyone if name in sums else untold.rows[name] for name in untold.rows}
    return GroupsUntold(
        children=rows["children"], zero=rows["zero"], unreachable=rows["unreachable"]
    )


def _is_few(week: CountedWeek) -> bool:
    return is_few(week.figures.called) or is_few(week.figures.children)
