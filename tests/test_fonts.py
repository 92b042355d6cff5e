"""The fonts that travel with the kiosk hold what they must, and a name can be told to lack."""

import re

import pytest
from PIL import ImageFont

import build_fonts
from build_fonts import FONTS, KAI, SANS, TOKENS
from tests.web import gallery

NO_CHARACTER = "\U0010ffff"
MOST_BYTES = {KAI: 208 * 1024, SANS: 4 * 1024 * 1024}


@pytest.mark.parametrize("face", [KAI, SANS], ids=lambda face: face.family)
def test_a_font_holds_what_it_must(face: build_fonts.Face) -> None:
    assert build_fonts.lacks(face) == ""


def test_every_chinese_sentence_that_a_child_reads_is_in_the_kai_face() -> None:
    said = set("".join(gallery.chinese().values()))

    held = build_fonts.held_by(FONTS / KAI.file)

    assert build_fonts.kai_needs() <= held
    assert len(said & held) > 300


@pytest.mark.parametrize("face", [KAI, SANS], ids=lambda face: face.family)
def test_a_font_stays_small(face: build_fonts.Face) -> None:
    assert (FONTS / face.file).stat().st_size <= MOST_BYTES[face]


def test_pillow_draws_rare_names_from_the_font_and_no_box() -> None:
    font = ImageFont.truetype(FONTS / SANS.file, 40)
    box = bytes(font.getmask(NO_CHARACTER))

    drawn = {sign: bytes(font.getmask(sign)) for sign in build_fonts.RARE_NAMES}

    assert [sign for sign, shape in drawn.items() if shape == box or not any(shape)] == []


def test_a_font_that_lacks_a_character_is_found_out() -> None:
    held = build_fonts.held_by(FONTS / KAI.file)

    assert "𬱖" not in held


def test_the_style_sheet_names_the_fonts_as_they_are_and_the_last_resort_before_the_generic() -> (
    None
):
    css = TOKENS.read_text(encoding="utf-8")

    assert build_fonts.addressed(css) == css
    for stack in re.findall(r"--(?:sans|kai): (.*);", css):
        assert stack.endswith('"Nuanwu Sans", sans-serif')
        assert "system-ui" not in stack


def test_the_licence_stands_beside_the_fonts() -> None:
    licence = (FONTS / "OFL.txt").read_text(encoding="utf-8")

    assert "SIL OPEN FONT LICENSE Version 1.1" in licence
    assert "Adobe" in licence
    assert "lxgw" in licence
