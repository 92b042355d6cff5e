"""The demo school's children with contacts and cards, and its two members of staff."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from random import Random
from typing import Final
from uuid import UUID

from kiosk.ids import new_id
from kiosk.models.no_card import PictureCode
from kiosk.models.people import Card, Child, Contact, ContactStatus, SchoolClass, Staff
from kiosk.rules.badges import Badge
from kiosk.rules.relations import Relation
from kiosk.rules.staff import Role
from kiosk.services import demo_names, enrolment, picture_codes, pins
from kiosk.services.demo_world import DemoChild, DemoContact, DemoStaff, World
from kiosk.services.enrolment import Row

# Well known, on purpose: whoever tries the demo has to get in.
PIN: Final = "246810"

_GRADES: Final = 6
_LARGEST_CLASS: Final = 40
_FRESH_SHARE: Final = 0.4
_FRESH_AT_MOST: Final = 24
STAFF: Final = (
    ("王老师", Role.DUTY_TEACHER, "值班老师"),
    ("刘老师", Role.ADMINISTRATOR, "管理员"),
)


def add_staff(world: World) -> World:
    """Make the duty teacher and the administrator."""
    made = []
    for name, role, may in STAFF:
        staff_id = new_id(world.before.now)
        world.add(
            Staff,
            [
                {
                    "id": staff_id,
                    "display_name": name,
                    "role": role,
                    "pin_hash": pins.hashed(PIN, world.here.settings.keys.pin),
                    "pin_is_one_time": False,
                    "left_on": None,
                }
            ],
        )
        row, code = enrolment.card_row(child_id=None, staff_id=staff_id, here=world.before)
        world.add(Card, [row])
        made.append(DemoStaff(staff_id=staff_id, label=f"{name} {may} PIN {PIN}", code=code))
    return replace(world, staff=tuple(made))


def add_children(world: World, count: int) -> World:
    """Make classes of the grades 1 to 6 and fill them evenly."""
    classes = list(_classes(count))
    class_ids = {place: new_id(world.before.now) for place in classes}
    world.add(
        SchoolClass,
        [
            {"id": class_id, "grade": grade, "number": number}
            for (grade, number), class_id in class_ids.items()
        ],
    )
    enrolling = _Enrolling(
        world=world,
        class_ids=class_ids,
        names=demo_names.people(world.rng),
        numbers=demo_names.numbers(),
    )
    for n in range(count):
        enrolling.add(*classes[n * len(classes) // count], local_no=f"{n + 1:04}")
    enrolling.store()
    shuffled = list(enrolling.made)
    world.rng.shuffle(shuffled)
    fresh = shuffled[: min(int(count * _FRESH_SHARE), _FRESH_AT_MOST)]
    known = {child.child_id for child in fresh}
    settled = [child for child in enrolling.made if child.child_id not in known]
    return replace(world, fresh=tuple(fresh), settled=tuple(settled))


def _classes(count: int) -> Iterator[tuple[int, int]]:
    in_a_grade = -(-count // (_GRADES * _LARGEST_CLASS))
    for grade in range(1, _GRADES + 1):
        for number in range(1, in_a_grade + 1):
            yield grade, number


@dataclass(slots=True, kw_only=True)
class _Enrolling:
    """Gathers the rows of all children, so that each table is filled in one go."""

    world: World
    class_ids: dict[tuple[int, int], UUID]
    names: Iterator[tuple[str, str]]
    numbers: Iterator[str]
    worn: defaultdict[tuple[int, int], set[Badge]] = field(default_factory=lambda: defaultdict(set))
    children: list[Row] = field(default_factory=list)
    contacts: list[Row] = field(default_factory=list)
    cards: list[Row] = field(default_factory=list)
    made: list[DemoChild] = field(default_factory=list)

    def add(self, grade: int, number: int, *, local_no: str) -> None:
        world, place = self.world, (grade, number)
        family, given = next(self.names)
        badge = enrolment.badge_for(self.worn, grade=grade, number=number)
        self.worn[place].add(badge)
        child_id = new_id(world.before.now)
        row = enrolment.child_row(
            child_id=child_id,
            family_name=family,
            given_name=given,
            class_id=self.class_ids[place],
            badge=badge,
            local_no=local_no,
            is_boarder=world.rng.random() < 0.4,  # noqa: PLR2004 - as many as in a village school
            here=world.before,
        )
        card, code = enrolment.card_row(child_id=child_id, staff_id=None, here=world.before)
        self.children.append(row)
        self.cards.append(card)
        self.made.append(
            DemoChild(
                child_id=child_id,
                class_id=self.class_ids[place],
                name=family + given,
                grade=grade,
                number=number,
                badge=badge,
                code=code,
                contacts=tuple(self._add_contacts(child_id, family)),
            )
        )

    def store(self) -> None:
        self.world.add(Child, self.children)
        self.world.add(Contact, self.contacts)
        self.world.add(Card, self.cards)
        before, chance = self.world.before, Random(1)  # noqa: S311 - an invented school
        self.world.add(
            PictureCode,
            [
                picture_codes.new_row(child_id=child.child_id, here=before, chance=chance)
                for child in self.made
            ],
        )

    def _add_contacts(self, child_id: UUID, family: str) -> Iterator[DemoContact]:
        for position, relation in enumerate(_relations(self.world.rng)):
            contact_id = new_id(self.world.before.now)
            name = demo_names.adult(self.world.rng, family if relation is Relation.FATHER else "")
            row = enrolment.contact_row(
                contact_id=contact_id,
                child_id=child_id,
                relation=relation,
                full_name=name,
                phone=next(self.numbers),
                position=position,
                status=ContactStatus.APPROVED,
                here=self.world.here,
            )
            self.contacts.append(row)
            yield DemoContact(contact_id=contact_id, digest=row["phone_digest"])


def _relations(rng: Random) -> list[Relation]:
    chosen = rng.sample(demo_names.RELATIONS, k=rng.choice((1, 2, 2, 3)))
    return sorted(chosen, key=demo_names.RELATIONS.index)
