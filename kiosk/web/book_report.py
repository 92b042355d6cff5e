"""The report of a file of books as a file itself, in the language of whoever asks for it."""

from collections.abc import Callable, Iterable
from typing import Final

from flask import get_template_attribute

from kiosk.files.tables import Table, TableColumn, csv_bytes
from kiosk.files.tables_xlsx import xlsx_bytes
from kiosk.services.book_import_found import ReportLine
from kiosk.services.ledgers import FileKind

_WORDS: Final = "books/_import_words.html"
_WIDTHS: Final = {"row": 8, "title": 40, "left_out": 8, "problem": 50}


def content(lines: Iterable[ReportLine], kind: FileKind) -> bytes:
    """Return the lines as CSV or XLSX."""
    head: Callable[[str], str] = get_template_attribute(_WORDS, "head_words")
    words: Callable[[str], str] = get_template_attribute(_WORDS, "problem_words")
    left_out: Callable[[bool], str] = get_template_attribute(_WORDS, "left_out_words")
    table = Table(
        title=_plain(head("report")),
        columns=tuple(
            TableColumn(label=_plain(head(name)), width=width) for name, width in _WIDTHS.items()
        ),
        rows=tuple(
            (
                line.row_number,
                line.title or "—",
                _plain(left_out(line.problem.refuses)),
                _plain(words(line.problem)),
            )
            for line in lines
        ),
    )
    return csv_bytes(table) if kind is FileKind.CSV else xlsx_bytes(table)


def _plain(markup: str) -> str:
    """Return what a macro says as plain text; none of these sentences has a mark in it."""
    return str(markup).strip()
