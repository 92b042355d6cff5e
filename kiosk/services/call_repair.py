"""What falls through is made good: later today, later this week, by whoever is in the room.

The repair of the weeks whose plan is out, this one and those after it, runs when somebody looks
(`repair_if_due`): in a transaction of its own, and only when there is a move to make. Made again at
once it finds nothing more to do.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Final, TypeAlias
from uuid import UUID
from weakref import WeakKeyDictionary

from sqlalchemy import bindparam, case, func, or_, select
from sqlalchemy.orm import Session

from kiosk.db import reading, transaction
from kiosk.models.calls import UNFINISHED_STATES, Booking, CallResult
from kiosk.models.people import Child
from kiosk.rules import call_repair
from kiosk.rules.call_reasons import Seated
from kiosk.rules.call_repair import Moves, Need, NextStep, Step
from kiosk.rules.call_states import MIN_TRIES, CallKind
from kiosk.rules.call_waiting import CallPlace, WaitingChild
from kiosk.rules.call_wishes import PlanState
from kiosk.services import (
    call_attempts,
    call_moves,
    call_seating,
    call_settling,
    call_standby,
    call_weeks,
    urgent_needs,
    week_plan_facts,
    week_plans,
)
from kiosk.services.call_seating import NewCall, RepairDone
from kiosk.services.call_standby import StandbyOffer, offer_standby, take_standby
from kiosk.services.call_weeks import StandsFor, WeekCalls
from kiosk.services.here import Here

__all__ = [
    "NextStep",
    "RepairDone",
    "StandbyOffer",
    "Step",
    "after_no_answer",
    "offer_standby",
    "repair_if_due",
    "repair_week",
    "repair_weeks",
    "take_standby",
]

_DAY: Final = timedelta(days=1)
# What a look at the weeks sees change: the minute, and any call that was booked, ended or given up.
# A child that comes to the telephone and rings keeps its place: at each touch of whoever leads a
# call, that would be a look in vain.
_Sight: TypeAlias = tuple[UUID, date, int, tuple[int | None, ...]]
_CALLS: Final = select(
    func.count(), func.sum(case((Booking.state.in_(UNFINISHED_STATES), 0), else_=Booking.version))
).where(Booking.on_date >= bindparam("first"))
# The last look of this process that found nothing to move: ten boards that are open and ask every
# ten seconds look once a minute. A card that was changed since then is seen a minute later.
_in_vain: Final[WeakKeyDictionary[object, _Sight]] = WeakKeyDictionary()
_NEXT_PLAN: Final = NextStep(step=Step.NEXT_PLAN, place=None)
_ANEW: Final = StandsFor(booking_id=None, kind=CallKind.URGENT)
_NO_MOVES: Final = Moves(seated=(), gives_back=())


def repair_if_due(*, here: Here) -> RepairDone:
    """Settle what is late, and repair the weeks from this one on if there is anything to move.

    For whoever looks at the calls of the room or of a child, not for a scan at the door.
    """
    call_settling.settle(here=here)
    session = reading()
    monday = week_plans.first_day(here.today)
    engine, sight = session.get_bind(), _sight(session, monday, here)
    if _in_vain.get(engine) == sight:
        return RepairDone()
    weeks = (call_weeks.calls(session, one) for one in week_plans.published(session, here=here))
    if not any(_moves(session, week, (), here)[0].seated for week in weeks):
        _in_vain[engine] = sight
        return RepairDone()
    with transaction() as writing:
        return repair_weeks(writing, here=here)


def _sight(session: Session, monday: date, here: Here) -> _Sight:
    calls = session.execute(_CALLS, {"first": monday}).one()
    return here.home_id, here.today, here.minute, tuple(calls)


def repair_weeks(session: Session, *, here: Here) -> RepairDone:
    """Repair each week from this one on whose plan is out, in order."""
    done = [
        repair_week(session, here=here, monday=one)
        for one in week_plans.published(session, here=here)
    ]
    return RepairDone(
        booked=tuple(booked for one in done for booked in one.booked),
        given_back=tuple(given for one in done for given in one.given_back),
    )


def repair_week(
    session: Session, *, here: Here, away: Collection[UUID] = (), monday: date | None = None
) -> RepairDone:
    """Seat who has neither a call nor a place that week, in what is left of it.

    Before the room opens today's places count too; then those of the days after, for what is free
    today is for the children in the room. `away` are known not to come today. Nothing is moved in
    a week whose plan is not published, and nobody whose call was called off is seated again. The
    week is that of `monday`, or this one.
    """
    week = call_weeks.calls(session, monday or week_plans.first_day(here.today))
    moves, stand_for = _moves(session, week, away, here)
    return call_seating.apply(session, moves, week, stand_for=stand_for, here=here)


def _moves(
    session: Session, week: WeekCalls, away: Iterable[UUID], here: Here
) -> tuple[Moves, list[StandsFor]]:
    """Return the moves to make, and for each child that is seated which call that stands for."""
    seed = call_weeks.seed(session, week.first_day, here=here)
    plan = None if seed is None else week_plans.plan_of(session, week.first_day, here=here)
    if seed is None or plan is None or plan.state is not PlanState.PUBLISHED:
        return _NO_MOVES, []
    is_open = call_weeks.has_opened_today(session, here=here)
    first = here.today + _DAY if is_open else here.today
    places = week_plan_facts.places(session, week.first_day, here=here)
    lent = {
        child_id: week_plan_facts.place_of(row)
        for child_id, row in week.lent(here).items()
        if row.on_date >= first
    }
    if not places and not lent:
        return _NO_MOVES, []
    return _arranged(session, week, places, lent, first=first, seed=seed, away=away, here=here)


def _arranged(
    session: Session,
    week: WeekCalls,
    places: Sequence[CallPlace],
    lent: Mapping[str, CallPlace],
    *,
    first: date,
    seed: str,
    away: Iterable[UUID],
    here: Here,
) -> tuple[Moves, list[StandsFor]]:
    """Seat who cannot wait, from now on; then who has nothing, from the day `first` on."""
    provided, urgent = week.provided, week.urgent_needs()
    wished = urgent_needs.without_place(session, week.first_day, here=here)
    # Everybody else; a long list of ids costs less than a look for each child.
    which = or_(Child.id.not_in(provided), Child.id.in_({*urgent, *wished}))
    waiting = call_weeks.children(session, week, which, here=here, away=away)
    at_once = _soonest(urgent_needs.asking_for(waiting, wished), wished, places, seed, here)
    left = _left(at_once, (one for one in places if one.on >= first))
    soon = _soonest(waiting, urgent.keys() - wished, left, seed, here)
    seated = {one.child_id for one in (*at_once, *soon)} | {str(one) for one in provided}
    moves = call_repair.reseat(
        [one for one in waiting if one.child_id not in seated],
        free=_left(soon, left),
        lent=lent,
        seed=seed,
        today=here.today,
    )
    fallen = week.fallen_through()
    weekly = [
        StandsFor(booking_id=fallen.get(one.child_id), kind=CallKind.WEEKLY) for one in moves.seated
    ]
    return (
        replace(moves, seated=(*at_once, *soon, *moves.seated)),
        [*[_ANEW] * len(at_once), *(urgent[UUID(one.child_id)] for one in soon), *weekly],
    )


def _soonest(
    waiting: Iterable[WaitingChild],
    urgent: Collection[UUID],
    free: Iterable[CallPlace],
    seed: str,
    here: Here,
) -> tuple[Seated, ...]:
    cannot_wait = [one for one in waiting if UUID(one.child_id) in urgent]
    return call_repair.soonest(cannot_wait, free=free, seed=seed, today=here.today)


def _left(seated: Iterable[Seated], free: Iterable[CallPlace]) -> list[CallPlace]:
    taken = {one.place for one in seated}
    return [one for one in free if one not in taken]


def after_no_answer(session: Session, booking: Booking, *, here: Here) -> NextStep:
    """Do what follows on a call that ended without a talk, and say what that is.

    A place of today is booked at once, for those who rang along too; a later one comes with the
    repair of the week. Asked again, it says the same and books nothing more.
    """
    session.flush()  # the miss counts
    monday = week_plans.first_day(booking.on_date)
    seed = call_weeks.seed(session, monday, here=here)
    if seed is None or booking.on_date != here.today or booking.kind is CallKind.STANDBY:
        return _NEXT_PLAN
    week = call_weeks.calls(session, monday)
    again = week.in_place_of(booking.id)
    if again is not None:
        return NextStep(step=Step.LATER_TODAY, place=week_plan_facts.place_of(again))
    found = call_weeks.children(session, week, Child.id == booking.child_id, here=here)
    if not found:
        return _NEXT_PLAN
    step = call_repair.next_step(
        found[0],
        week_plan_facts.places(session, monday, here=here),
        tries=MIN_TRIES,
        is_wrong_number=_is_wrong_number(session, booking),
        is_place_over=True,
        someone_waits=_someone_waits(session, week, seed, here),
        today=here.today,
        minute=here.minute,
    )
    if step.place is None or _seat_again(session, booking, step.place, week, here):
        return step
    return NextStep(step=Step.LATER_THIS_WEEK, place=None)


def _is_wrong_number(session: Session, booking: Booking) -> bool:
    attempt = call_attempts.last(session, booking)
    return attempt is not None and attempt.result is CallResult.WRONG_NUMBER


def _seat_again(
    session: Session, booking: Booking, place: CallPlace, week: WeekCalls, here: Here
) -> bool:
    """Book a place for the child, and for those who rang along and whose people are free then."""
    along = [one for one in call_moves.companions(session, booking) if one.state is booking.state]
    together = [booking, *along]
    of_them = Child.id.in_([one.child_id for one in together])
    known = {
        UUID(one.child_id): one for one in call_weeks.children(session, week, of_them, here=here)
    }
    leader_id: UUID | None = None
    for one in together:
        child = known[one.child_id]
        if leader_id is not None:
            child = _with_person_of(child, session.get_one(Booking, leader_id))
        contact_id = call_repair.contact_for(child, place.on, place.span, place.kind)
        if contact_id is None:
            continue
        wanted = NewCall(
            child_id=one.child_id,
            contact_id=UUID(contact_id),
            slot_id=UUID(place.slot_id),
            kind=one.kind,
            replaces_id=one.id,
            companion_of_id=leader_id,
        )
        booked = call_seating.seat(session, wanted, here=here)
        leader_id = leader_id or booked
        if leader_id is None:
            return False
    return leader_id is not None


def _with_person_of(child: WaitingChild, leader: Booking) -> WaitingChild:
    """Return a child that can ring only whom the leading call rings: they talk to one person."""
    phone = leader.phone_digest.hex()
    return replace(child, callees=tuple(one for one in child.callees if one.phone == phone))


def _someone_waits(session: Session, week: WeekCalls, seed: str, here: Here) -> bool:
    """Return whether a child in the room has had neither a call nor a place this week."""
    waiting = call_weeks.children(session, week, call_standby.IS_HERE, here=here)
    return any(
        call_repair.standby_turn(one, seed)[0] is Need.NOTHING_THIS_WEEK
        for one in call_weeks.present(week, waiting, here=here)
        if call_repair.may_stand_by(one, today=here.today)
    )
