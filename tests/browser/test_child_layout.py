"""Each child screen in a real browser at each size: whole, unscrolled, with targets for fingers."""

import mimetypes
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from jinja2 import Environment
from playwright.sync_api import Browser, Page, Route

from tests.web import gallery

SIZES = ((1366, 768), (1280, 800), (1280, 1024), (1920, 1080), (768, 1366))
ADDRESS = "http://127.0.0.1/"
SCREENS = gallery.screens()

SHOW = 'html => { document.getElementById("screen").innerHTML = html }'

# Lengths are those of the 1366 x 768 drawing: 100 of them are one rem (tokens.css).
FAULTS = """() => {
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
    if (frame && element.matches("h1, p, time, span:not(.cover span)") && element !== frame) {
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
  for (const tile of tiles) {
    if (box(tile).height < 99 * unit) faults.push(`too low for a finger: ${name(tile)}`);
    if (box(tile).bottom > innerHeight - 43 * unit + slack) faults.push(`too deep: ${name(tile)}`);
  }
  tiles.forEach((one, place) => tiles.slice(place + 1).forEach((other) => {
    const a = box(one), b = box(other);
    const gap = Math.max(a.left - b.right, b.left - a.right, a.top - b.bottom, b.top - a.bottom);
    if (gap < 19 * unit) faults.push(`too close: ${name(one)} | ${name(other)}`);
  }));
  return faults;
}"""


@pytest.fixture(scope="module")
def drawn(chromium: Browser) -> Iterator[Page]:
    """Return a page that gets every file from the tree and no script."""
    context = chromium.new_context(reduced_motion="reduce")
    page = context.new_page()

    def serve(route: Route) -> None:
        path = gallery.KIOSK / urlsplit(route.request.url).path.lstrip("/")
        if path.suffix == ".js":
            route.abort()
        else:
            kind = mimetypes.guess_type(path.name)[0] or "text/html"
            route.fulfill(body=path.read_bytes(), content_type=kind)

    page.route(f"{ADDRESS}static/**", serve)
    yield page
    context.close()


def _environment(language: str) -> Environment:
    words = gallery.chinese() if language == "zh" else {}
    return gallery.environment(lambda text: words.get(text, text), language=language)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("size", SIZES, ids="{0[0]}x{0[1]}".format)
def test_every_screen_fits_and_can_be_touched(
    drawn: Page, size: tuple[int, int], language: str
) -> None:
    made = _environment(language)
    shell = made.get_template("layouts/kiosk.html").render()
    shell = shell.replace("<noscript>", '<main id="screen"></main><noscript>')
    drawn.route(ADDRESS, lambda route: route.fulfill(body=shell, content_type="text/html"))
    drawn.set_viewport_size({"width": size[0], "height": size[1]})
    drawn.goto(ADDRESS)
    faults = {}

    for name, screen in SCREENS.items():
        drawn.evaluate(SHOW, made.get_template(screen.template).render(**screen.values))
        if found := drawn.evaluate(FAULTS):
            faults[name] = found

    assert faults == {}
