"""Who would like to talk to me: seen by nobody else."""

from uuid import UUID

from flask import Blueprint, redirect, url_for
from werkzeug.wrappers import Response

from kiosk.rules.badges import Cloth
from kiosk.services import talks
from kiosk.web import context, forms, staff_page, staff_screen
from kiosk.web.guards import Access, access

blueprint = Blueprint("talks", __name__, url_prefix="/staff/talks")


@blueprint.get("")
@access(Access.DUTY_TEACHER)
def show() -> Response:
    """Show which children have asked for me."""
    here = context.here()
    return staff_page.show(
        "talks/own.html",
        own=talks.own(_me(), here=here),
        me=staff_screen.signed_in(),
        today=here.today,
    )


@blueprint.post("/<uuid:request_id>/talked")
@access(Access.DUTY_TEACHER)
def talked(request_id: UUID) -> Response:
    """Note that we talked today."""
    talks.talked(request_id, staff_id=_me(), here=context.here())
    return redirect(url_for("talks.show"), code=303)


@blueprint.post("/offer")
@access(Access.DUTY_TEACHER)
def offer() -> Response:
    """Let children ask for me, on the cloth that I choose, or not any more."""
    cloth = forms.one_of_or_none("cloth", Cloth)
    talks.offer(cloth, staff_id=_me(), here=context.here())
    return redirect(url_for("talks.show"), code=303)


def _me() -> UUID:
    return staff_screen.signed_in().staff_id
