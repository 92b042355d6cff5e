"""Which row of a roster is which child (`sync.md` 3.3): never created and never merged on a guess.

What the kiosk may hold to tell children apart is little: name, class, a number of the school's own,
and the keyed digests of their contacts' telephones.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, TypeVar
from uuid import UUID

# Between two school years a child is a grade further on.
_GRADES_APART: Final = 1
_MISSING_AT_MOST: Final = 5
_MISSING_PERCENT: Final = 5


class RosterRefusal(StrEnum):
    CHANGED_MEANWHILE = "roster-changed"


class Doubt(StrEnum):
    """Why a row is held until a person has decided.

    SAME_NAME: several children, or several rows, of this name in the class. MAYBE_MOVED: a child of
    this name is in another class, and nothing else says that it is this one. OTHER_NUMBER: name and
    class fit, the school's number does not.
    """

    SAME_NAME = "same-name"
    MAYBE_MOVED = "maybe-moved"
    OTHER_NUMBER = "other-number"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A child as the kiosk has it."""

    child_id: UUID
    name: str = field(repr=False)
    grade: int
    number: int
    local_no: str | None
    phones: frozenset[bytes] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A row of the file; `row` is its place among the rows that were read."""

    row: int
    name: str = field(repr=False)
    grade: int
    number: int
    local_no: str | None
    phones: frozenset[bytes] = field(repr=False)


Child = Known | Listed


@dataclass(frozen=True, slots=True, kw_only=True)
class Matching:
    """What became of each row, and which children of the file's classes are not in it.

    `same` leads from row to child. A child that a held row may mean is not `missing`.
    """

    same: Mapping[int, UUID]
    new: tuple[int, ...]
    held: Mapping[int, Doubt]
    missing: tuple[UUID, ...]


def match(known: Iterable[Known], listed: Iterable[Listed]) -> Matching:
    """Go down the ladder; each rung takes only what is the one fit on both sides.

    1 name, class and number; 2 name and number; 3 name, class and a telephone; 4 name and class,
    unless the numbers say otherwise; 5 name and a telephone. What is left over is new if no child
    that is left over could be meant, else it is held.
    """
    listed = tuple(listed)
    children = {child.child_id: child for child in known}
    rows = {row.row: row for row in listed}
    same: dict[int, UUID] = {}
    for keys in _LADDER:
        for row, child_id in _only_fits(children.values(), rows.values(), keys):
            same[row] = child_id
            del children[child_id], rows[row]
    held = {
        row.row: doubt
        for row in rows.values()
        if (doubt := _doubt(row, children.values(), rows.values())) is not None
    }
    scope = {(row.grade, row.number) for row in listed}
    missing = tuple(
        child.child_id
        for child in children.values()
        if (child.grade, child.number) in scope
        and not any(_could_be(child, rows[row]) for row in held)
    )
    return Matching(
        same=same,
        new=tuple(row for row in rows if row not in held),
        held=held,
        missing=missing,
    )


def too_many_missing(missing: int, *, in_scope: int) -> bool:
    """Return whether so many are missing that the file itself is doubtful (`sync.md` 3.5).

    More than five, or more than 5 % of the classes in the file; a single child is never too many.
    """
    if missing <= 1:
        return False
    return missing > _MISSING_AT_MOST or missing * 100 > in_scope * _MISSING_PERCENT


Keys = Callable[[Child], Collection[Hashable]]


def _whole(child: Child) -> Collection[Hashable]:
    if child.local_no is None:
        return ()
    return ((child.name, child.grade, child.number, child.local_no),)


def _name_and_number(child: Child) -> Collection[Hashable]:
    return () if child.local_no is None else ((child.name, child.local_no),)


def _name_class_and_phone(child: Child) -> Collection[Hashable]:
    return tuple((child.name, child.grade, child.number, phone) for phone in child.phones)


def _name_and_class(child: Child) -> Collection[Hashable]:
    return ((child.name, child.grade, child.number),)


def _name_and_phone(child: Child) -> Collection[Hashable]:
    return tuple((child.name, phone) for phone in child.phones)


_LADDER: Final[tuple[Keys, ...]] = (
    _whole,
    _name_and_number,
    _name_class_and_phone,
    _name_and_class,
    _name_and_phone,
)


def _only_fits(
    known: Iterable[Known], listed: Iterable[Listed], keys: Keys
) -> list[tuple[int, UUID]]:
    """Return the pairs in which neither side has another fit on this rung."""
    by_key = _by_key(known, keys)
    rows_of: dict[UUID, set[int]] = defaultdict(set)
    children_of: dict[int, set[UUID]] = defaultdict(set)
    for row in listed:
        for key in keys(row):
            for child in by_key.get(key, ()):
                if _may_fit(child, row, keys):
                    rows_of[child.child_id].add(row.row)
                    children_of[row.row].add(child.child_id)
    return [
        (row, next(iter(fits)))
        for row, fits in children_of.items()
        if len(fits) == 1 and len(rows_of[next(iter(fits))]) == 1
    ]


def _may_fit(child: Known, row: Listed, keys: Keys) -> bool:
    """Say whether nothing speaks against it: a leap of grades, or another number on rung 4."""
    is_near = abs(child.grade - row.grade) <= _GRADES_APART
    return is_near and not (keys is _name_and_class and _numbers_differ(child, row))


ChildT = TypeVar("ChildT", bound=Child)


def _by_key(children: Iterable[ChildT], keys: Keys) -> dict[Hashable, list[ChildT]]:
    found: dict[Hashable, list[ChildT]] = defaultdict(list)
    for child in children:
        for key in keys(child):
            found[key].append(child)
    return found


def _doubt(row: Listed, known: Iterable[Known], listed: Iterable[Listed]) -> Doubt | None:
    meant = [child for child in known if _could_be(child, row)]
    in_class = [child for child in meant if _is_in_class_of(child, row)]
    twins = [
        other
        for other in listed
        if other is not row and other.name == row.name and _is_in_class_of(other, row)
    ]
    if in_class:
        return Doubt.SAME_NAME if twins or in_class[1:] else Doubt.OTHER_NUMBER
    if meant:
        return Doubt.MAYBE_MOVED
    # Two of one name who both have a number of their own are two children.
    are_two = all(_numbers_differ(other, row) for other in twins)
    return None if are_two else Doubt.SAME_NAME


def _could_be(child: Known, row: Listed) -> bool:
    """Say whether the row may mean this child; number and telephone together can rule it out."""
    if child.name != row.name or abs(child.grade - row.grade) > _GRADES_APART:
        return False
    has_other_phones = bool(child.phones and row.phones) and not child.phones & row.phones
    return not (_numbers_differ(child, row) and has_other_phones)


def _numbers_differ(child: Child, other: Child) -> bool:
    return None not in {child.local_no, other.local_no} and child.local_no != other.local_no


def _is_in_class_of(child: Child, other: Child) -> bool:
    return (child.grade, child.number) == (other.grade, other.number)
