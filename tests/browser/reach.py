"""What keeps a person from a page: axe-core, and checks of our own that need the drawn page."""

import io
from importlib.resources import files
from typing import Any, Final

from PIL import Image, ImageChops
from playwright.sync_api import Page

_AXE: Final = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
# WCAG 2.2 A and AA, and what axe calls best practice. `target-size` is off unless asked for.
_RUN: Final = """axe.run(document, {
  runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
  rules: { "target-size": { enabled: true } },
  resultTypes: ["violations"],
}).then(({ violations }) => violations.flatMap(({ id, help, nodes }) =>
  nodes.map(({ html, failureSummary }) =>
    `${id}: ${help}: ${html.slice(0, 160)} ${failureSummary.split("\\n").slice(1).join(" ")}`)))"""

_RESTYLE: Final = """css => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  document.adoptedStyleSheets = [sheet];
}"""
CHILD_CONTRAST: Final = 7.0  # `domain.md` rule 46
_MARK: Final = 48  # how far a pixel must change to be one of a letter
_SPECK: Final = 0.05  # of a text's pixels: less than that is an edge, not a ground

# Each line of each text that is seen, with its box and its colour.
_TEXTS: Final = """() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = [];
  for (let node; (node = walker.nextNode());) {
    const { parentElement: parent } = node, text = node.textContent.trim();
    if (!text || parent.closest("script, style, template, .hidden-words")) continue;
    if (!parent.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
    const style = getComputedStyle(parent), range = document.createRange();
    const isDrawn = parent instanceof SVGElement;
    range.selectNodeContents(node);
    for (const { left, top, width, height } of range.getClientRects()) {
      if (width < 1 || height < 1) continue;
      const colour = isDrawn ? style.fill : style.color;
      found.push({ text, colour, box: [left, top, width, height] });
    }
  }
  for (const rt of document.querySelectorAll("rt[data-p]")) { // pinyin, drawn beside the words
    const { left, top, width, height } = rt.getBoundingClientRect();
    if (!rt.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
    const { color: colour } = getComputedStyle(rt);
    found.push({ text: rt.dataset.p, colour, box: [left, top, width, height] });
  }
  return found;
}"""
_FILLED: Final = (
    "* {{ -webkit-text-fill-color: {0} !important; }} svg text {{ fill: {0} !important; }}"
)
_WITH_TEXT: Final = _FILLED.format("#f0f")
_WITHOUT_TEXT: Final = _FILLED.format("transparent")
# WCAG 2.5.8 asks for 24 px; staff pages have 44 (ruling 9). A link in a sentence is as high as it.
_SMALL: Final = """(least) => [...document.querySelectorAll(
    "a[href], button, input:not([type=hidden]), select, textarea, summary, [role=button]")]
  .filter((one) => one.checkVisibility({ visibilityProperty: true }) && !one.closest("[hidden]"))
  .map((one) => (one.matches("input[type=checkbox], input[type=radio], input[type=file]")
    ? one.closest("label") ?? one : one))
  .filter((one) => {
    const { width, height } = one.getBoundingClientRect();
    if (one.matches("p a, small a") && getComputedStyle(one).display === "inline") return false;
    return width > 1 && (height < least - 0.5 || width < least - 0.5);
  })
  .map((one) => `${one.outerHTML.slice(0, 120)}`)"""


def axe(page: Page) -> list[str]:
    """Return what axe-core finds on the page as it stands; empty when all is well."""
    # Over the wire of the tools, which the page's own policy does not bind.
    page.context.new_cdp_session(page).send("Runtime.evaluate", {"expression": _AXE})
    found: list[str] = page.evaluate(_RUN)
    return found


def small_targets(page: Page, *, least: int = 44) -> list[str]:
    """Return what can be pressed and is smaller than so many CSS pixels."""
    found: list[str] = page.evaluate(_SMALL, least)
    return found


def pale_texts(page: Page, *, least: float = CHILD_CONTRAST) -> list[str]:
    """Return the texts whose colour stands out too little from the pixels that lie under them.

    What lies there is seen in a picture of the page without its texts: fills, drawings, hills.
    Where a text lies is seen in one with its letters in a colour that nothing here has.
    """
    texts: list[dict[str, Any]] = page.evaluate(_TEXTS)
    letters = _picture(page.screenshot(animations="disabled", style=_WITH_TEXT))
    ground = _picture(page.screenshot(animations="disabled", style=_WITHOUT_TEXT))
    red, green, blue = ImageChops.difference(letters, ground).split()
    changed = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    mask = changed.point(lambda change: 255 if change >= _MARK else 0)
    found = []
    for one in texts:
        left, top, width, height = one["box"]
        area = (int(left), int(top), int(left + width) + 1, int(top + height) + 1)
        ratio = _least_contrast(_colour(one["colour"]), ground.crop(area), mask.crop(area))
        if ratio < least:
            found.append(f"{ratio:.2f}: {one['text']} {one['colour']}")
    return found


def restyle(page: Page, css: str) -> None:
    """Lay a style sheet over the page's own; its policy lets no `<style>` in."""
    page.evaluate(_RESTYLE, css)


def _least_contrast(ink: tuple[int, ...], ground: Image.Image, letters: Image.Image) -> float:
    under = ground.copy()
    under.putalpha(letters)
    counted = under.getcolors(maxcolors=under.width * under.height) or []
    pixels = [(count, colour[:3]) for count, colour in counted if colour[3]]  # type: ignore[index]  # RGBA
    total = sum(count for count, _ in pixels)
    grounds = [colour for count, colour in pixels if count > _SPECK * total]
    return min((contrast(ink, colour) for colour in grounds), default=21.0)


def contrast(one: tuple[int, ...], other: tuple[int, ...]) -> float:
    """Return the ratio of two colours as WCAG 2 reckons it, 1 to 21."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: tuple[int, ...]) -> float:
    red, green, blue = (
        value / 12.92 if value <= 0.03928 else ((value + 0.055) / 1.055) ** 2.4
        for value in (part / 255 for part in colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _colour(css: str) -> tuple[int, ...]:
    """Return the three parts of `rgb(34, 49, 63)`."""
    return tuple(int(part) for part in css.partition("(")[2].rstrip(")").split(",")[:3])


def _picture(png: bytes) -> Image.Image:
    return Image.open(io.BytesIO(png)).convert("RGB")
