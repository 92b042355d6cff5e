"""The children's screens as they are drawn, from invented values (`look/look.md`)."""

import gzip
import importlib
import itertools
import pkgutil
import re
from enum import StrEnum
from pathlib import Path
from xml.etree.ElementTree import Element

import pytest
from jinja2 import Environment

import build_art
import kiosk.rules
from kiosk.files.prompts import prompts
from kiosk.rules.badges import Animal, Cloth
from kiosk.rules.relations import Relation
from kiosk.services.answers import OwnPageSaying, SafetyTip
from kiosk.web.heard import PROMPTS, Sound
from tests import markup
from tests.web import gallery

SCREENS = gallery.screens()
STATIC = Path(build_art.STATIC)
MOST_BYTES = 2048  # of a scan's answer on the wire (`performance.md` goal 9)
FACTS: dict[str, object] = {
    "held": 2,
    "seconds": 30,
    "least": 1,
    "most": 99,
    "next": None,
    "today": gallery.TODAY,
}
# Words that children are not spoken to in (`domain.md` section 6, 4.3 rule 16, 4.8 S1).
NEVER_SAID = re.compile(
    "请勿|禁止|警告|错误|失败|无效|违规|逾期|罚|赔|登录|提交|扫描|系统|点击|确认|您|"
    "留守|困境|贫困|帮扶|问题|积分|排名"
)


# A family of reasons that children meet has a prompt for each of them; with one of the staff's own
# pages a child that sees it hears the soft note alone.
FAMILIES = {key.partition(".")[0] for key in PROMPTS}


def _reasons() -> list[StrEnum]:
    """Return every reason that a rule can give, found where rules are written."""
    found: list[StrEnum] = []
    for module in pkgutil.iter_modules(kiosk.rules.__path__, "kiosk.rules."):
        for name, kind in vars(importlib.import_module(module.name)).items():
            is_own = isinstance(kind, type) and kind.__module__ == module.name
            if is_own and issubclass(kind, StrEnum) and name.endswith(("Refusal", "Problem")):
                found += list(kind)
    return found


def _draw(made: Environment, screen: gallery.Screen) -> str:
    return made.get_template(screen.template).render(**screen.values)


def _classes(tree: Element) -> set[str]:
    return {one for element in tree.iter() for one in element.get("class", "").split()}


@pytest.fixture(scope="module")
def english() -> Environment:
    return gallery.environment()


@pytest.fixture(scope="module")
def chinese() -> Environment:
    words = gallery.chinese()
    return gallery.environment(lambda text: words.get(text, text), language="zh")


@pytest.fixture(scope="module")
def drawings() -> str:
    return (STATIC / "css" / "art.css").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", SCREENS)
def test_a_screen_is_sound_as_a_fragment_and_as_a_page(english: Environment, name: str) -> None:
    screen = SCREENS[name]
    page = english.get_template("kiosk/screen.html")

    markup.parse(_draw(english, screen), fragment=True)
    markup.parse(page.render(fragment=screen.template, **screen.values), fragment=False)


def _pressed(tree: Element) -> list[Element]:
    return [element for element in tree.iter() if element.tag in ("a", "button")]


@pytest.mark.parametrize("name", SCREENS)
def test_a_screen_offers_little_and_asks_for_no_typing(english: Environment, name: str) -> None:
    tree = markup.parse(_draw(english, SCREENS[name]), fragment=True)

    pressed = _pressed(tree)
    again = [one for one in pressed if one.get("data-say-again") is not None]
    grids = [
        one for one in tree.iter() if {"picks", "pictures"} & set(one.get("class", "").split())
    ]
    in_grids = [element for grid in grids for element in _pressed(grid)]

    # Four choices and the rail (`domain.md` 4.1 rule 4); grids of pictures may have more.
    assert len(pressed) - len(in_grids) - len(again) <= 5
    assert len(again) <= 1
    assert list(markup.fields_of(tree)) == []


@pytest.mark.parametrize("name", SCREENS)
def test_what_can_be_pressed_has_a_picture_and_words(english: Environment, name: str) -> None:
    tree = markup.parse(_draw(english, SCREENS[name]), fragment=True)

    for element in tree.iter():
        if element.tag in ("a", "button"):
            assert markup.words(element)
            assert any(inner.tag == "i" or inner.tag.endswith("svg") for inner in element.iter())


@pytest.mark.parametrize("name", SCREENS)
def test_every_drawing_on_a_screen_exists(english: Environment, drawings: str, name: str) -> None:
    tree = markup.parse(_draw(english, SCREENS[name]), fragment=True)

    used = {one for one in _classes(tree) if re.match(r"(?:a|c|f|i|k|p)-|(?:guide|tip)--", one)}
    used |= {one for one in _classes(tree) if re.fullmatch(r"cover--\d", one)}

    assert {one for one in used if not re.search(rf"\.{one}(::after)?{{", drawings)} == set()


# A keyboard on the glass and a caret are not for six-year-olds (`domain.md` rule 12).
TYPED_INTO = re.compile(r"<(?:textarea|select)|contenteditable|<input(?![^>]*type=\"hidden\")")


@pytest.mark.parametrize("name", SCREENS)
def test_no_screen_has_a_field_to_type_into(chinese: Environment, name: str) -> None:
    assert TYPED_INTO.findall(_draw(chinese, SCREENS[name])) == []


@pytest.mark.parametrize("field", ['<input name="a">', "<textarea>", "<p contenteditable>"])
def test_a_field_to_type_into_would_be_found(field: str) -> None:
    assert TYPED_INTO.search(field)


@pytest.mark.parametrize("name", SCREENS)
def test_a_screen_speaks_chinese_throughout(chinese: Environment, name: str) -> None:
    tree = markup.parse(_draw(chinese, SCREENS[name]), fragment=True)

    assert re.findall("[A-Za-z]+", markup.words(tree)) == []


@pytest.mark.parametrize("name", SCREENS)
def test_children_are_spoken_to_kindly(chinese: Environment, name: str) -> None:
    tree = markup.parse(_draw(chinese, SCREENS[name]), fragment=True)

    assert NEVER_SAID.findall(markup.words(tree)) == []


@pytest.mark.parametrize(
    "name", [name for name in SCREENS if name[:2] in ("03", "04", "05", "24", "26")]
)
def test_the_answer_to_a_scan_is_small(chinese: Environment, name: str) -> None:
    sent = gzip.compress(_draw(chinese, SCREENS[name]).encode())

    assert len(sent) <= MOST_BYTES


def _heard(tree: Element) -> Element:
    (found,) = (element for element in tree.iter() if element.get("data-say") is not None)
    return found


def _signs(text: str) -> str:
    """Return the Chinese characters alone: no pinyin above them, no marks between."""
    return "".join(re.findall(r"[\u4e00-\u9fff]", text))


def _is_shown(said: str, tree: Element) -> bool:
    """Say whether each part of these prompts stands on the screen."""
    shown = _signs(markup.words(tree))
    parts = re.split(r"\W+", "，".join(prompts()[key].zh for key in said.split()))
    return all(part in shown for part in parts)


@pytest.mark.parametrize("name", SCREENS)
def test_a_screen_has_a_sound_and_says_what_stands_on_it(chinese: Environment, name: str) -> None:
    tree = markup.parse(_draw(chinese, SCREENS[name]), fragment=True)

    heard = _heard(tree)

    is_quiet = heard.get("data-quiet") is not None
    calls_up = heard.get("data-call") is not None
    assert is_quiet == SCREENS[name].template.startswith("kiosk/_idle")
    assert heard.get("data-sound") in ([None] if is_quiet and not calls_up else list(Sound))
    assert heard.get("data-say", "").split()
    assert _is_shown(heard.get("data-say", ""), tree)


def test_the_ring_has_a_sound_and_says_what_stands_on_it(chinese: Environment) -> None:
    ring = markup.parse(chinese.get_template("kiosk/_still.html").render(), fragment=True)

    assert _heard(ring).get("data-sound") == "notice"
    assert _is_shown(_heard(ring).get("data-say", ""), ring)


def test_a_machine_that_is_tired_calls_the_teacher_and_has_nothing_to_press(
    chinese: Environment,
) -> None:
    drawn = chinese.get_template("kiosk/_tired.html").render()
    page = markup.parse(drawn, fragment=True)

    assert _heard(page).get("data-sound") == "teacher"
    assert _is_shown(_heard(page).get("data-say", ""), page)
    assert not any(word in drawn for word in ("<button", "<a ", "url("))


@pytest.mark.parametrize("reason", _reasons(), ids=repr)
def test_a_notice_has_a_sound_and_says_what_stands_on_it(
    chinese: Environment, reason: StrEnum
) -> None:
    drawn = chinese.get_template("errors/_notice.html").render(reason=reason, values=FACTS)
    notice = markup.parse(drawn, fragment=True)

    heard = _heard(notice)

    assert heard.get("data-sound") in list(Sound)
    assert bool(heard.get("data-say")) == (type(reason).__name__ in FAMILIES)
    assert not heard.get("data-say") or _is_shown(heard.get("data-say", ""), notice)


def test_what_is_said_never_holds_a_name(chinese: Environment) -> None:
    said = {
        word
        for screen in SCREENS.values()
        for word in _heard(markup.parse(_draw(chinese, screen), fragment=True))
        .get("data-say", "")
        .split()
    }

    assert len(said) > 30
    assert said <= prompts().keys()
    assert not any(gallery.CHILD.given_name in prompt.zh for prompt in prompts().values())


def test_each_greeting_and_saying_has_words_of_its_own(english: Environment) -> None:
    for group, count in (("03", 4), ("04", len(OwnPageSaying))):
        said = [
            markup.words(next(markup.parse(_draw(english, screen), fragment=True).iter("h1")))
            for name, screen in SCREENS.items()
            if name.startswith(group)
        ]

        assert len(set(said)) == len(said) == count
        assert all(said)


@pytest.mark.parametrize("relation", Relation)
def test_each_relation_has_a_face_and_a_word(
    english: Environment, drawings: str, relation: Relation
) -> None:
    words = english.get_template("components/relations.html").module

    assert words.relation_word(relation)  # type: ignore[attr-defined]  # a macro
    assert f".f-{relation}{{" in drawings


@pytest.mark.parametrize("tip", SafetyTip)
def test_each_tip_has_a_picture_and_words(
    english: Environment, drawings: str, tip: SafetyTip
) -> None:
    tree = markup.parse(_draw(english, SCREENS[f"11-goodbye-{tip}"]), fragment=True)

    (said,) = (element for element in tree.iter("p") if "bye__tip" in element.get("class", ""))

    assert markup.words(said)
    assert f".tip--{tip}{{" in drawings


def test_each_animal_and_cloth_is_drawn(drawings: str) -> None:
    assert all(f".a-{animal}::after{{" in drawings for animal in Animal)
    assert all(f".c-{cloth}{{" in drawings for cloth in Cloth)


@pytest.mark.parametrize("reason", _reasons(), ids=repr)
def test_every_reason_has_a_sentence(english: Environment, reason: StrEnum) -> None:
    messages = english.get_template("errors/messages.html").module

    assert messages.sentence(reason, FACTS).strip()  # type: ignore[attr-defined]  # a macro


@pytest.mark.parametrize("reason", _reasons(), ids=repr)
def test_every_reason_has_a_picture_and_a_notice(
    english: Environment, drawings: str, reason: StrEnum
) -> None:
    notice = english.get_template("errors/_notice.html").render(reason=reason, values=FACTS)

    tree = markup.parse(notice, fragment=True)

    icons = {one for one in _classes(tree) if one.startswith("i-")}
    assert icons
    assert all(f".{icon}{{" in drawings for icon in icons)


def test_a_closed_room_says_when_it_opens(english: Environment) -> None:
    screen = SCREENS["09c-refusal-closed"]

    words = markup.words(markup.parse(_draw(english, screen), fragment=True))

    assert "this Friday at 4:30" in words


@pytest.mark.parametrize(
    ("screen", "said"),
    [
        ("24c-own-call-again", "tomorrow 5:20"),
        ("24d-own-call-moved", "next Friday 5:20"),
        ("24e-own-call-kept", "this Friday 5:20"),
        ("24n-own-call-and-hold", "next Friday 5:20"),
        ("25c-call-again", "tomorrow 5:20"),
        ("25d-call-moved", "next Friday 5:20"),
        ("25e-call-kept", "this Friday 5:20"),
    ],
)
def test_a_time_to_come_says_its_day(english: Environment, screen: str, said: str) -> None:
    tree = markup.parse(_draw(english, SCREENS[screen]), fragment=True)

    assert said in markup.words(tree)


@pytest.mark.parametrize("screen", ["07-when", "08-booked-brother"])
def test_only_tomorrow_is_drawn_as_tomorrow(english: Environment, screen: str) -> None:
    drawn = _draw(english, SCREENS[screen])

    assert drawn.count('class="moon"') == drawn.count("tomorrow")
    assert 'class="week"' in drawn  # of Friday, two days off


def test_nobody_reads_how_late_a_book_is(english: Environment) -> None:
    words = markup.words(
        markup.parse(_draw(english, SCREENS["03d-greeting-evening"]), fragment=True)
    )

    assert "Due now Read" in words  # what the child came for stands below


def test_the_ring_has_a_lantern_for_each_second(english: Environment) -> None:
    ring = markup.parse(english.get_template("kiosk/_still.html").render(), fragment=True)

    lanterns = [element.get("data-lantern") for element in ring.iter("i")]

    assert [place for place in lanterns if place] == [str(place) for place in range(20)]
    assert {element.get("data-still") for element in ring.iter("button")} == {"stay", "done"}


def test_the_drawings_are_pressed_anew_when_one_changes() -> None:
    for made, content in build_art.style_sheets(STATIC).items():
        assert made.read_text(encoding="utf-8") == content, made.name


def test_pieces_of_a_sheet_stand_apart() -> None:
    for pieces in build_art.sheets(STATIC / "art"):
        laid = list(build_art.laid(pieces))

        assert len(laid) == len(pieces)
        for one, other in itertools.combinations(laid, 2):
            beside = abs(one.left - other.left) - (one if one.left < other.left else other).width
            under = abs(one.top - other.top) - (one if one.top < other.top else other).height
            assert max(beside, under) >= build_art.GAP, (one.selector, other.selector)


def test_no_two_figures_of_a_sheet_share_a_name() -> None:
    for pieces in build_art.sheets(STATIC / "art"):
        drawn = next(build_art.sheet(pieces))
        assert isinstance(drawn, build_art.Property)

        names = re.findall(r" id='(\w+)'", drawn.address)

        assert len(names) == len(set(names))


def test_a_pressed_drawing_keeps_its_figures() -> None:
    svg = (
        '<svg xmlns="x" width="9" height="9" viewBox="0 0 9 9"><path d="M0.50, 2.0 L 3,4" /></svg>'
    )

    assert build_art.pressed(svg) == '<svg xmlns="x" viewBox="0 0 9 9"><path d="M.5, 2L3,4"/></svg>'


def _colour(name: str) -> tuple[float, float, float]:
    tokens = (STATIC / "css" / "tokens.css").read_text(encoding="utf-8")
    found = re.search(rf"--{name}: #(\w\w)(\w\w)(\w\w);", tokens)
    assert found, name
    red, green, blue = (int(part, 16) / 255 for part in found.groups())
    return red, green, blue


def _luminance(name: str) -> float:
    parts = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in _colour(name)
    ]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), parts, strict=True))


def _contrast(one: str, other: str) -> float:
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("tile", ["lake", "wheat", "sprout", "persimmon", "blue", "neutral"])
def test_a_tile_can_be_read_and_its_edge_seen(tile: str) -> None:
    assert _contrast("ink", f"{tile}-fill") >= 7
    assert _contrast(f"{tile}-edge", "paper") >= 3
    assert _contrast(f"{tile}-edge", f"{tile}-fill") >= 3


@pytest.mark.parametrize("ground", ["paper", "paper-rest", "card"])
def test_children_s_text_stands_out_from_every_ground(ground: str) -> None:
    assert _contrast("ink", ground) >= 7


def test_every_drawing_that_a_rule_names_is_there(drawings: str) -> None:
    there = (STATIC / "css" / "drawings.css").read_text(encoding="utf-8")

    named = set(re.findall(r"var\((--(?:sheet|icon|guide)-[\w-]+)\)", drawings))

    assert len(named) > 10
    assert {one for one in named if f"\n{one}:url(" not in there} == set()
