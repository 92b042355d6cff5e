"""How far the school record is, and "send now"."""

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from kiosk.services import sync
from kiosk.web import context, staff_page
from kiosk.web.guards import Access, access

blueprint = Blueprint("record", __name__, url_prefix="/staff/record")


@blueprint.get("")
@access(Access.DUTY_TEACHER)
def show() -> Response:
    """Say when the record last received everything, what waits, and what staff should know."""
    settings = context.settings()
    return staff_page.show(
        "record/page.html",
        record=sync.status(settings),
        folder=str(settings.record_folder) if settings.record == "folder" else None,
        was_asked="asked" in request.args,
    )


@blueprint.post("")
@access(Access.DUTY_TEACHER)
def send() -> Response:
    """Start the sync, in its own process; one that is under way already goes on alone."""
    context.kiosk().record.send_now()
    return redirect(url_for("record.show", asked=1), code=303)
