"""The first sheet of a workbook of several ledgers: cover and contents that lead to the others."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from kiosk.files.paper_xlsx import LINE, LOWEST_ROW, clean, lines_of, set_page

_WIDTHS: Final = (40, 6, 48, 12)
_PLAIN: Final = {"border": 1, "text_wrap": True, "valign": "vcenter"}
_LEFT: Final = (0, 2)
_WORDS, _NUMBER = 2, 3
_FOOTER: Final = "第 &P 页 共 &N 页"


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverLine:
    """A line of the contents: its cells, and the ledger it leads to; without a sheet `said`."""

    cells: tuple[str, str, str]
    of: str | None
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """What the sheet says. `facts` are words and what stands beside them, or is written there."""

    sheet: str
    title: str
    subtitle: str
    facts: tuple[tuple[str, str], ...]
    heading: str
    columns: tuple[str, str, str, str]
    lines: tuple[CoverLine, ...]
    note: str


class CoverPaper:
    """The sheet, drawn from the top once it is known which sheets there are."""

    def __init__(self, cover: Cover, book: Any, sheet: Any) -> None:  # noqa: ANN401 - no types
        self._cover, self._book, self._sheet = cover, book, sheet
        self._row = 0

    def draw(self, sheets: Mapping[str, str]) -> None:
        """Draw it; `sheets` are the names of the sheets by their ledgers, in their order."""
        cover = self._cover
        self._set_page()
        self._across(cover.title, {"bold": True, "font_size": 20, "align": "center"}, 40)
        self._across(cover.subtitle, {"align": "center"})
        for label, said in cover.facts:
            self._across(f"{label}{said}", {"font_size": 12}, 24)
        self._across(cover.heading, {"bold": True, "font_size": 14, "align": "center"}, 30)
        head = self._format(_PLAIN | {"bold": True, "align": "center"})
        for column, label in enumerate(cover.columns):
            self._sheet.write_string(self._row, column, label, head)
        self._row += 1
        plain = [
            self._format(_PLAIN | {"align": "left" if at in _LEFT else "center"})
            for at in range(len(_WIDTHS))
        ]
        blue = _PLAIN | {"font_color": "#0000ff", "underline": 1}
        links = {
            _WORDS: self._format(blue),
            _NUMBER: self._format(blue | {"align": "center"}),
        }
        numbers = {of: number for number, of in enumerate(sheets, start=2)}
        for line in cover.lines:
            if line.of in numbers:
                self._leads(line, sheets[line.of], numbers[line.of], plain, links)
            else:
                self._cells((*line.cells, line.said), plain)
        if cover.note:
            self._across(cover.note, {})

    def _leads(
        self,
        line: CoverLine,
        sheet: str,
        number: int,
        plain: list[object],
        links: Mapping[int, object],
    ) -> None:
        cells = (*line.cells, f"第 {number} 张")
        self._cells(cells, plain)
        place = "internal:'{}'!A1".format(sheet.replace("'", "''"))
        for column, drawn in links.items():
            # Not every program breaks a link into lines: words that need two are none.
            if lines_of(cells[column], _WIDTHS[column]) == 1:
                words = clean(cells[column])
                self._sheet.write_url(self._row - 1, column, place, drawn, string=words)

    def _cells(self, cells: tuple[str, ...], drawn_as: list[object]) -> None:
        most = max(lines_of(one, width) for one, width in zip(cells, _WIDTHS, strict=True))
        self._sheet.set_row(self._row, max(LOWEST_ROW, LINE * most + 3))
        for column, (cell, drawn) in enumerate(zip(cells, drawn_as, strict=True)):
            self._sheet.write_string(self._row, column, clean(cell), drawn)
        self._row += 1

    def _across(self, text: str, looks: dict[str, object], height: float = 0) -> None:
        drawn = self._format(looks | {"text_wrap": True, "valign": "vcenter"})
        most = lines_of(text, sum(_WIDTHS))
        self._sheet.set_row(self._row, max(height, LOWEST_ROW, LINE * most + 3))
        self._sheet.merge_range(self._row, 0, self._row, len(_WIDTHS) - 1, "", drawn)
        self._sheet.write_string(self._row, 0, clean(text), drawn)
        self._row += 1

    def _set_page(self) -> None:
        set_page(self._sheet, is_upright=True, footer=_FOOTER)
        for at, width in enumerate(_WIDTHS):
            self._sheet.set_column(at, at, width)

    def _format(self, properties: dict[str, object]) -> object:
        drawn: object = self._book.add_format(properties)
        return drawn
