"""Who may be on duty: checks of the record, and days on which somebody cannot come."""

from uuid import UUID

from flask import Blueprint, redirect, url_for
from werkzeug.wrappers import Response

from kiosk.errors import KioskError
from kiosk.rules.duty import DutyReason
from kiosk.rules.duty_fitness import Away
from kiosk.services import duty_people
from kiosk.web import context, forms, staff_page, staff_screen
from kiosk.web.guards import Access, access

blueprint = Blueprint("duty_people", __name__, url_prefix="/staff/duty/people")


@blueprint.get("")
@access(Access.ADMINISTRATOR)
def show() -> Response:
    """Show until when everybody is checked, and who cannot come."""
    return _page(None)


@blueprint.post("/check")
@access(Access.ADMINISTRATOR)
def check() -> Response:
    """Note that somebody's record was looked up."""
    here = context.here()
    try:
        duty_people.check(
            forms.uuid("staff_id"),
            checked_on=forms.day("checked_on", default=here.today),
            valid_until=forms.day("valid_until", default=here.today),
            actor_id=_me(),
            here=here,
        )
    except KioskError as error:
        return _page(error)
    return _saved()


@blueprint.post("/away")
@access(Access.ADMINISTRATOR)
def away() -> Response:
    """Note days on which somebody cannot come."""
    here = context.here()
    try:
        staff_id, first = forms.uuid("staff_id"), forms.day("from", default=here.today)
        duty_people.is_away(
            staff_id,
            Away(staff_id=staff_id, first_day=first, last_day=forms.day("to", default=first)),
            forms.one_of("reason", DutyReason),
            actor_id=_me(),
            here=here,
        )
    except KioskError as error:
        return _page(error)
    return _saved()


@blueprint.post("/away/<uuid:absence_id>/back")
@access(Access.ADMINISTRATOR)
def back(absence_id: UUID) -> Response:
    """Take days away out again."""
    duty_people.is_back(absence_id, actor_id=_me(), here=context.here())
    return _saved()


def _page(refused: KioskError | None) -> Response:
    here = context.here()
    return staff_page.show_form(
        "duty/people.html",
        refused,
        people=duty_people.listing(here=here),
        reasons=tuple(DutyReason),
        today=here.today,
    )


def _saved() -> Response:
    return redirect(url_for("duty_people.show"), code=303)


def _me() -> UUID:
    return staff_screen.signed_in().staff_id
