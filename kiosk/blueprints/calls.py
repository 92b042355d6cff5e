"""The telephone: the day's calls, seating a child by hand, the lines."""

from uuid import UUID

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from kiosk.errors import InvalidInputError, KioskError, RefusedError
from kiosk.rules.call_states import CallState
from kiosk.services import (
    call_closures,
    call_desk,
    call_lines,
    call_places,
    call_settings,
    people,
)
from kiosk.services.call_desk import CallResult
from kiosk.services.call_lines import LineKind
from kiosk.web import call_day, context, forms, htmx, staff_page, staff_screen
from kiosk.web.guards import Access, access

blueprint = Blueprint("calls", __name__, url_prefix="/staff/calls")

_LONGEST_NAME = 40
_MOST_VERSIONS = 1_000_000


@blueprint.get("")
@access(Access.DUTY_TEACHER)
def day() -> Response:
    """Show the calls of a day."""
    return call_day.show(forms.day("on", default=context.here().today))


@blueprint.post("/<uuid:booking_id>")
@access(Access.DUTY_TEACHER)
def change(booking_id: UUID) -> Response:
    """Lead a call to its next state; the slower of two screens reads why not."""
    here = context.here()
    on = call_desk.one(booking_id, here=here).on
    to_state = forms.one_of("to_state", CallState)
    try:
        call_desk.change(
            booking_id,
            to_state,
            forms.number("version", least=1, most=_MOST_VERSIONS),
            staff_id=staff_screen.signed_in().staff_id,
            result=forms.one_of("result", CallResult) if forms.raw("result") else None,
            is_sure=bool(forms.raw("is_sure")),
            here=here,
        )
    except RefusedError as error:
        return call_day.show(on, refused=error)
    if to_state is CallState.CALLING and htmx.wants_fragment():
        return number(booking_id)  # who rings needs it
    return call_day.changed(on, booking_id)


@blueprint.post("/<uuid:booking_id>/again")
@access(Access.DUTY_TEACHER)
def again(booking_id: UUID) -> Response:
    """Note that nobody was reached, and ring once more."""
    here = context.here()
    on = call_desk.one(booking_id, here=here).on
    try:
        call_desk.ring_again(
            booking_id,
            forms.number("version", least=1, most=_MOST_VERSIONS),
            result=forms.one_of("result", CallResult),
            here=here,
        )
    except RefusedError as error:
        return call_day.show(on, refused=error)
    return call_day.changed(on, booking_id)


@blueprint.post("/<uuid:booking_id>/number")
@access(Access.DUTY_TEACHER)
def number(booking_id: UUID) -> Response:
    """Show the number of a call that is due; each look stands in the audit."""
    here = context.here()
    row = call_desk.to_ring(booking_id, here=here)
    revealed = people.reveal_phone(
        row.contact_id,
        purpose=f"call:{booking_id}",
        actor_id=staff_screen.signed_in().staff_id,
        here=here,
    )
    return call_day.show(row.on, revealed={booking_id: revealed})


@blueprint.get("/place/<uuid:slot_id>")
@access(Access.DUTY_TEACHER)
def for_place(slot_id: UUID) -> Response:
    """Ask which child gets a free place."""
    here = context.here()
    place = call_places.place(slot_id, here=here)
    return staff_page.show(
        "calls/place.html", place=place, callers=call_places.callers(place.on, here=here)
    )


@blueprint.get("/child/<uuid:child_id>")
@access(Access.DUTY_TEACHER)
def for_child(child_id: UUID) -> Response:
    """Ask whom and when a child calls."""
    here = context.here()
    return staff_page.show(
        "calls/child.html",
        caller=call_places.caller(child_id, here=here),
        places=call_places.places(here=here),
        planning=call_settings.settings(here=here),
        out_of_use=[
            one for one in call_lines.lines(here=here) if one.is_out_today or not one.is_in_use
        ],
    )


@blueprint.post("/book")
@access(Access.DUTY_TEACHER)
def book() -> Response:
    """Book a place for a child."""
    here = context.here()
    call_places.book(
        child_id=forms.uuid("child_id"),
        contact_id=forms.uuid("contact_id"),
        slot_id=forms.uuid("slot_id"),
        request_id=forms.uuid("request_id"),
        staff_id=staff_screen.signed_in().staff_id,
        here=here,
    )
    return redirect(url_for("calls.day", on=forms.day("on", default=here.today)), code=303)


@blueprint.get("/lines")
@access(Access.DUTY_TEACHER)
def lines() -> Response:
    """Show the lines."""
    return _lines()


@blueprint.post("/lines")
@access(Access.ADMINISTRATOR)
def add_line() -> Response:
    """Add a line."""
    try:
        call_lines.add(
            name=forms.text("name", longest=_LONGEST_NAME),
            kind=forms.one_of("kind", LineKind),
            staff_id=staff_screen.signed_in().staff_id,
            here=context.here(),
        )
    except (InvalidInputError, RefusedError) as error:
        return _lines(refused=error)
    return redirect(url_for("calls.lines"), code=303)


@blueprint.post("/lines/<uuid:line_id>")
@access(Access.DUTY_TEACHER)
def set_line(line_id: UUID) -> Response:
    """Take a line into use again; what it costs to take it out is shown first."""
    if forms.raw("in_use") != "yes":
        return redirect(url_for("call_closures.line_out", line_id=line_id), code=303)
    back = call_closures.mend_line(
        line_id, staff_id=staff_screen.signed_in().staff_id, here=context.here()
    )
    return redirect(url_for("calls.lines", back=back or None), code=303)


def _lines(*, refused: KioskError | None = None) -> Response:
    return staff_page.show_form(
        "calls/lines.html",
        refused,
        lines=call_lines.lines(here=context.here()),
        released=request.args.get("released", default=0, type=int),
        moved=request.args.get("moved", default=0, type=int),
        back=request.args.get("back", default=0, type=int),
    )
