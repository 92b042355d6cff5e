"""The end of a school year, step by step: what is done, what is next, and nothing by accident."""

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from kiosk.errors import KioskError, RefusedError
from kiosk.services import hand_over, staff, year_end, year_steps
from kiosk.web import context, forms, staff_page, staff_screen
from kiosk.web.guards import Access, access

blueprint = Blueprint("year_end", __name__, url_prefix="/staff/ledgers/year")


@blueprint.get("")
@access(Access.ADMINISTRATOR)
def show() -> Response:
    """Show the steps, and how each of them stands."""
    return _page()


@blueprint.post("")
@access(Access.ADMINISTRATOR)
def move_up() -> Response:
    """Let the last grade leave and the others move up."""
    here, me = context.here(), staff_screen.signed_in().staff_id
    try:
        staff.confirm(staff_id=me, pin=forms.raw("pin"), here=here)
        year_end.move_up(hands_on="hands_on" in request.form, actor_id=me, here=here)
    except RefusedError as error:
        return _page(refused=error)
    return redirect(url_for("year_end.show", moved="now"), code=303)


@blueprint.post("/leavers")
@access(Access.ADMINISTRATOR)
def leavers() -> Response:
    """Print who leaves, with the books that are still out."""
    here = context.here()
    found = year_end.leavers(actor_id=staff_screen.signed_in().staff_id, here=here)
    return staff_page.show(
        "ledgers/leavers.html",
        leavers=found,
        classes=year_end.look(here).class_books,
        school=here.settings.school or here.settings.home,
        today=here.today,
    )


@blueprint.post("/report")
@access(Access.ADMINISTRATOR)
def report() -> Response:
    """Print the hand-over report."""
    here = context.here()
    found = hand_over.report(actor_id=staff_screen.signed_in().staff_id, here=here)
    school = here.settings.school or here.settings.home
    return staff_page.show(
        "ledgers/hand_over.html", sections=found, school=school, today=here.today
    )


def _page(*, refused: KioskError | None = None) -> Response:
    here = context.here()
    return staff_page.show_form(
        "ledgers/year.html",
        refused,
        year=year_end.look(here),
        steps=year_steps.look(here),
        just_moved="moved" in request.args,
    )
