"""Child screens drawn in a browser from the templates alone: invented children, no server."""

import mimetypes
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment
from playwright.sync_api import Page, Route

from kiosk.rules.codes import CodeProblem
from tests.web import gallery

_ADDRESS = "http://127.0.0.1/"
_SHOW = 'html => { document.getElementById("screen").innerHTML = html }'
# Without a picture between two screens: what is asked is laid out, and need not be painted.
_LOOK_AT_EACH = """async ([screens, question, value]) => {
  const main = document.getElementById("screen"), ask = eval(question), found = {};
  for (const [name, html] of Object.entries(screens)) {
    main.innerHTML = html;
    main.getBoundingClientRect(); // asks for the faces that this screen needs
    await document.fonts.ready;
    found[name] = ask(value);
  }
  return found;
}"""
_SAY = """html => {
  const notice = document.getElementById("notice");
  notice.innerHTML = html;
  notice.hidden = false;
}"""
# Without the scripts nobody else lets the drawings in.
_LET_IN = """() => {
  for (const sheet of document.querySelectorAll("[data-drawings]")) sheet.media = "all";
}"""
_ASK = """html => {
  document.getElementById("screen").hidden = true;
  document.body.insertAdjacentHTML("beforeend", html);
}"""


def serve_files(page: Page) -> None:
    """Let a page have every file of the tree but the scripts."""

    def serve(route: Route) -> None:
        path = gallery.KIOSK / urlsplit(route.request.url).path.lstrip("/")
        if path.suffix == ".js":
            route.abort()
        else:
            kind = mimetypes.guess_type(path.name)[0] or "text/html"
            route.fulfill(body=path.read_bytes(), content_type=kind)

    page.route(f"{_ADDRESS}static/**", serve)


def environment(reader: str, *, px_per_metre: int | None = None) -> Environment:
    """Return the templates for a reader on a glass that was perhaps measured.

    `zh-1` reads Chinese with pinyin above it, `zh` without, `en` English.
    """
    words = gallery.chinese() if reader.startswith("zh") else {}
    return gallery.environment(
        lambda text: words.get(text, text),
        language=reader[:2],
        px_per_metre=px_per_metre,
        has_pinyin=reader == "zh-1",
    )


def open_layout(page: Page, made: Environment) -> None:
    """Open the children's layout, as yet without a screen in it."""
    shell = made.get_template("layouts/kiosk.html").render()
    shell = shell.replace("<noscript>", '<main id="screen"></main><noscript>')
    page.route(_ADDRESS, lambda route: route.fulfill(body=shell, content_type="text/html"))
    page.goto(_ADDRESS)
    page.evaluate(_LET_IN)


def show(page: Page, made: Environment, screen: gallery.Screen) -> None:
    """Draw one screen into the layout."""
    page.evaluate(_SHOW, made.get_template(screen.template).render(**screen.values))


def look_at_each(
    page: Page,
    made: Environment,
    screens: Mapping[str, gallery.Screen],
    question: str,
    value: float,
) -> dict[str, Any]:
    """Return what a script's function answers to `value` at each screen, by the screen's name."""
    drawn = {
        name: made.get_template(screen.template).render(**screen.values)
        for name, screen in screens.items()
    }
    found: dict[str, Any] = page.evaluate(_LOOK_AT_EACH, [drawn, question, value])
    return found


def cover(page: Page, made: Environment, part: str) -> None:
    """Lay over the screen what the scripts lay there: the ring, a refusal, words to wait."""
    if part == "waiting":
        page.evaluate("document.body.dataset.waiting = ''")
    elif part == "notice":
        values = {"reason": CodeProblem.MISREAD, "values": {}}
        said = made.get_template("errors/_notice.html").render(**values)
        page.evaluate(_SAY, said)
    else:
        page.evaluate(_ASK, made.get_template(f"kiosk/{part}.html").render())
