"""Where a text is broken on paper, and into how many lines."""

import pytest

from kiosk.printing.text_width import lines_of, pieces


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("地面有水，已拖干。", ["地", "面", "有", "水，", "已", "拖", "干。"]),
        ("（补录）三年级", ["（补", "录）", "三", "年", "级"]),
        ("见《西游记》、2026-04-10、", ["见", "《西", "游", "记》、", "2026-04-10、"]),
        ("。", ["。"]),
        ("时长(小时)", ["时", "长", "(小", "时)"]),
        ("0(其中捐赠0)", ["0", "(其", "中", "捐", "赠", "0)"]),
        ("10(100%)", ["10(100%)"]),
        ("a(", ["a", "("]),
    ],
)
def test_no_line_begins_with_a_sign_that_closes_or_ends_with_one_that_opens(
    text: str, wanted: list[str]
) -> None:
    assert pieces(text, 8.0) == wanted
    assert "".join(pieces(text, 8.0)) == text


def test_what_is_wider_than_its_room_is_broken_all_the_same() -> None:
    assert pieces("2026-04-10", 3.0) == list("2026-04-10")
    assert lines_of("一二三四、五六", 4.0) == 2
    assert lines_of("一二三四、五六七", 4.0) == 3, "the fourth goes to the next line with its stop"
