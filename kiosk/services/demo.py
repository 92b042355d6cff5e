"""An invented school in an empty instance, to try everything with."""

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from random import Random
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kiosk.db import open_database, transaction
from kiosk.errors import RefusedError
from kiosk.files.saving import save
from kiosk.models.library import Title
from kiosk.models.people import Child, Staff
from kiosk.models.visits import Visit
from kiosk.rules import codes
from kiosk.rules.codes import Command
from kiosk.services import (
    demo_activities,
    demo_books,
    demo_calls,
    demo_closings,
    demo_duty,
    demo_families,
    demo_history,
    demo_letters,
    demo_loans,
    demo_people,
    demo_talks,
    demo_terms,
    demo_today,
    demo_week,
    homes,
    opening_plan,
    setup,
)
from kiosk.services.demo_world import DemoChild, DemoItem, World
from kiosk.services.here import Here
from kiosk.settings import Settings

CODES_FILE: Final = "demo-codes.csv"
_COLUMNS: Final = ("kind", "code", "label", "class", "animal")
# What lies nearest in the file: so many copies from the shelf, then so many that are out.
_FROM_SHELF: Final = 8
_OUT: Final = 4
_SCHOOL: Final = "向阳小学（示例）"
_GRADES: Final = "一二三四五六"
_COMMANDS: Final = {Command.LEAVE: "我要走了", Command.DONE: "完成", Command.TEACHER: "找老师"}


class DemoRefusal(StrEnum):
    NOT_EMPTY = "not-empty"
    NAME_IN_USE = "name-in-use"


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoMade:
    """What was made, and the card and PIN that open the staff pages."""

    children: int
    items: int
    visits: int
    staff_code: str
    staff_pin: str


def make_demo(
    instance: Path,
    *,
    env: Mapping[str, str],
    children: int,
    titles: int,
    days: int,
    seed: int,
    now: datetime,
    progress: Callable[[int], object],
) -> DemoMade:
    """Fill an empty instance with an invented school and write `demo-codes.csv` into it.

    The same `seed` gives the same names, books and days; codes and ids are new each time.
    `progress` hears of each part of a hundred. All of it is stored, or nothing.

    Raises:
        RefusedError: NOT_EMPTY, when there are children or books already; NAME_IN_USE, when
        somebody has the name of one of the demo's adults.
    """
    setup.init_instance(instance, env=env, now=now)
    settings = Settings.load(instance, env)
    progress(10)
    with open_database(settings.database_url), transaction() as session:
        if _count(session, Child) or _count(session, Title):
            raise RefusedError(DemoRefusal.NOT_EMPTY)
        if _has_name_of_ours(session):
            raise RefusedError(DemoRefusal.NAME_IN_USE)
        here = Here(now=now, settings=settings, home_id=homes.find_in(session, settings))
        here = replace(here, school=demo_terms.calendar(here.today, days=days))
        # The school is invented, nothing is guarded by these numbers.
        rng = Random(seed)  # noqa: S311
        empty = World(session=session, rng=rng, here=here, days=days)
        world, items, out = _fill(empty, children, titles, progress)
        save(instance / CODES_FILE, _codes(world, items, out))
        _say_it_is_a_demo(instance / "kiosk.toml")
        return DemoMade(
            children=children,
            items=titles * demo_books.COPIES,
            visits=_count(session, Visit),
            staff_code=world.staff[0].code,
            staff_pin=demo_people.PIN,
        )


def _fill(
    world: World, children: int, titles: int, progress: Callable[[int], object]
) -> tuple[World, tuple[DemoItem, ...], frozenset[UUID]]:
    demo_calls.add_second_line(world)
    world = demo_people.add_children(demo_people.add_staff(world), children)
    demo_terms.add_calendar(world)
    world = demo_families.join_siblings(world)
    demo_families.add_hours(world)
    progress(20)
    items = demo_books.add_books(world, titles)
    progress(20)
    held = demo_history.add_history(world)
    progress(15)
    out = demo_loans.add_loans(world, items, held)
    demo_closings.add_closings(world, held)
    demo_activities.add_activities(world, held)
    demo_activities.add_pairings(world, held)
    demo_letters.add_letters(world, held)
    progress(15)
    busy = demo_calls.add_past_calls(world, held)
    demo_families.doubt_cards(world)
    here_now = demo_today.open_all_day(world)
    opening_plan.plan_ahead_in(world.session, here=world.here)
    demo_duty.add_rota(world, held)
    demo_talks.add_offers(world)
    demo_calls.add_calls_ahead(world, busy, here_now)
    demo_week.publish_week(world)
    progress(20)
    return world, items, out


def _codes(world: World, items: tuple[DemoItem, ...], out: frozenset[UUID]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(_COLUMNS)
    for child in world.fresh + world.settled:
        writer.writerow(("child", child.code, child.name, _class(child), _mark(child)))
    for item in _handy(items, out):
        writer.writerow(("item", item.code, item.name, "", ""))
    for person in world.staff:
        writer.writerow(("staff", person.code, person.label, "", ""))
    for command, label in _COMMANDS.items():
        writer.writerow(("command", codes.command_code(command), label, "", ""))
    return text.getvalue().encode("utf-8-sig")


def _handy(items: tuple[DemoItem, ...], out: frozenset[UUID]) -> Iterator[DemoItem]:
    """Yield different books from the shelf first, then some that are out, then all others."""
    shelf: dict[str, DemoItem] = {}
    for item in items:
        if item.item_id not in out:
            shelf.setdefault(item.name, item)
    first = list(shelf.values())[:_FROM_SHELF]
    first += [item for item in items if item.item_id in out][:_OUT]
    yield from first
    said = {item.item_id for item in first}
    yield from (item for item in items if item.item_id not in said)


def _class(child: DemoChild) -> str:
    return f"{_GRADES[child.grade - 1]}年级{child.number}班"


def _mark(child: DemoChild) -> str:
    return f"{child.badge.animal} {child.badge.cloth}"


def _say_it_is_a_demo(toml: Path) -> None:
    """Set what a demo has otherwise than a school, above the first table of the file."""
    own = r"(?m)^\s*(demo|show_calls_when_idle)\s*=.*\n?"
    text = re.sub(own, "", toml.read_text(encoding="utf-8-sig"))
    # Ledgers and the cover of a pack name a school.
    school = "" if re.search(r"(?m)^\s*school\s*=", text) else f'school = "{_SCHOOL}"\n'
    save(toml, f"demo = true\nshow_calls_when_idle = true\n{school}{text}".encode())


def _count(session: Session, table: type[Child | Title | Visit]) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


def _has_name_of_ours(session: Session) -> bool:
    names = [name for name, *_ in demo_people.STAFF + demo_duty.MORE_STAFF]
    found = select(Staff.id).where(Staff.display_name.in_(names)).limit(1)
    return session.scalar(found) is not None
