"""Activities: what was done together, when, where and who led it; the visits say who took part."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from kiosk.db import AnyRow, reading, transaction
from kiosk.errors import NotFoundError, RefusedError
from kiosk.ids import new_id
from kiosk.models.activities import Activity
from kiosk.models.people import Child, SchoolClass, Staff
from kiosk.models.visits import Visit
from kiosk.rules import openings
from kiosk.rules.activities import ActivityKind, ActivityRefusal, was_there
from kiosk.services import audit, frozen_days
from kiosk.services.again import once_more
from kiosk.services.audit import AuditAction
from kiosk.services.here import Here
from kiosk.services.visit_days import of_days


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What is written down of an activity; minutes since midnight."""

    on: date
    from_min: int
    to_min: int
    title: str
    kind: ActivityKind
    place: str
    organiser: str
    course: str | None
    photos: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Took:
    """A child that was in the room during an activity."""

    child_id: UUID
    name: str
    class_name: tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """An activity, who took part, and who wrote it down."""

    activity_id: UUID
    sheet: Sheet
    took_part: tuple[Took, ...]
    noted_by: str


@once_more("uq_activity_request_id")
def write(sheet: Sheet, *, request_id: UUID, staff_id: UUID, here: Here) -> UUID:
    """Write an activity down and return it; the same request writes it once.

    Raises:
        RefusedError: ENDS_FIRST, NOT_YET, WORDS_MISSING or FROZEN.
    """
    if sheet.to_min <= sheet.from_min:
        raise RefusedError(ActivityRefusal.ENDS_FIRST)
    if (sheet.on, sheet.from_min) > (here.today, here.minute):
        raise RefusedError(ActivityRefusal.NOT_YET)
    if not (sheet.title and sheet.place and sheet.organiser):
        raise RefusedError(ActivityRefusal.WORDS_MISSING)
    with transaction() as session:
        known = session.scalar(select(Activity.id).where(Activity.request_id == request_id))
        if known is not None:
            return known
        _refuse_frozen(session, sheet.on)
        activity_id = new_id(here.now)
        session.add(_row(activity_id, sheet, request_id, staff_id, here))
        _audit(session, activity_id, "written", staff_id, here)
        return activity_id


def _row(activity_id: UUID, sheet: Sheet, request_id: UUID, staff_id: UUID, here: Here) -> Activity:
    return Activity(
        id=activity_id,
        home_id=here.home_id,
        on_date=sheet.on,
        from_min=sheet.from_min,
        to_min=sheet.to_min,
        title=sheet.title,
        kind=sheet.kind,
        place=sheet.place,
        organiser=sheet.organiser,
        course=sheet.course,
        photos=sheet.photos,
        noted_by_id=staff_id,
        noted_at=here.now,
        request_id=request_id,
    )


def remove(activity_id: UUID, *, staff_id: UUID, here: Here) -> None:
    """Take an activity away that was written down by mistake; the audit keeps that it was there.

    Raises:
        NotFoundError: UNKNOWN_ACTIVITY. RefusedError: FROZEN.
    """
    with transaction() as session:
        activity = session.get(Activity, activity_id)
        if activity is None or activity.home_id != here.home_id:
            raise NotFoundError(ActivityRefusal.UNKNOWN_ACTIVITY)
        _refuse_frozen(session, activity.on_date)
        _audit(session, activity_id, "removed", staff_id, here)
        session.delete(activity)


def _refuse_frozen(session: Session, on: date) -> None:
    if frozen_days.is_frozen(session, on):
        raise RefusedError(ActivityRefusal.FROZEN)


def between(first: date, last: date, *, here: Here) -> tuple[Written, ...]:
    """Return the activities of a period, both days included, in order of time."""
    session = reading()
    rows = session.execute(
        select(Activity, Staff.display_name)
        .join(Staff, Staff.id == Activity.noted_by_id)
        .where(Activity.home_id == here.home_id, Activity.on_date.between(first, last))
        .order_by(Activity.on_date, Activity.from_min)
    ).all()
    visits = _visits(session, {row.Activity.on_date for row in rows}, here)
    return tuple(_written(row, visits, here) for row in rows)


def one(activity_id: UUID, *, here: Here) -> Written:
    """Return one activity.

    Raises:
        NotFoundError: UNKNOWN_ACTIVITY.
    """
    activity = reading().get(Activity, activity_id)
    if activity is None or activity.home_id != here.home_id:
        raise NotFoundError(ActivityRefusal.UNKNOWN_ACTIVITY)
    that_day = between(activity.on_date, activity.on_date, here=here)
    return next(one for one in that_day if one.activity_id == activity_id)


def to_print(activity_id: UUID, *, staff_id: UUID, here: Here) -> Written:
    """Return an activity that is about to be printed; the audit knows it first.

    Raises:
        NotFoundError: UNKNOWN_ACTIVITY.
    """
    found = one(activity_id, here=here)
    with transaction() as session:
        _audit(session, activity_id, "sheet", staff_id, here, action=AuditAction.PRINT)
    return found


def _visits(session: Session, days: set[date], here: Here) -> list[AnyRow]:
    return [
        row
        for day in sorted(days)
        for row in session.execute(
            select(
                Visit.child_id,
                Visit.local_day,
                Visit.signed_in_at,
                Visit.signed_out_at,
                Child.family_name,
                Child.given_name,
                SchoolClass.grade,
                SchoolClass.number,
            )
            .join(Child, Child.id == Visit.child_id)
            .join(SchoolClass, SchoolClass.id == Child.class_id)
            .where(of_days(here.home_id, day, day))
            .order_by(SchoolClass.grade, SchoolClass.number, Visit.signed_in_at)
        )
    ]


def _written(row: AnyRow, visits: list[AnyRow], here: Here) -> Written:
    activity = row.Activity
    there = {
        visit.child_id: Took(
            child_id=visit.child_id,
            name=visit.family_name + visit.given_name,
            class_name=(visit.grade, visit.number),
        )
        for visit in visits
        if visit.local_day == activity.on_date and _was_there(visit, activity, here)
    }
    return Written(
        activity_id=activity.id,
        sheet=Sheet(
            on=activity.on_date,
            from_min=activity.from_min,
            to_min=activity.to_min,
            title=activity.title,
            kind=activity.kind,
            place=activity.place,
            organiser=activity.organiser,
            course=activity.course,
            photos=activity.photos,
        ),
        took_part=tuple(there.values()),
        noted_by=row.display_name,
    )


def _was_there(visit: AnyRow, activity: Activity, here: Here) -> bool:
    zone = here.settings.zone
    return was_there(
        openings.minute_on(activity.on_date, visit.signed_in_at, zone) or 0,
        openings.minute_on(activity.on_date, visit.signed_out_at, zone),
        from_min=activity.from_min,
        to_min=activity.to_min,
    )


def _audit(
    session: Session,
    activity_id: UUID,
    what: str,
    staff_id: UUID,
    here: Here,
    *,
    action: AuditAction = AuditAction.EDIT,
) -> None:
    audit.record(
        session,
        action,
        actor_id=staff_id,
        subject=f"activity:{activity_id}",
        fields=what,
        purpose="activities",
        here=here,
    )
