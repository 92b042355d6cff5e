"""The name of a child that is erased: what stands for it, and where somebody typed it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

# Stands where the given name was.
NOBODY: Final = "—"
# Never longer than what it stands for, so that every column that held the one holds the other.
INSTEAD: Final = "某生"
# Of one sign alone nobody knows whether it is a name.
_SHORTEST: Final = len(INSTEAD)
_GAP: Final = r"[\s·]*"


def is_erased(given_name: str) -> bool:
    """Say whether nobody is called like this any more."""
    return given_name == NOBODY


@dataclass(frozen=True, slots=True)
class NameInWords:
    """Finds the full name of a child, or its given name alone."""

    given_name: str
    _pattern: re.Pattern[str]

    def is_in(self, words: str) -> bool:
        """Return whether the name stands in these words."""
        return self.without(words) != words

    def without(self, words: str) -> str:
        """Return the words with somebody in the place of the name."""
        return self._pattern.sub(_instead, words)


def name_in_words(
    family_name: str, given_name: str, *, others: Iterable[str]
) -> NameInWords | None:
    """Return what finds a name; the full names of `others` that only end alike are left alone.

    None for one that is too short to be known for a name, as of a child that is erased already.
    """
    if len(family_name + given_name) < _SHORTEST:
        return None
    full = _GAP.join(map(re.escape, filter(None, (family_name, given_name))))
    alike = {one for one in others if given_name in one and not re.search(full, one)}
    kept = sorted(alike - {given_name}, key=len, reverse=True)
    alone = [re.escape(given_name)] if len(given_name) >= _SHORTEST else []
    # What comes first is found first: (?!) is found nowhere.
    other = "|".join(map(re.escape, kept)) or "(?!)"
    pattern = rf"(?P<other>{other})|{'|'.join([full, *alone])}"
    return NameInWords(given_name, re.compile(pattern, re.IGNORECASE))


def _instead(found: re.Match[str]) -> str:
    return found["other"] or INSTEAD
