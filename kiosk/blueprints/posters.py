"""Posters for the wall, printed from the settings."""

from typing import Final

from flask import Blueprint
from werkzeug.wrappers import Response

from kiosk.services import posters
from kiosk.web import context, forms, staff_page
from kiosk.web.guards import Access, access

blueprint = Blueprint("posters", __name__, url_prefix="/staff/openings/posters")

_LONGEST_NAME: Final = 20
_LONGEST_PHONE: Final = 20


@blueprint.get("")
@access(Access.DUTY_TEACHER)
def listing() -> Response:
    """Show which posters there are."""
    return staff_page.show("openings/posters.html")


@blueprint.post("/hours")
@access(Access.DUTY_TEACHER)
def hours() -> Response:
    """Print the board for the door; who is to be rung is printed and not kept."""
    return staff_page.show(
        "openings/poster_hours.html",
        board=posters.board(context.here()),
        manager=forms.text("manager", longest=_LONGEST_NAME),
        phone=forms.text("phone", longest=_LONGEST_PHONE),
    )


@blueprint.get("/rules")
@access(Access.DUTY_TEACHER)
def rules() -> Response:
    """Print the rules of the room."""
    return staff_page.show("openings/poster_rules.html", rules=posters.rules(context.here()))
