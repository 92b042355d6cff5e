"""The titles that are known without a network: the ministry's list of 2020 for primary schools."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

_LIST: Final = Path(__file__).parent.parent / "data" / "moe2020_primary_110.json"
# The list's own four parts, where one of them is one class of 中图法; 人文 is many.
_MARKS: Final = {"文学": "I", "科学": "N", "艺术": "J"}


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseTitle:
    """What the list says of a title. It has no ISBN: each has several editions."""

    name: str
    author: str | None
    grade_band: str | None
    class_mark: str | None


@cache
def titles() -> tuple[BaseTitle, ...]:
    """Return the list in its own order; read once."""
    return tuple(
        BaseTitle(
            name=entry["title"],
            author=entry["author"] or None,
            grade_band=entry["grade_band"],
            class_mark=_MARKS.get(entry["category"]),
        )
        for entry in json.loads(_LIST.read_text(encoding="utf-8"))
    )
