"""Sheets of text cells from every container, with nothing lost between."""

from datetime import date, datetime
from pathlib import Path

import pytest

from kiosk.files.dates import read_date
from kiosk.files.workbook import Merge, number_text, read_workbook, sheets_of
from tests.files import building

ROWS = [
    ["姓名", "班级", "电话"],
    ["于伟", "三(2)班", "15484005756"],
    ["萧天佑", "", "154-5107-2896"],
]
TEXT = "\r\n".join(",".join(row) for row in ROWS)


def _rows(data: bytes, *, suffix: str) -> list[list[str]]:
    (sheet,) = sheets_of(data, suffix=suffix)
    return [list(row) for row in sheet.rows]


@pytest.mark.parametrize(
    ("suffix", "data"),
    [
        (".xlsx", building.xlsx(ROWS)),
        (".xls", building.xls(ROWS)),
        (".ods", building.ods(ROWS)),
        (".csv", TEXT.encode()),
        (".csv", TEXT.encode("utf-8-sig")),
        (".csv", TEXT.encode("gb18030")),
        (".csv", TEXT.encode("utf-16")),
        (".txt", TEXT.replace(",", "\t").encode("utf-16")),
        (".csv", TEXT.replace(",", ";").encode("gb18030") + b"\x1a"),
        (".upload", building.xlsx(ROWS)),
    ],
    ids=[
        "xlsx",
        "xls",
        "ods",
        "utf8",
        "utf8-mark",
        "gb18030",
        "utf16",
        "unicode-text",
        "dos",
        "any",
    ],
)
def test_every_container_gives_the_same_cells(suffix: str, data: bytes) -> None:
    assert _rows(data, suffix=suffix) == ROWS


@pytest.mark.parametrize("suffix", [".xlsx", ".xls"])
def test_a_telephone_kept_as_a_number_has_no_fraction(suffix: str) -> None:
    build = building.xlsx if suffix == ".xlsx" else building.xls

    assert _rows(build([["电话"], [15484005756.0]]), suffix=suffix) == [["电话"], ["15484005756"]]


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (1, "1"),
        (15484005756.0, "15484005756"),
        (3.2, "3.2"),
        (-2.0, "-2"),
        (9787544270878.0, "9787544270878"),
    ],
)
def test_a_number_reads_as_it_was_typed(number: float, text: str) -> None:
    assert number_text(number) == text


@pytest.mark.parametrize(
    ("data", "suffix"),
    [
        (building.xlsx([["a", "b"], ["1", 430525201503041234.0]]), ".xlsx"),
        (b"a,b\n1,4.30525E+17\n", ".csv"),
    ],
)
def test_a_column_with_a_number_too_long_to_survive_is_marked(data: bytes, suffix: str) -> None:
    (sheet,) = sheets_of(data, suffix=suffix)

    assert sheet.lost_digits == {1}


def test_merged_cells_are_told_where_the_format_knows_them() -> None:
    rows = [["班级", "姓名"], ["1.1", "于伟"], [None, "郭磊"]]

    (known,) = sheets_of(building.xlsx(rows, merges=["A2:A3"]), suffix=".xlsx")
    (unknown,) = sheets_of(b"a,b\n", suffix=".csv")

    assert known.merges == (Merge(top=1, left=0, bottom=2, right=0),)
    assert known.rows[1][0] == "1.1"
    assert unknown.merges is None


def test_rows_keep_their_numbers_when_a_sheet_begins_lower_down() -> None:
    (sheet,) = sheets_of(building.xlsx([[], [], [None, "x"]]), suffix=".xlsx")

    assert sheet.rows == (("", ""), ("", ""), ("", "x"))


def test_hidden_sheets_come_marked(tmp_path: Path) -> None:
    data = building.xlsx_of({"一": ([["a"]], ()), "二": ([["b"]], ())}, hidden=["二"])

    sheets = read_workbook(building.write(tmp_path, "a.xlsx", data))

    assert [(sheet.name, sheet.is_hidden) for sheet in sheets] == [("一", False), ("二", True)]


def test_the_largest_allowed_sheet_is_read() -> None:
    (sheet,) = sheets_of(building.xlsx([["x"] * 80] + [["y"]] * 4_999), suffix=".xlsx")

    assert (len(sheet.rows), len(sheet.rows[0])) == (5_000, 80)


def test_a_cell_that_is_a_date_reads_as_one() -> None:
    data = building.xlsx([[datetime(2014, 9, 1)]])  # noqa: DTZ001 - a spreadsheet knows no zone

    (sheet,) = sheets_of(data, suffix=".xlsx")

    # Written without a date format, it is the number of days.
    assert read_date(sheet.rows[0][0]) == date(2014, 9, 1)


@pytest.mark.parametrize(
    "text",
    ["2014.09.01", "2014.9.1", "20140901", "20140901.0", "2014-9-1", "2014/9/1", "2014年9月1日",
     "２０１４．９．１", " 2014 年 9 月 1 日 ", "41883", "41883.0", "2014-09-01T00:00:00", "201409",
     "2014年9月", "2014.09", "2014-09-01 00:00:00"],
)  # fmt: skip
def test_a_date_is_understood_in_every_form(text: str) -> None:
    assert read_date(text) == date(2014, 9, 1)


def test_a_serial_of_the_old_macintosh_counts_from_1904() -> None:
    assert read_date("40421", serials_from_1904=True) == date(2014, 9, 1)


@pytest.mark.parametrize(
    "text", ["", "2014-02-30", "20141301", "9.1", "09/01/2014", "2014", "不详"]
)
def test_an_impossible_or_doubtful_date_is_none(text: str) -> None:
    assert read_date(text) is None
