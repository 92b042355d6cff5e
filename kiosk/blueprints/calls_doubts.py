"""Contact cards to look at: nobody answers, the number is not theirs, the hours are old."""

from uuid import UUID

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from kiosk.services import card_doubts
from kiosk.web import context, staff_page, staff_screen
from kiosk.web.guards import Access, access

blueprint = Blueprint("calls_doubts", __name__, url_prefix="/staff/calls/doubts")


@blueprint.get("")
@access(Access.DUTY_TEACHER)
def listing() -> Response:
    """Show the cards in doubt."""
    here = context.here()
    return staff_page.show(
        "cards/doubts.html",
        doubts=card_doubts.to_look_at(here=here),
        unasked=card_doubts.unasked_count(),
        was_saved="saved" in request.args,
    )


@blueprint.post("/<uuid:doubt_id>/right")
@access(Access.DUTY_TEACHER)
def right(doubt_id: UUID) -> Response:
    """Note that a card is right as it stands."""
    me = staff_screen.signed_in().staff_id
    card_doubts.all_is_right(doubt_id, actor_id=me, here=context.here())
    return redirect(url_for("calls_doubts.listing", saved=1), code=303)
