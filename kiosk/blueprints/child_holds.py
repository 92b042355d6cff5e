"""A child waits for a book, and changes its mind. Who it is, the session knows."""

from uuid import UUID

from flask import Blueprint
from werkzeug.wrappers import Response

from kiosk.errors import RefusedError
from kiosk.services import holds, own_page
from kiosk.services.answers import OwnPageSaying
from kiosk.web import child_screen, context, forms, screens
from kiosk.web.guards import Access, access

blueprint = Blueprint("child_holds", __name__, url_prefix="/me/hold")


@blueprint.post("/<uuid:title_id>")
@access(Access.CHILD)
def place(title_id: UUID) -> Response:
    """Wait for a title; the answer says which place in the queue, or where a copy stands."""
    child = child_screen.require()
    try:
        answer = holds.place(
            title_id=title_id,
            child_id=child.child_id,
            face=child.face,
            request_id=forms.uuid("request_id"),
            here=context.here(),
        )
    except RefusedError as error:
        return screens.refuse(error, child)
    return screens.show(answer)


@blueprint.post("/<uuid:hold_id>/undo")
@access(Access.CHILD)
def undo(hold_id: UUID) -> Response:
    """Wait no more."""
    child, here = child_screen.require(), context.here()
    try:
        holds.cancel(hold_id=hold_id, child_id=child.child_id, here=here)
    except RefusedError as error:
        return screens.refuse(error, child)
    return screens.show(
        own_page.show(
            child_id=child.child_id,
            face=child.face,
            saying=OwnPageSaying.HOLD_UNDONE,
            here=here,
        )
    )
