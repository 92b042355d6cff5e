"""The contents of a pack by its framework: the same list for the pages and for the workbook.

The words are those of the forms (`domain.md` 2.4) and stay Chinese in every language.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from kiosk.files.cover_xlsx import Cover, CoverLine
from kiosk.rules.frameworks import Framework, Item
from kiosk.services.here import Here
from kiosk.services.ledger_paper import day_in_words
from kiosk.services.pack_files import About

TITLE: Final = "目　录"
COLUMNS: Final = ("考核项目", "分值", "材料")
DASH: Final = "—"
_REST: Final = "附：其他台账和空白表"
_BY_HAND: Final = "纸质材料另附"
_SAME: Final = "　　〃"
_BLANK: Final = "（空白表，手工填写）"
_NO_ROWS: Final = "本期无记录"
_NOT_KEPT: Final = "未留存"
_ON_PAPER: Final = "见 PDF"
_SHEET: Final = "封面目录"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """A ledger or form of the pack, and which page of them is its first, if any.

    `lacks` says what of the period was not kept; what `is_blank` is filled in by hand.
    """

    title: str
    page: int | None
    lacks: str = ""
    is_blank: bool = False

    @property
    def material(self) -> str:
        if self.is_blank:
            return self.title + _BLANK
        return f"{self.title}（{self.lacks}）" if self.lacks else self.title

    @property
    def nowhere(self) -> str:
        """Why there is no page of it."""
        return _NOT_KEPT if self.lacks else _NO_ROWS


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentsLine:
    """A line of the contents; `name` is the ledger or form that answers it, if one does."""

    item: str
    points: str
    material: str
    name: str | None = None

    @property
    def cells(self) -> tuple[str, str, str]:
        return self.item, self.points, self.material


def lines(framework: Framework, chapters: Mapping[str, Chapter]) -> Iterator[ContentsLine]:
    """Yield the contents in the order of the framework; what it does not ask for comes last."""
    for part in framework.parts:
        yield ContentsLine(item=part.title, points=part.points or DASH, material=DASH)
        for item in part.items:
            yield from _of_item(item, chapters)
    asked = set(framework.ledgers)
    rest = [name for name in chapters if name not in asked]
    if rest:
        yield ContentsLine(item=_REST, points=DASH, material=DASH)
    for name in rest:
        yield ContentsLine(item=_SAME, points=DASH, material=chapters[name].material, name=name)


def _of_item(item: Item, chapters: Mapping[str, Chapter]) -> Iterator[ContentsLine]:
    said: list[tuple[str, str | None]] = [
        (chapters[name].material, name) for name in item.ledgers if name in chapters
    ]
    if item.by_hand or not said:
        said.append((item.by_hand or _BY_HAND, None))
    for at, (material, name) in enumerate(said):
        yield ContentsLine(
            item=_SAME if at else f"　　{item.title}",
            points=DASH if at else item.points or DASH,
            material=material,
            name=name,
        )


def source_words(framework: Framework) -> str:
    """Return by what list a pack is ordered."""
    source = f"{framework.title}（{framework.source}）" if framework.source else framework.title
    return f"按《{source}》编目"


def facts(about: About, here: Here) -> tuple[tuple[str, str], ...]:
    """Return what the cover says of a pack, and where it is signed."""
    return (
        ("学校（盖章）：", here.settings.school),
        ("名　　称：", here.settings.home),
        ("起止日期：", f"{day_in_words(about.first)}至{day_in_words(about.last)}"),
        ("制表日期：", day_in_words(here.today)),
        ("单位负责人签名：", ""),
        ("经办人签名：", ""),
    )


def note(framework: Framework) -> str:
    """Return what is not known of the framework."""
    return "" if framework.is_complete else framework.note


def cover(
    framework: Framework, chapters: Mapping[str, Chapter], *, about: About, here: Here
) -> Cover:
    """Return the first sheet of the workbook: cover and contents, whose lines lead to the sheets.

    Each line names its ledger as `CoverLine.of`; where that has no sheet, `said` stands there.
    """
    return Cover(
        sheet=_SHEET,
        title=framework.cover,
        subtitle=source_words(framework),
        facts=facts(about, here),
        heading=TITLE,
        columns=(*COLUMNS, "工作表"),
        lines=tuple(
            CoverLine(cells=one.cells, of=one.name, said=_sheet_words(one, chapters))
            for one in lines(framework, chapters)
        ),
        note=note(framework),
    )


def _sheet_words(line: ContentsLine, chapters: Mapping[str, Chapter]) -> str:
    if line.name is None:
        return DASH
    chapter = chapters[line.name]
    return _ON_PAPER if chapter.is_blank else chapter.nowhere
