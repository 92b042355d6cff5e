"""The erasure of a child: what goes and what stays is said first, then it asks for the PIN."""

from uuid import UUID

from flask import Blueprint, redirect, url_for
from werkzeug.wrappers import Response

from kiosk.errors import KioskError, RefusedError, UnavailableError
from kiosk.rules.erasure import is_erased
from kiosk.services import erasure, people, staff
from kiosk.web import context, forms, staff_page, staff_screen
from kiosk.web.guards import Access, access

blueprint = Blueprint("erasing", __name__, url_prefix="/staff/children/<uuid:child_id>/erase")


@blueprint.get("")
@access(Access.ADMINISTRATOR)
def show(child_id: UUID) -> Response:
    """Say what goes and what stays."""
    return _page(child_id, "people/erase.html")


@blueprint.get("/sure")
@access(Access.ADMINISTRATOR)
def sure(child_id: UUID) -> Response:
    """Ask for the PIN once more."""
    if erasure.preview(child_id).is_here:
        return redirect(url_for("erasing.show", child_id=child_id), code=303)
    return _page(child_id, "people/erase_sure.html")


@blueprint.post("/sure")
@access(Access.ADMINISTRATOR)
def erase(child_id: UUID) -> Response:
    """Erase the child."""
    here, me = context.here(), staff_screen.signed_in().staff_id
    try:
        staff.confirm(staff_id=me, pin=forms.raw("pin"), here=here)
        erasure.erase(child_id, actor_id=me, here=here)
    except (RefusedError, UnavailableError) as error:
        return _page(child_id, "people/erase_sure.html", refused=error)
    return redirect(url_for("people.search", erased="now"), code=303)


def _page(child_id: UUID, template: str, *, refused: KioskError | None = None) -> Response:
    one = people.detail(child_id, here=context.here()).child
    if is_erased(one.given_name):
        return redirect(url_for("people.detail", child_id=child_id), code=303)
    return staff_page.show_form(template, refused, one=one, reached=erasure.preview(child_id))
