"""Which sheets of labels there are: bought ones by their margins, and plain paper to cut up."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from kiosk.printing import paper
from kiosk.printing.paper import Cut

_FILE: Final = Path(__file__).parent.parent / "data" / "label_sheets.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelSheet:
    """A sheet, and how it is called in the shop."""

    key: str
    name: str
    cut: Cut


@cache
def sheets() -> dict[str, LabelSheet]:
    """Return the sheets by their keys, the one that is offered first before the others.

    Raises:
        ValueError: the file describes a sheet that does not lie on its paper.
    """
    listed = tomllib.loads(_FILE.read_text(encoding="utf-8"))["sheet"]
    return {one["key"]: _sheet(one) for one in listed}


def sheet(key: str) -> LabelSheet:
    """Return the sheet with this key; the first one for a key that no sheet has."""
    found = sheets()
    return found.get(key) or next(iter(found.values()))


def _sheet(one: dict[str, Any]) -> LabelSheet:
    (width, height), (columns, rows), (across, down) = one["label"], one["grid"], one["gap"]
    cut = Cut(
        width=width,
        height=height,
        columns=columns,
        rows=rows,
        gap=across,
        gap_down=down,
        left=one.get("left"),
        top=one.get("top"),
        is_precut=not one.get("is_cut_by_hand", False),
    )
    right, bottom = cut.corner(cut.a_page - 1)
    if right + width > paper.WIDTH + 0.5 or bottom + height > paper.HEIGHT + 0.5:
        raise ValueError(f"the labels of {one['key']} do not lie on the paper")
    return LabelSheet(key=one["key"], name=one["name"], cut=cut)
