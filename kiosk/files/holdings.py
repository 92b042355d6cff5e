"""The copies of a library record: vendors contradict each other in filling 905 to 999.

Nothing is guessed (`visits-and-lending.md` T-33): a survey counts what each place of a file would
give, a person chooses one of them, and the choice is what copies are read by.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Self

from kiosk.errors import InvalidInputError
from kiosk.files.book_fields import LONGEST_ACCESSION_NO, read_count
from kiosk.files.problems import BookProblem, FileProblem
from kiosk.files.text import compact

TAGS = ("905", "906", "985", "986", "995", "999")
_MOST_IN_A_RANGE = 500
_FEWEST_DIGITS = 3
_EXAMPLES = 3
_SAMPLE = 2_000
_MOST_PLACES = 200
_SHARE = 0.8
_MOST_ON_AVERAGE = 20

_NUMBER = re.compile(r"[0-9A-Za-z][0-9A-Za-z/.\-]*")
_RANGE = re.compile(r"([A-Za-z]*)(\d+)[-~\u2014\u2013\u81f3]+([A-Za-z]*)(\d+)")
_BETWEEN = re.compile(r"[;,\u3001|]+")
_CHOICE = re.compile(r"(numbers|count):(\d{3})(\S)|one")

# A field about copies as it stands: its tag and its subfields.
Holding = tuple[str, tuple[tuple[str, str], ...]]


class CopiesBy(StrEnum):
    """What the copies of a record are read from."""

    ONE = "one"
    NUMBERS = "numbers"
    COUNT = "count"


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldingsChoice:
    """What a person said a file's copies are: one of each record, or what stands in one place."""

    by: CopiesBy
    tag: str = ""
    code: str = ""

    def __str__(self) -> str:
        """Return what `parse` reads: `one`, `numbers:905b`, `count:905f`."""
        return self.by.value if self.by is CopiesBy.ONE else f"{self.by}:{self.tag}{self.code}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the choice that was written.

        Raises: InvalidInputError with UNKNOWN_CHOICE.
        """
        match = _CHOICE.fullmatch(text)
        if match is None:
            raise InvalidInputError(FileProblem.UNKNOWN_CHOICE)
        by = CopiesBy(match[1] or "one")
        return cls(by=by, tag=match[2] or "", code=match[3] or "")


ONE_EACH = HoldingsChoice(by=CopiesBy.ONE)


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldingsOffer:
    """What a choice would give: `copies` in `records`, `unread` values; some of them as written."""

    choice: HoldingsChoice
    records: int
    copies: int
    unread: int
    examples: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Copies:
    """The copies of one record by a choice; `count` is None where the record does not say it."""

    numbers: tuple[str, ...] = ()
    count: int | None = None
    is_odd: bool = False

    @property
    def problem(self) -> BookProblem | None:
        return BookProblem.COPIES_UNREADABLE if self.is_odd else None


def copies_of(holdings: Iterable[Holding], choice: HoldingsChoice) -> Copies:
    """Return the copies that a record has by a choice; each number once."""
    if choice.by is CopiesBy.ONE:
        return Copies(count=1)
    written = list(_values(holdings, choice.tag, choice.code))
    if choice.by is CopiesBy.COUNT:
        counts = [read_count(text) for text in written]
        known = [count for count in counts if count is not None]
        return Copies(count=sum(known) or None, is_odd=len(known) < len(counts))
    read = [numbers_in(text) for text in written]
    numbers = tuple(dict.fromkeys(number for found in read if found for number in found))
    return Copies(numbers=numbers, count=len(numbers), is_odd=None in read)


def numbers_in(text: str) -> tuple[str, ...] | None:
    """Return the accession numbers that a value stands for, or None.

    `20295403-5408` is six of them, `D040394-5` two; several may be parted by a comma.
    """
    found: list[str] = []
    for part in _BETWEEN.split(compact(text)):
        numbers = _numbers_of(part)
        if numbers is None:
            return None
        found += numbers
    return tuple(found)


def _numbers_of(part: str) -> list[str] | None:
    if match := _RANGE.fullmatch(part):
        before, first, again, last = match.groups()
        last = first[: max(len(first) - len(last), 0)] + last
        size = int(last) - int(first) + 1
        fits = again in ("", before) and len(last) == len(first) and len(first) >= _FEWEST_DIGITS
        if not fits or not 1 <= size <= _MOST_IN_A_RANGE:
            return None
        numbers = [f"{before}{int(first) + at:0{len(first)}}" for at in range(size)]
    else:
        numbers = [part]
    return numbers if all(_is_number(number) for number in numbers) else None


def _is_number(text: str) -> bool:
    is_long = sum(sign.isdigit() for sign in text) >= _FEWEST_DIGITS
    return is_long and len(text) <= LONGEST_ACCESSION_NO and bool(_NUMBER.fullmatch(text))


def _values(holdings: Iterable[Holding], tag: str, code: str) -> Iterator[str]:
    for found, subfields in holdings:
        if found == tag:
            yield from (text for at, text in subfields if at == code and compact(text))


@dataclass(slots=True)
class _Place:
    """One subfield of one field, over all records."""

    values: int = 0
    records: int = 0
    last_record: int = 0
    numbered: int = 0
    numbers: int = 0
    counted: int = 0
    copies: int = 0
    sample: set[int] = field(default_factory=set)
    sampled: int = 0
    written: list[str] = field(default_factory=list)

    def add(self, text: str, record: int) -> None:
        self.values += 1
        self.records += record != self.last_record
        self.last_record = record
        numbers, count = numbers_in(text), read_count(text)
        if numbers is not None:
            self.numbered += 1
            self.numbers += len(numbers)
        if count is not None:
            self.counted += 1
            self.copies += count
        if self.sampled < _SAMPLE:
            self.sampled += 1
            self.sample.add(hash(text))
        if len(self.written) < _EXAMPLES and text not in self.written:
            self.written.append(text[:60])

    @property
    def can_number(self) -> bool:
        """Whether most values are numbers of copies: readable, and hardly one of them twice."""
        is_readable = self.numbered >= _SHARE * self.values
        return is_readable and len(self.sample) >= _SHARE * self.sampled

    @property
    def can_count(self) -> bool:
        """Whether most values are numbers as small as counts of copies are."""
        is_small = self.copies <= _MOST_ON_AVERAGE * self.counted
        return is_small and self.counted >= _SHARE * self.values


class HoldingsSurvey:
    """Counts, record by record, what each place would give."""

    def __init__(self) -> None:
        self._places: dict[tuple[str, str], _Place] = {}
        self._records = 0

    def add(self, holdings: Iterable[Holding]) -> None:
        """Look at the fields of one record."""
        self._records += 1
        for tag, subfields in holdings:
            for code, text in subfields:
                if not compact(text):
                    continue
                place = self._places.get((tag, code))
                if place is None:
                    if len(self._places) == _MOST_PLACES:
                        continue
                    place = self._places[tag, code] = _Place()
                place.add(text, self._records)

    def offers(self) -> tuple[HoldingsOffer, ...]:
        """Return what a person can choose from: none at all where no place is of use.

        The last of them is one copy of each record.
        """
        found = [offer for place in sorted(self._places) for offer in self._offers_of(*place)]
        found.sort(key=lambda offer: -offer.records)
        if not found:
            return ()
        one = HoldingsOffer(
            choice=ONE_EACH, records=self._records, copies=self._records, unread=0, examples=()
        )
        return (*found, one)

    def _offers_of(self, tag: str, code: str) -> Iterator[HoldingsOffer]:
        place = self._places[tag, code]
        if place.can_number:
            read = ((text, len(numbers_in(text) or ())) for text in place.written)
            yield HoldingsOffer(
                choice=HoldingsChoice(by=CopiesBy.NUMBERS, tag=tag, code=code),
                records=place.records,
                copies=place.numbers,
                unread=place.values - place.numbered,
                examples=tuple(read),
            )
        elif place.can_count:
            yield HoldingsOffer(
                choice=HoldingsChoice(by=CopiesBy.COUNT, tag=tag, code=code),
                records=place.records,
                # A record that does not say it has one.
                copies=place.copies + self._records - place.records,
                unread=place.values - place.counted,
                examples=tuple((text, read_count(text) or 0) for text in place.written),
            )
