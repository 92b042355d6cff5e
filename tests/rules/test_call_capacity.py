from fractions import Fraction

import pytest

from kiosk.rules import call_capacity
from kiosk.rules.call_capacity import Change
from kiosk.rules.call_flow import Flow
from kiosk.rules.call_waiting import CallPlace, WaitingChild
from tests.rules.waiting import FOUR, callee, child, free_on, place

SIX = 18 * 60


def open_for(hours: tuple[int, ...], *, lines: int = 1, minutes: int = 10) -> list[CallPlace]:
    """Return the places of a week of five days at these hours."""
    return [
        place(weekday, hour * 60 + start, line=str(line))
        for weekday in range(1, 6)
        for hour in hours
        for start in range(0, 60, minutes)
        for line in range(lines)
    ]


def families(*, by_day: int, at_any_time: int) -> list[WaitingChild]:
    evening = free_on(*range(1, 6), span=(SIX, 21 * 60))
    return [
        *(child(f"day {n}", callee(f"d{n}", hours=evening)) for n in range(by_day)),
        *(child(f"any {n}") for n in range(at_any_time)),
    ]


def test_a_round_takes_as_long_as_there_are_children_for_the_places() -> None:
    now = open_for((16, 17, 18), lines=2)  # 180 a week

    card = call_capacity.card(families(by_day=0, at_any_time=300), now, use=1)

    assert (card.children, card.places) == (300, 180)
    assert card.load == pytest.approx(1.667, abs=0.001)
    assert card.round_days == card.worst_round_days == 12
    assert card.worst_rate == Fraction(180, 300)


def test_who_is_free_only_when_the_room_is_full_waits_longer_and_is_named() -> None:
    now = open_for((16, 17, 18))  # 30 of the 90 in the evening

    card = call_capacity.card(families(by_day=45, at_any_time=45), now, use=1)

    assert card.round_days == 7
    assert card.worst_rate == Fraction(30, 45)
    assert card.worst_round_days == 11
    assert card.worst_off == tuple(sorted(f"day {n}" for n in range(45)))


def test_a_promise_counts_the_calls_that_nobody_answers() -> None:
    now = open_for((16, 17, 18), lines=2)
    children = families(by_day=0, at_any_time=300)

    assert call_capacity.card(children, now, use=0.8).round_days == 15


def test_nobody_is_promised_more_than_a_call_a_week() -> None:
    card = call_capacity.card(families(by_day=2, at_any_time=3), open_for((16, 18)), use=1)

    assert (card.round_days, card.worst_round_days) == (7, 7)
    assert card.worst_rate > 1


def test_whom_no_opening_suits_is_named_apart() -> None:
    children = families(by_day=2, at_any_time=1)

    card = call_capacity.card(children, open_for((16,)), use=1)

    assert card.never == ("day 0", "day 1")
    assert card.worst_rate == 30


def test_without_places_or_children_nothing_is_promised() -> None:
    nothing = call_capacity.card(families(by_day=0, at_any_time=2), [], use=1)

    assert nothing.load == float("inf")
    assert nothing.round_days is None
    assert nothing.worst_rate == 0
    assert nothing.never == ("any 0", "any 1")
    assert call_capacity.card([], open_for((16,)), use=1).round_days is None


def test_an_evening_hour_helps_more_than_a_telephone_and_an_early_one_nobody() -> None:
    children = families(by_day=143, at_any_time=157)
    now = open_for((16, 17, 18), lines=2)

    found = call_capacity.advice(
        children,
        now,
        {
            Change.HOUR_BEFORE: open_for((15, 16, 17, 18), lines=2),
            Change.HOUR_AFTER: open_for((16, 17, 18, 19), lines=2),
            Change.MORE_LINES: open_for((16, 17, 18), lines=3),
        },
    )

    assert [one.change for one in found] == [
        Change.HOUR_AFTER,
        Change.MORE_LINES,
        Change.HOUR_BEFORE,
    ]
    assert [round(float(one.rate), 2) for one in found] == [0.8, 0.63, 0.42]
    assert found[2].gain == 0


def test_changes_of_equal_worth_keep_the_order_in_which_they_are_named() -> None:
    now = open_for((16,))
    same = {Change.LATER: open_for((17,)), Change.SHORTER_PLACES: now}

    found = call_capacity.advice(families(by_day=0, at_any_time=40), now, same)

    assert [one.change for one in found] == [Change.LATER, Change.SHORTER_PLACES]


def test_a_flow_finds_the_way_round_what_was_pushed_before() -> None:
    flow = Flow()
    for start, end, room in (("s", "a", 1), ("s", "b", 1), ("a", "c", 1), ("a", "d", 1),
                             ("b", "c", 1), ("c", "t", 1), ("d", "t", 1)):  # fmt: skip
        flow.add(start, end, room)

    assert flow.push("s", "t") == 2
    assert flow.reached("s") == {"s"}


def test_a_flow_stops_at_its_narrowest() -> None:
    flow = Flow()
    flow.add("s", "a", 5)
    flow.add("a", "t", 3)

    assert flow.push("s", "t") == 3
    assert flow.reached("s") == {"s", "a"}


def test_places_of_one_time_are_counted_line_by_line() -> None:
    assert call_capacity.worst_rate([child("one")], [place(1), place(1, FOUR, line="2")]) == 2
