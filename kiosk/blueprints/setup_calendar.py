"""The school's calendar: terms, days on which the room stays closed, days made up for them."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from kiosk.errors import KioskError
from kiosk.rules.school_days import DayKind, TermSpan, WeekLetter
from kiosk.services import days_off, holiday_questions, opening_returns, school_calendar
from kiosk.services.here import Here
from kiosk.services.school_calendar import Changed
from kiosk.web import context, forms, losses, staff_page, staff_screen
from kiosk.web.guards import Access, access

blueprint = Blueprint("setup_calendar", __name__, url_prefix="/staff/setup/calendar")

_TERM_NAME: Final = 40
_DAY_NAME: Final = 60
_DAY: Final = timedelta(days=1)
_BEHIND: Final = timedelta(days=366)
_FIRST_YEAR: Final = 2000
_LAST_YEAR: Final = 2200


@blueprint.get("")
@access(Access.ADMINISTRATOR)
def show() -> Response:
    """Show the terms and the days that are not as their weekday says."""
    return _page(None)


@blueprint.post("/term")
@access(Access.ADMINISTRATOR)
def add_term() -> Response:
    """Add a term."""
    return _set_term(None)


@blueprint.post("/term/<uuid:term_id>")
@access(Access.ADMINISTRATOR)
def change_term(term_id: UUID) -> Response:
    """Change a term, or take it out."""
    if not forms.is_ticked("remove"):
        return _set_term(term_id)
    try:
        changed = school_calendar.remove_term(
            term_id,
            staff_id=staff_screen.signed_in().staff_id,
            here=context.here(),
            agreed=losses.agreed(),
        )
    except KioskError as error:
        return _refused(error)
    return _followed(changed)


@blueprint.post("/days")
@access(Access.ADMINISTRATOR)
def set_days() -> Response:
    """Close days, make one up, or let them be as usual again."""
    staff_id, here = staff_screen.signed_in().staff_id, context.here()
    try:
        span, agreed = _span(), losses.agreed()
        name = forms.text("name", longest=_DAY_NAME)
        if forms.is_ticked("usual"):
            changed = school_calendar.as_usual(span, staff_id=staff_id, here=here, agreed=agreed)
        elif forms.one_of("kind", DayKind) is DayKind.CLOSED:
            changed = school_calendar.close_days(
                name, span, staff_id=staff_id, here=here, agreed=agreed
            )
        else:
            weekday = forms.number("as_weekday", least=1, most=7)
            changed = school_calendar.make_up(
                name,
                span.first_day,
                as_weekday=weekday,
                staff_id=staff_id,
                here=here,
                agreed=agreed,
            )
    except KioskError as error:
        return _refused(error)
    return _followed(changed)


@blueprint.post("/holidays")
@access(Access.ADMINISTRATOR)
def answer_holidays() -> Response:
    """Let the room rest on public holidays, or say that these are days like any other."""
    staff_id, here = staff_screen.signed_in().staff_id, context.here()
    if forms.is_ticked("usual"):
        holiday_questions.decline(_span(), staff_id=staff_id, here=here)
        return _saved()
    try:
        spans = _asked_spans(here) if forms.is_ticked("all") else (_span(),)
        changed = holiday_questions.close(
            spans, staff_id=staff_id, here=here, agreed=losses.agreed()
        )
    except KioskError as error:
        return _refused(error)
    return _followed(changed)


@blueprint.post("/told/<uuid:opening_id>")
@access(Access.ADMINISTRATOR)
def are_told(opening_id: UUID) -> Response:
    """Note that whoever had agreed to an opening that stays cancelled knows of it."""
    opening_returns.are_told(
        opening_id, staff_id=staff_screen.signed_in().staff_id, here=context.here()
    )
    return redirect(url_for("setup_calendar.show"), code=303)


@blueprint.post("/made-up")
@access(Access.ADMINISTRATOR)
def answer_made_up() -> Response:
    """Say as which weekday the school works on a day for a holiday, or that it does not."""
    staff_id, here = staff_screen.signed_in().staff_id, context.here()
    if forms.is_ticked("usual"):
        holiday_questions.decline(_span(), staff_id=staff_id, here=here)
        return _saved()
    try:
        changed = holiday_questions.make_up(
            _span().first_day,
            as_weekday=forms.number("as_weekday", least=1, most=7),
            staff_id=staff_id,
            here=here,
            agreed=losses.agreed(),
        )
    except KioskError as error:
        return _refused(error)
    return _followed(changed)


@blueprint.post("/withdrawn")
@access(Access.ADMINISTRATOR)
def answer_withdrawn() -> Response:
    """Let days that the list has no longer be as usual, or leave them as they are here."""
    staff_id, here = staff_screen.signed_in().staff_id, context.here()
    if forms.is_ticked("stays"):
        holiday_questions.decline(_span(), staff_id=staff_id, here=here)
        return _saved()
    try:
        changed = holiday_questions.give_up(
            _span(), staff_id=staff_id, here=here, agreed=losses.agreed()
        )
    except KioskError as error:
        return _refused(error)
    return _followed(changed)


@blueprint.post("/year")
@access(Access.ADMINISTRATOR)
def know_year() -> Response:
    """Say that the holidays of a year that is not in the list are written in by hand."""
    year = forms.number("year", least=_FIRST_YEAR, most=_LAST_YEAR)
    holiday_questions.know_by_hand(
        year, staff_id=staff_screen.signed_in().staff_id, here=context.here()
    )
    return _saved()


def _asked_spans(here: Here) -> tuple[TermSpan, ...]:
    asked = holiday_questions.asked(here=here)
    return tuple(TermSpan(first_day=o.first_day, last_day=o.last_day) for o in asked.days_off)


def _saved() -> Response:
    return redirect(url_for("setup_calendar.show", saved=1), code=303)


def _set_term(term_id: UUID | None) -> Response:
    try:
        changed = school_calendar.set_term(
            term_id,
            name=forms.text("name", longest=_TERM_NAME),
            span=replace(
                _span(),
                first_letter=forms.one_of_or_none("first_letter", WeekLetter) or WeekLetter.A,
            ),
            staff_id=staff_screen.signed_in().staff_id,
            here=context.here(),
            agreed=losses.agreed(),
        )
    except KioskError as error:
        return _refused(error)
    return _followed(changed)


def _refused(error: KioskError) -> Response:
    asked = losses.ask(error, section="setup", back=url_for("setup_calendar.show"))
    return asked or _page(error)


def _span() -> TermSpan:
    first = forms.day("from", default=date.min)
    return TermSpan(first_day=first, last_day=forms.day("to", default=first))


def _followed(changed: Changed) -> Response:
    context.keep_school(changed.school)
    followed = changed.followed
    return redirect(
        url_for(
            "setup_calendar.show",
            saved=1,
            moved=followed.moved,
            calls=followed.calls_released,
            seated=followed.calls_moved or None,
        ),
        code=303,
    )


def _page(refused: KioskError | None) -> Response:
    here = context.here()
    return staff_page.show_form(
        "setup/calendar.html",
        refused,
        terms=school_calendar.terms(),
        days=days_off.listed(since=here.today),
        days_behind=days_off.listed(since=here.today - _BEHIND, until=here.today - _DAY),
        asked=holiday_questions.asked(here=here),
        asked_again=opening_returns.asked_again(here=here),
        stay_cancelled=opening_returns.stay_cancelled(here=here),
        today=here.today,
        week=here.school.week_number(here.today),
        was_saved="saved" in request.args,
        moved=request.args.get("moved", 0, type=int),
        calls=request.args.get("calls", 0, type=int),
        seated=request.args.get("seated", 0, type=int),
    )
