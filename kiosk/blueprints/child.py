"""The child's own pages. None has a child's id in its address: who it is, the session knows."""

from typing import Final
from uuid import UUID

from flask import Blueprint, make_response
from werkzeug.wrappers import Response

from kiosk.errors import RefusedError
from kiosk.rules.visits import Pastime
from kiosk.services import lending, own_page, passbook, pastimes, rooms, visits
from kiosk.services.answers import LendStart, OwnPageSaying
from kiosk.web import child_screen, context, forms, last_return, screens
from kiosk.web.guards import Access, access

blueprint = Blueprint("child", __name__, url_prefix="/me")

_LAST_PAGE: Final = 99


@blueprint.get("")
@access(Access.CHILD)
def own() -> Response:
    """Show the own page: books, call, what to do."""
    child_screen.require().is_leaving = False
    return _own_page(OwnPageSaying.CHOOSE)


@blueprint.post("/pastime")
@access(Access.CHILD)
def pastime() -> Response:
    """Keep what the child came for, and go on to its own page."""
    child = child_screen.require()
    is_here = pastimes.choose(forms.one_of("pastime", Pastime), child_id=child.child_id)
    return _own_page(OwnPageSaying.PASTIME_NOTED if is_here else OwnPageSaying.CHOOSE)


@blueprint.get("/lend")
@access(Access.CHILD)
def lend_start() -> Response:
    """Ask for the book."""
    return screens.show(LendStart(child=child_screen.require().face))


@blueprint.get("/books")
@access(Access.CHILD)
def books() -> Response:
    """Show a page of the child's own books."""
    child = child_screen.require()
    number = forms.page("page", most=_LAST_PAGE)
    return screens.show(passbook.page(number, child_id=child.child_id, face=child.face))


@blueprint.post("/loan/<uuid:loan_id>/undo")
@access(Access.CHILD)
def undo_lend(loan_id: UUID) -> Response:
    """Put back the book borrowed a moment ago."""
    child = child_screen.require()
    try:
        lending.undo_lend(loan_id=loan_id, child_id=child.child_id, here=context.here())
    except RefusedError as error:
        return screens.refuse(error, child)
    return _own_page(OwnPageSaying.LEND_UNDONE)


@blueprint.post("/loan/<uuid:loan_id>/renew")
@access(Access.CHILD)
def renew(loan_id: UUID) -> Response:
    """Keep a book longer."""
    child = child_screen.require()
    try:
        answer = lending.renew(
            loan_id=loan_id,
            reader=screens.reader(child),
            request_id=forms.uuid("request_id"),
            here=context.here(),
        )
    except RefusedError as error:
        return screens.refuse(error, child)
    return screens.show(answer)


@blueprint.post("/return/<uuid:loan_id>/undo")
@access(Access.ANYBODY)
def undo_return(loan_id: UUID) -> Response:
    """Take the book back from the tray: it was the wrong one. Works without a child's page too."""
    last_return.require(loan_id)
    lending.undo_return(loan_id=loan_id, here=context.here())
    if child_screen.current() is None:
        return screens.show(rooms.now(context.here()))
    return _own_page(OwnPageSaying.RETURN_UNDONE)


@blueprint.post("/borrow/<uuid:item_id>")
@access(Access.CHILD)
def borrow(item_id: UUID) -> Response:
    """Borrow the book that somebody else has just brought back."""
    child = child_screen.require()
    try:
        answer = lending.borrow(
            item_id=item_id,
            reader=screens.reader(child),
            request_id=forms.uuid("request_id"),
            here=context.here(),
        )
    except RefusedError as error:
        return screens.refuse(error, child)
    screens.remember_loan(child, answer)
    return screens.show(answer)


@blueprint.get("/leave")
@access(Access.CHILD)
def leave_asked() -> Response:
    """Ask whether the child goes home; its card or one touch says goodbye."""
    child = child_screen.require()
    child.is_leaving = True
    return screens.leave_page(child)


@blueprint.post("/leave")
@access(Access.CHILD)
def leave() -> Response:
    """Say goodbye."""
    child = child_screen.require()
    answer = visits.leave(child_id=child.child_id, face=child.face, here=context.here())
    child_screen.end()
    return screens.show(answer)


@blueprint.post("/stay")
@access(Access.CHILD)
def stay() -> Response:
    """Hear that the child is still here; asking for its session let it live on."""
    child_screen.require()
    return make_response("", 204)


@blueprint.post("/end")
@access(Access.ANYBODY)
def end() -> Response:
    """End the child's page: the idle screen, and nothing of it remains."""
    child_screen.end()
    return screens.show(rooms.now(context.here()))


def _own_page(saying: OwnPageSaying) -> Response:
    child = child_screen.require()
    return screens.show(
        own_page.show(child_id=child.child_id, face=child.face, saying=saying, here=context.here())
    )
