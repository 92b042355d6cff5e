"""The simulated term: what a rule for the telephones is worth."""

import json
import sys
from typing import Any, TypedDict

import click

from kiosk.simulation.parameters import Parameters, parameters
from kiosk.simulation.runs import simulate, simulate_through_services
from kiosk.simulation.term import Progress, Rule


class _School(TypedDict):
    given: Parameters
    children: int
    lines: int
    place_min: int
    seed: int
    progress: Progress


@click.command("simulate-term")
@click.option("--children", type=click.IntRange(1, 5000), default=60, show_default=True)
@click.option("--lines", type=click.IntRange(1, 20), default=1, show_default=True)
@click.option("--place-minutes", type=click.IntRange(3, 60), default=10, show_default=True)
@click.option(
    "--rule",
    type=click.Choice([rule.value for rule in Rule]),
    default=Rule.NUANWU.value,
    show_default=True,
)
@click.option("--seed", type=int, default=1, show_default=True, help="Names the term.")
@click.option(
    "--through-services",
    is_flag=True,
    help="Lead the term through a room on a database that is thrown away, and compare.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def simulate_term(
    *,
    children: int,
    lines: int,
    place_minutes: int,
    rule: str,
    seed: int,
    through_services: bool,
    as_json: bool,
) -> None:
    """Simulate a term of family calls and print how fair it was; no instance is touched.

    What is assumed stands in kiosk/data/simulated_term.toml. Through the services it is the rule of
    this house alone, lines do not break, and it fails when any child had other calls than by the
    rules.

    Example: kiosk simulate-term --children 300 --lines 3 --place-minutes 6 --json
    """
    if through_services and rule != Rule.NUANWU:
        raise click.UsageError("Only the rule nuanwu goes through the services.")
    given = parameters()
    with click.progressbar(length=given.term.weeks, label="Weeks", file=sys.stderr) as bar:
        school = _School(
            given=given,
            children=children,
            lines=lines,
            place_min=place_minutes,
            seed=seed,
            progress=bar.update,
        )
        found = (
            simulate_through_services(**school)
            if through_services
            else simulate(Rule(rule), **school)
        )
    click.echo(json.dumps(found, indent=2) if as_json else _told(found))
    if found.get("children_otherwise_by_rules"):
        raise click.ClickException("The room did not do as the rules say.")


def _told(found: dict[str, Any]) -> str:
    """Return the figures as lines to read."""
    lines = [f"{name:22}{value}" for name, value in found.items() if name != "per_shift"]
    for shift, of in found["per_shift"].items():
        lines.append(f"{shift:22}" + ", ".join(f"{name} {value}" for name, value in of.items()))
    return "\n".join(lines)
