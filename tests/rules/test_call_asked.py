"""What children asked for is heeded and costs nobody anything, against every seating of a week."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from itertools import product
from random import Random

import pytest

from kiosk.rules import call_plan
from kiosk.rules.call_households import Seats, households, scarce
from kiosk.rules.call_matching import bits
from kiosk.rules.call_plan import Arrangement
from kiosk.rules.call_waiting import Asked, CallPlace, WaitingChild, in_turn
from tests.rules.waiting import FOUR, MONDAY, SEED, callee, child, day, free_on, place

FIVE = FOUR + 60
Week = tuple[list[WaitingChild], list[CallPlace]]
Planner = Callable[[list[WaitingChild], list[CallPlace]], Arrangement]


def weeks(count: int, *, seed: int) -> Iterator[Week]:
    """Yield small weeks: up to four children of two persons each, up to six places on two days."""
    chance = Random(seed)  # noqa: S311 - it invents weeks
    all_places = [place(on, start) for on in (1, 2) for start in (FOUR, FOUR + 10, FIVE)]
    for _ in range(count):
        places = sorted(
            chance.sample(all_places, chance.randint(1, 6)), key=lambda one: one.slot_id
        )
        yield [_child(chance, number) for number in range(chance.randint(1, 4))], places


def _child(chance: Random, number: int) -> WaitingChild:
    own = [
        callee(
            f"{one} of {number}",
            contact_id=f"{one} of {number}",
            hours=free_on(*chance.sample((1, 2), chance.randint(1, 2)),
                          span=chance.choice([(0, 1440), (FOUR, FOUR + 20), (FIVE, FIVE + 10)])),
        )
        for one in ("mother", "father")
    ]  # fmt: skip
    asked = None
    if chance.random() < 0.7:
        asked = Asked(
            contact_id=chance.choice([None, f"mother of {number}", f"father of {number}"]),
            times=chance.choice([(), tuple((day(on), (FIVE, FIVE + 60)) for on in (1, 2))]),
        )
    return replace(child(f"child {number}", *own, waited=chance.randint(1, 9)), asked=asked)


def arranged(children: list[WaitingChild], places: list[CallPlace]) -> Arrangement:
    return call_plan.arrange(children, places, seed=SEED, first_day=MONDAY)


def without_wishes(children: list[WaitingChild], places: list[CallPlace]) -> Arrangement:
    return arranged([replace(one, asked=None) for one in children], places)


def _told(found: Arrangement) -> list[tuple[object, ...]]:
    """Return all that a plan says of the children but the time and the person."""
    seated = [
        (one.child_id, one.order, one.reason, one.time_reason, one.place.on) for one in found.seated
    ]
    return [*seated, found.unseated]


def _heeded(one: WaitingChild, at: CallPlace, contact_id: str | None = None) -> int:
    """Return how far a place, with its person or the best of all, is what a child asked for."""
    if one.asked is None:
        return 0
    can_ring = [
        callee.contact_id for callee in one.callees if callee.is_free(at.on, at.span, at.kind)
    ]
    is_person = one.asked.contact_id in (can_ring if contact_id is None else [contact_id])
    is_time = any(
        at.on == on and begin <= at.start_min and at.end_min <= end
        for on, (begin, end) in one.asked.times
    )
    return 2 * is_person + is_time


def _best(children: list[WaitingChild], places: list[CallPlace], base: Arrangement) -> list[int]:
    """Return how far each wish can be heeded, in turn, over all seatings as good for the plan."""
    seats = Seats(places)
    found = households(in_turn(children, SEED), seats)
    rare, days = scarce(found, seats), seats.on_day()
    options = []
    for one in base.seated:
        had = next(at for at in range(len(seats.seats)) if one.place in seats.seats[at].places)
        level = rare if rare >> had & 1 else ~rare
        own = next(of for of in found if of.children[0].child_id == one.child_id)
        options.append(list(bits(own.seats & days[one.place.on] & level)))
    by_id = {one.child_id: one for one in children}
    return max(
        [_heeded(by_id[one.child_id], seats.seats[at].places[0])
         for one, at in zip(base.seated, given, strict=True)]
        for given in product(*options) if len(set(given)) == len(given)
    )  # fmt: skip


def _faults(planner: Planner, *, count: int) -> int:
    found = 0
    for children, places in weeks(count, seed=12):
        base, made = without_wishes(children, places), planner(children, places)
        by_id = {one.child_id: one for one in children}
        heeded = [_heeded(by_id[one.child_id], one.place, one.contact_id) for one in made.seated]
        found += _told(made) != _told(base) or heeded != _best(children, places, base)
    return found


def test_a_wish_seats_and_unseats_nobody_and_is_heeded_as_far_as_equals_go() -> None:
    assert _faults(arranged, count=1000) == 0


def test_a_planner_that_heeds_no_wish_is_caught_by_the_same_check() -> None:
    assert _faults(without_wishes, count=200) > 20


def test_a_place_is_given_once_and_rings_somebody_who_is_free() -> None:
    for children, places in weeks(300, seed=5):
        by_id = {one.child_id: one for one in children}
        made = arranged(children, places).seated

        assert len({one.place.slot_id for one in made}) == len(made)
        for one in made:
            (rung,) = (
                its for its in by_id[one.child_id].callees if its.contact_id == one.contact_id
            )
            assert rung.is_free(one.place.on, one.place.span, one.place.kind)


def _asks(contact_id: str | None, *times: tuple[date, tuple[int, int]]) -> WaitingChild:
    parents = (callee("m", contact_id="mother"), callee("f", contact_id="father"))
    return replace(child("one", *parents), asked=Asked(contact_id=contact_id, times=times))


def test_a_child_rings_the_person_it_asked_for() -> None:
    (seated,) = arranged([_asks("father")], [place(1)]).seated

    assert seated.contact_id == "father"


@pytest.mark.parametrize("weekday", [1, 2])
def test_the_day_that_is_due_goes_before_the_part_of_the_day_asked_for(weekday: int) -> None:
    asks = _asks(None, (day(weekday), (FIVE, FIVE + 60)))

    (seated,) = arranged([asks], [place(1, FOUR), place(1, FIVE), place(2, FIVE)]).seated

    assert (seated.place.on, seated.place.start_min == FIVE) == (day(1), weekday == 1)


def test_who_is_not_on_the_card_any_more_is_not_rung() -> None:
    (seated,) = arranged([_asks("somebody else")], [place(1)]).seated

    assert seated.contact_id == "mother"


def test_one_of_two_who_ring_together_may_ask() -> None:
    mother, father = (callee(name, contact_id=name) for name in ("mother", "father"))
    elder = child("elder", mother, father, waited=9)
    younger = replace(child("younger", mother, father), asked=Asked(contact_id="father", times=()))

    seated = arranged([elder, younger], [place(1)]).seated

    assert [one.contact_id for one in seated] == ["father", "father"]
