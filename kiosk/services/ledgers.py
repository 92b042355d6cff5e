"""The paper ledgers of a period: as a table, as CSV, as a workbook. Each export is audited."""

from datetime import date
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from kiosk.db import reading, transaction
from kiosk.errors import InvalidInputError, NotFoundError, UnavailableError
from kiosk.files.saving import save
from kiosk.files.tables import Table, csv_bytes
from kiosk.files.tables_xlsx import xlsx_bytes
from kiosk.services import (
    audit,
    ledger_archive,
    ledger_call_books,
    ledger_donations,
    ledger_form,
    ledger_growth,
    ledger_sources,
)
from kiosk.services.audit import AuditAction
from kiosk.services.here import Here
from kiosk.services.ledger_paper import Period
from kiosk.services.progress import PARTS, Parts, Progress

# A school year and a month: what is asked for beyond it is a slip, and would keep the PC busy.
LONGEST_DAYS: Final = 400
_LOOKED_UP: Final = 40  # of PARTS; the rest is drawing a workbook


class Ledger(StrEnum):
    """The ledgers that there are, by their numbers in `domain.md` 2.4."""

    OPENINGS = "L1"
    ROTA = "L2"
    DUTY_LOG = "L2A"
    VISITS = "L3"
    CALLS = "L4"
    CALL_BOOKS = "L5"
    LOANS = "L6"
    BOOKS = "L7"
    CLASSES = "L8"
    LOSSES = "L9"
    READERS = "L10"
    DONATIONS = "L11"
    DONATED_BOOKS = "L11A"
    ACTIVITIES = "L12"
    STATISTICS = "L14"
    PAIRS = "L15"
    SAFETY = "L17"
    READING = "L18"
    SCRAP = "L19"
    GAMES = "L20"
    MONTHS = "L21"
    BOARD = "L22"


# What the end of a term freezes; of those which only add up, each month too. The board is of today.
OF_A_PERIOD: Final = tuple(one for one in Ledger if one is not Ledger.BOARD)
BY_MONTH: Final = frozenset(map(Ledger, ["L2", "L2A", "L10", "L12", "L14", "L15", "L17", "L21"]))


class FileKind(StrEnum):
    CSV = "csv"
    XLSX = "xlsx"


class LedgerProblem(StrEnum):
    UNKNOWN_LEDGER = "unknown-ledger"
    UNKNOWN_KIND = "unknown-kind"
    WRONG_PERIOD = "wrong-period"
    NOT_WRITTEN = "not-written"


def ledger(name: str) -> Ledger:
    """Return the ledger of this name, in either case.

    Raises:
        NotFoundError: UNKNOWN_LEDGER.
    """
    try:
        return Ledger(name.upper())
    except ValueError as error:
        raise NotFoundError(LedgerProblem.UNKNOWN_LEDGER, name=name) from error


def build(
    name: str,
    *,
    first: date,
    last: date,
    here: Here,
    child_id: UUID | None = None,
) -> Table:
    """Return a ledger of the days from `first` to `last`, both included, to be looked at.

    `child_id` chooses a child's own book of L5, which are all of them otherwise.

    Raises:
        NotFoundError: UNKNOWN_LEDGER. InvalidInputError: WRONG_PERIOD.
    """
    table = _build(reading(), ledger(name), period(first, last), child_id, here)
    return _looked_at(ledger(name), table, leaves=False, here=here)


def known_and_leaving(which: Ledger, period: Period, *, here: Here) -> tuple[Table, Table]:
    """Return a ledger as `known_here` does, and as `build` does without counts of few."""
    table = _build(reading(), which, period, None, here)
    leaving = _looked_at(which, table, leaves=True, here=here)
    return ledger_form.keyed(which.value, table), leaving


def known_here(which: Ledger, period: Period, *, here: Here) -> Table:
    """Return a ledger on our form, whole, for whoever counts in it."""
    return ledger_form.keyed(which.value, _build(reading(), which, period, None, here))


def to_print(
    name: str,
    *,
    first: date,
    last: date,
    actor_id: UUID,
    here: Here,
    child_id: UUID | None = None,
) -> Table:
    """Return a ledger that is about to be printed; the audit knows it first."""
    which = ledger(name)
    table = _leaving(reading(), which, period(first, last), child_id, here)
    _audit(which, first, last, table, action=AuditAction.PRINT, actor_id=actor_id, here=here)
    return table


def content(
    name: str,
    *,
    first: date,
    last: date,
    kind: str,
    actor_id: UUID | None,
    here: Here,
    child_id: UUID | None = None,
) -> bytes:
    """Return a ledger as a file, `csv` or `xlsx`; the audit knows it first.

    Raises:
        NotFoundError: UNKNOWN_LEDGER. InvalidInputError: UNKNOWN_KIND or WRONG_PERIOD.
    """
    _, data = _export(
        name, first, last, kind, Parts(None), child_id=child_id, actor_id=actor_id, here=here
    )
    return data


def write(
    name: str,
    *,
    first: date,
    last: date,
    kind: str,
    output: Path,
    actor_id: UUID | None,
    here: Here,
    progress: Progress | None = None,
) -> int:
    """Write a ledger to a file and return how many rows it has; otherwise as `content`.

    `progress` hears how many more of PARTS are done.

    Raises:
        UnavailableError: NOT_WRITTEN, for a folder that is missing or a disk that is full.
    """
    parts = Parts(progress)
    rows, data = _export(
        name, first, last, kind, parts, child_id=None, actor_id=actor_id, here=here
    )
    try:
        save(output, data)
    except OSError as error:
        raise UnavailableError(LedgerProblem.NOT_WRITTEN, path=str(output)) from error
    parts.reach(PARTS)
    return rows


def _export(
    name: str,
    first: date,
    last: date,
    kind: str,
    parts: Parts,
    *,
    child_id: UUID | None,
    actor_id: UUID | None,
    here: Here,
) -> tuple[int, bytes]:
    try:
        wanted = FileKind(kind)
    except ValueError as error:
        raise InvalidInputError(LedgerProblem.UNKNOWN_KIND, kind=kind) from error
    which = ledger(name)
    span = period(first, last)
    parts.begin()
    table = _leaving(reading(), which, span, child_id, here)
    parts.reach(_LOOKED_UP)
    data = _bytes(table, wanted, parts)
    _audit(which, first, last, table, action=AuditAction.EXPORT, actor_id=actor_id, here=here)
    return len(table.rows), data


def _bytes(table: Table, kind: FileKind, parts: Parts) -> bytes:
    def drawn(rows: int) -> None:
        parts.reach(_LOOKED_UP + (PARTS - 1 - _LOOKED_UP) * rows // len(table.rows))

    return csv_bytes(table) if kind is FileKind.CSV else xlsx_bytes(table, drawn=drawn)


def _audit(
    which: Ledger,
    first: date,
    last: date,
    table: Table,
    *,
    action: AuditAction,
    actor_id: UUID | None,
    here: Here,
) -> None:
    """Note what is about to be handed out; the write lock is held for this row alone."""
    with transaction() as session:
        audit.record(
            session,
            action,
            actor_id=actor_id,
            subject=f"ledger:{which}",
            fields=f"{first}..{last}, {len(table.rows)} rows",
            purpose="ledger",
            here=here,
        )


def check_period(first: date, last: date) -> None:
    """Say whether ledgers can be of these days. Raises: InvalidInputError(WRONG_PERIOD)."""
    period(first, last)


def period(first: date, last: date) -> Period:
    """Return the days of a ledger, both included. Raises: InvalidInputError(WRONG_PERIOD)."""
    if not 0 <= (last - first).days < LONGEST_DAYS:
        raise InvalidInputError(LedgerProblem.WRONG_PERIOD)
    return Period(first=first, last=last)


def is_of_rows(which: Ledger) -> bool:
    """Return whether any part of a ledger is a choice of its rows."""
    return which.value in ledger_sources.TOTALS


def _looked_at(which: Ledger, table: Table, *, leaves: bool, here: Here) -> Table:
    if which is Ledger.DONATIONS:
        table = ledger_donations.to_look_at(table)
    return _formed(which, table, leaves=leaves, here=here)


def _leaving(
    session: Session, which: Ledger, period: Period, child_id: UUID | None, here: Here
) -> Table:
    """Return a ledger as it leaves the school: on the form in use, and without counts of few."""
    return _formed(which, _build(session, which, period, child_id, here), leaves=True, here=here)


def _formed(which: Ledger, table: Table, *, leaves: bool, here: Here) -> Table:
    if leaves and which in ledger_sources.FOR_OTHERS:
        table = ledger_sources.FOR_OTHERS[which](table)
    return ledger_form.laid_out(which.value, table, here=here)


def _build(
    session: Session, which: Ledger, period: Period, child_id: UUID | None, here: Here
) -> Table:
    """Return a ledger; what is frozen of it comes from the archive."""
    found = ledger_archive.read(
        session,
        which.value,
        period,
        live=partial(live, session, which, here=here),
        totals=ledger_sources.TOTALS.get(which.value),
        here=here,
    )
    if which is Ledger.CALL_BOOKS:
        return ledger_call_books.books(session, found, child_id=child_id)
    return ledger_growth.whole(session, found, period) if which is Ledger.READING else found


def live(session: Session, which: Ledger, period: Period, *, here: Here) -> Table:
    """Return a ledger of a period from the tables as they stand."""
    return ledger_sources.BUILDERS[which.value](session, period, here=here)
