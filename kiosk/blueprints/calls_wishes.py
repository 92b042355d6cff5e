"""Calls that somebody asks for: a family, a teacher, a child; met, missed, or taken back."""

from datetime import date, timedelta
from typing import Final
from uuid import UUID

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from kiosk.errors import InvalidInputError, KioskError, RefusedError
from kiosk.rules.call_wishes import AskedBy, UrgentReason, WishKind
from kiosk.rules.sessions import SessionProblem
from kiosk.rules.wish_ends import WishProblem, WishTimeSpan
from kiosk.services import call_wishes, urgent_calls, wish_board, wish_places
from kiosk.services.call_wishes import Asked
from kiosk.web import context, forms, staff_page, staff_screen
from kiosk.web.guards import Access, access

blueprint = Blueprint("calls_wishes", __name__, url_prefix="/staff/calls/wishes")

_MOST_TIMES: Final = 20
_DAY: Final = timedelta(days=1)


@blueprint.get("")
@access(Access.DUTY_TEACHER)
def listing() -> Response:
    """Show the wishes from last week on."""
    return _listing(None)


@blueprint.get("/child/<uuid:child_id>")
@access(Access.DUTY_TEACHER)
def new(child_id: UUID) -> Response:
    """Ask what is wished for a child."""
    return _new(child_id, None)


@blueprint.post("/child/<uuid:child_id>")
@access(Access.DUTY_TEACHER)
def ask(child_id: UUID) -> Response:
    """Write a wish down."""
    by = forms.one_of("asked_by", AskedBy)
    if by is AskedBy.CHILD:  # a child asks at its own screen
        raise InvalidInputError(SessionProblem.BAD_FORM, field="asked_by")
    try:
        asked = Asked(
            child_id=child_id,
            contact_id=forms.uuid_or_none("contact_id"),
            kind=WishKind.PARENT,
            asked_by=by,
            times=_times(),
            staff_id=_me(),
            request_id=forms.uuid("request_id"),
        )
        call_wishes.ask(asked, here=context.here())
    except InvalidInputError as error:
        return _new(child_id, error)
    return redirect(url_for("calls_wishes.listing", saved=1), code=303)


@blueprint.post("/child/<uuid:child_id>/urgent")
@access(Access.DUTY_TEACHER)
def ask_urgent(child_id: UUID) -> Response:
    """Place a call that cannot wait at the soonest free place."""
    by = forms.one_of("asked_by", AskedBy)
    if by is AskedBy.CHILD:
        raise InvalidInputError(SessionProblem.BAD_FORM, field="asked_by")
    try:
        call = urgent_calls.place(
            child_id=child_id,
            reason=forms.one_of("reason", UrgentReason),
            asked_by=by,
            request_id=forms.uuid("request_id"),
            staff_id=_me(),
            here=context.here(),
            contact_id=forms.uuid_or_none("contact_id"),
        )
    except (InvalidInputError, RefusedError) as error:
        return _new(child_id, error)
    waits = 1 if call.booking_id is None else None
    return redirect(url_for("calls_wishes.listing", placed=call.booking_id, waits=waits), code=303)


@blueprint.post("/<uuid:wish_id>/withdraw")
@access(Access.DUTY_TEACHER)
def withdraw(wish_id: UUID) -> Response:
    """Take a wish back."""
    try:
        call_wishes.withdraw(wish_id, actor_id=_me(), here=context.here())
    except RefusedError as error:
        return _listing(error)
    return redirect(url_for("calls_wishes.listing"), code=303)


@blueprint.post("/<uuid:wish_id>/place")
@access(Access.DUTY_TEACHER)
def give_place(wish_id: UUID) -> Response:
    """Give a wish a place that is left over."""
    try:
        wish_places.give_place(wish_id, actor_id=_me(), here=context.here())
    except RefusedError as error:
        return _listing(error)
    return redirect(url_for("calls_wishes.listing", placed=wish_id), code=303)


def _times() -> tuple[WishTimeSpan, ...]:
    """Return the openings that were touched, cut to the minutes that were typed for all of them."""
    said = request.form.getlist("time")[:_MOST_TIMES]
    begin, end = _minute("from"), _minute("to")
    found = []
    for one in said:
        span = _span(one)
        cut = WishTimeSpan(
            on=span.on,
            from_min=span.from_min if begin is None else begin,
            to_min=span.to_min if end is None else end,
        )
        found.append(cut)
    return tuple(found)


def _span(said: str) -> WishTimeSpan:
    """Return a time as the form has it, `2026-11-25 990 1080`."""
    try:
        on, begin, end = said.split(" ")
        return WishTimeSpan(on=date.fromisoformat(on), from_min=int(begin), to_min=int(end))
    except ValueError as error:
        raise InvalidInputError(SessionProblem.BAD_FORM, field="time") from error


def _minute(name: str) -> int | None:
    if not forms.raw(name).strip():
        return None
    try:
        return staff_page.minute(name)
    except InvalidInputError as error:
        raise InvalidInputError(WishProblem.WRONG_SPAN) from error


def _me() -> UUID:
    return staff_screen.signed_in().staff_id


def _listing(refused: KioskError | None) -> Response:
    here = context.here()
    wishes = wish_board.look(here=here)
    named = request.args.get("placed")
    return staff_page.show_form(
        "cards/wishes.html",
        refused,
        wishes=wishes,
        was_saved="saved" in request.args,
        urgent_waits="waits" in request.args,
        placed=next(
            (one for one in wishes.rows if named in {str(one.wish_id), str(one.booking_id)}), None
        ),
        tomorrow=here.today + _DAY,
    )


def _new(child_id: UUID, refused: KioskError | None) -> Response:
    here = context.here()
    return staff_page.show_form(
        "cards/wish.html",
        refused,
        ask=wish_board.to_ask(child_id, here=here),
        today=here.today,
        touched=request.form.getlist("time"),
        reasons=tuple(UrgentReason),
    )
