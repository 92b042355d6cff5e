"""The children's screens with every word hidden, and how large the words are (`domain.md` 4.3)."""

import re
from collections import Counter, defaultdict
from typing import Any, Final
from xml.etree.ElementTree import Element

from jinja2 import Environment
from playwright.sync_api import Page

from tests import markup
from tests.browser import drawing
from tests.browser.test_child_layout import drawn
from tests.web import gallery

__all__ = ["drawn"]

SCREENS: Final = gallery.screens()

MM_PER_PX: Final = 0.253  # of the 15.6" screen at 1366 x 768 that the look is drawn for
REFERENCE: Final = (1366, 768)
LEAST_SIGN, LEAST_LABEL, LEAST_PINYIN = 34, 40, 18  # px of the drawing (look.md, Type)
LEAST_SIGN_MM, LEAST_LABEL_MM, LEAST_PINYIN_MM = 8.5, 10.0, 4.5  # rule 14

SIZES: Final = """() => {
  const found = [];
  const walk = document.createTreeWalker(document.getElementById("screen"), NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const element = walk.currentNode.parentElement;
    if (!/[\\u4e00-\\u9fff]/.test(walk.currentNode.data) || element.closest(".cover")) continue;
    found.push({
      text: walk.currentNode.data.trim(), kind: element.closest(".tile") ? "label" : "sign",
      px: parseFloat(getComputedStyle(element).fontSize),
    });
  }
  for (const syllable of document.querySelectorAll("#screen rt"))
    found.push({ text: syllable.dataset.p, kind: "pinyin",
      px: parseFloat(getComputedStyle(syllable).fontSize) });
  return found;
}"""
# Made by the browser's own tools, as a style of the user: no rule of the page stands above it.
HIDE: Final = "* { color: transparent !important } svg text { fill: transparent !important }"
SEEN: Final = """() => {
  const drawn = (element) => {
    const box = element.getBoundingClientRect();
    const pictures = [element, "::after"].map((one) => one === element
      ? getComputedStyle(element) : getComputedStyle(element, one));
    return box.width >= 30 && box.height >= 30 && (element.tagName === "svg"
      || pictures.some((style) => style.backgroundImage !== "none"));
  };
  const pictures = (root) => [...root.querySelectorAll("i, svg, span")].filter(drawn).length;
  const screen = document.getElementById("screen");
  const inks = [...screen.querySelectorAll("h1, h1 *, .tile span, p, rt")]
    .map((one) => getComputedStyle(one).color);
  return {
    inks: [...new Set(inks)],
    main: pictures(screen.querySelector(".work, .hello, .bye, .room") ? screen : document.body),
    tiles: [...screen.querySelectorAll(".tile")].map(pictures),
  };
}"""


def _open(drawn: Page) -> Environment:
    made = drawing.environment("zh-1")
    drawn.set_viewport_size({"width": REFERENCE[0], "height": REFERENCE[1]})
    drawing.open_layout(drawn, made)
    return made


def _too_small(one: dict[str, Any]) -> bool:
    least, least_mm = {
        "sign": (LEAST_SIGN, LEAST_SIGN_MM),
        "label": (LEAST_LABEL, LEAST_LABEL_MM),
        "pinyin": (LEAST_PINYIN, LEAST_PINYIN_MM),
    }[one["kind"]]
    return bool(one["px"] < least - 0.01 or one["px"] * MM_PER_PX < least_mm)


def test_no_word_is_smaller_than_children_can_read(drawn: Page) -> None:
    made = _open(drawn)
    small = {}

    for name, screen in SCREENS.items():
        drawing.show(drawn, made, screen)
        found = drawn.evaluate(SIZES)
        assert found, name
        if some := [one for one in found if _too_small(one)]:
            small[name] = some

    assert small == {}


def test_a_word_that_is_too_small_would_be_found() -> None:
    assert _too_small({"kind": "sign", "px": 33.0})
    assert _too_small({"kind": "label", "px": 39.0})
    assert _too_small({"kind": "pinyin", "px": 17.0})
    assert not _too_small({"kind": "pinyin", "px": 18.0})


def test_with_every_word_hidden_each_screen_and_each_tile_has_a_picture(drawn: Page) -> None:
    made = _open(drawn)
    tools = drawn.context.new_cdp_session(drawn)
    tools.send("DOM.enable")
    tools.send("CSS.enable")
    frame = tools.send("Page.getFrameTree")["frameTree"]["frame"]["id"]
    sheet = tools.send("CSS.createStyleSheet", {"frameId": frame})["styleSheetId"]
    tools.send("CSS.setStyleSheetText", {"styleSheetId": sheet, "text": HIDE})
    bare = {}

    for name, screen in SCREENS.items():
        drawing.show(drawn, made, screen)
        seen = drawn.evaluate(SEEN)
        assert seen["inks"] in ([], ["rgba(0, 0, 0, 0)"]), f"{name}: a word is still seen"
        if not seen["main"] or not all(seen["tiles"]):
            bare[name] = seen
    tools.detach()

    assert bare == {}


DRAWING: Final = re.compile(
    r"(?:i-|f-|k-|p-|week|pips--|guide--|tip--|shelf--|scanner|strip|ring$|cord|sun$|moon$|clock$|train--rest"
    r"|free$|board$|returned__book|due-words)"
)
# Screens that mean the same to a child, and may therefore look the same without words.
SAME_MEANING: Final = (
    (r"01", "the room is open; who calls and how many are here are numbers"),
    (r"05b-lent$|05l-lent-again", "it is borrowed; that it was read before is a word"),
    (r"03|17", "you are in, and what you are reminded of; the hour is in the words alone"),
    (r"04a|18", "one page, for another child"),
    (r"13-no-card-(\d+-animals|cloth)", "one question, over other animals"),
    (r"13-no-card-(pictures|two-pictures|again)", "one step; what was touched lies beside it"),
    (r"11-goodbye-road|19", "one goodbye, for another child"),
)


def _pictures(tree: Element) -> frozenset[tuple[str, int]]:
    """Return each drawing of a screen and how often it stands there."""
    classes = [name for one in tree.iter() for name in one.get("class", "").split()]
    return frozenset(Counter(name for name in classes if DRAWING.match(name)).items())


def _alike(screens: dict[str, frozenset[tuple[str, int]]]) -> list[list[str]]:
    """Return the groups of screens with the same drawings whose meaning is not the same."""
    groups = defaultdict(list)
    for name, pictures in screens.items():
        groups[pictures].append(name)
    return [
        names
        for names in groups.values()
        if len(names) > 1
        and not any(all(re.match(same, one) for one in names) for same, _why in SAME_MEANING)
    ]


def test_two_screens_with_another_meaning_have_other_pictures() -> None:
    made = drawing.environment("zh-5")
    drawings = {
        name: _pictures(
            markup.parse(made.get_template(screen.template).render(**screen.values), fragment=True)
        )
        for name, screen in SCREENS.items()
    }

    assert all(drawings.values())
    assert _alike(drawings) == []


def test_two_screens_that_look_alike_would_be_found() -> None:
    same = frozenset({("i-book", 1)})

    assert _alike({"05-lent": same, "09-refusal": same}) == [["05-lent", "09-refusal"]]
