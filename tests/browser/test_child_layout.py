"""Each child screen in a real browser at each size: whole, unscrolled, with targets for fingers."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser import drawing
from tests.web import gallery

# Width and height in CSS pixels, and how many of them a metre of glass has (`domain.md` rule 2).
GLASS = {
    "15.6-inch": (1366, 768, 3953),
    "10.1-inch": (1280, 800, 5882),
    "17-inch": (1280, 1024, 3802),
    "19-inch": (1440, 900, 3521),
    "21.5-inch": (1920, 1080, 4032),
    "23.8-inch": (1920, 1080, 3650),
    "15.6-inch-upright": (768, 1366, 3953),
}
NOT_MEASURED = ((1366, 768), (1280, 800), (1280, 1024), (1920, 1080), (768, 1366))
SCREENS = gallery.screens()

# Lengths are those of the 1366 x 768 drawing: 100 of them are one rem (tokens.css).
FAULTS = """(pxPerMm) => {
  const unit = parseFloat(getComputedStyle(document.documentElement).fontSize) / 100;
  const slack = 2 * unit, faults = [];
  const box = (element) => element.getBoundingClientRect();
  const name = (element) => `${element.tagName} ${element.className} ${element.textContent.trim()}`;
  const shown = [...document.querySelectorAll("#screen *")].filter((element) => box(element).width);
  if (document.documentElement.scrollHeight > innerHeight) faults.push("the page scrolls");
  for (const element of shown) {
    const { left, right, top, bottom } = box(element);
    if (element.matches(".tile, .card, .bubble, h1, .badge") && (left < -slack || top < -slack
        || right > innerWidth + slack || bottom > innerHeight + slack)) {
      faults.push(`outside the screen: ${name(element)}`);
    }
    const frame = element.closest(".tile, .card, .bubble");
    if (frame && element.matches("h1, p, time, span:not(.cover span), rt") && element !== frame) {
      const edge = box(frame);
      if (right > edge.right + slack || bottom > edge.bottom + slack || top < edge.top - slack) {
        faults.push(`spills over its card: ${name(element)}`);
      }
    }
  }
  const tags = shown.filter((element) => element.matches(".tag"));
  tags.forEach((one, place) => tags.slice(place + 1).forEach((other) => {
    const gap = Math.max(box(other).left - box(one).right, box(one).left - box(other).right);
    if (gap < 16 * unit) faults.push(`pills too close: ${name(one)} | ${name(other)}`);
  }));
  const tiles = shown.filter((element) => element.matches(".tile"));
  const mm = pxPerMm || 3.953 * unit, corner = 10 * mm; // not measured: as at 15.6 inches
  for (const tile of tiles) {
    const { left, right, top, bottom, width, height } = box(tile);
    const least = Math.min(width, height) / mm;
    const needed = tile.closest(".picks, .pictures") ? 19.9 : 24.9; // rule 1: primary, any
    if (least < needed) faults.push(`${least.toFixed(1)} mm for a finger: ${name(tile)}`);
    if (bottom > innerHeight - 10 * mm) faults.push(`too deep: ${name(tile)}`);
    if ((left < corner || right > innerWidth - corner) && top < corner) {
      faults.push(`in a corner: ${name(tile)}`);
    }
  }
  tiles.forEach((one, place) => tiles.slice(place + 1).forEach((other) => {
    const a = box(one), b = box(other);
    const gap = Math.max(a.left - b.right, b.left - a.right, a.top - b.bottom, b.top - a.bottom);
    if (gap < 4.9 * mm) {
      faults.push(`${(gap / mm).toFixed(1)} mm between: ${name(one)} | ${name(other)}`);
    }
  }));
  return faults;
}"""

# What lies over a screen: its parts, each whole on the glass and in its card, and not in a heap.
OUTSIDE = """() => {
  const box = (element) => element.getBoundingClientRect(), faults = [];
  const page = document.querySelector(".tired__page") ?? document.querySelector(".waiting");
  const frame = box(page), parts = [...page.children].map(box);
  if (frame.left < 0 || frame.right > innerWidth || frame.top < 0 || frame.bottom > innerHeight) {
    faults.push("outside the screen");
  }
  if (document.documentElement.scrollHeight > innerHeight) faults.push("the page scrolls");
  parts.forEach((one, place) => {
    if (!one.width || one.left < frame.left || one.right > frame.right + 1 || one.top < frame.top
        || one.bottom > frame.bottom) faults.push(`outside the card: ${place}`);
    for (const other of parts.slice(place + 1)) {
      const across = Math.max(one.left, other.left) < Math.min(one.right, other.right) - 1;
      const down = Math.max(one.top, other.top) < Math.min(one.bottom, other.bottom) - 1;
      if (across && down) faults.push(`on one another: ${place}`);
    }
  });
  return faults;
}"""


@pytest.fixture(scope="module")
def drawn(chromium: Browser) -> Iterator[Page]:
    """Return a page that gets every file from the tree and no script."""
    context = chromium.new_context(reduced_motion="reduce")
    page = context.new_page()
    drawing.serve_files(page)
    yield page
    context.close()


# Grade 1 reads with pinyin, grade 5 without; English has none.
READERS = ("zh-1", "zh-5", "en-1")


def _faults(
    drawn: Page,
    size: tuple[int, int],
    reader: str,
    *,
    measured: int | None = None,
    glass: int = 0,
) -> dict[str, list[str]]:
    """Return what is wrong on each screen; `measured` is what the kiosk knows of the `glass`."""
    made = drawing.environment(reader, px_per_metre=measured)
    drawn.set_viewport_size({"width": size[0], "height": size[1]})
    drawing.open_layout(drawn, made)
    found = drawing.look_at_each(drawn, made, SCREENS, FAULTS, glass / 1000)
    return {name: faults for name, faults in found.items() if faults}


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("size", NOT_MEASURED, ids="{0[0]}x{0[1]}".format)
def test_every_screen_fits_and_can_be_touched(
    drawn: Page, size: tuple[int, int], reader: str
) -> None:
    assert _faults(drawn, size, reader) == {}


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("part", ["_tired", "waiting"])
def test_what_is_said_without_a_server_fits_and_moves_nothing(
    drawn: Page, part: str, reader: str
) -> None:
    made = drawing.environment(reader)
    found = {}
    for width, height in NOT_MEASURED:
        drawn.set_viewport_size({"width": width, "height": height})
        drawing.open_layout(drawn, made)
        drawing.show(drawn, made, SCREENS["04a-own-choose"])
        drawing.cover(drawn, made, part)
        if outside := drawn.evaluate(OUTSIDE):
            found[width, height] = outside

    assert found == {}


@pytest.mark.parametrize("glass", GLASS)
def test_on_a_glass_that_was_measured_a_finger_has_its_millimetres(drawn: Page, glass: str) -> None:
    width, height, px_per_metre = GLASS[glass]

    found = _faults(drawn, (width, height), "zh-1", measured=px_per_metre, glass=px_per_metre)

    assert found == {}


def test_the_check_sees_a_small_glass_that_nobody_has_measured(drawn: Page) -> None:
    width, height, px_per_metre = GLASS["10.1-inch"]

    found = _faults(drawn, (width, height), "zh-1", glass=px_per_metre)

    faults = [one for some in found.values() for one in some]
    assert any("mm for a finger" in one for one in faults)
    assert any("mm between" in one for one in faults)
