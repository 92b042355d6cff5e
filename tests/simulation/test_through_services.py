"""A short term through the room's own use cases is to each child what the rules say."""

from dataclasses import replace

from kiosk.rules.call_states import CallState
from kiosk.simulation import repaired, through_services
from kiosk.simulation.parameters import Parameters, parameters
from kiosk.simulation.school import School
from kiosk.simulation.term import Register


def troubled(weeks: int) -> Parameters:
    """Return a short term with the room shut and children away more often than usual."""
    given = parameters()
    trouble = replace(given.trouble, line_breaks=0.0, opening_fails=0.15, absent=0.06)
    term = replace(given.term, weeks=weeks, opens_min=1020)
    return replace(given, term=term, trouble=trouble)


def nobody_told(_: int) -> None:
    return None


def played(seed: int) -> tuple[Register, Register]:
    """Return the same two weeks by the rules alone and through the use cases."""
    school = School(given=troubled(2), children=16, lines=1, place_min=20, seed=seed)
    return repaired.run(school, nobody_told), through_services.run(school, nobody_told)


def test_each_child_rings_on_the_same_days_as_by_the_rules_alone() -> None:
    by_rules, through = played(3)

    ended = [state for one in by_rules.of.values() for _, state in one.ended]
    assert {CallState.DONE, CallState.NO_ANSWER, CallState.RELEASED} <= set(ended)
    assert through_services.differences(by_rules, through) == []
    assert through.places == by_rules.places
    assert sum(len(one.called_on) for one in through.histories()) > 16


def test_a_child_that_rang_on_another_day_would_be_told() -> None:
    """The negative control."""
    school = School(given=troubled(2), children=16, lines=1, place_min=20, seed=1)
    by_rules, otherwise = repaired.run(school, nobody_told), repaired.run(school, nobody_told)
    child_id, standing = next(iter(otherwise.of.items()))
    standing.called_on = standing.called_on[:-1]

    found = through_services.differences(by_rules, otherwise)

    assert [one.child_id for one in found] == [child_id]
