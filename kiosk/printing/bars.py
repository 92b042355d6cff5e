"""Bar codes as lines: EAN-13 for books, Code 128 for what is longer; drawn as one SVG path."""

import re
from typing import Final

# ISO/IEC 15420: the left digits say by their shapes what the first digit is.
_LEFT: Final = (
    *("0001101", "0011001", "0010011", "0111101", "0100011"),
    *("0110001", "0101111", "0111011", "0110111", "0001011"),
)
_SHAPES: Final = (
    *("LLLLLL", "LLGLGG", "LLGGLG", "LLGGGL", "LGLLGG"),
    *("LGGLLG", "LGGGLL", "LGLGLG", "LGLGGL", "LGGLGL"),
)
_FLIP: Final = str.maketrans("01", "10")
# ISO/IEC 15417: widths of bars and spaces for the values 0 to 105, then the stop.
_WIDTHS: Final = (
    "212222222122222221121223121322131222122213122312132212221213221312231212112232122132122231"
    "113222123122123221223211221132221231213212223112312131311222321122321221312212322112322211"
    "212123212321232121111323131123131321112313132113132311211313231113231311112133112331132131"
    "113123113321133121313121211331231131213113213311213131311123311321331121312113312311332111"
    "314111221411431111111224111422121124121421141122141221112214112412122114122411142112142211"
    "241211221114413111241112134111111242121142121241114212124112124211411212421112421211212141"
    "214121412121111143111341131141114113114311411113411311113141114131311141411131211412211214"
    "211232"
)
_START_B: Final = 104
_STOP: Final = "2331112"


def ean13(digits: str) -> str:
    """Return the modules of a bar of thirteen digits, 1 for dark; the last is its check digit."""
    shapes = zip(digits[1:7], _SHAPES[int(digits[0])], strict=True)
    left = "".join(_LEFT[int(d)] if shape == "L" else _mirrored(d) for d, shape in shapes)
    right = "".join(_LEFT[int(d)].translate(_FLIP) for d in digits[7:])
    return f"101{left}01010{right}101"


def code128(text: str) -> str:
    """Return the modules of a bar of printable ASCII (character set B), 1 for dark."""
    values = [ord(sign) - 32 for sign in text]
    check = (_START_B + sum(at * value for at, value in enumerate(values, start=1))) % 103
    widths = "".join(_WIDTHS[6 * one : 6 * one + 6] for one in (_START_B, *values, check)) + _STOP
    return "".join("01"[at % 2 == 0] * int(width) for at, width in enumerate(widths))


def path(modules: str, *, x: float, y: float, module: float, height: float) -> str:
    """Return the SVG path of these modules with its corner at x, y; no quiet zone."""
    runs = "".join(
        f"M{x + run.start() * module:.3f} {y:g}h{len(run[0]) * module:.3f}v{height:g}"
        f"h-{len(run[0]) * module:.3f}z"
        for run in re.finditer("1+", modules)
    )
    return f'<path fill="#000" d="{runs}"/>'


def _mirrored(digit: str) -> str:
    return _LEFT[int(digit)].translate(_FLIP)[::-1]
