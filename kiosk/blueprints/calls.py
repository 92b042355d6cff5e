"""The telephone: the day's calls, seating a child by hand, the lines."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from uuid import UUID

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from kiosk.errors import InvalidInputError, KioskError, RefusedError
from kiosk.rules.call_states import CallState
from kiosk.services import call_desk, call_lines, call_places, people
from kiosk.services.call_board import BoardRow
from kiosk.services.call_desk import CallResult
from kiosk.services.call_lines import LineKind
from kiosk.web import context, forms, staff_page, staff_screen
from kiosk.web.errors import status_of
from kiosk.web.guards import Access, access

blueprint = Blueprint("calls", __name__, url_prefix="/staff/calls")

_LONGEST_NAME = 40
_MOST_VERSIONS = 1_000_000
_FREE_SHOWN = 6


@blueprint.get("")
@access(Access.DUTY_TEACHER)
def day() -> Response:
    """Show the calls of a day."""
    return _day(forms.day("on", default=context.here().today))


@blueprint.post("/<uuid:booking_id>")
@access(Access.DUTY_TEACHER)
def change(booking_id: UUID) -> Response:
    """Lead a call to its next state; the slower of two screens reads why not."""
    here = context.here()
    on = call_desk.one(booking_id, here=here).on
    try:
        call_desk.change(
            booking_id,
            forms.one_of("to_state", CallState),
            forms.number("version", least=1, most=_MOST_VERSIONS),
            staff_id=staff_screen.signed_in().staff_id,
            result=forms.one_of("result", CallResult) if forms.raw("result") else None,
            is_sure=bool(forms.raw("is_sure")),
            here=here,
        )
    except RefusedError as error:
        return _day(on, refused=error)
    return _to_day(on, booking_id)


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
        return _day(on, refused=error)
    return _to_day(on, booking_id)


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
    return _day(row.on, revealed={booking_id: revealed})


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
    """Take a line into use or out of it."""
    released = call_lines.set_in_use(
        line_id,
        is_in_use=forms.raw("in_use") == "yes",
        staff_id=staff_screen.signed_in().staff_id,
        here=context.here(),
    )
    return redirect(url_for("calls.lines", released=released or None), code=303)


def _lines(*, refused: KioskError | None = None) -> Response:
    return staff_page.show_form(
        "calls/lines.html",
        refused,
        lines=call_lines.lines(here=context.here()),
        released=request.args.get("released", default=0, type=int),
    )


def _day(
    on: date, *, refused: RefusedError | None = None, revealed: dict[UUID, str] | None = None
) -> Response:
    here = context.here()
    board = call_desk.board(on, here=here)
    shown = board if "all" in request.args else tuple(_without_most_free_places(board))
    return staff_page.show(
        "calls/day.html",
        status=200 if refused is None else status_of(refused),
        on=on,
        today=here.today,
        day_before=on - timedelta(days=1),
        day_after=on + timedelta(days=1),
        board=shown,
        more_places=len(board) - len(shown),
        without_call=call_desk.without_call_count(here=here),
        refused=refused,
        revealed=revealed or {},
    )


def _without_most_free_places(board: Iterable[BoardRow]) -> Iterator[BoardRow]:
    """Leave out what a teacher who looks for a call has to look past."""
    free = 0
    for row in board:
        free += row.is_free
        if not row.is_free or free <= _FREE_SHOWN:
            yield row


def _to_day(on: date, booking_id: UUID) -> Response:
    return redirect(url_for("calls.day", on=on.isoformat(), _anchor=f"call-{booking_id}"), code=303)
