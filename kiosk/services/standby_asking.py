"""A telephone is free now, and it is this child's turn: it may ring at once."""

from typing import Final
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from kiosk.db import AnyRow, reading
from kiosk.errors import NotFoundError, RefusedError
from kiosk.models.calls import Line, Slot, SlotStatus
from kiosk.rules.call_news import CALL_UP_MIN
from kiosk.rules.call_states import CallRefusal
from kiosk.services import (
    call_facts,
    call_offers,
    call_settling,
    call_standby,
    call_turns,
    own_calls,
)
from kiosk.services.answers import ChildFace
from kiosk.services.call_answers import CallTurn, StandbyAsked
from kiosk.services.here import Here
from kiosk.services.own_call import CallMode

# Of several telephones that are free, so many are looked at.
_MOST_LINES: Final = 3
_FREE_NOW: Final = (
    select(Slot.id, Line.name, Line.kind)
    .join(Line, Line.id == Slot.line_id)
    .where(
        Line.home_id == bindparam("home_id"),
        Line.is_in_use.is_(True),
        Slot.on_date == bindparam("today"),
        Slot.start_min <= bindparam("soon"),
        Slot.end_min > bindparam("minute"),
        Slot.status == SlotStatus.OPEN,
        ~call_facts.IS_TAKEN,
    )
    .order_by(Slot.start_min, Line.name)
    .limit(_MOST_LINES)
)


def ask(*, child_id: UUID, face: ChildFace, here: Here) -> StandbyAsked | None:
    """Return the telephone that this child may have now, or None, also when others come first."""
    session = reading()
    if not call_offers.is_planned(session, here):
        return None
    call_settling.settle(here=here)  # a place is free as well when nobody has come for it
    free = _free_now(session, here)
    in_turn = call_standby.ready(session, here) if free else ()
    for row in free:
        offer = call_standby.offer_to(session, in_turn, row.id, here=here)
        if offer is not None and offer.child_id == child_id:
            return StandbyAsked(
                child=face,
                slot_id=offer.slot_id,
                relation=offer.relation,
                line=row.name,
                mode=CallMode(row.kind.value),
            )
    return None


def take(
    *, slot_id: UUID, child_id: UUID, request_id: UUID, face: ChildFace, here: Here
) -> CallTurn:
    """Let the child have the telephone now; committed when it returns.

    Raises:
        RefusedError: SLOT_TAKEN, also when it is another child's turn by now.
    """
    try:
        call_standby.take_standby(slot_id, child_id, request_id, here=here)
    except NotFoundError as error:
        raise RefusedError(CallRefusal.SLOT_TAKEN) from error
    told = own_calls.show(child_id=child_id, here=here)
    if told.call is None:
        raise RefusedError(CallRefusal.SLOT_TAKEN)
    return call_turns.turn(told.call, told.news, face=face)


def _free_now(session: Session, here: Here) -> list[AnyRow]:
    given = {
        "home_id": here.home_id,
        "today": here.today,
        "minute": here.minute,
        "soon": here.minute + CALL_UP_MIN,
    }
    return list(session.execute(_FREE_NOW, given))
