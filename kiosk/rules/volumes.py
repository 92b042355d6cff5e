"""Sets: several books that share one ISBN (T-42)."""

import re
from collections.abc import Iterable
from typing import Final

_NUMBER: Final = "[0-9一二三四五六七八九十百]+"
_SET: Final = re.compile(
    rf"[全共]\s*{_NUMBER}\s*[册卷本辑]|套装|[上中下]\s*[册卷部集]|[(（][上中下][)）]|"
    rf"第\s*{_NUMBER}\s*[册卷辑]"
)
_DIGITS: Final = re.compile("[0-9]{1,4}")


def names_a_set(name: str) -> bool:
    """Say whether a title speaks of volumes: 全7册, 套装, （上）, 第二卷."""
    return bool(_SET.search(name))


def number_of(volume: str | None) -> int | None:
    """Return the number in what a book prints of its volume, or None where there is none."""
    match = _DIGITS.search(volume or "")
    return int(match[0]) or None if match else None


def next_volume(volumes: Iterable[str | None]) -> str:
    """Return the number after the highest of these, `1` where none has one."""
    return str(max((number_of(one) or 0 for one in volumes), default=0) + 1)
