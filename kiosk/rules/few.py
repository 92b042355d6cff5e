"""Counts so small that somebody could tell who is meant: they do not leave the school."""

from collections.abc import Sequence
from typing import Final

from kiosk.rules.call_figures import is_few


def hidden(counts: Sequence[int]) -> frozenset[int]:
    """Return the places of a column whose counts are not told.

    Where it would be one alone, whoever knows the sum could work it out: the next smallest goes
    with it.
    """
    few = {place for place, count in enumerate(counts) if is_few(count)}
    others = [place for place, count in enumerate(counts) if count and place not in few]
    if len(few) == 1 and others:
        few.add(min(others, key=lambda place: counts[place]))
    return frozenset(few)


FEW_SAID: Final = "<5"
