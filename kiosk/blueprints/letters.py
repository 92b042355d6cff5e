"""Letters home: a class is ticked in one go, a child on its own page."""

from datetime import date
from uuid import UUID

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from kiosk.errors import InvalidInputError, RefusedError
from kiosk.rules import letters as rules
from kiosk.rules.sessions import SessionProblem
from kiosk.services import letters, people, reached
from kiosk.web import context, forms, staff_page, staff_screen
from kiosk.web.guards import Access, access

blueprint = Blueprint("letters", __name__, url_prefix="/staff/letters")


@blueprint.get("")
@access(Access.DUTY_TEACHER)
def show() -> Response:
    """Show a class with who wrote on a day, and how many children were reached in that week."""
    on = forms.day("on", default=context.here().today)
    return _page(on, _class_wanted())


@blueprint.post("")
@access(Access.DUTY_TEACHER)
def tick() -> Response:
    """Store who of a class wrote on a day; with the button for all, everybody."""
    here = context.here()
    on, class_id = forms.day("on", default=here.today), forms.uuid("class_id")
    had, wrote = forms.uuids("had"), forms.uuids("wrote")
    if forms.raw("everybody"):
        wrote = frozenset(one.child_id for one in letters.of_class(class_id, on))
    try:
        letters.tick(on, wrote=wrote, did_not=had - wrote, staff_id=_me(), here=here)
    except RefusedError as error:
        return _page(on, class_id, refused=error)
    done = url_for("letters.show", on=on.isoformat(), class_id=class_id, done=1)
    return redirect(done, code=303)


@blueprint.post("/<uuid:child_id>")
@access(Access.DUTY_TEACHER)
def tick_child(child_id: UUID) -> Response:
    """Note that a child wrote today, or that it did not on a day after all."""
    here = context.here()
    on, one = forms.day("on", default=here.today), frozenset({child_id})
    did_not = one if forms.raw("undo") else frozenset[UUID]()
    letters.tick(on, wrote=one - did_not, did_not=did_not, staff_id=_me(), here=here)
    return redirect(url_for("people.detail", child_id=child_id), code=303)


def _page(on: date, class_id: UUID | None, *, refused: RefusedError | None = None) -> Response:
    here = context.here()
    return staff_page.show_form(
        "letters/page.html",
        refused,
        on=on,
        today=here.today,
        first_day=rules.first_day(here.today),
        may_tick=rules.may_tick(on, today=here.today),
        classes=people.classes(),
        by_class=letters.by_class(on),
        class_id=class_id,
        writers=() if class_id is None else letters.of_class(class_id, on),
        week=reached.in_week_of(on, here=here),
        was_done="done" in request.args,
    )


def _class_wanted() -> UUID | None:
    wanted = request.args.get("class_id", "")
    try:
        return UUID(wanted) if wanted else None
    except ValueError as error:
        raise InvalidInputError(SessionProblem.BAD_FORM, field="class_id") from error


def _me() -> UUID:
    return staff_screen.signed_in().staff_id
