"""Make the fonts that travel with the kiosk, in `kiosk/static/fonts/`, and say what they lack.

    python scripts/build_fonts.py [--check] [--anew]

`NotoSansSC-Regular.woff2` draws the names on cards (Pillow opens it), and is the browser's last
resort where no installed font knows a character: all of GBK, every character beyond the basic
plane that the source has, and from WenKai those that the source lacks. `NuanwuKai.woff2` is the
face of the children's screens: the characters of our own sentences, small enough to come along
with the first page. tokens.css gets their addresses with a digest of their content.

Sources: `npm pack` of @expo-google-fonts/noto-sans-sc, and Debian's fonts-lxgw-wenkai; both are
under the SIL Open Font License, whose text and holders stand beside the fonts.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from babel.messages.pofile import read_po
from fontTools.misc.transform import Scale
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.pens.transformPen import TransformPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

if TYPE_CHECKING:
    from collections.abc import Iterable

KIOSK = Path(__file__).resolve().parents[1] / "kiosk"
FONTS = KIOSK / "static" / "fonts"
TOKENS = KIOSK / "static" / "css" / "tokens.css"
PO = KIOSK / "translations" / "zh_CN" / "LC_MESSAGES" / "messages.po"
NOTO = "@expo-google-fonts/noto-sans-sc@0.4.3"
WENKAI = Path("/usr/share/fonts/truetype/lxgw-wenkai")

# Characters of names that many computers cannot show; each must print (`stack.md` 1c).
RARE_NAMES = (
    "𬱖㼆·䶮龑喆堃赟翀燚淼犇骉𫖯𬘭𫖳𬀩䲟㛃㑇𡒄𠅤𦈡𬍛〇𫍲𬭚𬬩𬟽𫘜䴖𩽾𣸣㵐㬎㙓㫰𤧛𫍽𬎆𦭜𬴊𠳐𫄧㻬"
)
TONES = "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜüńňǹḿêĀÁǍÀĒÉĚÈŌÓǑÒ"
SIGNS = "，。！？、；：…—·～《》〈〉「」『』（）【】“”‘’〇￥℃×÷＋－＝％°•←→↑↓✓"
ASCII = "".join(map(chr, range(0x20, 0x7F)))
# Where sentences stand that children read; staff pages are set in the text face.
CHILD_PLACES = (
    "kiosk/templates/kiosk/",
    "kiosk/templates/components/",
    "kiosk/templates/layouts/kiosk",
)
# What children's sentences may need next, so that a new one seldom asks for a new font: words of
# grades 1 and 2, the family, school, the days, weather, what is in a school bag.
RESERVE = (
    "一二三四五六七八九十百千两半几第个只本张把条块朵棵辆页次回遍种双对件口元角分年月日时点钟秒"
    "早午晚夜今明昨周星期天后前春夏秋冬节假休息上下左右里外中间东西南北大小多少长短高低远近快慢轻重"
    "红黄蓝绿白黑灰紫橙粉色光亮暗新旧好坏对错真假干净冷热暖晴雨雪风云雷电虹山水河海田地石土木花草树叶林果"
    "鸟鱼虫马牛羊猫狗兔鸡鸭鹅猪猴虎狮象鹿熊狐狸松鼠刺猬燕喜鹊鹤企鲸豹獭蛙考拉斑豚獾貂鸽蝴蝶蜜蜂蚂蚁"
    "爸妈爷奶外公婆姑姨叔舅伯哥姐弟妹爹娘家人亲朋友同学老师班长校园门窗桌椅床灯屋房楼室厅路桥车船飞机"
    "书字词句文课语数学美术音乐体育画笔纸本子包尺刀橡皮卡片图故事诗歌舞球棋绳拼玩具积木谜语字典"
    "手脚头脸眼耳鼻嘴牙心身看听说读写算想问答讲唱跳跑走坐站起来去到进出开关拿放给送借还找等叫让帮教学做"
    "打接拨通话电视声音量按亮响静轻些吃喝睡醒洗刷穿脱戴带买卖用扫擦收拾整理排队举握拉推抱背扶"
    "我你他她它们自己谁什么怎样哪那这些的了着过得地吧呢吗啊呀哦啦和跟与也都又再就才很太最更不没有是在从向为以会能可要"
    "爱喜欢高兴快乐笑哭怕累忙谢请再见欢迎早安晚祝生日平安健康勇敢加油努力认真仔细聪明可爱懂事记住忘"
    "衣服裤鞋帽伞杯碗筷饭菜面米茶奶糖果苹香桃梨瓜医药病疼伤口水火危险小心慢清楚先然后已经正刚马上常总每只剩空满完成够换"
    "猜试选择圈点画线连指认识名姓字母拼音数字号码册版页封面底标签条形方圆三角架柜箱盒袋钥匙灯笼火箭旗帆"
)


BASIC_PLANE_ENDS = 0xFFFF
IDEOGRAPHS_BEGIN = 0x20000  # of those beyond the basic plane; emoji lie between
FULL_UNICODE = 12  # the format of a table that reaches beyond the basic plane


class Face(NamedTuple):
    """A font of ours: its file, its name (the sources' names are reserved) and its source."""

    file: str
    family: str
    source: str


SANS = Face("NotoSansSC-Regular.woff2", "Nuanwu Sans", "NotoSansSC_400Regular.ttf")
KAI = Face("NuanwuKai.woff2", "Nuanwu Kai", "LXGWWenKai-Bold.ttf")


def gbk() -> str:
    """Return every character of GBK that is drawn."""
    pairs = (bytes((high, low)) for high in range(0x81, 0xFF) for low in range(0x40, 0xFF))
    signs = "".join(pair.decode("gbk", errors="ignore") for pair in pairs)
    return "".join(sign for sign in signs if sign.isprintable())


def sentences(places: tuple[str, ...] = ("",)) -> str:
    """Return all the Chinese that is said at these places, one after the other."""
    with PO.open("rb") as file:
        catalog = read_po(file)
    return "".join(
        message.string if isinstance(message.string, str) else "".join(message.string or ())
        for message in catalog
        if message.id and any(name.startswith(places) for name, _line in message.locations)
    )


def kai_needs() -> set[str]:
    """Return what the Kai face must hold for the sentences of today."""
    said = sentences(CHILD_PLACES) + TONES + ASCII + "，。！？、：…《》（）·"
    return {sign for sign in said if sign.isprintable()}


def held_by(path: Path) -> set[str]:
    """Return the characters that a font draws."""
    return {chr(code) for code in TTFont(path).getBestCmap()}


def lacks(face: Face) -> str:
    """Return what a font lacks of what it must hold."""
    must = {*gbk(), *RARE_NAMES, *TONES, *ASCII} if face is SANS else kai_needs()
    return "".join(sorted(must - held_by(FONTS / face.file)))


def build(*, anew: bool) -> None:
    """Make the Kai face, and the large one if it lacks something or both shall be made anew."""
    FONTS.mkdir(exist_ok=True)
    if anew or not (FONTS / SANS.file).exists() or lacks(SANS):
        _build_sans()
    kai = TTFont(WENKAI / KAI.source)
    said = sentences((*CHILD_PLACES, "kiosk/templates/errors/"))
    _subset(kai, {*map(ord, said + RESERVE + TONES + SIGNS + ASCII)})
    _save(kai, KAI)
    TOKENS.write_text(addressed(TOKENS.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")


def _build_sans() -> None:
    noto, licence = _noto()
    far = {code for code in noto.getBestCmap() if code > BASIC_PLANE_ENDS}
    wanted = {*map(ord, gbk() + RARE_NAMES + TONES + SIGNS + ASCII)} | far
    _subset(noto, wanted)
    _take_missing(noto, TTFont(WENKAI / "LXGWWenKai-Regular.ttf"), wanted)
    _save(noto, SANS)
    _write_licence(licence)


def addressed(css: str) -> str:
    """Return the style sheet with each font's address carrying a digest of its content."""

    def address(found: re.Match[str]) -> str:
        digest = hashlib.sha256((FONTS / found[1]).read_bytes()).hexdigest()[:10]
        return f'url("../fonts/{found[1]}?v={digest}")'

    return re.sub(r'url\("\.\./fonts/([\w-]+\.woff2)[^"]*"\)', address, css)


def _noto() -> tuple[TTFont, str]:
    """Return the source of the text face, and its licence, as the registry serves them."""
    with tempfile.TemporaryDirectory() as place:
        packed = subprocess.run(
            ("npm", "pack", "--silent", NOTO),  # noqa: S607 - wherever it is installed
            cwd=place,
            check=True,
            capture_output=True,
            text=True,
        ).stdout.strip()
        with tarfile.open(Path(place, packed)) as package:
            package.extractall(place, filter="data")
        font = TTFont(Path(place, "package", "400Regular", SANS.source), lazy=False)
        return font, Path(place, "package", "LICENSE_FONT").read_text(encoding="utf-8")


def _subset(font: TTFont, codes: Iterable[int]) -> None:
    options = Options(
        hinting=False, layout_features=[], notdef_outline=True, name_IDs=["*"], legacy_kern=False
    )
    options.drop_tables += ["vhea", "vmtx", "VORG", "BASE", "GSUB", "GPOS", "GDEF", "DSIG"]
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=codes)
    subsetter.subset(font)


def _take_missing(font: TTFont, other: TTFont, wanted: set[int]) -> None:
    """Draw with the other font's hand what is wanted, or beyond the basic plane, and missing."""
    theirs = other.getBestCmap()
    missing = {code for code in theirs if code in wanted or code >= IDEOGRAPHS_BEGIN} - {
        *font.getBestCmap()
    }
    glyphs, outlines = other.getGlyphSet(), font["glyf"]
    grown = font["head"].unitsPerEm / other["head"].unitsPerEm
    tables = [table for table in font["cmap"].tables if table.format == FULL_UNICODE]
    for code in sorted(missing):
        flat = DecomposingRecordingPen(glyphs)
        glyphs[theirs[code]].draw(flat)
        pen = TTGlyphPen(None)
        flat.replay(TransformPen(Cu2QuPen(pen, 1.0), Scale(grown)))
        name = f"kai{code:05X}"
        outlines[name] = pen.glyph()
        outlines[name].recalcBounds(outlines)
        width = round(other["hmtx"][theirs[code]][0] * grown)
        font["hmtx"][name] = (width, outlines[name].xMin)
        for table in tables:
            table.cmap[code] = name


def _save(font: TTFont, face: Face) -> None:
    """Save under a name of ours: the licence reserves the sources' own names."""
    names: Any = font["name"]
    for record in list(names.names):
        if record.nameID not in (0, 5, 7, 13, 14):
            names.removeNames(nameID=record.nameID)
    said = {1: face.family, 2: "Regular", 4: face.family, 6: face.family.replace(" ", "")}
    for name_id, text in said.items():
        names.setName(text, name_id, 3, 1, 0x409)
    font.flavor = "woff2"
    font.save(FONTS / face.file)


def _write_licence(noto: str) -> None:
    _holder, _, licence = noto.partition("\n")
    holders = (
        "NotoSansSC-Regular.woff2 and NuanwuKai.woff2 are parts of these, under other names:\n"
        "Noto Sans SC: Copyright 2014-2021 Adobe, with Reserved Font Name 'Source'\n"
        'LXGW WenKai: Copyright 2021-2022 lxgw, with Reserved Font Names "霞鹜" and "LXGW"\n'
    )
    # The text names a site of its own; the name of the licence is enough.
    text = re.sub(r"\nThis license is copied below.*\n.*\n", "\n", licence)
    (FONTS / "OFL.txt").write_text(holders + text, encoding="utf-8", newline="\n")


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument(
        "--check", action="store_true", help="change nothing; fail if a font lacks a character"
    )
    parser.add_argument("--anew", action="store_true", help="make the large font as well")
    options = parser.parse_args()
    if not options.check:
        build(anew=options.anew)
    missing = {face: lacks(face) for face in (SANS, KAI)}
    for face, signs in missing.items():
        print(f"{face.file}: {(FONTS / face.file).stat().st_size / 1024:.0f} KB")
        if signs:
            print(f"    lacks {signs}: run scripts/build_fonts.py, then scripts/build_art.py")
    return 1 if any(missing.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
