"""The demo school's families: how they work, two children of one mother, one that never answers."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import combinations
from random import Random
from typing import Final

from sqlalchemy import select, update

from kiosk.db import AnyRow
from kiosk.ids import new_id
from kiosk.models.call_hours import ContactDoubt, ContactHours
from kiosk.models.calls import Booking
from kiosk.models.people import Contact
from kiosk.rules import call_windows
from kiosk.rules.call_states import CallState
from kiosk.rules.call_windows import Hours, Shift
from kiosk.rules.call_wishes import CardDoubt
from kiosk.services import vault
from kiosk.services.demo_world import DemoChild, DemoContact, World
from kiosk.services.enrolment import Row

# Beyond the numbers that the other families have been given.
_SHARED: Final = "19900009999"
_SHIFTS: Final = (Shift.DAY, Shift.FLEXIBLE, Shift.NIGHT, Shift.ALTERNATING)
_SHARES: Final = (40, 20, 25, 15)  # `calls-and-hours.md` 4.4
_BY_DAY: Final = (17 * 60, 20 * 60)
_BY_NIGHT: Final = (15 * 60 + 30, 17 * 60 + 30)


def add_hours(world: World) -> None:
    """Say of the families of settled children when they can be rung; of the fresh nobody asked."""
    chance = Random(2)  # noqa: S311 - an invented school
    rows: list[Row] = []
    shifts: dict[Shift, list[object]] = {shift: [] for shift in Shift}
    for child in world.settled:
        (shift,) = chance.choices(_SHIFTS, _SHARES)
        shifts[shift] += [contact.contact_id for contact in child.contacts]
        for contact in child.contacts:
            rows += _hours(contact, shift, world)
    world.add(ContactHours, rows)
    for shift, contact_ids in shifts.items():
        world.session.execute(
            update(Contact)
            .where(Contact.id.in_(contact_ids))
            .values(
                shift=shift,
                hours_confirmed_on=world.here.today,
                can_video=shift in {Shift.DAY, Shift.FLEXIBLE},
            )
        )


def _hours(contact: DemoContact, shift: Shift, world: World) -> Iterator[Row]:
    found: Iterable[Hours] = call_windows.shift_hours(
        shift, by_day=_BY_DAY, by_night=_BY_NIGHT, anchor=world.before.today
    )
    for hours in found:
        is_every_week = hours.pattern is call_windows.WeekPattern.ALWAYS
        yield {
            "id": new_id(world.before.now),
            "contact_id": contact.contact_id,
            "weekday": hours.weekday,
            "from_min": hours.from_min,
            "to_min": hours.to_min,
            "pattern": hours.pattern,
            "a_week_on": None if is_every_week else hours.anchor,
        }


def join_siblings(world: World) -> World:
    """Give two children of different classes one and the same person to ring."""
    firsts = {
        row.child_id: row
        for row in world.session.execute(
            select(Contact.child_id, Contact.id, Contact.relation).where(Contact.position == 0)
        )
    }
    pairs = [
        pair
        # Neither those who are in the room now nor the family that never answers.
        for pair in combinations([one for one in world.settled[12:-1] if one.contacts], 2)
        if pair[0].class_id != pair[1].class_id
        and firsts[pair[0].child_id].relation is firsts[pair[1].child_id].relation
    ]
    if not pairs:
        return world
    of_one_name = [pair for pair in pairs if pair[0].name[0] == pair[1].name[0]]
    joined = {
        child.child_id: _with_shared_number(child, firsts[child.child_id], world)
        for child in (of_one_name or pairs)[0]
    }
    settled = tuple(joined.get(child.child_id, child) for child in world.settled)
    return replace(world, settled=settled)


def _with_shared_number(child: DemoChild, contact: AnyRow, world: World) -> DemoChild:
    key = world.here.settings.keys.field
    digest = vault.phone_digest(_SHARED, key=key)
    world.session.execute(
        update(Contact)
        .where(Contact.id == contact.id)
        .values(
            phone_cipher=vault.seal(_SHARED, column="phone", row=contact.id, key=key),
            phone_tail=_SHARED[-4:],
            phone_digest=digest,
        )
    )
    contacts = tuple(
        replace(one, digest=digest) if one.contact_id == contact.id else one
        for one in child.contacts
    )
    return replace(child, contacts=contacts)


def doubt_cards(world: World) -> None:
    """Put the cards of whom nobody could reach before the adults."""
    missed = world.session.scalars(
        select(Booking.contact_id)
        .where(
            Booking.child_id.in_(child.child_id for child in world.settled[-1:]),
            Booking.state == CallState.NO_ANSWER,
        )
        .distinct()
    ).all()
    world.add(
        ContactDoubt,
        [
            {
                "id": new_id(world.here.now),
                "contact_id": contact_id,
                "doubt": CardDoubt.NO_ANSWER,
                "raised_at": world.here.now,
            }
            for contact_id in missed
        ],
    )
