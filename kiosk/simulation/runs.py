"""One run of the simulation: a school, a rule, a term, and the figures."""

from dataclasses import replace
from typing import Any

from kiosk.simulation import repaired, through_services, unrepaired
from kiosk.simulation.parameters import Parameters
from kiosk.simulation.school import School
from kiosk.simulation.term import Progress, Rule, figures


def simulate(
    rule: Rule,
    *,
    given: Parameters,
    children: int,
    lines: int,
    place_min: int,
    seed: int,
    progress: Progress,
) -> dict[str, Any]:
    """Return what was simulated and its metrics; the same arguments give the same figures."""
    school = School(given=given, children=children, lines=lines, place_min=place_min, seed=seed)
    if rule is Rule.NUANWU:
        register = repaired.run(school, progress)
    else:
        register = unrepaired.run(school, rule, progress)
    return {**_asked(rule, school), **figures(register)}


def simulate_through_services(
    *,
    given: Parameters,
    children: int,
    lines: int,
    place_min: int,
    seed: int,
    progress: Progress,
) -> dict[str, Any]:
    """Return the figures of a term led through the use cases, and to how many it was another one.

    Lines do not break in it, and neither do they in the term by the rules alone that it is
    compared with.
    """
    given = replace(given, trouble=replace(given.trouble, line_breaks=0.0))
    school = School(given=given, children=children, lines=lines, place_min=place_min, seed=seed)
    by_rules = repaired.run(school, lambda _: None)
    register = through_services.run(school, progress)
    return {
        **_asked(Rule.NUANWU, school),
        **figures(register),
        "through_services": True,
        "line_breaks": given.trouble.line_breaks,
        "children_otherwise_by_rules": len(through_services.differences(by_rules, register)),
    }


def _asked(rule: Rule, school: School) -> dict[str, Any]:
    return {
        "rule": rule.value,
        "children": len(school.children),
        "lines": school.lines,
        "place_minutes": school.place_min,
        "seed": school.seed,
        "weeks": school.given.term.weeks,
    }
