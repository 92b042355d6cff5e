"""Lists of books in workbooks and CSV."""

from decimal import Decimal
from pathlib import Path

import pytest

from kiosk.errors import InvalidInputError
from kiosk.files.book_fields import (
    read_class_mark,
    read_count,
    read_isbn,
    read_price,
    read_title,
    read_year,
)
from kiosk.files.books import BookRow, BooksFile, Copy, read_books
from kiosk.files.problems import BookProblem, FileProblem
from tests.files import building

DATA = Path(__file__).parent.parent / "data"


def _read(folder: Path, rows: building.Rows) -> BooksFile:
    return read_books(building.write(folder, "books.xlsx", building.xlsx(rows)))


def test_a_list_of_donated_books_comes_in_with_its_oddities(tmp_path: Path) -> None:
    rows = [
        ["捐赠图书清单"],
        ["序号", "书 名", "作者", "出版社", "ISBN号", "册数", "定价（元）", "分类号", "备注"],
        [
            1,
            "《小马过河》",
            "彭文席",
            "人民教育出版社",
            9787544270878.0,
            3,
            18.5,
            "I287.7/12",
            "旧",
        ],
        [2, "萝卜回来了", "方轶群", "/", "7-5339-1845-2", "2册", "¥12.00", "I287", ""],
        [3, "老书", "", "", "", "", "", "", ""],
        ["合计", "", "", "", "", 6, "", "", ""],
    ]

    books = _read(tmp_path, rows)

    assert books.rows == (
        BookRow(
            row_number=3,
            title="小马过河",
            author="彭文席",
            publisher="人民教育出版社",
            isbn="9787544270878",
            copies=3,
            price=Decimal("18.50"),
            class_mark="I287.7",
        ),
        BookRow(
            row_number=4,
            title="萝卜回来了",
            author="方轶群",
            isbn="9787533918453",
            copies=2,
            price=Decimal("12.00"),
            class_mark="I287",
        ),
        BookRow(row_number=5, title="老书"),
    )
    assert books.refused == ()
    assert books.ignored_columns == ("序号", "备注")


def test_a_csv_of_old_excel_comes_in(tmp_path: Path) -> None:
    text = "题名,责任者,书号,登录号,出版时间\r\n没头脑和不高兴,任溶溶,R10024·3556,00017,1985.07\r\n"

    books = read_books(building.write(tmp_path, "a.csv", text.encode("gb18030")))

    assert books.rows == (
        BookRow(
            row_number=2,
            title="没头脑和不高兴",
            author="任溶溶",
            csbn="R10024·3556",
            held=(Copy(accession_no="00017"),),
            published="1985",
        ),
    )


@pytest.mark.parametrize(
    ("header", "written", "problem"),
    [
        ("ISBN", "9787544270879", BookProblem.ISBN_UNREADABLE),
        ("定价", "面议", BookProblem.PRICE_UNREADABLE),
        ("定价", "0", BookProblem.PRICE_UNREADABLE),
        ("册数", "若干", BookProblem.COPIES_UNREADABLE),
        ("分类号", "21.2", BookProblem.CLASS_MARK_UNUSUAL),
    ],
)
def test_an_odd_cell_is_pointed_out_and_the_book_comes_in(
    tmp_path: Path, header: str, written: str, problem: BookProblem
) -> None:
    (row,) = _read(tmp_path, [["书名", header], ["小马过河", written]]).rows

    assert (row.title, row.problems) == ("小马过河", (problem,))


def test_numbers_whose_digits_are_lost_are_not_taken(tmp_path: Path) -> None:
    rows = [["书名", "登录号"], ["小马过河", 1234567890123456789.0], ["老书", "17"]]

    books = _read(tmp_path, rows)

    assert [row.held for row in books.rows] == [(), ()]
    assert {row.problems for row in books.rows} == {(BookProblem.DIGITS_LOST,)}


def test_a_book_without_a_title_is_refused_alone(tmp_path: Path) -> None:
    books = _read(tmp_path, [["书名", "作者"], ["", "彭文席"], ["老书", ""]])

    assert [record.row_number for record in books.refused] == [2]
    assert [record.reason for record in books.refused] == [BookProblem.NO_TITLE]
    assert [row.title for row in books.rows] == ["老书"]


def test_several_sheets_are_one_list(tmp_path: Path) -> None:
    sheets = {
        "文学": ([["书名", "作者"], ["甲", "乙"]], ()),
        "科学": ([["书名", "作者"], ["丙", "丁"]], ()),
    }

    books = read_books(building.write(tmp_path, "a.xlsx", building.xlsx_of(sheets)))

    assert [row.title for row in books.rows] == ["甲", "丙"]


@pytest.mark.parametrize(
    "name", ["roster_register.xlsx", "moe2020_primary_110.json", "cnmarc_quirks.txt"]
)
def test_what_is_no_list_of_books_is_refused(name: str) -> None:
    with pytest.raises(InvalidInputError) as error:
        read_books(DATA / name)

    assert error.value.reason is FileProblem.NO_HEADER


@pytest.mark.parametrize(
    ("text", "isbn"),
    [
        ("7-5037-2790-X", "9787503727900"),
        ("750372790x", "9787503727900"),
        ("ISBN 7-5037-2790-X", "9787503727900"),
        ("９７８７５３３９１８４５３", "9787533918453"),
        ("978-7-5339-1845-3", "9787533918453"),
        ("9787533918453", "9787533918453"),
        ("978753391845350880", "9787533918453"),
        ("978753391845312", "9787533918453"),
        ("6901234567892", None),
        ("", None),
        ("9771234567898", None),
        ("7533918452001", None),
    ],
)
def test_an_isbn_is_thirteen_digits_or_none(text: str, isbn: str | None) -> None:
    assert read_isbn(text) == isbn


@pytest.mark.parametrize(
    ("text", "price"),
    [
        ("CNY68.00", "68.00"),
        ("0.38元", "0.38"),
        ("CNY赠90.00", "90.00"),
        ("￥12.5", "12.50"),
        ("18", "18.00"),
        ("12.00元（全三册）", "12.00"),
        ("CNY0.00", None),
        ("USD12.00", None),
        ("", None),
        ("12-15", None),
    ],
)
def test_a_price_is_in_yuan_or_none(text: str, price: str | None) -> None:
    assert read_price(text) == (None if price is None else Decimal(price))


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("1985.07", "1985"),
        ("[1999?]", "1999"),
        ("2011年8月第1版", "2011"),
        ("00010101", None),
        ("", None),
    ],
)
def test_a_year_of_publication_is_four_digits_or_none(text: str, year: str | None) -> None:
    assert read_year(text) == year


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("I287.7", "I287.7"),
        ("I287.7/12", "I287.7"),
        ("ｉ２８７", "I287"),
        ("21.2", None),
        ("文学", None),
    ],
)
def test_a_class_mark_begins_with_a_letter(text: str, mark: str | None) -> None:
    assert read_class_mark(text) == mark


@pytest.mark.parametrize(
    ("text", "count"), [("3", 3), ("３册", 3), ("0", None), ("三", None), ("12345", None)]
)
def test_a_count_is_a_small_number(text: str, count: int | None) -> None:
    assert read_count(text) == count


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("《小马过河》", "小马过河"),
        ("《学点历史》丛书", "《学点历史》丛书"),
        ("《甲》与《乙》", "《甲》与《乙》"),
        (" 中华人物故事汇：先锋 ", "中华人物故事汇：先锋"),
        ("", None),
        ("《》", None),
    ],
)
def test_a_title_loses_only_the_marks_round_all_of_it(text: str, title: str | None) -> None:
    assert read_title(text) == title
