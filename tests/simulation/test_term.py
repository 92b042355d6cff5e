"""The simulated term: the same for every rule, honest about what it cannot reach, and fair."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from kiosk.rules.call_windows import LineKind, Shift
from kiosk.simulation import repaired, unrepaired
from kiosk.simulation.parameters import Parameters, parameters
from kiosk.simulation.runs import simulate
from kiosk.simulation.school import School
from kiosk.simulation.term import Register, Rule, ceiling


def short(
    weeks: int = 6,
    *,
    opening_fails: float | None = None,
    line_breaks: float | None = None,
    absent: float | None = None,
) -> Parameters:
    """Return the parameters of the file for a shorter term, and with these troubles instead."""
    given = parameters()
    is_as = given.trouble
    trouble = replace(
        is_as,
        opening_fails=is_as.opening_fails if opening_fails is None else opening_fails,
        line_breaks=is_as.line_breaks if line_breaks is None else line_breaks,
        absent=is_as.absent if absent is None else absent,
    )
    return replace(given, term=replace(given.term, weeks=weeks), trouble=trouble)


def untroubled(weeks: int = 6) -> Parameters:
    """Return a term in which nothing fails and everybody answers at any time."""
    given = short(weeks, opening_fails=0, line_breaks=0, absent=0)
    answers = replace(given.answers, no_answer_in_hours=0, no_answer_outside=0, hours_wrong=0)
    return replace(given, answers=answers)


def school(given: Parameters, *, children: int = 20, lines: int = 1, seed: int = 1) -> School:
    return School(given=given, children=children, lines=lines, place_min=10, seed=seed)


def told(rule: Rule, *, given: Parameters, children: int = 20, seed: int = 1) -> dict[str, Any]:
    return simulate(rule, given=given, children=children, lines=1, place_min=10, seed=seed,
                    progress=lambda _: None)  # fmt: skip


def nobody_told(_: int) -> None:
    return None


def test_the_families_work_as_the_file_says() -> None:
    found = school(parameters(), children=100)

    shifts = [one.shift for one in found.children.values()]

    assert {shift: shifts.count(shift) for shift in Shift} == {
        Shift.DAY: 40,
        Shift.NIGHT: 25,
        Shift.ALTERNATING: 15,
        Shift.FLEXIBLE: 20,
    }


def test_a_family_answers_about_as_often_as_the_file_says() -> None:
    here, given = school(short(), children=200), parameters()
    in_hours = answered = 0
    for child_id, child in here.children.items():
        for at, time in enumerate(here.times(0)):
            if child.callee.is_free(time.on, time.span, LineKind.PHONE):
                in_hours += 1
                answered += here.answers(child_id, 0) >> at & 1

    wrong, no_answer = given.answers.hours_wrong, given.answers.no_answer_in_hours
    most = 1 - no_answer
    assert most - 2 * wrong < answered / in_hours < most


@pytest.mark.parametrize("rule", Rule)
def test_the_same_seed_is_the_same_term_and_another_one_is_not(rule: Rule) -> None:
    given = short(3)

    first, again, other = (told(rule, given=given, seed=seed) for seed in (1, 1, 2))

    assert first == again
    assert {**first, "seed": 2} != other


@pytest.mark.parametrize("rule", Rule)
def test_no_rule_reaches_more_than_a_clairvoyant(rule: Rule) -> None:
    found = told(rule, given=short(), children=70)

    assert 0 < found["week_share"] <= found["ceiling_week_share"] <= 1


def test_where_nothing_fails_every_child_rings_every_week() -> None:
    found = told(Rule.NUANWU, given=untroubled())

    assert (found["week_share"], found["cov7"], found["zero"]) == (1, 1, 0)
    assert found["max_gap_days"] <= 7


def test_the_repair_of_the_day_is_worth_more_than_the_order() -> None:
    shares = {rule: told(rule, given=short(), children=45)["week_share"] for rule in Rule}

    assert shares[Rule.NUANWU] > shares[Rule.LONGEST] + 0.1 > shares[Rule.ROTA] + 0.1


def test_every_child_is_reached_in_a_term_of_a_full_room() -> None:
    found = told(Rule.NUANWU, given=short(8), children=130)

    assert found["zero"] == 0
    assert set(found["per_shift"]) == {shift.value for shift in Shift}


def calls(register: Register) -> list[tuple[str, Any]]:
    return [(one.child_id, day) for one in register.histories() for day in one.called_on]


@pytest.mark.parametrize("rule", Rule)
def test_nobody_rings_from_a_closed_room_or_when_away(rule: Rule) -> None:
    here = school(short(opening_fails=0.3, absent=0.3), lines=2)

    if rule is Rule.NUANWU:
        made = calls(repaired.run(here, nobody_told))
    else:
        made = calls(unrepaired.run(here, rule, nobody_told))

    assert made
    for child_id, day in made:
        assert here.opens(day)
        assert child_id not in here.absent(day)
        assert here.children[child_id].blocked[0].weekday != day.isoweekday()


def test_without_a_line_that_works_nobody_is_reached() -> None:
    here = school(short(line_breaks=1.0))

    assert not calls(repaired.run(here, nobody_told))
    assert ceiling(here) == 0


def test_a_broken_line_stays_so_for_the_next_opening_too() -> None:
    here = school(short(line_breaks=0.2), lines=1)
    days = [day for week in range(6) for day in here.days(week)]
    broken = [bool(here.broken_lines(day)) for day in days]

    ended = [at for at in range(1, len(days)) if broken[at - 1] and not broken[at]]
    assert ended
    assert all(broken[at - 2] for at in ended if at > 1)


def test_a_family_that_never_answers_keeps_nobody_else_from_the_telephone() -> None:
    given = short(12)
    silent = replace(given, families=replace(given.families, never_answers=0.1))
    here = school(silent, children=130)

    register = repaired.run(here, nobody_told)

    reached = {child_id for child_id, _ in calls(register)}
    assert reached == {one for one, child in here.children.items() if not child.never_answers}
    used = len(calls(register)) / register.places
    assert used > 0.85


def test_the_term_is_as_long_as_it_says() -> None:
    here = school(parameters())

    assert here.last_day - parameters().term.first_day == timedelta(days=18 * 7 - 1)
    assert len(here.places(0)) == 90
