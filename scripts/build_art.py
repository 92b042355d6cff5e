"""Press tokens.css and the drawings of `kiosk/static/art/` into `kiosk/static/css/art.css`.

    python scripts/build_art.py [--check]

Markup then names a drawing by a class (`<i class="badge c-lake a-deer">`), the browser fetches
what the idle screen, the greeting and the page's own template need in one cacheable request, and
a page of twenty-four badges stays small. What only later pages show is fetched when it is first
shown, and kept: it would be a third of the first load (`performance.md` goal 9).
"""

import argparse
import hashlib
import re
import sys
from collections.abc import Iterator
from pathlib import Path

STATIC = Path(__file__).resolve().parents[1] / "kiosk" / "static"
HEAD = "/* Made by scripts/build_art.py from tokens.css and art/*.svg: change those instead. */\n"

# The selector a drawing is reached by, by the first word of its file name. Scenes are properties,
# because the same element shows another one on an upright screen.
SELECTORS = {
    "animal": ".a-{name}::after",
    "cloth": ".c-{name}",
    "cover": ".cover--{name}",
    "face": ".f-{name}",
    "guide": ".guide--{name}",
    "icon": ".i-{name}",
    "picture": ".p-{name}",
    "tip": ".tip--{name}",
    "topic": ".t-{name}",
}
# Drawings that no first page shows.
LATER = re.compile(
    r"(picture|tip|topic)-|face-(?!teacher)|scene-(cord|swallows|hills-evening|held-book|moon|sun)"
    r"|icon-(book|class|next|strangecard|screen|scanner|camera|printer|words|sound|go|home|label|longer|newcard|returnbox|speak|teacher)"
)
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


def address_of(drawing: Path) -> str:
    """Return the drawing itself as an address, or where it stands with a digest of its content."""
    svg = drawing.read_text(encoding="utf-8")
    if LATER.match(drawing.stem):
        return f"../art/{drawing.name}?v={hashlib.sha256(svg.encode()).hexdigest()[:10]}"
    inline = pressed(svg).replace('"', "'").replace("%", "%25").replace("#", "%23")
    return f"data:image/svg+xml,{inline}"


def rules(art: Path) -> Iterator[str]:
    """Yield one rule for each drawing, in the order of the file names."""
    scenes = []
    for path in sorted(art.glob("*.svg")):
        kind, _, name = path.stem.partition("-")
        url = f'url("{address_of(path)}")'
        if selector := SELECTORS.get(kind):
            yield f"{selector.format(name=name)}{{background-image:{url}}}\n"
        else:
            scenes.append(f"--{path.stem}:{url};\n")
    yield f":root{{\n{''.join(scenes)}}}\n"


def style_sheet(static: Path) -> str:
    tokens = (static / "css" / "tokens.css").read_text(encoding="utf-8")
    return HEAD + tokens + "".join(rules(static / "art"))


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument(
        "--check", action="store_true", help="change nothing; fail if art.css is out of date"
    )
    wanted, target = style_sheet(STATIC), STATIC / "css" / "art.css"
    if parser.parse_args().check:
        fresh = target.is_file() and target.read_text(encoding="utf-8") == wanted
        print(
            "art.css is up to date."
            if fresh
            else "art.css is out of date: run scripts/build_art.py"
        )
        return 0 if fresh else 1
    target.write_text(wanted, encoding="utf-8", newline="\n")
    print(f"{target.name}: {len(wanted.encode()) // 1024} KB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
