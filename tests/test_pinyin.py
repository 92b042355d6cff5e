"""The pinyin over the words: whole, checked against a dictionary, and drawn only where it helps."""

import re
from pathlib import Path
from typing import Final

import pytest
from pypinyin import Style, lazy_pinyin

import build_readings
from kiosk.rules import pinyin as rules
from kiosk.services import readings
from kiosk.web import pinyin
from tests.web import gallery

TEMPLATES = Path(__file__).resolve().parents[1] / "kiosk" / "templates"
CHILDREN_READ = ("kiosk/*.html", "components/*.html", "layouts/kiosk.html")
REASONS_FOR_CHILDREN = (
    r'"(?:CodeProblem|VisitRefusal|LendingRefusal|HoldRefusal|CallRefusal|SessionProblem)\.'
)
CALL: Final = re.compile(r'\b_\("((?:[^"\\]|\\.)*)"')
PLACEHOLDER: Final = re.compile(r"%\(\w+\)s")
HAN: Final = re.compile("[\u4e00-\u9fff]")
WITHOUT: Final = {
    "暖屋": "the name of the page, which the browser shows, not the screen",
    "这个屏幕要用脚本读卡，现在脚本关着，请告诉老师。": "for whoever switched scripts off",
    **dict.fromkeys("一二三四五六日", "the head of a strip of days, a picture (look.md, screen 5)"),
}

# Where we differ from the dictionary of phrases, and why.
BACK_TO_THE_LIBRARY: Final = "returning is huán; the dictionary reads every 还 as hái (still)"
SANDHI: Final = "schoolbooks print 一 as yī, the dictionary as it is spoken there"
LIGHT: Final = "always light in this word (现代汉语词典)"
FULL: Final = "may be light; schoolbooks print it with its tone"
ALLOWED: Final = {
    ("还", "huán", "hái"): BACK_TO_THE_LIBRARY,
    ("一", "yī", "yí"): SANDHI,
    ("一", "yī", "yì"): SANDHI,
    ("上", "shang", "shàng"): LIGHT,
    ("系", "xi", "xì"): LIGHT,
    ("息", "xi", "xī"): LIGHT,
    ("识", "shi", "shí"): LIGHT,
    ("候", "hou", "hòu"): LIGHT,
    ("哦", "o", "ó"): "a light word at the end of a sentence",
    ("个", "gè", "ge"): FULL,
    **dict.fromkeys(
        (
            ("谢", "xie", "xiè"),
            ("看", "kan", "kàn"),
            ("问", "wen", "wèn"),
            ("说", "shuo", "shuō"),
            ("爸", "ba", "bà"),
            ("妈", "ma", "mā"),
            ("爷", "ye", "yé"),
            ("奶", "nai", "nǎi"),
            ("叔", "shu", "shū"),
            ("姑", "gu", "gū"),
            ("哥", "ge", "gē"),
            ("姐", "jie", "jiě"),
        ),
        "the second of a doubled word is light",
    ),
}
# `domain.md` 4.3 rule 15, for the words of it that we say.
TRAPS: Final = (
    ("还书", "huán shū"),
    ("先还", "xiān huán"),
    ("还在", "hái zài"),
    ("还没", "hái méi"),
    ("还可以", "hái kě yǐ"),
    ("借好", "jiè hǎo"),
    ("好了", "hǎo le"),
    ("背后", "bèi hòu"),
    ("没", "méi"),
    ("时间", "shí jiān"),
    ("不", "bù"),
    ("啦", "la"),
    ("吧", "ba"),
    ("的", "de"),
    ("一", "yī"),
    ("什么", "shén me"),
)


def sentences() -> set[str]:
    """Return the Chinese of everything that children read."""
    asked = [
        english
        for pattern in CHILDREN_READ
        for path in TEMPLATES.glob(pattern)
        for english in CALL.findall(path.read_text(encoding="utf-8"))
    ]
    messages = (TEMPLATES / "errors" / "messages.html").read_text(encoding="utf-8")
    for branch in re.split(r"{%-?\s*(?:el)?if key", messages):
        if re.search(REASONS_FOR_CHILDREN, branch.split("%}")[0]):
            asked += CALL.findall(branch)
    known = gallery.chinese()
    return {known[english] for english in asked}


def _runs(said: str) -> list[str]:
    """Return the signs of a sentence as they stand together."""
    return re.findall("[\u4e00-\u9fff]+", PLACEHOLDER.sub(" ", said))


def _unexplained(said: str, syllables: tuple[str, ...]) -> list[tuple[str, str, str]]:
    """Return where a sentence differs from the dictionary without a reason."""
    found = [one for run in _runs(said) for one in lazy_pinyin(run, style=Style.TONE)]
    triples = zip("".join(_runs(said)), syllables, found, strict=True)
    return [one for one in triples if one[1] != one[2] and one not in ALLOWED]


def test_every_sentence_that_children_read_has_its_pinyin() -> None:
    wanted = {said for said in sentences() if HAN.search(said)}

    assert wanted - set(pinyin.syllables()) - set(WITHOUT) == set()


def test_no_pinyin_is_kept_for_a_sentence_that_is_gone() -> None:
    assert set(pinyin.syllables()) - sentences() == set()
    assert set(WITHOUT) - sentences() == set()


@pytest.mark.parametrize("said", pinyin.syllables())
def test_each_sign_has_one_syllable(said: str) -> None:
    syllables = pinyin.syllables()[said]

    assert len(syllables) == len(rules.signs(said))
    assert {rules.toneless(one) for one in syllables} <= readings.syllables()


@pytest.mark.parametrize("said", pinyin.syllables())
def test_the_hand_checked_pinyin_agrees_with_a_dictionary(said: str) -> None:
    assert _unexplained(said, pinyin.syllables()[said]) == []


def test_the_dictionary_would_find_a_slip() -> None:
    assert _unexplained("借书", ("jiè", "shù")) == [("书", "shù", "shū")]
    assert _unexplained("还可以借", ("hái", "kě", "yǐ", "jié")) == [("借", "jié", "jiè")]


@pytest.mark.parametrize(("words", "said"), TRAPS)
def test_a_trap_is_read_right_wherever_it_stands(words: str, said: str) -> None:
    places = [
        (sentence, "".join(rules.signs(sentence)).index(words))
        for sentence in pinyin.syllables()
        if words in "".join(rules.signs(sentence))
    ]

    assert places
    for sentence, place in places:
        length = len(words)
        assert " ".join(pinyin.syllables()[sentence][place : place + length]) == said, sentence


def test_returning_is_never_read_as_still() -> None:
    still = {"还在", "还可", "还没"}
    for said, syllables in pinyin.syllables().items():
        signs = "".join(rules.signs(said)) + " "
        for place, sign in enumerate(signs):
            if sign == "还":
                is_still = signs[place : place + 2] in still
                assert syllables[place] == ("hái" if is_still else "huán"), said


def test_a_sentence_keeps_its_text_and_its_places() -> None:
    drawn = pinyin.over_sentence("早上好，%(name)s！")

    assert drawn == (
        '<ruby>早<rt data-p="zǎo"></rt>上<rt data-p="shang"></rt>好<rt data-p="hǎo"></rt>，</ruby>'
        "%(name)s！"
    )
    assert pinyin.over_sentence("Good morning") == "Good morning"


@pytest.mark.parametrize(
    ("name", "override", "syllables"),
    [
        ("子涵", None, "zǐ hán"),
        ("子涵", "zī hán", "zī hán"),
        ("朝阳", None, "zhāo yáng"),
        ("乐", None, "lè"),
        ("𬱖", None, "dí"),
        ("㼆", None, "yíng"),
        ("阿依古丽·买买提", None, "ā yī gǔ lì mǎi mǎi tí"),
        ("Anna", None, ""),
        ("子\U0003fffd", None, ""),
    ],
)
def test_a_given_name_is_read(name: str, override: str | None, syllables: str) -> None:
    assert " ".join(readings.of_given_name(name, override)) == syllables


@pytest.mark.parametrize(
    ("name", "syllables"),
    [
        ("王老师", "wáng lǎo shī"),
        ("曾老师", "zēng lǎo shī"),
        ("单老师", "shàn lǎo shī"),
        ("尉迟老师", "yù chí lǎo shī"),
        ("曾", "zēng"),
        ("Li", ""),
    ],
)
def test_staff_are_read_by_their_family_name(name: str, syllables: str) -> None:
    assert " ".join(readings.of_display_name(name)) == syllables


def test_a_name_cannot_bring_markup() -> None:
    drawn = pinyin.over_given_name("<b>子", None)

    assert drawn == '&lt;b&gt;<ruby>子<rt data-p="zǐ"></rt></ruby>'
    assert pinyin.over_given_name("<b>", None) == "&lt;b&gt;"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("zǐ hán", "zǐ hán"),
        ("  Zǐ   HÁN ", "zǐ hán"),
        ("zi\u030c ha\u0301n", "zǐ hán"),
        ("lǚ hán", "lǚ hán"),
        ("zi han", "zi han"),
        ("zǐhán", None),
        ("zǐ", None),
        ("zǐ hán hán", None),
        ("zǐ hxn", None),
        ("zǐ há\u0301n", None),
        ("zi3 han2", None),
        ("", None),
    ],
)
def test_a_typed_reading_has_a_syllable_for_each_sign(typed: str, kept: str | None) -> None:
    known = readings.syllables()

    assert rules.reading_of(typed, "子涵", known=known) == kept


def test_the_table_of_signs_is_what_the_script_makes() -> None:
    kept = build_readings.FILE.read_text(encoding="utf-8")

    assert kept.splitlines() == build_readings.lines()
