"""One duty is changed: by the office, or by whose duty it is.

Who looks for somebody to stand in stays responsible until another has accepted, and both names
stay in the log. Nothing is refused for being late: who cannot come cannot come.
"""

from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from kiosk.db import transaction, violated
from kiosk.errors import NotFoundError, RefusedError
from kiosk.models.duty import PlannedDuty
from kiosk.models.openings import Opening
from kiosk.models.people import Staff
from kiosk.rules import duty as rules
from kiosk.rules.duty import DutyReason, DutyRefusal, DutyState
from kiosk.rules.openings import OpeningState
from kiosk.rules.staff import Role
from kiosk.services import duty_facts, duty_steps
from kiosk.services.here import Here


def add(opening_id: UUID, staff_id: UUID, *, actor_id: UUID, here: Here) -> None:
    """Put somebody on the rota of an opening that is to come; the office has asked already.

    Raises:
        NotFoundError: UNKNOWN_DUTY, for no such opening or person.
        RefusedError: IS_OVER or ALREADY_ON.
    """
    try:
        with transaction() as session:
            _refuse_over(_opening(session, opening_id, here), here)
            _works_here(session, staff_id)
            duty_steps.add_in(
                session, opening_id, staff_id, by_id=actor_id, here=here, state=DutyState.CONFIRMED
            )
            duty_steps.note(session, str(opening_id), "added", actor_id, here)
    except IntegrityError as error:
        raise _already_on(error) from error


def give_to(duty_id: UUID, staff_id: UUID, *, actor_id: UUID, here: Here) -> None:
    """Give a duty to somebody else, who has agreed.

    What was only proposed is proposed to another; what was ever agreed keeps both names.

    Raises:
        NotFoundError: UNKNOWN_DUTY. RefusedError: CHANGED, IS_OVER or ALREADY_ON.
    """
    try:
        with transaction() as session:
            duty = _to_come(session, duty_id, here)
            _works_here(session, staff_id)
            if duty.state not in rules.RESPONSIBLE:
                raise RefusedError(DutyRefusal.CHANGED)
            if duty.staff_id == staff_id:
                raise RefusedError(DutyRefusal.ALREADY_ON)
            if _is_only_proposed(session, duty):
                opening_id = duty.opening_id
                duty_steps.remove(session, [duty.id])
                duty_steps.add_in(session, opening_id, staff_id, by_id=actor_id, here=here)
            else:
                _stand_in(session, duty, staff_id, actor_id, here)
            duty_steps.note(session, str(duty_id), "given to another", actor_id, here)
    except IntegrityError as error:
        raise _already_on(error) from error


def accept(duty_id: UUID, *, staff_id: UUID, here: Here) -> None:
    """Take a duty for which somebody is sought: from now on it is this person's.

    Raises:
        NotFoundError: UNKNOWN_DUTY.
        RefusedError: CHANGED, when another was quicker; NEEDS_TEACHER, IS_OVER or ALREADY_ON.
    """
    try:
        with transaction() as session:
            duty = _to_come(session, duty_id, here)
            if duty.state is not DutyState.SEEKING:
                raise RefusedError(DutyRefusal.CHANGED)
            if _is_helper(session, staff_id) and not _is_helper(session, duty.staff_id):
                raise RefusedError(DutyRefusal.NEEDS_TEACHER)
            _stand_in(session, duty, staff_id, staff_id, here)
            duty_steps.note(session, str(duty_id), "stood in", staff_id, here)
    except IntegrityError as error:
        raise _already_on(error) from error


def say(
    duty_id: UUID,
    wanted: DutyState,
    *,
    actor_id: UUID,
    is_office: bool,
    here: Here,
    reason: DutyReason | None = None,
) -> None:
    """Say of a duty that is to come: I come, somebody is sought, cannot come for this reason.

    Raises:
        NotFoundError: UNKNOWN_DUTY.
        RefusedError: NOT_YOURS, IS_OVER, or CHANGED when it cannot go that way.
    """
    with transaction() as session:
        duty = _to_come(session, duty_id, here)
        if duty.staff_id != actor_id and not is_office:
            raise RefusedError(DutyRefusal.NOT_YOURS)
        if duty.state is wanted:
            return  # tapped twice
        is_for_office = wanted is DutyState.EXCUSED and not is_office
        if is_for_office or not rules.may_become(duty.state, wanted):
            raise RefusedError(DutyRefusal.CHANGED)
        if wanted is DutyState.EXCUSED and reason is None:
            raise RefusedError(DutyRefusal.CHANGED)
        why = reason if wanted is DutyState.EXCUSED else None
        duty_steps.step(session, duty, wanted, by_id=actor_id, here=here, reason=why)
        duty_steps.note(session, str(duty_id), wanted.value, actor_id, here)


def take_out(duty_id: UUID, *, actor_id: UUID, here: Here) -> None:
    """Take a duty out to which nobody had agreed.

    Raises:
        NotFoundError: UNKNOWN_DUTY. RefusedError: CHANGED, for one that was agreed.
    """
    with transaction() as session:
        duty = _duty(session, duty_id, here)
        if not _is_only_proposed(session, duty):
            raise RefusedError(DutyRefusal.CHANGED)
        duty_steps.remove(session, [duty.id])
        duty_steps.note(session, str(duty_id), "taken out", actor_id, here)


def put_right(
    duty_id: UUID,
    wanted: DutyState,
    *,
    actor_id: UUID,
    here: Here,
    reason: DutyReason | None = None,
) -> None:
    """Put right what the facts say of a duty that is over; what was before stays in its events.

    Raises:
        NotFoundError: UNKNOWN_DUTY.
        RefusedError: NOT_OVER, or CHANGED when it cannot go that way.
    """
    with transaction() as session:
        duty = _duty(session, duty_id, here)
        row = duty_facts.one(session, duty.opening_id, here=here)
        shown = None if row is None else {one.duty_id: one.state for one in row.duties}.get(duty.id)
        if shown is None or shown in rules.RESPONSIBLE:
            raise RefusedError(DutyRefusal.NOT_OVER)
        needs_reason = wanted is DutyState.EXCUSED
        if not rules.may_be_put_right(shown, wanted) or (needs_reason and reason is None):
            raise RefusedError(DutyRefusal.CHANGED)
        if duty.state is not shown:  # what the facts said is kept before it is put right
            duty_steps.step(session, duty, shown, by_id=None, here=here)
            session.flush()  # the next event is counted after this one
        why = reason if needs_reason else None
        duty_steps.step(session, duty, wanted, by_id=actor_id, here=here, reason=why)
        duty_steps.note(session, str(duty_id), f"put right {wanted}", actor_id, here)


def _stand_in(session: Session, duty: PlannedDuty, staff_id: UUID, by_id: UUID, here: Here) -> None:
    """Let another take the place; who comes after having been excused is on duty again."""
    duty_steps.step(session, duty, DutyState.REPLACED, by_id=by_id, here=here)
    session.flush()  # its place is free before another has it
    duty_steps.add_in(
        session,
        duty.opening_id,
        staff_id,
        by_id=by_id,
        here=here,
        state=DutyState.CONFIRMED,
        replaces_id=duty.id,
    )


def _is_only_proposed(session: Session, duty: PlannedDuty) -> bool:
    if duty.state is not DutyState.PLANNED or duty.replaces_id is not None:
        return False
    return not duty_steps.had_agreed(session, duty)


def _duty(session: Session, duty_id: UUID, here: Here) -> PlannedDuty:
    duty = session.get(PlannedDuty, duty_id, with_for_update=True)
    if duty is None:
        raise NotFoundError(DutyRefusal.UNKNOWN_DUTY)
    _opening(session, duty.opening_id, here)
    return duty


def _to_come(session: Session, duty_id: UUID, here: Here) -> PlannedDuty:
    duty = _duty(session, duty_id, here)
    _refuse_over(_opening(session, duty.opening_id, here), here)
    return duty


def _opening(session: Session, opening_id: UUID, here: Here) -> Opening:
    opening = session.get(Opening, opening_id)
    if opening is None or opening.home_id != here.home_id:
        raise NotFoundError(DutyRefusal.UNKNOWN_DUTY)
    return opening


def _refuse_over(opening: Opening, here: Here) -> None:
    if opening.state is not OpeningState.PLANNED or opening.on_date < here.today:
        raise RefusedError(DutyRefusal.IS_OVER)


def _works_here(session: Session, staff_id: UUID) -> None:
    person = session.get(Staff, staff_id)
    if person is None or person.left_on is not None:
        raise NotFoundError(DutyRefusal.UNKNOWN_DUTY)


def _is_helper(session: Session, staff_id: UUID) -> bool:
    return session.get_one(Staff, staff_id).role is Role.VOLUNTEER


def _already_on(error: IntegrityError) -> RefusedError:
    if violated(error) not in {"uq_planned_duty_person", "uq_planned_duty_replaces"}:
        raise error
    return RefusedError(DutyRefusal.ALREADY_ON)
