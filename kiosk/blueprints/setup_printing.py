"""Printing: how far the printer is off, and which cards to print (`visits-and-lending.md` T-59)."""

from uuid import UUID

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from kiosk.errors import InvalidInputError
from kiosk.rules import devices
from kiosk.rules.sessions import SessionProblem
from kiosk.services import cards, people, printed_cards
from kiosk.web import context, printed, staff_page, staff_screen
from kiosk.web.guards import Access, access

blueprint = Blueprint("setup_printing", __name__, url_prefix="/staff/setup/printing")

_MOST_AT_ONCE = 400
_WAYS = ("right", "down")


@blueprint.get("")
@access(Access.ADMINISTRATOR)
def show() -> Response:
    """Show the printer's offset, and what can be printed."""
    return _page(None)


@blueprint.post("")
@access(Access.ADMINISTRATOR)
def move() -> Response:
    """Store by how much everything is moved on the paper."""
    try:
        wanted = {f"print_{way}": devices.offset(request.form.get(way, "")) for way in _WAYS}
    except InvalidInputError as error:
        return _page(error)
    context.set_up(wanted, actor_id=_me())
    return redirect(url_for("setup_printing.show", saved=1), code=303)


@blueprint.get("/test")
@access(Access.ADMINISTRATOR)
def test_page() -> Response:
    """Show the page by which the printer is measured."""
    return printed.test_page(back=url_for("setup_printing.show"))


@blueprint.post("/children")
@access(Access.ADMINISTRATOR)
def children() -> Response:
    """Print the cards of the children that were ticked."""
    wanted = [_uuid(value) for value in request.form.getlist("child_id")[:_MOST_AT_ONCE]]
    if not wanted:
        return redirect(url_for("setup_printing.show", nobody=1), code=303)
    sheet = cards.sheet(wanted, actor_id=_me(), here=context.here())
    return printed.children(sheet, back=url_for("setup_printing.show"))


@blueprint.post("/staff")
@access(Access.ADMINISTRATOR)
def staff() -> Response:
    """Print the cards of all who work here."""
    sheet = printed_cards.staff_sheet(actor_id=_me(), here=context.here())
    return printed.staff(sheet, back=url_for("setup_printing.show"))


@blueprint.post("/commands")
@access(Access.ADMINISTRATOR)
def commands() -> Response:
    """Print the cards that stand beside the scanner."""
    return printed.commands(back=url_for("setup_printing.show"))


def _me() -> UUID:
    return staff_screen.signed_in().staff_id


def _uuid(value: str) -> UUID:
    try:
        return UUID(value)
    except ValueError as error:
        raise InvalidInputError(SessionProblem.BAD_FORM, field="child_id") from error


def _page(refused: InvalidInputError | None) -> Response:
    device, wanted = context.device(), request.args.get("class_id", "")
    class_id = _uuid(wanted) if wanted else None
    found = None
    if class_id is not None:
        found = people.search("", here=context.here(), actor_id=_me(), class_id=class_id)
    return staff_page.show_form(
        "setup/printing.html",
        refused,
        offsets={"right": device.print_right / 10, "down": device.print_down / 10},
        was_saved="saved" in request.args,
        was_nobody="nobody" in request.args,
        classes=people.classes(),
        class_id=class_id,
        found=found,
    )
