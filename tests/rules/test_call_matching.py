"""The promise of the plan, against every possible seating of small rooms."""

from collections.abc import Callable, Iterator
from itertools import product
from random import Random

import pytest

from kiosk.rules.call_matching import NOWHERE, Seating, bits

CASES = 2000
Case = tuple[list[int], list[int]]
Planner = Callable[[list[int], list[int]], list[int]]


def cases(count: int, *, seed: int) -> Iterator[Case]:
    """Yield small rooms: up to five children, up to five times, up to two telephones at each."""
    chance = Random(seed)  # noqa: S311 - it invents rooms
    for _ in range(count):
        times = chance.randint(1, 5)
        options = [chance.randrange(1 << times) for _ in range(chance.randint(1, 5))]
        yield options, [chance.choice((0, 1, 1, 2)) for _ in range(times)]


def ours(options: list[int], capacity: list[int]) -> list[int]:
    seating = Seating(options, capacity)
    seating.seat_all()
    return seating.seat_of


def greedy(options: list[int], capacity: list[int]) -> list[int]:
    """Give everybody in turn the first time that is left, and move nobody."""
    left, given = list(capacity), []
    for wanted in options:
        at = next((at for at in bits(wanted) if left[at]), NOWHERE)
        given.append(at)
        if at != NOWHERE:
            left[at] -= 1
    return given


def every_seating(options: list[int], capacity: list[int]) -> list[tuple[int, ...]]:
    return [
        given
        for given in product(*([NOWHERE, *bits(wanted)] for wanted in options))
        if all(given.count(at) <= room for at, room in enumerate(capacity))
    ]


def faults(planner: Planner, *, count: int) -> int:
    """Return in how many rooms a planner does not seat the most, or not the longest waiting."""
    found = 0
    for options, capacity in cases(count, seed=2026):
        seats = planner(options, capacity)
        is_seated = tuple(at != NOWHERE for at in seats)
        possible = {
            tuple(at != NOWHERE for at in given) for given in every_seating(options, capacity)
        }
        assert is_seated in possible
        most = max(map(sum, possible))
        # True before False, so the greatest is the best for whoever comes first.
        found += sum(is_seated) < most or is_seated != max(possible)
    return found


def test_as_many_are_seated_as_can_be_and_those_first_who_come_first() -> None:
    assert faults(ours, count=CASES) == 0


def test_a_planner_that_moves_nobody_is_caught_by_the_same_check() -> None:
    assert faults(greedy, count=500) > 10


def test_everybody_in_turn_gets_the_best_time_that_unseats_nobody() -> None:
    for options, capacity in cases(500, seed=7):
        seating = Seating(options, capacity)
        seating.seat_all()
        seated = [unit for unit, at in enumerate(seating.seat_of) if at != NOWHERE]
        # The later, the better; each time is a wish of its own.
        wishes = [1 << at for at in reversed(range(len(capacity)))]

        for unit in seated:
            seating.prefer(unit, wishes)

        best = max(
            (given for given in every_seating(options, capacity)
             if all((given[unit] != NOWHERE) == (unit in seated) for unit in range(len(options)))),
            key=lambda given: [given[unit] for unit in seated],
        )  # fmt: skip
        assert [seating.seat_of[unit] for unit in seated] == [best[unit] for unit in seated]


def test_a_wish_that_is_none_of_its_times_leaves_a_child_where_it_is() -> None:
    seating = Seating([0b01], [1, 1])
    seating.seat_all()

    seating.prefer(0, [0b10])

    assert seating.seat_of == [0]


@pytest.mark.parametrize("capacity", [[], [0, 0]])
def test_nobody_is_seated_where_there_is_nothing(capacity: list[int]) -> None:
    seating = Seating([0b11 if capacity else 0], capacity)

    seating.seat_all()

    assert seating.seat_of == [NOWHERE]
