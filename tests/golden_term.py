"""A school of 61 children and its autumn, the same at every run, written straight into the tables.

Fourteen children of each class from three to six, and five new ones; the room is open on Mondays to
Fridays. Nothing here is random: who comes, borrows and rings follows from the numbers of child and
day, so that a ledger can be compared with a file.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import select

from kiosk.db import Base, transaction
from kiosk.ids import new_id
from kiosk.models.calls import Booking, BookingEvent, Line, Slot, SlotStatus
from kiosk.models.intake import IntakeBatch
from kiosk.models.library import Item, Loan, Title
from kiosk.models.openings import Duty, Opening, OpeningRule, SafetyCheck
from kiosk.models.people import Child, Contact
from kiosk.models.visits import Visit, VisitPastime
from kiosk.rules import civil
from kiosk.rules.badges import Animal, Badge, Cloth
from kiosk.rules.call_states import CallKind, CallState
from kiosk.rules.call_windows import LineKind
from kiosk.rules.intake import BatchKind
from kiosk.rules.lending import ItemStatus, LoanEnd
from kiosk.rules.openings import Hazard, OpeningOrigin, OpeningState
from kiosk.rules.visits import Pastime, VisitState
from kiosk.services import posters
from kiosk.services.here import Here
from kiosk.services.posters import Responsible
from tests import factories, golden_losses, golden_together

FIRST: Final = date(2026, 9, 1)
LAST: Final = date(2026, 10, 30)
FRIDAYS_FROM: Final = date(2026, 9, 28)
NAMED_FROM: Final = date(2026, 9, 14)
CHILDREN: Final = 61
_SURNAMES: Final = "赵钱孙李周吴郑王冯陈褚卫蒋"
_NAMES: Final = "一二三四五六七"
_BADGES: Final = [Badge(animal=animal, cloth=cloth) for cloth in Cloth for animal in Animal]
_BOOKS: Final = 20
_FRIDAY: Final = 5
_FROM, _TO = 16 * 60 + 30, 18 * 60
_DAY: Final = timedelta(days=1)
# National days and the weekend before them: nobody is at school.
_AWAY: Final = range(274, 282)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pupil:
    child_id: UUID
    class_id: UUID
    contact_id: UUID
    number: int


def make(here: Here) -> None:
    """Fill an empty room."""
    teachers = [factories.staff(here, display_name=name).staff_id for name in ("周老师", "吴老师")]
    pupils = [_pupil(here, number) for number in range(CHILDREN)]
    items = _books(here, teachers)
    golden_losses.make(here, teachers)
    with transaction() as session:
        line = Line(id=uuid4(), home_id=here.home_id, name="电话二", kind=LineKind.VIDEO)
        session.add(line)
        session.flush()
        busy: dict[UUID, date] = {}
        for place, on in enumerate(school_days()):
            rows = _a_day(here, on, place, teachers, pupils, items, line, busy)
            for row in rows:
                session.add(row)
                session.flush()
        children = [one.child_id for one in pupils]
        for row in golden_together.rows(here, school_days(), teachers, children):
            session.add(row)
            session.flush()
    _wall(here, teachers[0])


def _wall(here: Here, teacher_id: UUID) -> None:
    """Let the room have been open as its board says: on Fridays since the middle of the term.

    Who is responsible stood on it two weeks before.
    """
    with transaction() as session:
        for line in session.scalars(select(OpeningRule)):
            line.valid_from = FRIDAYS_FROM if line.weekday == _FRIDAY else FIRST
    wall = Responsible(manager="周老师", telephone="0551-00000000")
    put_down = here.now - (here.today - NAMED_FROM)
    posters.keep(wall, actor_id=teacher_id, here=replace(here, now=put_down))


def school_days() -> list[date]:
    days = [FIRST + number * _DAY for number in range((LAST - FIRST).days + 1)]
    return [day for day in days if day.weekday() < 5 and day.timetuple().tm_yday not in _AWAY]


def _pupil(here: Here, number: int) -> Pupil:
    made = factories.child(
        here,
        grade=3 + number % 4 if number < 56 else 3,
        class_number=1 if number < 56 else 2,
        family_name=_SURNAMES[number % 13],
        given_name=_NAMES[number % 7],
        initials=f"c{number:02}",  # L5 has them in this order
        badge=_BADGES[number],
    )
    contact_id = factories.contact(here, made.child_id)
    with transaction() as session:
        session.get_one(Child, made.child_id).enrolled_on = FIRST
        if number % 3:
            session.get_one(Contact, contact_id).hours_confirmed_on = FIRST + _DAY
    return Pupil(
        child_id=made.child_id, class_id=made.class_id, contact_id=contact_id, number=number
    )


def _books(here: Here, teachers: list[UUID]) -> list[UUID]:
    items = [
        factories.item(here, name=f"故事第{number}册", accession_no=f"26{number:04}")
        for number in range(1, _BOOKS + 1)
    ]
    batch = IntakeBatch(
        id=uuid4(),
        home_id=here.home_id,
        kind=BatchKind.DONATION,
        on_date=date(2026, 9, 9),
        donor="春苗书社",
        received_by_id=teachers[0],
        accepted_by_id=teachers[1],
        accepted_at=here.now,
    )
    with transaction() as session:
        session.add(batch)
        session.flush()
        for number, one in enumerate(items):
            item = session.get_one(Item, one.item_id)
            item.added_on = date(2026, 8, 20)
            session.get_one(Title, one.title_id).price_fen = 1250 + 100 * (number % 3)
            session.get_one(Title, one.title_id).class_mark = "I287" if number % 2 else "Q95"
            if number >= _BOOKS - 6:
                item.added_on, item.batch_id = date(2026, 9, 9), batch.id
            if number == 3:
                item.status = ItemStatus.WITHDRAWN
    return [one.item_id for number, one in enumerate(items) if number != 3]


def _a_day(  # noqa: PLR0917 - what a day needs of the school
    here: Here,
    on: date,
    place: int,
    teachers: list[UUID],
    pupils: list[Pupil],
    items: list[UUID],
    line: Line,
    busy: dict[UUID, date],
) -> list[Base]:
    """Return a day's rows: the first missed, every eleventh short, every seventh cancelled."""
    state = OpeningState.HELD
    if place % 7 == 6:
        state = OpeningState.CANCELLED
    elif place % 11 == 10:
        state = OpeningState.SHORT
    elif place == 0:
        state = OpeningState.MISSED
    opening = Opening(
        id=uuid4(),
        home_id=here.home_id,
        on_date=on,
        from_min=_FROM,
        to_min=_TO,
        place_min=10,
        talk_min=8,
        origin=OpeningOrigin.MANUAL,
        state=state,
    )
    rows: list[Base] = [opening]
    if state not in {OpeningState.HELD, OpeningState.SHORT}:
        return rows
    ends = _FROM + 25 if state is OpeningState.SHORT else _TO + place % 4
    opening.opened_at, opening.closed_at = _at(here, on, _FROM + place % 3), _at(here, on, ends)
    opening.is_tidy = place % 9 != 0
    rows.append(
        Duty(
            id=uuid4(),
            opening_id=opening.id,
            staff_id=teachers[place % 2],
            signed_on_at=opening.opened_at,
            signed_off_at=opening.closed_at,
        )
    )
    for hazard in Hazard:
        is_wet = hazard is Hazard.WATER and place % 13 == 5
        rows.append(
            SafetyCheck(
                id=uuid4(),
                opening_id=opening.id,
                hazard=hazard,
                is_fine=not is_wet,
                note="地面有水，已拖干" if is_wet else None,
                checked_at=opening.opened_at,
            )
        )
    came = [one for one in pupils if (one.number + 2 * place) % 5 in {0, 1}]
    for order, pupil in enumerate(came):
        at = _at(here, on, _FROM + 3 + order % 15, seconds=order)
        has_left = (order + place) % 6 != 0
        visit_id = new_id(at)
        rows.append(
            Visit(
                id=visit_id,
                home_id=here.home_id,
                child_id=pupil.child_id,
                local_day=on,
                signed_in_at=at,
                signed_out_at=_at(here, on, ends - order % 5) if has_left else None,
                state=VisitState.LEFT if has_left else VisitState.LEFT_UNCONFIRMED,
                request_id=uuid4(),
            )
        )
        if order % 3 == 0:  # a third say what they come for; one of four of these, a call
            pastime = tuple(Pastime)[(order // 3 + place) % len(Pastime)]
            rows.append(VisitPastime(visit_id=visit_id, pastime=pastime))
    rows += _loans(here, on, place, came, items, busy)
    rows += _calls(here, on, came, line, opening)
    return rows


def _loans(
    here: Here,
    on: date,
    place: int,
    came: list[Pupil],
    items: list[UUID],
    busy: dict[UUID, date],
) -> list[Base]:
    """Lend three books a day for a week each; the last ones are still out."""
    rows: list[Base] = []
    free = [item for item in items if busy.get(item, FIRST - _DAY) < on]
    for order, (pupil, item) in enumerate(zip(came[place % 4 :: 5], free, strict=False)):
        if order == 3:
            break
        lent_at = _at(here, on, _FROM + 20 + order)
        back = on + 7 * _DAY
        is_back = back <= LAST
        rows.append(
            Loan(
                id=new_id(lent_at),
                item_id=item,
                child_id=pupil.child_id,
                class_id=pupil.class_id,
                local_day=on,
                lent_at=lent_at,
                plain_due_on=on + 14 * _DAY,
                due_on=on + 14 * _DAY,
                renewals=order % 2,
                ended_at=_at(here, back, _FROM + 20) if is_back else None,
                ended_as=LoanEnd.RETURNED if is_back else None,
                request_id=uuid4(),
            )
        )
        busy[item] = back
    return rows


def _calls(here: Here, on: date, came: list[Pupil], line: Line, opening: Opening) -> list[Base]:
    """Let the first four that have not rung this week ring, every fourth of them in vain."""
    rows: list[Base] = []
    week = civil.week_key(on)
    turn = on.weekday()
    callers = [one for one in came if one.number % 5 == turn][:4]
    for order, pupil in enumerate(callers):
        start = _FROM + 10 * order
        state = CallState.NO_ANSWER if (order + on.day) % 4 == 0 else CallState.DONE
        began = _at(here, on, start + 1)
        slot = Slot(
            id=uuid4(),
            opening_id=opening.id,
            line_id=line.id,
            on_date=on,
            week_key=week,
            start_min=start,
            end_min=start + 10,
            status=SlotStatus.OPEN,
        )
        booking = Booking(
            id=uuid4(),
            slot_id=slot.id,
            on_date=on,
            week_key=week,
            start_min=start,
            child_id=pupil.child_id,
            contact_id=pupil.contact_id,
            phone_digest=uuid4().bytes * 2,
            kind=CallKind.WEEKLY,
            state=state,
            state_since=began,
            started_at=began,
            ended_at=began + timedelta(minutes=8 if state is CallState.DONE else 1),
            booked_at=began - _DAY,
            request_id=uuid4(),
        )
        rows += [
            slot,
            booking,
            BookingEvent(
                booking_id=booking.id,
                seq=1,
                at=began,
                from_state=CallState.CALLING,
                to_state=state,
            ),
        ]
    return rows


def _at(here: Here, on: date, minute: int, *, seconds: int = 0) -> datetime:
    return civil.instant(on, minute, here.settings.zone) + timedelta(seconds=seconds)
