"""Initials: the letters by which staff find a name or a title."""

import pytest

from kiosk.services import pinyin


@pytest.mark.parametrize(
    ("family", "given", "letters"),
    [
        ("王", "子涵", "wzh"),
        ("曾", "宇轩", "zyx"),
        ("单", "明轩", "smx"),
        ("仇", "依依", "qyy"),
        ("解", "小满", "xxm"),
        ("查", "国强", "zgq"),
        ("翟", "雨", "zy"),
        ("覃", "雨", "qy"),
        ("尉迟", "静", "ycj"),
        ("万俟", "静", "mqj"),
        ("欧阳", "娜娜", "oynn"),
        ("", "阿依古丽·买买提", "ayglmmt"),
        ("", "Anna Maria", "am"),
        ("㐂", "子", "z"),
        ("王", "子" * 60, "w" + "z" * 39),
    ],
)
def test_a_name_has_its_initials(family: str, given: str, letters: str) -> None:
    assert pinyin.name_initials(family, given) == letters


@pytest.mark.parametrize(
    ("title", "letters"),
    [
        ("小马过河", "xmgh"),
        ("《十万个为什么》（第3册）", "swgwsmd3c"),
        ("Harry 与石头", "hyst"),
        ("３Ｄ打印 2026", "3ddy2026"),
        ("!?", ""),
    ],
)
def test_a_title_has_its_initials(title: str, letters: str) -> None:
    assert pinyin.initials(title) == letters
