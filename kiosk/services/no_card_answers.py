"""What the way without a card shows, step by step. No names: a class is not listed to anybody."""

from dataclasses import dataclass, field
from uuid import UUID

from kiosk.rules.badges import Animal, Badge, Cloth
from kiosk.rules.pictures import Picture


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What the child has touched so far; each step knows all that went before it."""

    grade: int | None = None
    class_id: UUID | None = None
    animal: Animal | None = None
    cloth: Cloth | None = None
    pictures: tuple[Picture, ...] = ()
    page: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PickGrade:
    """Which grade are you in? Asked where the classes do not all fit on one page."""

    grades: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassTile:
    class_id: UUID
    grade: int
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PickClass:
    """Which class are you in? `grade` is the one chosen before, None where none was asked.

    `next_page` is the page after this one, None where all stand on one; the last leads to the
    first.
    """

    grade: int | None
    classes: tuple[ClassTile, ...]
    next_page: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PickAnimal:
    """Which animal is yours? Each once, with its cloth where only one child of the class has it."""

    class_id: UUID
    grade: int | None
    animals: tuple[tuple[Animal, Cloth | None], ...]
    next_page: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PickCloth:
    """The same animal on several cloths: which is yours."""

    class_id: UUID
    badges: tuple[Badge, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PickPictures:
    """Tap your three pictures. `is_again`: they were others; nothing more is said of them."""

    class_id: UUID
    badge: Badge
    picked: tuple[Picture, ...] = ()
    is_again: bool = False
    pictures: tuple[Picture, ...] = field(default=tuple(Picture))


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitForTeacher:
    """The teacher just needs to tap."""

    badge: Badge


@dataclass(frozen=True, slots=True, kw_only=True)
class TeacherHelps:
    """After three other pictures: the teacher is close by."""
