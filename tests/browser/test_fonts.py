"""Fonts in a browser: the Kai face after the first paint, the last resort when needed."""

import mimetypes
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.web import gallery

ADDRESS = "http://127.0.0.1/"
KNOWN = "小满、𬱖、㼆"
KNOWN_TO_OURS_ALONE = "𡒄"
PAGE = """<!DOCTYPE html><meta charset="utf-8"><link rel="stylesheet" href="/static/css/tokens.css">
<style>p { font-family: var(--%s) }</style><p>%s</p>"""
LOADED = """() => document.fonts.ready.then(() =>
  [...document.fonts].filter(one => one.status === "loaded").map(one => one.family).sort())"""


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context()
    yield context.new_page()
    context.close()


def serve(page: Page, html: str, *, without_fonts: bool = False) -> list[str]:
    """Show a page with the tree's own files; return the fonts that it asks for, as they come."""
    asked: list[str] = []

    def answer(route: Route) -> None:
        path = gallery.KIOSK / urlsplit(route.request.url).path.lstrip("/")
        if path.suffix == ".woff2":
            asked.append(path.name)
            if without_fonts:
                return  # it never comes
        kind = mimetypes.guess_type(path.name)[0] or "font/woff2"
        route.fulfill(body=path.read_bytes(), content_type=kind)

    page.route(f"{ADDRESS}static/**", answer)
    page.route(ADDRESS, lambda route: route.fulfill(body=html, content_type="text/html"))
    return asked


def test_what_an_installed_font_knows_fetches_nothing(page: Page) -> None:
    asked = serve(page, PAGE % ("sans", KNOWN))

    page.goto(ADDRESS)

    assert page.evaluate(LOADED) == []
    assert asked == []


def test_a_character_that_no_installed_font_knows_fetches_the_last_resort(page: Page) -> None:
    serve(page, PAGE % ("sans", KNOWN_TO_OURS_ALONE))

    page.goto(ADDRESS)

    assert page.evaluate(LOADED) == ["Nuanwu Sans"]


def test_a_sentence_for_children_is_set_in_kai_and_fetches_little(page: Page) -> None:
    asked = serve(page, PAGE % ("kai", "把你的卡放上来吧 nǐ hǎo"))

    page.goto(ADDRESS)

    assert "Nuanwu Kai" in page.evaluate(LOADED)
    assert asked == ["NuanwuKai.woff2"]


def test_the_page_is_painted_before_a_font_has_come(page: Page) -> None:
    asked = serve(page, PAGE % ("kai", "把你的卡放上来吧"), without_fonts=True)

    page.goto(ADDRESS, wait_until="commit")

    expect(page.get_by_text("把你的卡放上来吧")).to_be_visible()
    painted = """() => new Promise(done => new PerformanceObserver(list =>
      done(list.getEntries().map(one => one.name))).observe({type: "paint", buffered: true}))"""
    assert "first-paint" in page.evaluate(painted)
    assert asked == ["NuanwuKai.woff2"]
