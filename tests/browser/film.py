"""What a camera sees: cards held before it one after the other, as a film that Chromium plays."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import chain
from pathlib import Path
from typing import Final

from PIL import Image, ImageDraw, ImageFilter

from kiosk.printing import bars, cards, png
from kiosk.printing.cards import CardFace

SIZE: Final = (640, 480)
RATE: Final = 5  # pictures a second: few, for a film is not compressed
_PX: Final = 4  # a millimetre of a card that is held a hand's width away
_WALL: Final = (196, 190, 178)
_HAND: Final = (224, 176, 140)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A picture that stands still for some seconds."""

    picture: Image.Image
    seconds: float = 1.6


def wall() -> Image.Image:
    """Return what the camera sees while nobody is there: no code, but edges and patterns."""
    seen = Image.new("RGB", SIZE, _WALL)
    draw = ImageDraw.Draw(seen)
    for at in range(0, 200, 12):  # a curtain: stripes that are no bar code
        draw.rectangle((at, 0, at + 5, 300), fill=(150, 120, 110))
    draw.ellipse((420, 60, 600, 240), fill=(244, 201, 93), outline=(47, 74, 109), width=6)
    draw.text((260, 380), "2026", fill=(34, 49, 63))
    return seen


def card(code: str) -> Image.Image:
    """Return the back of a card as it is printed, which looks at the scanner: two codes."""
    face = CardFace(
        name="小满",
        line="三年级1班",
        pictures=("cloth-lake", "animal-fox"),
        found=("捡到这张卡", "交给老师吧"),
        code=code,
        short_code=code[-6:],
    )
    folded = Image.open(BytesIO(png.card(face)))
    back = folded.crop((folded.width // 2, 0, folded.width, folded.height))
    return back.resize((round(cards.WIDTH * _PX), round(cards.HEIGHT * _PX)))


def bar(isbn: str) -> Image.Image:
    """Return the back of a book with its bar."""
    modules = f"{'0' * 11}{bars.ean13(isbn)}{'0' * 11}"
    row = bytes(0 if one == "1" else 255 for one in modules)
    back = Image.new("RGB", (300, 300), (120, 160, 150))
    printed = Image.frombytes("L", (len(row), 1), row).resize((len(row) * 2, 100), 0)
    back.paste(printed.convert("RGB"), (30, 150))
    return back


def half_covered(face: Image.Image) -> Image.Image:
    """Lay a hand over the lower half: one of the two codes."""
    covered = face.copy()
    ImageDraw.Draw(covered).rectangle((0, face.height // 2, *face.size), fill=_HAND)
    return covered


def held(*things: Image.Image, turned: float = 0, blurred: float = 0) -> Image.Image:
    """Return the wall with things held before it, turned by degrees, out of focus by pixels."""
    seen = wall()
    width = SIZE[0] // (len(things) + 1)
    for place, thing in enumerate(things, start=1):
        mask = Image.new("L", thing.size, 255).rotate(turned, expand=True)
        shown = thing.rotate(turned, expand=True, resample=Image.Resampling.BICUBIC)
        seen.paste(shown, (place * width - shown.width // 2, (SIZE[1] - shown.height) // 2), mask)
    return seen.filter(ImageFilter.GaussianBlur(blurred)) if blurred else seen


def write(path: Path, scenes: Sequence[Scene]) -> Path:
    """Write the film in which each scene is followed by the bare wall; it begins with the wall."""
    between = Scene(picture=wall(), seconds=0.8)
    with path.open("wb") as film:
        film.write(f"YUV4MPEG2 W{SIZE[0]} H{SIZE[1]} F{RATE}:1 Ip A1:1 C420jpeg\n".encode())
        for one in (between, *chain.from_iterable((scene, between) for scene in scenes)):
            film.write((b"FRAME\n" + _planes(one.picture)) * round(one.seconds * RATE))
    return path


def _planes(picture: Image.Image) -> bytes:
    light, blue, red = picture.convert("YCbCr").split()
    half = (SIZE[0] // 2, SIZE[1] // 2)
    return light.tobytes() + b"".join(one.resize(half).tobytes() for one in (blue, red))
