"""The papers of a stock-take, to print and as workbooks: each is in the audit before it is made."""

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Final, TypeAlias
from uuid import UUID

from kiosk.db import transaction
from kiosk.files.tables import Table
from kiosk.files.tables_xlsx import xlsx_bytes
from kiosk.services import audit, ledger_paper, stocktake_report
from kiosk.services.audit import AuditAction
from kiosk.services.here import Here
from kiosk.services.ledger_paper import DASH, TO_SIGN, Period, Row, day_of
from kiosk.services.stocktake_report import Report, ReportItem, ShelfLine

_FEN: Final = 100
_SHELVES: Final = (
    ("架位", 14),
    ("应有(册)", 10),
    ("见到(册)", 10),
    ("不在原位(册)", 12),
    ("在借已收回(册)", 14),
    ("一次未见(册)", 12),
    ("两次未见(册)", 12),
)
_TO_MOVE: Final = (("序号", 5), ("登录号", 12), ("书名", 32), ("见于", 14), ("应放", 14))
_TO_WITHDRAW: Final = (
    ("序号", 5),
    ("登录号", 12),
    ("书名", 32),
    ("存放位置(架位)", 14),
    ("单价", 9),
    ("原因", 18),
    ("处理意见", 14),
)

_MakeRow: TypeAlias = Callable[[int, ReportItem], Row]


class ReportPart(StrEnum):
    """Each is a sheet of paper and a workbook of its own."""

    SHELVES = "shelves"
    TO_MOVE = "to_move"
    TO_WITHDRAW = "to_withdraw"


def to_print(part: ReportPart, *, actor_id: UUID, here: Here) -> Table:
    """Return a part of the latest report that is about to be printed; the audit knows it first."""
    return _handed_out(part, AuditAction.PRINT, actor_id, here)


def workbook(part: ReportPart, *, actor_id: UUID, here: Here) -> bytes:
    """Return a part of the latest report as a workbook; the audit knows it first."""
    return xlsx_bytes(_handed_out(part, AuditAction.EXPORT, actor_id, here))


def _handed_out(part: ReportPart, action: AuditAction, actor_id: UUID, here: Here) -> Table:
    report = stocktake_report.latest(here)
    paper = _table(part, report, here)
    with transaction() as session:
        audit.record(
            session,
            action,
            actor_id=actor_id,
            subject=f"stocktake:{report.stocktake_id}",
            fields=f"{part}, {len(paper.rows)} rows",
            purpose="stocktake",
            here=here,
        )
    return paper


def _table(part: ReportPart, report: Report, here: Here) -> Table:
    period = Period(first=day_of(report.began_at, here), last=day_of(report.ended_at, here))
    match part:
        case ReportPart.SHELVES:
            return ledger_paper.table(
                "图书盘点表",
                _SHELVES,
                [_shelf_row(line) for line in report.shelves],
                totals=_shelf_totals(report.shelves),
                period=period,
                here=here,
            )
        case ReportPart.TO_MOVE:
            return _list("放错架位图书清单", _TO_MOVE, report.to_move, _move_row, period, here)
        case ReportPart.TO_WITHDRAW:
            return _list("拟剔除图书清单", _TO_WITHDRAW, report.missing, _loss_row, period, here)


def _list(
    title: str,
    columns: Sequence[tuple[str, int]],
    items: Sequence[ReportItem],
    row: _MakeRow,
    period: Period,
    here: Here,
) -> Table:
    total: Row = ("合计", *[DASH] * (len(columns) - 2), f"{len(items)} 册")
    rows = [row(place, item) for place, item in enumerate(items, start=1)]
    return ledger_paper.table(title, columns, rows, totals=total, period=period, here=here)


def _shelf_row(line: ShelfLine) -> Row:
    return (
        line.name or "未定架位",
        line.expected,
        line.seen,
        line.elsewhere,
        line.ghosts,
        line.missed_once,
        line.missing,
    )


def _shelf_totals(lines: Sequence[ShelfLine]) -> Row:
    return (
        "合计",
        sum(line.expected for line in lines),
        sum(line.seen for line in lines),
        sum(line.elsewhere for line in lines),
        sum(line.ghosts for line in lines),
        sum(line.missed_once for line in lines),
        sum(line.missing for line in lines),
    )


def _move_row(place: int, item: ReportItem) -> Row:
    return (place, item.accession_no, item.name, item.seen_on or DASH, item.shelf or DASH)


def _loss_row(place: int, item: ReportItem) -> Row:
    price = DASH if item.price_fen is None else f"{item.price_fen / _FEN:.2f}"
    shelf = item.shelf or DASH
    return (place, item.accession_no, item.name, shelf, price, "盘点连续两次未见", TO_SIGN)
