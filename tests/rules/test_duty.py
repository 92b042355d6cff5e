"""The rota: fair without a solver, attendance by the facts, and who is asked for tomorrow."""

from collections import Counter
from datetime import date, timedelta
from itertools import product
from random import Random
from uuid import UUID

import pytest

from kiosk.rules import duty, duty_proposal
from kiosk.rules.duty import DutyState, Need, Staffed
from kiosk.rules.duty_proposal import Because, Candidate, Proposed, ToStaff, WeeklyDuty
from kiosk.rules.openings import OpeningState

MONDAY = date(2026, 11, 23)
FRIDAY = MONDAY + timedelta(days=4)
TEACHER, HELPER = False, True
ONE, TWO = Need(adults=1), Need(adults=2)


def _person(n: int, *, duties: int = 0, is_helper: bool = False, ago: int = 0) -> Candidate:
    last_on = MONDAY - timedelta(days=ago) if ago else None
    return Candidate(
        staff_id=UUID(int=n), is_helper=is_helper, duties=duties, last_on=last_on, place=n
    )


def _opening(n: int, *, day: int = 0, at: int = 16, on_duty: tuple[int, ...] = ()) -> ToStaff:
    on = MONDAY + timedelta(days=day)
    return ToStaff(
        opening_id=UUID(int=1000 + n),
        on=on,
        weekday=on.isoweekday(),
        from_min=at * 60,
        to_min=(at + 1) * 60,
        on_duty=tuple(UUID(int=one) for one in on_duty),
    )


def _weekly(n: int, weekday: int, **other: date) -> WeeklyDuty:
    return WeeklyDuty(
        staff_id=UUID(int=n),
        weekday=weekday,
        from_min=16 * 60,
        to_min=18 * 60,
        valid_from=other.get("valid_from", MONDAY),
        valid_to=other.get("valid_to"),
    )


def _who(found: tuple[Proposed, ...]) -> list[int]:
    return [one.staff_id.int for one in found]


# The proposal


def test_who_has_had_the_fewest_is_proposed() -> None:
    people = [_person(1, duties=3), _person(2, duties=1), _person(3, duties=2)]

    (found,) = duty_proposal.propose([_opening(1)], people, [], need=ONE)

    assert (found.staff_id.int, found.because, found.before) == (2, Because.FEWEST, 1)


def test_of_equals_whoever_was_on_duty_longest_ago_comes_first() -> None:
    people = [_person(1, duties=2, ago=3), _person(2, duties=2, ago=9), _person(3, duties=2, ago=5)]

    found = duty_proposal.propose([_opening(1)], people, [], need=ONE)

    assert _who(found) == [2]


def test_whose_day_it_is_comes_first_however_many_duties() -> None:
    people = [_person(1), _person(2, duties=9)]

    (found,) = duty_proposal.propose([_opening(1)], people, [_weekly(2, 1)], need=ONE)

    assert (found.staff_id.int, found.because) == (2, Because.TEMPLATE)


@pytest.mark.parametrize(
    "other",
    [
        {"valid_from": MONDAY + timedelta(days=1)},
        {"valid_from": MONDAY - timedelta(days=9), "valid_to": MONDAY - timedelta(days=1)},
    ],
)
def test_an_agreement_holds_only_for_its_days(other: dict[str, date]) -> None:
    weekly = [_weekly(2, 1, **other)]

    found = duty_proposal.propose(
        [_opening(1)], [_person(1), _person(2, duties=9)], weekly, need=ONE
    )

    assert _who(found) == [1]


def test_an_agreement_holds_on_its_last_day() -> None:
    weekly = [_weekly(2, 1, valid_to=MONDAY)]

    found = duty_proposal.propose(
        [_opening(1)], [_person(1), _person(2, duties=9)], weekly, need=ONE
    )

    assert _who(found) == [2]


@pytest.mark.parametrize("at", [15, 18])
def test_an_opening_beside_the_time_of_an_agreement_is_not_its(at: int) -> None:
    people = [_person(1), _person(2, duties=9)]

    found = duty_proposal.propose([_opening(1, at=at)], people, [_weekly(2, 1)], need=ONE)

    assert _who(found) == [1]


def test_an_agreement_holds_only_for_its_time() -> None:
    people = [_person(1), _person(2, duties=9)]

    found = duty_proposal.propose([_opening(1, at=12)], people, [_weekly(2, 1)], need=ONE)

    assert _who(found) == [1]


def test_a_made_up_day_follows_the_weekday_that_it_is_made_up_for() -> None:
    saturday = _opening(1, day=5)
    as_monday = ToStaff(
        opening_id=saturday.opening_id, on=saturday.on, weekday=1, from_min=960, to_min=1020
    )
    people = [_person(1), _person(2, duties=9)]

    assert _who(duty_proposal.propose([as_monday], people, [_weekly(2, 1)], need=ONE)) == [2]
    assert _who(duty_proposal.propose([saturday], people, [_weekly(2, 1)], need=ONE)) == [1]


def test_what_is_covered_stays_as_it_is() -> None:
    found = duty_proposal.propose(
        [_opening(1, on_duty=(1,))], [_person(1), _person(2)], [], need=ONE
    )

    assert found == ()


def test_who_said_not_to_come_is_not_proposed() -> None:
    opening = _opening(1)
    without = ToStaff(
        opening_id=opening.opening_id,
        on=opening.on,
        weekday=1,
        from_min=960,
        to_min=1020,
        out=frozenset({UUID(int=1)}),
    )
    people = [_person(1), _person(2, duties=5)]

    found = duty_proposal.propose([without], people, [_weekly(1, 1)], need=ONE)

    assert _who(found) == [2]


def test_nobody_comes_twice_on_a_day_while_another_could() -> None:
    noon, evening = _opening(1, at=12), _opening(2, at=16)
    people = [_person(1), _person(2, duties=5)]

    assert _who(duty_proposal.propose([noon, evening], people, [], need=ONE)) == [1, 2]
    assert _who(duty_proposal.propose([noon, evening], people[:1], [], need=ONE)) == [1, 1]


def test_who_stands_on_another_opening_of_the_day_is_asked_last() -> None:
    people = [_person(1), _person(2, duties=5)]
    openings = [_opening(1, at=12, on_duty=(1,)), _opening(2)]

    assert _who(duty_proposal.propose(openings, people, [], need=ONE)) == [2]
    assert _who(duty_proposal.propose(openings[1:], people, [], need=ONE)) == [1]


def test_a_duty_further_ahead_is_still_the_latest() -> None:
    """Who was proposed for Monday and comes in three weeks was not on duty longest ago."""
    people = [_person(1, duties=1, ago=-20), _person(2, duties=2, ago=-10)]

    found = duty_proposal.propose([_opening(1), _opening(2, day=1)], people, [], need=ONE)

    assert _who(found) == [1, 2]


def test_a_teacher_is_asked_before_a_helper_however_many_duties() -> None:
    people = [_person(1), _person(2, duties=5), _person(3, is_helper=True)]

    found = duty_proposal.propose([_opening(1, on_duty=(1,))], people, [], need=TWO)

    assert _who(found) == [2]


def test_a_helper_is_never_alone_with_children() -> None:
    helper, teacher = _person(1, is_helper=True), _person(2, duties=9)

    assert _who(duty_proposal.propose([_opening(1)], [helper], [], need=ONE)) == []
    assert _who(duty_proposal.propose([_opening(1)], [helper, teacher], [], need=ONE)) == [2]
    assert _who(duty_proposal.propose([_opening(1)], [helper, teacher], [], need=TWO)) == [2, 1]


def test_a_helper_whose_day_it_is_gets_a_teacher_besides() -> None:
    people = [_person(1, is_helper=True), _person(2)]

    found = duty_proposal.propose([_opening(1)], people, [_weekly(1, 1)], need=ONE)

    assert _who(found) == [1, 2]


@pytest.mark.parametrize("seed", range(60))
def test_duties_lie_evenly_where_everybody_can_come(seed: int) -> None:
    rng = Random(seed)  # noqa: S311 - invented schools
    staff, need = rng.randint(2, 20), Need(adults=rng.randint(1, 2))
    openings = [_opening(n, day=n) for n in range(rng.randint(1, 90))]
    people = [_person(n) for n in range(1, staff + 1)]

    found = duty_proposal.propose(openings, people, [], need=need)

    counted = Counter({one.staff_id: 0 for one in people})
    counted.update(one.staff_id for one in found)
    assert len(found) == len(openings) * need.adults
    assert duty_proposal.spread(counted) <= 1


@pytest.mark.parametrize("seed", range(30))
def test_who_is_behind_catches_up_and_nobody_else_is_asked_before(seed: int) -> None:
    rng = Random(seed)  # noqa: S311 - invented schools
    people = [_person(n, duties=rng.randint(0, 12)) for n in range(1, rng.randint(3, 12))]
    openings = [_opening(n, day=n) for n in range(rng.randint(1, 40))]

    found = duty_proposal.propose(openings, people, [], need=ONE)

    have = {one.staff_id: one.duties for one in people}
    for one in found:
        assert have[one.staff_id] == min(have.values()) == one.before
        have[one.staff_id] += 1


def test_the_same_facts_give_the_same_rota_in_any_order() -> None:
    openings = [_opening(n, day=n % 9, at=10 + n % 3) for n in range(20)]
    people = [_person(n, duties=n % 3) for n in range(1, 7)]

    there = duty_proposal.propose(openings, people, [], need=TWO)
    back = duty_proposal.propose(openings[::-1], people[::-1], [], need=TWO)

    assert set(there) == set(back)


def test_nobody_has_no_spread() -> None:
    assert duty_proposal.spread({}) == 0


# What is needed


@pytest.mark.parametrize(
    ("adults", "helpers", "missing"),
    [
        (1, [], 1),
        (1, [TEACHER], 0),
        (1, [HELPER], 1),
        (1, [HELPER, HELPER], 1),
        (2, [], 2),
        (2, [TEACHER], 1),
        (2, [HELPER], 1),
        (2, [HELPER, HELPER], 1),
        (2, [TEACHER, HELPER], 0),
        (2, [TEACHER, TEACHER, HELPER], 0),
    ],
)
def test_so_many_are_missing(adults: int, helpers: list[bool], missing: int) -> None:
    assert Need(adults=adults).missing(helpers) == missing


@pytest.mark.parametrize("adults", [0, 6, -1])
def test_no_school_needs_that_many(adults: int) -> None:
    with pytest.raises(ValueError, match="adults"):
        Need(adults=adults)


# Attendance


def _attendance(
    state: DutyState = DutyState.CONFIRMED,
    opening: OpeningState = OpeningState.HELD,
    *,
    on: int | None = 990,
) -> DutyState:
    return duty.attendance(state, opening, from_min=990, signed_on_min=on, late_after_min=10)


@pytest.mark.parametrize(
    ("signed_on", "state"),
    [
        (960, DutyState.PRESENT),
        (990, DutyState.PRESENT),
        (1000, DutyState.PRESENT),
        (1001, DutyState.LATE),
        (None, DutyState.ABSENT),
    ],
)
def test_the_facts_say_who_was_there(signed_on: int | None, state: DutyState) -> None:
    assert _attendance(on=signed_on) is state


@pytest.mark.parametrize("opening", [OpeningState.HELD, OpeningState.SHORT, OpeningState.MISSED])
def test_who_was_counted_on_and_did_not_come_was_absent(opening: OpeningState) -> None:
    for state in duty.RESPONSIBLE:
        assert _attendance(state, opening, on=None) is DutyState.ABSENT


@pytest.mark.parametrize("opening", [OpeningState.PLANNED, OpeningState.OPEN])
def test_nobody_is_absent_before_it_is_over(opening: OpeningState) -> None:
    for state in duty.RESPONSIBLE:
        assert _attendance(state, opening, on=None) is state


def test_who_looks_for_a_stand_in_and_comes_was_there() -> None:
    assert _attendance(DutyState.SEEKING) is DutyState.PRESENT


@pytest.mark.parametrize("state", sorted(set(DutyState) - duty.RESPONSIBLE))
def test_what_people_settled_is_not_unsettled_by_the_facts(state: DutyState) -> None:
    for opening, on in product(OpeningState, (None, 990, 1200)):
        assert _attendance(state, opening, on=on) is state


def test_of_a_cancelled_opening_nobody_was_absent() -> None:
    assert _attendance(opening=OpeningState.CANCELLED, on=None) is DutyState.CONFIRMED


# What may be said


def test_these_are_all_the_ways_of_a_duty_that_is_to_come() -> None:
    ways = {(a.value, b.value) for a, b in product(DutyState, repeat=2) if duty.may_become(a, b)}

    assert ways == {
        ("planned", "confirmed"), ("planned", "seeking"), ("planned", "excused"),
        ("confirmed", "seeking"), ("confirmed", "excused"),
        ("seeking", "confirmed"), ("seeking", "excused"),
        ("excused", "confirmed"),
    }  # fmt: skip


def test_what_is_over_is_put_right_among_four_states() -> None:
    over = {"present", "late", "absent", "excused"}

    ways = {
        (a.value, b.value) for a, b in product(DutyState, repeat=2) if duty.may_be_put_right(a, b)
    }

    assert ways == {(a, b) for a, b in product(over, repeat=2) if a != b}


# Whom tomorrow lacks


def _staffed(on: date, *confirmed: bool, seeking: int = 0) -> Staffed:
    return Staffed(
        on=on,
        from_min=990,
        confirmed=confirmed,
        responsible=(*confirmed, *[TEACHER] * seeking),
    )


def test_tomorrow_without_anybody_presses_from_three_in_the_afternoon() -> None:
    tomorrow = _staffed(MONDAY + timedelta(days=1))

    (early,) = duty.lacking([tomorrow], need=ONE, today=MONDAY, minute=899)
    (late,) = duty.lacking([tomorrow], need=ONE, today=MONDAY, minute=900)

    assert (early.is_pressing, late.is_pressing) == (False, True)
    assert early.has_nobody


def test_who_only_looks_for_a_stand_in_has_not_agreed() -> None:
    (found,) = duty.lacking(
        [_staffed(MONDAY + timedelta(days=1), seeking=1)], need=ONE, today=MONDAY, minute=600
    )

    assert (found.has_nobody, found.missing) == (False, 1)


def test_who_has_agreed_is_enough() -> None:
    tomorrow = _staffed(MONDAY + timedelta(days=1), TEACHER)

    assert duty.lacking([tomorrow], need=ONE, today=MONDAY, minute=1000) == ()


def test_on_friday_the_office_is_asked_for_monday() -> None:
    openings = [_staffed(FRIDAY + timedelta(days=days)) for days in (3, 4)]

    found = duty.lacking(openings, need=ONE, today=FRIDAY, minute=1000)

    assert [one.on for one in found] == [FRIDAY + timedelta(days=3)]


def test_what_lies_further_ahead_is_nobodys_worry_yet() -> None:
    assert (
        duty.lacking([_staffed(FRIDAY + timedelta(days=4))], need=ONE, today=FRIDAY, minute=1) == ()
    )


def test_today_presses_at_once_and_yesterday_no_more() -> None:
    openings = [_staffed(MONDAY - timedelta(days=1)), _staffed(MONDAY)]

    found = duty.lacking(openings, need=ONE, today=MONDAY, minute=0)

    assert [(one.on, one.is_pressing) for one in found] == [(MONDAY, True)]
