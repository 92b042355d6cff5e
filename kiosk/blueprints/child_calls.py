"""A child's family calls: see the own one, choose whom and when, or ask for one and wait."""

from dataclasses import replace
from uuid import UUID

from flask import Blueprint, request
from werkzeug.wrappers import Response

from kiosk.errors import RefusedError
from kiosk.rules.day_parts import DayPart
from kiosk.services import call_asking, call_turns, calls, own_page, passbook, standby_asking
from kiosk.services.answers import OwnPageSaying
from kiosk.web import child_screen, context, forms, screens
from kiosk.web.child_sessions import ChildSession
from kiosk.web.guards import Access, access

blueprint = Blueprint("child_calls", __name__, url_prefix="/me/call")


@blueprint.get("")
@access(Access.CHILD)
def own() -> Response:
    """Show the child's own call and what comes next; a telephone that is free now comes first."""
    child = child_screen.require()
    offer = standby_asking.ask(child_id=child.child_id, face=child.face, here=context.here())
    return _own(child) if offer is None else screens.show(offer)


@blueprint.get("/later")
@access(Access.CHILD)
def later() -> Response:
    """Show the own call without the telephone that is free now."""
    return _own(child_screen.require())


@blueprint.post("/standby")
@access(Access.CHILD)
def standby() -> Response:
    """Take the telephone that is free now."""
    child = child_screen.require()
    try:
        answer = standby_asking.take(
            slot_id=forms.uuid("slot_id"),
            child_id=child.child_id,
            request_id=forms.uuid("request_id"),
            face=child.face,
            here=context.here(),
        )
    except RefusedError as error:
        return screens.refuse(error, child)
    return screens.show(answer)


def _own(child: ChildSession) -> Response:
    """Show what there is to tell; who has nothing to be told may choose."""
    here = context.here()
    page = call_asking.page(child_id=child.child_id, face=child.face, here=here)
    if page is None:
        return _who(child)
    if page.call is not None and page.news.is_now:
        return screens.show(call_turns.turn(page.call, page.news, face=child.face))
    return screens.show(page)


@blueprint.get("/who")
@access(Access.CHILD)
def who() -> Response:
    """Ask who shall be called."""
    return _who(child_screen.require())


@blueprint.get("/<uuid:contact_id>")
@access(Access.CHILD)
def when(contact_id: UUID) -> Response:
    """Ask at what time."""
    child = child_screen.require()
    try:
        answer = call_asking.when(
            child_id=child.child_id, contact_id=contact_id, face=child.face, here=context.here()
        )
    except RefusedError as error:
        return screens.refuse(error, child)
    return screens.show(answer)


@blueprint.post("")
@access(Access.CHILD)
def book() -> Response:
    """Book the place; the third touch."""
    child = child_screen.require()
    try:
        answer = calls.book(
            child_id=child.child_id,
            contact_id=forms.uuid("contact_id"),
            slot_id=forms.uuid("slot_id"),
            request_id=forms.uuid("request_id"),
            face=child.face,
            here=context.here(),
        )
    except RefusedError as error:
        return screens.refuse(error, child)
    tell = passbook.to_talk_about(child_id=child.child_id, here=context.here())
    return screens.show(replace(answer, books=tell))


@blueprint.post("/ask")
@access(Access.CHILD)
def ask() -> Response:
    """Ask for a call: next week's plan looks for a time."""
    child = child_screen.require()
    try:
        answer = call_asking.ask(
            child_id=child.child_id,
            contact_id=forms.uuid("contact_id"),
            part=forms.one_of("part", DayPart) if request.form.get("part") else None,
            request_id=forms.uuid("request_id"),
            face=child.face,
            here=context.here(),
        )
    except RefusedError as error:
        return screens.refuse(error, child)
    return screens.show(answer)


@blueprint.post("/ask/<uuid:wish_id>/undo")
@access(Access.CHILD)
def undo_ask(wish_id: UUID) -> Response:
    """Take back what was asked a moment ago."""
    child, here = child_screen.require(), context.here()
    try:
        call_asking.undo(wish_id=wish_id, child_id=child.child_id, here=here)
    except RefusedError as error:
        return screens.refuse(error, child)
    return _cancelled(child)


@blueprint.post("/<uuid:booking_id>/undo")
@access(Access.CHILD)
def undo_call(booking_id: UUID) -> Response:
    """Give the place back that was booked a moment ago."""
    child = child_screen.require()
    try:
        calls.undo(booking_id=booking_id, child_id=child.child_id, here=context.here())
    except RefusedError as error:
        return screens.refuse(error, child)
    return _cancelled(child)


def _who(child: ChildSession) -> Response:
    try:
        answer = calls.who(child_id=child.child_id, face=child.face, here=context.here())
    except RefusedError as error:
        return screens.refuse(error, child)
    return screens.show(answer)


def _cancelled(child: ChildSession) -> Response:
    return screens.show(
        own_page.show(
            child_id=child.child_id,
            face=child.face,
            saying=OwnPageSaying.CALL_CANCELLED,
            here=context.here(),
        )
    )
