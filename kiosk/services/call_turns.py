"""A child comes for its call: its card, shown when it is time, says that it waits."""

from typing import Final
from uuid import UUID

from sqlalchemy import Connection, bindparam, insert, update

from kiosk.db import constant
from kiosk.models.calls import Booking, BookingEvent
from kiosk.rules import talk_pictures
from kiosk.rules.call_news import CallNews
from kiosk.rules.call_states import CallState
from kiosk.services.answers import ChildFace
from kiosk.services.call_answers import CallTurn
from kiosk.services.here import Here
from kiosk.services.own_call import OwnCall
from kiosk.services.own_calls import OwnNews
from kiosk.services.prepared import Prepared

_WAIT: Final = Prepared(
    update(Booking)
    .where(
        Booking.id == bindparam("booking_id"),
        Booking.state == constant(CallState.BOOKED),
        Booking.version == bindparam("seen"),
    )
    .values(
        state=constant(CallState.WAITING), state_since=bindparam("at"), version=Booking.version + 1
    )
)
_ADD_EVENT: Final = Prepared(insert(BookingEvent))


def come(
    connection: Connection,
    calls: OwnNews,
    *,
    child_id: UUID,
    face: ChildFace,
    here: Here,
    has_come: bool = False,
) -> CallTurn | None:
    """Let a child wait for its call if it is time for it, and return where it is to go, or None.

    Two at one instant write the same event: the database lets one of them.
    """
    if calls.call is None or not calls.news.is_now:
        return None
    if calls.state is CallState.BOOKED:
        _wait(connection, calls.call.booking_id, calls.version, child_id, here)
    return turn(calls.call, calls.news, face=face, has_come=has_come)


def turn(call: OwnCall, news: CallNews, *, face: ChildFace, has_come: bool = False) -> CallTurn:
    """Return the page of a call that is now."""
    return CallTurn(
        child=face,
        call=call,
        is_soon=news is CallNews.SOON,
        has_come=has_come,
        pictures=talk_pictures.for_call(call.booking_id),
    )


def _wait(
    connection: Connection, booking_id: UUID, version: int, child_id: UUID, here: Here
) -> None:
    _WAIT.run(connection, {"booking_id": booking_id, "seen": version, "at": here.now})
    _ADD_EVENT.run(
        connection,
        {
            "booking_id": booking_id,
            "seq": version + 1,
            "at": here.now,
            "from_state": CallState.BOOKED,
            "to_state": CallState.WAITING,
            "by_child_id": child_id,
            "by_staff_id": None,
        },
    )
