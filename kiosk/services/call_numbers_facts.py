"""What the figures of the calls are counted from: children, calls that came about, places."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, TypeAlias
from uuid import UUID

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session

from kiosk.db import AnyRow
from kiosk.models.call_plan import LineOutage
from kiosk.models.calls import Booking, Line, Slot, SlotStatus
from kiosk.models.openings import Opening
from kiosk.models.people import Child, Contact, ContactStatus, SchoolClass
from kiosk.rules import civil
from kiosk.rules.call_metrics import CallHistory
from kiosk.rules.call_states import CallState
from kiosk.rules.call_waiting import CallPlace
from kiosk.rules.call_windows import Shift
from kiosk.rules.openings import OpeningState
from kiosk.services import call_facts, week_plan_queries
from kiosk.services.here import Here
from kiosk.services.ledger_paper import Period

# From when to when, None while it lasts.
_Outage: TypeAlias = tuple[datetime, datetime | None]

_DAY: Final = timedelta(days=1)
_HELD: Final = frozenset({OpeningState.OPEN, OpeningState.HELD, OpeningState.SHORT})

_CHILDREN: Final = (
    select(Child.id, Child.enrolled_on, Child.left_on, SchoolClass.grade, SchoolClass.number)
    .join(SchoolClass, SchoolClass.id == Child.class_id)
    .where(
        SchoolClass.grade > 0,
        Child.enrolled_on <= bindparam("last"),
        or_(Child.left_on.is_(None), Child.left_on > bindparam("first")),
    )
    .order_by(SchoolClass.grade, SchoolClass.number, Child.id)
)
# The first of a child's card says how its family works.
_FAMILIES: Final = (
    select(Contact.child_id, Contact.shift)
    .where(Contact.status == ContactStatus.APPROVED)
    .order_by(Contact.child_id, Contact.position.desc(), Contact.relation.desc())
)
_RUNG: Final = (
    select(
        Booking.child_id,
        Booking.on_date,
        Booking.state,
        Booking.contact_id,
        call_facts.MISSED_AT.label("missed_at"),
        Booking.companion_of_id.is_(None).label("is_alone"),
    )
    .join(Slot, Slot.id == Booking.slot_id)
    .join(Line, Line.id == Slot.line_id)
    .where(
        Line.home_id == bindparam("home_id"),
        Booking.state.in_([CallState.DONE, CallState.NO_ANSWER]),
        Booking.on_date.between(bindparam("first"), bindparam("last")),
    )
    .order_by(Booking.child_id, Booking.on_date, Booking.start_min)
)
_SLOTS: Final = (
    select(Slot.on_date, Slot.start_min, Slot.end_min, Line.name, Line.kind, Opening.state)
    .join(Line, Line.id == Slot.line_id)
    .join(Opening, Opening.id == Slot.opening_id)
    .where(
        Line.home_id == bindparam("home_id"),
        Slot.status == SlotStatus.OPEN,
        Slot.on_date.between(bindparam("first"), bindparam("last")),
        Opening.state.in_([*_HELD, OpeningState.PLANNED]),
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedChild:
    """A child of the term, and its calls in it; `shift` is None when nobody asked.

    `has_contact`: there is somebody whom it may ring.
    """

    history: CallHistory
    class_name: tuple[int, int]
    has_contact: bool
    shift: Shift | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedPlaces:
    """The places of the weeks, those still to come among them.

    `could_be_used` are those over by now for which the room was open and the line worked.
    """

    by_week: Mapping[date, tuple[CallPlace, ...]]
    could_be_used: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedCalls:
    """The days on which each child's calls came about, and at how many places that was.

    `misses` are the calls in a row that nobody answered, since an adult last looked at the card.
    """

    days: Mapping[UUID, list[date]]
    misses: Mapping[str, int]
    places: int


NONE_COUNTED: Final = CountedCalls(days={}, misses={}, places=0)


def first_day(session: Session, *, here: Here) -> date:
    """Return the day from which this term counts: not before the room opened for the first time."""
    term = here.school.term_of(here.today)
    begun = here.school.term_began(here.today) if term is None else term.first_day
    opened = session.scalar(
        select(Opening.on_date)
        .where(Opening.home_id == here.home_id, Opening.on_date >= begun, Opening.state.in_(_HELD))
        .order_by(Opening.on_date)
        .limit(1)
    )
    return begun if opened is None else opened


def calls(session: Session, period: Period, *, here: Here) -> CountedCalls:
    """Return the calls of a period that came about, and those that nobody answered since."""
    looked = session.execute(week_plan_queries.LOOKED_AT, {"then": here.now})
    looked_at = {row.contact_id: row.settled_at for row in looked}
    days: defaultdict[UUID, list[date]] = defaultdict(list)
    misses: dict[str, int] = {}
    places = 0
    for row in session.execute(_RUNG, _asked(period, here)):
        child_id = str(row.child_id)
        if row.state is CallState.DONE:
            days[row.child_id].append(row.on_date)
            places += row.is_alone
            misses[child_id] = 0
        elif row.contact_id not in looked_at or row.missed_at > looked_at[row.contact_id]:
            misses[child_id] = misses.get(child_id, 0) + 1
    return CountedCalls(days=days, misses=misses, places=places)


def children(session: Session, period: Period, made: CountedCalls) -> list[CountedChild]:
    """Return the children that were enrolled on a day of the period, with their calls."""
    shifts = {row.child_id: row.shift for row in session.execute(_FAMILIES)}
    days = {"first": period.first, "last": period.last}
    return [
        CountedChild(
            history=_history(row, made.days.get(row.id, []), period),
            class_name=(row.grade, row.number),
            has_contact=row.id in shifts,
            shift=shifts.get(row.id),
        )
        for row in session.execute(_CHILDREN, days)
    ]


def _history(row: AnyRow, called_on: Iterable[date], period: Period) -> CallHistory:
    first = max(row.enrolled_on, period.first)
    last = period.last if row.left_on is None else min(row.left_on - _DAY, period.last)
    return CallHistory(
        child_id=str(row.id),
        first_day=first,
        last_day=max(first, last),
        called_on=tuple(day for day in called_on if first <= day <= last),
    )


def places(session: Session, period: Period, *, here: Here) -> CountedPlaces:
    """Return the places of the weeks of a period, up to the end of the last of them."""
    sunday = period.last + _DAY * (6 - period.last.weekday())
    whole = Period(first=period.first, last=sunday)
    outages = _outages(session)
    by_week: defaultdict[date, list[CallPlace]] = defaultdict(list)
    could_be_used = 0
    for row in session.execute(_SLOTS, _asked(whole, here)):
        was_shut = row.state not in _HELD and row.on_date < here.today
        if was_shut or _is_out(row, outages, here):
            continue
        by_week[row.on_date - _DAY * row.on_date.weekday()].append(_place(row))
        is_over = (row.on_date, row.end_min) <= (here.today, here.minute)
        could_be_used += row.state in _HELD and is_over
    return CountedPlaces(
        by_week={monday: tuple(of) for monday, of in by_week.items()},
        could_be_used=could_be_used,
    )


def _asked(period: Period, here: Here) -> dict[str, object]:
    return {"home_id": here.home_id, "first": period.first, "last": period.last}


def _outages(session: Session) -> Mapping[str, list[_Outage]]:
    """Return when each line, by its name, was out of order."""
    found: dict[str, list[_Outage]] = {}
    for row in session.execute(
        select(Line.name, LineOutage.began_at, LineOutage.ended_at).join(
            Line, Line.id == LineOutage.line_id
        )
    ):
        found.setdefault(row.name, []).append((row.began_at, row.ended_at))
    return found


def _is_out(row: AnyRow, outages: Mapping[str, list[_Outage]], here: Here) -> bool:
    if row.name not in outages:
        return False
    starts = civil.instant(row.on_date, row.start_min, here.settings.zone)
    return any(
        began <= starts and (ended is None or starts < ended) for began, ended in outages[row.name]
    )


def _place(row: AnyRow) -> CallPlace:
    # Which of the rows it was says nothing here; a line has one place at a time.
    return CallPlace(
        slot_id=f"{row.on_date}/{row.name}/{row.start_min}",
        line=row.name,
        kind=row.kind,
        on=row.on_date,
        start_min=row.start_min,
        end_min=row.end_min,
    )
