"""Child screens, reached by reader and by weak eyes: axe-core, and contrast as it is drawn."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from jinja2 import Environment
from playwright.sync_api import Browser, Page, ViewportSize

from kiosk.services import answers
from tests.browser import drawing, reach
from tests.web import gallery

SCREENS = gallery.screens()
COVERS = range(6)
# Where words may come to stand on the land, which an upright screen has higher.
OVER_THE_LAND = ("01-", "02-", "03a-", "11-")


# Half the size of the drawing: a screen scales as a whole, and its picture is made sooner.
LYING = ViewportSize(width=683, height=384)
UPRIGHT = ViewportSize(width=768, height=1366)


@pytest.fixture(scope="module")
def made() -> Environment:
    return drawing.environment("zh-1")


@pytest.fixture(scope="module")
def drawn(chromium: Browser, made: Environment) -> Iterator[Page]:
    """Return the children's layout with every file of the tree and no script."""
    context = chromium.new_context(viewport=LYING, reduced_motion="reduce")
    page = context.new_page()
    drawing.serve_files(page)
    drawing.open_layout(page, made)
    yield page
    context.close()


@pytest.mark.parametrize("name", SCREENS)
def test_no_screen_keeps_anybody_out(drawn: Page, made: Environment, name: str) -> None:
    drawing.show(drawn, made, SCREENS[name])

    assert reach.axe(drawn) == []
    assert reach.pale_texts(drawn) == []


@pytest.mark.parametrize("name", [one for one in SCREENS if one.startswith(OVER_THE_LAND)])
def test_no_text_drowns_in_the_land_of_an_upright_screen(
    drawn: Page, made: Environment, name: str
) -> None:
    drawn.set_viewport_size(UPRIGHT)
    drawing.show(drawn, made, SCREENS[name])

    pale = reach.pale_texts(drawn)

    drawn.set_viewport_size(LYING)
    assert pale == []


@pytest.mark.parametrize("cover", COVERS)
def test_a_long_title_can_be_read_on_each_cover(drawn: Page, made: Environment, cover: int) -> None:
    book = replace(gallery.LONG, cover=cover)
    screen = gallery.Screen(
        template="kiosk/_book_waits.html", values={"answer": answers.BookWaits(book=book)}
    )

    drawing.show(drawn, made, screen)

    assert reach.pale_texts(drawn) == []


@pytest.mark.parametrize("part", ["_still", "_tired", "notice", "waiting"])
def test_what_lies_over_a_screen_keeps_nobody_out(
    drawn: Page, made: Environment, part: str
) -> None:
    drawing.show(drawn, made, SCREENS["01-idle-open"])
    drawing.cover(drawn, made, part)

    faults = reach.axe(drawn), reach.pale_texts(drawn)

    drawing.open_layout(drawn, made)
    assert faults == ([], [])


def test_a_tile_without_a_name_and_pale_words_are_found(drawn: Page, made: Environment) -> None:
    drawing.show(drawn, made, SCREENS["01-idle-open"])
    drawn.evaluate("document.querySelector('#screen a.tile span').remove()")
    reach.restyle(drawn, ".invite h1 { color: #6f7d8a; } .house { color: #c98a4b; }")

    nameless, pale = reach.axe(drawn), reach.pale_texts(drawn)

    drawing.open_layout(drawn, made)
    assert any(fault.startswith("link-name") for fault in nameless)
    assert any("把" in fault for fault in pale)


def test_words_on_a_drawing_are_measured_against_the_drawing(
    drawn: Page, made: Environment
) -> None:
    drawing.show(drawn, made, SCREENS["01-idle-open"])
    reach.restyle(
        drawn,
        ".invite { position: fixed; inset: auto 0 0.2rem; background: none; border: 0; }"
        " .invite .scanner, .train { display: none; } .invite h1 { color: #3d4853; }"
        " .land::before { background: var(--way-green) !important; }",
    )

    pale = reach.pale_texts(drawn)

    drawing.open_layout(drawn, made)
    assert any("把" in fault for fault in pale)
