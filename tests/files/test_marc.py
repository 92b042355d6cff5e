"""Library records of both families, with the oddities that school libraries really have."""

import io
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.errors import InvalidInputError
from kiosk.files import marc as marc_files
from kiosk.files.books import BooksFile, read_books, read_records
from kiosk.files.holdings import Holding
from kiosk.files.marc_fields import holdings_of
from kiosk.files.problems import BookProblem
from tests.files.building import marc, write

DATA = Path(__file__).parent.parent / "data"
UTF8 = DATA / "cnmarc_bnu10_utf8.iso"
GB18030 = DATA / "cnmarc_bnu10_gb18030_crlf.iso"

TITLES = [
    "'94中国发展报告",
    "'95中国发展报告",
    "'96 中国发展报告",
    "'97中国发展报告",
    "'97中国发展报告",
    "'98中国发展报告",
    "'99中国发展报告",
    "’92中国发展报告",
    "`93中国发展报告",
    "1999 年中国发展状况与趋势",
]
# From 7-5037-1744-0, 7-5037-2020-4, 7-5037-2291-6, 7-5037-2623-7 (twice), 7-5037-2790-X,
# 7-5037-2899-X, 7-5037-0758-5, 7-5037-1425-5 and 7-80127-555-1.
ISBNS = [
    "9787503717444",
    "9787503720208",
    "9787503722912",
    "9787503726231",
    "9787503726231",
    "9787503727900",
    "9787503728990",
    "9787503707582",
    "9787503714252",
    "9787801275554",
]


def read_marc(data: bytes) -> BooksFile:
    return read_records(marc_files.read_records(io.BytesIO(data)))


def holdings(data: bytes) -> tuple[Holding, ...]:
    """Return the fields about copies of the first record."""
    record = next(marc_files.read_records(io.BytesIO(data)))
    assert not isinstance(record, BookProblem)
    return holdings_of(record)


@pytest.mark.parametrize("path", [UTF8, GB18030], ids=["utf8", "gb18030"])
def test_both_shared_files_give_the_same_ten_titles_and_numbers(path: Path) -> None:
    books = read_books(path)

    assert [row.title for row in books.rows] == TITLES
    assert [row.isbn for row in books.rows] == ISBNS
    assert books.refused == ()


def test_the_two_encodings_differ_in_nothing() -> None:
    assert read_books(UTF8) == read_books(GB18030)


def test_the_rest_of_a_shared_record_is_right_too() -> None:
    first, *_, last = read_books(GB18030).rows

    assert (first.author, first.publisher, first.published) == (
        "国家统计局编",
        "中国统计出版社",
        "1994",
    )
    assert (first.price, first.class_mark, first.copies) == (Decimal("68.00"), "F124", 1)
    assert first.title_pinyin == "'94Zhong Guo Fa Zhan Bao Gao"
    assert [tag for tag, _ in holdings(GB18030.read_bytes())] == [
        "905", "906", "906", "906", "995", "999",
    ]  # fmt: skip
    assert last.series == "中国发展报告书"
    assert last.author == "主编季野, 张西明, 张弢...[等]"


def test_a_subtitle_a_gift_price_and_an_electronic_copy_without_price_are_read() -> None:
    rows = read_books(UTF8).rows

    assert rows[2].subtitle == "中国的“八五”"
    assert rows[3].price is None
    assert rows[4].price == Decimal("90.00")
    assert [row.problems for row in rows] == [()] * 10


def test_the_file_decides_and_not_its_name(tmp_path: Path) -> None:
    path = write(tmp_path, "books.txt", UTF8.read_bytes())

    assert [row.title for row in read_books(path).rows] == TITLES


NOVEL = [
    ("001", "0001"),
    ("010", "‡a7-5339-1845-2‡dCNY18.00"),
    ("200", "‡a少年小树之歌‡9shao nian xiao shu zhi ge‡f[美]佛瑞斯特·卡特著‡g姚宏昌译"),
    ("210", "‡a杭州‡c浙江文艺出版社‡d2005"),
    ("690", "‡aI712.45‡v4"),
]


def _one(fields: list[tuple[str, str]], *, encoding: str = "gb18030") -> BooksFile:
    return read_marc(marc(fields, encoding=encoding))


def test_pinyin_beside_the_title_is_not_the_title() -> None:
    (row,) = _one(NOVEL).rows

    assert row.title == "少年小树之歌"
    assert row.title_pinyin == "shao nian xiao shu zhi ge"
    assert row.author == "[美]佛瑞斯特·卡特著 ; 姚宏昌译"
    assert row.isbn == "9787533918453"


def test_copies_in_one_repeated_field_are_kept_as_they_stand() -> None:
    fields = [
        ("010", "‡d0.38元"),
        ("200", "‡a小学生"),
        ("210", "‡a地点‡c某某出版社‡d1985.07"),
        ("905", "‡b20295403-5408‡dD2-6‡e8‡f"),
        ("985", "‡a202954035‡b样本书库‡d0.38‡h20295403‡a202954044‡b样本书库‡d0.38‡h20295404"),
    ]

    (row,) = _one(fields).rows

    assert (row.price, row.published, row.isbn, row.copies) == (Decimal("0.38"), "1985", None, 1)
    first, second = holdings(marc(fields, encoding="gb18030"))
    assert first[1][0] == ("b", "20295403-5408")
    assert [code for code, _ in second[1]] == list("abdhabdh")
    assert row.problems == ()


def test_empty_subfields_a_price_of_nothing_and_a_false_date_do_not_cost_the_record() -> None:
    fields = [
        ("010", "‡a7-105-03351-7‡b平装‡dCNY0.00"),
        ("100", "‡a00010101d"),
        ("200", "‡a‡a上帝的指纹‡b专著‡e‡f（英国）葛瑞姆·汉卡克著‡g‡h‡i"),
        ("905", "‡a1‡bT002267‡c0‡dK86‡e1‡f2‡sK86/1:0‡a1‡bT002269‡c0‡dK86‡e1‡f2‡sK86/1:0"),
    ]

    (row,) = _one(fields).rows

    assert (row.title, row.subtitle, row.volume) == ("上帝的指纹", None, None)
    assert row.author == "（英国）葛瑞姆·汉卡克著"
    assert row.price is None
    assert BookProblem.PRICE_UNREADABLE in row.problems


@pytest.mark.parametrize(
    "written", ["10019·1234", "10019•1234", "10019．1234", "10019-1234", "统一书号：10019·1234"]
)
def test_a_unified_number_has_a_place_of_its_own(written: str) -> None:
    (row,) = _one([("091", f"‡a{written}"), ("200", "‡a小马过河")]).rows

    assert (row.csbn, row.isbn) == ("10019·1234", None)


def test_the_old_number_of_a_childrens_book_keeps_its_letter() -> None:
    assert _one([("091", "‡aR10024·3556"), ("200", "‡a小马过河")]).rows[0].csbn == "R10024·3556"


def test_a_binding_in_the_place_of_the_number_is_no_number() -> None:
    fields = [
        ("010", "‡b平‡d0.17"),
        ("200", "‡a《学点历史》丛书 读一点世界史‡f史军"),
        ("690", "‡a21.2"),
    ]

    (row,) = _one(fields).rows

    assert row.title == "《学点历史》丛书 读一点世界史"
    assert (row.isbn, row.price, row.class_mark) == (None, Decimal("0.17"), None)
    assert row.problems == (BookProblem.CLASS_MARK_UNUSUAL,)


@pytest.mark.parametrize("number", ["7-5339-1845-3", "757574"])
def test_a_number_that_fails_its_check_is_pointed_out(number: str) -> None:
    (row,) = _one([("010", f"‡a{number}"), ("200", "‡a小马过河")]).rows

    assert row.isbn is None
    assert row.problems == (BookProblem.ISBN_UNREADABLE,)


def test_of_several_numbers_the_first_right_one_counts() -> None:
    fields = [("010", "‡a7-5339-1845-3"), ("010", "‡a978-7-5339-1845-3 (精装)"), ("200", "‡a书")]

    assert _one(fields).rows[0].isbn == "9787533918453"


def test_volumes_and_series_are_read_apart_from_the_title() -> None:
    fields = [("200", "‡a上下五千年‡h第1册‡i先秦"), ("225", "‡a少年文库"), ("461", "‡t其他")]

    (row,) = _one(fields).rows

    assert (row.title, row.volume, row.series) == ("上下五千年", "第1册 ; 先秦", "少年文库")


@pytest.mark.parametrize("between", [b"", b"\r\n", b"\n", b"\x1a", b"\r\n\r\n", b"\0"])
def test_whatever_stands_between_records_is_dropped(between: bytes) -> None:
    record = marc(NOVEL, encoding="gb18030")
    data = b"\xef\xbb\xbf" + between.join([record, record, record]) + between + b"\x1a"

    assert [row.row_number for row in read_marc(data).rows] == [1, 2, 3]


def test_records_of_different_encodings_may_share_a_file() -> None:
    data = marc(NOVEL) + marc(NOVEL, encoding="gb18030")

    assert [row.title for row in read_marc(data).rows] == ["少年小树之歌"] * 2


def test_lengths_counted_in_signs_are_counted_anew() -> None:
    right = marc(NOVEL)
    in_signs = marc([(tag, text.encode("ascii", "replace").decode()) for tag, text in NOVEL])
    base = int(right[12:17])
    data = in_signs[:base] + right[base:]

    assert [row.title for row in read_marc(data).rows] == ["少年小树之歌"]


def test_a_record_with_one_bad_record_between_loses_only_that_one() -> None:
    good = marc(NOVEL, encoding="gb18030")
    cut = good[:60] + b"\x1d"
    nothing = marc([("001", "x"), ("010", "‡a7-5339-1845-2")])
    unreadable = good.replace("少年".encode("gb18030"), b"\xff\xff\xff\xff")

    books = read_marc(good + cut + nothing + unreadable + good)

    assert [row.row_number for row in books.rows] == [1, 5]
    assert [(record.row_number, record.reason) for record in books.refused] == [
        (2, BookProblem.DAMAGED_RECORD),
        (3, BookProblem.NO_TITLE),
        (4, BookProblem.UNKNOWN_ENCODING),
    ]


def test_utf8_cut_within_a_sign_is_refused_though_gb18030_would_take_it() -> None:
    data = marc([("200", "‡a没头脑和不高兴")]).replace("兴".encode(), "兴".encode()[:2])
    assert data.decode("gb18030")

    assert [record.reason for record in read_marc(data).refused] == [BookProblem.UNKNOWN_ENCODING]


MARC21 = [
    ("008", " " * 35 + "chi  "),
    ("020", "‡a9787533918453 (平装) :‡cCNY18.00"),
    ("245", "‡aShao nian xiao shu zhi ge /‡cKate zhu."),
    ("264", "‡aHangzhou :‡bZhejiang wen yi chu ban she,‡c2005."),
    ("490", "‡a少年文库 ;‡v2"),
    ("880", "‡6245-01/$1‡a少年小树之歌 :‡b长篇小说 /‡c卡特著."),
]


def test_marc_21_gives_its_chinese_title_from_the_linked_field() -> None:
    (row,) = _one(MARC21, encoding="utf-8").rows

    assert (row.title, row.subtitle, row.author) == ("少年小树之歌", "长篇小说", "卡特著.")
    assert (row.isbn, row.published, row.series) == ("9787533918453", "2005", "少年文库")
    assert row.publisher == "Zhejiang wen yi chu ban she"
    assert row.price == Decimal("18.00")


def test_marc_21_in_chinese_may_be_gb18030() -> None:
    fields = [("008", " " * 35 + "chi  "), ("245", "‡a少年小树之歌 /‡c卡特著")]

    assert _one(fields).rows[0].title == "少年小树之歌"


def test_a_western_record_in_marc_8_is_refused_and_not_read_as_chinese() -> None:
    data = marc([("008", " " * 35 + "ger  "), ("245", "‡aMaerchen")]).replace(b"Mae", b"M\xe8a")

    assert [record.reason for record in read_marc(data).refused] == [BookProblem.UNKNOWN_ENCODING]


@settings(max_examples=400, deadline=None)
@given(
    data=st.binary(max_size=400),
    start=st.sampled_from([b"", b"00046nam0 2200037   450 ", b"\xff\xfe"]),
)
def test_random_bytes_are_read_or_refused_but_never_break(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, start: bytes
) -> None:
    path = write(tmp_path_factory.getbasetemp(), "random.iso", start + data)

    try:
        books = read_books(path)
    except InvalidInputError:
        return

    assert all(row.title for row in books.rows)


@settings(max_examples=120, deadline=None)
@given(at=st.integers(0, 14_700), junk=st.binary(min_size=1, max_size=12))
def test_a_damaged_record_never_takes_the_others_with_it(at: int, junk: bytes) -> None:
    data = GB18030.read_bytes()
    end = data.find(b"\x1d", at)
    damaged = data[:at] + junk.replace(b"\x1d", b"") + data[at + len(junk) :]

    books = read_marc(damaged)

    touched = 1 + data[: at + len(junk)].count(b"\x1d") - data[:at].count(b"\x1d")
    right = [row for row in books.rows if row.title in TITLES]
    assert len(right) >= len(TITLES) - touched - (end < at)
