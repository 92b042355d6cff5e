"""The demo school's rota: whose day it is, who came and who did not, and the weeks ahead."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import or_, select

from kiosk.ids import new_id
from kiosk.models.duty import DutyEvent, DutyTemplate, DutyVetting, PlannedDuty, Visitor
from kiosk.models.openings import Duty, Opening, OpeningRule
from kiosk.models.people import Card, Staff
from kiosk.rules.duty import DutyReason, DutyState
from kiosk.rules.openings import OpeningState
from kiosk.rules.staff import Role
from kiosk.rules.visitors import VisitPurpose
from kiosk.services import demo_people, duty_plan, duty_steps, enrolment, pins
from kiosk.services.demo_world import HeldOpening, World
from kiosk.services.enrolment import Row

MORE_STAFF: Final = (
    ("陈老师", Role.DUTY_TEACHER),
    ("赵老师", Role.DUTY_TEACHER),
    ("李阿姨", Role.VOLUNTEER),
)
_GUESTS: Final = (
    ("周同学", "市师范学院志愿者服务队", VisitPurpose.READING, 3),
    ("孙叔叔", "爱心书屋", VisitPurpose.DONATION, 1),
    ("吴阿姨", "村妇联", VisitPurpose.CRAFTS, 2),
)
_AHEAD: Final = timedelta(days=27)
_AGREED: Final = timedelta(days=6)
_STOOD_IN, _GUESTS_EVERY = 8, 9  # of so many openings one has a stand-in, one has guests
_CHECKED, _CHECK_HOLDS = timedelta(days=80), timedelta(days=365)
_GUESTS_STAY: Final = timedelta(minutes=50)


def add_rota(world: World, held: tuple[HeldOpening, ...]) -> None:
    """Make the rota of the days behind, of today and of four weeks ahead."""
    people = [person.staff_id for person in world.staff]
    people += [_add_person(world, name, role) for name, role in MORE_STAFF]
    _agree(world, people)
    _behind(world, people)
    _guests(world, held)
    _ahead(world, people)


def _add_person(world: World, name: str, role: Role) -> UUID:
    """Add somebody else who works here; the demo's card file names the first two alone."""
    staff_id = new_id(world.before.now)
    row: Row = {
        "id": staff_id,
        "display_name": name,
        "role": role,
        "pin_hash": pins.hashed(demo_people.PIN, world.here.settings.keys.pin),
        "pin_is_one_time": False,
        "left_on": None,
    }
    world.add(Staff, [row])
    card, _ = enrolment.card_row(child_id=None, staff_id=staff_id, here=world.before)
    world.add(Card, [card])
    if role is Role.VOLUNTEER:
        world.add(DutyVetting, [_checked(world, staff_id)])
    return staff_id


def _checked(world: World, staff_id: UUID) -> Row:
    return {
        "staff_id": staff_id,
        "checked_on": world.here.today - _CHECKED,
        "valid_until": world.here.today - _CHECKED + _CHECK_HOLDS,
        "noted_by_id": world.staff[-1].staff_id,
        "noted_at": world.here.now,
    }


def _agree(world: World, people: list[UUID]) -> None:
    """Give the first three weekdays to a teacher each; the rest goes to who has the fewest."""
    here = world.here
    rules = world.session.scalars(
        select(OpeningRule)
        .where(OpeningRule.home_id == here.home_id)
        .order_by(OpeningRule.weekday, OpeningRule.from_min)
    )
    for rule, staff_id in zip(rules, people[:3], strict=False):
        world.session.add(
            DutyTemplate(
                id=new_id(world.before.now),
                home_id=here.home_id,
                staff_id=staff_id,
                weekday=rule.weekday,
                from_min=rule.from_min,
                to_min=rule.to_min,
                valid_from=world.before.today,
                valid_to=None,
            )
        )


def _behind(world: World, people: list[UUID]) -> None:
    """Let who was there have been planned; now and then another was, and nobody where it failed."""
    rows = world.session.execute(
        select(Opening.id, Opening.on_date, Opening.state, Duty.staff_id)
        .outerjoin(Duty, Duty.opening_id == Opening.id)
        .where(
            Opening.home_id == world.here.home_id,
            or_(Opening.on_date < world.here.today, Opening.state == OpeningState.OPEN),
            Opening.state != OpeningState.CANCELLED,
        )
        .order_by(Opening.on_date, Opening.from_min)
    ).all()
    first: list[Row] = []
    duties: list[Row] = []
    for n, row in enumerate(rows):
        if row.staff_id is None:
            duties.append(_row(world, row.id, people[n % 2], DutyReason.ILL))
        elif n % _STOOD_IN == _STOOD_IN - 1:
            first.append(_row(world, row.id, people[3], None) | {"state": DutyState.REPLACED})
            duties.append(
                _row(world, row.id, row.staff_id, None) | {"replaces_id": first[-1]["id"]}
            )
        else:
            duties.append(_row(world, row.id, row.staff_id, None))
    for rows_of in (first, duties):  # who stands in refers to whose place it takes
        world.add(PlannedDuty, rows_of)
        world.add(DutyEvent, [_event(one) for one in rows_of])


def _row(world: World, opening_id: UUID, staff_id: UUID, reason: DutyReason | None) -> Row:
    """Return a duty that was agreed, or excused for a reason."""
    at = world.before.now
    return {
        "id": new_id(at),
        "opening_id": opening_id,
        "staff_id": staff_id,
        "state": DutyState.CONFIRMED if reason is None else DutyState.EXCUSED,
        "state_since": at,
        "reason": reason,
        "replaces_id": None,
    }


def _event(duty: Row) -> Row:
    return {
        "planned_duty_id": duty["id"],
        "seq": 1,
        "at": duty["state_since"],
        "state": duty["state"],
        "reason": duty["reason"],
        "by_id": None,
    }


def _guests(world: World, held: tuple[HeldOpening, ...]) -> None:
    """Let people from outside come now and then, and one group today."""
    visits = [
        _guest(world, n, one.opening_id) | {"came_at": one.opened_at, "left_at": _left(one)}
        for n, one in enumerate(held[::_GUESTS_EVERY])
    ]
    now = world.session.execute(
        select(Opening.id, Opening.opened_at).where(
            Opening.home_id == world.here.home_id, Opening.state == OpeningState.OPEN
        )
    ).one()
    visits.append(_guest(world, 0, now.id) | {"came_at": now.opened_at, "left_at": None})
    world.add(Visitor, visits)


def _left(one: HeldOpening) -> datetime:
    return min(one.opened_at + _GUESTS_STAY, one.closed_at)


def _guest(world: World, n: int, opening_id: UUID) -> Row:
    name, organisation, purpose, people = _GUESTS[n % len(_GUESTS)]
    return {
        "id": new_id(world.here.now),
        "opening_id": opening_id,
        "name": name,
        "organisation": organisation,
        "purpose": purpose,
        "people": people,
        "noted_by_id": world.staff[0].staff_id,
        "request_id": uuid4(),
    }


def _ahead(world: World, people: list[UUID]) -> None:
    """Propose the weeks ahead; the first is agreed, and one teacher looks for a stand-in."""
    session, here, office = world.session, world.here, world.staff[-1].staff_id
    duty_plan.propose_in(session, here.today, here.today + _AHEAD, actor_id=office, here=here)
    soon = session.scalars(
        select(PlannedDuty)
        .join(Opening, Opening.id == PlannedDuty.opening_id)
        .where(
            Opening.on_date.between(here.today, here.today + _AGREED),
            Opening.state == OpeningState.PLANNED,
        )
        .order_by(Opening.on_date)
    ).all()
    for duty in soon:
        duty_steps.step(session, duty, DutyState.CONFIRMED, by_id=office, here=here)
    others = [one for one in soon if one.staff_id != people[0]]
    if others:
        session.flush()  # its steps are counted
        last = others[-1]
        duty_steps.step(session, last, DutyState.SEEKING, by_id=last.staff_id, here=here)
