"""Ledgers as files: what an office opens is what was said, and never a formula."""

import csv
import io
import re
import zipfile
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kiosk.files.saving import save
from kiosk.files.tables import Cell, Table, TableColumn, csv_bytes, guarded
from kiosk.files.tables_xlsx import sheet_name, xlsx_bytes
from kiosk.files.workbook import sheets_of

DANGEROUS = "=+-@\t\r\0＝＋－＠"
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


def _table(*rows: tuple[Cell, ...], totals: tuple[Cell, ...] | None = None) -> Table:
    width = len(rows[0]) if rows else 2
    columns = tuple(TableColumn(label=f"列{number}") for number in range(width))
    return Table(title="图书借阅登记表", columns=columns, rows=rows, totals=totals)


def _csv(table: Table) -> list[list[str]]:
    return list(
        csv.reader(io.StringIO(csv_bytes(table).decode("utf-8-sig"), newline=""), strict=True)
    )


def _part(data: bytes, name: str) -> str:
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        return file.read(name).decode()


@settings(max_examples=2_000, deadline=None)
@given(text=TEXTS)
@example(text='=HYPERLINK("http://127.0.0.1")')
@example(text=" =1+1")
@example(text="\ufeff@SUM(A1)")
@example(text="\n=1")
@example(text="\r")
@example(text="\0")
def test_no_text_in_a_csv_is_a_formula_and_none_is_lost(text: str) -> None:
    _, (cell, _) = _csv(_table((text, "x")))

    assert not cell.lstrip(" \n\u00a0\u3000\u200b\ufeff").startswith(tuple(DANGEROUS))
    assert cell in {text, "'" + text}


@pytest.mark.parametrize("sign", list(DANGEROUS))
def test_every_sign_that_starts_a_formula_is_guarded(sign: str) -> None:
    assert guarded(sign + "1") == "'" + sign + "1"


@pytest.mark.parametrize("text", ["于伟", "a=b", "1+1", "'94", "", "2025-09-03", "16:32"])
def test_ordinary_text_is_left_alone(text: str) -> None:
    assert guarded(text) == text


def test_a_csv_opens_in_office_programs() -> None:
    data = csv_bytes(_table(("于伟", '说"好"'), ("a,b", "两\n行"), totals=("合计", 2)))

    assert data.startswith(b"\xef\xbb\xbf")
    assert data.decode("utf-8-sig").split("\r\n") == [
        "列0,列1", '于伟,"说""好"""', '"a,b","两\n行"', "合计,2", "",
    ]  # fmt: skip


def test_numbers_in_a_csv_are_numbers() -> None:
    assert _csv(_table((-5, Decimal("1.50")), (0.5, None)))[1:] == [["-5", "1.50"], ["0.5", ""]]


@settings(max_examples=25, deadline=None)
@given(texts=st.lists(TEXTS.filter(str.strip), min_size=40, max_size=40))
def test_a_workbook_has_text_as_text_and_no_formula(texts: list[str]) -> None:
    data = xlsx_bytes(_table(*((text, "=1+1") for text in texts)))

    sheet = _part(data, "xl/worksheets/sheet1.xml")
    assert "<f>" not in sheet
    assert sheet.count('t="inlineStr"') == 2 * len(texts) + 2 + 1


def test_a_workbook_reads_back_as_it_was_written() -> None:
    table = Table(
        title="图书借阅登记表",
        subtitle="某小学 2026—2027学年",
        top_line="填报单位（盖章）",
        bottom_line="单位负责人　　复核人",
        columns=(TableColumn(label="序号", width=6), TableColumn(label="姓名")),
        rows=((1, "=于伟"), (2, "007"), (None, "两\n行")),
        totals=("合计", 2),
    )

    (sheet,) = sheets_of(xlsx_bytes(table), suffix=".xlsx")

    assert sheet.name == "图书借阅登记表"
    assert sheet.rows == (
        ("图书借阅登记表", ""), ("某小学 2026—2027学年", ""), ("填报单位（盖章）", ""),
        ("序号", "姓名"),
        ("1", "=于伟"), ("2", "007"), ("", "两\n行"), ("合计", "2"), ("单位负责人　　复核人", ""),
    )  # fmt: skip


def test_a_workbook_is_ready_for_the_printer() -> None:
    table = Table(
        title="开放记录表",
        subtitle="九月",
        columns=(TableColumn(label="甲"), TableColumn(label="乙")),
        rows=(),
    )

    data = xlsx_bytes(table)

    sheet = _part(data, "xl/worksheets/sheet1.xml")
    page = re.search(r"<pageSetup [^>]*>", sheet)
    margins = re.search(r'<pageMargins left="([\d.]+)"', sheet)
    assert page is not None
    assert 'paperSize="9"' in page[0]
    assert 'orientation="landscape"' in page[0]
    assert margins is not None
    assert abs(float(margins[1]) * 25.4 - 25) < 0.1
    assert "第 &amp;P 页 共 &amp;N 页" in sheet
    assert "$3:$3" in _part(data, "xl/workbook.xml")


def test_a_table_of_one_column_and_a_very_long_cell_are_drawn() -> None:
    long = "".join(chr(0x4E00 + number * 7 % 20_000) for number in range(40_000))
    table = Table(title="名单", columns=(TableColumn(label="姓名"),), rows=((long,),))

    (sheet,) = sheets_of(xlsx_bytes(table), suffix=".xlsx")

    assert len(sheet.rows[2][0]) == 32_767


@pytest.mark.parametrize("width", [1, 2])
def test_a_column_of_one_sign_is_drawn_and_no_row_is_higher_than_a_sheet_allows(width: int) -> None:
    table = Table(
        title="开放记录表",
        columns=(TableColumn(label="序号", width=width),),
        rows=(("7",), ("地面有水，已拖干" * 30,)),
        bottom_line="单位负责人　　复核人" * 30,
    )

    sheet = _part(xlsx_bytes(table), "xl/worksheets/sheet1.xml")

    heights = [float(height) for height in re.findall(r' ht="([\d.]+)"', sheet)]
    assert len(heights) == 5
    assert 400 < max(heights) <= 409
    assert min(heights) == 18


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("借阅[2026/2027]", "借阅 2026 2027"),
        ("'x'", "x"),
        ("", "1"),
        ("长" * 40, "长" * 31),
        ("a:b*c?", "a b c"),
    ],
)
def test_any_title_can_name_a_sheet(title: str, name: str) -> None:
    assert sheet_name(title) == name


def test_a_row_that_does_not_fit_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="width"):
        Table(title="x", columns=(TableColumn(label="a"),), rows=(("1", "2"),))


def test_a_saved_file_replaces_the_old_one_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"old")

    save(path, b"new")

    assert [(file.name, file.read_bytes()) for file in tmp_path.iterdir()] == [("a.csv", b"new")]


def test_a_file_that_cannot_be_put_in_place_leaves_nothing_behind(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.mkdir()
    (path / "inside").touch()

    with pytest.raises(OSError):  # noqa: PT011 - which one depends on the system
        save(path, b"new")

    assert [file.name for file in tmp_path.iterdir()] == ["a.csv"]
