"""Goal 21: the print page of a ledger of 5,000 rows, beside the same rows read and joined bare."""

import os
import sqlite3
import time
from collections.abc import Callable
from datetime import timedelta
from html import escape
from pathlib import Path

import worlds
from measure import median
from report import Line
from worlds import World

from bench import Bench, say

_ROWS = 5_000
_DAYS = 60
_MOST_S = 1.0
_CHILDREN = 500
_ITEMS = 3_000
_READ = {
    "L3": "SELECT visit.*, given_name, family_name, grade, number FROM visit"
    " JOIN child ON child.id = child_id JOIN school_class ON school_class.id = class_id"
    " ORDER BY signed_in_at",
    "L6": "SELECT loan.*, name, accession_no, given_name, family_name FROM loan"
    " JOIN item ON item.id = item_id JOIN title ON title.id = title_id"
    " JOIN child ON child.id = child_id ORDER BY lent_at",
}


def measure(bench: Bench, goals: set[int]) -> None:
    del goals
    say(f"making {_ROWS} visits and loans")
    bare = worlds.make(bench.folder / "ledgers-bare", children=_CHILDREN, items=_ITEMS)
    world = worlds.with_history(bare, bench.folder / "ledgers", visits=_ROWS, loans=_ROWS)
    page = _page(world)
    for which, sql in _READ.items():
        found: list[tuple[float, float]] = []
        page(which)  # templates are compiled once

        def work(which: str = which, sql: str = sql) -> None:
            floor = _took(lambda: _bare(world.folder / "kiosk.db", sql))
            found.append((floor, _took(lambda: page(which))))  # noqa: B023 - called at once

        bench.each_round(f"{which} of {_ROWS} rows", work, found.pop)
        seconds = median(ours for _, ours in found)
        ratio = median(ours / floor for floor, ours in found)
        bench.lines.append(
            Line(goal=21, what=f"{which} of {_ROWS} rows, built and as a page",
                 found=f"{seconds:.2f} s", goal_says=f"<= {_MOST_S:.0f} s",
                 reaches=seconds <= _MOST_S, must_says="-", holds=None,
                 note=f"{ratio:.1f} x the rows read and joined bare")
        )  # fmt: skip


def _took(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _page(world: World) -> Callable[[str], str]:
    """Return what builds a ledger and makes the page of it, in this process."""
    from flask import render_template

    from kiosk.app import create_app
    from kiosk.services import ledgers
    from kiosk.settings import Settings
    from kiosk.web import context

    app = create_app(Settings.load(world.folder, os.environ))

    def page(which: str) -> str:
        with app.test_request_context("/staff", base_url="http://127.0.0.1"):
            here = context.here()
            first = here.today - timedelta(days=_DAYS)
            table = ledgers.build(which, first=first, last=here.today, here=here)
            if len(table.rows) != _ROWS:
                raise RuntimeError(f"{which} has {len(table.rows)} rows")
            return render_template("ledgers/paper.html", which=which, table=table)

    return page


def _bare(path: Path, sql: str) -> str:
    connection = sqlite3.connect(path)
    try:
        rows = connection.execute(sql)
        return "".join(
            f"<tr>{''.join(f'<td>{escape(str(cell))}</td>' for cell in row)}</tr>" for row in rows
        )
    finally:
        connection.close()
