"""Coming and going: what a child's card does at the door.

The way of a scan is a handful of Core statements built once: forty children wait behind it.
"""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, and_, bindparam, case, func, insert, select, update
from sqlalchemy.orm import Session, aliased

from kiosk.db import AnyRow, constant, reading, writing
from kiosk.errors import NotFoundError, RefusedError
from kiosk.ids import new_id
from kiosk.models.no_card import WaitingArrival
from kiosk.models.openings import Opening
from kiosk.models.people import Card, Child, SchoolClass
from kiosk.models.visits import Visit
from kiosk.rules import civil, codes, openings
from kiosk.rules import visits as rules
from kiosk.rules.badges import Badge
from kiosk.rules.codes import CodeProblem
from kiosk.rules.friends import is_friend
from kiosk.rules.openings import OpeningState
from kiosk.rules.visits import ArrivalAction, LastVisit, VisitRefusal, VisitState
from kiosk.services import call_turns, own_calls, own_page, own_reminders, rooms, waiting
from kiosk.services.again import once_more
from kiosk.services.answers import (
    Arrived,
    ChildFace,
    Greeting,
    Left,
    OwnPage,
    OwnPageSaying,
    SafetyTip,
)
from kiosk.services.call_answers import CallTurn
from kiosk.services.here import Here
from kiosk.services.prepared import Prepared

_EVENING_FROM: Final = 18 * 60
_DARK_FROM: Final = 17 * 60 + 30

_open = aliased(Visit)
_last = aliased(Visit)
# The open one first: after the clock was set back, the latest by its time may be another.
_open_one = (
    select(_open.id)
    .where(_open.child_id == Child.id, _open.state == constant(VisitState.OPEN))
    .correlate(Child)
    .scalar_subquery()
)
_latest_one = (
    select(_last.id)
    .where(_last.child_id == Child.id)
    .order_by(_last.signed_in_at.desc())
    .limit(1)
    .correlate(Child)
    .scalar_subquery()
)
_waiting = (
    select(WaitingArrival.id)
    .where(WaitingArrival.child_id == Child.id, WaitingArrival.settled_at.is_(None))
    .correlate(Child)
    .scalar_subquery()
)
_CARD: Final = Prepared(
    select(
        Card.revoked_at,
        Child.id,
        Child.given_name,
        Child.given_name_pinyin,
        Child.animal,
        Child.cloth,
        Child.left_on,
        SchoolClass.grade,
        Visit.id.label("visit_id"),
        Visit.state,
        Visit.local_day,
        Visit.signed_in_at,
        Visit.signed_out_at,
        Visit.request_id,
        Visit.leave_request_id,
        Opening.on_date.label("open_since"),
        _waiting.label("waiting_id"),
    )
    .join(Child, Child.id == Card.child_id)
    .join(SchoolClass, SchoolClass.id == Child.class_id)
    .outerjoin(
        Visit,
        Visit.id == func.coalesce(_open_one, _latest_one),
    )
    .outerjoin(
        Opening,
        and_(
            Opening.home_id == bindparam("home_id"),
            Opening.state == constant(OpeningState.OPEN),
        ),
    )
    .where(Card.code_digest == bindparam("digest"))
)
_ADD: Final = Prepared(insert(Visit))


@dataclass(frozen=True, slots=True, kw_only=True)
class AtTheDoor:
    """Whose card it was, and what its screen shows."""

    child_id: UUID
    face: ChildFace
    answer: Arrived | CallTurn | OwnPage | Left


@once_more("uq_visit_open_child", "uq_visit_request_id", "pk_booking_event")
def arrive(*, code: str, request_id: UUID, here: Here) -> AtTheDoor:
    """Take a child's card: sign in, or show again what was shown; its call, if it is time for it.

    The answer is given after the commit. The same `request_id`, or the same card within ten
    seconds, gives the first answer again and stores nothing.

    Raises:
        NotFoundError: UNKNOWN_CARD or OLD_CARD.
        RefusedError: ROOM_CLOSED with `today` and the `next` opening, None when none is planned.
    """
    with writing() as connection:
        child = _holder(connection, code, here)
        is_open = rooms.is_open_since(child.open_since, here)
        ahead = None if is_open else rooms.next_planned(connection, here)
        last = _last_visit(child, request_id, here)
        action = rules.arrival(
            is_open=is_open,
            minutes_to_planned=openings.minutes_until(ahead, today=here.today, minute=here.minute),
            today=here.today,
            last=last,
        )
        match action:
            case ArrivalAction.CLOSED:
                raise RefusedError(VisitRefusal.ROOM_CLOSED, next=ahead, today=here.today)
            case ArrivalAction.SIGN_IN | ArrivalAction.TRACE:
                _sign_in(connection, child, last, request_id, here)
            case ArrivalAction.SAME_ANSWER | ArrivalAction.ALREADY_HERE | ArrivalAction.JUST_LEFT:
                pass
        return AtTheDoor(
            child_id=child.id, face=face_of(child), answer=_answer(connection, child, action, here)
        )


def leave(*, child_id: UUID, face: ChildFace, here: Here, request_id: UUID | None = None) -> Left:
    """Sign a child out; who is out already is wished goodbye again.

    `request_id` is that of the card's scan, if it was the card: sent again after a lost answer, it
    is a goodbye still, not a new visit.
    """
    with writing() as connection:
        connection.execute(
            update(Visit)
            .where(Visit.child_id == child_id, Visit.state == constant(VisitState.OPEN))
            .values(
                state=VisitState.LEFT,
                leave_request_id=request_id,
                # A clock set back since the child came must not keep it from leaving.
                signed_out_at=case(
                    (Visit.signed_in_at > here.now, Visit.signed_in_at), else_=here.now
                ),
            )
        )
    return _goodbye(face, here)


def holder(*, code: str, here: Here) -> UUID:
    """Return whose card this is, without doing anything.

    Raises:
        NotFoundError: UNKNOWN_CARD or OLD_CARD.
    """
    found: UUID = _holder(reading(), code, here).id
    return found


def _holder(session: Session | Connection, code: str, here: Here) -> AnyRow:
    digest = codes.card_digest(code, key=here.settings.keys.card)
    child = _CARD.first(session, {"digest": digest, "home_id": here.home_id})
    if child is None or child.left_on is not None:
        raise NotFoundError(CodeProblem.UNKNOWN_CARD)
    if child.revoked_at is not None:
        raise NotFoundError(CodeProblem.OLD_CARD)
    return child


def _last_visit(child: AnyRow, request_id: UUID, here: Here) -> LastVisit | None:
    if child.visit_id is None:
        return None
    return LastVisit(
        state=child.state,
        on=child.local_day,
        since=here.now - (child.signed_out_at or child.signed_in_at),
        is_same_request=child.request_id == request_id,
        is_same_leaving=child.leave_request_id == request_id,
    )


def _sign_in(
    connection: Connection, child: AnyRow, last: LastVisit | None, request_id: UUID, here: Here
) -> None:
    if last is not None and last.state is VisitState.OPEN:
        connection.execute(
            update(Visit)
            .where(Visit.id == child.visit_id)
            .values(state=VisitState.LEFT_UNCONFIRMED)
        )
    visit_id = new_id(here.now)
    _ADD.run(
        connection,
        {
            "id": visit_id,
            "home_id": here.home_id,
            "child_id": child.id,
            "local_day": here.today,
            "signed_in_at": here.now,
            "state": VisitState.OPEN,
            "request_id": request_id,
        },
    )
    if child.waiting_id is not None:
        waiting.settle_own(connection, child.waiting_id, visit_id=visit_id, here=here)


def _answer(
    connection: Connection, child: AnyRow, action: ArrivalAction, here: Here
) -> Arrived | CallTurn | OwnPage | Left:
    face = face_of(child)
    match action:
        case ArrivalAction.ALREADY_HERE:
            return _own_page(connection, child.id, face, here)
        case ArrivalAction.JUST_LEFT:
            return _goodbye(face, here)
        case _:
            return _greeting(connection, child, face, here)


def _own_page(
    connection: Connection, child_id: UUID, face: ChildFace, here: Here
) -> CallTurn | OwnPage:
    calls = own_calls.read(connection, child_id=child_id, here=here)
    turn = call_turns.come(connection, calls, child_id=child_id, face=face, here=here)
    return turn or own_page.read(
        connection,
        child_id=child_id,
        face=face,
        saying=OwnPageSaying.ALREADY_IN,
        here=here,
        calls=calls,
    )


def _greeting(
    connection: Connection, child: AnyRow, face: ChildFace, here: Here
) -> Arrived | CallTurn:
    reminders = own_reminders.reminders(connection, child_id=child.id, grade=face.grade, here=here)
    turn = call_turns.come(
        connection, reminders.calls, child_id=child.id, face=face, here=here, has_come=True
    )
    return turn or Arrived(
        child=face,
        greeting=Greeting(civil.daytime(here.minute).value),
        today=here.today,
        call=reminders.call,
        ready=reminders.ready if reminders.call is None else None,
        loan=reminders.loan if reminders.call is None and not reminders.ready else None,
        train=rooms.train(connection, here, since=child.open_since or here.today),
    )


def face_of(child: AnyRow) -> ChildFace:
    """Return the child of a row as a child's screen knows it."""
    return ChildFace(
        given_name="" if is_friend(child.grade) else child.given_name,
        grade=child.grade,
        badge=Badge(animal=child.animal, cloth=child.cloth),
        given_name_pinyin=child.given_name_pinyin,
    )


def _goodbye(face: ChildFace, here: Here) -> Left:
    tips = (SafetyTip.ROAD, SafetyTip.RIGHT, SafetyTip.WATER)
    is_dark = here.minute >= _DARK_FROM
    return Left(
        child=face,
        is_evening=here.minute >= _EVENING_FROM,
        tip=SafetyTip.DARK if is_dark else tips[here.today.toordinal() % len(tips)],
    )
