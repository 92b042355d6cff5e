"""Friday slips: for the group of a class, as text, picture or file; for its teacher, on paper."""

import re
from datetime import date
from typing import Final
from uuid import UUID

from flask import Blueprint
from werkzeug.wrappers import Response

from kiosk.errors import InvalidInputError, NotFoundError
from kiosk.rules.call_wishes import PlanProblem
from kiosk.services import class_slips, week_plans, week_slips
from kiosk.services.week_slips import Slip
from kiosk.web import context, forms, slips, staff_page, staff_screen
from kiosk.web.guards import Access, access

blueprint = Blueprint("call_slips", __name__, url_prefix="/staff/calls/week/slips")

_LONGEST: Final = 24
# The school's number as anybody writes it; it is put on the slip and kept nowhere.
_NUMBER: Final = re.compile(r"[0-9+() -]*")


@blueprint.get("")
@access(Access.DUTY_TEACHER)
def show() -> Response:
    """Ask for a class and the number that will ring."""
    return _page()


@blueprint.post("")
@access(Access.DUTY_TEACHER)
def of_class() -> Response:
    """Show the slip of a class, to copy it."""
    try:
        number = _number()
        found = week_slips.of_class(
            forms.uuid("class_id"), _monday(), what="text", actor_id=_me(), here=context.here()
        )
    except (InvalidInputError, NotFoundError) as error:
        return _page(refused=error)
    return _page(found=found, number=number)


@blueprint.post("/classes")
@access(Access.DUTY_TEACHER)
def for_teachers() -> Response:
    """Print half a sheet for each class teacher; without a day, of the next week."""
    here = context.here()
    following = here.today + week_plans.WEEK
    monday = week_plans.first_day(forms.day("on", default=following))
    told = class_slips.to_print(monday, actor_id=_me(), here=here)
    return staff_page.show("calls/class_slips.html", told=told)


@blueprint.post("/picture")
@access(Access.DUTY_TEACHER)
def class_picture() -> Response:
    """Hand over the times of a class as a picture."""
    monday = _monday()
    found = week_slips.of_class(
        forms.uuid("class_id"), monday, what="picture", actor_id=_me(), here=context.here()
    )
    return slips.class_picture(found, monday)


@blueprint.post("/<uuid:booking_id>/picture")
@access(Access.DUTY_TEACHER)
def picture(booking_id: UUID) -> Response:
    """Hand over the time of one child as a picture."""
    found = week_slips.of_call(booking_id, what="picture", actor_id=_me(), here=context.here())
    return slips.child_picture(found)


@blueprint.post("/<uuid:booking_id>/calendar")
@access(Access.DUTY_TEACHER)
def calendar(booking_id: UUID) -> Response:
    """Hand over one call as an entry for a calendar."""
    number = _number()
    found = week_slips.of_call(booking_id, what="calendar", actor_id=_me(), here=context.here())
    return slips.calendar(found, number=number)


def _page(
    *,
    refused: InvalidInputError | NotFoundError | None = None,
    found: tuple[Slip, ...] = (),
    number: str = "",
) -> Response:
    here, monday = context.here(), _monday()
    has_carers = forms.is_ticked("carers")
    return staff_page.show_form(
        "calls/slips.html",
        refused,
        monday=monday,
        classes=week_slips.classes(monday, here=here),
        class_id=forms.uuid("class_id") if found else None,
        slips=found,
        text=slips.text(found, monday, number=number, has_carers=has_carers) if found else "",
        number=number,
        has_carers=has_carers or not found,
    )


def _monday() -> date:
    """Return the week that is asked for; without one the next, which is told on a Friday."""
    here = context.here()
    following = week_plans.first_day(here.today) + week_plans.WEEK
    default = following if week_slips.classes(following, here=here) else here.today
    return week_plans.first_day(forms.day("on", default=default))


def _number() -> str:
    number = forms.text("number", longest=_LONGEST)
    if not _NUMBER.fullmatch(number):
        raise InvalidInputError(PlanProblem.WRONG_NUMBER)
    return number


def _me() -> UUID:
    return staff_screen.signed_in().staff_id
