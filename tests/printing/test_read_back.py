"""What is printed is read back by a decoder of another house, also when it has been through much.

The rates themselves are measured by `scripts/bench/read_rates.py`; here is a floor well below
them, with the same harms and a fixed seed.
"""

from random import Random

import pytest
from PIL import Image, ImageDraw

import card_harms
from kiosk.printing import cards
from kiosk.printing.marks import Square
from kiosk.rules import codes
from kiosk.rules.codes import CodeKind, Command
from tests.printing.test_sheets import CODE, card

TRIALS = 8
# Of eight cards, of which a child turns the other side up.
LEAST = dict.fromkeys(card_harms.HARMS, 8) | {
    "glare on 10 %": 6,
    "crack of 0.5 mm": 6,
    "crack of 1 mm": 6,
    "crack of 2 mm": 5,
    "three scratches": 5,
}
CODES = [
    codes.compose(CodeKind.CHILD, "ZZ99AA00PP"),
    codes.compose(CodeKind.STAFF, "0123456789"),
    *map(codes.command_code, Command),
]


def blotted(side: Image.Image, *, share: float) -> Image.Image:
    """Return a side whose codes have their upper parts covered."""
    covered = side.copy()
    pen = ImageDraw.Draw(covered)
    for mark in (one for one in cards.marks(card()) if isinstance(one, Square)):
        left, top = (mark.x % cards.WIDTH) * card_harms.DOTS, mark.y * card_harms.DOTS
        edge = mark.size * card_harms.DOTS
        pen.rectangle((left - 9, top - 9, left + edge + 9, top + edge * share), fill=255)
    return covered


@pytest.mark.parametrize("code", CODES, ids=lambda code: code[0] + code[1:4])
def test_both_sides_of_a_card_read_back_to_the_very_code(code: str) -> None:
    for side in card_harms.sides(card(code=code)):
        assert card_harms.read(side) == {code}


@pytest.mark.parametrize("name", card_harms.HARMS)
def test_a_harmed_card_is_still_read_and_never_as_another(name: str) -> None:
    chance, read = Random(name), 0  # noqa: S311 - it harms pictures
    sides = card_harms.sides(card())

    for _ in range(TRIALS):
        seen = set()
        for side in sides:
            seen |= card_harms.read(card_harms.HARMS[name](side, chance))
        assert seen <= {CODE}
        read += CODE in seen

    assert read >= LEAST[name]


def test_two_codes_on_a_side_are_read_where_one_is_not() -> None:
    front, back = card_harms.sides(card())
    read = []
    for side in (front, back):
        chance = Random(11)  # noqa: S311 - it harms pictures
        seen = [card_harms.read(card_harms.cracked(side, chance, width=1)) for _ in range(16)]
        read.append(sum(CODE in one for one in seen))

    assert read[1] > read[0]


def test_a_code_that_is_destroyed_is_not_read() -> None:
    """The control: the decoder reads the code, not the card."""
    for side in card_harms.sides(card()):
        assert card_harms.read(blotted(side, share=0)) == {CODE}
        assert card_harms.read(blotted(side, share=0.5)) == set()


def test_another_childs_card_does_not_count() -> None:
    other = card_harms.sides(card(code=CODES[0]))

    assert all(CODE not in card_harms.read(side) for side in other)
