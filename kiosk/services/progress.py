"""How far a long work is, told as parts of a hundred to whoever shows it."""

from collections.abc import Callable
from typing import Final, TypeAlias

# Hears how many more are done.
Progress: TypeAlias = Callable[[int], object]

PARTS: Final = 100


class Parts:
    """Counts up to PARTS, and never back: a copy that has to begin anew goes on where it was."""

    def __init__(self, progress: Progress | None) -> None:
        """Tell `progress`, or nobody."""
        self._progress = progress
        self._reached = 0

    def begin(self) -> None:
        """Say that the work has begun, when its first part takes a while."""
        if self._progress is not None:
            self._progress(0)

    def reach(self, part: int) -> None:
        """Say that so many of PARTS are done."""
        if self._progress is not None and part > self._reached:
            self._progress(part - self._reached)
            self._reached = part
