"""Invented names of people and books. Whoever is called so in earnest is not meant."""

from collections.abc import Iterator
from random import Random
from typing import Final

from kiosk.rules.relations import Relation

_FAMILY: Final = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许邓韩冯曹彭曾肖田董潘袁蔡蒋余杜叶程魏苏吕"
    "丁任卢姚沈姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江单仇解查翟覃"
)
_COMPOUND: Final = ("欧阳", "上官", "尉迟")
_FIRST: Final = "小子雨思欣佳梓若晨语嘉俊明志文春晓星云安乐宇天一可依诗静浩泽家"
_SECOND: Final = "涵萱琪彤妍怡宁雪梅兰月阳辰轩航宇杰豪鹏飞博凡然昊睿琳悦瑶菲蕾冬山海川禾苗果桐枫"
_ADULTS: Final = "建国秀英桂兰志强丽华玉珍海燕永福春梅德明金凤小红庆云"

_WHAT: Final = (
    "会唱歌的", "走丢了的", "月光下的", "第一次远行的", "戴帽子的", "怕黑的", "住在云里的",
    "爱发问的", "雨后的", "慢吞吞的", "山那边的", "清晨的", "不肯睡觉的", "最小的", "河对岸的",
    "会写信的", "雪地里的", "等春天的", "坐火车的", "种星星的", "收集声音的", "数羊的",
    "翻跟头的", "晒太阳的",
)  # fmt: skip
_WHO: Final = (
    "蜗牛", "灯笼", "稻草人", "小火车", "萤火虫", "水壶", "老邮差", "小河", "风筝", "松鼠",
    "竹蜻蜓", "布老虎", "石桥", "橡皮", "蒲公英", "公交车", "青蛙", "旧书包", "面包房", "灯塔",
    "南瓜", "纸船", "月亮", "秋千", "麦田", "燕子", "小木屋", "雨伞", "鹅卵石", "红薯",
)  # fmt: skip
_HOW: Final = (
    "",
    "的旅行",
    "的秘密",
    "的一天",
    "的朋友",
    "日记",
    "的生日",
    "和四季",
    "的回信",
    "的本领",
)
_WRITERS: Final = ("一禾", "向阳", "青川", "小满", "知了", "白露", "山岚", "沐风")

RELATIONS: Final = (
    Relation.MOTHER,
    Relation.FATHER,
    Relation.GRANDMOTHER,
    Relation.GRANDFATHER,
    Relation.MATERNAL_GRANDMOTHER,
    Relation.AUNT,
)


def people(rng: Random) -> Iterator[tuple[str, str]]:
    """Yield family and given names of children, none twice as long as there are others."""
    said: set[str] = set()
    while True:
        family = rng.choice(_COMPOUND) if rng.random() < 0.02 else rng.choice(_FAMILY)  # noqa: PLR2004 - rare
        given = rng.choice(_FIRST) + rng.choice(_SECOND)
        if rng.random() < 0.15:  # noqa: PLR2004 - names of two signs are the fewer
            given = given[1]
        if family + given not in said:
            said.add(family + given)
            yield family, given


def adult(rng: Random, family: str) -> str:
    """Return the name of a relative."""
    start = rng.randrange(len(_ADULTS) // 2) * 2
    return (family or rng.choice(_FAMILY)) + _ADULTS[start : start + 2]


def numbers() -> Iterator[str]:
    """Yield telephone numbers of eleven digits that nobody has; after ten thousand, again."""
    while True:
        yield from (f"1990000{n:04}" for n in range(10_000))


def books(rng: Random) -> Iterator[tuple[str, str]]:
    """Yield titles and authors of books that were never written."""
    plots = [what + who + how for what in _WHAT for who in _WHO for how in _HOW]
    rng.shuffle(plots)
    volume = 1
    while True:
        for plot in plots:
            name = plot if volume == 1 else f"{plot}（{volume}）"
            yield name, f"{rng.choice(_WRITERS)} 著"
        volume += 1
