"""What children read: short lines, kind words, and never a word of machines or of blame."""

import re
from typing import Final

import pytest

from kiosk.rules.relations import Relation
from tests.test_pinyin import PLACEHOLDER, WITHOUT, sentences
from tests.web import gallery

# `domain.md` section 6.
FORBIDDEN: Final = re.compile(
    "您|请勿|禁止|警告|错误|失败|无效|违规|逾期|罚|赔|登录|提交|扫描|系统|点击|确认"
)
LIGHT_END: Final = re.compile("[啦哦吧]")
# Two halves with a light word each: the first two as `domain.md` 6 has them; the others are
# prompts as well, and change together with what is recorded.
LIGHT_TWICE: Final = {
    "你已经签到啦，去玩吧",
    "你手上有\u00a0%(n)s\u00a0本啦，先还一本吧",
    "已经记好啦，找老师改吧",
    "今天排满啦，找老师吧",
    "这个时间过啦，换一个吧",
    "轮到你啦，去打电话吧！",
}
LONGEST_LINE, MOST_LINES = 12, 2
# The longest word that stands in each place; times are numerals, names are not ours.
IN_PLACE: Final = {"day": "下下周三", "relation": "爸爸", "time": "", "name": "小满"}
CHILDREN_READ: Final = sorted(sentences() - set(WITHOUT))


def _lines(said: str) -> list[str]:
    """Return a sentence as it may break: after a comma, before a new sentence, round numerals."""
    filled = PLACEHOLDER.sub(lambda place: IN_PLACE.get(place[0][2:-2], ""), said)
    return [line for line in re.split(r"[，？！。 ]", filled) if line]


@pytest.mark.parametrize("said", CHILDREN_READ)
def test_a_sentence_has_two_lines_of_twelve_signs_at_most(said: str) -> None:
    lines = _lines(said)

    assert all(len(line) <= LONGEST_LINE for line in lines)
    assert sum(map(len, lines)) <= MOST_LINES * LONGEST_LINE


def test_a_line_that_is_too_long_would_be_found() -> None:
    assert len(_lines("这本书现在要休息一下所以请你交给老师吧")[0]) > LONGEST_LINE


@pytest.mark.parametrize("said", CHILDREN_READ)
def test_no_sentence_has_a_word_that_children_are_not_spoken_to_with(said: str) -> None:
    assert FORBIDDEN.findall(said) == []


@pytest.mark.parametrize("said", [said for said in CHILDREN_READ if said not in LIGHT_TWICE])
def test_a_sentence_ends_lightly_once_at_most(said: str) -> None:
    assert len(LIGHT_END.findall(said)) <= 1


def test_each_relation_is_a_word_of_two_signs() -> None:
    words = gallery.chinese()
    made = gallery.environment(lambda text: words.get(text, text), language="zh")
    said = made.get_template("components/relations.html").module

    for relation in Relation:
        assert len(said.relation_word(relation)) == 2  # type: ignore[attr-defined]  # a macro
