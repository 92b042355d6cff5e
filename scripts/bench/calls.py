"""What each rule for the telephones is worth: `.venv/bin/python scripts/bench/calls.py [--quick]`.

Simulates terms of 18 weeks by `kiosk simulate-term` and prints them as a table: five seeds for the
rule of this house, one for the others; then how long one week's plan takes. Ten minutes on two
cores; `--quick` leaves out the large schools and takes one seed.
"""

import argparse
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path
from statistics import mean
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from kiosk.rules import call_plan
from kiosk.rules.call_waiting import week_seed
from kiosk.simulation.parameters import Parameters, parameters
from kiosk.simulation.runs import simulate
from kiosk.simulation.school import School
from kiosk.simulation.term import Register, Rule

SCHOOLS = [(60, 1, 10), (300, 3, 6), (300, 2, 10), (800, 3, 10), (800, 3, 6)]
SEEDS = 5
COLUMNS = ("cov7", "week_share", "ceiling_week_share", "max_gap_days", "p95_gap_days", "zero",
           "gini", "use")  # fmt: skip
HEAD = ("Cov7", "week", "ceiling", "max gap", "p95 gap", "zero", "Gini", "use")


def term(asked: tuple[Parameters, tuple[int, int, int], Rule, int]) -> dict[str, Any]:
    given, (children, lines, place_min), rule, seed = asked
    return simulate(rule, given=given, children=children, lines=lines, place_min=place_min,
                    seed=seed, progress=lambda _: None)  # fmt: skip


def row(name: str, terms: Sequence[dict[str, Any]]) -> str:
    of = [mean(one[column] for one in terms) for column in COLUMNS]
    shifts = terms[0]["per_shift"]
    worst = min(mean(one["per_shift"][shift]["cov7"] for one in terms) for shift in shifts)
    cells = [f"{value:.0f}" if "gap" in column else f"{value:.2g}" if column == "zero"
             else f"{value:.3f}" for column, value in zip(COLUMNS, of, strict=True)]  # fmt: skip
    share = of[1] / of[2] if of[2] else 0
    return "| " + " | ".join([name, *cells, f"{share:.3f}", f"{worst:.3f}"]) + " |"


def variants() -> dict[str, Parameters]:
    """Return what the school might also be like, for the rule of this house at 60 and 300."""
    given = parameters()
    return {
        "half not in the room": replace(given, trouble=replace(given.trouble, in_room=0.5)),
        "5 % never answer": replace(given, families=replace(given.families, never_answers=0.05)),
        "cards always right": replace(given, answers=replace(given.answers, hours_wrong=0.0)),
        "drafted after Friday": replace(given, term=replace(given.term, drafted_after=5)),
    }


def plan_time(children: int, lines: int, place_min: int) -> str:
    given = parameters()
    school = School(given=given, children=children, lines=lines, place_min=place_min, seed=1)
    register, places = Register(school), school.places(0)
    first_day = given.term.first_day
    waiting = [register.waiting(one, first_day=first_day) for one in school.children]
    begun = time.perf_counter()
    made = call_plan.plan(waiting, places, seed=week_seed(b"bench", "2026-W37"),
                          first_day=places[0].on)  # fmt: skip
    took = time.perf_counter() - begun
    seated = len(made.arrangement.seated)
    return f"{children} children by {len(places)} places: {seated} seated in {took:.2f} s"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    schools, seeds = (SCHOOLS[:2], 1) if quick else (SCHOOLS, SEEDS)
    head = ("children / lines x minutes: rule", *HEAD, "of ceiling", "worst shift")
    print("| " + " | ".join(head) + " |")
    print("| --- " * len(head) + "|")
    with ProcessPoolExecutor() as pool:
        for school in schools:
            name = "{} / {} x {}: ".format(*school)
            for rule in Rule:
                terms = range(1, (seeds if rule is Rule.NUANWU else 1) + 1)
                asked = [(parameters(), school, rule, seed) for seed in terms]
                print(row(name + rule, list(pool.map(term, asked))), flush=True)
        for school in schools[:3:2]:
            for variant, given in variants().items():
                asked = [(given, school, Rule.NUANWU, seed) for seed in range(1, seeds + 1)]
                name = "{} / {} x {}: nuanwu, ".format(*school) + variant
                print(row(name, list(pool.map(term, asked))), flush=True)
    print()
    for school in schools:
        print(plan_time(*school))


if __name__ == "__main__":
    main()
