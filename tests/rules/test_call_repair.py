from dataclasses import replace
from datetime import timedelta

import pytest

from kiosk.rules import call_repair
from kiosk.rules.call_repair import (
    STANDBY_AFTER_DAYS,
    Need,
    NextStep,
    PresentChild,
    Step,
    UrgentRefusal,
)
from kiosk.rules.call_states import CallKind, CallState
from kiosk.rules.call_waiting import CallPlace, WaitingChild
from kiosk.rules.call_windows import LineKind
from tests.rules.waiting import FOUR, MONDAY, SEED, callee, child, day, free_on, place


def after_miss(
    one: WaitingChild,
    *free: CallPlace,
    tries: int = 2,
    is_wrong_number: bool = False,
    is_place_over: bool = False,
    someone_waits: bool = True,
) -> NextStep:
    return call_repair.next_step(
        one,
        free,
        tries=tries,
        is_wrong_number=is_wrong_number,
        is_place_over=is_place_over,
        someone_waits=someone_waits,
        today=MONDAY,
        minute=FOUR,
    )


def present(
    one: WaitingChild, *, had_call: bool = False, next_place: int | None = None
) -> PresentChild:
    on = None if next_place is None else day(next_place)
    return PresentChild(child=one, had_call=had_call, next_place_on=on)


def test_nobody_is_given_up_after_one_try_while_the_place_lasts() -> None:
    missed = child("one", misses=1)

    assert after_miss(missed, tries=1).step is Step.RING_AGAIN
    assert after_miss(missed, tries=1, is_place_over=True).step is Step.NEXT_PLAN
    assert after_miss(missed, tries=1, is_wrong_number=True).step is Step.NEXT_PLAN


def test_the_same_day_comes_before_the_week_and_not_within_a_quarter_of_an_hour() -> None:
    soon, later = place(1, FOUR + 10), place(1, FOUR + 20)
    missed = child("one", misses=1)

    assert after_miss(missed, place(2), later, soon) == NextStep(step=Step.LATER_TODAY, place=later)
    assert after_miss(missed, soon, place(2)) == NextStep(step=Step.LATER_THIS_WEEK, place=None)
    assert after_miss(missed, soon).step is Step.NEXT_PLAN


def test_the_next_try_is_in_the_hours_of_the_family() -> None:
    late = callee("1", hours=free_on(1, span=(FOUR + 60, FOUR + 120)))
    places = place(1, FOUR + 30), place(1, FOUR + 60)

    assert after_miss(child("one", late, misses=1), *places).place == places[1]


def test_a_family_missed_twice_is_not_rung_again_while_someone_else_waits() -> None:
    braked, later = child("one", misses=2), place(1, FOUR + 30)

    assert after_miss(braked, later).step is Step.NEXT_PLAN
    assert after_miss(braked, later, someone_waits=False).place == later


def test_what_is_left_of_a_place_is_given_away_when_there_is_time_to_talk() -> None:
    ten_minutes = place(1)

    assert call_repair.rest_of(ten_minutes, begun_min=FOUR + 7) == (FOUR + 7, FOUR + 10)
    assert call_repair.rest_of(ten_minutes, begun_min=FOUR + 8) is None
    assert call_repair.rest_of(ten_minutes, begun_min=FOUR - 5) == (FOUR, FOUR + 10)


def test_in_the_room_those_without_a_call_come_first_then_who_waited_longest() -> None:
    children = [
        present(child("missed twice", waited=30, misses=2)),
        present(child("has a place", waited=20), next_place=4),
        present(child("had a call", waited=6), had_call=True),
        present(child("nothing yet", waited=1)),
        present(child("nothing for long", waited=9)),
        present(child("had one, missed twice", waited=40, misses=2), had_call=True),
    ]

    ordered = sorted(children, key=lambda one: call_repair.standby_turn(one, SEED))

    assert [one.child.child_id for one in ordered] == [
        "nothing for long", "nothing yet", "missed twice", "has a place", "had a call",
        "had one, missed twice",
    ]  # fmt: skip
    assert call_repair.standby_turn(children[0], SEED)[0] is Need.NOTHING_BRAKED


def test_nobody_is_fetched_just_after_a_call_or_before_its_own_place_of_today() -> None:
    def may(one: PresentChild) -> bool:
        return call_repair.may_stand_by(one, today=MONDAY)

    assert may(present(child("one", waited=STANDBY_AFTER_DAYS)))
    assert not may(present(child("one", waited=STANDBY_AFTER_DAYS - 1)))
    assert may(present(child("never", waited=None)))
    assert may(present(child("tomorrow"), next_place=2))
    assert not may(present(child("today"), next_place=1))


def test_the_first_child_whose_family_is_free_now_takes_the_place() -> None:
    at_night = child("night", callee("1", hours=free_on(1, span=(0, 600))))
    father = callee("2", contact_id="father")
    span = (FOUR + 3, FOUR + 10)

    found = call_repair.standby(
        [at_night, child("one", father), child("two")], on=MONDAY, span=span, kind=LineKind.PHONE
    )

    assert found is not None
    assert (found[0].child_id, found[1]) == ("one", "father")
    assert call_repair.standby([at_night], on=MONDAY, span=span, kind=LineKind.PHONE) is None


def reseat(
    waiting: list[WaitingChild], free: list[CallPlace], lent: dict[str, CallPlace]
) -> tuple[dict[str, CallPlace], tuple[str, ...]]:
    moves = call_repair.reseat(waiting, free=free, lent=lent, seed=SEED, today=day(2))
    return {one.child_id: one.place for one in moves.seated}, moves.gives_back


def test_what_is_left_of_the_week_goes_by_turn() -> None:
    seated, gives_back = reseat([child("a week"), child("longer", waited=9)], [place(3)], {})

    assert seated == {"longer": place(3)}
    assert not gives_back


def test_who_had_a_call_lends_its_place_only_to_one_who_fits_nowhere_else() -> None:
    lent = {"had one": place(4), "had one too": place(5)}
    thursday = child("Thursday", callee("1", hours=free_on(4)))

    assert reseat([child("any"), thursday], [place(3)], lent) == (
        {"any": place(3), "Thursday": place(4)},
        ("had one",),
    )
    assert reseat([child("any")], [place(3)], lent) == ({"any": place(3)}, ())


def test_a_family_that_nobody_reaches_takes_no_place_from_one_that_answers() -> None:
    braked = child("missed twice", waited=30, misses=2)

    assert reseat([braked, child("one")], [place(3)], {})[0] == {"one": place(3)}
    assert reseat([braked], [place(3)], {})[0] == {"missed twice": place(3)}


@pytest.mark.parametrize("already", range(5))
def test_three_urgent_calls_a_week(already: int) -> None:
    refused = UrgentRefusal.TOO_MANY_URGENT if already >= 3 else None

    assert call_repair.urgent_refusal(already, cap=3) is refused


W, S = CallKind.WEEKLY, CallKind.STANDBY


@pytest.mark.parametrize(
    ("ended", "is_owed"),
    [
        ([(W, CallState.NO_ANSWER)], True),
        ([(W, CallState.RELEASED)], True),
        ([(W, CallState.CUT)], True),
        ([(W, CallState.NO_ANSWER), (S, CallState.DONE)], False),
        ([(W, CallState.DONE), (S, CallState.NO_ANSWER)], False),
        ([(W, CallState.CANCELLED)], False),
        ([(W, CallState.EXCUSED)], False),
        ([], False),
    ],
)
def test_what_fell_through_by_nobodys_doing_is_owed(
    ended: list[tuple[CallKind, CallState]], *, is_owed: bool
) -> None:
    assert call_repair.is_owed(ended) is is_owed


def test_what_a_family_missed_is_asked_for_in_the_places_that_suit_soonest_first() -> None:
    places = [place(3), place(1, FOUR + 50), place(1), place(2, line="2"), place(2)]
    away = replace(child("one"), away=frozenset({MONDAY + timedelta(days=2)}))

    found = call_repair.later_places(away, places, today=MONDAY, minute=FOUR + 1)

    assert found == [places[1], places[4], places[3]]
