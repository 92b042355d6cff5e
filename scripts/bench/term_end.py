"""How long a scan waits while a term of many loans is ended beside it.

Usage: PYTHONPATH=. .venv/bin/python scripts/bench/term_end.py [LOANS]
"""

import os
import random
import sys
import tempfile
import threading
import time
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

from sqlalchemy import insert

from kiosk.clock import utc_now
from kiosk.db import db, open_database, transaction
from kiosk.ids import new_id
from kiosk.models.calendar import Term
from kiosk.models.library import Item, Loan, Title
from kiosk.models.people import Child, SchoolClass
from kiosk.rules import codes
from kiosk.rules.badges import Animal, Badge, Cloth
from kiosk.rules.lending import Borrower, ItemStatus, LoanEnd
from kiosk.rules.staff import Role
from kiosk.services import homes, lending, setup, staff, term_job
from kiosk.services.answers import ChildFace
from kiosk.services.here import Here
from kiosk.services.lending import Reader
from kiosk.settings import Settings

_CHILDREN = 1_500
_ITEMS = 20_000
_DAYS = 130
_DAY = timedelta(days=1)
_BREATH_S = 0.05
_LONGEST_S = 900


def main(loans: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        instance = Path(folder) / "instance"
        setup.init_instance(instance, now=utc_now(), env=os.environ)
        settings = Settings.load(instance, os.environ)
        with open_database(settings.database_url):
            here = Here(now=utc_now(), settings=settings, home_id=homes.find(settings))
            children, items = _furnish(here, loans)
            administrator = staff.add(
                display_name="王", role=Role.ADMINISTRATOR, here=here, actor_id=None
            )
            door = _Door(children[0], items[0], settings)
            door.thread.start()
            began = time.perf_counter()
            term_job.start("学期", actor_id=administrator.staff_id, here=here)
            term_job.wait(here, within_s=_LONGEST_S)
            took = time.perf_counter() - began
            door.stop.set()
            door.thread.join()
            standing = term_job.seen(here)
            if standing is None or standing.is_working or standing.problem:
                raise SystemExit(f"the term was not ended: {standing}")
    waits = sorted(door.waits)
    print(
        f"{loans} loans forgotten in {took:.1f} s; {len(waits)} scans meanwhile:"
        f" median {waits[len(waits) // 2] * 1000:.0f} ms, longest {waits[-1] * 1000:.0f} ms"
    )


class _Door:
    """Lends one book and takes it back, over and over; notes how long each scan took."""

    def __init__(self, child_id: UUID, code: str, settings: Settings) -> None:
        self.waits: list[float] = []
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self._work, args=(child_id, code, settings))

    def _work(self, child_id: UUID, code: str, settings: Settings) -> None:
        badge = Badge(animal=next(iter(Animal)), cloth=next(iter(Cloth)))
        face = ChildFace(given_name="小满", grade=3, badge=badge)
        reader = Reader(child_id=child_id, face=face, lent=())
        with open_database(settings.database_url):
            home_id = homes.find(settings)
            while not self.stop.is_set():
                here = Here(now=utc_now(), settings=settings, home_id=home_id)
                began = time.perf_counter()
                lending.scan(codes.parse(code), reader=reader, request_id=uuid4(), here=here)
                self.waits.append(time.perf_counter() - began)
                time.sleep(_BREATH_S)


def _furnish(here: Here, loans: int) -> tuple[list[UUID], list[str]]:
    chance = random.Random(7)  # noqa: S311 - the same room each time, no secret
    classes = [new_id(here.now) for _ in range(36)]
    children = [new_id(here.now) for _ in range(_CHILDREN)]
    titles = [new_id(here.now) for _ in range(_ITEMS // 2)]
    items = [(new_id(here.now), codes.new_item_code()) for _ in range(_ITEMS)]
    badges = [Badge(animal=animal, cloth=cloth) for animal in Animal for cloth in Cloth]
    with transaction() as session:
        session.execute(
            insert(SchoolClass),
            [
                {"id": one, "grade": 1 + n // 6, "number": 1 + n % 6}
                for n, one in enumerate(classes)
            ],
        )
        session.execute(
            insert(Child),
            [
                {
                    "id": one,
                    "family_name": "陈",
                    "given_name": f"小{n}",
                    "initials": "cx",
                    "class_id": classes[n % 36],
                    "is_boarder": False,
                    "animal": badges[n // 36].animal,
                    "cloth": badges[n // 36].cloth,
                    "enrolled_on": here.today - 400 * _DAY,
                }
                for n, one in enumerate(children)
            ],
        )
        session.execute(
            insert(Title),
            [
                {"id": one, "kind": "book", "name": f"第{n}本书", "search_key": f"第{n}本书"}
                for n, one in enumerate(titles)
            ],
        )
        session.execute(
            insert(Item),
            [
                {
                    "id": one,
                    "title_id": titles[n // 2],
                    "code": code,
                    "accession_no": f"{n:07}",
                    "status": ItemStatus.AVAILABLE,
                    "added_on": here.today - 400 * _DAY,
                }
                for n, (one, code) in enumerate(items)
            ],
        )
        session.add(
            Term(
                id=new_id(here.now),
                name="学期",
                first_day=here.today - _DAYS * _DAY,
                last_day=here.today - _DAY,
            )
        )
    with transaction() as session:
        session.execute(
            insert(Loan), [_loan(n, chance, classes, children, items, here) for n in range(loans)]
        )
    db.session.remove()
    return children, [code for _, code in items]


def _loan(
    n: int,
    chance: random.Random,
    classes: list[UUID],
    children: list[UUID],
    items: list[tuple[UUID, str]],
    here: Here,
) -> dict[str, object]:
    lent_at = here.now - timedelta(days=chance.randrange(2, _DAYS), minutes=chance.randrange(300))
    child = chance.randrange(_CHILDREN)
    day = lent_at.astimezone(here.settings.zone).date()
    return {
        "id": new_id(here.now),
        "item_id": items[n % _ITEMS][0],
        "borrower": Borrower.CHILD,
        "child_id": children[child],
        "class_id": classes[child % 36],
        "local_day": day,
        "lent_at": lent_at,
        "plain_due_on": day + 14 * _DAY,
        "due_on": day + 14 * _DAY,
        "ended_at": lent_at + _DAY,
        "ended_as": LoanEnd.RETURNED,
        "request_id": uuid4(),
    }


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 60_000)
