from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest

from kiosk.rules.call_plan import Arrangement, arrange, input_digest, is_same_again, plan
from kiosk.rules.call_reasons import SeatReason, TimeReason, UnseatedReason
from kiosk.rules.call_waiting import CallPlace, WaitingChild, lot, week_seed
from kiosk.rules.call_windows import BlockedTime, LineKind
from tests.rules.waiting import (
    FOUR,
    MONDAY,
    PHONE,
    SEED,
    VIDEO,
    callee,
    child,
    day,
    free_on,
    place,
)

WEEK = [place(weekday) for weekday in range(1, 6)]


def arranged(children: list[WaitingChild], places: list[CallPlace]) -> Arrangement:
    return arrange(children, places, seed=SEED, first_day=MONDAY)


def who(found: Arrangement) -> list[str]:
    return [seated.child_id for seated in found.seated]


def why_not(one: WaitingChild, places: list[CallPlace], *others: WaitingChild) -> UnseatedReason:
    found = {lost.child_id: lost.reason for lost in arranged([one, *others], places).unseated}
    return found[one.child_id]


def test_who_has_waited_longest_is_seated() -> None:
    children = [child("two weeks", waited=14), child("a week"), child("yesterday", waited=1)]

    found = arranged(children[::-1], WEEK[:2])

    assert who(found) == ["two weeks", "a week"]
    assert [one.waited_days for one in found.seated] == [14, 7]
    assert [one.reason for one in found.seated] == [SeatReason.WAITED_LONGEST] * 2
    assert found.unseated[0].reason is UnseatedReason.ALL_FULL
    assert [one.order for one in found.seated] == [1, 2]
    assert found.unseated[0].order == 3


def test_who_never_had_a_call_has_waited_since_its_card_was_opened() -> None:
    new = replace(child("new", waited=None), opened_on=MONDAY - timedelta(days=3))
    found = arranged([new, child("a week")], WEEK[:1])

    assert who(found) == ["a week"]
    assert who(arranged([child("never", waited=None), child("a week")], WEEK[:1])) == ["never"]
    assert arranged([new], WEEK).seated[0].reason is SeatReason.FIRST_CALL


def test_among_those_who_waited_equally_long_who_is_owed_comes_first() -> None:
    children = [child(str(number)) for number in range(6)]
    children[3] = replace(children[3], is_owed=True)

    found = arranged(children, WEEK[:1])

    assert who(found) == ["3"]
    assert found.seated[0].reason is SeatReason.OWED


def test_owed_never_goes_before_a_longer_wait() -> None:
    assert who(arranged([child("owed", is_owed=True), child("longer", waited=8)], WEEK[:1])) == [
        "longer"
    ]


def test_the_lot_of_the_week_decides_among_equals_and_changes_with_the_week() -> None:
    children = [child(str(number)) for number in range(30)]
    weeks = [week_seed(b"a term's secret", f"2026-W{week}") for week in range(37, 47)]

    first = [arrange(children, WEEK[:1], seed=seed, first_day=MONDAY).seated[0] for seed in weeks]

    assert [one.child_id for one in first] == [
        min(children, key=lambda one: lot(seed, one.child_id)).child_id for seed in weeks
    ]
    assert len({one.child_id for one in first}) > 5
    assert {one.reason for one in first} == {SeatReason.DRAWN}


def test_others_move_so_that_the_longest_waiting_is_seated_and_they_are_too() -> None:
    only_monday = child("only Monday", callee("1", hours=free_on(1)), waited=1)
    any_day = child("any day", waited=30)

    found = arranged([only_monday, any_day], WEEK[:2])

    assert {one.child_id: one.place.on for one in found.seated} == {
        "any day": day(2),
        "only Monday": day(1),
    }


def test_a_family_is_rung_within_its_hours_alone() -> None:
    at_six = place(1, 18 * 60)
    late = callee("1", hours=free_on(1, span=(18 * 60, 19 * 60)))

    assert arranged([child("one", late)], [*WEEK, at_six]).seated[0].place == at_six
    assert why_not(child("one", late), WEEK) is UnseatedReason.FAMILY_NEVER_FREE


def test_a_child_is_not_taken_out_of_a_lesson() -> None:
    lessons = [
        BlockedTime(weekday=number, from_min=FOUR - 30, to_min=FOUR + 5) for number in (1, 2)
    ]

    found = arranged([child("one", waited=30, blocked=lessons)], WEEK)

    assert found.seated[0].place.on == day(3)
    assert why_not(child("one", blocked=lessons), WEEK[:2]) is UnseatedReason.CHILD_BUSY


def test_who_is_away_keeps_its_turn_for_another_day() -> None:
    away = child("one", waited=30, away=[day(1), day(2)])

    assert arranged([away], WEEK).seated[0].place.on == day(3)
    assert why_not(away, WEEK[:2]) is UnseatedReason.CHILD_AWAY


def test_a_family_that_needs_a_picture_gets_a_line_with_one() -> None:
    video = place(2, line="video", kind=LineKind.VIDEO)
    needs = child("one", callee("1", kinds=VIDEO), waited=1)

    assert arranged([needs, child("other", waited=9)], [WEEK[0], video]).seated[1].place == video
    assert why_not(needs, WEEK) is UnseatedReason.NO_LINE


def test_who_is_barred_is_never_rung_and_not_told_apart_from_nobody() -> None:
    barred = callee("barred", may_be_rung=False)
    aunt = callee("aunt", contact_id="aunt")

    assert arranged([child("one", barred, aunt)], WEEK).seated[0].contact_id == "aunt"
    assert why_not(child("one", barred), WEEK) is UnseatedReason.NO_CONTACT
    assert why_not(replace(child("one"), callees=()), WEEK) is UnseatedReason.NO_CONTACT


def test_the_first_contact_who_is_free_is_rung() -> None:
    busy = callee("mother", hours=free_on(5), contact_id="mother")
    family = busy, callee("father", contact_id="father"), callee("aunt", contact_id="aunt")

    assert arranged([child("one", *family)], WEEK[:1]).seated[0].contact_id == "father"


def test_siblings_share_a_place_and_are_both_told() -> None:
    mother = callee("mother")
    children = [
        child("elder", mother, waited=30),
        child("younger", mother, waited=1),
        child("other", waited=9),
    ]

    found = arranged(children, WEEK[:2])

    of = {one.child_id: one for one in found.seated}
    assert of["elder"].place == of["younger"].place != of["other"].place
    assert of["younger"].reason is SeatReason.WITH_SIBLING
    assert of["elder"].reason is SeatReason.WAITED_LONGEST
    assert not found.unseated


def test_siblings_who_never_have_time_together_ring_apart() -> None:
    mother = callee("mother")
    elder = child("elder", mother, away=[day(1)])
    younger = child("younger", mother, away=[day(2)])

    found = arranged([elder, younger], WEEK[:2])

    assert {one.child_id: one.place.on for one in found.seated} == {
        "elder": day(2),
        "younger": day(1),
    }


def test_nobody_is_rung_at_two_telephones_at_once() -> None:
    """Three children of two numbers in turn, with days that suit any two of them or none."""
    chance = Random(11)  # noqa: S311 - it invents children
    for _ in range(300):
        children = [
            child(
                str(number),
                *(callee(phone) for phone in chance.sample("abc", chance.randint(1, 2))),
                waited=chance.randint(1, 20),
                away=chance.sample([day(one) for one in range(1, 4)], chance.randint(0, 2)),
            )
            for number in range(5)
        ]
        places = [place(one, line=line) for one in (1, 2, 3) for line in "12"]

        found = arranged(children, places)

        phones = {one.child_id: one.callees for one in children}
        rung = [
            (seated.place.on, phone.phone, seated.place.line)
            for seated in found.seated
            for phone in phones[seated.child_id]
            if phone.contact_id == seated.contact_id
        ]
        at_once = {(on, phone) for on, phone, _ in rung}
        assert len(at_once) == len(set(rung))


def test_a_place_is_given_once_unless_to_siblings() -> None:
    children = [child(str(number), waited=number) for number in range(1, 9)]
    places = [*WEEK, place(1, line="2"), place(1, FOUR + 10)]

    found = arranged(children, places)

    assert len({one.place.slot_id for one in found.seated}) == len(found.seated) == len(places)


def test_the_day_is_seven_days_after_the_last_call_where_it_can_be() -> None:
    wednesday = child("Wednesday", waited=5)  # its last call was on a Wednesday
    late = child("late", waited=20)
    lost = child("Wednesday too", waited=5, away=[day(3)])
    only_friday = child("Friday", callee("1", hours=free_on(5)), waited=5)

    found = {one.child_id: one for one in arranged([wednesday, late, lost, only_friday],
                                                   WEEK).seated}  # fmt: skip

    said = {name: (one.place.on.isoweekday(), one.time_reason) for name, one in found.items()}
    assert said == {
        "late": (1, TimeReason.SOONEST),
        "Wednesday": (3, TimeReason.ON_THE_DAY),
        "Wednesday too": (2, TimeReason.BEFORE),
        "Friday": (5, TimeReason.AFTER),
    }


def test_who_has_a_choice_is_kept_off_the_hours_of_those_who_have_none() -> None:
    evening = free_on(1, span=(18 * 60, 19 * 60))
    workers = [child(f"worker {n}", callee(f"w{n}", hours=evening), waited=1) for n in range(2)]
    places = [place(1), *(place(1, 18 * 60 + late) for late in (0, 10, 20))]

    found = {one.child_id: one.place for one in arranged([child("any", waited=30), *workers],
                                                         places).seated}  # fmt: skip

    assert found["any"] == places[0]


def test_a_family_missed_twice_is_planned_once_and_says_so() -> None:
    assert arranged([child("one", misses=2)], WEEK).seated[0].reason is SeatReason.ONE_TRY


def test_without_a_place_in_its_hours_a_child_hears_another_reason_than_all_full() -> None:
    monday = callee("1", hours=free_on(1))
    others = child("longer", callee("2", hours=free_on(1)), waited=30)

    assert why_not(child("one", monday), WEEK, others) is UnseatedReason.FAMILY_TIME_FULL
    assert why_not(child("one", monday), WEEK[:1], others) is UnseatedReason.ALL_FULL
    assert why_not(child("one"), []) is UnseatedReason.NO_PLACES


def many() -> list[WaitingChild]:
    chance = Random(3)  # noqa: S311 - it invents children
    return [
        child(str(number), callee(str(number % 20), hours=free_on(*chance.sample(range(1, 6), 3))),
              waited=chance.randint(1, 20), is_owed=chance.random() < 0.2)
        for number in range(25)
    ]  # fmt: skip


def test_the_same_facts_give_the_same_plan_in_whatever_order_they_are_told() -> None:
    children = many()
    made = plan(children, WEEK, seed=SEED, first_day=MONDAY)

    again = plan(children[::-1], WEEK[::-1], seed=SEED, first_day=MONDAY)

    assert again == made
    assert is_same_again(made, children, WEEK, first_day=MONDAY)


@pytest.mark.parametrize(
    "change",
    [
        lambda one: replace(one, is_owed=not one.is_owed),
        lambda one: replace(one, last_connected_on=MONDAY),
        lambda one: replace(one, away=frozenset({day(4)})),
        lambda one: replace(one, callees=(callee("other", kinds=PHONE | VIDEO),)),
    ],
)
def test_a_fact_that_was_changed_afterwards_is_seen(change: object) -> None:
    children = many()
    made = plan(children, WEEK, seed=SEED, first_day=MONDAY)
    assert callable(change)

    changed = [change(children[0]), *children[1:]]

    assert input_digest(changed, WEEK, first_day=MONDAY) != made.input_digest
    assert not is_same_again(made, changed, WEEK, first_day=MONDAY)


def test_a_plan_that_somebody_touched_is_seen() -> None:
    children = many()
    made = plan(children, WEEK, seed=SEED, first_day=MONDAY)
    seated = made.arrangement.seated
    swapped = (replace(seated[0], place=seated[1].place), *seated[1:])

    touched = replace(made, arrangement=replace(made.arrangement, seated=swapped))

    assert not is_same_again(touched, children, WEEK, first_day=MONDAY)
