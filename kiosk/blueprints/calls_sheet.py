"""The day's sheet of calls: printed before a power cut, typed in after it."""

from collections.abc import Mapping
from datetime import date, timedelta
from uuid import UUID

from flask import Blueprint, redirect, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from kiosk.errors import InvalidInputError, KioskError
from kiosk.printing import qr
from kiosk.rules import call_sheets
from kiosk.rules.call_corrections import BY_HAND, PaperBox
from kiosk.rules.sessions import SessionProblem
from kiosk.services import call_by_hand, call_paper, call_places, call_sheet, people
from kiosk.services.call_by_hand import ByHand
from kiosk.web import context, forms, i18n, staff_page, staff_screen
from kiosk.web.guards import Access, access

blueprint = Blueprint("calls_sheet", __name__, url_prefix="/staff/calls/sheet")

_FIELD = "call-"
_QR = 21  # one unit a module
_BLANKS = 4
_LONGEST_NAME = 40
_MOST_FOUND = 8


@blueprint.get("")
@access(Access.DUTY_TEACHER)
def show() -> Response:
    """Ask what stands on the sheet of a day; it is printed from here too."""
    return _page(_day())


@blueprint.post("")
@access(Access.DUTY_TEACHER)
def type_in() -> Response:
    """Write down what the sheet says."""
    on = _day()
    written = call_paper.write_down(_ticked(), staff_id=_me(), here=context.here())
    if written.left:
        return _page(on, left=written.left, kept=written.count)
    return redirect(url_for("calls_sheet.show", on=on.isoformat(), kept=written.count), code=303)


@blueprint.get("/by-hand")
@access(Access.DUTY_TEACHER)
def by_hand() -> Response:
    """Ask for a line that was written on the paper by hand: who, whom, in which place."""
    return _by_hand(None)


@blueprint.post("/by-hand")
@access(Access.DUTY_TEACHER)
def write_by_hand() -> Response:
    """Book the place of that line and end its call."""
    try:
        call_by_hand.write_down(
            _said(),
            request_id=forms.uuid("request_id"),
            staff_id=_me(),
            here=context.here(),
        )
    except KioskError as error:
        return _by_hand(error)
    return redirect(url_for("calls_sheet.show", on=_day().isoformat(), kept=1), code=303)


@blueprint.post("/print")
@access(Access.DUTY_TEACHER)
def to_print() -> Response:
    """Show the sheet as it goes to the printer; the audit knows of it."""
    here, on = context.here(), _day()
    lines = call_sheet.to_print(on, actor_id=_me(), here=here)
    code = call_sheets.sheet_code(on, here.home_id)
    with i18n.own_language():
        return staff_page.show(
            "calls/sheet_paper.html",
            on=on,
            lines=lines,
            boxes=tuple(PaperBox),
            code=code,
            square=Markup(qr.path(code, x=0, y=0, size=_QR)),  # noqa: S704 - our own, of a path
            blanks=_BLANKS,
            school=here.settings.school or here.settings.home,
            printed_at=here.now,
        )


def _page(
    on: date, *, left: Mapping[UUID, KioskError] | None = None, kept: int | None = None
) -> Response:
    here = context.here()
    return staff_page.show(
        "calls/sheet.html",
        status=409 if left else 200,
        on=on,
        today=here.today,
        day_before=on - timedelta(days=1),
        day_after=on + timedelta(days=1),
        lines=call_sheet.to_type_in(on, here=here),
        boxes=tuple(PaperBox),
        may_ring_by_hand=bool(call_by_hand.places(on, here=here)),
        left=left or {},
        typed=request.form,
        kept=request.args.get("kept", type=int) if kept is None else kept,
    )


def _by_hand(refused: KioskError | None) -> Response:
    here, on = context.here(), _day()
    name = request.values.get("name", "").strip()[:_LONGEST_NAME]
    found = people.search(name, here=here, actor_id=_me()) if name else ()
    ids = [one.child_id for one in found[:_MOST_FOUND]]
    return staff_page.show_form(
        "calls/by_hand.html",
        refused,
        on=on,
        today=here.today,
        name=name,
        places=call_by_hand.places(on, here=here),
        found=call_places.named(ids, on, here=here),
        boxes=BY_HAND,
    )


def _said() -> ByHand:
    """Return the line; who rings whom is one choice."""
    child_id, _, contact_id = forms.raw("who").partition(" ")
    try:
        return ByHand(
            slot_id=forms.uuid("slot_id"),
            child_id=UUID(child_id),
            contact_id=UUID(contact_id),
            box=forms.one_of("box", PaperBox),
        )
    except ValueError as error:
        raise InvalidInputError(SessionProblem.BAD_FORM, field="who") from error


def _me() -> UUID:
    return staff_screen.signed_in().staff_id


def _ticked() -> dict[UUID, PaperBox]:
    """Return the calls with a tick on the sheet."""
    found = {}
    for name in request.form:
        if name.startswith(_FIELD):
            try:
                found[UUID(name.removeprefix(_FIELD))] = forms.one_of(name, PaperBox)
            except ValueError as error:
                raise InvalidInputError(SessionProblem.BAD_FORM, field=name) from error
    return found


def _day() -> date:
    return forms.day("on", default=context.here().today)
