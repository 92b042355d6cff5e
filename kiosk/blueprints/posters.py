"""Posters for the wall, printed from the settings."""

from typing import Final

from flask import Blueprint, redirect, url_for
from werkzeug.wrappers import Response

from kiosk.services import posters
from kiosk.services.posters import Responsible
from kiosk.web import context, forms, staff_page, staff_screen
from kiosk.web.guards import Access, access

blueprint = Blueprint("posters", __name__, url_prefix="/staff/openings/posters")

_LONGEST_NAME: Final = 20
_LONGEST_PHONE: Final = 20


@blueprint.get("")
@access(Access.DUTY_TEACHER)
def listing() -> Response:
    """Show which posters there are."""
    return staff_page.show("openings/posters.html", kept=posters.kept(here=context.here()))


@blueprint.post("/hours")
@access(Access.DUTY_TEACHER)
def hours() -> Response:
    """Print the board for the door with what stands in the form."""
    return staff_page.show(
        "openings/poster_hours.html", board=posters.board(context.here()), responsible=_typed()
    )


@blueprint.post("/responsible")
@access(Access.ADMINISTRATOR)
def keep() -> Response:
    """Keep who is responsible and the telephone for the wall; with two empty fields forget them."""
    me = staff_screen.signed_in().staff_id
    posters.keep(_typed(), actor_id=me, here=context.here())
    return redirect(url_for("posters.listing"), code=303)


@blueprint.get("/rules")
@access(Access.DUTY_TEACHER)
def rules() -> Response:
    """Print the rules of the room."""
    return staff_page.show("openings/poster_rules.html", rules=posters.rules(context.here()))


def _typed() -> Responsible:
    return Responsible(
        manager=forms.text("manager", longest=_LONGEST_NAME),
        telephone=forms.text("phone", longest=_LONGEST_PHONE),
    )
