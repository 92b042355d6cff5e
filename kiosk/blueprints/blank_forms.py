"""Forms that are printed empty and filled in by hand."""

from flask import Blueprint
from werkzeug.wrappers import Response

from kiosk.services import blank_forms, ledger_paper
from kiosk.web import context, staff_page
from kiosk.web.guards import Access, access

blueprint = Blueprint("blank_forms", __name__, url_prefix="/staff/ledgers/blank")


@blueprint.get("/<name>")
@access(Access.ADMINISTRATOR)
def paper(name: str) -> Response:
    """Show a form as it goes to the printer; there is nothing in it that an audit could know."""
    here = context.here()
    return staff_page.show(
        "ledgers/blank.html",
        used=blank_forms.in_use(name, here=here),
        school=ledger_paper.school_name(here),
    )
