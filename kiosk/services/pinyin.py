"""The letters by which staff find a name or a title: the first letter of each sign's pinyin."""

import os
import re
import unicodedata
from typing import Final

LONGEST: Final = 40

# As family names these signs are read otherwise than elsewhere (`domain.md` 1.6).
_FAMILY: Final = {
    "曾": "zeng",
    "单": "shan",
    "仇": "qiu",
    "解": "xie",
    "查": "zha",
    "盖": "ge",
    "覃": "qin",
    "翟": "zhai",
    "区": "ou",
    "乐": "yue",
    "朴": "piao",
    "种": "chong",
    "召": "shao",
    "阚": "kan",
    "折": "she",
    "能": "nai",
    "佴": "nai",
    "繁": "po",
    "秘": "bi",
    "祭": "zhai",
    "藏": "zang",
    "句": "gou",
    "么": "yao",
    "缪": "miao",
    "员": "yun",
    "黑": "he",
    "莘": "shen",
    "万俟": "moqi",
    "尉迟": "yuchi",
    "单于": "chanyu",
    "澹台": "tantai",
    "长孙": "zhangsun",
}
_PART: Final = re.compile(r"[a-z]+|\d+|[^\W\d_]")
_SECOND_LETTERS: Final = {"万俟": "q", "尉迟": "c", "单于": "y", "澹台": "t", "长孙": "s"}


def name_initials(family_name: str, given_name: str) -> str:
    """Return the initials of a person: `wzh`, and `zjg` for 曾建国."""
    reading = _FAMILY.get(family_name)
    if reading is None:
        return initials(f"{family_name} {given_name}")[:LONGEST]
    family = reading[0] + _SECOND_LETTERS.get(family_name, "")
    return (family + initials(given_name))[:LONGEST]


def initials(text: str) -> str:
    """Return the first letter of each Han sign and of each Latin word; digits stay whole."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(map(_letter, _PART.findall(folded)))


def _letter(part: str) -> str:
    if part.isascii():
        return part if part.isdigit() else part[0]
    # Told before it is loaded: with its dictionary of phrases it takes three times as long, for
    # letters that are the same.
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
    from pypinyin import Style, lazy_pinyin

    found: str = lazy_pinyin(part, style=Style.FIRST_LETTER)[0][:1]
    return found if found.isascii() else ""
