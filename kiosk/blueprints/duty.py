"""The duty rota of a month: proposed, agreed to, changed, printed."""

from datetime import date, timedelta
from typing import Final
from uuid import UUID

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from kiosk.errors import KioskError
from kiosk.files.tables import Table
from kiosk.rules.duty import DutyReason, DutyState
from kiosk.services import duty_changes, duty_opening, duty_own, duty_paper, duty_plan
from kiosk.web import context, forms, staff_page, staff_screen
from kiosk.web.guards import Access, access

blueprint = Blueprint("duty", __name__, url_prefix="/staff/duty")

_DAY: Final = timedelta(days=1)
_LONGEST_MONTH: Final = 31
_FOR_THE_PEN: Final = 3  # openings that nobody planned are written in by hand


@blueprint.get("")
@access(Access.DUTY_TEACHER)
def month() -> Response:
    """Show who is on duty in a month, opening by opening."""
    here = context.here()
    first, last = _month(forms.day("on", default=here.today))
    return staff_page.show(
        "duty/month.html",
        rota=duty_plan.rota(first, last, here=here),
        alerts=duty_own.alerts(here=here),
        first=first,
        before=first - _DAY,
        after=last + _DAY,
        today=here.today,
        added=request.args.get("added", default=-1, type=int),
    )


@blueprint.post("/propose")
@access(Access.ADMINISTRATOR)
def propose() -> Response:
    """Propose somebody for each opening of the month that lacks people."""
    here = context.here()
    first, last = _month(forms.day("on", default=here.today))
    made = duty_plan.propose(first, last, actor_id=_me(), here=here)
    return _to_month(first, added=len(made))


@blueprint.post("/agree")
@access(Access.ADMINISTRATOR)
def agree() -> Response:
    """Call all that is proposed in the month agreed."""
    here = context.here()
    first, last = _month(forms.day("on", default=here.today))
    duty_plan.confirm_all(first, last, actor_id=_me(), here=here)
    return _to_month(first)


@blueprint.post("/back")
@access(Access.ADMINISTRATOR)
def take_back() -> Response:
    """Take back what is only proposed in the month."""
    here = context.here()
    first, last = _month(forms.day("on", default=here.today))
    duty_plan.take_back(first, last, actor_id=_me(), here=here)
    return _to_month(first)


@blueprint.get("/opening/<uuid:opening_id>")
@access(Access.ADMINISTRATOR)
def opening(opening_id: UUID) -> Response:
    """Show the people of one opening, and what can be changed."""
    return _opening(opening_id)


@blueprint.post("/opening/<uuid:opening_id>/add")
@access(Access.ADMINISTRATOR)
def add(opening_id: UUID) -> Response:
    """Put somebody on the rota of an opening."""
    staff_id = forms.uuid("staff_id")
    try:
        duty_changes.add(opening_id, staff_id, actor_id=_me(), here=context.here())
    except KioskError as error:
        return _opening(opening_id, error)
    return _to_opening(opening_id)


@blueprint.post("/opening/<uuid:opening_id>/<uuid:duty_id>/give")
@access(Access.ADMINISTRATOR)
def give(opening_id: UUID, duty_id: UUID) -> Response:
    """Give a duty to somebody else."""
    staff_id = forms.uuid("staff_id")
    try:
        duty_changes.give_to(duty_id, staff_id, actor_id=_me(), here=context.here())
    except KioskError as error:
        return _opening(opening_id, error)
    return _to_opening(opening_id)


@blueprint.post("/opening/<uuid:opening_id>/<uuid:duty_id>/say")
@access(Access.ADMINISTRATOR)
def say(opening_id: UUID, duty_id: UUID) -> Response:
    """Say how a duty stands, before it or afterwards."""
    wanted, here = forms.one_of("state", DutyState), context.here()
    reason = forms.one_of("reason", DutyReason) if wanted is DutyState.EXCUSED else None
    try:
        if forms.is_ticked("is_over"):
            duty_changes.put_right(duty_id, wanted, reason=reason, actor_id=_me(), here=here)
        else:
            duty_changes.say(
                duty_id, wanted, reason=reason, actor_id=_me(), is_office=True, here=here
            )
    except KioskError as error:
        return _opening(opening_id, error)
    return _to_opening(opening_id)


@blueprint.post("/opening/<uuid:opening_id>/<uuid:duty_id>/out")
@access(Access.ADMINISTRATOR)
def take_out(opening_id: UUID, duty_id: UUID) -> Response:
    """Take out a duty that was only proposed."""
    try:
        duty_changes.take_out(duty_id, actor_id=_me(), here=context.here())
    except KioskError as error:
        return _opening(opening_id, error)
    return _to_opening(opening_id)


@blueprint.post("/print")
@access(Access.DUTY_TEACHER)
def paper() -> Response:
    """Show L2 as it goes to the printer; the audit knows of it."""
    here = context.here()
    first, last = _month(forms.day("on", default=here.today))
    table = duty_paper.rota(first, last, actor_id=_me(), here=here)
    return staff_page.show(
        "duty/paper.html", table=table, on=first, which="L2", blank_rows=_FOR_THE_PEN
    )


@blueprint.post("/log")
@access(Access.ADMINISTRATOR)
def log() -> Response:
    """Show the duty log of the month as it goes to the printer; the audit knows of it."""
    here = context.here()
    first, last = _month(forms.day("on", default=here.today))
    table = duty_paper.log(first, min(last, here.today), actor_id=_me(), here=here)
    return _paper(table, "log", first, blank_rows=0)


def _paper(table: Table, which: str, on: date, *, blank_rows: int) -> Response:
    return staff_page.show(
        "duty/paper.html", table=table, which=which, on=on, blank_rows=blank_rows
    )


def _opening(opening_id: UUID, refused: KioskError | None = None) -> Response:
    here = context.here()
    return staff_page.show_form(
        "duty/opening.html",
        refused,
        one=duty_opening.look(opening_id, here=here),
        reasons=tuple(DutyReason),
        today=here.today,
    )


def _month(day: date) -> tuple[date, date]:
    """Return the first and last day of the month of a day."""
    first = day.replace(day=1)
    return first, (first + timedelta(days=_LONGEST_MONTH)).replace(day=1) - _DAY


def _me() -> UUID:
    return staff_screen.signed_in().staff_id


def _to_month(first: date, *, added: int | None = None) -> Response:
    return redirect(url_for("duty.month", on=first.isoformat(), added=added), code=303)


def _to_opening(opening_id: UUID) -> Response:
    return redirect(url_for("duty.opening", opening_id=opening_id), code=303)
