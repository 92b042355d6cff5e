"""What follows when the calendar changes: the openings, and the days on which loans are due."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from kiosk.models.calls import Slot
from kiosk.models.home import Home
from kiosk.models.openings import Opening, OpeningRule
from kiosk.rules.openings import OpeningState
from kiosk.rules.school_days import SchoolDays
from kiosk.services import call_losses, loan_days, opening_plan
from kiosk.services.here import Here


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """How many loans are due on another day now, and how many calls were given back.

    `calls_moved` of these have another place already.
    """

    moved: int
    calls_released: int
    calls_moved: int = 0


def follow(
    session: Session,
    *,
    before: SchoolDays,
    staff_id: UUID,
    here: Here,
    agreed: str | None = None,
) -> Followed:
    """Let plan and loans follow the calendar of `here`, inside a transaction that is under way.

    `before` is the calendar as it was. `agreed` is the digest of the calls that are lost, as
    somebody has seen them; with None nobody looks beforehand.

    Raises:
        RefusedError: CHANGED, when calls would be lost that nobody was shown.
    """
    rooms = [replace(here, home_id=home_id) for home_id in session.scalars(select(Home.id)).all()]
    going = [(room, _going(session, room, before)) for room in rooms]
    released, moved = give_up(session, going, agreed=agreed, staff_id=staff_id, here=here)
    for room in rooms:
        opening_plan.plan_ahead_in(session, here=room)
    return Followed(
        moved=loan_days.follow(session, here=here), calls_released=released, calls_moved=moved
    )


def give_up(
    session: Session,
    going: Sequence[tuple[Here, Sequence[Opening]]],
    *,
    agreed: str | None,
    staff_id: UUID,
    here: Here,
) -> tuple[int, int]:
    """Take openings of rooms out of the plan, and seat who loses a call with them elsewhere.

    Return how many calls were released, and how many of these have another place.

    Raises:
        RefusedError: CHANGED, when other calls would be lost than `agreed`.
    """
    lost = [
        (room, one)
        for room, gone in going
        for one in call_losses.losses(
            session, Slot.opening_id.in_([opening.id for opening in gone]), here=room
        )
    ]
    call_losses.agree(session, [one for _, one in lost], agreed, here=here)
    released = sum(
        opening_plan.take_back(session, opening, staff_id=staff_id, here=room)
        for room, gone in going
        for opening in gone
    )
    session.flush()  # its places are gone before anybody is seated, or anything planned anew
    moved = sum(call_losses.seat(session, one, staff_id=staff_id, here=room) for room, one in lost)
    return released, moved


def _going(session: Session, here: Here, before: SchoolDays) -> Sequence[Opening]:
    """Return the planned openings that the calendar has no longer.

    One that was planned by hand on a closed day stays, until that day is closed once more.
    """
    planned = session.execute(
        select(Opening, OpeningRule)
        .outerjoin(OpeningRule, OpeningRule.id == Opening.rule_id)
        .where(
            Opening.home_id == here.home_id,
            Opening.on_date >= here.today,
            Opening.state == OpeningState.PLANNED,
        )
    ).all()
    return [opening for opening, rule in planned if not _stays(opening, rule, here, before)]


def _stays(opening: Opening, rule: OpeningRule | None, here: Here, before: SchoolDays) -> bool:
    on = opening.on_date
    if rule is not None:
        return opening_plan.weekly_rule(rule).is_for(on, school=here.school)
    return before.is_closed(on) or not here.school.is_closed(on)
