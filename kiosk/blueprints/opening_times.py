"""When the room was open: said afterwards, put right, and what was put right for who audits it."""

from datetime import timedelta
from uuid import UUID

from flask import Blueprint, redirect, url_for
from werkzeug.wrappers import Response

from kiosk.errors import InvalidInputError, KioskError, RefusedError
from kiosk.services import opening_corrections, opening_times
from kiosk.services.opening_times import Said
from kiosk.web import context, forms, staff_page, staff_screen
from kiosk.web.guards import Access, access

blueprint = Blueprint("opening_times", __name__, url_prefix="/staff/openings")

_LONGEST_REASON = 140
_OFTEN = 999
_LONGEST_PERIOD = timedelta(days=400)


@blueprint.get("/<uuid:opening_id>/times")
@access(Access.DUTY_TEACHER)
def asking(opening_id: UUID) -> Response:
    """Show what is known of an opening's times, or what its traces propose."""
    return _asking(opening_id)


@blueprint.post("/<uuid:opening_id>/times")
@access(Access.DUTY_TEACHER)
def say(opening_id: UUID) -> Response:
    """Store when the room was open; what stood there before stays on record."""
    here = context.here()
    try:
        opening_times.say(
            opening_id,
            Said(
                opened_min=staff_page.minute("opened"),
                closed_min=staff_page.minute("closed"),
                duty_staff_id=forms.uuid_or_none("duty"),
                reason=forms.text("reason", longest=_LONGEST_REASON) or None,
                seq=forms.number("seq", least=0, most=_OFTEN),
            ),
            staff_id=staff_screen.signed_in().staff_id,
            here=here,
        )
    except (InvalidInputError, RefusedError) as error:
        return _asking(opening_id, refused=error)
    return redirect(url_for("openings.listing"), code=303)


@blueprint.get("/corrections")
@access(Access.DUTY_TEACHER)
def corrections() -> Response:
    """Show what was put right in a period: old, new, by whom, when and why."""
    here = context.here()
    first = forms.day("from", default=here.today.replace(day=1))
    last = forms.day("to", default=here.today)
    last = max(first, min(last, first + _LONGEST_PERIOD))
    return staff_page.show(
        "openings/corrections.html",
        rows=opening_corrections.between(first, last, here=here),
        first=first,
        last=last,
    )


def _asking(opening_id: UUID, *, refused: KioskError | None = None) -> Response:
    return staff_page.show_form(
        "openings/times.html",
        refused,
        one=opening_times.to_say(opening_id, here=context.here()),
    )
