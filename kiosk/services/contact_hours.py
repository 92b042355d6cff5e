"""When and how a contact can be rung, as staff write it on the card."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from kiosk.db import reading, transaction
from kiosk.errors import InvalidInputError, NotFoundError, RefusedError
from kiosk.ids import new_id
from kiosk.models.call_hours import ContactHours
from kiosk.models.people import Contact, ContactStatus
from kiosk.rules import contact_hours
from kiosk.rules.call_windows import Hours, Shift, WeekPattern
from kiosk.rules.call_wishes import CardDoubt
from kiosk.rules.contact_hours import CardProblem, Cell, HoursLine, PartOfDay
from kiosk.rules.people import PeopleProblem
from kiosk.rules.relations import Relation
from kiosk.services import audit, card_doubts, vault
from kiosk.services.audit import AuditAction
from kiosk.services.here import Here

__all__ = ["PartOfDay", "better_time", "card", "cards", "confirm", "set_hours", "set_shift"]

# What new hours answer; a wrong number stays wrong.
_ANSWERED: Final = frozenset({CardDoubt.NO_ANSWER, CardDoubt.OLD_HOURS})


@dataclass(frozen=True, slots=True, kw_only=True)
class HoursCard:
    """What is known of a contact's time. Without `lines` it can be rung at any time.

    `shift` is None where nobody asked. `is_a_week` says of two weeks that differ whether the first
    of them is now.
    """

    contact_id: UUID
    child_id: UUID
    relation: Relation
    masked_phone: str
    status: ContactStatus
    shift: Shift | None
    lines: tuple[HoursLine, ...]
    cells: frozenset[Cell]
    exact: tuple[HoursLine, ...]
    is_a_week: bool | None
    can_phone: bool
    can_video: bool
    confirmed_on: date | None


def card(contact_id: UUID, *, here: Here) -> HoursCard:
    """Return the hours of one contact.

    Raises:
        NotFoundError: UNKNOWN_CONTACT.
    """
    session = reading()
    contact = session.get(Contact, contact_id)
    if contact is None:
        raise NotFoundError(PeopleProblem.UNKNOWN_CONTACT)
    hours = _hours(session, (contact_id,)).get(contact_id, [])
    return _card(contact, hours, here)


def cards(child_id: UUID, *, here: Here) -> dict[UUID, HoursCard]:
    """Return the hours of all contacts of a child."""
    session = reading()
    contacts = session.scalars(select(Contact).where(Contact.child_id == child_id)).all()
    hours = _hours(session, [one.id for one in contacts])
    return {one.id: _card(one, hours.get(one.id, []), here) for one in contacts}


def better_time(
    contact_id: UUID,
    part: PartOfDay,
    *,
    actor_id: UUID,
    here: Here,
    also: Collection[UUID] = (),
) -> None:
    """Ring a contact in one part of each day from now on, as staff learned after a failed call.

    NIGHT says that this person works at night. What the card said before was wrong and goes, but
    not what the family named to the minute or week by week: to that it is added. `also` are the
    same person's cards with other children.

    Raises:
        NotFoundError: UNKNOWN_CONTACT. RefusedError: ERASED. InvalidInputError: TOO_MANY_LINES.
    """
    shift = Shift.NIGHT if part is PartOfDay.NIGHT else None
    better = contact_hours.every_day(part)
    if shift is not None:
        better = contact_hours.of_shift(shift, anchor=None)
    with transaction() as session:
        for one in (contact_id, *also):
            before = _hours(session, (one,)).get(one, [])
            is_named = contact_hours.are_named(before, _to_change(session, one).shift)
            hours = contact_hours.merged((*before, *better)) if is_named else better
            new_shift = None if is_named else shift
            _replace(session, one, hours, new_shift, actor_id=actor_id, here=here)


def set_shift(
    contact_id: UUID, shift: Shift, *, is_a_now: bool | None, actor_id: UUID, here: Here
) -> None:
    """Write how a contact works, and with it the usual hours of such a shift.

    `is_a_now` says of two shifts in turn whether this is a week of day shifts.

    Raises:
        NotFoundError: UNKNOWN_CONTACT. RefusedError: ERASED.
        InvalidInputError: WHICH_WEEK, for two shifts in turn without it.
    """
    anchor = None
    if shift is Shift.ALTERNATING:
        if is_a_now is None:
            raise InvalidInputError(CardProblem.WHICH_WEEK)
        anchor = contact_hours.a_week_on(here.today, is_a_now=is_a_now)
    hours = contact_hours.of_shift(shift, anchor=anchor)
    _write(contact_id, hours, shift, actor_id=actor_id, here=here)


def set_hours(contact_id: UUID, hours: Iterable[Hours], *, actor_id: UUID, here: Here) -> None:
    """Write the hours that a family named in the place of all before; none: any time.

    How the contact works stays written: the figures are counted by it.

    Raises:
        NotFoundError: UNKNOWN_CONTACT. RefusedError: ERASED. InvalidInputError: TOO_MANY_LINES.
    """
    _write(contact_id, contact_hours.merged(hours), None, actor_id=actor_id, here=here)


def confirm(contact_id: UUID, *, actor_id: UUID, here: Here) -> None:
    """Note that the family has said today that its hours still hold.

    Raises:
        NotFoundError: UNKNOWN_CONTACT. RefusedError: ERASED.
    """
    with transaction() as session:
        contact = _to_change(session, contact_id)
        _confirmed(session, contact, "hours confirmed", actor_id=actor_id, here=here)


def set_reach(
    contact_id: UUID, *, can_phone: bool, can_video: bool, actor_id: UUID, here: Here
) -> None:
    """Write by what a contact can be reached.

    Raises:
        NotFoundError: UNKNOWN_CONTACT. RefusedError: ERASED. InvalidInputError: REACHED_NOHOW.
    """
    if not (can_phone or can_video):
        raise InvalidInputError(CardProblem.REACHED_NOHOW)
    with transaction() as session:
        contact = _to_change(session, contact_id)
        contact.can_phone, contact.can_video = can_phone, can_video
        _audit(session, contact_id, "reach", actor_id=actor_id, here=here)


def _write(
    contact_id: UUID,
    hours: tuple[Hours, ...],
    shift: Shift | None,
    *,
    actor_id: UUID,
    here: Here,
) -> None:
    with transaction() as session:
        _replace(session, contact_id, hours, shift, actor_id=actor_id, here=here)


def _replace(
    session: Session,
    contact_id: UUID,
    hours: tuple[Hours, ...],
    shift: Shift | None,
    *,
    actor_id: UUID,
    here: Here,
) -> None:
    if len(hours) > contact_hours.MOST_LINES:
        raise InvalidInputError(CardProblem.TOO_MANY_LINES)
    contact = _to_change(session, contact_id)
    session.execute(delete(ContactHours).where(ContactHours.contact_id == contact_id))
    if hours:
        session.execute(insert(ContactHours), [_row(contact_id, one, here) for one in hours])
    contact.shift = shift or contact.shift
    _confirmed(session, contact, "hours", actor_id=actor_id, here=here)


def _confirmed(
    session: Session, contact: Contact, what: str, *, actor_id: UUID, here: Here
) -> None:
    contact.hours_confirmed_on = here.today
    card_doubts.settle_in(session, contact.id, _ANSWERED, actor_id=actor_id, here=here)
    _audit(session, contact.id, what, actor_id=actor_id, here=here)


def _row(contact_id: UUID, hours: Hours, here: Here) -> dict[str, object]:
    return {
        "id": new_id(here.now),
        "contact_id": contact_id,
        "weekday": hours.weekday,
        "from_min": hours.from_min,
        "to_min": hours.to_min,
        "pattern": hours.pattern,
        "a_week_on": None if hours.pattern is WeekPattern.ALWAYS else hours.anchor,
    }


def _to_change(session: Session, contact_id: UUID) -> Contact:
    contact = session.get(Contact, contact_id)
    if contact is None:
        raise NotFoundError(PeopleProblem.UNKNOWN_CONTACT)
    if not contact.phone_cipher:
        raise RefusedError(PeopleProblem.ERASED)
    return contact


def _hours(session: Session, contact_ids: Iterable[UUID]) -> dict[UUID, list[Hours]]:
    found: dict[UUID, list[Hours]] = {}
    rows = session.scalars(
        select(ContactHours).where(ContactHours.contact_id.in_(list(contact_ids)))
    )
    for row in rows:
        found.setdefault(row.contact_id, []).append(
            Hours(
                weekday=row.weekday,
                from_min=row.from_min,
                to_min=row.to_min,
                pattern=row.pattern,
                anchor=row.a_week_on,
            )
        )
    return found


def _card(contact: Contact, hours: list[Hours], here: Here) -> HoursCard:
    cells, exact = contact_hours.cells_of(hours)
    anchor = next((one.anchor for one in hours if one.anchor is not None), None)
    return HoursCard(
        contact_id=contact.id,
        child_id=contact.child_id,
        relation=contact.relation,
        masked_phone=vault.masked(contact.phone_tail),
        status=contact.status,
        shift=contact.shift,
        lines=contact_hours.lines(hours),
        cells=cells,
        exact=contact_hours.lines(exact),
        is_a_week=None if anchor is None else contact_hours.is_a_week(here.today, anchor),
        can_phone=contact.can_phone,
        can_video=contact.can_video,
        confirmed_on=contact.hours_confirmed_on,
    )


def _audit(session: Session, contact_id: UUID, what: str, *, actor_id: UUID, here: Here) -> None:
    audit.record(
        session,
        AuditAction.EDIT,
        actor_id=actor_id,
        subject=f"contact:{contact_id}",
        fields=what,
        purpose="contact-card",
        here=here,
    )
