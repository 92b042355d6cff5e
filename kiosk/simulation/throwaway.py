"""The invented school as a room of its own: a database that is thrown away, filled by the card."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from uuid import UUID, uuid4

from sqlalchemy import delete, insert, update

from kiosk.db import Base, open_database, reading, transaction
from kiosk.models.call_hours import ChildLesson, ContactHours
from kiosk.models.call_plan import CallSetting
from kiosk.models.calls import Slot
from kiosk.models.openings import Opening, OpeningRule
from kiosk.models.people import Child, Contact, ContactStatus, SchoolClass
from kiosk.rules import civil
from kiosk.rules.badges import Badge, free_badge
from kiosk.rules.call_windows import LineKind, WeekPattern
from kiosk.rules.call_wishes import LessonKind
from kiosk.rules.relations import Relation
from kiosk.rules.staff import Role
from kiosk.services import (
    call_lines,
    call_settings,
    homes,
    library_settings,
    opening_plan,
    school_calendar,
    staff,
    vault,
)
from kiosk.services.call_settings import PlanSettings
from kiosk.services.here import Here
from kiosk.services.setup import init_instance
from kiosk.settings import Settings
from kiosk.simulation.school import School, SimulatedChild

_IN_A_CLASS: Final = 30
_BEFORE_SCHOOL: Final = 7 * 60
# The rest of a place is for the next child to come.
_TURN_OVER_MIN: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """A room on a database of its own, and who works there."""

    settings: Settings
    home_id: UUID
    staff_id: UUID

    def here(self, on: date, minute: int) -> Here:
        """Return a moment in this room."""
        return Here(
            now=civil.instant(on, minute, self.settings.zone),
            settings=self.settings,
            home_id=self.home_id,
            library=library_settings.read(self.home_id),
            school=school_calendar.read(),
        )


@contextmanager
def room_of(school: School) -> Iterator[Room]:
    """Give a room with the school's children, lines and openings, gone when it is left."""
    first_day = school.given.term.first_day
    with TemporaryDirectory(prefix="nuanwu-term-") as folder:
        made_at = datetime.combine(first_day, time(), tzinfo=UTC) - timedelta(days=1)
        init_instance(Path(folder), env={}, now=made_at)
        settings = Settings.load(Path(folder), {})
        with open_database(settings.database_url):
            home_id = homes.find(settings)
            here = Room(settings=settings, home_id=home_id, staff_id=UUID(int=0)).here(
                first_day, _BEFORE_SCHOOL
            )
            teacher = staff.add(
                display_name="Teacher", role=Role.ADMINISTRATOR, here=here, actor_id=None
            )
            _plan(school, teacher.staff_id, here)
            _enrol(school, here)
            reading().rollback()
            yield Room(settings=settings, home_id=home_id, staff_id=teacher.staff_id)


def _plan(school: School, staff_id: UUID, here: Here) -> None:
    """Give the room the hours, lines and lots of the school instead of those it was made with."""
    term = school.given.term
    with transaction() as session:
        for table in (Slot, Opening, OpeningRule):
            session.execute(delete(table))
        session.execute(
            insert(OpeningRule),
            [
                {
                    "id": uuid4(),
                    "home_id": here.home_id,
                    "weekday": weekday,
                    "from_min": term.opens_min,
                    "to_min": term.closes_min,
                    "place_min": school.place_min,
                    "talk_min": max(school.place_min - _TURN_OVER_MIN, 1),
                    "valid_from": term.first_day,
                }
                for weekday in term.weekdays
            ],
        )
    for line in range(2, school.lines + 1):
        call_lines.add(name=str(line), kind=LineKind.PHONE, staff_id=staff_id, here=here)
    opening_plan.plan_ahead(here=here)
    call_settings.set_up(PlanSettings(), actor_id=staff_id, here=here)
    with transaction() as session:
        session.execute(update(CallSetting).values(lot_secret=school.lot_secret))


def _enrol(school: School, here: Here) -> None:
    """Write the children, one contact each with its hours, and when they cannot come."""
    rows: dict[type[Base], list[dict[str, Any]]] = {  # Any: what a column takes
        table: [] for table in (SchoolClass, Child, Contact, ContactHours, ChildLesson)
    }
    worn: set[Badge] = set()
    for number, child in enumerate(school.children.values()):
        if number % _IN_A_CLASS == 0:
            worn = set()
            grade, of_grade = number // _IN_A_CLASS % 6 + 1, number // _IN_A_CLASS // 6 + 1
            rows[SchoolClass].append({"id": uuid4(), "grade": grade, "number": of_grade})
        badge = free_badge(worn, start=0)
        assert badge is not None  # noqa: S101 - thirty of a hundred and eighty
        worn.add(badge)
        rows[Child].append(_child(child, rows[SchoolClass][-1]["id"], badge, here))
        contact_id = uuid4()
        rows[Contact].append(_contact(child, contact_id, number, here))
        rows[ContactHours] += _hours(child, contact_id)
        rows[ChildLesson] += _lessons(child)
    with transaction() as session:
        for table, of_table in rows.items():
            if of_table:
                session.execute(insert(table), of_table)


def _child(child: SimulatedChild, class_id: UUID, badge: Badge, here: Here) -> dict[str, Any]:
    return {
        "id": UUID(child.child_id),
        "family_name": "Child",
        "given_name": child.name,
        "initials": child.name,
        "class_id": class_id,
        "animal": badge.animal,
        "cloth": badge.cloth,
        "enrolled_on": here.today,
    }


def _contact(child: SimulatedChild, contact_id: UUID, number: int, here: Here) -> dict[str, Any]:
    phone, key = f"1990{number:07}", here.settings.keys.field
    return {
        "id": contact_id,
        "child_id": UUID(child.child_id),
        "relation": Relation.MOTHER,
        "phone_cipher": vault.seal(phone, column="phone", row=contact_id, key=key),
        "phone_tail": phone[-4:],
        "phone_digest": vault.phone_digest(phone, key=key),
        "status": ContactStatus.APPROVED,
        "shift": child.shift,
    }


def _hours(child: SimulatedChild, contact_id: UUID) -> Iterator[dict[str, Any]]:
    for one in child.callee.hours:
        yield {
            "id": uuid4(),
            "contact_id": contact_id,
            "weekday": one.weekday,
            "from_min": one.from_min,
            "to_min": one.to_min,
            "pattern": one.pattern,
            "a_week_on": None if one.pattern is WeekPattern.ALWAYS else one.anchor,
        }


def _lessons(child: SimulatedChild) -> Iterator[dict[str, Any]]:
    for one in child.blocked:
        yield {
            "id": uuid4(),
            "child_id": UUID(child.child_id),
            "weekday": one.weekday,
            "from_min": one.from_min,
            "to_min": one.to_min,
            "kind": LessonKind.CLUB,
        }
