"""How the calls of a room are planned, and what its telephones can honestly do."""

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from kiosk.errors import InvalidInputError
from kiosk.rules.call_wishes import PlanProblem
from kiosk.services import call_capacity, call_settings
from kiosk.services.call_settings import PlanSettings
from kiosk.web import context, forms, staff_page, staff_screen
from kiosk.web.guards import Access, access

blueprint = Blueprint("setup_calls", __name__, url_prefix="/staff/setup/calls")

_MOST = 99


@blueprint.get("")
@access(Access.ADMINISTRATOR)
def show() -> Response:
    """Show the settings and the card."""
    return _page(None)


@blueprint.post("")
@access(Access.ADMINISTRATOR)
def save() -> Response:
    """Plan the calls from now on, or plan them otherwise."""
    try:
        wanted = PlanSettings(
            drafts_on=_number("drafts_on", PlanProblem.WRONG_TIME),
            drafts_from_min=_minute(),
            urgent_cap=_number("urgent_cap", PlanProblem.WRONG_CAP),
        )
        call_settings.set_up(
            wanted, actor_id=staff_screen.signed_in().staff_id, here=context.here()
        )
    except InvalidInputError as error:
        return _page(error)
    return redirect(url_for("setup_calls.show", saved=1), code=303)


def _number(name: str, problem: PlanProblem) -> int:
    try:
        return forms.number(name, least=0, most=_MOST)
    except InvalidInputError as error:
        raise InvalidInputError(problem, most=call_settings.MOST_URGENT) from error


def _minute() -> int:
    try:
        return staff_page.minute("drafts_from")
    except InvalidInputError as error:
        raise InvalidInputError(PlanProblem.WRONG_TIME) from error


def _page(refused: InvalidInputError | None) -> Response:
    here = context.here()
    known = call_settings.settings(here=here)
    return staff_page.show_form(
        "setup/calls.html",
        refused,
        is_planned=known is not None,
        known=known or PlanSettings(),
        most_urgent=call_settings.MOST_URGENT,
        capacity=call_capacity.capacity(here=here),
        was_saved="saved" in request.args,
    )
