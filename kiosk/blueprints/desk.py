"""The lending desk: choose a reader, then scan, scan, scan; or let items come back."""

from uuid import UUID

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from kiosk.errors import InvalidInputError, KioskError
from kiosk.rules import codes
from kiosk.rules.codes import CodeKind, OurCode
from kiosk.rules.lending import Borrower
from kiosk.services import desk, desk_readers, people
from kiosk.services.desk import DeskAnswer, DeskMode
from kiosk.services.desk_readers import DeskReader
from kiosk.web import context, desk_state, errors, forms, htmx, staff_page, staff_screen
from kiosk.web.desk_state import DeskState
from kiosk.web.guards import Access, access

blueprint = Blueprint("desk", __name__, url_prefix="/staff/books/desk")

_LONGEST = 64
_FRAGMENT = "books/_desk.html"


@blueprint.get("")
@access(Access.DUTY_TEACHER)
def show() -> Response:
    """Show the desk as it was left."""
    return _page()


@blueprint.post("/mode")
@access(Access.DUTY_TEACHER)
def choose() -> Response:
    """Let the desk do something else from now on."""
    mode = forms.one_of("mode", DeskMode)
    if mode is DeskMode.LEND:
        reader = desk_readers.find(forms.one_of("borrower", Borrower), forms.uuid("reader_id"))
        desk_state.begin(mode, borrower=reader.borrower, reader_id=reader.reader_id)
    else:
        desk_state.begin(mode)
    return redirect(url_for("desk.show"), code=303)


@blueprint.post("/scan")
@access(Access.DUTY_TEACHER)
def scan() -> Response:
    """Take what was scanned or typed: a child's card chooses the child, an item is dealt with."""
    said = forms.text("code", longest=_LONGEST)
    request_id = forms.uuid("request_id")
    try:
        if _is_card(said):
            return _to_child(said)
        return _item(said, request_id)
    except KioskError as error:
        return _answered(refused=error)


@blueprint.post("/undo")
@access(Access.DUTY_TEACHER)
def undo() -> Response:
    """Take back what the last scan did."""
    last = desk_state.current().last
    if last is not None:
        desk_state.forget_last()
        try:
            desk.undo(last.outcome, last.undo_id, done_at=last.at, here=context.here())
        except KioskError as error:
            return _page(refused=error)
    return redirect(url_for("desk.show", undone=1), code=303)


def _is_card(said: str) -> bool:
    try:
        code = codes.parse(said)
    except InvalidInputError:
        return False
    return isinstance(code, OurCode) and code.kind is CodeKind.CHILD


def _to_child(said: str) -> Response:
    reader = desk_readers.by_card(said.strip().upper(), here=context.here())
    desk_state.begin(DeskMode.LEND, borrower=reader.borrower, reader_id=reader.reader_id)
    return _answered()


def _item(said: str, request_id: UUID) -> Response:
    state = desk_state.current()
    answer = desk.scan(
        said,
        mode=state.mode,
        reader=_reader(state),
        request_id=request_id,
        staff_id=staff_screen.signed_in().staff_id,
        here=context.here(),
    )
    desk_state.note(answer.outcome, answer.undo_id)
    return _answered(answer)


def _reader(state: DeskState) -> DeskReader | None:
    if state.borrower is None or state.reader_id is None:
        return None
    return desk_readers.find(state.borrower, state.reader_id)


def _answered(answer: DeskAnswer | None = None, *, refused: KioskError | None = None) -> Response:
    """Answer a scan: its own part of the page for the script, the whole page otherwise."""
    if not htmx.wants_fragment():
        return _page(answer, refused=refused)
    status = 200 if refused is None else errors.status_of(refused)
    body = render_template(_FRAGMENT, **_values(answer, refused))
    response = Response(body, status, mimetype="text/html")
    response.headers["HX-Retarget"] = "#desk"
    response.headers["HX-Reswap"] = "innerHTML"
    return response


def _page(answer: DeskAnswer | None = None, *, refused: KioskError | None = None) -> Response:
    return staff_page.show(
        "books/desk.html",
        status=200 if refused is None else errors.status_of(refused),
        classes=people.classes(),
        staff=desk_readers.staff(),
        **_values(answer, refused),
    )


def _values(answer: DeskAnswer | None, refused: KioskError | None) -> dict[str, object]:
    state = desk_state.current()
    here = context.here()
    reader = _reader(state)
    box_until = desk.last_opening_ended(here=here) if state.mode is DeskMode.BOX else None
    return {
        "state": state,
        "reader": reader,
        "sheet": None if reader is None else desk_readers.sheet(reader, since=state.since),
        "answer": answer,
        "refused": refused,
        "box_until": box_until,
        "box_seconds": int(desk_state.BOX_PATIENCE.total_seconds()),
        "today": here.today,
    }
