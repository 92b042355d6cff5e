"""What was said of a call, taken back for two minutes and put right for a week."""

from uuid import UUID

from flask import Blueprint
from werkzeug.wrappers import Response

from kiosk.errors import RefusedError
from kiosk.rules import call_corrections as rules
from kiosk.rules.call_corrections import CorrectionReason, CorrectionRefusal
from kiosk.rules.call_states import CallState
from kiosk.rules.contact_hours import PartOfDay
from kiosk.services import call_corrections, call_desk, call_groups, contact_hours
from kiosk.web import call_day, context, forms, staff_page, staff_screen
from kiosk.web.guards import Access, access

blueprint = Blueprint("calls_afterwards", __name__, url_prefix="/staff/calls")

_MOST_VERSIONS = 1_000_000
_SAID_HERE = tuple(one for one in CorrectionReason if one is not CorrectionReason.PAPER)


@blueprint.post("/<uuid:booking_id>/undo")
@access(Access.DUTY_TEACHER)
def undo(booking_id: UUID) -> Response:
    """Take back what was said of a call a moment ago."""
    here = context.here()
    on = call_desk.one(booking_id, here=here).on
    try:
        call_corrections.undo(
            booking_id,
            forms.number("version", least=1, most=_MOST_VERSIONS),
            staff_id=staff_screen.signed_in().staff_id,
            here=here,
        )
    except RefusedError as error:
        return call_day.show(on, refused=error)
    return call_day.changed(on, booking_id)


@blueprint.get("/<uuid:booking_id>/correct")
@access(Access.DUTY_TEACHER)
def correcting(booking_id: UUID) -> Response:
    """Ask what a call came to instead, and why it was said otherwise."""
    return _correcting(booking_id)


@blueprint.post("/<uuid:booking_id>/correct")
@access(Access.DUTY_TEACHER)
def correct(booking_id: UUID) -> Response:
    """Put right what was said of a call."""
    here = context.here()
    on = call_desk.one(booking_id, here=here).on
    try:
        call_corrections.correct(
            booking_id,
            forms.number("version", least=1, most=_MOST_VERSIONS),
            forms.one_of("to_state", CallState),
            reason=forms.one_of("reason", CorrectionReason),
            staff_id=staff_screen.signed_in().staff_id,
            here=here,
            whose=forms.uuids("whose"),
        )
    except RefusedError as error:
        return _correcting(booking_id, refused=error)
    return call_day.changed(on, booking_id)


@blueprint.post("/<uuid:booking_id>/better")
@access(Access.DUTY_TEACHER)
def better(booking_id: UUID) -> Response:
    """Write on the card when somebody who did not answer is better rung."""
    here = context.here()
    row = call_desk.one(booking_id, here=here)
    contact_id, *also = call_groups.cards_rung(booking_id)
    contact_hours.better_time(
        contact_id,
        forms.one_of("part", PartOfDay),
        also=also,
        actor_id=staff_screen.signed_in().staff_id,
        here=here,
    )
    return call_day.changed(row.on, booking_id)


def _correcting(booking_id: UUID, *, refused: RefusedError | None = None) -> Response:
    here = context.here()
    row = call_desk.one(booking_id, here=here)
    may = rules.corrected_states(row.state, days_ago=(here.today - row.on).days)
    if not may and refused is None:
        refused = RefusedError(CorrectionRefusal.NOT_TO_CORRECT)
    return staff_page.show_form(
        "calls/correct.html",
        refused,
        row=row,
        group=call_desk.together(row, here=here),
        ticked=forms.uuids("whose"),
        states=tuple(state for state in rules.ON_PAPER if state in may),
        reasons=_SAID_HERE,
    )
