"""Cards and labels on paper: sizes that scanners and scissors can rely on."""

import re
from dataclasses import replace
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest

from kiosk.printing import calibration, cards, label_sheets, labels, paper, qr, spines
from kiosk.printing.cards import CardFace
from kiosk.printing.label_sheets import LabelSheet
from kiosk.printing.labels import LabelFace
from kiosk.printing.marks import Square, Words
from kiosk.printing.paper import Placing
from kiosk.printing.spines import Sign, SpineFace
from kiosk.rules.book_classes import BookIcon
from kiosk.rules.catalogue import ShelfColour

SVG = "{http://www.w3.org/2000/svg}"
CODE = "CB6BJ9TRXZ2R"
OTHER_CODE = "C0123456789W"
QUIET_MODULES = 4  # ISO/IEC 18004
LEAST_LABEL_QR = 15  # mm (rule 44)
LEAST_QR = 25  # mm (`domain.md` 4.9 rule 43)


def card(
    name: str | None = "小满", *, code: str = CODE, line: str = "三年级1班", animal: str = "fox"
) -> CardFace:
    return CardFace(
        name=name,
        line=line,
        pictures=("cloth-lake", f"animal-{animal}"),
        found=("捡到这张卡", "交给老师吧"),
        code=code,
        short_code=code[-6:],
    )


def label(title: str = "小马过河", *, band: str | None = "1-2") -> LabelFace:
    return LabelFace(
        code=CODE, accession_no="000123", title=title, class_mark="I287", grade_band=band
    )


def sheet(*faces: CardFace, placing: Placing = paper.UNMOVED) -> tuple[str, ...]:
    return cards.pages(faces, "/static/art/{}.svg".format, placing)


def pieces(page: str) -> list[ET.Element]:
    """Return the pieces on a page, without the marks beside them."""
    (moved,) = ET.fromstring(page)  # noqa: S314 - our own
    return [one for one in moved if one.tag == f"{SVG}g"]


def cut_marks(page: str) -> list[tuple[float, float, float, float]]:
    """Return the short lines beside the pieces: from x, y to x, y."""
    (moved,) = ET.fromstring(page)  # noqa: S314 - our own
    drawn = "".join(one.get("d", "") for one in moved if one.tag == f"{SVG}path")
    found = []
    for x, y, way, length in re.findall(r"M(-?[\d.]+) (-?[\d.]+)([HVh])(-?[\d.]+)", drawn):
        begin, at = (float(x), float(y)), float(length)
        ends = {"H": (at, begin[1]), "V": (begin[0], at), "h": (begin[0] + at, begin[1])}
        found.append((*begin, *ends[way]))
    return found


def modules(path: str, *, size: float) -> set[tuple[int, int]]:
    """Return the dark modules of a drawn code as column and row."""
    step = size / qr.MODULES
    found = set()
    for x, y, length in re.findall(r"M([\d.]+) ([\d.]+)h([\d.]+)v", path):
        column, row = round(float(x) / step), round(float(y) / step)
        found |= {(column + n, row) for n in range(round(float(length) / step))}
    return found


def test_the_drawn_code_has_the_modules_of_the_code() -> None:
    from qrcode import QRCode
    from qrcode.constants import ERROR_CORRECT_Q

    expected = QRCode(version=1, error_correction=ERROR_CORRECT_Q, border=0)
    expected.add_data(CODE)
    dark = {
        (column, row)
        for row, line in enumerate(expected.get_matrix())
        for column, is_dark in enumerate(line)
        if is_dark
    }

    assert modules(qr.path(CODE, x=0, y=0, size=25), size=25) == dark


def test_a_code_that_needs_a_larger_square_is_refused() -> None:
    with pytest.raises(ValueError, match="sixteen"):
        qr.path("a code with small letters", x=0, y=0, size=25)


def test_a_page_has_four_folded_cards() -> None:
    pages = sheet(*[card()] * 5)

    assert [len(pieces(page)) for page in pages] == [4, 1]
    assert ET.fromstring(pages[0]).get("width") == "210mm"  # noqa: S314 - our own


def test_a_page_has_fifty_labels() -> None:
    assert [len(pieces(page)) for page in labels.pages([label()] * 51)] == [50, 1]


def test_no_page_is_printed_for_nobody() -> None:
    assert sheet() == ()
    assert sheet(placing=Placing(start=2)) == ()


def test_printing_begins_at_the_first_free_place() -> None:
    whole = sheet(*[card()] * 4)[0]

    used = sheet(*[card()] * 3, placing=Placing(start=3))

    assert [len(pieces(page)) for page in used] == [1, 2]
    last = ET.tostring(pieces(used[0])[0])
    assert last == ET.tostring(pieces(whole)[3])


def test_everything_is_moved_as_the_printer_needs_it() -> None:
    placing = Placing(right=0.8, down=-1.2)

    pages = [
        sheet(card(), placing=placing)[0],
        labels.pages([label()], placing)[0],
        calibration.page({"cross": "", "length": "", "card": ""}, placing),
    ]

    for page in pages:
        (moved,) = ET.fromstring(page)  # noqa: S314 - our own
        assert moved.get("transform") == "translate(0.8 -1.2)"


@pytest.mark.parametrize(
    ("page", "cut"),
    [(sheet(*[card()] * 4)[0], cards.CUT), (labels.pages([label()] * 50)[0], labels.CUT)],
    ids=["cards", "labels"],
)
def test_no_cut_mark_lies_on_a_piece_or_off_the_paper(page: str, cut: paper.Cut) -> None:
    marks = cut_marks(page)

    assert len(marks) >= 8 * cut.a_page
    for x1, y1, x2, y2 in marks:
        assert 0 < min(x1, x2) <= max(x1, x2) < paper.WIDTH
        assert 0 < min(y1, y2) <= max(y1, y2) < paper.HEIGHT
        for place in range(cut.a_page):
            left, top = cut.corner(place)
            is_beside = max(x1, x2) < left or min(x1, x2) > left + cut.width
            is_over = max(y1, y2) < top or min(y1, y2) > top + cut.height
            assert is_beside or is_over


def test_a_card_has_codes_on_both_sides_with_quiet_room_and_nothing_in_it() -> None:
    drawn = cards.marks(card("古丽娜扎·买买提艾力"))
    codes = [mark for mark in drawn if isinstance(mark, Square)]
    texts = [mark for mark in drawn if isinstance(mark, Words)]

    assert [code.x < cards.WIDTH for code in codes] == [True, False, False]
    assert {code.code for code in codes} == {CODE}
    for code in codes:
        quiet = QUIET_MODULES * code.size / qr.MODULES - 1e-9
        side = 0 if code.x < cards.WIDTH else cards.WIDTH
        assert code.size >= LEAST_QR
        assert code.x - side >= quiet
        assert side + cards.WIDTH - code.x - code.size >= quiet
        assert code.y >= quiet
        assert cards.HEIGHT - code.y - code.size >= quiet
        for other in codes:
            assert (
                other is code
                or abs(other.y - code.y) >= code.size + quiet
                or (abs(other.x - code.x) >= code.size + quiet)
            )
        for text in texts:
            wide = min(text.widest, text.size * len(text.text))
            is_beside = (
                text.x + wide / 2 <= code.x - quiet
                or text.x - wide / 2 >= code.x + code.size + quiet
            )
            is_over = text.y <= code.y - quiet or text.y - text.size >= code.y + code.size + quiet
            assert is_beside or is_over, text.text


def extent(path: ET.Element) -> tuple[float, float, float, float]:
    """Return left, top, right and bottom of a drawn code."""
    found = re.findall(r"M([\d.]+) ([\d.]+)h([\d.]+)v([\d.]+)", path.get("d", ""))
    boxes = [tuple(map(float, one)) for one in found]
    return (
        min(x for x, *_ in boxes),
        min(y for _, y, *_ in boxes),
        max(x + wide for x, _, wide, _ in boxes),
        max(y + high for _, y, _, high in boxes),
    )


@pytest.mark.parametrize("sheet", label_sheets.sheets().values(), ids=lambda one: one.key)
def test_the_codes_of_a_label_have_their_size_and_quiet_room(sheet: LabelSheet) -> None:
    cut = sheet.cut
    (piece,) = pieces(labels.pages([label("小马过河" * 9)], cut=cut)[0])
    x, y = cut.corner(0)
    square, bar = (extent(path) for path in piece.iter(f"{SVG}path"))
    size, thin = square[2] - square[0], (bar[2] - bar[0]) / labels.BAR_MODULES
    quiet = size / qr.MODULES * QUIET_MODULES - 0.01

    assert size >= (LEAST_LABEL_QR if cut.height >= 24 else 12) - 0.01
    assert thin >= 0.199
    assert square[0] - x >= quiet
    assert square[1] - y >= quiet
    assert y + cut.height - square[3] >= quiet
    assert bar[1] >= square[3] + quiet or bar[0] >= square[2] + quiet
    assert bar[0] - x >= labels.BAR_QUIET * thin - 0.01
    assert x + cut.width - bar[2] >= labels.BAR_QUIET * thin - 0.01
    assert bar[3] <= y + cut.height
    for words in piece.iter(f"{SVG}text"):
        base, height = float(words.get("y", "")), float(words.get("font-size", ""))
        free = sum(height if sign > "\u2e7f" else 0.6 * height for sign in words.text or "")
        widest = float(words.get("textLength") or free)
        left = float(words.get("x", "")) - widest / 2
        assert left >= square[2] + quiet, words.text
        assert left + widest <= x + cut.width, words.text
        assert y <= base - height * 0.85, words.text
        assert base + height * 0.12 <= bar[1] or base - height * 0.85 >= bar[3], words.text


@pytest.mark.parametrize("sheet", label_sheets.sheets().values(), ids=lambda one: one.key)
def test_the_labels_of_a_sheet_lie_on_the_paper_and_not_on_each_other(sheet: LabelSheet) -> None:
    cut = sheet.cut
    corners = [cut.corner(place) for place in range(cut.a_page)]

    assert min(x for x, _ in corners) >= 0
    assert min(y for _, y in corners) >= 0
    assert max(x for x, _ in corners) + cut.width <= paper.WIDTH + 0.01
    assert max(y for _, y in corners) + cut.height <= paper.HEIGHT + 0.5
    columns, rows = sorted({x for x, _ in corners}), sorted({y for _, y in corners})
    assert all(b - a >= cut.width - 0.01 for a, b in pairwise(columns))
    assert all(b - a >= cut.height - 0.01 for a, b in pairwise(rows))


def test_only_plain_paper_gets_marks_to_cut_along() -> None:
    marked = {
        key: bool(cut_marks(labels.pages([label()], cut=one.cut)[0]))
        for key, one in label_sheets.sheets().items()
    }

    assert {key for key, has in marked.items() if has} == {"own-38", "own-66"}


def test_a_key_that_no_sheet_has_is_the_first_sheet() -> None:
    assert label_sheets.sheet("letter").key == "own-38"
    assert len(label_sheets.sheets()) == 13


def test_a_spine_has_colour_letter_picture_mark_and_sign() -> None:
    face = SpineFace(
        sign=Sign(colour=ShelfColour.TARO, letter="I", icon=BookIcon.STORY),
        class_mark="I287.45",
        author_sign="PWX",
        accession_no="000123",
    )

    drawn = spines.spine_pages([face], "/static/art/{}.svg".format)[0]
    bare = replace(face, sign=Sign(colour=None, letter="", icon=None), class_mark=None)

    assert all(f">{text}<" in drawn for text in ("I", "I287.45", "PWX", "000123"))
    assert "topic-story" in drawn
    assert spines.LIGHT[ShelfColour.TARO] in drawn
    assert "<image" not in spines.spine_pages([bare], "/{}".format)[0]


def test_cards_of_all_children_are_alike_but_for_code_animal_name_and_class() -> None:
    one = sheet(card("小满", code=CODE, line="三年级1班", animal="fox"))[0]
    other = sheet(card("阿木", code=OTHER_CODE, line="一年级2班", animal="owl"))[0]

    as_one = other.replace("阿木", "小满").replace("一年级2班", "三年级1班").replace("-owl", "-fox")
    for x, y in ((m.x, m.y) for m in cards.marks(card()) if isinstance(m, Square)):
        theirs, ours = (qr.path(code, x=x, y=y, size=cards.QR) for code in (OTHER_CODE, CODE))
        as_one = as_one.replace(theirs, ours)
    for theirs, ours in ((OTHER_CODE[-6:-3], CODE[-6:-3]), (OTHER_CODE[-3:], CODE[-3:])):
        as_one = as_one.replace(f">{theirs}<", f">{ours}<")

    assert as_one == one
    assert other != one


def test_a_long_name_is_pressed_into_the_card_and_signs_are_no_markup() -> None:
    page = sheet(card("古丽<娜扎>&买买提艾力"))[0]

    assert 'textLength="46"' in page
    assert "古丽&lt;娜扎&gt;&amp;买买提艾力" in page


def test_a_name_of_four_characters_is_not_pressed() -> None:
    assert "textLength" not in sheet(card("欧阳龑龑"))[0]


def test_a_card_without_a_name_has_a_line_to_write_it_on() -> None:
    with_name, without = (sheet(card(name))[0] for name in ("小满", None))

    assert "stroke-dasharray" in without
    assert "stroke-dasharray" not in with_name


def test_the_dot_shows_the_level_where_there_is_one() -> None:
    with_level, without = (labels.pages([label(band=band)])[0] for band in ("3-4", None))

    assert "<circle" in with_level
    assert "<circle" not in without


def test_the_test_page_has_a_hundred_millimetres_both_ways() -> None:
    page = calibration.page({"cross": "a", "length": "b", "card": "c"}, paper.UNMOVED)

    ticks = re.findall(r"M([\d.]+) ([\d.]+)([hv])[\d.]+", page)
    across = [float(x) for x, y, way in ticks if way == "v" and float(y) == 60]
    down = [float(y) for x, y, way in ticks if way == "h" and float(x) == 30]

    assert (min(across), max(across)) == (55, 155)
    assert (min(down), max(down)) == (90, 190)
    assert 'cx="20" cy="20"' in page
