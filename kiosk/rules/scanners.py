"""What a scanner's way of writing says about it: learned from a sheet of six known codes.

Scanners are keyboards that somebody set up (`visits-and-lending.md` T-1 to T-6, T-36, T-37). The
sheet holds what goes wrong differently: letters that lie elsewhere on foreign keyboards, digits, a
code of ours, a book's bar, a long one, one with signs. None of them does anything on a child's
screen.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from kiosk.rules.devices import LetterCase, ScannedIsbn, Terminator

LONGEST_PREFIX: Final = 8
AIM: Final = "]"  # stands for any of the prefixes that name the kind of bar: `]C1`, `]Q1`, `]E0`
_AIM: Final = re.compile(r"\][A-Z][0-9A-Z]")
_SIGNS: Final = re.compile(r"^[^0-9A-Z]+")
_LEAST: Final = 4
_DAMAGED: Final = 0.6  # of a code must be there to know which one it was


class SheetCode(StrEnum):
    """The codes of the sheet, in its order."""

    LETTERS = "letters"
    DIGITS = "digits"
    CARD = "card"
    ISBN = "isbn"
    LONG = "long"
    SIGNS = "signs"


# The card is a command that does not exist, the book has a number that no publisher has.
SHEET: Final = {
    SheetCode.LETTERS: "AQWZYMXBCDEFGHKS",
    SheetCode.DIGITS: "1234567890123456",
    SheetCode.CARD: "XTEST0000006",
    SheetCode.ISBN: "9780000000002",
    SheetCode.LONG: "NW0123456789ABCDEFGHJKL",
    SheetCode.SIGNS: "NW-12-AZ",
}
SQUARES: Final = frozenset({SheetCode.LETTERS, SheetCode.DIGITS, SheetCode.CARD})
_TEN_DIGITS: Final = "0000000000"  # what a scanner that converts makes of the book's number


class ScannerFault(StrEnum):
    """What is wrong with a scanner or its PC, most harmful first."""

    ALT_MODE = "alt_mode"
    LAYOUT = "layout"
    DROPS = "drops"
    NO_SQUARES = "no_squares"
    NO_BARS = "no_bars"
    PREFIX = "prefix"
    INPUT_METHOD = "input_method"
    TEN_DIGITS = "ten_digits"
    LOWER_CASE = "lower_case"
    NO_TERMINATOR = "no_terminator"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One code as the keys brought it. `text` is in capitals, read by the keys' places.

    `letter_case` is None where an input method hid it.
    """

    text: str
    terminator: Terminator
    letter_case: LetterCase | None
    has_input_method: bool = False
    in_alt_mode: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognised:
    """Which code of the sheet a reading was, and what had become of it."""

    code: SheetCode
    prefix: str = ""
    is_damaged: bool = False
    has_other_keys: bool = False
    has_ten_digits: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ScannerProfile:
    """How a scanner writes. `prefix` is AIM for any that names the kind of bar."""

    terminator: Terminator
    prefix: str
    letter_case: LetterCase
    isbn: ScannedIsbn
    drops_characters: bool
    has_input_method: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """What the readings say: the profile, None without a single code, and what is wrong."""

    profile: ScannerProfile | None
    seen: frozenset[SheetCode]
    faults: tuple[ScannerFault, ...]


def recognise(text: str) -> Recognised | None:
    """Return which code of the sheet `text` was, None for anything else."""
    for code, whole in SHEET.items():
        if text.endswith(whole) and len(text) - len(whole) <= LONGEST_PREFIX:
            return Recognised(code=code, prefix=text.removesuffix(whole))
    bare = _AIM.sub("", text, count=1)
    if bare == _TEN_DIGITS:
        prefix = text.removesuffix(bare)
        return Recognised(code=SheetCode.ISBN, prefix=prefix, has_ten_digits=True)
    bare = _SIGNS.sub("", bare)
    if len(bare) < _LEAST:
        return None
    near = [(missing, code) for code in SHEET if (missing := _missing(bare, SHEET[code]))]
    if near:
        return Recognised(code=min(near)[1], is_damaged=True)
    moved = [(wrong, code) for code in SHEET if (wrong := _moved(bare, SHEET[code]))]
    return Recognised(code=min(moved)[1], has_other_keys=True) if moved else None


def learn(readings: Sequence[Reading]) -> Learned:
    """Return what these readings of the sheet say; what is none of its codes is left out."""
    known = [(reading, found) for reading in readings if (found := recognise(reading.text))]
    seen = frozenset(found.code for _, found in known)
    if not known:
        return Learned(profile=None, seen=seen, faults=())
    books = [found for _, found in known if found.code is SheetCode.ISBN]
    prefixes = [
        found.prefix for _, found in known if not (found.is_damaged or found.has_other_keys)
    ]
    profile = ScannerProfile(
        terminator=_most(reading.terminator for reading, _ in known),
        prefix=prefix_of(prefixes),
        letter_case=_case(reading for reading, found in known if found.code is not SheetCode.ISBN),
        isbn=_isbn(books),
        drops_characters=any(found.is_damaged for _, found in known),
        has_input_method=any(reading.has_input_method for reading, _ in known),
    )
    faults = set(faults_of(profile))
    faults |= {ScannerFault.ALT_MODE for reading, _ in known if reading.in_alt_mode}
    faults |= {ScannerFault.PREFIX for one in prefixes if _is_in_the_way(one, profile.prefix)}
    faults |= {ScannerFault.LAYOUT for _, found in known if found.has_other_keys}
    faults |= {ScannerFault.NO_SQUARES} if not seen & SQUARES else set()
    faults |= {ScannerFault.NO_BARS} if seen <= SQUARES else set()
    return Learned(profile=profile, seen=seen, faults=in_order(faults))


def faults_of(profile: ScannerProfile) -> tuple[ScannerFault, ...]:
    """Return what a kept profile says is wrong."""
    found = {
        ScannerFault.DROPS: profile.drops_characters,
        ScannerFault.PREFIX: profile.prefix not in ("", AIM),
        ScannerFault.INPUT_METHOD: profile.has_input_method,
        ScannerFault.TEN_DIGITS: profile.isbn is ScannedIsbn.TEN_DIGITS,
        ScannerFault.LOWER_CASE: profile.letter_case is LetterCase.LOWER,
        ScannerFault.NO_TERMINATOR: profile.terminator is Terminator.NOTHING,
    }
    return in_order(fault for fault, is_so in found.items() if is_so)


def in_order(faults: Iterable[ScannerFault]) -> tuple[ScannerFault, ...]:
    """Return each once, most harmful first."""
    found = set(faults)
    return tuple(fault for fault in ScannerFault if fault in found)


def prefix_of(prefixes: Sequence[str]) -> str:
    """Return what stands before every code: nothing, AIM, or one and the same text."""
    if not prefixes or not all(prefixes):
        return ""
    if all(_AIM.fullmatch(prefix) for prefix in prefixes):
        return AIM
    return prefixes[0] if len(set(prefixes)) == 1 else ""


def _is_in_the_way(prefix: str, learned: str) -> bool:
    """Return whether something stands before a code that the screens would not leave away."""
    return prefix not in ("", learned) and not _AIM.fullmatch(prefix)


def _most(terminators: Iterable[Terminator]) -> Terminator:
    return Counter(terminators).most_common(1)[0][0]


def _case(readings: Iterable[Reading]) -> LetterCase:
    cases = {reading.letter_case for reading in readings if any(map(str.isalpha, reading.text))}
    return LetterCase.LOWER if LetterCase.LOWER in cases else LetterCase.UPPER


def _isbn(books: Sequence[Recognised]) -> ScannedIsbn:
    if not books:
        return ScannedIsbn.NOT_READ
    has_ten = any(book.has_ten_digits for book in books)
    return ScannedIsbn.TEN_DIGITS if has_ten else ScannedIsbn.AS_PRINTED


def _missing(text: str, whole: str) -> int:
    """Return how many characters are lost or too many; 0 where it is another text altogether."""
    longer, shorter = (whole, text) if len(whole) > len(text) else (text, whole)
    if len(longer) == len(shorter) or len(shorter) < _DAMAGED * len(longer):
        return 0
    rest = iter(longer)
    return len(longer) - len(shorter) if all(sign in rest for sign in shorter) else 0


def _moved(text: str, whole: str) -> int:
    """Return how many characters are others in a text as long as `whole`; 0 for too many."""
    if len(text) != len(whole):
        return 0
    wrong = sum(one != two for one, two in zip(text, whole, strict=True))
    return wrong if wrong <= (1 - _DAMAGED) * len(whole) + 1 else 0
