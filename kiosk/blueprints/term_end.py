"""The end of a term: what it does is said before, and it asks for the PIN once more."""

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from kiosk.errors import KioskError, RefusedError, UnavailableError
from kiosk.services import staff, term_end, term_job
from kiosk.web import context, forms, staff_page, staff_screen
from kiosk.web.guards import Access, access

blueprint = Blueprint("term_end", __name__, url_prefix="/staff/ledgers/term")

_LONGEST = 40


@blueprint.get("")
@access(Access.ADMINISTRATOR)
def show() -> Response:
    """Show the terms, and which of them may be ended."""
    return _page()


@blueprint.post("")
@access(Access.ADMINISTRATOR)
def end() -> Response:
    """End a term."""
    here, me = context.here(), staff_screen.signed_in().staff_id
    name = forms.text("name", longest=_LONGEST)
    try:
        staff.confirm(staff_id=me, pin=forms.raw("pin"), here=here)
        term_job.end(name, actor_id=me, here=here)
    except (RefusedError, UnavailableError) as error:
        return _page(refused=error)
    return redirect(url_for("term_end.show", ended="now"), code=303)


def _page(*, refused: KioskError | None = None) -> Response:
    here = context.here()
    return staff_page.show_form(
        "ledgers/term.html",
        refused,
        terms=term_end.terms(here),
        forgets=here.library.forgets_readers,
        just_ended="ended" in request.args,
    )
