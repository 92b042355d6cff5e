"""What a roster would change, as values that a page or a command can show before it is done."""

from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from kiosk.files.problems import RowProblem
from kiosk.files.roster import RosterRow, RosterSheet
from kiosk.rules.relations import Relation
from kiosk.rules.roster import Doubt


class ContactChangeKind(StrEnum):
    ADDED = "added"
    NUMBER = "number"
    NAME = "name"
    RELATION = "relation"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildRef:
    """A child of the kiosk, as the preview names it; `is_marked`: an earlier file had it not."""

    child_id: UUID
    name: str = field(repr=False)
    grade: int
    number: int
    is_marked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactChange:
    """What changes about one contact; `contact_id` is None for one that is added.

    For people only the tails are shown.
    """

    kind: ContactChangeKind
    relation: Relation
    contact_id: UUID | None
    old_tail: str | None
    new_tail: str
    phone: str = field(repr=False)
    full_name: str | None = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildChange:
    """What the file says of a child that is here already; None where it says nothing new.

    `is_back`: it was missing from an earlier file.
    """

    child: ChildRef
    row: RosterRow
    to_class: tuple[int, int] | None
    local_no: str | None
    is_boarder: bool | None
    contacts: tuple[ContactChange, ...]
    is_back: bool

    @property
    def says_something(self) -> bool:
        return self.is_back or any(
            (self.to_class, self.local_no, self.is_boarder is not None, self.contacts)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldRow:
    """A row that nobody but a person can decide; what is stored stays in force."""

    row: RosterRow
    doubt: Doubt


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterPlan:
    """What `apply` would do. `state` is a digest of the roster that it was compared with.

    `missing` are the children of the file's classes that are not in the file; they are marked
    unless `too_many_missing`, and keep their cards either way.
    """

    sheets: tuple[RosterSheet, ...]
    problems: tuple[RowProblem, ...]
    ignored_columns: tuple[str, ...]
    new: tuple[RosterRow, ...]
    changed: tuple[ChildChange, ...]
    unchanged: int
    held: tuple[HeldRow, ...]
    missing: tuple[ChildRef, ...]
    too_many_missing: bool
    enrolled_before: int
    state: bytes = field(repr=False)

    @property
    def moved(self) -> tuple[ChildChange, ...]:
        return tuple(change for change in self.changed if change.to_class is not None)

    @property
    def with_other_contacts(self) -> tuple[ChildChange, ...]:
        """Those whose contacts change: that is where a mistake does harm."""
        return tuple(change for change in self.changed if change.contacts)

    @property
    def enrolled_after(self) -> int:
        """The children on the roster afterwards; nobody leaves by not being in a file."""
        return self.enrolled_before + len(self.new)

    @property
    def to_mark(self) -> tuple[ChildRef, ...]:
        """Those that will be marked as not in the file: a doubtful file marks nobody."""
        if self.too_many_missing:
            return ()
        return tuple(child for child in self.missing if not child.is_marked)

    @property
    def changes_nothing(self) -> bool:
        return not (self.new or self.changed or self.to_mark)
