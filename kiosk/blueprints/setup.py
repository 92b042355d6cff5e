"""The way to everything that is set up for the PC of this room."""

from flask import Blueprint
from werkzeug.wrappers import Response

from kiosk.web import staff_page
from kiosk.web.guards import Access, access

blueprint = Blueprint("setup", __name__, url_prefix="/staff/setup")


@blueprint.get("")
@access(Access.DUTY_TEACHER)
def listing() -> Response:
    """Show what can be set up."""
    return staff_page.show("setup/listing.html")
