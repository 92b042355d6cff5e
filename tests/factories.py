"""Rows for tests: a test says what matters, the rest is sensible.

Each function commits what it made and returns plain values, so that a page may be opened between
two of them. They need an application context, and none of them may stand inside a transaction.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import count
from uuid import UUID, uuid4

from sqlalchemy import func, insert, select

from kiosk.db import Base, reading, transaction
from kiosk.ids import new_id
from kiosk.models.calls import Booking, BookingEvent, Line, Slot, SlotStatus
from kiosk.models.library import Item, Loan, Shelf, Title
from kiosk.models.openings import Duty, Opening, OpeningRule
from kiosk.models.people import Card, Child, Contact, ContactStatus, SchoolClass, Staff
from kiosk.models.visits import Visit
from kiosk.rules import civil, codes
from kiosk.rules.badges import Badge, free_badge
from kiosk.rules.call_states import CallKind, CallState
from kiosk.rules.call_windows import LineKind
from kiosk.rules.catalogue import ShelfColour, TitleKind
from kiosk.rules.codes import CodeKind
from kiosk.rules.lending import ItemStatus, LoanEnd
from kiosk.rules.openings import OpeningOrigin, OpeningState
from kiosk.rules.relations import Relation
from kiosk.rules.staff import Role
from kiosk.rules.visits import VisitState
from kiosk.services import openings, pins, vault
from kiosk.services.answers import ChildFace
from kiosk.services.here import Here
from kiosk.services.lending import Reader

PIN = "135790"
_number = count(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeChild:
    """A child with a valid card; scan `card_code`."""

    child_id: UUID
    class_id: UUID
    card_code: str
    face: ChildFace

    @property
    def reader(self) -> Reader:
        """The child at the screen, with no book lent in this session yet."""
        return Reader(child_id=self.child_id, face=self.face, lent=())


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeItem:
    """A copy on the shelf; scan `code`."""

    item_id: UUID
    title_id: UUID
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeStaff:
    """A member of staff with a card and a PIN of their own choice."""

    staff_id: UUID
    card_code: str
    pin: str


def school_class(here: Here, *, grade: int = 3, number: int = 1) -> UUID:
    """Return the class, made if there is none yet."""
    found = reading().scalar(
        select(SchoolClass.id).where(SchoolClass.grade == grade, SchoolClass.number == number)
    )
    return found or _add(SchoolClass(id=new_id(here.now), grade=grade, number=number))


def child(  # noqa: PLR0913 - each of them is what one test is about
    here: Here,
    *,
    grade: int = 3,
    class_number: int = 1,
    family_name: str = "陈",
    given_name: str = "小满",
    initials: str = "cxm",
    local_no: str | None = None,
    is_boarder: bool = False,
    left_on: date | None = None,
    badge: Badge | None = None,
) -> MadeChild:
    """Return a child with a card; without `badge`, with one that is free in the class."""
    class_id = school_class(here, grade=grade, number=class_number)
    badge = badge or _free_badge(class_id)
    child_id = _add(
        Child(
            id=new_id(here.now),
            family_name=family_name,
            given_name=given_name,
            initials=initials,
            class_id=class_id,
            local_no=local_no,
            is_boarder=is_boarder,
            animal=badge.animal,
            cloth=badge.cloth,
            enrolled_on=here.today,
            left_on=left_on,
        )
    )
    return MadeChild(
        child_id=child_id,
        class_id=class_id,
        card_code=card(here, child_id=child_id),
        face=ChildFace(given_name=given_name, grade=grade, badge=badge),
    )


def card(
    here: Here,
    *,
    child_id: UUID | None = None,
    staff_id: UUID | None = None,
    revoked_at: datetime | None = None,
) -> str:
    """Return the code of a new card of a child or of staff."""
    kind = CodeKind.CHILD if staff_id is None else CodeKind.STAFF
    card_id, key = new_id(here.now), here.settings.keys.card
    code = codes.card_code(kind, card_id, key=key)
    _add(
        Card(
            id=card_id,
            code_digest=codes.card_digest(code, key=key),
            child_id=child_id,
            staff_id=staff_id,
            issued_at=here.now,
            revoked_at=revoked_at,
        )
    )
    return code


def contact(
    here: Here,
    child_id: UUID,
    *,
    relation: Relation = Relation.MOTHER,
    phone: str | None = None,
    full_name: str | None = None,
    status: ContactStatus = ContactStatus.APPROVED,
    position: int = 0,
) -> UUID:
    """Return a contact; without `phone`, with an invented number of its own."""
    phone = phone or f"1990000{next(_number):04}"
    contact_id, key = new_id(here.now), here.settings.keys.field
    return _add(
        Contact(
            id=contact_id,
            child_id=child_id,
            relation=relation,
            full_name_cipher=None
            if full_name is None
            else vault.seal(full_name, column="full_name", row=contact_id, key=key),
            phone_cipher=vault.seal(phone, column="phone", row=contact_id, key=key),
            phone_tail=phone[-4:],
            phone_digest=vault.phone_digest(phone, key=key),
            status=status,
            position=position,
        )
    )


def title(
    here: Here,
    *,
    name: str = "小马过河",
    author: str | None = "彭文席",
    isbn: str | None = None,
    grade_band: str | None = "1-2",
    kind: TitleKind = TitleKind.BOOK,
    class_mark: str | None = None,
) -> UUID:
    return _add(
        Title(
            id=new_id(here.now),
            kind=kind,
            class_mark=class_mark,
            name=name,
            author=author,
            isbn=isbn,
            grade_band=grade_band,
            search_key=f"{name}{author or ''}{isbn or ''}".lower(),
        )
    )


def item(
    here: Here,
    *,
    name: str = "小马过河",
    title_id: UUID | None = None,
    isbn: str | None = None,
    status: ItemStatus = ItemStatus.AVAILABLE,
    accession_no: str | None = None,
    shelf_id: UUID | None = None,
    added_at: datetime | None = None,
) -> MadeItem:
    """Return a copy; without `title_id`, of a new title called `name`."""
    title_id = title_id or title(here, name=name, isbn=isbn)
    code = codes.new_item_code()
    item_id = _add(
        Item(
            id=new_id(here.now),
            title_id=title_id,
            code=code,
            accession_no=accession_no or f"T{next(_number):06}",
            shelf_id=shelf_id,
            status=status,
            added_on=here.today,
            added_at=added_at or here.now,
        )
    )
    return MadeItem(item_id=item_id, title_id=title_id, code=code)


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeShelf:
    """A shelf with a label; scan `code`."""

    shelf_id: UUID
    code: str


def shelf(
    here: Here,
    *,
    name: str | None = None,
    colour: ShelfColour | None = None,
    letter: str | None = None,
) -> MadeShelf:
    number = next(_number)
    code = codes.compose(CodeKind.COMMAND, f"{number:010}")
    made = Shelf(
        id=new_id(here.now), name=name or f"架{number}", code=code, colour=colour, letter=letter
    )
    shelf_id = _add(made)
    return MadeShelf(shelf_id=shelf_id, code=code)


def staff(
    here: Here,
    *,
    display_name: str | None = None,
    role: Role = Role.DUTY_TEACHER,
    pin: str = PIN,
    pin_is_one_time: bool = False,
) -> MadeStaff:
    staff_id = _add(
        Staff(
            id=new_id(here.now),
            display_name=display_name or _free_name(),
            role=role,
            # Cheap: thousands of tests sign in. What a real one costs is the business of staff.py.
            pin_hash=pins.hashed(pin, here.settings.keys.pin, time_cost=1, memory_cost=8),
            pin_is_one_time=pin_is_one_time,
        )
    )
    return MadeStaff(staff_id=staff_id, card_code=card(here, staff_id=staff_id), pin=pin)


def rule(here: Here, *, weekday: int = 6, from_min: int = 9 * 60, to_min: int = 10 * 60) -> UUID:
    """Return a line of the weekly pattern; the room has Monday to Friday, 16:30-18:00, already."""
    return _add(
        OpeningRule(
            id=new_id(here.now),
            home_id=here.home_id,
            weekday=weekday,
            from_min=from_min,
            to_min=to_min,
            place_min=10,
            talk_min=8,
            valid_from=here.today,
        )
    )


def close_room(here: Here, *, is_tidy: bool = True) -> None:
    """Close the room as a teacher on its page does."""
    openings.close_room(is_tidy=is_tidy, are_told=True, staff_id=staff(here).staff_id, here=here)


def open_today(here: Here, *, staff_id: UUID | None = None) -> UUID:
    """Open the room as planned for today, or ad hoc for 90 minutes; return the opening."""
    with transaction() as session:
        planned = session.scalars(
            select(Opening)
            .where(
                Opening.home_id == here.home_id,
                Opening.on_date == here.today,
                Opening.state == OpeningState.PLANNED,
                Opening.to_min > here.minute,
            )
            .order_by(Opening.from_min)
        ).first()
        opened = planned or _opening(
            here, here.today, here.minute, min(here.minute + 90, civil.DAY_MINUTES)
        )
        opened.state, opened.opened_at = OpeningState.OPEN, here.now
        session.add(opened)
        session.flush()  # duty refers to it
        if staff_id is not None:
            session.add(
                Duty(
                    id=new_id(here.now),
                    opening_id=opened.id,
                    staff_id=staff_id,
                    signed_on_at=here.now,
                )
            )
        return opened.id


def opening(
    here: Here,
    *,
    on: date | None = None,
    from_min: int = 10 * 60,
    to_min: int = 11 * 60,
    state: OpeningState = OpeningState.PLANNED,
    opened_at: datetime | None = None,
    closed_at: datetime | None = None,
    is_tidy: bool | None = None,
) -> UUID:
    """Return an opening beside the weekly plan; if it was open, then for its planned time."""
    on, zone = on or here.today, here.settings.zone
    made = _opening(here, on, from_min, to_min)
    made.state, made.is_tidy = state, is_tidy
    if state in {OpeningState.OPEN, OpeningState.HELD, OpeningState.SHORT}:
        made.opened_at = opened_at or civil.instant(on, from_min, zone)
    if state in {OpeningState.HELD, OpeningState.SHORT}:
        made.closed_at = closed_at or civil.instant(on, to_min, zone)
    return _add(made)


def line(here: Here, *, name: str | None = None, kind: LineKind = LineKind.PHONE) -> UUID:
    """Return a line; the room has a telephone called 1 already."""
    return _add(
        Line(
            id=new_id(here.now),
            home_id=here.home_id,
            name=name or f"T{next(_number)}",
            kind=kind,
            is_in_use=True,
        )
    )


def slots(
    here: Here,
    *,
    on: date | None = None,
    from_min: int = 17 * 60,
    places: int = 3,
    place_min: int = 10,
    line_id: UUID | None = None,
    opening_id: UUID | None = None,
) -> tuple[UUID, ...]:
    """Return places one after the other, on a line and in an opening of their own if none is given.

    The weekly plan has laid out places on line 1 already, today and for two weeks.
    """
    on = on or here.today
    to_min = from_min + places * place_min
    line_id = line_id or line(here)
    opening_id = opening_id or opening(here, on=on, from_min=from_min, to_min=to_min)
    return tuple(
        _add(
            Slot(
                id=new_id(here.now),
                opening_id=opening_id,
                line_id=line_id,
                on_date=on,
                week_key=civil.week_key(on),
                start_min=start,
                end_min=start + place_min,
                status=SlotStatus.OPEN,
            )
        )
        for start in range(from_min, to_min, place_min)
    )


def booking(
    here: Here,
    child_id: UUID,
    *,
    contact_id: UUID | None = None,
    slot_id: UUID | None = None,
    state: CallState = CallState.BOOKED,
    kind: CallKind = CallKind.WEEKLY,
    started_at: datetime | None = None,
    ended_at: datetime | None = None,
) -> UUID:
    """Return a booking, of a new contact and a new place of today if none is given."""
    contact_id = contact_id or contact(here, child_id)
    slot_id = slot_id or slots(here, places=1)[0]
    session = reading()
    place, person = session.get_one(Slot, slot_id), session.get_one(Contact, contact_id)
    made = Booking(
        id=new_id(here.now),
        slot_id=slot_id,
        on_date=place.on_date,
        week_key=place.week_key,
        start_min=place.start_min,
        child_id=child_id,
        contact_id=contact_id,
        phone_digest=person.phone_digest,
        kind=kind,
        state=state,
        state_since=here.now,
        is_owed=False,
        started_at=started_at,
        ended_at=ended_at,
        booked_at=here.now,
        request_id=uuid4(),
        version=1,
    )
    booking_id = _add(made)
    _add(
        BookingEvent(
            booking_id=booking_id, seq=1, at=here.now, to_state=state, by_child_id=child_id
        )
    )
    return booking_id


def visit(
    here: Here,
    child_id: UUID,
    *,
    signed_in_at: datetime | None = None,
    signed_out_at: datetime | None = None,
    state: VisitState = VisitState.OPEN,
) -> UUID:
    """Return a visit that began at `signed_in_at`, or now; with an end it has left."""
    began = signed_in_at or here.now
    return _add(
        Visit(
            id=new_id(began),
            home_id=here.home_id,
            child_id=child_id,
            local_day=civil.local(began, here.settings.zone).date(),
            signed_in_at=began,
            signed_out_at=signed_out_at,
            state=state if signed_out_at is None else VisitState.LEFT,
            request_id=uuid4(),
        )
    )


def loan(
    here: Here,
    child_id: UUID,
    item_id: UUID,
    *,
    lent_at: datetime | None = None,
    due_on: date | None = None,
    renewals: int = 0,
    ended_at: datetime | None = None,
) -> UUID:
    """Return a loan for 14 days from `lent_at`, or from now; with an end it was returned."""
    began = lent_at or here.now
    day = civil.local(began, here.settings.zone).date()
    return _add(
        Loan(
            id=new_id(began),
            item_id=item_id,
            child_id=child_id,
            local_day=day,
            lent_at=began,
            class_id=reading().scalar(select(Child.class_id).where(Child.id == child_id)),
            plain_due_on=due_on or day + timedelta(days=14),
            due_on=due_on or day + timedelta(days=14),
            renewals=renewals,
            ended_at=ended_at,
            ended_as=None if ended_at is None else LoanEnd.RETURNED,
            request_id=uuid4(),
        )
    )


def loans(here: Here, child_id: UUID, item_id: UUID, *, count: int) -> None:
    """Make many loans of one book by one child, each a day long and over, in the last months."""
    rows = []
    for number in range(count):
        lent_at = here.now - timedelta(days=2 + number % 80)
        day = civil.local(lent_at, here.settings.zone).date()
        rows.append(
            {
                "id": new_id(lent_at),
                "item_id": item_id,
                "child_id": child_id,
                "local_day": day,
                "lent_at": lent_at,
                "plain_due_on": day,
                "due_on": day,
                "ended_at": lent_at,
                "ended_as": LoanEnd.RETURNED,
                "request_id": uuid4(),
            }
        )
    with transaction() as session:
        session.execute(insert(Loan), rows)


def slot_of_plan(here: Here, on: date) -> UUID:
    """Return the first place that the weekly plan has laid out on a day."""
    return (
        reading()
        .scalars(
            select(Slot.id)
            .join(Opening, Opening.id == Slot.opening_id)
            .where(Slot.on_date == on, Opening.home_id == here.home_id)
            .order_by(Slot.start_min)
            .limit(1)
        )
        .one()
    )


def how_many(table: type[Base]) -> int:
    """Return how many rows a table has."""
    return reading().scalar(select(func.count()).select_from(table)) or 0


def _opening(here: Here, on: date, from_min: int, to_min: int) -> Opening:
    return Opening(
        id=new_id(here.now),
        home_id=here.home_id,
        on_date=on,
        from_min=from_min,
        to_min=to_min,
        place_min=10,
        talk_min=8,
        origin=OpeningOrigin.ADHOC,
        state=OpeningState.PLANNED,
    )


def _free_name() -> str:
    """Return 王老师, and for those after her a name that nobody has."""
    there = how_many(Staff)
    return f"王老师{there + 1}" if there else "王老师"


def _free_badge(class_id: UUID) -> Badge:
    worn = reading().execute(select(Child.animal, Child.cloth).where(Child.class_id == class_id))
    free = free_badge({Badge(animal=row.animal, cloth=row.cloth) for row in worn}, start=0)
    assert free is not None
    return free


def _add(row: Base) -> UUID:
    """Commit a row and return its id, where it has one."""
    with transaction() as session:
        session.add(row)
        row_id: UUID = getattr(row, "id", UUID(int=0))
    return row_id
