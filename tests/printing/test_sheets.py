"""Cards and labels on paper: sizes that scanners and scissors can rely on."""

import re
from xml.etree import ElementTree as ET

import pytest

from kiosk.printing import cards, labels, qr
from kiosk.printing.cards import CardFace
from kiosk.printing.labels import LabelFace

SVG = "{http://www.w3.org/2000/svg}"
CODE = "CB6BJ9TRXZ2R"
QUIET_MODULES = 3


def card(name: str = "小满") -> CardFace:
    return CardFace(
        given_name=name, class_name="三年级1班", animal="/a.svg", cloth="/c.svg", code=CODE
    )


def label(title: str = "小马过河", *, band: str | None = "1-2") -> LabelFace:
    return LabelFace(
        code=CODE, accession_no="000123", title=title, class_mark="I287", grade_band=band
    )


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


def test_a_page_has_nine_cards() -> None:
    pages = cards.pages([card()] * 10)

    assert [page.count("<g>") for page in pages] == [9, 1]
    assert ET.fromstring(pages[0]).get("width") == "210mm"  # noqa: S314 - our own


def test_a_page_has_fifty_labels() -> None:
    assert [page.count("<g>") for page in labels.pages([label()] * 51)] == [50, 1]


def test_no_page_is_printed_for_nobody() -> None:
    assert cards.pages([]) == ()


@pytest.mark.parametrize(
    ("page", "width", "size"),
    [(cards.pages([card("古丽娜扎·买买提艾力")])[0], 54, 25), (labels.pages([label()])[0], 38, 15)],
    ids=["card", "label"],
)
def test_the_code_has_its_size_and_quiet_room_around_it(
    page: str, width: float, size: float
) -> None:
    piece = ET.fromstring(page)[0]  # noqa: S314 - our own
    rect, path = piece.find(f"{SVG}rect"), piece.find(f"{SVG}path")
    assert rect is not None
    assert path is not None
    left, top = float(rect.get("x", "")), float(rect.get("y", ""))
    corners = re.findall(r"M([\d.]+) ([\d.]+)", path.get("d", ""))
    code_left, code_top = min(float(x) for x, _ in corners), min(float(y) for _, y in corners)
    quiet = size / qr.MODULES * QUIET_MODULES

    assert float(rect.get("width", "")) == width
    assert code_left - left >= quiet
    assert code_top - top >= quiet
    for words in piece.iter(f"{SVG}text"):
        baseline, height = float(words.get("y", "")), float(words.get("font-size", ""))
        is_above = baseline <= code_top - quiet * 0.8
        is_below = baseline - height >= code_top + size + quiet * 0.8
        is_beside = float(words.get("x", "")) - 7 >= code_left + size + quiet
        assert is_above or is_below or is_beside, words.text


def test_a_long_name_is_pressed_into_the_card_and_signs_are_no_markup() -> None:
    page = cards.pages([card("古丽<娜扎>&买买提艾力")])[0]

    assert 'textLength="44"' in page
    assert "古丽&lt;娜扎&gt;&amp;买买提艾力" in page


def test_the_dot_shows_the_level_where_there_is_one() -> None:
    with_level, without = (labels.pages([label(band=band)])[0] for band in ("3-4", None))

    assert "<circle" in with_level
    assert "<circle" not in without
