"""Library records in XML: both families, one by one, and without any of the tricks of XML."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.errors import InvalidInputError
from kiosk.files.books import BooksFile, read_books
from kiosk.files.problems import BookProblem, FileProblem
from tests.files.building import write

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'


def record(title: str, *, prefix: str = "", fields: str = "") -> str:
    p = f"{prefix}:" if prefix else ""
    return (
        f"<{p}record><{p}leader>00000nam0 2200000   450 </{p}leader>"
        f'<{p}controlfield tag="001">1</{p}controlfield>'
        f'<{p}datafield tag="010" ind1=" " ind2=" "><{p}subfield code="a">7-5339-1845-2'
        f'</{p}subfield><{p}subfield code="d">CNY18.00</{p}subfield></{p}datafield>'
        f'<{p}datafield tag="200" ind1="1" ind2=" "><{p}subfield code="a">{title}</{p}subfield>'
        f'<{p}subfield code="f">卡特著</{p}subfield></{p}datafield>{fields}</{p}record>'
    )


def collection(*records: str, prefix: str = "", head: str = HEAD) -> bytes:
    p = f"{prefix}:" if prefix else ""
    return f"{head}<{p}collection>{''.join(records)}</{p}collection>".encode()


def _read(tmp_path: Path, data: bytes) -> BooksFile:
    return read_books(write(tmp_path, "a.xml", data))


@pytest.mark.parametrize("prefix", ["", "marc", "unimarc"])
def test_records_are_read_whatever_prefix_they_have(tmp_path: Path, prefix: str) -> None:
    data = collection(
        record("少年小树之歌", prefix=prefix), record("月亮的信", prefix=prefix), prefix=prefix
    )

    rows = _read(tmp_path, data).rows

    assert [row.title for row in rows] == ["少年小树之歌", "月亮的信"]
    assert (rows[0].isbn, rows[0].author, str(rows[0].price)) == (
        "9787533918453",
        "卡特著",
        "18.00",
    )


def test_marc_21_is_told_from_its_fields(tmp_path: Path) -> None:
    fields = (
        '<datafield tag="245" ind1="0" ind2="0"><subfield code="a">Xiao ma guo he /</subfield>'
        '</datafield><datafield tag="490" ind1=" " ind2=" "><subfield code="a">小书房 ;</subfield>'
        '<subfield code="v">3</subfield></datafield>'
    )
    data = collection(f"<record><leader>00000nam a2200000 a 4500</leader>{fields}</record>")

    (row,) = _read(tmp_path, data).rows

    assert (row.title, row.series, row.series_no) == ("Xiao ma guo he", "小书房", 3)


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
def test_the_encoding_that_the_file_claims_is_not_asked(tmp_path: Path, encoding: str) -> None:
    text = collection(record("少年小树之歌")).decode()

    rows = _read(tmp_path, text.encode(encoding)).rows

    assert [row.title for row in rows] == ["少年小树之歌"]


def test_signs_by_number_and_the_five_names_are_read(tmp_path: Path) -> None:
    (row,) = _read(tmp_path, collection(record("&#23567;&#x9A6C; &amp; &lt;河&gt;"))).rows

    assert row.title == "小马 & <河>"


def test_a_broken_record_costs_no_other(tmp_path: Path) -> None:
    broken = record("坏").replace("</datafield>", "", 1)
    unknown = record("&nbsp;")
    data = collection(record("一"), broken, record("二"), unknown, record("三"))

    books = _read(tmp_path, data)

    assert [row.title for row in books.rows] == ["一", "二", "三"]
    assert [(one.row_number, one.reason) for one in books.refused] == [
        (2, BookProblem.DAMAGED_RECORD),
        (4, BookProblem.DAMAGED_RECORD),
    ]


def test_a_file_that_ends_in_the_middle_gives_what_is_whole(tmp_path: Path) -> None:
    data = collection(record("一"), record("二"))[:-60]

    books = _read(tmp_path, data)

    assert [row.title for row in books.rows] == ["一"]
    assert [one.reason for one in books.refused] == [BookProblem.DAMAGED_RECORD]


LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>\n'
FETCHES = '<!DOCTYPE x [<!ENTITY b SYSTEM "file:///etc/passwd">]>\n'
FAR = f"<!--{'x' * 1_048_560}-->{LAUGHS}"


@pytest.mark.parametrize("head", [LAUGHS, FETCHES, FAR, LAUGHS.lower()], ids=lambda h: h[:20])
def test_a_file_with_entities_of_its_own_is_refused(tmp_path: Path, head: str) -> None:
    data = HEAD.encode() + b"<collection>" + head.encode() + record("&b;").encode()

    with pytest.raises(InvalidInputError) as error:
        _read(tmp_path, data)

    assert error.value.reason is FileProblem.DAMAGED


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le"])
def test_entities_in_two_bytes_a_sign_are_no_way_around(tmp_path: Path, encoding: str) -> None:
    text = HEAD + LAUGHS + "<collection>" + record("&b;") + "</collection>"

    with pytest.raises(InvalidInputError):
        _read(tmp_path, text.encode(encoding))


def test_a_record_without_end_does_not_take_the_memory(tmp_path: Path) -> None:
    endless = "<record><controlfield tag='001'>" + "x" * 3_000_000
    data = collection(record("一"), endless + "</controlfield></record>", record("二"))

    books = _read(tmp_path, data)

    assert [row.title for row in books.rows] == ["一", "二"]
    assert {one.reason for one in books.refused} == {BookProblem.DAMAGED_RECORD}


def test_a_thousand_deep_and_ten_thousand_wide_are_damaged(tmp_path: Path) -> None:
    deep = f"<record>{'<x>' * 20_000}</record>"
    field = "<controlfield tag='001'>1</controlfield>"
    wide = f"<record>{field * 5_000}</record>"
    odd = "<record><datafield tag='20'><subfield code='ab'>x</subfield></datafield></record>"

    books = _read(tmp_path, collection(deep, wide, odd, record("一")))

    assert [row.title for row in books.rows] == ["一"]
    assert [one.row_number for one in books.refused] == [1, 2, 3]


def test_a_page_is_no_record(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError) as error:
        _read(tmp_path, b"<?xml version='1.0'?><html><body>record</body></html>")

    assert error.value.reason is FileProblem.HTML_PAGE


@settings(max_examples=150, deadline=None)
@given(at=st.integers(0, 1_500), junk=st.binary(min_size=1, max_size=12))
def test_a_damaged_record_never_breaks_the_reading(
    tmp_path_factory: pytest.TempPathFactory, at: int, junk: bytes
) -> None:
    data = collection(*(record(f"书{n}") for n in range(4)))
    path = write(tmp_path_factory.getbasetemp(), "a.xml", data[:at] + junk + data[at + len(junk) :])

    try:
        books = read_books(path)
    except InvalidInputError:
        return

    assert len(books.rows) + len(books.refused) >= 1
