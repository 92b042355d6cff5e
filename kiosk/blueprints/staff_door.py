"""The door to the staff pages: card, then PIN."""

from http import HTTPStatus
from uuid import UUID

from flask import Blueprint, redirect, session, url_for
from werkzeug.wrappers import Response

from kiosk.errors import InvalidInputError, KioskError, RefusedError
from kiosk.rules.staff import PIN_LENGTH, StaffRefusal
from kiosk.services import staff, staff_sessions
from kiosk.web import context, errors, forms, htmx, i18n, staff_screen
from kiosk.web.guards import Access, access

blueprint = Blueprint("staff_door", __name__, url_prefix="/staff")

_BACK_KEY = "back"


@blueprint.get("/door")
@access(Access.ANYBODY)
def door() -> Response:
    """Show the PIN pad, or ask for the card first."""
    return _pad(card_is_here=staff_screen.card_waiting() is not None)


@blueprint.post("/door")
@access(Access.ANYBODY)
def sign_in() -> Response:
    """Check the PIN and open the staff pages."""
    waiting = staff_screen.card_waiting()
    if waiting is None:
        raise RefusedError(StaffRefusal.SCAN_CARD_FIRST)
    staff_screen.remember_card(waiting)  # whoever mistypes is still there
    pin = forms.raw("pin")
    if len(pin) < PIN_LENGTH:  # a key too few is no try
        return _pad(status=HTTPStatus.UNPROCESSABLE_ENTITY, too_short=True)
    token = staff.sign_in(staff_id=UUID(waiting), pin=pin, here=context.here())
    staff_screen.begin(token)
    return redirect(url_for("staff_door.back"), code=303)


@blueprint.get("/back")
@access(Access.ANYBODY)
def back() -> Response:
    """Go where this person was before the screen was locked, else to the staff home."""
    member = staff_screen.current()
    if member is not None and member.must_choose_pin:
        return redirect(url_for("staff_door.pin"), code=303)
    return redirect(session.pop(_BACK_KEY, None) or url_for("staff_home.home"), code=303)


@blueprint.get("/pin")
@access(Access.VOLUNTEER)
def pin() -> Response:
    """Ask for a PIN of one's own."""
    return _ask_for_pin()


@blueprint.post("/pin")
@access(Access.VOLUNTEER)
def choose_pin() -> Response:
    """Store a PIN of one's own."""
    if forms.raw("pin") != forms.raw("again"):
        return _ask_for_pin(status=HTTPStatus.UNPROCESSABLE_ENTITY, differed=True)
    try:
        staff.choose_pin(
            staff_id=staff_screen.signed_in().staff_id,
            pin=forms.raw("pin"),
            present=forms.raw("present"),
            token=staff_screen.token(),
            here=context.here(),
        )
    except (InvalidInputError, RefusedError) as error:
        return _ask_for_pin(status=errors.status_of(error), refused=error)
    return redirect(url_for("staff_home.home"), code=303)


def _pad(*, card_is_here: bool = True, too_short: bool = False, status: int = 200) -> Response:
    asked = htmx.page("staff/door.html", card_is_here=card_is_here, too_short=too_short)
    asked.status_code = status
    return asked


def _ask_for_pin(
    *, differed: bool = False, refused: KioskError | None = None, status: int = 200
) -> Response:
    must_choose = staff_screen.signed_in().must_choose_pin
    asked = htmx.page("staff/pin.html", must_choose=must_choose, differed=differed, refused=refused)
    asked.status_code = status
    return asked


@blueprint.post("/leave")
@access(Access.ANYBODY)
def leave() -> Response:
    """Sign out and give the screen back to the children."""
    token = staff_screen.token()
    if token is not None:
        staff_sessions.sign_out(token, here=context.here())
    staff_screen.leave()
    response = redirect(url_for("kiosk.idle"), code=303)
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


@blueprint.post("/language")
@access(Access.VOLUNTEER)
def language() -> Response:
    """Switch the language of the staff pages."""
    i18n.choose(forms.text("language", longest=2))
    return redirect(url_for("staff_home.home"), code=303)
