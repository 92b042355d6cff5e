"""Cards as pictures of 300 dots an inch, for a photo shop or a message to a class."""

from collections.abc import Iterable
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kiosk.printing import cards, glyphs, qr
from kiosk.printing.marks import Line, Mark, Panel, Picture, Square, Words

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw

DPI: Final = 300
ART: Final = Path(__file__).parent / "art"
_DOT: Final = DPI / 25.4  # in a millimetre
# Of the size at which the font is open: the room round a line, and what makes it bold.
_ROOM: Final = glyphs.SIZE // 2
_BOLD: Final = glyphs.SIZE // 40


def card(face: cards.CardFace) -> bytes:
    """Return front and back side by side, to be folded between."""
    return drawn(cards.marks(face), 2 * cards.WIDTH, cards.HEIGHT)


def drawn(marks: Iterable[Mark], width: float, height: float) -> bytes:
    """Return marks on a white ground of so many millimetres."""
    from PIL import Image, ImageDraw

    image = Image.new("RGB", (_dots(width), _dots(height)), "white")
    pen = ImageDraw.Draw(image)
    for mark in marks:
        _draw(mark, image, pen)
    target = BytesIO()
    image.save(target, "PNG", dpi=(DPI, DPI))
    return target.getvalue()


def _draw(mark: Mark, image: "Image", pen: "ImageDraw") -> None:
    match mark:
        case Panel():
            box = (mark.x, mark.y, mark.x + mark.width, mark.y + mark.height)
            pen.rounded_rectangle([_dots(at) for at in box], _dots(mark.corner), fill=mark.fill)
        case Picture():
            drawing = _drawing(mark.name, _dots(mark.size))
            left, top = _dots(mark.x), _dots(mark.y)
            # As a browser does it: whole, in the middle of its square.
            left += (_dots(mark.size) - drawing.width) // 2
            top += (_dots(mark.size) - drawing.height) // 2
            image.paste(drawing, (left, top), drawing)
        case Words():
            _write(mark, image)
        case Line():
            for step in range(int(mark.width) + 1):
                x, y = _dots(mark.x + step), _dots(mark.y)
                pen.ellipse((x - 1, y - 1, x + 1, y + 1), fill="#777777")
        case Square():
            _lay(mark, pen)


def _write(mark: Words, image: "Image") -> None:
    """Write at the one size at which the font is open, and shrink; too long a line is pressed."""
    from PIL import Image, ImageDraw

    font = glyphs.opened()
    length, bold = font.getlength(mark.text), _BOLD if mark.is_bold else 0
    mask = Image.new("L", (int(length) + 2 * _ROOM, glyphs.SIZE + 2 * _ROOM))
    ImageDraw.Draw(mask).text(
        (_ROOM, glyphs.SIZE + _ROOM), mark.text, fill=255, font=font, anchor="ls", stroke_width=bold
    )
    scale = mark.size * _DOT / glyphs.SIZE
    narrow = min(1.0, mark.widest * _DOT / (length * scale)) * scale
    mask = mask.resize((round(mask.width * narrow), round(mask.height * scale)))
    left = round(mark.x * _DOT - mask.width / 2)
    top = round(mark.y * _DOT - (glyphs.SIZE + _ROOM) * scale)
    image.paste(mark.fill, (left, top), mask)


def _lay(mark: Square, pen: "ImageDraw") -> None:
    edges = [_dots(step * mark.size / qr.MODULES) for step in range(qr.MODULES + 1)]
    left, top = _dots(mark.x), _dots(mark.y)
    for row, start, length in qr.runs(mark.code):
        box = (
            left + edges[start],
            top + edges[row],
            left + edges[start + length] - 1,
            top + edges[row + 1] - 1,
        )
        pen.rectangle(box, fill="black")


@cache
def _drawing(name: str, size: int) -> "Image":
    from PIL import Image

    with Image.open(ART / f"{name}.png") as file:
        drawing = file.convert("RGBA")
    drawing.thumbnail((size, size), Image.Resampling.LANCZOS)
    return drawing


def _dots(millimetres: float) -> int:
    return round(millimetres * _DOT)
