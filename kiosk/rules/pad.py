"""The pad of eight keys with which a child spells a title: a key for each letter of its pinyin.

Three or four letters share a key, as on a telephone: few keys make large ones, and three or four
touches tell a title from all others of a school.
"""

from typing import Final

KEYS: Final = {
    "2": "ABC",
    "3": "DEF",
    "4": "GHI",
    "5": "JKL",
    "6": "MNO",
    "7": "PQRS",
    "8": "TUV",
    "9": "WXYZ",
}
LONGEST: Final = 12
_KEY_OF: Final = {letter.lower(): key for key, letters in KEYS.items() for letter in letters}


def keys_of(initials: str) -> str:
    """Return the keys that spell these initials, `686249` for `mtnbgx`; only letters have one."""
    return "".join(_KEY_OF.get(letter, "") for letter in initials)


def is_typed(text: str) -> bool:
    """Say whether a pad can have sent this text."""
    return len(text) <= LONGEST and set(text) <= KEYS.keys()
