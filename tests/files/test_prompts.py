"""The list of what the kiosk says: whole, short, kind, and its pinyin one syllable a character."""

import re

import pytest
from pypinyin import Style, pinyin

from kiosk.files.prompts import Prompt, prompts
from kiosk.web.heard import PROMPTS

SYLLABLE = re.compile(r"(?:[bpmfdtnlgkhjqxrzcsyw]|[zcs]h)?[aeiouv]{1,3}(?:n|ng|r)?[1-5]")
# `domain.md` rule 15: what these are in our sentences, whatever a dictionary says first.
TRAPS = {"了": {"le5"}, "没": {"mei2"}, "不": {"bu4"}, "还": {"huan2", "hai2"}, "一": {"yi1"}}


@pytest.fixture(params=prompts().values(), ids=lambda prompt: prompt.key)
def prompt(request: pytest.FixtureRequest) -> Prompt:
    found: Prompt = request.param
    return found


def _signs(prompt: Prompt) -> list[str]:
    return re.findall(r"[\u4e00-\u9fff]", prompt.zh)


def test_a_key_makes_a_plain_file_name(prompt: Prompt) -> None:
    assert re.fullmatch(r"[a-z]+\.[a-z_]+", prompt.key)


def test_there_is_one_syllable_with_its_tone_for_each_character(prompt: Prompt) -> None:
    syllables = prompt.pinyin.split()

    assert len(syllables) == len(_signs(prompt))
    assert [one for one in syllables if not SYLLABLE.fullmatch(one)] == []


def test_each_syllable_is_one_that_the_character_can_have(prompt: Prompt) -> None:
    for sign, syllable in zip(_signs(prompt), prompt.pinyin.split(), strict=True):
        known = pinyin(sign, style=Style.TONE3, heteronym=True, neutral_tone_with_five=True)[0]
        is_light = syllable.endswith("5") and any(one[:-1] == syllable[:-1] for one in known)
        assert syllable in known or is_light, f"{sign} {syllable} {known}"
        assert syllable in TRAPS.get(sign, {syllable})


def test_to_bring_back_is_not_still() -> None:
    assert prompts()["ret.ok"].pinyin.startswith("huan2 ")
    assert prompts()["ret.undone"].pinyin.split()[3] == "hai2"
    assert prompts()["session.still"].pinyin.split()[1] == "hai2"


def test_a_prompt_is_short_enough_to_be_said_in_three_seconds(prompt: Prompt) -> None:
    assert 2 <= len(_signs(prompt)) <= 13
    assert not re.search(r"[{}%\d]", prompt.zh + prompt.en)
    assert prompt.en


def test_every_prompt_of_a_reason_is_on_the_list() -> None:
    assert set(PROMPTS.values()) <= prompts().keys()
