"""What a week's plan is made from: who waits, whom each can ring and when, and the free places."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import takewhile
from typing import Final, TypeAlias
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from kiosk.db import AnyRow, AnySelect
from kiosk.ids import new_id
from kiosk.models.call_hours import ChildLesson, ContactHours
from kiosk.models.call_plan import CallWish
from kiosk.models.calls import Booking
from kiosk.models.people import Contact, ContactStatus
from kiosk.rules import call_repair, civil
from kiosk.rules.call_states import TO_COME, CallState
from kiosk.rules.call_waiting import Asked, CallPlace, WaitingChild
from kiosk.rules.call_windows import BlockedTime, Callee, Hours, LineKind
from kiosk.services import week_plan_queries
from kiosk.services.here import Here
from kiosk.services.week_plan_queries import Asked as Questions

# A call further back than this counts the same as none: the child waits longest either way.
_BACK: Final = timedelta(weeks=26)
_WEEK: Final = timedelta(days=7)
# Up to so many children are looked up one by one.
_FEW: Final = 150
# An id begins with the millisecond in which it was made.
_RANDOM_BITS: Final = 80
_MADE: Final = frozenset({CallState.DONE, CallState.CALLING})

_ByKey: TypeAlias = Mapping[UUID, list[AnyRow]]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanFacts:
    """All that the rule of the plan is told, for the week that begins on `first_day`, a Monday."""

    first_day: date
    children: tuple[WaitingChild, ...]
    places: tuple[CallPlace, ...]


def read(session: Session, first_day: date, *, here: Here) -> PlanFacts:
    """Return the facts for a week; places that are over by now are left out."""
    return _read(session, first_day, week_plan_queries.NOW, here)


def read_whole(session: Session, first_day: date, *, here: Here) -> PlanFacts:
    """Return all children and all places of a week, whoever has which."""
    return _read(session, first_day, week_plan_queries.WHOLE, here)


def read_then(session: Session, first_day: date, *, at: datetime, here: Here) -> PlanFacts:
    """Return the facts as they were at an instant, as far as they are still known.

    Calls, wishes, outages and what was made since are; cards that were changed since are not.
    """
    facts = _read(session, first_day, week_plan_queries.AT_THAT_TIME, replace(here, now=at))
    until = new_id(at).int >> _RANDOM_BITS
    return replace(
        facts,
        places=tuple(one for one in facts.places if UUID(one.slot_id).int >> _RANDOM_BITS <= until),
    )


def places(session: Session, first_day: date, *, here: Here) -> tuple[CallPlace, ...]:
    """Return the free places of a week that are not over by now, in order of time."""
    values = _values(first_day, first_day, here)
    return _places(session, week_plan_queries.NOW, values, here)


def children(
    session: Session, first_day: date, *which: ColumnElement[bool], until: date, here: Here
) -> tuple[WaitingChild, ...]:
    """Return what is known of these children for a week, by the calls before `until`."""
    asked = replace(week_plan_queries.NOW, children=week_plan_queries.EVERYBODY.where(*which))
    return _children(session, first_day, asked, _values(first_day, until, here))


def _read(session: Session, first_day: date, asked: Questions, here: Here) -> PlanFacts:
    values = _values(first_day, first_day, here)
    return PlanFacts(
        first_day=first_day,
        children=_children(session, first_day, asked, values),
        places=_places(session, asked, values, here),
    )


def _values(first_day: date, until: date, here: Here) -> Mapping[str, object]:
    return {
        "home_id": here.home_id,
        "week_key": civil.week_key(first_day),
        "then": here.now,
        "today": here.today,
        "first": first_day - _BACK,
        "until": until,
    }


def _places(
    session: Session, asked: Questions, values: Mapping[str, object], here: Here
) -> tuple[CallPlace, ...]:
    rows = session.execute(asked.places, values)
    return tuple(
        place_of(row) for row in rows if (row.on_date, row.start_min) >= (here.today, here.minute)
    )


def place_of(row: AnyRow) -> CallPlace:
    """Return the place of a row that has the columns of a slot and its line's name and kind."""
    return CallPlace(
        slot_id=str(row.id),
        line=row.name,
        kind=row.kind,
        on=row.on_date,
        start_min=row.start_min,
        end_min=row.end_min,
    )


def _children(
    session: Session, first_day: date, asked: Questions, values: Mapping[str, object]
) -> tuple[WaitingChild, ...]:
    rows = session.execute(asked.children, values).all()
    # Of a handful only what is theirs is read.
    few = frozenset(row.id for row in rows) if len(rows) <= _FEW else None

    def of(statement: AnySelect, whose: InstrumentedAttribute[UUID], key: str) -> _ByKey:
        mine = statement if few is None else statement.where(whose.in_(few))
        return _by(session.execute(mine, values), key)

    contacts = of(week_plan_queries.CONTACTS, Contact.child_id, "child_id")
    theirs = _table(ContactHours).join(Contact, Contact.id == ContactHours.contact_id)
    hours = of(theirs, Contact.child_id, "contact_id")
    lessons = of(_table(ChildLesson), ChildLesson.child_id, "child_id")
    wishes = of(week_plan_queries.WISHES, CallWish.child_id, "child_id")
    calls = of(asked.calls, Booking.child_id, "child_id")
    not_theirs = frozenset(session.scalars(week_plan_queries.NOT_THEIRS, values))
    looked_at = _looked_at(session, values)
    return tuple(
        _child(
            row,
            first_day,
            calls.get(row.id, []),
            looked_at,
            _callees(contacts.get(row.id, []), hours, wishes.get(row.id, []), not_theirs),
            lessons.get(row.id, []),
            wishes.get(row.id, []),
        )
        for row in rows
    )


def _looked_at(session: Session, values: Mapping[str, object]) -> Mapping[UUID, datetime]:
    looked = session.execute(week_plan_queries.LOOKED_AT, values)
    return {one.contact_id: one.settled_at for one in looked}


def _child(
    row: AnyRow,
    first_day: date,
    calls: Sequence[AnyRow],
    looked_at: Mapping[UUID, datetime],
    callees: tuple[Callee, ...],
    lessons: Iterable[AnyRow],
    wishes: Sequence[AnyRow],
) -> WaitingChild:
    return WaitingChild(
        child_id=str(row.id),
        last_connected_on=_last_connected(calls, first_day),
        opened_on=row.enrolled_on,
        is_owed=_is_owed(calls, first_day),
        misses=_misses(calls, looked_at),
        callees=callees,
        blocked=tuple(
            BlockedTime(weekday=one.weekday, from_min=one.from_min, to_min=one.to_min)
            for one in lessons
        ),
        away=frozenset(),
        asked=_asked([one for one in wishes if one.is_by_child]),
    )


def _asked(wishes: Sequence[AnyRow]) -> Asked | None:
    """Return what the child itself asked for. It has one wish a week."""
    if not wishes:
        return None
    contact_id = wishes[0].contact_id
    return Asked(
        contact_id=None if contact_id is None else str(contact_id),
        times=tuple(
            (one.on_date, (one.from_min, one.to_min)) for one in wishes if one.on_date is not None
        ),
    )


def _table(table: type[ContactHours | ChildLesson]) -> AnySelect:
    return select(*table.__table__.columns).order_by(table.weekday, table.from_min, table.id)


def _by(rows: Iterable[AnyRow], key: str) -> _ByKey:
    found: defaultdict[UUID, list[AnyRow]] = defaultdict(list)
    for row in rows:
        found[getattr(row, key)].append(row)
    return found


def _last_connected(calls: Iterable[AnyRow], first_day: date) -> date | None:
    """Return the day of the last call that came about, or of one that is expected to.

    Before the week that begins on `first_day` every call to come is; in it a place may yet be lost.
    """
    counting = (
        one.on_date
        for one in calls
        if one.state in _MADE or (one.state in TO_COME and one.on_date < first_day)
    )
    return next(counting, None)


def _is_owed(calls: Iterable[AnyRow], first_day: date) -> bool:
    """Return whether this week so far, or the one before it where nothing came about, owes one."""
    recent = [one for one in calls if one.on_date >= first_day - _WEEK]
    this_week = [(one.kind, one.state) for one in recent if one.on_date >= first_day]
    last_week = [(one.kind, one.state) for one in recent if one.on_date < first_day]
    if any(state is CallState.DONE for _, state in this_week):
        return False
    return call_repair.is_owed(this_week) or call_repair.is_owed(last_week)


def _misses(calls: Iterable[AnyRow], looked_at: Mapping[UUID, datetime]) -> int:
    """Return how many calls in a row nobody answered, since an adult last looked at the card."""
    ended = (one for one in calls if one.state in {CallState.DONE, CallState.NO_ANSWER})
    missed = takewhile(lambda one: one.state is CallState.NO_ANSWER, ended)
    looked = ((one.missed_at, looked_at.get(one.contact_id)) for one in missed)
    return sum(at is None or missed_at > at for missed_at, at in looked)


def _callees(
    rows: Iterable[AnyRow], hours: _ByKey, wishes: Sequence[AnyRow], not_theirs: Collection[UUID]
) -> tuple[Callee, ...]:
    return tuple(_callee(row, hours.get(row.id, []), wishes, not_theirs) for row in rows)


def _callee(
    row: AnyRow, hours: Iterable[AnyRow], wishes: Iterable[AnyRow], not_theirs: Collection[UUID]
) -> Callee:
    own = tuple(
        Hours(
            weekday=one.weekday,
            from_min=one.from_min,
            to_min=one.to_min,
            pattern=one.pattern,
            anchor=one.a_week_on,
        )
        for one in hours
    )
    # A contact without hours can be rung at any time: there is nothing that a wish could add.
    wished = tuple(
        Hours(weekday=one.on_date.isoweekday(), from_min=one.from_min, to_min=one.to_min)
        for one in wishes
        # When a child would like to ring says nothing of when its family can be rung.
        if one.on_date is not None and not one.is_by_child and one.contact_id in {None, row.id}
    )
    kinds = {LineKind.PHONE: row.can_phone, LineKind.VIDEO: row.can_video}
    return Callee(
        contact_id=str(row.id),
        phone=row.phone_digest.hex(),
        kinds=frozenset(kind for kind, can in kinds.items() if can),
        hours=own and own + wished,
        may_be_rung=row.status is ContactStatus.APPROVED and row.id not in not_theirs,
    )
