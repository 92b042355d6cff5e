"""Visitors who help for an afternoon: who sent them, what for, when they went."""

from typing import Final
from uuid import UUID

from flask import Blueprint, redirect, url_for
from werkzeug.wrappers import Response

from kiosk.errors import KioskError
from kiosk.rules.visitors import LONGEST_NAME, LONGEST_ORGANISATION, MOST_PEOPLE, VisitPurpose
from kiosk.services import visitors
from kiosk.web import context, forms, staff_page, staff_screen
from kiosk.web.guards import Access, access

blueprint = Blueprint("visitors", __name__, url_prefix="/staff/visitors")

_SHOWN: Final = 30


@blueprint.get("")
@access(Access.DUTY_TEACHER)
def show() -> Response:
    """Show who is here from outside, and who was lately."""
    return _page(None)


@blueprint.post("")
@access(Access.DUTY_TEACHER)
def come() -> Response:
    """Note somebody who has come."""
    try:
        visitors.come(
            name=forms.text("name", longest=LONGEST_NAME),
            organisation=forms.text("organisation", longest=LONGEST_ORGANISATION),
            purpose=forms.one_of("purpose", VisitPurpose),
            people=forms.number("people", least=1, most=MOST_PEOPLE),
            request_id=forms.uuid("request_id"),
            staff_id=_me(),
            here=context.here(),
        )
    except KioskError as error:
        return _page(error)
    return redirect(url_for("visitors.show"), code=303)


@blueprint.post("/<uuid:visitor_id>/leave")
@access(Access.DUTY_TEACHER)
def leave(visitor_id: UUID) -> Response:
    """Note that a visitor goes."""
    try:
        visitors.leave(visitor_id, staff_id=_me(), here=context.here())
    except KioskError as error:
        return _page(error)
    return redirect(url_for("visitors.show"), code=303)


def _page(refused: KioskError | None) -> Response:
    here = context.here()
    return staff_page.show_form(
        "duty/visitors.html",
        refused,
        visitors=visitors.recent(here=here, most=_SHOWN),
        purposes=tuple(VisitPurpose),
        is_open=visitors.may_come(here=here),
        today=here.today,
    )


def _me() -> UUID:
    return staff_screen.signed_in().staff_id
