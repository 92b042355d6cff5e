"""The table: each goal beside its floor, what was to be reached, and whether it was."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One row. `reaches` and `holds` are None where nothing could be measured."""

    goal: int
    what: str
    found: str
    goal_says: str
    reaches: bool | None
    must_says: str
    holds: bool | None
    note: str = ""

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def limit(found: float, most: float) -> bool:
    """Say whether a ratio is within its limit; the table shows two digits, so they decide."""
    return round(found, 2) <= most


def text(lines: list[Line]) -> str:
    """Return the table for a terminal."""
    head = ("#", "what", "found", "goal", "", "must", "", "beside it")
    rows = [
        (str(line.goal), line.what, line.found, line.goal_says, _word(line.reaches),
         line.must_says, _word(line.holds), line.note)
        for line in lines
    ]  # fmt: skip
    widths = [max(len(row[place]) for row in [head, *rows]) for place in range(len(head) - 1)]
    return "\n".join(
        "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[-1]])
        for row in [head, *rows]
    )


def markdown(lines: list[Line], head: list[str]) -> str:
    rows = ["| # | what | found | goal | | must | | beside it |", "|--|--|--|--|--|--|--|--|"]
    rows += [
        f"| {line.goal} | {line.what} | {line.found} | {line.goal_says} | {_word(line.reaches)} |"
        f" {line.must_says} | {_word(line.holds)} | {line.note} |"
        for line in lines
    ]
    return "\n".join([*head, "", *rows, ""])


def _word(said: bool | None) -> str:  # noqa: FBT001 - a word for each of its values
    return {True: "yes", False: "NO", None: "-"}[said]
