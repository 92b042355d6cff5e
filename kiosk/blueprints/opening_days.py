"""A day that is not as the weekly pattern has it: other times, or an opening more."""

from typing import Final
from uuid import UUID

from flask import Blueprint, redirect, url_for
from werkzeug.wrappers import Response

from kiosk.errors import InvalidInputError, KioskError, RefusedError
from kiosk.services import duty_plan, opening_changes, opening_log
from kiosk.services.call_closures import ClosureReason
from kiosk.services.opening_changes import Times
from kiosk.web import context, forms, losses, staff_page, staff_screen
from kiosk.web.guards import Access, access

blueprint = Blueprint("opening_days", __name__, url_prefix="/staff/openings")

_LISTING: Final = "openings.listing"


@blueprint.get("/<uuid:opening_id>/change")
@access(Access.DUTY_TEACHER)
def changing(opening_id: UUID) -> Response:
    """Ask for the other times of one opening."""
    return _changing(opening_id)


@blueprint.post("/<uuid:opening_id>/change")
@access(Access.DUTY_TEACHER)
def change(opening_id: UUID) -> Response:
    """Move one opening to other times; the calls that are lost with it are shown first."""
    try:
        changed = opening_changes.change(
            opening_id,
            from_min=staff_page.minute("from"),
            to_min=staff_page.minute("to"),
            reason=forms.one_of("reason", ClosureReason),
            staff_id=staff_screen.signed_in().staff_id,
            here=context.here(),
            agreed=losses.agreed(),
        )
    except (InvalidInputError, RefusedError) as error:
        back = url_for("opening_days.changing", opening_id=opening_id)
        asked = losses.ask(error, section="openings", back=back)
        return asked or _changing(opening_id, refused=error)
    return redirect(
        url_for(_LISTING, released=changed.released or None, moved=changed.moved or None), code=303
    )


@blueprint.get("/extra")
@access(Access.DUTY_TEACHER)
def extra() -> Response:
    """Ask for the day and the times of an opening that the pattern does not have."""
    return _extra()


@blueprint.post("/extra")
@access(Access.DUTY_TEACHER)
def add() -> Response:
    """Plan an opening that the pattern does not have."""
    here = context.here()
    try:
        times = Times(
            on=forms.day("on", default=here.today),
            from_min=staff_page.minute("from"),
            to_min=staff_page.minute("to"),
        )
        opening_changes.add(
            times,
            on_duty_id=forms.uuid("on_duty"),
            staff_id=staff_screen.signed_in().staff_id,
            here=here,
        )
    except (InvalidInputError, RefusedError) as error:
        return _extra(refused=error)
    return redirect(url_for(_LISTING, to=times.on), code=303)


def _changing(opening_id: UUID, *, refused: KioskError | None = None) -> Response:
    return staff_page.show_form(
        "openings/change.html",
        refused,
        row=opening_log.planned(opening_id, here=context.here()),
        reasons=tuple(ClosureReason),
    )


def _extra(*, refused: KioskError | None = None) -> Response:
    here = context.here()
    return staff_page.show_form(
        "openings/extra.html",
        refused,
        today=here.today,
        people=duty_plan.people(here=here),
        me=staff_screen.signed_in().staff_id,
    )
