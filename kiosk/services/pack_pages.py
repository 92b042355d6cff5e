"""A pack on paper: cover, contents by the framework, then its ledgers, page x of y over the whole.

The words are those of the forms (`domain.md` 2.4) and stay Chinese in every language.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from pathlib import Path
from typing import Final, TextIO

from kiosk.files.blank_forms import BlankForm
from kiosk.files.tables import Align, Table
from kiosk.printing import blank_sheets, sheets
from kiosk.printing.blank_sheets import Blank, BlankKind, BlankRow
from kiosk.printing.sheets import Pages, Paper
from kiosk.rules.frameworks import Framework, Item
from kiosk.services import blank_forms
from kiosk.services.here import Here
from kiosk.services.ledger_paper import school_name
from kiosk.services.pack_files import About

_COLUMNS: Final = (("考核项目", 44), ("分值", 6), ("材料", 46), ("页码", 10))
_REST: Final = "附：其他台账和空白表"
_BLANK: Final = "（空白表，手工填写）"
_NO_ROWS: Final = "本期无记录"
_BY_HAND: Final = "纸质材料另附"
_DASH: Final = "—"
_SAME: Final = "　　〃"
_PIECE: Final = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """A ledger or form of the pack: its title, and which page of them is its first, if any."""

    title: str
    page: int | None


class PackPages:
    """Writes the ledgers first, since the contents name their pages, then all of it in order."""

    def __init__(self, part: TextIO, *, framework: Framework, about: About, here: Here) -> None:
        """Write the pages of the ledgers to `part`."""
        self._framework, self._about, self._here = framework, about, here
        self._span = f"{about.first.isoformat()} 至 {about.last.isoformat()}"
        self._foot = f"{framework.cover}　{self._span}"
        self._pages = Pages(part, foot=self._foot)
        self._chapters: dict[str, Chapter] = {}
        self._before = 0
        self.count = self.upright = 0

    def add(self, name: str, table: Table) -> None:
        """Write a ledger, or note that there is nothing in it."""
        page = self._pages.ledger(paper(table)) if table.rows else None
        self._chapters[name] = Chapter(title=table.title, page=page)

    def add_blanks(self) -> None:
        """Write the forms that are filled in by hand, each once."""
        for form in (used.form for used in blank_forms.all_in_use(here=self._here)):
            page = self._pages.count + 1
            for body in blank_sheets.bodies(blank(form, subtitle=school_name(self._here))):
                self._pages.page(body, is_upright=form.is_upright)
            self._chapters[form.name] = Chapter(title=form.title + _BLANK, page=page)

    def write(self, output: TextIO, part: Path) -> None:
        """Write the whole document; `count` and `upright` say then what it has.

        `part` is where the ledgers stand; cover and contents come before them.
        """
        self._before = 1 + sheets.count(self._contents())
        self.count = self._before + self._pages.count
        sheets.document(output, title=self._framework.cover, pages=self.count)
        head = Pages(output, foot=self._foot)
        head.page(self._cover(), is_upright=True)
        head.ledger(self._contents())
        if head.count != self._before:
            raise RuntimeError("the contents have another length than was left for them")
        with part.open(encoding="utf-8") as ledgers:
            while piece := ledgers.read(_PIECE):
                output.write(piece)
        output.write("</body></html>\n")
        self.upright = head.upright + self._pages.upright

    def _cover(self) -> str:
        here, framework = self._here, self._framework
        source = f"{framework.title}（{framework.source}）" if framework.source else framework.title
        lines = "".join(
            f"<dt>{label}</dt><dd>{escape(said)}</dd>"
            for label, said in (
                ("学校（盖章）：", here.settings.school),
                ("名　　称：", here.settings.home),
                ("起止日期：", f"{_prose(self._about.first)}至{_prose(self._about.last)}"),
                ("制表日期：", _prose(here.today)),
                ("单位负责人签名：", ""),
                ("经办人签名：", ""),
            )
        )
        return (
            f'<div class="cover"><h1>{escape(framework.cover)}</h1>'
            f"<p>按《{escape(source)}》编目</p><dl>{lines}</dl></div>"
        )

    def _contents(self) -> Paper:
        rows: list[tuple[str, str, str, str]] = []
        for part in self._framework.parts:
            rows.append((part.title, part.points or _DASH, _DASH, _DASH))
            for item in part.items:
                rows.extend(self._lines(item))
        asked = set(self._framework.ledgers)
        rest = [name for name in self._chapters if name not in asked]
        if rest:
            rows.append((_REST, _DASH, _DASH, _DASH))
            rows.extend((_SAME, _DASH, *self._line(name)) for name in rest)
        return Paper(
            title="目　录",
            subtitle=f"{self._framework.title}　{self._span}",
            columns=_COLUMNS,
            rows=rows,
            bottom_line="" if self._framework.is_complete else self._framework.note,
            left=(0, 2),
            may_be_close=True,
            is_upright=True,
        )

    def _lines(self, item: Item) -> list[tuple[str, str, str, str]]:
        said = [self._line(name) for name in item.ledgers if name in self._chapters]
        if item.by_hand or not said:
            said.append((item.by_hand or _BY_HAND, _DASH))
        return [
            (
                f"　　{item.title}" if at == 0 else _SAME,
                (item.points if at == 0 else "") or _DASH,
                *one,
            )
            for at, one in enumerate(said)
        ]

    def _line(self, name: str) -> tuple[str, str]:
        chapter = self._chapters[name]
        if chapter.page is None:
            return chapter.title, _NO_ROWS
        return chapter.title, str(self._before + chapter.page)


def paper(table: Table) -> Paper:
    """Return a ledger as it is laid on sheets."""
    return Paper(
        title=table.title,
        subtitle=table.subtitle or "",
        top_line=table.top_line or "",
        bottom_line=table.bottom_line or "",
        columns=[(column.label, column.width) for column in table.columns],
        rows=table.rows,
        totals=table.totals,
        left=[at for at, one in enumerate(table.columns) if one.align is Align.LEFT],
        right=[at for at, one in enumerate(table.columns) if one.align is Align.RIGHT],
        is_upright=table.is_upright,
    )


def blank(form: BlankForm, *, subtitle: str) -> Blank:
    """Return a form for the pen as it is laid on sheets."""
    rows: list[BlankRow] = []
    for part in form.parts:
        if part.title:
            rows.append(BlankRow(BlankKind.HEADING, (part.title,)))
        rows += [BlankRow(BlankKind.PAIR, pair) for pair in part.pairs]
        rows += [BlankRow(BlankKind.PAIR, (one,)) for one in part.wide]
        rows += [BlankRow(BlankKind.TALL, (one,)) for one in part.tall]
    return Blank(
        title=form.title,
        subtitle=subtitle,
        top=form.top,
        rows=rows,
        signatures=form.signatures,
        is_upright=form.is_upright,
    )


def in_order(framework: Framework, known: Sequence[str]) -> tuple[str, ...]:
    """Return the ledgers there are in the order of the framework, the others last."""
    asked = [name for name in framework.ledgers if name in known]
    return (*asked, *(name for name in known if name not in asked))


def _prose(on: date) -> str:
    return f"{on.year}年{on.month}月{on.day}日"
