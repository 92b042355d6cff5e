"""The calls in figures, for everybody on duty; and, for the office alone, whom to ask after."""

from flask import Blueprint
from werkzeug.wrappers import Response

from kiosk.services import call_care, call_numbers, call_numbers_untold
from kiosk.web import context, staff_page
from kiosk.web.guards import Access, access

blueprint = Blueprint("call_numbers", __name__, url_prefix="/staff/calls")


@blueprint.get("/numbers")
@access(Access.DUTY_TEACHER)
def show() -> Response:
    """Show how fair the calls of this term were."""
    return _numbers("calls/numbers.html")


@blueprint.get("/numbers/paper")
@access(Access.DUTY_TEACHER)
def paper() -> Response:
    """Show the same as it goes to the printer; it names nobody, so that no audit needs to know."""
    return _numbers("calls/numbers_paper.html")


@blueprint.get("/care")
@access(Access.ADMINISTRATOR)
def care() -> Response:
    """Show the children after whom a class teacher should ask."""
    return staff_page.show("calls/care.html", children=call_care.children(here=context.here()))


def _numbers(template: str) -> Response:
    here = context.here()
    numbers = call_numbers.numbers(here=here)
    return staff_page.show(
        template,
        numbers=numbers,
        untold=call_numbers_untold.of(numbers),
        school=here.settings.school or here.settings.home,
    )
