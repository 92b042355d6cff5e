"""The lending desk: choose a reader, then scan, scan, scan; or let items come back."""

from uuid import UUID

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from kiosk.errors import InvalidInputError, KioskError, RefusedError
from kiosk.rules import codes
from kiosk.rules.codes import CodeKind, OurCode
from kiosk.rules.lending import Borrower, LendingRefusal
from kiosk.services import (
    desk,
    desk_back,
    desk_readers,
    desk_renewals,
    desk_undo,
    people,
    return_box,
)
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
        desk_state.stays()
        return _answered(refused=error, said=said)


@blueprint.post("/renew")
@access(Access.DUTY_TEACHER)
def renew() -> Response:
    """Give the reader more time with a book."""
    reader = _reader(desk_state.current())
    if reader is None:  # it has gone by itself meanwhile
        return redirect(url_for("desk.show"), code=303)
    try:
        answer = desk_renewals.renew(
            loan_id=forms.uuid("loan_id"),
            reader=reader,
            request_id=forms.uuid("request_id"),
            here=context.here(),
        )
    except KioskError as error:
        desk_state.stays()
        return _page(refused=error)
    desk_state.note(answer.outcome, None)
    return _page(answer)


@blueprint.post("/undo")
@access(Access.DUTY_TEACHER)
def undo() -> Response:
    """Take back what the last scan did."""
    last = desk_state.current().last
    if last is not None:
        desk_state.forget_last()
        try:
            desk_undo.undo(last.outcome, last.undo_id, done_at=last.at, here=context.here())
        except KioskError as error:
            return _page(refused=error)
        desk_state.not_back(last.undo_id)
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
    all_the_same = forms.is_ticked("all_the_same")
    if all_the_same and state.reader_id != forms.uuid("reader_id"):
        raise RefusedError(LendingRefusal.OTHER_READER)
    answer = desk.scan(
        said,
        mode=state.mode,
        reader=_reader(state),
        all_the_same=all_the_same,
        request_id=request_id,
        staff_id=staff_screen.signed_in().staff_id,
        here=context.here(),
    )
    desk_state.note(answer.outcome, answer.undo_id)
    return _answered(answer, said=said)


def _reader(state: DeskState) -> DeskReader | None:
    if state.borrower is None or state.reader_id is None:
        return None
    return desk_readers.find(state.borrower, state.reader_id)


def _answered(
    answer: DeskAnswer | None = None, *, refused: KioskError | None = None, said: str = ""
) -> Response:
    """Answer a scan: its own part of the page for the script, the whole page otherwise."""
    if not htmx.wants_fragment():
        return _page(answer, refused=refused, said=said)
    status = 200 if refused is None else errors.status_of(refused)
    body = render_template(_FRAGMENT, **_values(answer, refused, said))
    response = Response(body, status, mimetype="text/html")
    response.headers["HX-Retarget"] = "#desk"
    response.headers["HX-Reswap"] = "innerHTML"
    return response


def _page(
    answer: DeskAnswer | None = None, *, refused: KioskError | None = None, said: str = ""
) -> Response:
    return staff_page.show(
        "books/desk.html",
        status=200 if refused is None else errors.status_of(refused),
        classes=people.classes(),
        staff=desk_readers.staff(),
        **_values(answer, refused, said),
    )


def _values(answer: DeskAnswer | None, refused: KioskError | None, said: str) -> dict[str, object]:
    state = desk_state.current()
    here = context.here()
    reader = _reader(state)
    box_until = return_box.last_opening_ended(here=here) if state.mode is DeskMode.BOX else None
    return {
        "state": state,
        "reader": reader,
        "sheet": None if reader is None else desk_readers.sheet(reader, since=state.since),
        "came_back": desk_back.books(state.latest_back),
        "answer": answer,
        "refused": refused,
        "said": said,
        "box_until": box_until,
        "ends_after": desk_state.seconds_left(state),
        "today": here.today,
    }
