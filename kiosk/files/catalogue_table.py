"""The catalogue as a table of our own: a row for each copy, and back without a difference.

Whoever opens it in a spreadsheet sees an ordinary list. That it is ours is told by its headings,
all of them and in their order; then each cell is taken as it stands.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal, InvalidOperation
from itertools import chain
from typing import IO, Any, Final
from uuid import UUID

from kiosk.files.book_fields import (
    LONGEST_ACCESSION_NO,
    LONGEST_AUTHOR,
    LONGEST_CLASS_MARK,
    LONGEST_CSBN,
    LONGEST_GRADE_BAND,
    LONGEST_ISSUE,
    LONGEST_PUBLISHED,
    LONGEST_PUBLISHER,
    LONGEST_SERIES,
    LONGEST_SHELF,
    LONGEST_TITLE,
    LONGEST_VOLUME,
    read_isbn,
    read_issn,
)
from kiosk.files.book_rows import BookRow, Copy
from kiosk.files.catalogue_words import KINDS, STATUSES, YES, clean, kind_of, status_of
from kiosk.files.problems import BookProblem
from kiosk.files.tables import guarded

HEADS: Final = (
    "暖屋编号", "类型", "书名", "作者", "出版社", "出版时间", "ISBN", "ISSN", "统一书号", "分类号",
    "年级段", "丛书", "丛书号", "卷册", "定价", "待补", "登录号", "标签码", "架位", "状态",
    "入藏日期", "期号", "单册价",
)  # fmt: skip
_COPY_AT: Final = HEADS.index("登录号")
_NOTHING: Final = ("",) * (len(HEADS) - _COPY_AT)
_HIGHEST_SERIES_NO: Final = 99_999
_SHEET: Final = "图书目录"


def is_ours(heads: Iterable[str]) -> bool:
    """Whether these are the headings of a table that we wrote."""
    found = [head.strip("\ufeff ") for head in heads]
    while found and not found[-1]:
        found.pop()
    return tuple(found) == HEADS


def is_our_csv(line: bytes) -> bool:
    """Whether a CSV file begins with our headings."""
    try:
        return is_ours(line.decode("utf-8-sig").strip().split(","))
    except UnicodeDecodeError:
        return False


def lines_of(row: BookRow) -> Iterator[tuple[str, ...]]:
    """Yield the cells of each copy of a title; a title without one has a line of its own."""
    about = (
        "" if row.title_id is None else row.title_id.hex,
        KINDS[row.kind],
        row.title,
        row.author or "",
        row.publisher or "",
        row.published or "",
        row.isbn or "",
        row.issn or "",
        row.csbn or "",
        row.class_mark or "",
        row.grade_band or "",
        row.series or "",
        "" if row.series_no is None else str(row.series_no),
        row.volume or "",
        _money(row.price),
        YES if row.is_draft else "",
    )
    if not row.held:
        yield about + _NOTHING
    for copy in row.held:
        yield about + _copy_cells(copy)


def write_csv(rows: Iterable[BookRow], file: IO[bytes]) -> None:
    """Write CSV that Excel and WPS open rightly; no cell of it can be taken for a formula."""
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow(HEADS)
    for row in rows:
        writer.writerows([guarded(cell) for cell in line] for line in lines_of(row))
    text.detach()


def write_xlsx(rows: Iterable[BookRow], file: IO[bytes]) -> None:
    """Write a workbook of text cells, row by row."""
    import xlsxwriter

    # xlsxwriter has no types.
    book: Any = xlsxwriter.Workbook(file, {"constant_memory": True})
    sheet: Any = book.add_worksheet(_SHEET)
    sheet.freeze_panes(1, 3)
    sheet.set_column(2, 2, 40)
    lines = (line for row in rows for line in lines_of(row))
    for at, line in enumerate(chain((HEADS,), lines)):
        for column, cell in enumerate(line):
            if cell:
                sheet.write_string(at, column, cell)
    book.close()


def read_line(cells: tuple[str, ...], *, row_number: int) -> BookRow | BookProblem:
    """Return the title and the copy of one line; an empty or overlong name is none."""
    cell = dict(zip(HEADS, cells, strict=False))
    name = (clean(cell["书名"]) or "").strip()
    if not name:
        return BookProblem.NO_TITLE
    if len(name) > LONGEST_TITLE:
        return BookProblem.TITLE_TOO_LONG
    isbn, copy = read_isbn(cell["ISBN"]), _copy(cell)
    return BookRow(
        row_number=row_number,
        is_ours=True,
        title_id=_uuid(cell["暖屋编号"]),
        kind=kind_of(cell["类型"]),
        title=name,
        author=_cut(cell["作者"], LONGEST_AUTHOR),
        publisher=_cut(cell["出版社"], LONGEST_PUBLISHER),
        published=_cut(cell["出版时间"], LONGEST_PUBLISHED),
        isbn=isbn,
        issn=read_issn(cell["ISSN"]),
        csbn=_cut(cell["统一书号"], LONGEST_CSBN),
        class_mark=_cut(cell["分类号"], LONGEST_CLASS_MARK),
        grade_band=_cut(cell["年级段"], LONGEST_GRADE_BAND),
        series=_cut(cell["丛书"], LONGEST_SERIES),
        series_no=whole_number(cell["丛书号"]),
        volume=_cut(cell["卷册"], LONGEST_VOLUME),
        price=money_of(cell["定价"]),
        is_draft=cell["待补"] == YES,
        held=() if copy is None else (copy,),
        copies=0 if copy is None else 1,
        problems=(BookProblem.ISBN_UNREADABLE,) if cell["ISBN"] and isbn is None else (),
    )


def _copy(cell: dict[str, str]) -> Copy | None:
    number = _cut(cell["登录号"], LONGEST_ACCESSION_NO)
    if number is None:
        return None
    return Copy(
        accession_no=number,
        code=clean(cell["标签码"]),
        shelf=_cut(cell["架位"], LONGEST_SHELF),
        status=status_of(cell["状态"]),
        added_on=day_of(cell["入藏日期"]),
        issue=_cut(cell["期号"], LONGEST_ISSUE),
        price=money_of(cell["单册价"]),
    )


def _copy_cells(copy: Copy) -> tuple[str, ...]:
    return (
        copy.accession_no,
        copy.code or "",
        copy.shelf or "",
        STATUSES[copy.status],
        "" if copy.added_on is None else copy.added_on.isoformat(),
        copy.issue or "",
        _money(copy.price),
    )


def _cut(text: str, longest: int) -> str | None:
    cleaned = clean(text)
    return cleaned[:longest] if cleaned else None


def _money(price: Decimal | None) -> str:
    return "" if price is None else str(price)


def money_of(text: str) -> Decimal | None:
    """Return the yuan of one of our own prices, or None."""
    try:
        price = Decimal(text)
    except InvalidOperation:
        return None
    most = Decimal(1_000_000)
    return price.quantize(Decimal("0.01")) if price.is_finite() and 0 <= price < most else None


def whole_number(text: str) -> int | None:
    """Return a number from 1 to 99999, or None."""
    is_number = text.isascii() and text.isdigit() and len(text) <= len(str(_HIGHEST_SERIES_NO))
    return (int(text) or None) if is_number else None


def day_of(text: str) -> date | None:
    """Return a day as we write it, or as a spreadsheet has made it: 2026/11/22."""
    try:
        return date(*map(int, text.replace("/", "-").split("-")))
    except (TypeError, ValueError):
        return None


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
