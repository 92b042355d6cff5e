"""The form a ledger is printed on: ours, or the file that the district has put into its place.

A file that cannot be read keeps no ledger from being printed: ours is used, and a page says so.
"""

from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from kiosk.db import transaction
from kiosk.errors import InvalidInputError, NotFoundError
from kiosk.files import ledger_forms
from kiosk.files.ledger_forms import PEN, WORDS, ColumnSum, FormColumn, LedgerForm, Orientation
from kiosk.files.saving import save
from kiosk.files.tables import Align, Cell, Table
from kiosk.rules import few, paper_lines
from kiosk.services import audit
from kiosk.services.audit import AuditAction
from kiosk.services.here import Here
from kiosk.services.ledger_paper import (
    DASH,
    LONGER,
    MONTH,
    TO_SIGN,
    Period,
    Row,
    of_span,
    subtitle,
    top_line,
)

# In the instance: `ledgers/L1.toml` is the district's form of L1.
FOLDER: Final = "ledgers"
_SAMPLE_ROWS: Final = 3
# The ledgers that do not tell counts of few. Elsewhere the sign may be that of a book's title.
_HIDING: Final = frozenset({"L10", "L14", "L21"})


@dataclass(frozen=True, slots=True, kw_only=True)
class FormInUse:
    """The form of a ledger; `problem` is what is wrong with the district's, which then waits."""

    form: LedgerForm
    is_own: bool
    problem: InvalidInputError | None = None


class FormRefusal(StrEnum):
    NO_SUCH_FORM = "no-such-form"


def all_in_use(*, here: Here) -> tuple[FormInUse, ...]:
    """Return the form of each ledger, by their numbers."""
    return tuple(in_use(ledger, here=here) for ledger in ledger_forms.known())


def in_use(ledger: str, *, here: Here) -> FormInUse:
    """Return the form on which a ledger is printed now.

    Raises:
        NotFoundError: NO_SUCH_FORM.
    """
    _known(ledger)
    try:
        data = _path(ledger, here).read_bytes()
    except FileNotFoundError:
        return FormInUse(form=ledger_forms.ours(ledger), is_own=False)
    except OSError:
        data = b"\0"  # says of itself that it cannot be read
    try:
        return FormInUse(form=ledger_forms.parse(data, ledger), is_own=True)
    except InvalidInputError as error:
        return FormInUse(form=ledger_forms.ours(ledger), is_own=False, problem=error)


def file_of(ledger: str, *, here: Here) -> bytes:
    """Return the file in use, for a district to begin with."""
    if in_use(ledger, here=here).is_own:
        return _path(ledger, here).read_bytes()
    return ledger_forms.text_of(ledger).encode()


def read(data: bytes, ledger: str) -> LedgerForm:
    """Return what a file says; raises as `replace_by` does."""
    _known(ledger)
    return ledger_forms.parse(data, ledger)


def replace_by(data: bytes, ledger: str, *, actor_id: UUID, here: Here) -> None:
    """Put a district's form into the place of ours.

    Raises:
        InvalidInputError: a FormProblem. NotFoundError: NO_SUCH_FORM.
    """
    form = read(data, ledger)
    with transaction() as session:
        _audit(session, ledger, f"own form, {len(form.columns)} columns", actor_id, here)
        folder = _path(ledger, here).parent
        folder.mkdir(exist_ok=True)
        save(_path(ledger, here), data)


def back_to_ours(ledger: str, *, actor_id: UUID, here: Here) -> None:
    """Take the district's form away."""
    _known(ledger)
    with transaction() as session:
        _audit(session, ledger, "our form", actor_id, here)
        _path(ledger, here).unlink(missing_ok=True)


def laid_out(ledger: str, table: Table, *, here: Here) -> Table:
    """Return a ledger as the form in use has it.

    On ours, what was frozen keeps the headers it was frozen with.
    """
    used = in_use(ledger, here=here)
    laid = laid_on(used.form, table) if used.is_own else _directed(used.form, table)
    if laid.lacks:
        laid = replace(laid, bottom_line=paper_lines.joined(laid.lacks, laid.bottom_line or ""))
    return explained(laid) if ledger in _HIDING else laid


def keyed(ledger: str, table: Table) -> Table:
    """Return a ledger whose columns say what they are, also where it was frozen before they did."""
    return _directed(ledger_forms.ours(ledger), table)


def laid_on(form: LedgerForm, table: Table) -> Table:
    """Return a table with the columns of a form, each cell from where the form says."""
    table = keyed(form.ledger, table)
    places = {column.key: place for place, column in enumerate(table.columns)}
    rows = tuple(tuple(_cell(column, row, places) for column in form.columns) for row in table.rows)
    totals = None
    if table.totals is not None:
        totals = tuple(
            _total(column, table, places, first=not at) for at, column in enumerate(form.columns)
        )
    return replace(
        table,
        title=form.title,
        columns=of_span(
            (column.of_table for column in form.columns), table.counted.get("span", MONTH)
        ),
        rows=rows,
        totals=totals,
        # Without its counts, which the archive does not keep, a foot stays as it was.
        bottom_line=form.said(table.counted)
        if table.counted or not form.places
        else table.bottom_line,
        is_upright=form.orientation is Orientation.PORTRAIT,
    )


def sample(form: LedgerForm, *, here: Here) -> Table:
    """Return a form as it will look, with rows that say where each cell comes from."""
    row: Row = tuple(
        TO_SIGN if column.source == PEN else column.text or DASH for column in form.columns
    )
    return Table(
        title=form.title,
        subtitle=subtitle(Period(first=here.today.replace(day=1), last=here.today), here),
        top_line=top_line(here),
        columns=tuple(column.of_table for column in form.columns),
        rows=(row,) * _SAMPLE_ROWS,
        totals=("合计", *[DASH] * (len(form.columns) - 1)),
        bottom_line=form.said(dict.fromkeys(form.places, "__")),
        is_upright=form.orientation is Orientation.PORTRAIT,
    )


def _directed(form: LedgerForm, table: Table) -> Table:
    """Return a table with what the archive does not keep: keys, sides, how paper lies."""
    if all(column.key for column in table.columns):
        return table
    by_header = {column.header: column for column in form.columns}
    return replace(
        table,
        columns=tuple(
            replace(
                column,
                key=known.source if known else "",
                align=known.align if known else Align.CENTER,
            )
            for column in table.columns
            for known in [
                by_header.get(column.label)
                or by_header.get(column.label.replace(LONGER, MONTH))  # frozen for a whole term
            ]
        ),
        is_upright=form.orientation is Orientation.PORTRAIT,
    )


def explained(table: Table) -> Table:
    """Say below a ledger what the sign of a count that is not told means, where it stands in it."""
    is_said = few.LEGEND in (table.bottom_line or "")
    if is_said or not any(
        isinstance(cell, str) and few.FEW_SAID in cell for row in table.body for cell in row
    ):
        return table
    return replace(table, bottom_line=paper_lines.joined(few.LEGEND, table.bottom_line or ""))


def _cell(column: FormColumn, row: Row, places: dict[str, int]) -> Cell:
    if column.source == PEN:
        return TO_SIGN
    if column.source == WORDS:
        return column.text
    return row[places[column.source]] if column.source in places else DASH


def _total(column: FormColumn, table: Table, places: dict[str, int], *, first: bool) -> Cell:
    if first:
        return "合计"
    place = places.get(column.source)
    if place is None or column.sum is ColumnSum.NONE or table.totals is None:
        return DASH
    if column.sum is ColumnSum.ADDED:
        if few.FEW_SAID in (row[place] for row in table.rows):
            return few.FEW_SAID
        numbers = [
            cell for row in table.rows if isinstance(cell := row[place], int | float | Decimal)
        ]
        return sum(numbers) if numbers else DASH
    counted = table.totals[place]
    return DASH if counted == "合计" else counted


def _known(ledger: str) -> None:
    if ledger not in ledger_forms.known():
        raise NotFoundError(FormRefusal.NO_SUCH_FORM)


def _path(ledger: str, here: Here) -> Path:
    return here.settings.instance / FOLDER / f"{ledger}.toml"


def _audit(session: Session, ledger: str, what: str, actor_id: UUID, here: Here) -> None:
    audit.record(
        session,
        AuditAction.EDIT,
        actor_id=actor_id,
        subject=f"ledger-form:{ledger}",
        fields=what,
        purpose="ledger",
        here=here,
    )
