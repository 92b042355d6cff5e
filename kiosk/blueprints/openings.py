"""The room opens and closes; plan beside fact."""

from collections.abc import Mapping
from datetime import date, timedelta
from uuid import UUID

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from kiosk.errors import InvalidInputError, KioskError, RefusedError
from kiosk.rules.openings import Hazard, OpeningKind, OpeningRefusal
from kiosk.rules.school_days import WeekLetter
from kiosk.rules.sessions import SessionProblem
from kiosk.rules.staff import Role
from kiosk.services import (
    call_closures,
    closing_notes,
    compliance,
    opening_check,
    opening_log,
    opening_returns,
    opening_rules,
    openings,
)
from kiosk.services.call_closures import ClosureReason
from kiosk.services.here import Here
from kiosk.web import closing_form, context, forms, losses, staff_page, staff_screen
from kiosk.web.errors import status_of
from kiosk.web.guards import Access, access

blueprint = Blueprint("openings", __name__, url_prefix="/staff")

_LONGEST_NOTE = 200
_WORKS, _BROKEN = _TRIED = "works", "broken"
_DIGEST = 64
_HOME = "staff_home.home"
_ENDS_FIRST = "order"  # neither time alone is wrong; the template has its sentence
_LONGEST_PERIOD = timedelta(days=200)


@blueprint.get("/opening/open")
@access(Access.DUTY_TEACHER)
def opening() -> Response:
    """Ask for the eight-hazard check, and whether the telephones work."""
    return _opening()


@blueprint.post("/opening/open")
@access(Access.DUTY_TEACHER)
def open_room() -> Response:
    """Open the room: duty is signed on with it."""
    notes = _notes()
    try:
        openings.open_room(
            staff_id=staff_screen.signed_in().staff_id,
            exceptions=notes,
            phones=_phones(),
            here=context.here(),
        )
    except RefusedError as error:
        if error.reason is not OpeningRefusal.CHECK_MISSING:
            raise
        return _opening(status=409, notes=notes, phones=_phones(), missing_note=True)
    return redirect(url_for(_HOME, opened=1), code=303)


@blueprint.post("/opening/duty")
@access(Access.DUTY_TEACHER)
def take_over() -> Response:
    """Take the duty over; whoever was on it signs off."""
    openings.take_over_duty(staff_id=staff_screen.signed_in().staff_id, here=context.here())
    return redirect(url_for(_HOME), code=303)


@blueprint.get("/opening/close")
@access(Access.DUTY_TEACHER)
def closing() -> Response:
    """Show what is to be looked at before closing."""
    return _closing()


@blueprint.post("/opening/close")
@access(Access.DUTY_TEACHER)
def close_room() -> Response:
    """Close the room; what was ticked and written stays where something is missing yet."""
    try:
        openings.close_room(
            is_tidy=forms.is_ticked("is_tidy"),
            are_told=forms.is_ticked("are_told"),
            signed=closing_form.signed(),
            staff_id=staff_screen.signed_in().staff_id,
            here=context.here(),
        )
    except (InvalidInputError, RefusedError) as error:
        if error.reason is OpeningRefusal.NOT_OPEN:
            raise
        return _closing(refused=error)
    context.kiosk().record.send_now()
    return redirect(url_for(_HOME), code=303)


@blueprint.get("/openings")
@access(Access.DUTY_TEACHER)
def listing() -> Response:
    """Show plan beside fact for a period, with the weekly pattern."""
    first, last = _usual_period(context.here())
    first, last = forms.day("from", default=first), forms.day("to", default=last)
    return _listing(first, max(first, min(last, first + _LONGEST_PERIOD)))


@blueprint.get("/openings/<uuid:opening_id>/cancel")
@access(Access.DUTY_TEACHER)
def cancelling(opening_id: UUID) -> Response:
    """Say what cancelling an opening would do, before it is done."""
    return _cancelling(opening_id)


@blueprint.post("/openings/<uuid:opening_id>/cancel")
@access(Access.DUTY_TEACHER)
def cancel(opening_id: UUID) -> Response:
    """Cancel a planned opening; when other things would follow by now, these are shown first."""
    try:
        closed = call_closures.close_opening(
            opening_id,
            reason=forms.one_of("reason", ClosureReason),
            digest=forms.text("digest", longest=_DIGEST),
            staff_id=staff_screen.signed_in().staff_id,
            here=context.here(),
        )
    except RefusedError as error:
        return _cancelling(opening_id, refused=error)
    return redirect(
        url_for("openings.listing", released=closed.released or None, moved=closed.moved or None),
        code=303,
    )


@blueprint.post("/openings/<uuid:opening_id>/reopen")
@access(Access.DUTY_TEACHER)
def reopen(opening_id: UUID) -> Response:
    """Plan a cancelled opening after all."""
    try:
        call_closures.reopen(
            opening_id, staff_id=staff_screen.signed_in().staff_id, here=context.here()
        )
    except RefusedError as error:
        return _listing(*_usual_period(context.here()), not_again=error)
    return redirect(url_for("openings.listing"), code=303)


@blueprint.post("/openings/rules")
@access(Access.ADMINISTRATOR)
def add_rule() -> Response:
    """Add a line to the weekly pattern."""
    try:
        from_min, to_min = _times()
        opening_rules.add_rule(
            opening_rules.NewRule(
                weekday=forms.number("weekday", least=1, most=7),
                from_min=from_min,
                to_min=to_min,
                place_min=forms.number("place_min", least=5, most=60),
                kind=forms.one_of("kind", OpeningKind),
                letter=forms.one_of_or_none("letter", WeekLetter),
            ),
            staff_id=staff_screen.signed_in().staff_id,
            here=context.here(),
        )
    except (InvalidInputError, RefusedError) as error:
        return _listing(*_usual_period(context.here()), refused=error)
    return redirect(url_for("openings.listing"), code=303)


@blueprint.post("/openings/rules/<uuid:rule_id>/end")
@access(Access.ADMINISTRATOR)
def end_rule(rule_id: UUID) -> Response:
    """End a line of the weekly pattern today; the calls that are lost with it are shown first."""
    try:
        done = opening_rules.end_rule(
            rule_id,
            staff_id=staff_screen.signed_in().staff_id,
            here=context.here(),
            agreed=losses.agreed(),
        )
    except RefusedError as error:
        asked = losses.ask(error, section="openings", back=url_for("openings.listing"))
        return asked or _listing(*_usual_period(context.here()), refused=error)
    return redirect(
        url_for(
            "openings.listing",
            released=done.calls_released or None,
            moved=done.calls_moved or None,
        ),
        code=303,
    )


def _closing(*, refused: KioskError | None = None) -> Response:
    return staff_page.show_form(
        "openings/close.html",
        refused,
        sheet=openings.closing_sheet(here=context.here()),
        out=closing_notes.outstanding(),
        me=staff_screen.signed_in(),
    )


def _opening(
    *,
    status: int = 200,
    notes: Mapping[Hazard, str] | None = None,
    phones: Mapping[UUID, bool] | None = None,
    **values: object,
) -> Response:
    return staff_page.show(
        "openings/open.html",
        status=status,
        hazards=tuple(Hazard),
        before=opening_check.before(here=context.here()),
        notes=notes or {},
        phones=phones or {},
        **values,
    )


def _phones() -> dict[UUID, bool]:
    """Return what was found of each line that was tried; a line that nobody tried says nothing."""
    before = opening_check.before(here=context.here())
    said = {one.line_id: request.form.get(f"line_{one.line_id}") for one in before.lines}
    return {line_id: word == _WORKS for line_id, word in said.items() if word in _TRIED}


def _cancelling(opening_id: UUID, *, refused: KioskError | None = None) -> Response:
    here = context.here()
    return staff_page.show_form(
        "openings/cancel.html",
        refused,
        row=opening_log.planned(opening_id, here=here),
        preview=call_closures.preview_opening(opening_id, here=here),
        dues=call_closures.due_moves(opening_id, here=here),
        reasons=tuple(ClosureReason),
    )


def _listing(
    first: date,
    last: date,
    *,
    refused: KioskError | None = None,
    not_again: KioskError | None = None,
) -> Response:
    here = context.here()
    rows = opening_log.between(first, last, here=here)
    page = staff_page.show_form(
        "openings/listing.html",
        refused,
        not_again=not_again,
        asked_again=opening_returns.asked_again(here=here),
        rows=rows,
        warned=compliance.warnings(here=here),
        total=opening_log.total(rows),
        first=first,
        last=last,
        today=here.today,
        rules=opening_rules.rules(here=here),
        kinds=tuple(OpeningKind),
        week=(here.school.week_number(here.today), here.school.week_letter(here.today)),
        may_edit=staff_screen.signed_in().role is Role.ADMINISTRATOR,
        released=request.args.get("released", default=0, type=int),
        moved=request.args.get("moved", default=0, type=int),
    )
    if not_again is not None:
        page.status_code = status_of(not_again)
    return page


def _usual_period(here: Here) -> tuple[date, date]:
    return here.today - timedelta(days=14), here.today + timedelta(days=7)


def _times() -> tuple[int, int]:
    """Return when a line of the pattern opens and closes, in that order."""
    from_min, to_min = staff_page.minute("from"), staff_page.minute("to")
    if to_min <= from_min:
        raise InvalidInputError(SessionProblem.BAD_FORM, field=_ENDS_FIRST)
    return from_min, to_min


def _notes() -> dict[Hazard, str]:
    """Return the note of each hazard that was ticked as not fine, whichever button was pressed."""
    return {
        hazard: forms.text(f"note_{hazard}", longest=_LONGEST_NOTE)
        for hazard in Hazard
        if hazard in request.form.getlist("not_fine")
    }
