"""The end of a term: what it does is said before, and it asks for the PIN once more."""

from flask import Blueprint, redirect, url_for
from werkzeug.wrappers import Response

from kiosk.errors import KioskError, RefusedError, UnavailableError
from kiosk.services import staff, term_end, term_job
from kiosk.web import context, forms, htmx, staff_page, staff_screen
from kiosk.web.guards import Access, access

blueprint = Blueprint("term_end", __name__, url_prefix="/staff/ledgers/term")

_LONGEST = 40


@blueprint.get("")
@access(Access.ADMINISTRATOR)
def show() -> Response:
    """Show the terms, and which of them may be ended; while one is ended, how far it is."""
    standing = term_job.look(context.here())
    if not htmx.wants_fragment():
        return _page()
    if standing is None or not standing.is_working:
        return htmx.go(url_for("term_end.show"))
    return staff_page.show("ledgers/_term_job.html", standing=standing)


@blueprint.post("")
@access(Access.ADMINISTRATOR)
def end() -> Response:
    """Have a term ended; while one is, that one is shown."""
    here, me = context.here(), staff_screen.signed_in().staff_id
    name = forms.text("name", longest=_LONGEST)
    try:
        staff.confirm(staff_id=me, pin=forms.raw("pin"), here=here)
        term_job.start(name, actor_id=me, here=here)
    except (RefusedError, UnavailableError) as error:
        return _page(refused=error)
    return redirect(url_for("term_end.show"), code=303)


def _page(*, refused: KioskError | None = None) -> Response:
    here = context.here()
    standing = term_job.seen(here)
    if refused is None and standing is not None and standing.problem is not None:
        refused = UnavailableError(standing.problem)
    return staff_page.show_form(
        "ledgers/term.html",
        refused,
        standing=standing,
        terms=term_end.terms(here),
        forgets=here.library.forgets_readers,
        just_ended=standing is not None and not standing.is_working and standing.problem is None,
    )
