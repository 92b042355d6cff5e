"""The ledgers of two months of 61 children, against files; and the workbooks as others read them.

Where a ledger is changed on purpose, `KIOSK_GOLDEN=write` in front of pytest writes the files anew;
their difference is read before it is committed.
"""

import os
import shutil
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from python_calamine import load_workbook

from kiosk.services import ledger_identities, ledgers, month_report
from kiosk.services.here import Here
from kiosk.services.ledger_identities import Identity
from kiosk.services.ledger_paper import Period
from kiosk.services.ledgers import Ledger
from tests import golden_term
from tests.clock import FrozenClock
from tests.conftest import here_in
from tests.rooms import running

GOLDEN = Path(__file__).parents[1] / "data" / "golden_ledgers"
TERM = Period(first=golden_term.FIRST, last=golden_term.LAST)
ALL = tuple(Ledger)


@pytest.fixture(scope="module")
def term(empty_instance: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Here]:
    """Return the room after its two months; the tests only look."""
    instance = tmp_path_factory.mktemp("golden") / "instance"
    shutil.copytree(empty_instance, instance)
    clock = FrozenClock()
    with running(instance, {}, clock) as app:
        here = here_in(app, clock)
        golden_term.make(here)
        yield here


def _file(which: Ledger, kind: str, here: Here) -> bytes:
    return ledgers.content(
        which, first=TERM.first, last=TERM.last, kind=kind, actor_id=None, here=here
    )


@pytest.mark.parametrize("which", ALL)
def test_a_ledger_says_what_it_said(term: Here, which: Ledger) -> None:
    said = _file(which, "csv", term).decode("utf-8-sig")
    path = GOLDEN / f"{which}.csv"
    if os.environ.get("KIOSK_GOLDEN") == "write":
        path.write_text(said, encoding="utf-8", newline="")

    assert said.splitlines() == path.read_bytes().decode().splitlines()


@pytest.mark.parametrize("which", ALL)
def test_two_other_programs_read_the_workbook(term: Here, which: Ledger) -> None:
    data = _file(which, "xlsx", term)
    rows = (GOLDEN / f"{which}.csv").read_text(encoding="utf-8").splitlines()

    by_calamine = load_workbook(BytesIO(data)).get_sheet_by_index(0).to_python()
    sheet = openpyxl.load_workbook(BytesIO(data)).worksheets[0]
    by_openpyxl = [list(row) for row in sheet.iter_rows(values_only=True)]

    # Title, term and top line above it, the signatures below.
    assert len(by_calamine) == len(by_openpyxl) == len(rows) + 4
    assert [str(cell) for cell in by_calamine[3]] == [str(cell) for cell in by_openpyxl[3]]
    for place, (one, other) in enumerate(zip(by_calamine, by_openpyxl, strict=True)):
        assert [_said(cell) for cell in one] == [_said(cell) for cell in other], place
    upright = sheet.page_setup.orientation == "portrait"
    shown = ledgers.build(which, first=TERM.first, last=TERM.last, here=term)
    assert upright == shown.is_upright


def _said(cell: object) -> str:
    if cell is None:
        return ""
    return f"{cell:g}" if isinstance(cell, int | float) else str(cell)


def test_the_ledgers_agree_with_one_another(term: Here) -> None:
    found = ledger_identities.check(TERM, here=term)

    assert {one.identity for one in found} == set(Identity)
    assert all(one.says for one in found)
    assert [one for one in found if not one.holds] == []


def test_the_report_has_the_figures_of_the_ledgers(term: Here) -> None:
    report = month_report.look(TERM, here=term)
    table = ledgers.build("L1", first=TERM.first, last=TERM.last, here=term)

    assert table.totals is not None
    assert report.visits == table.totals[8]
    assert report.visitors == golden_term.CHILDREN
    assert report.calls.done == table.totals[11]
    assert report.books.loans == table.totals[9]
    assert sum(day.visits for day in report.days) == report.visits
    assert sum(hour.visits for hour in report.hours) == report.visits
    assert report.books.donated == 6
    assert report.calls.confirmed.of == 40
    assert report.room.held.whole + report.room.cancelled == len(golden_term.school_days())
