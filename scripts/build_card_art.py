"""Draw what stands on a card as PNG, for the pictures of single cards: `kiosk/printing/art/`.

    python scripts/build_card_art.py [--check]

Pillow draws no SVG. The drawings are those of `kiosk/static/art/`, drawn by Chromium;
`sources.txt` keeps which version of each was drawn.
"""

import argparse
import hashlib
import re
import shutil
import sys
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

KIOSK = Path(__file__).resolve().parents[1] / "kiosk"
DRAWINGS = KIOSK / "static" / "art"
ART = KIOSK / "printing" / "art"
WANTED = re.compile(r"(animal|cloth)-.*|guide-(stand|wave)")
# A badge is 31 mm wide at 300 dots an inch.
DOTS = 368
COLOURS = 96


def sources() -> str:
    """Return each drawing with a digest of what it is now."""
    return "".join(
        f"{hashlib.sha256(path.read_bytes()).hexdigest()[:16]}  {path.name}\n"
        for path in sorted(DRAWINGS.glob("*.svg"))
        if WANTED.fullmatch(path.stem)
    )


def build() -> None:
    """Draw them all anew."""
    ART.mkdir(exist_ok=True)
    for old in ART.glob("*.png"):
        old.unlink()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport={"width": DOTS, "height": DOTS})
        for line in sources().splitlines():
            name = line.split()[1]
            svg = re.sub(r'(<svg[^>]*?) width="[^"]*" height="[^"]*"', r"\1", _text(name), count=1)
            page.set_content(f"<style>*{{margin:0;width:{DOTS}px;height:{DOTS}px}}</style>")
            page.evaluate(
                "svg => new Promise(done => { const image = new Image(); image.onload = done;"
                " image.src = URL.createObjectURL(new Blob([svg], {type: 'image/svg+xml'}));"
                " image.style.objectFit = 'contain'; document.body.append(image); })",
                svg,
            )
            _save(page.screenshot(omit_background=True), ART / f"{Path(name).stem}.png")
        browser.close()
    (ART / "sources.txt").write_text(sources(), encoding="utf-8", newline="\n")


def _text(name: str) -> str:
    return (DRAWINGS / name).read_text(encoding="utf-8")


def _save(shot: bytes, target: Path) -> None:
    with Image.open(BytesIO(shot)) as whole:
        few = whole.convert("RGBA").quantize(COLOURS, method=Image.Quantize.FASTOCTREE)
    few.save(target, optimize=True)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--check", action="store_true", help="fail if a drawing has changed since")
    if not parser.parse_args().check:
        build()
    is_fresh = (ART / "sources.txt").read_text(encoding="utf-8") == sources()
    print("card art is up to date." if is_fresh else "run scripts/build_card_art.py")
    return 0 if is_fresh else 1


if __name__ == "__main__":
    sys.exit(main())
