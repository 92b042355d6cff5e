"""Names of people: whether a cell holds one, and where the family name ends."""

import re
from dataclasses import dataclass, field

from kiosk.files.problems import RowProblemKind
from kiosk.files.text import HAN, compact, is_garbled, is_han, normal

LONGEST_NAME = 40
_SHORTEST_UNDIVIDED = 5

_COMPOUND = frozenset(
    [
        "欧阳",
        "太史",
        "端木",
        "上官",
        "司马",
        "东方",
        "独孤",
        "南宫",
        "万俟",
        "闻人",
        "夏侯",
        "诸葛",
        "尉迟",
        "公羊",
        "赫连",
        "澹台",
        "皇甫",
        "宗政",
        "濮阳",
        "公冶",
        "太叔",
        "申屠",
        "公孙",
        "慕容",
        "仲孙",
        "钟离",
        "长孙",
        "宇文",
        "司徒",
        "鲜于",
        "司空",
        "闾丘",
        "子车",
        "亓官",
        "司寇",
        "巫马",
        "公西",
        "颛孙",
        "壤驷",
        "公良",
        "漆雕",
        "乐正",
        "宰父",
        "谷梁",
        "拓跋",
        "夹谷",
        "轩辕",
        "令狐",
        "段干",
        "百里",
        "呼延",
        "东郭",
        "南门",
        "羊舌",
        "微生",
        "梁丘",
        "左丘",
        "西门",
        "第五",
        "南荣",
        "东里",
        "东宫",
        "仲长",
        "即墨",
        "达奚",
        "褚师",
        "完颜",
        "纳兰",
        "叶赫",
        "宿勤",
        "屈突",
        "豆卢",
        "贺兰",
        "费莫",
        "富察",
        "淳于",
        "单于",
        "歐陽",
        "端木",
        "東方",
        "獨孤",
        "南宮",
        "聞人",
        "諸葛",
        "尉遲",
        "赫連",
        "濮陽",
        "公孫",
        "慕容",
        "鍾離",
        "長孫",
        "鮮于",
        "司馬",
        "東郭",
        "軒轅",
    ]
)

# Traditional forms that a mainland register writes simplified; none of them is in GB 2312.
TRADITIONAL = frozenset(
    "張陳劉楊趙黃吳孫馬鄭謝韓馮鄧許蘇盧蔣賈葉閻鍾譚鄒陸顧龍萬錢湯賀賴龔聶莊羅蕭呂麥費項畢齊鄔龐"
    "婁陰闕勞藍韋應紅軍偉國強麗華傑曉蘭鳳雲飛學寶貴長東樂濤豔艷潔靜輝鵬瓊瑩夢詩優燦萊賢誠謙譽銘"
    "錦陽歐諸聞遲連軒轅衛鮑喬溫蓋單竇葛藺閔滿鄺簡饒關嚴範寧經緯綺紅純綱維績繼綠編縣義習聖聲職聽"
) - frozenset("葛")

_DOTS = re.compile("[·•‧∙・⋅．.]")
_PARTED = re.compile(f"[{HAN}]+(?:·[{HAN}]+)+")
_LATIN = re.compile(r"[A-Za-z][A-Za-z' \-]*")
_WITH_PINYIN = re.compile(f"[{HAN}·]+ ?[(\\[]?[A-Za-z\u00c0-\u024f' \\-]+[)\\]]?")


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonName:
    """A name as written. `family_name` is empty where a name is not divided (阿依古丽·买买提)."""

    family_name: str = field(repr=False)
    given_name: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class NameReading:
    """The name in a cell, what is odd about it, or both; no name where it cannot be taken."""

    name: PersonName | None
    problem: RowProblemKind | None = None


def read_name(text: str) -> NameReading:
    """Return the child's name in a cell, never repaired beyond spaces and full-width forms."""
    spaced, name = normal(text), _DOTS.sub("·", compact(text))
    if not name:
        return NameReading(name=None, problem=RowProblemKind.NAME_MISSING)
    if not is_garbled(text):
        if is_han(name) or _PARTED.fullmatch(name):
            return _whole(name)
        if _LATIN.fullmatch(spaced) and len(spaced) <= LONGEST_NAME:
            foreign = PersonName(family_name="", given_name=spaced)
            return NameReading(name=foreign, problem=RowProblemKind.NAME_UNUSUAL)
    with_pinyin = _WITH_PINYIN.fullmatch(spaced) is not None
    kind = RowProblemKind.NAME_WITH_PINYIN if with_pinyin else RowProblemKind.NAME_UNREADABLE
    return NameReading(name=None, problem=kind)


def _whole(name: str) -> NameReading:
    if len(name) > LONGEST_NAME:
        return NameReading(name=None, problem=RowProblemKind.NAME_UNREADABLE)
    problem = None
    if TRADITIONAL.intersection(name):
        problem = RowProblemKind.NAME_TRADITIONAL
    elif len(name) == 1 or (len(name) >= _SHORTEST_UNDIVIDED and "·" not in name):
        problem = RowProblemKind.NAME_UNUSUAL
    return NameReading(name=split_name(name), problem=problem)


def split_name(name: str) -> PersonName:
    """Return family and given name; what is no Chinese name of two to four signs stays whole."""
    if not is_han(name) or len(name) == 1 or len(name) >= _SHORTEST_UNDIVIDED:
        return PersonName(family_name="", given_name=name)
    length = 2 if len(name) > 2 and name[:2] in _COMPOUND else 1  # noqa: PLR2004 - two signs
    return PersonName(family_name=name[:length], given_name=name[length:])


def read_contact_name(text: str) -> str | None:
    """Return an adult's name as written, or None where the text is not a name."""
    if is_garbled(text):
        return None
    name = _DOTS.sub("·", compact(text))
    fits = (is_han(name) and 1 < len(name) <= LONGEST_NAME) or _PARTED.fullmatch(name)
    return name if fits else None
