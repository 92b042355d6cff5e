"""What follows when the calendar changes: the openings, and the days on which loans are due."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from kiosk.models.calls import Slot
from kiosk.models.duty import PlannedDuty
from kiosk.models.home import Home
from kiosk.models.openings import Opening, OpeningRule
from kiosk.models.people import Staff
from kiosk.rules.call_outage import ClosureReason
from kiosk.rules.duty import RESPONSIBLE
from kiosk.rules.openings import OpeningState
from kiosk.rules.school_days import SchoolDays
from kiosk.services import call_losses, duty_steps, loan_days, opening_plan, opening_returns
from kiosk.services.call_losses import Beside, Promised, WeekLosses
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

    `before` is the calendar as it was. `agreed` is the digest of what goes, as somebody has seen
    it; with None nobody looks beforehand.

    Raises:
        RefusedError: CHANGED, with a `preview`, when calls or promised openings would be lost, or
        due days move, that nobody was shown. What was done by then is undone by the transaction.
    """
    rooms = [replace(here, home_id=home_id) for home_id in session.scalars(select(Home.id)).all()]
    going = [(room, _going(session, room, before)) for room in rooms]
    gone = _give_up(session, going, reason=ClosureReason.HOLIDAY, staff_id=staff_id)
    for room in rooms:
        opening_returns.bring_back(session, before=before, staff_id=staff_id, here=room)
        opening_plan.plan_ahead_in(session, here=room)
    return _follow(session, gone, agreed=agreed, here=here)


def give_up(
    session: Session, gone: Sequence[Opening], *, agreed: str | None, staff_id: UUID, here: Here
) -> Followed:
    """Take openings of a room out of the plan that its weekly pattern has no longer.

    Raises:
        RefusedError: CHANGED, as `follow`.
    """
    taken = _give_up(session, [(here, gone)], reason=ClosureReason.OTHER, staff_id=staff_id)
    return _follow(session, taken, agreed=agreed, here=here)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Gone:
    """What went with openings that were taken out of the plan."""

    lost: tuple[WeekLosses, ...]
    promised: tuple[Promised, ...]
    released: int
    moved: int


def _give_up(
    session: Session,
    going: Sequence[tuple[Here, Sequence[Opening]]],
    *,
    reason: ClosureReason,
    staff_id: UUID,
) -> _Gone:
    """Take openings of rooms out, and seat who loses a call with them elsewhere."""
    lost = [
        (room, one)
        for room, gone in going
        for one in call_losses.losses(
            session, Slot.opening_id.in_([opening.id for opening in gone]), here=room
        )
    ]
    promised = [
        _promised(session, opening)
        for _, gone in going
        for opening in gone
        if duty_steps.is_promised(session, opening)
    ]
    released = sum(
        opening_plan.take_back(session, opening, reason=reason, staff_id=staff_id, here=room)
        for room, gone in going
        for opening in gone
    )
    session.flush()  # its places are gone before anybody is seated, or anything planned anew
    return _Gone(
        lost=tuple(one for _, one in lost),
        promised=tuple(sorted(promised)),
        released=released,
        moved=sum(
            call_losses.seat(session, one, staff_id=staff_id, here=room) for room, one in lost
        ),
    )


def _promised(session: Session, opening: Opening) -> Promised:
    names = session.scalars(
        select(Staff.display_name)
        .join(PlannedDuty, PlannedDuty.staff_id == Staff.id)
        .where(
            PlannedDuty.opening_id == opening.id,
            PlannedDuty.state.in_(RESPONSIBLE),
            duty_steps.HAD_AGREED,
        )
        .order_by(PlannedDuty.id)
    ).all()
    return Promised(
        on=opening.on_date, from_min=opening.from_min, to_min=opening.to_min, names=tuple(names)
    )


def _follow(session: Session, gone: _Gone, *, agreed: str | None, here: Here) -> Followed:
    """Let the due days follow; refuse all of it when anybody should have been shown it first."""
    due = loan_days.follow_told(session, here=here)
    beside = Beside(promised=gone.promised, due=due)
    call_losses.agree(session, gone.lost, agreed, here=here, beside=beside)
    return Followed(
        moved=sum(one.books for one in due),
        calls_released=gone.released,
        calls_moved=gone.moved,
    )


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
