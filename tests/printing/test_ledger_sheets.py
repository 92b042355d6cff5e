"""Ledgers on sheets: every row once, the head on each page, nothing higher than the paper."""

import io
import re

import pytest

from kiosk.printing import sheets
from kiosk.printing.sheets import HEIGHT, Pages, Paper
from kiosk.printing.text_width import lines_of, width_of

ROWS = 137


def _paper(rows: int, words: str = "看书") -> Paper:
    return Paper(
        title="登记表",
        subtitle="小学",
        top_line="填报单位",
        bottom_line="签名",
        columns=(("序号", 6), ("日期", 12), ("内容", 30)),
        rows=[(at, "2026-09-01", words) for at in range(1, rows + 1)],
        totals=("合计", "—", rows),
    )


def _drawn(paper: Paper) -> list[str]:
    output = io.StringIO()
    Pages(output, foot="脚").ledger(paper)
    return output.getvalue().split("</section>")[:-1]


@pytest.mark.parametrize("rows", [0, 1, 24, 25, 26, 27, 28, ROWS])
def test_every_row_stands_once_and_the_totals_at_the_end(rows: int) -> None:
    pages = _drawn(_paper(rows))

    places = [int(at) for page in pages for at in re.findall(r"<td>(\d+)</td><td>2026", page)]
    assert places == list(range(1, rows + 1))
    assert [page.count("合计") for page in pages] == [0] * (len(pages) - 1) + [1]
    assert all("<th>日期</th>" in page for page in pages)
    assert sheets.count(_paper(rows)) == len(pages)


def test_the_totals_never_stand_without_a_row() -> None:
    for rows in range(1, 60):
        assert "2026-09-01" in _drawn(_paper(rows))[-1]


@pytest.mark.parametrize("words", ["看书", "写作业，看书，和同学下棋，给家里打电话。" * 6])
def test_no_page_is_higher_than_the_paper(words: str) -> None:
    for page in _drawn(_paper(ROWS, words)):
        heights = [float(found) for found in re.findall(r"<tr[^>]*height:([\d.]+)mm", page)]
        assert sum(heights) < HEIGHT


def test_what_a_person_wrote_is_text_on_the_page() -> None:
    drawn = "".join(_drawn(_paper(1, "<script>&")))

    assert "&lt;script&gt;&amp;" in drawn
    assert "<script>" not in drawn


@pytest.mark.parametrize(
    ("text", "room", "lines"),
    [
        ("", 1, 1),
        ("看书", 2, 1),
        ("看书", 1.9, 2),
        ("看书写字", 1, 4),
        ("16:32", 3, 1),
        ("16:32", 2, 2),
    ],
)
def test_lines(text: str, room: float, lines: int) -> None:
    assert lines_of(text, room) == lines


def test_a_date_is_taken_for_wider_than_it_is() -> None:
    digits = 10 * 0.555  # of Noto Sans CJK

    assert width_of("2026-09-01") >= digits
