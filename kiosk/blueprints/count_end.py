"""The end of a stock-take, and what it found: looked at, printed, taken away as workbooks."""

from uuid import UUID

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from kiosk.errors import InvalidInputError
from kiosk.rules.sessions import SessionProblem
from kiosk.services import stocktake_board, stocktake_end, stocktake_papers, stocktake_report
from kiosk.services.stocktake_papers import ReportPart
from kiosk.web import context, forms, staff_page, staff_screen
from kiosk.web.attachments import attachment
from kiosk.web.guards import Access, access

blueprint = Blueprint("count_end", __name__, url_prefix="/staff/books/count")


@blueprint.get("/end")
@access(Access.LIBRARIAN)
def ask() -> Response:
    """Ask which shelves were counted wholly, where nobody has said so yet."""
    board = stocktake_board.board(context.here())
    if board is None:
        return redirect(url_for("count.show"), code=303)
    return staff_page.show("count/end.html", board=board)


@blueprint.post("/end")
@access(Access.LIBRARIAN)
def end() -> Response:
    """End the stock-take."""
    try:
        also = [UUID(one) for one in request.form.getlist("counted")]
    except ValueError as error:
        raise InvalidInputError(SessionProblem.BAD_FORM, field="counted") from error
    stocktake_end.end(
        also_counted=also, staff_id=staff_screen.signed_in().staff_id, here=context.here()
    )
    return redirect(url_for("count_end.report"), code=303)


@blueprint.get("/report")
@access(Access.LIBRARIAN)
def report() -> Response:
    """Show what the last stock-take found."""
    here = context.here()
    if not stocktake_report.exists(here):
        return redirect(url_for("count.show"), code=303)
    return staff_page.show(
        "count/report.html", report=stocktake_report.latest(here), parts=tuple(ReportPart)
    )


@blueprint.post("/report/print")
@access(Access.LIBRARIAN)
def to_print() -> Response:
    """Show a part of the report as it goes to the printer."""
    part = forms.one_of("part", ReportPart)
    table = stocktake_papers.to_print(
        part, actor_id=staff_screen.signed_in().staff_id, here=context.here()
    )
    return staff_page.show("count/paper.html", table=table)


@blueprint.post("/report/file")
@access(Access.LIBRARIAN)
def file() -> Response:
    """Hand a part of the report over as a workbook."""
    part, here = forms.one_of("part", ReportPart), context.here()
    data = stocktake_papers.workbook(part, actor_id=staff_screen.signed_in().staff_id, here=here)
    return attachment(data, f"stocktake-{part}-{here.today.isoformat()}.xlsx")
