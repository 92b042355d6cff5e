"""Calls that somebody asks for: written down, followed, taken back. A wish adds times, not rank."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID, uuid5

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from kiosk.db import AnyRow, reading, transaction
from kiosk.errors import InvalidInputError, NotFoundError, RefusedError
from kiosk.ids import new_id
from kiosk.models.call_plan import CallWish, WishTime
from kiosk.models.calls import Booking
from kiosk.models.people import Child, Contact, ContactStatus
from kiosk.rules import civil, wish_ends
from kiosk.rules.call_states import CallRefusal
from kiosk.rules.call_wishes import AskedBy, WishKind, WishState
from kiosk.rules.people import PeopleProblem
from kiosk.rules.wish_ends import WishedCall, WishedFor, WishProblem, WishTimeSpan
from kiosk.services import audit, call_settling
from kiosk.services.audit import AuditAction
from kiosk.services.here import Here

__all__ = ["Asked", "WishTimeSpan", "ask", "settle", "settle_in", "withdraw"]

_MOST_TIMES: Final = 14
_WEEK: Final = timedelta(weeks=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A wish as it is written down. `staff_id` is None for what a child asks at its own screen."""

    child_id: UUID
    contact_id: UUID | None
    kind: WishKind
    asked_by: AskedBy
    times: tuple[WishTimeSpan, ...]
    staff_id: UUID | None
    request_id: UUID


def ask(asked: Asked, *, here: Here) -> tuple[UUID, ...]:
    """Write a wish down, one for each week that its times lie in; the same request only once.

    Raises:
        NotFoundError: UNKNOWN_CHILD; NO_CONTACT, for a person whom the child may not ring.
        InvalidInputError: NO_TIME, for a family's wish without a time to come; WRONG_SPAN.
    """
    weeks = _weeks(asked, here)
    with transaction() as session:
        _check(session, asked)
        return tuple(_put(session, asked, week, times, here) for week, times in weeks.items())


def withdraw(wish_id: UUID, *, actor_id: UUID, here: Here) -> None:
    """Take a wish back that nobody has met yet; twice is once.

    Raises:
        NotFoundError: UNKNOWN. RefusedError: SETTLED, when there is a call or its week is over.
    """
    settle(here=here)
    with transaction() as session:
        wish = session.get(CallWish, wish_id)
        if wish is None or wish.home_id != here.home_id:
            raise NotFoundError(WishProblem.UNKNOWN)
        if wish.state is WishState.WITHDRAWN:
            return
        if wish.state is not WishState.OPEN:
            raise RefusedError(WishProblem.SETTLED)
        wish.state, wish.settled_at = WishState.WITHDRAWN, here.now
        _audit(session, wish_id, "withdrawn", actor_id, here)


def settle(*, here: Here) -> int:
    """Write what became of the wishes, in a transaction only where one has changed."""
    if not _changed(reading(), here):
        return 0
    with transaction() as session:
        return settle_in(session, here=here)


def settle_in(session: Session, *, here: Here) -> int:
    """Settle the wishes inside a transaction that is under way."""
    changed = _changed(session, here)
    for wish, state, call in changed:
        wish.state = state
        wish.booking_id = None if call is None else call.booking_id
        wish.settled_at = None if state is WishState.OPEN else here.now
    return len(changed)


def _weeks(asked: Asked, here: Here) -> dict[str, list[WishTimeSpan]]:
    """Return the times by week; a wish without any is one of this week."""
    ahead: dict[str, list[WishTimeSpan]] = {}
    if len(asked.times) > _MOST_TIMES:
        raise InvalidInputError(WishProblem.WRONG_SPAN)
    for time in sorted(set(asked.times), key=lambda one: (one.on, one.from_min)):
        if not 0 <= time.from_min < time.to_min <= civil.DAY_MINUTES:
            raise InvalidInputError(WishProblem.WRONG_SPAN)
        if (time.on, time.to_min) > (here.today, here.minute):
            ahead.setdefault(civil.week_key(time.on), []).append(time)
    if not ahead and (asked.times or asked.kind is WishKind.PARENT):
        raise InvalidInputError(WishProblem.NO_TIME)
    return ahead or {civil.week_key(here.today): []}


def _check(session: Session, asked: Asked) -> None:
    child = session.get(Child, asked.child_id)
    if child is None or child.left_on is not None:
        raise NotFoundError(PeopleProblem.UNKNOWN_CHILD)
    if asked.contact_id is None:
        return
    contact = session.get(Contact, asked.contact_id)
    if (
        contact is None
        or contact.child_id != asked.child_id
        or contact.status is not ContactStatus.APPROVED
    ):
        raise NotFoundError(CallRefusal.NO_CONTACT)


def _put(
    session: Session, asked: Asked, week: str, times: Sequence[WishTimeSpan], here: Here
) -> UUID:
    request_id = uuid5(asked.request_id, week)
    known = session.scalar(select(CallWish.id).where(CallWish.request_id == request_id))
    if known is not None:
        return known
    wish_id = new_id(here.now)
    wish = {
        "id": wish_id,
        "home_id": here.home_id,
        "child_id": asked.child_id,
        "contact_id": asked.contact_id,
        "kind": asked.kind,
        "asked_by": asked.asked_by,
        "staff_id": asked.staff_id,
        "week_key": week,
        "state": WishState.OPEN,
        "asked_at": here.now,
        "request_id": request_id,
    }
    session.execute(insert(CallWish), wish)
    rows = _together(times)
    if rows:
        session.execute(insert(WishTime), [{"wish_id": wish_id, **row} for row in rows])
    if asked.staff_id is not None:
        _audit(session, wish_id, f"asked by {asked.asked_by}", asked.staff_id, here)
    return wish_id


def _together(times: Iterable[WishTimeSpan]) -> list[dict[str, object]]:
    """Return the rows of times in order; of two that begin together the longer one."""
    longest = {(one.on, one.from_min): one.to_min for one in sorted(times, key=_by_end)}
    return [
        {"on_date": on, "from_min": begin, "to_min": end} for (on, begin), end in longest.items()
    ]


def _by_end(time: WishTimeSpan) -> int:
    return time.to_min


def _changed(session: Session, here: Here) -> list[tuple[CallWish, WishState, WishedCall | None]]:
    wishes = session.scalars(
        select(CallWish).where(
            CallWish.home_id == here.home_id,
            CallWish.state.in_((WishState.OPEN, WishState.PLANNED)),
        )
    ).all()
    if not wishes:
        return []
    times, calls = times_of(session, wishes), _calls(session, wishes)
    this_week = civil.week_key(here.today)
    are_over = any(_last_week(one) < this_week for one in wishes)
    if are_over and call_settling.is_leap(session, here=here):
        this_week = ""  # a clock that leapt over more than a holiday ends no week
    found = []
    for wish in wishes:
        call = wish_ends.met_by(
            WishedFor(
                kind=wish.kind,
                asked_by=wish.asked_by,
                contact_id=wish.contact_id,
                times=times.get(wish.id, ()),
                asked_at=wish.asked_at,
            ),
            _in_its_weeks(wish, calls.get(wish.child_id, ())),
        )
        state = wish_ends.state_of(call, is_week_over=_last_week(wish) < this_week)
        booking_id = None if call is None else call.booking_id
        if (state, booking_id) != (wish.state, wish.booking_id):
            found.append((wish, state, call))
    return found


def times_of(
    session: Session, wishes: Iterable[CallWish]
) -> Mapping[UUID, tuple[WishTimeSpan, ...]]:
    """Return the times that wishes add, in order."""
    rows = session.scalars(
        select(WishTime)
        .where(WishTime.wish_id.in_([one.id for one in wishes]))
        .order_by(WishTime.on_date, WishTime.from_min)
    )
    found: dict[UUID, tuple[WishTimeSpan, ...]] = {}
    for row in rows:
        span = WishTimeSpan(on=row.on_date, from_min=row.from_min, to_min=row.to_min)
        found[row.wish_id] = (*found.get(row.wish_id, ()), span)
    return found


def _in_its_weeks(wish: CallWish, calls: Iterable[AnyRow]) -> Iterable[WishedCall]:
    last = _last_week(wish)
    return (_call(row) for row in calls if wish.week_key <= row.week_key <= last)


def _last_week(wish: CallWish) -> str:
    """Return the last week in which a wish can be met: an urgent one goes on into the next."""
    if wish.kind is not WishKind.URGENT:
        return wish.week_key
    monday = date.fromisoformat(f"{wish.week_key}-1")
    return civil.week_key(monday + _WEEK)


def _calls(session: Session, wishes: Iterable[CallWish]) -> Mapping[UUID, list[AnyRow]]:
    rows = session.execute(
        select(
            Booking.id,
            Booking.child_id,
            Booking.contact_id,
            Booking.week_key,
            Booking.kind,
            Booking.state,
            Booking.on_date,
            Booking.start_min,
            Booking.booked_at,
        )
        .where(
            Booking.child_id.in_({one.child_id for one in wishes}),
            Booking.week_key >= min(one.week_key for one in wishes),
        )
        .order_by(Booking.on_date, Booking.start_min)
    )
    found: dict[UUID, list[AnyRow]] = {}
    for row in rows:
        found.setdefault(row.child_id, []).append(row)
    return found


def _call(row: AnyRow) -> WishedCall:
    return WishedCall(
        booking_id=row.id,
        contact_id=row.contact_id,
        kind=row.kind,
        state=row.state,
        on=row.on_date,
        start_min=row.start_min,
        booked_at=row.booked_at,
    )


def _audit(session: Session, wish_id: UUID, what: str, actor_id: UUID, here: Here) -> None:
    audit.record(
        session,
        AuditAction.EDIT,
        actor_id=actor_id,
        subject=f"wish:{wish_id}",
        fields=what,
        purpose="call-wish",
        here=here,
    )
