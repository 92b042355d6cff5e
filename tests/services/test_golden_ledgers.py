"""The ledgers of two months of 61 children, against files; and the workbooks as others read them.

Where a ledger is changed on purpose, `KIOSK_GOLDEN=write` in front of pytest writes the files anew;
their difference is read before it is committed.
"""

import csv
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Final

import openpyxl
import pytest
from python_calamine import load_workbook

from kiosk.files.tables import Table
from kiosk.printing import pdf, sheets
from kiosk.printing.sheets import Pages
from kiosk.services import ledger_identities, ledgers, month_report, pack_pages
from kiosk.services.here import Here
from kiosk.services.ledger_identities import Identity, Tally
from kiosk.services.ledger_paper import Period
from kiosk.services.ledgers import Ledger
from tests import golden_term
from tests.clock import FrozenClock
from tests.conftest import here_in
from tests.paper import empty_cells
from tests.rooms import running

GOLDEN = Path(__file__).parents[1] / "data" / "golden_ledgers"
TERM = Period(first=golden_term.FIRST, last=golden_term.LAST)
ALL = tuple(Ledger)
HAS_TOOLS = all(shutil.which(name) for name in ("chromium", "pdftotext", "pdftoppm"))
needs_tools = pytest.mark.skipif(not HAS_TOOLS, reason="needs Chromium and poppler-utils")
UNSEEN: Final = "<style>section *{color:#fff!important;border-color:#fff!important}</style>"
DITTO: Final = "〃"


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
def test_no_cell_is_empty_but_those_to_sign(term: Here, which: Ledger) -> None:
    shown = ledgers.build(which, first=TERM.first, last=TERM.last, here=term)

    assert empty_cells(which, shown) == set()


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


def _tampered(which: Ledger, table: Table) -> Table:
    """Return a ledger with two lines less, or with a check less where its lines are hazards."""
    if which is Ledger.SAFETY:
        assert table.totals is not None
        said = tuple(str(cell).replace("检查 32 次", "检查 31 次") for cell in table.totals)
        return replace(table, totals=said)
    return replace(table, rows=table.rows[2:], marks=table.marks[2:])


@pytest.mark.parametrize(
    ("which", "identity", "says", "other_says"),
    [
        (Ledger.SAFETY, Identity.CHECKS, 31, 32),
        (Ledger.OPENINGS, Identity.CHECKS, 32, 31),  # the first day nobody opened, nor checked
        (Ledger.LOSSES, Identity.LOSSES, 2, 0),
        (Ledger.OPENINGS, Identity.MONTH_VISITS, 438, 414),
        (Ledger.LOANS, Identity.MONTH_LOANS, 54, 52),
        (Ledger.CALLS, Identity.MONTH_CALLS, 18, 17),
        (Ledger.ACTIVITIES, Identity.MONTH_ACTIVITIES, 2, 0),
        (Ledger.MONTHS, Identity.MONTH_VISITS, 0, 438),
    ],
)
def test_a_ledger_that_lacks_lines_is_told(
    term: Here, which: Ledger, identity: Identity, says: int, other_says: int
) -> None:
    tally = Tally()
    for one in Ledger:
        table = ledgers.known_here(one, TERM, here=term)
        tally.hear(one, _tampered(which, table) if one is which else table)

    found = next(one for one in tally.agreements() if one.identity is identity)

    assert (found.says, found.other_says) == (says, other_says)
    assert found in tally.broken()
    assert found.month == ("2026-09" if identity.startswith("month") else "")


def test_a_month_that_is_not_told_contradicts_nothing(term: Here) -> None:
    tally = Tally()
    for one in Ledger:
        table = ledgers.known_here(one, TERM, here=term)
        if one is Ledger.MONTHS:
            place = [column.key for column in table.columns].index("calls")
            row = list(table.rows[0])
            row[place] = "＊/＊/＊"
            table = replace(table, rows=(tuple(row), *table.rows[1:]))
        tally.hear(one, table)

    calls = [one for one in tally.agreements() if one.identity is Identity.MONTH_CALLS]

    assert [one.month for one in calls] == ["2026-10"]
    assert tally.broken() == ()


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


def _printed(
    folder: Path, tables: Mapping[Ledger, Table], *, style: str = ""
) -> tuple[Path, dict[Ledger, int]]:
    """Print ledgers as a pack does, and return the PDF with the first page of each."""
    part, page, output = folder / "part", folder / "page.html", folder / "out.pdf"
    with part.open("w", encoding="utf-8") as file:
        pages = Pages(file, foot="台账")
        first = {which: pages.ledger(pack_pages.paper(one)) for which, one in tables.items()}
    with page.open("w", encoding="utf-8") as file:
        sheets.document(file, title="台账", pages=pages.count)
        file.write(style + part.read_text("utf-8") + "</body></html>")
    browser = pdf.find_browsers()[0]
    pdf.print_pdf(
        page, output, browser=browser, pages=pages.count, upright=pages.upright, within_s=600
    )
    return output, first


def _read(output: Path, first: int, last: int | None = None) -> str:
    """Return the signs of these pages, cell after cell."""
    pages = ["-f", str(first), *([] if last is None else ["-l", str(last)])]
    words = ["pdftotext", "-raw", *pages, str(output), "-"]
    done = subprocess.run(words, capture_output=True, check=True)
    return _signs(done.stdout.decode())


def _signs(words: str) -> str:
    return re.sub(r"\s", "", words)


def _not_on_paper(rows: Sequence[Sequence[str]], paper: str) -> list[Sequence[str]]:
    """Return the rows of a golden file that do not stand on paper whole, each after the last."""
    missing, begin = [], 0
    for row in rows:
        # At the top of a page "the same" is said again.
        said = _signs("".join(row[1:] if DITTO in row[0] else row))
        found = paper.find(said, begin)
        if found < 0:
            missing.append(row)
        else:
            begin = found + len(said)
    return missing


def _golden_rows(which: Ledger) -> list[list[str]]:
    with (GOLDEN / f"{which}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def _ink(output: Path, page: int) -> float:
    """Return how much of a page is dark."""
    words = ["pdftoppm", "-r", "50", "-gray", "-f", str(page), "-l", str(page), str(output)]
    picture = subprocess.run(words, capture_output=True, check=True).stdout
    _, width, height, _, signs = re.split(rb"\s", picture, maxsplit=4)
    assert len(signs) == int(width) * int(height)
    dark: int = sum(sign < 128 for sign in signs)
    return dark / len(signs)


@needs_tools
def test_every_golden_cell_stands_on_paper(term: Here, tmp_path: Path) -> None:
    tables = {which: ledgers.known_and_leaving(which, TERM, here=term)[1] for which in ALL}

    output, first = _printed(tmp_path, tables)

    begins = [*first.values(), None]
    for which, begin, end in zip(tables, begins, begins[1:], strict=False):
        assert begin is not None
        paper = _read(output, begin, None if end is None else end - 1)
        assert _not_on_paper(_golden_rows(which), paper) == [], which
        assert _ink(output, begin) > 0.01, which


@needs_tools
def test_paper_that_says_otherwise_is_found_out(term: Here, tmp_path: Path) -> None:
    table = ledgers.known_and_leaving(Ledger.ACTIVITIES, TERM, here=term)[1]
    kept, changed, *rest = table.rows
    other = replace(table, rows=(kept, (f"{changed[0]}？", *changed[1:]), *rest))

    output, _ = _printed(tmp_path, {Ledger.ACTIVITIES: other}, style=UNSEEN)

    golden = _golden_rows(Ledger.ACTIVITIES)
    assert _not_on_paper(golden, _read(output, 1)) == [golden[2]]
    assert _ink(output, 1) < 0.001  # words that can be read by a program, and by nobody else
