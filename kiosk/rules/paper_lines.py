"""The line below a table on paper: what was counted, what it means, where to sign."""

import re
from typing import Final

_GAP: Final = "　　　　"
# Between the places to sign there is more, and they stay beside one another.
_GAPS: Final = re.compile(f"(?<!　){_GAP}(?!　)")


def joined(*parts: str) -> str:
    """Return a line of these parts, apart from the empty ones."""
    return _GAP.join(part for part in parts if part)


def parts(line: str) -> list[str]:
    """Return the parts of a line, between which it may be broken."""
    return [part for part in _GAPS.split(line) if part]
