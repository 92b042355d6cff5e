"""Counts so small that somebody could tell who is meant: they do not leave the school.

A count from 1 to 4 is not told, nor is what it could be worked out from. The promise: whoever has
the whole sheet, with its sums and all that is known of its columns (`Bound`), finds at least two
numbers that fit for each count from 1 to 4.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Final

from kiosk.rules.call_figures import is_few

FEW_SAID: Final = "＊"
LEGEND: Final = "＊：1至4，或为防止推算而不列"

# One column is never more than another, in each row: children who came, and visits.
Bound = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Untold:
    """What a sheet does not tell: rows of each column by their place, and sums."""

    rows: Mapping[str, frozenset[int]]
    sums: frozenset[str]


def untold(
    columns: Mapping[str, Sequence[int]], *, bounds: Collection[Bound] = (), has_sums: bool = True
) -> Untold:
    """Return what of a sheet is not told. Nought is told, and known to be nought.

    For each small count another sheet is looked for that fits as well: one more in its row and one
    less in another, or the other way round, in its column and where needed in those that bound it.
    What this other sheet changes is not told. Which row it is follows the order of the rows, not
    their counts, since the smallest would tell something of itself.
    """
    sheet = _Sheet(columns=columns, bounds=bounds)
    sheet.untold_sums = {
        name for name, counts in columns.items() if not has_sums or is_few(sum(counts))
    }
    for name, counts in columns.items():
        sheet.untold[name] = {row for row, count in enumerate(counts) if is_few(count)}
    for name, counts in columns.items():
        for row in [row for row, count in enumerate(counts) if is_few(count)]:
            sheet.cover(min(sheet.others(name, row), key=sheet.cost))
    for name, counts in columns.items():
        if has_sums and is_few(sum(counts)):
            alone = [
                other
                for row in sorted(sheet.untold[name])
                for other in sheet.others(name, row)
                if other.partner is None
            ]
            sheet.cover(min(alone, key=sheet.cost))
    return Untold(
        rows={name: frozenset(rows) for name, rows in sheet.untold.items()},
        sums=frozenset(sheet.untold_sums),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Other:
    """Another sheet: `step` more in a row of these columns, and less in that of the partner.

    Without a partner the sums are others.
    """

    names: tuple[str, ...]
    step: int
    row: int
    partner: int | None

    @property
    def steps(self) -> Iterator[tuple[int, int]]:
        yield self.row, self.step
        if self.partner is not None:
            yield self.partner, -self.step


@dataclass(slots=True)
class _Sheet:
    columns: Mapping[str, Sequence[int]]
    bounds: Collection[Bound]
    untold: dict[str, set[int]] = field(default_factory=dict)
    untold_sums: set[str] = field(default_factory=set)

    def others(self, name: str, row: int) -> Iterator[_Other]:
        """Yield the other sheets in which this cell is another one."""
        count = len(self.columns[name])
        partners = [*((row + step) % count for step in range(1, count)), None]
        for names in self._groups(name):
            for partner in partners:
                for step in (1, -1):
                    other = _Other(names=names, step=step, row=row, partner=partner)
                    if self._fits(other):
                        yield other

    def cost(self, other: _Other) -> tuple[int, int]:
        """Return how many sums and rows more would not be told."""
        sums = set(other.names) - self.untold_sums if other.partner is None else set()
        rows = [row for row, _ in other.steps]
        return len(sums), sum(row not in self.untold[name] for name in other.names for row in rows)

    def cover(self, other: _Other) -> None:
        if other.partner is None:
            self.untold_sums.update(other.names)
        for name in other.names:
            self.untold[name].update(row for row, _ in other.steps)

    def _groups(self, name: str) -> Iterator[tuple[str, ...]]:
        """Yield the column alone, then with those that it is bound to."""
        linked = {name}
        while more := {one for bound in self.bounds if linked & set(bound) for one in bound}:
            if more <= linked:
                break
            linked |= more
        rest = [one for one in self.columns if one in linked and one != name]
        for size in range(len(rest) + 1):
            for group in combinations(rest, size):
                yield (name, *group)

    def _fits(self, other: _Other) -> bool:
        for row, step in other.steps:
            for name in other.names:
                count = self.columns[name][row]
                # What is not told is known not to be nought.
                if count < 1 or count + step < 1:
                    return False
            for small, large in self.bounds:
                less, more = self.columns[small][row], self.columns[large][row]
                new_less = less + step * (small in other.names)
                new_more = more + step * (large in other.names)
                if less <= more and new_less > new_more:
                    return False
        return True
