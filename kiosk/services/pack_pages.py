"""A pack on paper: cover, contents by the framework, then its ledgers, page x of y over the whole.

The words are those of the forms (`domain.md` 2.4) and stay Chinese in every language.
"""

from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Final, TextIO

from kiosk.files.blank_forms import BlankForm
from kiosk.files.cover_xlsx import Cover
from kiosk.files.tables import Align, Table
from kiosk.printing import blank_sheets, sheets
from kiosk.printing.blank_sheets import Blank, BlankKind, BlankRow
from kiosk.printing.sheets import Pages, Paper
from kiosk.rules.frameworks import Framework
from kiosk.services import blank_forms, pack_contents
from kiosk.services.here import Here
from kiosk.services.ledger_paper import school_name
from kiosk.services.pack_contents import Chapter
from kiosk.services.pack_files import About

_WIDTHS: Final = (44, 6, 46, 10)
_PIECE: Final = 1 << 20


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
        self._chapters[name] = Chapter(title=table.title, page=page, lacks=table.lacks)

    def add_blanks(self) -> None:
        """Write the forms that are filled in by hand, each once."""
        for form in (used.form for used in blank_forms.all_in_use(here=self._here)):
            page = self._pages.count + 1
            for body in blank_sheets.bodies(blank(form, subtitle=school_name(self._here))):
                self._pages.page(body, is_upright=form.is_upright)
            self._chapters[form.name] = Chapter(title=form.title, page=page, is_blank=True)

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

    def cover(self) -> Cover:
        """Return the same cover and contents for the workbook."""
        return pack_contents.cover(
            self._framework, self._chapters, about=self._about, here=self._here
        )

    def _cover(self) -> str:
        lines = "".join(
            f"<dt>{label}</dt><dd>{escape(said)}</dd>"
            for label, said in pack_contents.facts(self._about, self._here)
        )
        return (
            f'<div class="cover"><h1>{escape(self._framework.cover)}</h1>'
            f"<p>{escape(pack_contents.source_words(self._framework))}</p><dl>{lines}</dl></div>"
        )

    def _contents(self) -> Paper:
        return Paper(
            title=pack_contents.TITLE,
            subtitle=f"{self._framework.title}　{self._span}",
            columns=list(zip((*pack_contents.COLUMNS, "页码"), _WIDTHS, strict=True)),
            rows=[
                (*one.cells, self._page(one.name))
                for one in pack_contents.lines(self._framework, self._chapters)
            ],
            bottom_line=pack_contents.note(self._framework),
            left=(0, 2),
            may_be_close=True,
            is_upright=True,
        )

    def _page(self, name: str | None) -> str:
        if name is None:
            return pack_contents.DASH
        chapter = self._chapters[name]
        return chapter.nowhere if chapter.page is None else str(self._before + chapter.page)


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
