"""The room opens and closes: duty, the eight-hazard check, the closing sweep."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import case, func, select, true, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from kiosk.db import constant, reading, transaction, violated
from kiosk.errors import RefusedError
from kiosk.ids import new_id
from kiosk.models.library import Loan
from kiosk.models.openings import Duty, Opening
from kiosk.models.people import Child, SchoolClass
from kiosk.models.visits import Visit
from kiosk.rules import civil, openings
from kiosk.rules.badges import Badge
from kiosk.rules.call_states import CallState
from kiosk.rules.openings import Hazard, OpeningOrigin, OpeningRefusal, OpeningState
from kiosk.rules.visits import VisitState
from kiosk.services import (
    audit,
    call_settling,
    call_under_way,
    closing_notes,
    forgotten,
    letters,
    loan_days,
    opening_check,
    opening_plan,
    rooms,
    talks,
    waiting,
)
from kiosk.services.again import once_more
from kiosk.services.audit import AuditAction
from kiosk.services.closing_notes import Signed
from kiosk.services.here import Here

_DEFAULT_LENGTH_MIN: Final = 90
_DEFAULT_PLACE_MIN: Final = 10
_DEFAULT_TALK_MIN: Final = 8
_UNTRIED: Final[Mapping[UUID, bool]] = {}
_UNSIGNED: Final = Signed()


@dataclass(frozen=True, slots=True, kw_only=True)
class StillHere:
    """A child who has not said goodbye, as the closing page lists it."""

    child_id: UUID
    given_name: str
    class_name: tuple[int, int]
    badge: Badge


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosingSheet:
    """What the teacher sees before closing: who is here, how much is out, which calls are open.

    `calls_unfinished` are under way and have to be ended first; `calls_to_come` are given up, and
    of these the children of `calls_waiting` stand at the telephone and are told.
    """

    still_here: tuple[StillHere, ...]
    items_out: int
    calls_unfinished: int
    calls_waiting: int
    calls_to_come: int


def open_room(
    *,
    staff_id: UUID,
    exceptions: Mapping[Hazard, str],
    here: Here,
    phones: Mapping[UUID, bool] = _UNTRIED,
) -> UUID:
    """Open the room: duty signed on, the check stored, the door open. Return the opening's id.

    `exceptions` has a note for each hazard that is not fine; the others are. `phones` says of each
    line that was tried whether it works. Unless a planned opening is due, one is made on the spot.

    Raises:
        RefusedError: ALREADY_OPEN, or CHECK_MISSING when an exception has no note.
    """
    if any(not note.strip() for note in exceptions.values()):
        raise RefusedError(OpeningRefusal.CHECK_MISSING)
    try:
        return _open_room(staff_id, exceptions, phones, here)
    except IntegrityError as error:
        if violated(error) != "uq_opening_open_home":
            raise
        raise RefusedError(OpeningRefusal.ALREADY_OPEN) from error


def _open_room(
    staff_id: UUID, exceptions: Mapping[Hazard, str], phones: Mapping[UUID, bool], here: Here
) -> UUID:
    with transaction() as session:
        state = rooms.state(session, here)
        if state.is_open:
            raise RefusedError(OpeningRefusal.ALREADY_OPEN)
        forgotten.close_in(session, here=here)
        opening = _opening_to_open(session, state, here)
        opening.state = OpeningState.OPEN
        opening.opened_at = opening.opened_at or here.now
        session.flush()  # duty and check refer to it
        sign_on(session, opening_id=opening.id, staff_id=staff_id, here=here)
        opening_check.store(session, opening.id, exceptions, phones, here)
        if opening_plan.plan_ahead_in(session, here=here):
            loan_days.follow(session, here=here)
        _audit(session, opening.id, "opened", staff_id, here)
        return opening.id


def sign_on(session: Session, *, opening_id: UUID, staff_id: UUID, here: Here) -> None:
    """Put a person on duty who is not; each stretch of duty is noted by itself."""
    stretch = session.scalar(
        select(Duty.id).where(
            Duty.opening_id == opening_id,
            Duty.staff_id == staff_id,
            Duty.signed_off_at.is_(None),
        )
    )
    if stretch is not None:
        return
    session.add(
        Duty(id=new_id(here.now), opening_id=opening_id, staff_id=staff_id, signed_on_at=here.now)
    )


@once_more("uq_duty_open_staff")
def take_over_duty(*, staff_id: UUID, here: Here) -> None:
    """Hand the duty to this person: whoever was on it signs off.

    Raises:
        RefusedError: NOT_OPEN.
    """
    with transaction() as session:
        state = rooms.state(session, here)
        if state.opening_id is None:
            raise RefusedError(OpeningRefusal.NOT_OPEN)
        _sign_off(session, state.opening_id, here, keep=staff_id)
        sign_on(session, opening_id=state.opening_id, staff_id=staff_id, here=here)


def closing_sheet(*, here: Here) -> ClosingSheet:
    """Return what is to be looked at before the room is closed."""
    session = reading()
    opening_id = rooms.state(session, here).opening_id
    return ClosingSheet(
        still_here=_still_here(session, here),
        items_out=session.scalar(
            select(func.count()).select_from(Loan).where(Loan.ended_at.is_(None))
        )
        or 0,
        calls_unfinished=call_under_way.count(session, CallState.CALLING, here=here),
        calls_waiting=call_under_way.count(session, CallState.WAITING, here=here),
        calls_to_come=0
        if opening_id is None
        else len(session.scalars(opening_plan.calls_to_come(opening_id)).all()),
    )


def _still_here(session: Session, here: Here) -> tuple[StillHere, ...]:
    rows = session.execute(
        select(
            Child.id,
            Child.given_name,
            Child.animal,
            Child.cloth,
            SchoolClass.grade,
            SchoolClass.number,
        )
        .join(Visit, Visit.child_id == Child.id)
        .join(SchoolClass, SchoolClass.id == Child.class_id)
        .where(Visit.home_id == here.home_id, Visit.state == constant(VisitState.OPEN))
        .order_by(SchoolClass.grade, SchoolClass.number, Visit.signed_in_at)
    )
    return tuple(
        StillHere(
            child_id=row.id,
            given_name=row.given_name,
            class_name=(row.grade, row.number),
            badge=Badge(animal=row.animal, cloth=row.cloth),
        )
        for row in rows
    )


def close_room(
    *, is_tidy: bool, are_told: bool, staff_id: UUID, here: Here, signed: Signed = _UNSIGNED
) -> None:
    """Close the room: sweep who has not said goodbye, sign duty off, say what became of it.

    Who did not come for its call did not; calls that are still to come are released and owed, and
    their places are nobody's. `are_told`: the children who wait know. `signed`: how it is left.

    Raises:
        RefusedError: NOT_OPEN, CALLS_UNFINISHED (a call goes on), CALLS_WAITING (not `are_told`).
    """
    with transaction() as session:
        state = rooms.state(session, here)
        if state.opening_id is None:
            raise RefusedError(OpeningRefusal.NOT_OPEN)
        opening = session.get_one(Opening, state.opening_id)
        _refuse_with_calls(session, here, are_told=are_told)
        call_settling.settle_in(session, here=here)  # by who is here, before all are swept
        closing_notes.store(session, opening.id, signed, staff_id=staff_id, here=here)
        session.execute(
            update(Visit)
            .where(Visit.home_id == here.home_id, Visit.state == constant(VisitState.OPEN))
            .values(state=VisitState.LEFT_UNCONFIRMED)
        )
        waiting.expire(session, here=here)
        talks.forget(session, here=here)
        letters.forget(session, here=here)
        _sign_off(session, opening.id, here)
        opening_plan.give_up_places(
            session,
            opening.id,
            staff_id=staff_id,
            here=here,
            from_min=openings.minute_on(opening.on_date, here.now, here.settings.zone) or 0,
        )
        opening.is_tidy = is_tidy
        _end(opening, here)
        _audit(session, opening.id, "closed", staff_id, here)


def _end(opening: Opening, here: Here) -> None:
    opening.closed_at = max(here.now, opening.opened_at or here.now)
    opening.state = openings.outcome(
        opening.from_min,
        opening.to_min,
        openings.minute_on(opening.on_date, opening.opened_at, here.settings.zone),
        openings.minute_on(opening.on_date, opening.closed_at, here.settings.zone),
    )


def _refuse_with_calls(session: Session, here: Here, *, are_told: bool) -> None:
    if call_under_way.count(session, CallState.CALLING, here=here):
        raise RefusedError(OpeningRefusal.CALLS_UNFINISHED)
    if not are_told and call_under_way.count(session, CallState.WAITING, here=here):
        raise RefusedError(OpeningRefusal.CALLS_WAITING)


def _audit(session: Session, opening_id: UUID, what: str, staff_id: UUID, here: Here) -> None:
    audit.record(
        session,
        AuditAction.EDIT,
        actor_id=staff_id,
        subject=f"opening:{opening_id}",
        fields=what,
        purpose="openings",
        here=here,
    )


def _opening_to_open(session: Session, state: rooms.RoomState, here: Here) -> Opening:
    """Return the planned opening that is due, or a new one from now until the next plan at most."""
    planned = state.next_planned
    to_min = min(here.minute + _DEFAULT_LENGTH_MIN, civil.DAY_MINUTES)
    if planned is not None and planned.on == here.today:
        if openings.is_due(planned, today=here.today, minute=here.minute):
            return session.get_one(Opening, planned.opening_id)
        to_min = min(to_min, planned.from_min)
    opening = Opening(
        id=new_id(here.now),
        home_id=here.home_id,
        on_date=here.today,
        from_min=here.minute,
        to_min=to_min,
        place_min=_DEFAULT_PLACE_MIN,
        talk_min=_DEFAULT_TALK_MIN,
        origin=OpeningOrigin.ADHOC,
        state=OpeningState.PLANNED,
    )
    session.add(opening)
    return opening


def _sign_off(session: Session, opening_id: UUID, here: Here, *, keep: UUID | None = None) -> None:
    """Sign off whoever is on duty; with `keep` everybody but this person."""
    session.execute(
        update(Duty)
        .where(
            Duty.opening_id == opening_id,
            Duty.signed_off_at.is_(None),
            true() if keep is None else Duty.staff_id != keep,
        )
        .values(
            # A clock set back since must not keep the room from being closed.
            signed_off_at=case((Duty.signed_on_at > here.now, Duty.signed_on_at), else_=here.now)
        )
    )
