"""A person's own duties: I come, somebody is sought, I stand in."""

from uuid import UUID

from flask import Blueprint, redirect, url_for
from werkzeug.wrappers import Response

from kiosk.errors import InvalidInputError, KioskError
from kiosk.rules.duty import DutyState
from kiosk.rules.sessions import SessionProblem
from kiosk.services import duty_changes, duty_own
from kiosk.web import context, forms, staff_page, staff_screen
from kiosk.web.guards import Access, access

blueprint = Blueprint("duty_own", __name__, url_prefix="/staff/duty/own")


@blueprint.get("")
@access(Access.VOLUNTEER)
def show() -> Response:
    """Show when I am on duty, and who looks for somebody."""
    return _page()


@blueprint.post("/<uuid:duty_id>/say")
@access(Access.VOLUNTEER)
def say(duty_id: UUID) -> Response:
    """Say that I come, or that I look for somebody to stand in."""
    wanted = forms.one_of("state", DutyState)
    if wanted not in {DutyState.CONFIRMED, DutyState.SEEKING}:
        raise InvalidInputError(SessionProblem.BAD_FORM, field="state")
    try:
        duty_changes.say(duty_id, wanted, actor_id=_me(), is_office=False, here=context.here())
    except KioskError as error:
        return _page(error)
    return redirect(url_for("duty_own.show"), code=303)


@blueprint.post("/<uuid:duty_id>/accept")
@access(Access.VOLUNTEER)
def accept(duty_id: UUID) -> Response:
    """Stand in for somebody."""
    try:
        duty_changes.accept(duty_id, staff_id=_me(), here=context.here())
    except KioskError as error:
        return _page(error)
    return redirect(url_for("duty_own.show"), code=303)


def _page(refused: KioskError | None = None) -> Response:
    here = context.here()
    return staff_page.show_form(
        "duty/own.html", refused, own=duty_own.of(_me(), here=here), today=here.today
    )


def _me() -> UUID:
    return staff_screen.signed_in().staff_id
