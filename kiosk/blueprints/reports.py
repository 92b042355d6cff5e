"""What a month or a term amounted to, with charts: looked at and printed. It names nobody."""

from datetime import date

from flask import Blueprint
from werkzeug.wrappers import Response

from kiosk.errors import InvalidInputError
from kiosk.services import ledger_identities, ledger_paper, ledgers, month_report, report_untold
from kiosk.services.here import Here
from kiosk.web import context, forms, staff_page
from kiosk.web.guards import Access, access

blueprint = Blueprint("reports", __name__, url_prefix="/staff/ledgers/report")


@blueprint.get("")
@access(Access.ADMINISTRATOR)
def show() -> Response:
    """Show the figures of a period, and whether its ledgers agree."""
    here = context.here()
    first, last = _days(here)
    try:
        period = ledgers.period(first, last)
    except InvalidInputError as error:
        return staff_page.show_form("ledgers/report.html", error, first=first, last=last)
    report = month_report.look(period, here=here)
    return staff_page.show_form(
        "ledgers/report.html",
        None,
        first=first,
        last=last,
        report=report,
        apart=ledger_identities.broken(period, here=here),
        untold=report_untold.of(report),
    )


@blueprint.get("/paper")
@access(Access.ADMINISTRATOR)
def paper() -> Response:
    """Show the same as it goes to the printer; it names nobody, so that no audit needs to know."""
    here = context.here()
    first, last = _days(here)
    period = ledgers.period(first, last)
    report = month_report.look(period, here=here)
    return staff_page.show(
        "ledgers/report_paper.html",
        first=first,
        last=last,
        report=report,
        title=ledger_paper.report_title(period),
        subtitle=ledger_paper.subtitle(period, here),
        top_line=ledger_paper.top_line(here),
        signatures=ledger_paper.SIGNATURES,
        untold=report_untold.of(report),
    )


def _days(here: Here) -> tuple[date, date]:
    """Return the period that is asked for; by default this month until today."""
    first = forms.day("from", default=here.today.replace(day=1))
    return first, forms.day("to", default=here.today)
