"""Visits told twice, by day and by weekday and hour: what of both is not told.

All Mondays together are all Monday hours together, so whoever has both lists and the sum of all
finds at least two numbers that fit for each count from 1 to 4, also for all of a weekday.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto

from kiosk.rules.call_figures import is_few

# A weekday, and how many came: on one such day, or in one hour of all such days.
Came = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class UntoldVisits:
    """What is not told: days and hours by their place, and the sum of all."""

    days: frozenset[int]
    hours: frozenset[int]
    is_sum_untold: bool


class _List(Enum):
    DAYS = auto()
    HOURS = auto()


# A place in one of the lists.
_Cell = tuple[_List, int]


def untold(days: Sequence[Came], hours: Sequence[Came]) -> UntoldVisits:
    """Return what of the visits of a period is not told. Nought is told.

    As in `few`, another sheet is looked for that fits as well, for each small count: with a partner
    of the same weekday, else with a day and an hour of it against those of another weekday, else
    with another sum. Where the sum is not told, nothing but nought is.
    """
    sheet = _Sheet(lists={_List.DAYS: days, _List.HOURS: hours})
    small = [cell for cell in sheet.cells() if is_few(sheet.count(cell))]
    sheet.hidden.update(small)
    for cell in small:
        sheet.cover(cell)
    for weekday in sorted({weekday for weekday, _ in days}):
        if is_few(sum(count for on, count in days if on == weekday)):
            sheet.cover_weekday(weekday, ())
    if sheet.is_sum_untold or is_few(sum(count for _, count in days)):
        sheet.is_sum_untold = True
        sheet.hidden.update(cell for cell in sheet.cells() if sheet.count(cell))
    return UntoldVisits(
        days=sheet.places(_List.DAYS),
        hours=sheet.places(_List.HOURS),
        is_sum_untold=sheet.is_sum_untold,
    )


@dataclass(slots=True)
class _Sheet:
    lists: dict[_List, Sequence[Came]]
    hidden: set[_Cell] = field(default_factory=set)
    is_sum_untold: bool = False

    def cells(self) -> list[_Cell]:
        return [(one, place) for one, came in self.lists.items() for place in range(len(came))]

    def places(self, of: _List) -> frozenset[int]:
        return frozenset(place for one, place in self.hidden if one is of)

    def count(self, cell: _Cell) -> int:
        one, place = cell
        return self.lists[one][place][1]

    def cover(self, cell: _Cell) -> None:
        """Hide what tells a count: one more there and one less beside it must fit as well."""
        one, place = cell
        weekday = self.lists[one][place][0]
        pairs = []
        for step in (1, -1):
            partner = self._partner(one, weekday, -step, beside=place)
            if partner is not None and self._fits(cell, step):
                pairs.append((cell, partner))
        if pairs:
            self.hidden.update(min(pairs, key=self._cost))
        else:
            self.cover_weekday(weekday, (cell,))

    def cover_weekday(self, weekday: int, through: tuple[_Cell, ...]) -> None:
        """Hide what tells all of a weekday; the other sheet changes it in the cells `through`."""
        others = sorted(
            {on for on, _ in self.lists[_List.DAYS]} - {weekday},
            key=lambda other: (other < weekday, other),
        )
        found = []
        for step in (1, -1):
            here = self._both(weekday, step, through)
            for other in others:
                there = self._both(other, -step)
                if here and there:
                    found.append((*here, *there))
        if found:
            self.hidden.update(min(found, key=self._cost))
        else:
            self.is_sum_untold = True

    def _both(
        self, weekday: int, step: int, through: tuple[_Cell, ...] = ()
    ) -> tuple[_Cell, ...] | None:
        """Return a day and an hour of a weekday that may both be another number."""
        if not all(self._fits(cell, step) for cell in through):
            return None
        found = list(through)
        for one in self.lists:
            if all(given is not one for given, _ in through):
                partner = self._partner(one, weekday, step)
                if partner is None:
                    return None
                found.append(partner)
        return tuple(found)

    def _partner(
        self, one: _List, weekday: int, step: int, *, beside: int | None = None
    ) -> _Cell | None:
        """Return the next of the weekday that may be another number; one that is hidden, first.

        Which it is follows the order of the list, since the smallest would tell something.
        """
        came = self.lists[one]
        after = -1 if beside is None else beside
        places = [(after + far) % len(came) for far in range(1, len(came) + 1)]
        fitting = [
            (one, place)
            for place in places
            if place != beside and came[place][0] == weekday and self._fits((one, place), step)
        ]
        return min(fitting, key=lambda cell: cell not in self.hidden, default=None)

    def _fits(self, cell: _Cell, step: int) -> bool:
        # What is not told is known not to be nought.
        count = self.count(cell)
        return count > 0 and count + step > 0

    def _cost(self, cells: Iterable[_Cell]) -> int:
        return sum(cell not in self.hidden for cell in cells)
