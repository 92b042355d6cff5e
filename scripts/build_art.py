"""Press tokens.css and the drawings of `kiosk/static/art/` into two style sheets.

    python scripts/build_art.py [--check]

Markup then names a drawing by a class (`<i class="badge c-lake a-deer">`), the browser fetches
what the idle screen, the greeting and the page's own template need in one cacheable request, and
a page of twenty-four badges stays small. What only later pages show is fetched when it is first
shown, and kept: it would be a third of the first load (`performance.md` goal 9).

`art.css` says where each drawing lies and has the tokens; the drawings themselves are properties in
`drawings.css`, which a child's page lets in after its first picture: words and cards stand sooner,
and a page takes keys from its first picture on (goal 10).

To a browser every SVG is a document of its own, which takes longer to set up than to draw. So what
the idle screen shows many of lies on a few sheets, and an element shows its piece of one.
"""

import argparse
import hashlib
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

STATIC = Path(__file__).resolve().parents[1] / "kiosk" / "static"
HEAD = "/* Made by scripts/build_art.py from tokens.css and art/*.svg: change those instead. */\n"

# The selector a drawing is reached by, by the first word of its file name. Scenes are properties,
# because the same element shows another one on an upright screen.
SELECTORS = {
    "face": ".f-{name}",
    "guide": ".guide--{name}",
    "icon": ".i-{name}",
    "picture": ".p-{name}",
    "talk": ".k-{name}",
    "tip": ".tip--{name}",
    "topic": ".t-{name}",
}
# Drawings that no first page shows.
LATER = re.compile(
    r"(picture|talk|tip|topic)-|face-(?!teacher)"
    r"|scene-(cord|swallows|hills-evening|hand|held-book|moon|scanner|sun)"
    r"|icon-(key\d|find|book|class|next|strangecard|screen|scanner|camera|printer|words|sound|go|home|label|longer|newcard|returnbox|speak|teacher"
    r"|video|ringing|again|mend|homework|game|noon|afterschool|afterdinner)"
)
# Drawings by sheet, each with the selector of what shows it; several drawings lie over each other.
# One sheet holds what is shown in one size: another size draws the whole sheet once more.
EACH = {
    "animal": (".a-{name}::after", 108),
    "cloth": (".c-{name}", 120),
    "cover": (".cover--{name}", 120),
}
# The width is that of the box on the idle screen, in hundredths of a rem: so this sheet, too, is
# drawn in one size there.
SIGNS: dict[str, tuple[int, *tuple[str, ...]]] = {
    ".scanner": (340, "scene-scanner", "scene-held-card", "scene-hand"),
    ".house__walls": (330, "house-open"),
    ".tree": (230, "scene-tree"),
    ".train::before": (224, "scene-train-engine"),
    ".i-tick": (124, "icon-tick"),
    ".f-teacher": (108, "face-teacher"),
    ".i-door": (74, "icon-door"),
    ".i-nocard": (72, "icon-nocard"),
    ".i-phone": (58, "icon-phone"),
}
SQUARE = re.compile(r"icon-")  # shown in square boxes, whatever their own shape
GAP = 12  # between pieces: at no size does an edge show the neighbour
ACROSS = 6
MOST = 10  # on a sheet: what is greeted in a new size draws its whole sheet
ROUND_ENDS = ' stroke-linecap="round" stroke-linejoin="round"'


def _shorter(number: re.Match[str]) -> str:
    text = f"{float(number[0]):.1f}".removesuffix(".0")
    return text.replace("0.", ".", 1) if text.startswith(("0.", "-0.")) else text


def _outlined(svg: str) -> str:
    """Draw a figure once where it stands twice: as its own cream contour, then as itself."""
    whole = re.fullmatch(r"(<svg[^>]*>)<g (stroke=[^>]*)>(.*)</svg>", svg)
    if whole is None:
        return svg
    start, contour, inside = whole.groups()
    for end in re.finditer("</g>", inside):
        figure, rest = inside[: end.start()], inside[end.end() :]
        if rest.startswith(figure) and figure.count("<g") == figure.count("</g>"):
            shown = rest[len(figure) :]
            return f'{start}<use href="#s" {contour}/><g id="s">{figure}</g>{shown}</svg>'
    return svg


def pressed(svg: str) -> str:
    """Return the same drawing in fewer characters."""
    svg = re.sub(r"<(\w+)([^>]*?)\s*/>", r"<\1\2/>", svg.strip().replace("\n", ""))
    if svg.count(ROUND_ENDS) == svg.count("stroke-linecap") > 1:
        svg = svg.replace(ROUND_ENDS, "").replace("<svg", f"<svg{ROUND_ENDS}", 1)
    svg = re.sub(r' (?:width|height)="[\d.]+"(?=[^>]*viewBox)', "", svg, count=2)
    svg = re.sub(
        r'<ellipse cx="([^"]+)" cy="([^"]+)" rx="([^"]+)" ry="\3"',
        r'<circle cx="\1" cy="\2" r="\3"',
        svg,
    )
    svg = re.sub(
        r'(?<= d=")[^"]+',
        lambda path: re.sub(r"\s*([MLHVCSQTAZmlhvcsqtaz])\s*", r"\1", path[0]),
        svg,
    )
    svg = re.sub(r"-?\d*\.\d+", _shorter, svg)
    return _outlined(re.sub(r"> +<", "><", svg))


# For each selector how wide its piece is on the sheet, and what lies over each other there.
Pieces = dict[str, tuple[float, tuple[Path, ...]]]


@dataclass(frozen=True, kw_only=True)
class Piece:
    """What one selector shows, with its place on the sheet."""

    selector: str
    layers: tuple[Path, ...]
    left: float
    top: float
    width: float
    height: float


def _box(drawing: Path) -> tuple[float, float, float, float]:
    _, _, after = drawing.read_text(encoding="utf-8").partition('viewBox="')
    left, top, width, height = map(float, after.partition('"')[0].split())
    if SQUARE.match(drawing.stem) and width > height:
        return left, top - (width - height) / 2, width, width
    return left, top, width, height


def laid(pieces: Pieces) -> Iterator[Piece]:
    """Lay pieces out in rows."""
    left = top = tallest = 0.0
    for place, (selector, (width, layers)) in enumerate(pieces.items()):
        if place % ACROSS == 0:
            left, top, tallest = 0.0, top + tallest, 0.0
        _, _, own_width, own_height = _box(layers[0])
        height = width * own_height / own_width
        yield Piece(
            selector=selector,
            layers=layers,
            left=left,
            top=top,
            width=width,
            height=height,
        )
        left += width + GAP
        tallest = max(tallest, height + GAP)


def _placed(piece: Piece, mark: int) -> str:
    """Return the drawings of a piece at its place, their names told apart from other pieces'."""
    drawn = []
    for layer, drawing in enumerate(piece.layers):
        svg = pressed(drawing.read_text(encoding="utf-8"))
        box = " ".join(f"{number:g}" for number in _box(drawing))
        svg = re.sub(r'((?: id="|href="#|url\(#)\w+)', rf"\g<1>{mark}_{layer}", svg)
        svg = re.sub(r' (?:xmlns|viewBox)="[^"]*"', "", svg)
        place = f'x="{piece.left:g}" y="{piece.top:g}"'
        size = f'width="{piece.width:g}" height="{piece.height:g}" viewBox="{box}"'
        drawn.append(svg.replace("<svg", f"<svg {place} {size}", 1))
    return "".join(drawn)


def _share(part: float, whole: float) -> str:
    return f"{part / whole * 100:.4f}".rstrip("0").rstrip(".") + "%" if part else "0"


class Property(NamedTuple):
    """A drawing by the name that rules have for it."""

    name: str
    address: str


def sheet(pieces: Pieces) -> Iterator[str | Property]:
    """Yield a sheet, the rule that shows it, then for each piece the rule that shows it alone."""
    placed = list(laid(pieces))
    width = max(piece.left + piece.width for piece in placed)
    height = max(piece.top + piece.height for piece in placed)
    start = '<svg xmlns="http://www.w3.org/2000/svg" preserveAspectRatio="none"'
    drawn = "".join(_placed(piece, mark) for mark, piece in enumerate(placed))
    svg = f'{start} viewBox="0 0 {width:g} {height:g}">{drawn}</svg>'
    name = f"--sheet-{placed[0].selector.strip('.:').partition(':')[0]}"
    yield Property(name, _inline(svg))
    yield f"{','.join(pieces)}{{background:var({name}) no-repeat}}\n"
    sizes: dict[str, list[str]] = {}
    for piece in placed:
        size = f"{_share(width, piece.width)} {_share(height, piece.height)}"
        sizes.setdefault(size, []).append(piece.selector)
        across = _share(piece.left, width - piece.width)
        down = _share(piece.top, height - piece.height)
        yield f"{piece.selector}{{background-position:{across} {down}}}\n"
    for size, selectors in sizes.items():
        yield f"{','.join(selectors)}{{background-size:{size}}}\n"


def sheets(art: Path) -> Iterator[Pieces]:
    for kind, (selector, width) in EACH.items():
        drawings = sorted(art.glob(f"{kind}-*.svg"))
        for start in range(0, len(drawings), MOST):
            yield {
                selector.format(name=one.stem.partition("-")[2]): (width, (one,))
                for one in drawings[start : start + MOST]
            }
    yield {
        selector: (width, tuple(art / f"{stem}.svg" for stem in stems))
        for selector, (width, *stems) in SIGNS.items()
    }


def _inline(svg: str) -> str:
    coded = svg.replace('"', "'").replace("%", "%25").replace("#", "%23")
    return f"data:image/svg+xml,{coded}"


def address_of(drawing: Path) -> str:
    """Return the drawing itself as an address, or where it stands with a digest of its content."""
    svg = drawing.read_text(encoding="utf-8")
    if LATER.match(drawing.stem):
        return f"../art/{drawing.name}?v={hashlib.sha256(svg.encode()).hexdigest()[:10]}"
    return _inline(pressed(svg))


def rules(art: Path) -> Iterator[str | Property]:
    """Yield the sheets, then one rule for each other drawing, in the order of the file names."""
    on_sheets = set[Path]()
    for pieces in sheets(art):
        yield from sheet(pieces)
        on_sheets |= {drawing for _, layers in pieces.values() for drawing in layers}
    for path in sorted(art.glob("*.svg")):
        is_later = LATER.match(path.stem)
        if path in on_sheets and not is_later:
            continue
        kind, _, name = path.stem.partition("-")
        drawing = Property(f"--{path.stem}", address_of(path))
        selector = SELECTORS.get(kind)
        if selector is None or not is_later:
            yield drawing
        if selector is not None:
            shown = f'url("{drawing.address}")' if is_later else f"var({drawing.name})"
            yield f"{selector.format(name=name)}{{background-image:{shown}}}\n"


def style_sheets(static: Path) -> dict[Path, str]:
    """Return what is to stand in the two files."""
    tokens = (static / "css" / "tokens.css").read_text(encoding="utf-8")
    made = tuple(rules(static / "art"))
    drawn = (f'{one.name}:url("{one.address}");\n' for one in made if isinstance(one, Property))
    return {
        static / "css" / "art.css": HEAD
        + tokens
        + "".join(one for one in made if isinstance(one, str)),
        static / "css" / "drawings.css": f"{HEAD}:root{{\n{''.join(drawn)}}}\n",
    }


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument(
        "--check", action="store_true", help="change nothing; fail if art.css is out of date"
    )
    is_check = parser.parse_args().check
    for target, wanted in style_sheets(STATIC).items():
        if not is_check:
            target.write_text(wanted, encoding="utf-8", newline="\n")
            print(f"{target.name}: {len(wanted.encode()) // 1024} KB")
        elif not target.is_file() or target.read_text(encoding="utf-8") != wanted:
            print(f"{target.name} is out of date: run scripts/build_art.py")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
