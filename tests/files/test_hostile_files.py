"""Files that want to hurt: each is refused with its reason, quickly, and nothing is unpacked."""

import io
import resource
import struct
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter

from kiosk.errors import InvalidInputError
from kiosk.files.problems import FileProblem
from kiosk.files.workbook import read_workbook
from tests.files import building

HEADER = ["姓名", "班级", "联系电话"]
GOOD = building.xlsx([HEADER, ["于伟", "302", "15484005756"]])


def _corner() -> bytes:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer)
    sheet = book.add_worksheet()
    sheet.write(0, 0, "姓名")
    sheet.write(1_048_575, 16_383, "x")
    book.close()
    return buffer.getvalue()


def _with_member(name: str, content: bytes) -> bytes:
    buffer = io.BytesIO(GOOD)
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as file:
        file.writestr(name, content)
    return buffer.getvalue()


def _with_twins() -> bytes:
    """Return a workbook with two members of one name: readers disagree about which counts."""
    return _with_member("xl/workbook.xmx", b"<other/>").replace(
        b"xl/workbook.xmx", b"xl/workbook.xml"
    )


def _with_lying_size() -> bytes:
    """Return a workbook whose table of contents says that a large member is small."""
    data = bytearray(_with_member("xl/media/image1.bin", bytes(range(256)) * 8_000))
    at = data.rfind(b"PK\x01\x02")
    data[at + 24 : at + 28] = struct.pack("<I", 1_000)
    return bytes(data)


def _with_wrong_sum() -> bytes:
    data = bytearray(GOOD)
    data[data.find(b"PK\x01\x02") + 16] ^= 1
    return bytes(data)


def _with_password() -> bytes:
    """Return an archive whose members say that they are encrypted."""
    data = bytearray(GOOD)
    data[6] |= 1
    data[data.find(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


def _with_link() -> bytes:
    link = zipfile.ZipInfo("xl/link")
    link.external_attr = 0o120777 << 16
    buffer = io.BytesIO(GOOD)
    with zipfile.ZipFile(buffer, "a") as file:
        file.writestr(link, "/etc/passwd")
    return buffer.getvalue()


def _with_overlap() -> bytes:
    """Return an archive in which many names share one packed content."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("xl/workbook.xml", bytes(range(256)) * 40)
        member = file.infolist()[0]
        for number in range(100):
            again = zipfile.ZipInfo(f"xl/{number}.xml")
            for field in ("header_offset", "CRC", "compress_size", "file_size", "compress_type"):
                setattr(again, field, getattr(member, field))
            file.filelist.append(again)
        file._didModify = True  # type: ignore[attr-defined]  # noqa: SLF001 - no other way to forge
    return buffer.getvalue()


def _ods_repeating() -> bytes:
    plain = building.ods([["姓名"]])
    with zipfile.ZipFile(io.BytesIO(plain)) as file:
        members = {name: file.read(name) for name in file.namelist()}
    many_cells = b'<table:table-cell table:number-columns-repeated="16384" '
    many_rows = b'<table:table-row table:number-rows-repeated="1048576">'
    content = members["content.xml"].replace(b"<table:table-cell ", many_cells)
    members["content.xml"] = content.replace(b"<table:table-row>", many_rows)
    return building.archive(members)


LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
    b"<worksheet>&b;</worksheet>"
)
FETCHES = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><worksheet>&e;</worksheet>'
PAGE = b"<html><head><meta charset=gb2312></head><body><table><tr><td>x</td></tr></table>"

HOSTILE: dict[str, tuple[str, Callable[[], bytes], FileProblem]] = {
    "an empty file": ("a.xlsx", lambda: b"", FileProblem.EMPTY),
    "only white space": ("a.csv", lambda: b" \r\n\r\n", FileProblem.EMPTY),
    "only zeros": ("a.xlsx", lambda: bytes(4096), FileProblem.EMPTY),
    "more than five megabytes": ("a.csv", lambda: b"x" * 5_242_881, FileProblem.TOO_LARGE),
    "a zip bomb by ratio": (
        "a.xlsx", lambda: _with_member("xl/bomb.xml", bytes(10_000_000)),
        FileProblem.UNPACKS_TOO_LARGE,
    ),
    "a zip bomb by sum": (
        "a.xlsx",
        lambda: building.archive({f"{n}.xml": b"0123456789" * 99 + bytes(1_048_576)
                                  for n in range(31)}),
        FileProblem.UNPACKS_TOO_LARGE,
    ),
    "too many members": (
        "a.xlsx", lambda: building.archive({f"xl/{n}.xml": b"x" for n in range(201)}),
        FileProblem.UNPACKS_TOO_LARGE,
    ),
    "members that share their content": ("a.xlsx", _with_overlap, FileProblem.UNPACKS_TOO_LARGE),
    "a size that lies": ("a.xlsx", _with_lying_size, FileProblem.DAMAGED),
    "a name that climbs": (
        "a.xlsx", lambda: _with_member("../../evil.xml", b"x"), FileProblem.DAMAGED
    ),
    "a name from the root": ("a.xlsx", lambda: _with_member("/evil", b"x"), FileProblem.DAMAGED),
    "a name with a drive": ("a.xlsx", lambda: _with_member("C:evil", b"x"), FileProblem.DAMAGED),
    "a name with backslashes": (
        "a.xlsx", lambda: _with_member("xl\\..\\evil", b"x"), FileProblem.DAMAGED
    ),
    "members with a password": ("a.xlsx", _with_password, FileProblem.ENCRYPTED),
    "one name twice": ("a.xlsx", _with_twins, FileProblem.DAMAGED),
    "a link": ("a.xlsx", _with_link, FileProblem.DAMAGED),
    "entities that grow": (
        "a.xlsx", lambda: _with_member("xl/worksheets/sheet9.xml", LAUGHS), FileProblem.DAMAGED
    ),
    "entities that fetch": (
        "a.xlsx", lambda: _with_member("xl/worksheets/sheet9.xml", FETCHES), FileProblem.DAMAGED
    ),
    "a cut workbook": ("a.xlsx", lambda: GOOD[:-200], FileProblem.DAMAGED),
    "only the start of a workbook": ("a.xlsx", lambda: GOOD[:60], FileProblem.DAMAGED),
    "a check sum that fails": ("a.xlsx", _with_wrong_sum, FileProblem.DAMAGED),
    "a sheet that is no XML": (
        "a.xlsx",
        lambda: building.archive({"xl/workbook.xml": b"no", "[Content_Types].xml": b"no"}),
        FileProblem.DAMAGED,
    ),
    "a cell at the far corner": ("a.xlsx", _corner, FileProblem.DAMAGED),
    "a cell at the far corner of an old sheet": (
        "a.xls", lambda: building.xls([HEADER], far_corner=True), FileProblem.DAMAGED
    ),
    "cells that repeat themselves": ("a.ods", _ods_repeating, FileProblem.DAMAGED),
    "16,384 columns": (
        "a.xlsx", lambda: building.xlsx([["x"] * 16_384]), FileProblem.TOO_MANY_COLUMNS
    ),
    "81 columns": ("a.xlsx", lambda: building.xlsx([["x"] * 81]), FileProblem.TOO_MANY_COLUMNS),
    "5,001 rows": ("a.xlsx", lambda: building.xlsx([["x"]] * 5_001), FileProblem.TOO_MANY_ROWS),
    "5,001 lines": ("a.csv", lambda: b"x\n" * 5_001, FileProblem.TOO_MANY_ROWS),
    "81 fields in a line": ("a.csv", lambda: b"x," * 80 + b"x", FileProblem.TOO_MANY_COLUMNS),
    "macros": (
        "a.xlsm", lambda: _with_member("xl/vbaProject.bin", b"x"), FileProblem.MACROS
    ),
    "macros in an old workbook": (
        "a.xls", lambda: building.ole({"Workbook": b"x", "_VBA_PROJECT": b"x"}), FileProblem.MACROS
    ),
    "an encrypted workbook": (
        "a.xlsx", lambda: building.ole({"EncryptedPackage": b"x"}), FileProblem.ENCRYPTED
    ),
    "a page named .xls": ("a.xls", lambda: PAGE, FileProblem.HTML_PAGE),
    "a page with a mark and spaces before it": (
        "a.xls", lambda: b"\xef\xbb\xbf\r\n  <!DOCTYPE html><html>", FileProblem.HTML_PAGE
    ),
    "a page in UTF-16": ("a.xls", lambda: PAGE.decode().encode("utf-16"), FileProblem.HTML_PAGE),
    "a workbook named .xls": ("a.xls", lambda: GOOD, FileProblem.WRONG_EXTENSION),
    "a workbook named .csv": ("a.csv", lambda: GOOD, FileProblem.WRONG_EXTENSION),
    "an old workbook named .xlsx": (
        "a.xlsx", lambda: building.xls([HEADER]), FileProblem.WRONG_EXTENSION
    ),
    "a text named .xlsx": ("a.xlsx", lambda: b"a,b,c\n", FileProblem.WRONG_EXTENSION),
    "an .ods named .xlsx": ("a.xlsx", lambda: building.ods([HEADER]), FileProblem.WRONG_EXTENSION),
    "a document of letters": (
        "a.docx", lambda: building.archive({"word/document.xml": b"x"}), FileProblem.UNKNOWN_FORMAT
    ),
    "an archive in an archive": (
        "a.zip", lambda: building.archive({"a.zip": GOOD}), FileProblem.UNKNOWN_FORMAT
    ),
    "a compound file of something else": (
        "a.doc", lambda: building.ole({"WordDocument": b"x"}), FileProblem.UNKNOWN_FORMAT
    ),
    "a picture": (
        "a.csv", lambda: b"\x89PNG\r\n\x1a\n" + bytes(range(256)), FileProblem.UNKNOWN_ENCODING
    ),
    "zeros between letters": ("a.csv", lambda: b"a\0b\0c", FileProblem.UNKNOWN_FORMAT),
    "text that is neither UTF-8 nor GB18030": (
        "a.csv", lambda: b"\xff\xff\xff,\xff", FileProblem.UNKNOWN_ENCODING
    ),
    "UTF-8 with one broken sign": (
        "a.csv", lambda: "姓名,班级,性别,出生日期\n".encode() + b"\xe5\xe5\x81,1\n",
        FileProblem.UNKNOWN_ENCODING,
    ),
    "half a sign of UTF-16": ("a.csv", lambda: b"\xff\xfe" + b"a\0b", FileProblem.UNKNOWN_ENCODING),
    "a quotation that never ends": (
        "a.csv", lambda: b'x,"' + b"y" * 40_000, FileProblem.DAMAGED
    ),
    "a field past every limit": ("a.csv", lambda: b'"' + b"y" * 200_000, FileProblem.DAMAGED),
}  # fmt: skip


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_file_is_refused_with_its_reason(what: str, tmp_path: Path) -> None:
    name, build, reason = HOSTILE[what]
    path = building.write(tmp_path, name, build())
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    began = time.monotonic()
    with pytest.raises(InvalidInputError) as error:
        read_workbook(path)
    took = time.monotonic() - began

    assert error.value.reason is reason
    # The bound is against hanging, not a measure of speed (the machine is shared).
    assert took < 15
    grown_kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown_kilobytes < 50 * 1024


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError) as error:
        read_workbook(tmp_path / "missing.xlsx")

    assert error.value.reason is FileProblem.NOT_READABLE


def test_a_refusal_says_nothing_of_what_the_file_holds(tmp_path: Path) -> None:
    broken = building.xlsx([["于伟", "15484005756"]]).replace(b"PK\x01\x02", b"PK\x01\x03", 1)
    path = building.write(tmp_path, "a.xlsx", broken)

    with pytest.raises(InvalidInputError) as error:
        read_workbook(path)

    assert "于伟" not in repr(error.value) + str(error.value)
    assert error.value.values == {}
