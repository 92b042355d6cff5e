"""An empty place for a child that is in the room."""

from uuid import UUID

from flask import Blueprint
from werkzeug.wrappers import Response

from kiosk.errors import KioskError, NotFoundError, RefusedError
from kiosk.rules.call_states import CallRefusal
from kiosk.services import call_repair
from kiosk.web import call_day, context, forms, staff_screen
from kiosk.web.guards import Access, access

blueprint = Blueprint("calls_standby", __name__, url_prefix="/staff/calls/standby")


@blueprint.post("/<uuid:slot_id>")
@access(Access.DUTY_TEACHER)
def take(slot_id: UUID) -> Response:
    """Give an empty place to the child whose turn it is; it stands at the telephone."""
    here = context.here()
    try:
        booking_id = call_repair.take_standby(
            slot_id,
            forms.uuid("child_id"),
            forms.uuid("request_id"),
            here=here,
            by_staff_id=staff_screen.signed_in().staff_id,
        )
    except (NotFoundError, RefusedError) as error:
        return call_day.show(here.today, refused=_as_refusal(error))
    return call_day.changed(here.today, booking_id)


def _as_refusal(error: KioskError) -> RefusedError:
    """Say of a child whose turn it is no more that the place is another's now."""
    return error if isinstance(error, RefusedError) else RefusedError(CallRefusal.SLOT_TAKEN)
