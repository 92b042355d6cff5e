"""Staff: who they are, their PINs, and their time at a staff screen."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from kiosk.db import reading, transaction, violated
from kiosk.errors import InvalidInputError, NotFoundError, RefusedError
from kiosk.ids import new_id
from kiosk.models.people import Card, Staff, Throttle
from kiosk.rules import codes
from kiosk.rules import staff as rules
from kiosk.rules.codes import CodeKind, CodeProblem
from kiosk.rules.staff import Role, StaffRefusal
from kiosk.services import audit, pins, staff_sessions
from kiosk.services.audit import AuditAction
from kiosk.services.here import Here


@dataclass(frozen=True, slots=True, kw_only=True)
class NewStaff:
    """A person just added: the card's code is printed once, the PIN is for one time."""

    staff_id: UUID
    card_code: str
    one_time_pin: str


def add(*, display_name: str, role: Role, here: Here, actor_id: UUID | None) -> NewStaff:
    """Add a person with a card and a PIN for the first time.

    Raises:
        InvalidInputError: the name is empty.
        RefusedError: NAME_TAKEN, when somebody who works here is shown by this name.
    """
    try:
        with transaction() as session:
            return add_in(
                session, display_name=display_name, role=role, here=here, actor_id=actor_id
            )
    except IntegrityError as error:
        if violated(error) != "uq_staff_name_here":
            raise
        raise RefusedError(StaffRefusal.NAME_TAKEN, name=display_name.strip()) from error


def add_in(
    session: Session, *, display_name: str, role: Role, here: Here, actor_id: UUID | None
) -> NewStaff:
    """Do what `add` does, inside a transaction that is under way."""
    name = display_name.strip()
    if not name:
        raise InvalidInputError(StaffRefusal.NAME_MISSING)
    pin = pins.fresh()
    person = Staff(
        id=new_id(here.now),
        display_name=name,
        role=role,
        pin_hash=pins.hashed(pin, here.settings.keys.pin),
        pin_is_one_time=True,
    )
    session.add(person)
    session.flush()  # the card's foreign key needs the row
    code = issue_card(session, staff_id=person.id, here=here)
    _audit(session, AuditAction.STAFF, here, actor_id=actor_id, subject=person.id, fields="added")
    return NewStaff(staff_id=person.id, card_code=code, one_time_pin=pin)


def issue_card(session: Session, *, staff_id: UUID, here: Here) -> str:
    """Give a member of staff a new card, end the old one, and return the new code."""
    session.execute(
        update(Card)
        .where(Card.staff_id == staff_id, Card.revoked_at.is_(None))
        .values(revoked_at=here.now)
    )
    card_id = new_id(here.now)
    key = here.settings.keys.card
    code = codes.card_code(CodeKind.STAFF, card_id, key=key)
    session.add(
        Card(
            id=card_id,
            code_digest=codes.card_digest(code, key=key),
            staff_id=staff_id,
            issued_at=here.now,
        )
    )
    return code


def find_by_card(code: str, *, here: Here) -> UUID:
    """Return whose staff card this is.

    Raises:
        NotFoundError: UNKNOWN_CARD or OLD_CARD.
    """
    digest = codes.card_digest(code, key=here.settings.keys.card)
    card = (
        reading()
        .execute(
            select(Card.staff_id, Card.revoked_at, Staff.left_on)
            .join(Staff, Staff.id == Card.staff_id)
            .where(Card.code_digest == digest)
        )
        .one_or_none()
    )
    if card is None or card.left_on is not None:
        raise NotFoundError(CodeProblem.UNKNOWN_CARD)
    if card.revoked_at is not None:
        raise NotFoundError(CodeProblem.OLD_CARD)
    found: UUID = card.staff_id
    return found


def sign_in(*, staff_id: UUID, pin: str, here: Here) -> str:
    """Check the PIN and return the token of a new session.

    Raises:
        RefusedError: PLEASE_WAIT with `seconds`, or WRONG_PIN.
    """
    _check_pin(staff_id, pin, here)
    with transaction() as session:
        session.query(Throttle).filter_by(staff_id=staff_id).delete()
        token = staff_sessions.begin(session, staff_id, here)
        _audit(session, AuditAction.LOGIN, here, actor_id=staff_id, subject=staff_id)
    return token


def confirm(*, staff_id: UUID, pin: str, here: Here) -> None:
    """Let a person go on who types the PIN once more, before what cannot be taken back.

    Raises:
        RefusedError: PLEASE_WAIT with `seconds`, or WRONG_PIN.
    """
    _check_pin(staff_id, pin, here)
    with transaction() as session:
        session.query(Throttle).filter_by(staff_id=staff_id).delete()


def _check_pin(staff_id: UUID, pin: str, here: Here) -> None:
    """Let the right PIN pass; whoever called this forgets the throttle with what it then does.

    A wrong PIN is counted in the database and confirmed before it is answered, so that switching
    the PC off and on does not give fresh tries.
    """
    with transaction() as session:
        person = session.get(Staff, staff_id)
        if person is None or person.left_on is not None:
            raise NotFoundError(StaffRefusal.SCAN_CARD_FIRST)
        waited = _wait(session, staff_id, here)
        if waited is None:
            # Counted before it is checked: a kill in between costs a try, it never gives one.
            _count_failure(session, staff_id, here)
        pin_hash = person.pin_hash
    if waited is not None:
        seconds = int(waited.total_seconds()) + 1
        raise RefusedError(StaffRefusal.PLEASE_WAIT, seconds=seconds)
    if not pins.matches(pin, pin_hash, here.settings.keys.pin):
        with transaction() as session:
            _audit(session, AuditAction.LOGIN_FAILED, here, actor_id=staff_id, subject=staff_id)
        raise RefusedError(StaffRefusal.WRONG_PIN)


def choose_pin(
    *, staff_id: UUID, pin: str, present: str = "", token: str | None = None, here: Here
) -> None:
    """Store the PIN that a person has chosen; of their sessions that of `token` alone goes on.

    `present` is the PIN until now, which may have been for one time: then it is not asked for
    again, having just been typed at the door.

    Raises:
        RefusedError: TRIVIAL_PIN; PLEASE_WAIT with `seconds`, or WRONG_PIN.
    """
    problem = rules.pin_problem(pin)
    if problem is not None:
        raise RefusedError(problem)
    if not reading().get_one(Staff, staff_id).pin_is_one_time:
        _check_pin(staff_id, present, here)
    hashed = pins.hashed(pin, here.settings.keys.pin)
    with transaction() as session:
        session.execute(
            update(Staff).where(Staff.id == staff_id).values(pin_hash=hashed, pin_is_one_time=False)
        )
        session.query(Throttle).filter_by(staff_id=staff_id).delete()
        staff_sessions.end_all(session, staff_id, here, but=token)
        _audit(session, AuditAction.STAFF, here, actor_id=staff_id, subject=staff_id, fields="pin")


def reset_pin(*, display_name: str, here: Here) -> NewStaff:
    """Give the person of this name a new one-time PIN and a new card.

    Raises:
        NotFoundError: NAME_UNKNOWN, when nobody who works here has this name.
    """
    name = display_name.strip()
    with transaction() as session:
        person = session.scalar(
            select(Staff).where(Staff.display_name == name, Staff.left_on.is_(None))
        )
        if person is None:
            raise NotFoundError(StaffRefusal.NAME_UNKNOWN, name=name)
        pin = pins.fresh()
        person.pin_hash = pins.hashed(pin, here.settings.keys.pin)
        person.pin_is_one_time = True
        session.query(Throttle).filter_by(staff_id=person.id).delete()
        staff_sessions.end_all(session, person.id, here)
        code = issue_card(session, staff_id=person.id, here=here)
        _audit(
            session, AuditAction.STAFF, here, actor_id=None, subject=person.id, fields="pin,card"
        )
        return NewStaff(staff_id=person.id, card_code=code, one_time_pin=pin)


def _wait(session: Session, staff_id: UUID, here: Here) -> timedelta | None:
    """Return how long this card's PIN pad still waits, or None."""
    throttle = session.get(Throttle, staff_id)
    if throttle is None or throttle.blocked_until is None:
        return None
    if here.now < throttle.last_failure_at:
        # The clock was set back: the same wait begins anew, neither shorter nor for years.
        throttle.blocked_until += here.now - throttle.last_failure_at
        throttle.last_failure_at = here.now
    left = throttle.blocked_until - here.now
    return left if left > timedelta(0) else None


def _count_failure(session: Session, staff_id: UUID, here: Here) -> None:
    throttle = session.get(Throttle, staff_id)
    if throttle is None:
        throttle = Throttle(staff_id=staff_id, failures=0, last_failure_at=here.now)
        session.add(throttle)
    throttle.failures += 1
    throttle.last_failure_at = here.now
    wait = rules.wait_after(throttle.failures)
    throttle.blocked_until = None if wait is None else here.now + wait


def _audit(
    session: Session,
    action: AuditAction,
    here: Here,
    *,
    actor_id: UUID | None,
    subject: UUID,
    fields: str = "",
) -> None:
    audit.record(
        session,
        action,
        actor_id=actor_id,
        subject=f"staff:{subject}",
        fields=fields,
        purpose="staff",
        here=here,
    )
