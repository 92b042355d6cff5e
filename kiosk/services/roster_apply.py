"""Carries out what a roster changes, row by row, inside one transaction."""

from collections import defaultdict
from collections.abc import Iterator
from uuid import UUID

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from kiosk.files.roster import ContactRow, RosterRow
from kiosk.ids import new_id
from kiosk.models.no_card import PictureCode
from kiosk.models.people import Card, Child, Contact, ContactStatus, SchoolClass
from kiosk.rules import friends
from kiosk.rules.badges import Badge
from kiosk.services import contacts, enrolment, picture_codes
from kiosk.services.enrolment import Row
from kiosk.services.here import Here
from kiosk.services.progress import Progress
from kiosk.services.roster_plan import ChildChange, ContactChange, ContactChangeKind, RosterPlan
from kiosk.services.roster_state import StoredChild

Place = tuple[int, int]


def steps(plan: RosterPlan) -> int:
    """Return how many steps it takes to carry the plan out."""
    return len(plan.moved) + len(plan.new) + len(plan.with_other_contacts)


def carry_out(
    session: Session,
    plan: RosterPlan,
    children: dict[UUID, StoredChild],
    *,
    here: Here,
    progress: Progress | None = None,
) -> None:
    """Store what the plan says; `children` is the roster that it was compared with.

    `progress` hears how many more of `steps` are done.

    Raises:
        RuntimeError: the count of children does not come out, and nothing is stored.
    """
    class_ids = _class_ids(session, plan, here)
    worn = _worn(plan, children)
    worn[friends.GRADE, friends.NUMBER] |= enrolment.worn_by_friends(session)
    done = progress or _untold
    done(0)
    _move(session, plan, children, class_ids, worn)
    done(len(plan.moved))
    _change(session, plan)
    _add(session, plan, class_ids, worn, here)
    done(len(plan.new))
    for change in plan.with_other_contacts:
        _change_contacts(session, change, children[change.child.child_id], here)
        done(1)
    _mark(session, plan, here)
    after = session.scalar(
        select(func.count())
        .select_from(Child)
        .join(SchoolClass, SchoolClass.id == Child.class_id)
        .where(Child.left_on.is_(None), SchoolClass.grade != friends.GRADE)
    )
    if after != plan.enrolled_after:
        raise RuntimeError("the balance of the roster does not come out")


def _untold(_done: int) -> None:
    """Nobody asked how far it is."""


def _class_ids(session: Session, plan: RosterPlan, here: Here) -> dict[Place, UUID]:
    """Return the id of each class, those that are new made."""
    rows = session.execute(select(SchoolClass.id, SchoolClass.grade, SchoolClass.number))
    class_ids = {(row.grade, row.number): row.id for row in rows}
    wanted = [_place(row) for row in plan.new]
    wanted += [change.to_class for change in plan.changed if change.to_class is not None]
    for place in dict.fromkeys(wanted):
        if place not in class_ids:
            class_ids[place] = new_id(here.now)
            row = {"id": class_ids[place], "grade": place[0], "number": place[1]}
            session.execute(insert(SchoolClass), [row])
    return class_ids


def _worn(plan: RosterPlan, children: dict[UUID, StoredChild]) -> defaultdict[Place, set[Badge]]:
    """Return the badges of those who stay in each class."""
    worn: defaultdict[Place, set[Badge]] = defaultdict(set)
    movers = {change.child.child_id for change in plan.moved}
    for child in children.values():
        if child.child_id not in movers:
            worn[child.grade, child.number].add(child.badge)
    return worn


def _move(
    session: Session,
    plan: RosterPlan,
    children: dict[UUID, StoredChild],
    class_ids: dict[Place, UUID],
    worn: defaultdict[Place, set[Badge]],
) -> None:
    """Put children into other classes; a badge is kept unless somebody there wears it."""
    movers = Child.id.in_([change.child.child_id for change in plan.moved])
    # Two classes that change places would meet on the way: while they move, nobody of them is
    # enrolled, so that the index on badges looks only at where they arrive.
    session.execute(update(Child).where(movers).values(left_on=Child.enrolled_on))
    for change in plan.moved:
        place, badge = change.to_class or (0, 0), children[change.child.child_id].badge
        if badge in worn[place]:
            badge = enrolment.badge_for(worn, grade=place[0], number=place[1])
        worn[place].add(badge)
        session.execute(
            update(Child)
            .where(Child.id == change.child.child_id)
            .values(class_id=class_ids[place], animal=badge.animal, cloth=badge.cloth)
        )
    session.execute(update(Child).where(movers).values(left_on=None))


def _change(session: Session, plan: RosterPlan) -> None:
    for change in plan.changed:
        values: Row = {}
        if change.local_no is not None:
            values["local_no"] = change.local_no
        if change.is_boarder is not None:
            values["is_boarder"] = change.is_boarder
        if change.is_back:
            values["not_in_file_since"] = None
        if values:
            session.execute(update(Child).where(Child.id == change.child.child_id).values(**values))


def _add(
    session: Session,
    plan: RosterPlan,
    class_ids: dict[Place, UUID],
    worn: defaultdict[Place, set[Badge]],
    here: Here,
) -> None:
    """Make the children that are new, each with a badge, a card and the contacts of the file."""
    children: list[Row] = []
    people: list[Row] = []
    cards: list[Row] = []
    codes: list[Row] = []
    for row in plan.new:
        place, child_id = _place(row), new_id(here.now)
        badge = enrolment.badge_for(worn, grade=place[0], number=place[1])
        worn[place].add(badge)
        children.append(
            enrolment.child_row(
                child_id=child_id,
                family_name=row.family_name,
                given_name=row.given_name,
                class_id=class_ids[place],
                badge=badge,
                local_no=row.local_no,
                is_boarder=bool(row.is_boarder),
                here=here,
            )
        )
        people += _new_contacts(row.contacts, child_id, here)
        cards.append(enrolment.card_row(child_id=child_id, staff_id=None, here=here)[0])
        codes.append(picture_codes.new_row(child_id=child_id, here=here))
    for table, rows in ((Child, children), (Contact, people), (Card, cards), (PictureCode, codes)):
        if rows:
            session.execute(insert(table), rows)


def _new_contacts(rows: tuple[ContactRow, ...], child_id: UUID, here: Here) -> Iterator[Row]:
    for position, contact in enumerate(rows):
        yield enrolment.contact_row(
            contact_id=new_id(here.now),
            child_id=child_id,
            relation=contact.relation,
            full_name=contact.full_name,
            phone=contact.phone,
            position=position,
            # The school's own list says whom a child may ring.
            status=ContactStatus.APPROVED,
            here=here,
        )


def _change_contacts(session: Session, change: ChildChange, child: StoredChild, here: Here) -> None:
    position = max((one.position for one in child.contacts), default=-1)
    for one in change.contacts:
        if one.contact_id is None:
            position += 1
            row = enrolment.contact_row(
                contact_id=new_id(here.now),
                child_id=child.child_id,
                relation=one.relation,
                full_name=one.full_name,
                phone=one.phone,
                position=position,
                status=ContactStatus.APPROVED,
                here=here,
            )
            session.execute(insert(Contact), [row])
        else:
            values = _new_values(one, one.contact_id, here)
            session.execute(update(Contact).where(Contact.id == one.contact_id).values(**values))
            if one.kind is ContactChangeKind.NUMBER:
                contacts.follow_number(session, one.contact_id, here=here)


def _new_values(change: ContactChange, contact_id: UUID, here: Here) -> Row:
    """Return what becomes of a stored contact; whether it may be rung stays as it was decided."""
    values: Row = {"relation": change.relation}
    if change.full_name is not None:
        values |= enrolment.sealed_name(change.full_name, row=contact_id, here=here)
    if change.kind is ContactChangeKind.NUMBER:
        values |= enrolment.sealed_phone(change.phone, row=contact_id, here=here)
    return values


def _mark(session: Session, plan: RosterPlan, here: Here) -> None:
    """Note since when children are in no file; their cards go on working."""
    if plan.to_mark:
        session.execute(
            update(Child)
            .where(Child.id.in_([child.child_id for child in plan.to_mark]))
            .values(not_in_file_since=here.today)
        )


def _place(row: RosterRow) -> Place:
    return row.school_class.grade, row.school_class.number
