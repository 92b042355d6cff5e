"""The idle screen and the one door for everything that is scanned."""

from datetime import date
from uuid import UUID

from flask import Blueprint, make_response, request, url_for
from werkzeug.wrappers import Response

from kiosk.errors import InvalidInputError, NotFoundError, RefusedError
from kiosk.rules import call_sheets, codes
from kiosk.rules.codes import BookBar, CodeKind, CodeProblem, Command, OurCode
from kiosk.rules.devices import CameraState, ScannerChange
from kiosk.rules.lending import LendingRefusal
from kiosk.rules.sessions import SessionProblem
from kiosk.services import lending, rooms, shelves, staff, staff_sessions, talks, visits
from kiosk.services.answers import BookWaits, Left
from kiosk.web import (
    child_screen,
    context,
    forms,
    helping,
    htmx,
    screens,
    staff_screen,
    waiting_book,
)
from kiosk.web.guards import Access, access

blueprint = Blueprint("kiosk", __name__)


@blueprint.get("/")
@access(Access.ANYBODY)
def idle() -> Response:
    """Show the idle screen; whoever was here is gone, and a staff page is locked."""
    child_screen.end()
    waiting_book.forget()
    staff_screen.lock()
    return screens.show(rooms.now(context.here()))


@blueprint.get("/idle")
@access(Access.ANYBODY)
def idle_again() -> Response:
    """Show the idle screen again to the page that asks; nothing while nothing changed."""
    room = rooms.now(context.here())
    if "seen" not in request.args:
        # A page of somebody's makes way. One that polls says nothing: the answer to a book may be
        # on its way to it.
        waiting_book.forget()
    if request.args.get("seen") == screens.mark_of(room):
        return make_response("", 204)
    return screens.show(room)


@blueprint.get("/healthz")
@access(Access.ANYBODY)
def healthz() -> Response:
    """Say that the server answers and the database can be read."""
    rooms.now(context.here())
    return make_response("ok\n", 200, {"Content-Type": "text/plain"})


@blueprint.post("/camera")
@access(Access.ANYBODY)
def camera() -> Response:
    """Hear from the child's screen whether its camera looks; staff are told, children are not."""
    if context.device().is_camera_on:
        context.hear_camera(forms.one_of("state", CameraState))
    return make_response("", 204)


@blueprint.post("/scanner")
@access(Access.ANYBODY)
def scanner() -> Response:
    """Hear that the scanner writes otherwise than it did; what it wrote is not said."""
    context.hear_scanner_change(forms.one_of("change", ScannerChange))
    return make_response("", 204)


@blueprint.post("/scan")
@access(Access.ANYBODY)
def scan() -> Response:
    """Take whatever was scanned; each scan is committed before it is answered."""
    code = codes.parse(forms.raw("code"))
    request_id = forms.uuid("request_id")
    try:
        return _taken(code, request_id)
    except (NotFoundError, RefusedError) as error:
        # A page of a child's own stays, with the sentence above it.
        if error.reason is SessionProblem.ENDED or child_screen.current() is not None:
            raise
        return screens.turn_away(error)


def _taken(code: BookBar | OurCode, request_id: UUID) -> Response:
    if isinstance(code, BookBar):
        return _item(code, request_id)
    match code.kind:
        case CodeKind.CHILD:
            return _child(code.text, request_id)
        case CodeKind.ITEM:
            return _item(code, request_id)
        case CodeKind.STAFF:
            return _staff(code.text)
        case CodeKind.COMMAND:
            return _command(code)


def _child(code: str, request_id: UUID) -> Response:
    here = context.here()
    before = child_screen.current()
    if before is not None and before.is_leaving:
        holder = visits.holder(code=code, here=here)
        if holder == before.child_id:
            return _leave(request_id)
    found = visits.arrive(code=code, request_id=request_id, here=here)
    staff_screen.lock()
    if isinstance(found.answer, Left):
        child_screen.end()
        return screens.show(found.answer)
    if before is None or before.child_id != found.child_id:
        child_screen.switch_to(found.child_id, found.face)
    book = waiting_book.take()
    if book is not None:
        return _item(codes.parse(book.scanned), book.request_id)
    return screens.show(found.answer)


def _leave(request_id: UUID) -> Response:
    here = context.here()
    child = child_screen.require()
    goodbye = visits.leave(
        child_id=child.child_id, face=child.face, here=here, request_id=request_id
    )
    child_screen.end()
    return screens.show(goodbye)


def _item(code: BookBar | OurCode, request_id: UUID) -> Response:
    child = child_screen.current()
    if child is not None:
        child.is_leaving = False  # who goes on borrowing is not going home yet
    try:
        answer = lending.scan(
            code,
            reader=None if child is None else screens.reader(child),
            request_id=request_id,
            here=context.here(),
        )
    except RefusedError as error:
        if child is None:
            raise
        if error.reason is LendingRefusal.TOO_MANY_LOANS:
            child.lent.clear()  # the way on is to give one back, also one of just now
        return screens.refuse(error, child)
    if isinstance(answer, BookWaits):
        waiting_book.keep(code, request_id)
    screens.remember_loan(child, answer)
    return screens.show(answer)


def _staff(code: str) -> Response:
    here = context.here()
    staff_id = staff.find_by_card(code, here=here)
    token = staff_screen.token()
    child_screen.end()
    if token is not None and staff_sessions.unlock(token, staff_id=staff_id, here=here):
        helping.end()
        return htmx.go(url_for("staff_door.back"))
    staff_screen.remember_card(str(staff_id))
    return htmx.go(url_for("staff_door.door"))


def _command(code: OurCode) -> Response:
    match codes.command_of(code):
        case None if (on := _sheet_day(code)) is not None:
            return htmx.go(url_for("calls_sheet.show", on=on.isoformat()))
        case None:
            # A shelf's label belongs to the stock-take; here it asks for a book.
            is_shelf = shelves.by_code(code.text) is not None
            raise InvalidInputError(CodeProblem.SHELF_LABEL if is_shelf else CodeProblem.MISREAD)
        case Command.LEAVE:
            child = child_screen.require()
            child.is_leaving = True
            return screens.leave_page(child)
        case Command.DONE:
            child_screen.end()
            return screens.show(rooms.now(context.here()))
        case Command.TEACHER:
            return teacher()


def _sheet_day(code: OurCode) -> date | None:
    """Return the day whose sheet of calls lies on the scanner of a staff page."""
    member = staff_screen.current()
    if member is None or member.is_locked:
        return None
    return call_sheets.day_of(code, context.here().home_id)


@blueprint.get("/teacher")
@access(Access.ANYBODY)
def teacher() -> Response:
    """Ask a teacher; the way back is that of whoever asks."""
    child = child_screen.current()
    if child is None:
        return screens.plain("kiosk/_teacher.html")
    return screens.show(talks.for_child(child_id=child.child_id, face=child.face))
