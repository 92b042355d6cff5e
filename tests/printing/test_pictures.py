"""Cards as pictures, and names that the font cannot draw."""

from io import BytesIO

import pytest
from PIL import Image

import build_card_art
from kiosk.printing import cards, glyphs, png
from kiosk.rules.badges import Animal, Cloth
from tests.printing.test_sheets import card

IN_NO_FONT = "𣗊"


@pytest.fixture(scope="module")
def drawn() -> Image.Image:
    return Image.open(BytesIO(png.card(card("𬱖㼆·欧"))))


def test_a_picture_has_the_size_of_front_and_back_at_300_dots(drawn: Image.Image) -> None:
    assert drawn.size == (round(108 / 25.4 * 300), round(86 / 25.4 * 300))
    assert drawn.info["dpi"] == pytest.approx((300, 300), abs=0.1)


def test_a_rare_name_leaves_ink_and_no_name_leaves_a_line(drawn: Image.Image) -> None:
    nameless = Image.open(BytesIO(png.card(card(None))))
    name = tuple(round(at / 25.4 * 300) for at in (4, 39, 50, 47))
    assert len(name) == 4

    ink, line = (
        sum(picture.convert("L").crop(name).histogram()[:128]) for picture in (drawn, nameless)
    )

    assert ink > 5 * line > 0


def test_every_animal_and_every_cloth_is_there_to_draw() -> None:
    wanted = {f"animal-{one}" for one in Animal} | {f"cloth-{one}" for one in Cloth}

    assert wanted <= {path.stem for path in png.ART.glob("*.png")}


def test_the_drawings_for_pictures_are_those_of_the_screen() -> None:
    kept = (build_card_art.ART / "sources.txt").read_text(encoding="utf-8")

    assert kept == build_card_art.sources()


def test_a_name_that_the_font_cannot_draw_is_found_out() -> None:
    assert glyphs.lacking("欧阳𬱖㼆𡒄·龑") == ""
    assert glyphs.lacking(f"小{IN_NO_FONT}") == IN_NO_FONT


def test_a_common_name_does_not_open_the_font() -> None:
    glyphs.opened.cache_clear()

    assert glyphs.lacking("欧阳小满") == ""

    assert glyphs.opened.cache_info().currsize == 0


def test_the_code_of_a_face_stays_out_of_its_description() -> None:
    assert "CB6BJ9TRXZ2R" not in repr(card())
    assert all("CB6BJ9TRXZ2R" not in repr(mark) for mark in cards.marks(card()))
