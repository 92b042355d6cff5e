"""Ledgers on sheets: every row once, the head on each page, nothing higher than the paper."""

import io
import re
from dataclasses import replace

import pytest

from kiosk.printing import sheet_grid, sheets
from kiosk.printing.sheets import HEIGHT, UPRIGHT_HEIGHT, Pages, Paper
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


@pytest.mark.parametrize("words", ["看书", "写作业，看书，和同学下棋，给家里打电话。" * 6])
def test_an_upright_page_has_more_rows_and_none_too_many(words: str) -> None:
    lying, upright = _paper(ROWS, words), replace(_paper(ROWS, words), is_upright=True)

    for page in _drawn(upright):
        assert page.lstrip().startswith('<section class="up"><div>')
        heights = [float(found) for found in re.findall(r"<tr[^>]*height:([\d.]+)mm", page)]
        widths = [float(found) for found in re.findall(r'<col style="width:([\d.]+)mm', page)]
        assert sum(heights) < UPRIGHT_HEIGHT
        assert sum(widths) == pytest.approx(sheet_grid.UPRIGHT_WIDTH, abs=0.2)
    assert len(_drawn(upright)) < len(_drawn(lying))


def test_a_line_of_parts_is_broken_between_them_before_it_is_smaller() -> None:
    foot = "　　　　".join(["室" * 40, "单位负责人：　　　　　　复核人：", "填表人：" * 2])
    upright = replace(_paper(3), bottom_line=foot, is_upright=True)

    (page,) = _drawn(upright)

    found = re.findall(r'<p class="line"([^>]*)>([^<]*)<', page)[1:]
    assert found == [("", "室" * 40), ("", foot.partition("室　　　　")[2])]
    # 214 mm are left by them for the header, the rows and the totals, of 6 mm each.
    pages = [len(_drawn(replace(upright, rows=[(1, "", "")] * rows))) for rows in (33, 34)]
    assert pages == [1, 2]


@pytest.mark.parametrize(
    ("signs", "size"), [(74, None), (75, 9.8), (100, 7.4)], ids=["fits", "just not", "long"]
)
def test_a_line_below_the_table_is_never_cut_off(signs: int, size: float | None) -> None:
    (page,) = _drawn(replace(_paper(3), bottom_line="签" * signs))

    found = re.search(r'<p class="line"(?: style="font-size:([\d.]+)pt")?>签', page)
    assert found is not None
    assert (None if found[1] is None else float(found[1])) == size
    assert signs * (size or 10.0) * sheet_grid.EM <= sheet_grid.WIDTH


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
        ("已再约 2026-11-19 16:50", 9, 2),
        ("已再约 2026-11-19 16:50", 7, 3),
    ],
)
def test_lines(text: str, room: float, lines: int) -> None:
    assert lines_of(text, room) == lines


def test_a_date_is_taken_for_wider_than_it_is() -> None:
    in_noto = 8 * 0.555 + 2 * 0.347

    assert width_of("2026-09-01") >= in_noto


def _texts(page: str, kind: str = "t[dh]") -> list[str]:
    return [
        re.sub("<[^>]*>", "", cell) for cell in re.findall(f"<{kind}[^>]*>(.*?)</{kind}>", page)
    ]


def test_a_time_is_not_broken_where_there_is_another_way() -> None:
    narrow = Paper(
        title="表",
        columns=tuple((f"{at}", 18) for at in range(14)),
        rows=[("已再约 2026-11-19 16:50",) * 14],
    )

    (page,) = _drawn(narrow)

    assert page.count("<i>2026-11-19</i> <i>16:50</i>") == 14


def test_the_name_of_a_part_is_said_again_where_the_part_goes_on() -> None:
    rows = [(f"孩子{part}", "—", "—") if at == 0 else (at, "2026-09-01", "通了")
            for part in range(20) for at in range(4)]  # fmt: skip
    book = Paper(title="簿", columns=(("次数", 20), ("日期", 12), ("结果", 12)), rows=rows)

    pages = _drawn(book)

    assert len(pages) > 2
    for page in pages:
        cells = _texts(page, "td")
        assert cells[0].startswith("孩子"), "a page that does not say whose it is"
        assert not cells[-3].startswith("孩子"), "a name at the foot of a page, without a line"
    lines = [cell for page in pages for cell in _texts(page, "td")[::3]]
    assert [line for line in lines if "（续）" not in line] == [str(row[0]) for row in rows]


def test_a_page_does_not_begin_with_ditto() -> None:
    rows = [("开放" if at == 0 else "〃", "材料", at) for at in range(40)]
    contents = Paper(title="目录", columns=(("项目", 20), ("材料", 12), ("页", 6)), rows=rows)

    first, second = _drawn(contents)

    assert _texts(first, "td")[:4] == ["开放", "材料", "0", "〃"]
    assert _texts(second, "td")[0] == "开放（续）"


def test_columns_become_narrower_before_letters_become_smaller() -> None:
    columns = tuple((f"列{at}", 20) for at in range(16))
    wide = Paper(title="表", columns=columns, rows=[("2026-09-01", *["无"] * 14, "")])

    (page,) = _drawn(wide)

    widths = [float(found) for found in re.findall(r'<col style="width:([\d.]+)mm', page)]
    assert "font-size:9pt" in page
    assert widths[-1] > 30 > 2 * widths[1], "no room for a signature"
    assert sum(widths) == pytest.approx(sheet_grid.WIDTH, abs=0.2)


@pytest.mark.parametrize("rows", [23, 24, 33, 35, 36])
def test_a_paper_that_may_be_close_is_on_one_page_where_it_can_be(rows: int) -> None:
    plain = Paper(
        title="目　录",
        subtitle="小学",
        bottom_line="注",
        columns=(("项目", 52), ("页码", 10)),
        rows=[("图书", at) for at in range(rows)],
    )

    (page, *more) = _drawn(replace(plain, may_be_close=True))

    heights = [float(found) for found in re.findall(r"<tr[^>]*height:([\d.]+)mm", page)]
    assert sum(heights) < HEIGHT - 8 - 10.5 - 8 - (0 if more else 7.5)
    assert bool(more) is (rows == 36)
    assert ('class="close"' in page) is (24 <= rows <= 35)
    assert (len(_drawn(plain)) == 1) is (rows < 24)
