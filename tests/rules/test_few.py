"""Small counts, and how they could be worked out: a solver tries, with all that is on the sheet."""

from collections.abc import Iterator, Mapping, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.rules import few
from kiosk.rules.call_figures import is_few
from kiosk.rules.few import Bound, Untold

Columns = Mapping[str, Sequence[int]]
BOUNDS: tuple[Bound, ...] = (("visitors", "visits"),)
CHAIN: tuple[Bound, ...] = (("called", "calls"), ("called", "children"))
_NEAR = 3  # how far a solver looks; what it finds there is found
_TRIES = settings(max_examples=60, deadline=None)


@pytest.mark.parametrize(
    ("counts", "rows", "sums"),
    [
        ([], set(), set()),
        ([0, 5, 9], set(), set()),
        ([4, 1, 9], {0, 1}, set()),
        ([4, 7, 9], {0, 1}, set()),
        ([9, 0, 4, 7], {2, 3}, set()),
        ([9, 7, 4], {0, 2}, set()),  # the next in order, not the smallest
        ([1, 1, 9], {0, 1, 2}, set()),  # two that sum up to two are one each
        ([4], {0}, {"a"}),
        ([4, 0, 0], {0}, {"a"}),
        ([1, 1, 1, 1, 1], {0, 1, 2, 3, 4}, {"a"}),
    ],
)
def test_one_that_is_few_is_never_hidden_alone(
    counts: list[int], rows: set[int], sums: set[str]
) -> None:
    assert few.untold({"a": counts}) == Untold(rows={"a": frozenset(rows)}, sums=frozenset(sums))


def test_without_sums_nothing_is_hidden_but_what_is_few() -> None:
    assert few.untold({"a": [4, 7, 9]}, has_sums=False).rows["a"] == {0}


def _pinned(columns: Columns, hidden: Untold, bounds: Sequence[Bound]) -> list[tuple[str, int]]:
    """Return the cells from 1 to 4 and the sums for which one number alone fits the sheet."""
    found = []
    for name, counts in columns.items():
        for row, count in enumerate(counts):
            if is_few(count) and _only(columns, hidden, bounds, name, row):
                found.append((name, row))
        if is_few(sum(counts)) and _only(columns, hidden, bounds, name, None):
            found.append((name, -1))
    return found


def _only(
    columns: Columns, hidden: Untold, bounds: Sequence[Bound], name: str, row: int | None
) -> bool:
    truth = sum(columns[name]) if row is None else columns[name][row]
    for sheet in _sheets(columns, hidden, bounds):
        said = sum(sheet[name]) if row is None else sheet[name][row]
        if said != truth:
            return False
    return True


def _sheets(
    columns: Columns, hidden: Untold, bounds: Sequence[Bound]
) -> Iterator[dict[str, list[int]]]:
    """Yield every sheet that looks like this one: what is hidden is at least one."""
    names = list(columns)
    cells = [(name, row) for row in range(len(columns[names[0]])) for name in names]
    sheet = {name: list(counts) for name, counts in columns.items()}

    def tried(name: str, row: int) -> Sequence[int]:
        truth, counts = columns[name][row], sheet[name]
        if row not in hidden.rows[name]:
            return (truth,)
        near = sorted(range(max(1, truth - _NEAR), truth + _NEAR + 1), key=lambda n: abs(n - truth))
        if name in hidden.sums or row < len(counts) - 1:
            return near
        last = sum(columns[name]) - sum(counts[:row])
        return (last,) if last > 0 else ()

    def fits(row: int) -> bool:
        return all(sheet[small][row] <= sheet[large][row] for small, large in bounds)

    def go(at: int) -> Iterator[dict[str, list[int]]]:
        if at == len(cells):
            yield sheet
            return
        name, row = cells[at]
        for number in tried(name, row):
            sheet[name][row] = number
            is_summed = name in hidden.sums or row < len(columns[name]) - 1
            if not is_summed and sum(sheet[name]) != sum(columns[name]):
                continue
            if name != names[-1] or fits(row):
                yield from go(at + 1)
        sheet[name][row] = columns[name][row]

    return go(0)


_SMALL = st.integers(0, 9)


@_TRIES
@given(st.lists(_SMALL, min_size=1, max_size=6))
def test_no_sum_tells_what_is_few(counts: list[int]) -> None:
    columns = {"a": counts}

    assert _pinned(columns, few.untold(columns), ()) == []


@_TRIES
@given(st.lists(st.tuples(_SMALL, st.integers(0, 4)), min_size=1, max_size=4))
def test_no_other_column_tells_what_is_few(rows: list[tuple[int, int]]) -> None:
    columns = {
        "visits": [visitors + more if visitors else 0 for visitors, more in rows],
        "visitors": [visitors for visitors, _ in rows],
    }

    assert _pinned(columns, few.untold(columns, bounds=BOUNDS), BOUNDS) == []


@_TRIES
@given(st.lists(st.tuples(_SMALL, st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=3))
def test_a_class_that_was_called_whole_tells_nothing(rows: list[tuple[int, int, int]]) -> None:
    columns = {
        "children": [called + more for called, more, _ in rows],
        "calls": [called + more for called, _, more in rows],
        "called": [called for called, _, _ in rows],
    }

    assert _pinned(columns, few.untold(columns, bounds=CHAIN), CHAIN) == []


@pytest.mark.parametrize(
    ("columns", "hidden", "bounds"),
    [
        ({"a": [4, 9]}, {"a": {0}}, ()),  # the sum
        ({"a": [1, 1, 9]}, {"a": {0, 1}}, ()),  # two ones
        (  # who came beside how often
            {"visits": [1, 5, 5], "visitors": [1, 5, 4]},
            {"visits": {0, 1}, "visitors": {0, 2}},
            BOUNDS,
        ),
    ],
)
def test_the_solver_finds_what_can_be_worked_out(
    columns: Columns, hidden: dict[str, set[int]], bounds: Sequence[Bound]
) -> None:
    untold = Untold(rows={name: frozenset(rows) for name, rows in hidden.items()}, sums=frozenset())

    assert _pinned(columns, untold, bounds)
    assert _pinned(columns, few.untold(columns, bounds=bounds), bounds) == []
