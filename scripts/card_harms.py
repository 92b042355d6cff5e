"""What happens to a card in a school bag, done to its picture; the same seed, the same harm.

A side is seen as a scanner sees it: 8 dots a millimetre, a little noise. Lengths are millimetres.
"""

import math
from collections.abc import Callable, Mapping
from functools import partial
from io import BytesIO
from random import Random
from typing import Final

import zxingcpp
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from kiosk.printing import cards, png

DOTS: Final = 8
_WHITE, _PAPER = 255, 238
_SOFT: Final = 2  # drawn so many times finer, so that a crack of half a millimetre has soft edges
Harm = Callable[[Image.Image, Random], Image.Image]


def sides(face: cards.CardFace) -> tuple[Image.Image, Image.Image]:
    """Return front and back of a card as a scanner sees them."""
    with Image.open(BytesIO(png.card(face))) as both:
        seen = both.convert("L").resize((int(2 * cards.WIDTH * DOTS), int(cards.HEIGHT * DOTS)))
    middle = seen.width // 2
    return (
        seen.crop((0, 0, middle, seen.height)),
        seen.crop((middle, 0, seen.width, seen.height)),
    )


def read(seen: Image.Image) -> set[str]:
    """Return every code that a decoder of another house finds."""
    return {found.text for found in zxingcpp.read_barcodes(seen)}


def untouched(card: Image.Image, chance: Random) -> Image.Image:
    return _noisy(card, chance)


def blurred(card: Image.Image, chance: Random, *, radius: float = 0.35) -> Image.Image:
    """Hold the card out of focus."""
    return _noisy(card.filter(ImageFilter.GaussianBlur(radius * DOTS)), chance)


def glaring(card: Image.Image, chance: Random, *, share: float = 0.1) -> Image.Image:
    """Let a lamp shine on a tenth of the card, in one round spot that nothing is seen through."""
    radius = math.sqrt(share * card.width * card.height / math.pi)
    x, y = chance.uniform(0, card.width), chance.uniform(0, card.height)
    lamp = Image.new("L", card.size)
    ImageDraw.Draw(lamp).ellipse((x - radius, y - radius, x + radius, y + radius), fill=_WHITE)
    return _noisy(ImageChops.lighter(card, lamp.filter(ImageFilter.GaussianBlur(DOTS))), chance)


def cracked(card: Image.Image, chance: Random, *, width: float = 0.5) -> Image.Image:
    """Bend the card until the laminate breaks from edge to edge: white, or dark with dirt."""
    return _noisy(_scored(card, chance, width=width, lines=1), chance)


def scratched(card: Image.Image, chance: Random) -> Image.Image:
    """Keep it beside keys: three lines of a third of a millimetre."""
    return _noisy(_scored(card, chance, width=0.33, lines=3), chance)


def turned(card: Image.Image, chance: Random, *, degrees: float = 15) -> Image.Image:
    """Lay the card down askew."""
    angle = chance.choice((-degrees, degrees))
    around = Image.Resampling.BICUBIC
    return _noisy(card.rotate(angle, around, expand=True, fillcolor=_PAPER), chance)


def pale(card: Image.Image, chance: Random, *, contrast: float = 0.2) -> Image.Image:
    """Print with the last of the toner: black and white are a fifth of the way apart."""
    low = int(_WHITE * (0.75 - contrast))
    return _noisy(card.point([int(low + dot * contrast) for dot in range(256)]), chance)


def all_at_once(card: Image.Image, chance: Random) -> Image.Image:
    """Do a little of everything."""
    harmed = pale(turned(card, chance, degrees=8), chance, contrast=0.4)
    return glaring(cracked(harmed, chance, width=0.3), chance, share=0.05)


HARMS: Final[Mapping[str, Harm]] = {
    "nothing": untouched,
    "blur of 0.35 mm": blurred,
    "glare on 10 %": glaring,
    "crack of 0.5 mm": cracked,
    "crack of 1 mm": partial(cracked, width=1.0),
    "crack of 2 mm": partial(cracked, width=2.0),
    "three scratches": scratched,
    "turned by 15 degrees": turned,
    "contrast of 20 %": pale,
    "a little of everything": all_at_once,
}


def _scored(card: Image.Image, chance: Random, *, width: float, lines: int) -> Image.Image:
    fine = card.resize((card.width * _SOFT, card.height * _SOFT))
    pen, reach = ImageDraw.Draw(fine), fine.width + fine.height
    for _ in range(lines):
        x, y = chance.uniform(0, fine.width), chance.uniform(0, fine.height)
        angle, dirt = chance.uniform(0, math.pi), chance.choice((_WHITE, 40))
        dx, dy = reach * math.cos(angle), reach * math.sin(angle)
        across = round(width * DOTS * _SOFT)
        pen.line((x - dx, y - dy, x + dx, y + dy), fill=dirt, width=across)
    return fine.resize(card.size)


def _noisy(card: Image.Image, chance: Random) -> Image.Image:
    grain = Image.frombytes("L", card.size, chance.randbytes(card.width * card.height))
    return Image.blend(card, grain, 0.06)
