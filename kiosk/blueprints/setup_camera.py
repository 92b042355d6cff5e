"""The camera that reads cards beside the scanner: switched on and tried by staff."""

from flask import Blueprint, redirect, url_for
from werkzeug.wrappers import Response

from kiosk.web import context, forms, headers, staff_page, staff_screen
from kiosk.web.guards import Access, access

blueprint = Blueprint("setup_camera", __name__, url_prefix="/staff/setup/camera")


@blueprint.get("")
@access(Access.DUTY_TEACHER)
def show() -> Response:
    """Show whether the camera is on, what the child's screen says of it, and a preview to try."""
    page = staff_page.show(
        "setup/camera.html", is_on=context.device().is_camera_on, report=context.camera()
    )
    headers.allow_camera(page)
    return page


@blueprint.post("")
@access(Access.DUTY_TEACHER)
def switch() -> Response:
    """Switch the camera of the child's screen on or off."""
    context.set_up(
        {"is_camera_on": forms.raw("camera") == "on"}, actor_id=staff_screen.signed_in().staff_id
    )
    return redirect(url_for("setup_camera.show"), code=303)
