"""Chinese sentences take in the same as the English ones; a slip of the pen would break a page."""

import gettext
import re
from pathlib import Path

CATALOGUE = Path(__file__).parents[1] / "kiosk" / "translations"
FIELD = re.compile(r"%\((\w+)\)")


def _names(sentence: str) -> set[str]:
    # Chinese has one form for one and for many, and need not say which of them it is.
    return set(FIELD.findall(sentence)) - {"num"}


def test_each_chinese_sentence_can_be_filled_in_with_what_the_english_one_has() -> None:
    words = gettext.translation("messages", CATALOGUE, ["zh_CN"])
    source = (CATALOGUE / "zh_CN" / "LC_MESSAGES" / "messages.po").read_text("utf-8")
    sentences = [
        "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', found)).replace('\\"', '"').replace("\\n", "\n")
        for found in re.findall(r'^msgid ((?:".*"\n)+)', source, re.MULTILINE)
    ]

    wrong = []
    for english in filter(None, sentences):
        chinese = words.gettext(english)
        filled = dict.fromkeys(_names(english) | {"num"}, "1")
        try:
            chinese % filled
        except (KeyError, ValueError):
            wrong.append(chinese)
            continue
        if _names(chinese) != _names(english):
            wrong.append(chinese)

    assert len(sentences) > 1000
    assert wrong == []
