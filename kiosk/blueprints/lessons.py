"""When children are not fetched: the timetable of one child, and of a class at once."""

from uuid import UUID

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from kiosk.errors import InvalidInputError
from kiosk.rules.call_wishes import LessonKind
from kiosk.rules.contact_hours import WEEKDAYS, CardProblem
from kiosk.rules.sessions import SessionProblem
from kiosk.services import child_lessons, people
from kiosk.services.child_lessons import LessonTime
from kiosk.web import context, forms, staff_page, staff_screen
from kiosk.web.guards import Access, access

blueprint = Blueprint("lessons", __name__, url_prefix="/staff/children")


@blueprint.get("/<uuid:child_id>/lessons")
@access(Access.DUTY_TEACHER)
def of_child(child_id: UUID) -> Response:
    """Show when one child is not fetched."""
    return _child(child_id, None)


@blueprint.post("/<uuid:child_id>/lessons")
@access(Access.DUTY_TEACHER)
def change_child(child_id: UUID) -> Response:
    """Write a time on a child's timetable, or take one off."""
    try:
        change = child_lessons.take_from_child if _is_off() else child_lessons.add_to_child
        change(child_id, _time(), actor_id=_me(), here=context.here())
    except InvalidInputError as error:
        return _child(child_id, error)
    return redirect(url_for("lessons.of_child", child_id=child_id), code=303)


@blueprint.get("/class/<uuid:class_id>/lessons")
@access(Access.DUTY_TEACHER)
def of_class(class_id: UUID) -> Response:
    """Show what the children of a class have."""
    return _class(class_id, None)


@blueprint.post("/class/<uuid:class_id>/lessons")
@access(Access.DUTY_TEACHER)
def change_class(class_id: UUID) -> Response:
    """Write a time on the timetable of each child of a class, or take one off."""
    try:
        change = child_lessons.take_from_class if _is_off() else child_lessons.add_to_class
        change(class_id, _time(), actor_id=_me(), here=context.here())
    except InvalidInputError as error:
        return _class(class_id, error)
    return redirect(url_for("lessons.of_class", class_id=class_id), code=303)


def _is_off() -> bool:
    return forms.raw("change") == "off"


def _time() -> LessonTime:
    said = _said_days()
    if not set(said) <= {str(day) for day in WEEKDAYS}:
        raise InvalidInputError(SessionProblem.BAD_FORM, field="day")
    try:
        begin, end = staff_page.minute("from"), staff_page.minute("to")
    except InvalidInputError as error:
        raise InvalidInputError(CardProblem.WRONG_SPAN) from error
    return LessonTime(
        weekdays=tuple(sorted({int(day) for day in said})),
        from_min=begin,
        to_min=end,
        kind=forms.one_of("kind", LessonKind),
    )


def _me() -> UUID:
    return staff_screen.signed_in().staff_id


def _child(child_id: UUID, refused: InvalidInputError | None) -> Response:
    one = people.detail(child_id, here=context.here())
    return staff_page.show_form(
        "cards/lessons.html",
        refused,
        one=one.child,
        of_class=None,
        class_id=one.class_id,
        lines=child_lessons.of_child(child_id),
        days=_days(refused),
        weekdays=WEEKDAYS,
        kinds=tuple(LessonKind),
    )


def _class(class_id: UUID, refused: InvalidInputError | None) -> Response:
    found = child_lessons.of_class(class_id)
    return staff_page.show_form(
        "cards/lessons.html",
        refused,
        one=None,
        of_class=found,
        class_id=class_id,
        lines=found.lines,
        days=_days(refused),
        weekdays=WEEKDAYS,
        kinds=tuple(LessonKind),
    )


def _days(refused: InvalidInputError | None) -> list[str]:
    """Return the days that are touched: the school's, or those that were."""
    return ["1", "2", "3", "4", "5"] if refused is None else _said_days()


def _said_days() -> list[str]:
    """Return the days of the form: touched one by one, or those of a line, `1,3`."""
    return [day for said in request.form.getlist("day") for day in said.split(",") if day]
