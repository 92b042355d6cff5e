"""The three pictures of each child: given out, looked up by staff, and tried at the screen."""

from random import Random, SystemRandom
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from kiosk.db import reading, transaction
from kiosk.errors import NotFoundError
from kiosk.models.no_card import PictureCode
from kiosk.models.people import Child
from kiosk.rules import pictures
from kiosk.rules.people import PeopleProblem
from kiosk.rules.pictures import Picture
from kiosk.services import audit
from kiosk.services.audit import AuditAction
from kiosk.services.enrolment import Row
from kiosk.services.here import Here

_CHANCE: Final = SystemRandom()


def new_row(*, child_id: UUID, here: Here, chance: Random = _CHANCE) -> Row:
    """Return the pictures of a child who is new here."""
    first, second, third = pictures.new_code(chance)
    return {
        "child_id": child_id,
        "first": first.value,
        "second": second.value,
        "third": third.value,
        "given_at": here.now,
        "failures": 0,
    }


def of(child_id: UUID) -> tuple[Picture, ...]:
    """Return a child's pictures in their order; none before it was given any."""
    code = reading().get(PictureCode, child_id)
    return () if code is None else _pictures(code)


def give(child_id: UUID, *, actor_id: UUID, here: Here) -> None:
    """Give a child new pictures; wrong tries are forgotten.

    Raises:
        NotFoundError: UNKNOWN_CHILD, also for a child that has left.
    """
    with transaction() as session:
        child = session.get(Child, child_id)
        if child is None or child.left_on is not None:
            raise NotFoundError(PeopleProblem.UNKNOWN_CHILD)
        old = session.get(PictureCode, child_id)
        if old is not None:
            session.delete(old)
            session.flush()  # the new ones stand under the same key
        session.add(PictureCode(**new_row(child_id=child_id, here=here)))
        audit.record(
            session,
            AuditAction.CARD,
            actor_id=actor_id,
            subject=f"child:{child_id}",
            fields="pictures",
            purpose="cards",
            here=here,
        )


def is_blocked(code: PictureCode, here: Here) -> bool:
    """Say whether only the teacher can help now; a clock set back begins the wait anew."""
    if code.blocked_until is None or code.last_failure_at is None:
        return False
    if here.now < code.last_failure_at:
        code.blocked_until += here.now - code.last_failure_at
        code.last_failure_at = here.now
    return here.now < code.blocked_until


def are_right(code: PictureCode, picked: tuple[Picture, ...], request_id: UUID, here: Here) -> bool:
    """Say whether these are the pictures, and count it in the row when they are not."""
    if picked == _pictures(code):
        code.failures, code.blocked_until = 0, None
        return True
    if code.last_request_id != request_id:
        # Yesterday's are forgotten once the wait is over: nobody stays without help for ever.
        is_new_day = code.last_failure_at is None or code.last_failure_at < here.now - pictures.DAY
        code.failures = 1 if is_new_day else code.failures + 1
        code.last_failure_at, code.last_request_id = here.now, request_id
        wait = pictures.wait_after(code.failures)
        code.blocked_until = None if wait is None else here.now + wait
    return False


def code_of(session: Session, child_id: UUID, here: Here) -> PictureCode:
    """Return a child's pictures to be compared; whoever has none is given some."""
    code = session.get(PictureCode, child_id, with_for_update=True)
    if code is None:
        code = PictureCode(**new_row(child_id=child_id, here=here))
        session.add(code)
    return code


def _pictures(code: PictureCode) -> tuple[Picture, ...]:
    return Picture(code.first), Picture(code.second), Picture(code.third)
