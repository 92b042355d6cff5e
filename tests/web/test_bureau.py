"""L14 with two columns typed for one paper: on it, and nowhere else."""

import io
import re

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from kiosk.db import Base, reading
from kiosk.models.audit import Audit
from kiosk.rules.bureau import BureauCount, BureauProblem, problem_of
from kiosk.rules.staff import Role
from kiosk.services.here import Here
from tests import factories
from tests.page import Page, PageClient
from tests.web.staff import sign_in

PAGE = "/staff/ledgers/L14/bureau"


@pytest.fixture
def asked(page: PageClient, here: Here) -> Page:
    """Return the form of a school with classes of eight, seven and six children."""
    sign_in(page, here)
    for grade, many in ((3, 8), (4, 7), (5, 6)):
        for _ in range(many):
            factories.child(here, grade=grade)
    return page.open("/staff/ledgers/L14").follow("For the bureau")


def _cells(page: Page) -> list[list[str]]:
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", page.response.text, re.DOTALL)
    cells = [re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row, re.DOTALL) for row in rows]
    return [[re.sub(r"<[^>]+>", "", cell).strip() for cell in row] for row in cells]


def _typed(*numbers: tuple[str, str]) -> dict[str, str]:
    return {
        f"{name}.{place}": said
        for place, pair in enumerate(numbers)
        for name, said in zip(("children", "boarders"), pair, strict=True)
    }


def test_the_two_columns_stand_on_the_print_with_their_sums(asked: Page) -> None:
    paper = asked.press("Print", _typed(("8", "5"), ("6", "0"), ("5", "5")))

    words = paper.words
    assert "留守儿童数其中寄宿" in words
    ends = [" ".join(row[-2:]) for row in _cells(paper)]
    assert {"8 5", "6 0", "5 5", "19 10"} <= set(ends)


def test_few_are_not_told_nor_what_tells_them(asked: Page) -> None:
    book = asked.press("XLSX", _typed(("8", "0"), ("3", "0"), ("6", "0"))).response.data

    sheet = load_workbook(io.BytesIO(book)).active
    assert sheet is not None
    told = [row[-2] for row in sheet.iter_rows(values_only=True)]
    assert "3" not in map(str, told)
    assert [str(cell) for cell in told].count("＊") == 2, "the three, and one it could be told from"
    assert 17 in told
    said = [str(cell) for row in sheet.iter_rows(values_only=True) for cell in row if cell]
    assert any("＊：1至4" in cell for cell in said), "the sign is explained below"


def test_a_class_that_is_left_out_has_a_dash_and_the_sum_too(asked: Page) -> None:
    paper = asked.press("Print", _typed(("8", ""), ("7", ""), ("", "")))

    ends = [" ".join(row[-2:]) for row in _cells(paper)]
    assert {"8 —", "7 —", "— —"} <= set(ends)


def test_nothing_of_it_is_kept_or_said_in_an_address(asked: Page) -> None:
    done = asked.press("CSV", _typed(("8", "7"), ("7", "6"), ("6", "5")))

    assert done.status == 200
    assert "其中寄宿" in done.response.data.decode("utf-8-sig")
    assert "children" not in done.path
    said = reading().scalars(select(Audit.fields).where(Audit.subject == "ledger:L14")).all()
    assert said == ["2026-11-01..2026-11-20, with the columns for the bureau"]
    assert not [table for table in Base.metadata.tables if "bureau" in table]
    assert "其中寄宿" not in asked.client.open("/staff/ledgers/L14").words


@pytest.mark.parametrize(
    ("numbers", "words"),
    [
        ((("", ""), ("", ""), ("", "")), "Nothing is typed yet."),
        ((("9", ""), ("", ""), ("", "")), "more than the class has children"),
        ((("5", "6"), ("", ""), ("", "")), "more boarders than children"),
    ],
)
def test_what_cannot_be_is_refused_and_what_was_typed_stays(
    asked: Page, numbers: tuple[tuple[str, str], ...], words: str
) -> None:
    refused = asked.press("Print", _typed(*numbers))

    assert words in refused.words
    field = next(one for one in refused.all("input") if one.get("name") == "children.0")
    assert field.get("value") == numbers[0][0]


@pytest.mark.parametrize("role", [Role.DUTY_TEACHER, Role.LIBRARIAN])
def test_it_is_an_administrator_s(page: PageClient, here: Here, role: Role) -> None:
    sign_in(page, here, role)

    assert page.open(PAGE).status == 403


@pytest.mark.parametrize(
    ("children", "boarders", "problem"),
    [
        (None, None, None),
        (20, 20, None),
        (None, 20, None),
        (21, None, BureauProblem.MORE_THAN_THE_CLASS),
        (None, 21, BureauProblem.MORE_THAN_THE_CLASS),
        (3, 4, BureauProblem.MORE_BOARDERS),
    ],
)
def test_which_numbers_fit_a_class_of_twenty(
    children: int | None, boarders: int | None, problem: BureauProblem | None
) -> None:
    assert problem_of(BureauCount(children=children, boarders=boarders), of=20) is problem
