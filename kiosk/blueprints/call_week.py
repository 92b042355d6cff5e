"""The plan of a week: drafted, looked at, published, and made again to prove it."""

from datetime import date, timedelta
from uuid import UUID

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from kiosk.errors import InvalidInputError, KioskError, RefusedError
from kiosk.rules.sessions import SessionProblem
from kiosk.services import call_settings, people, reached, week_pages, week_plans, week_publishing
from kiosk.services.here import Here
from kiosk.services.week_pages import SeatRow, WeekPage
from kiosk.services.week_receipts import Rerun, run_again
from kiosk.web import context, forms, staff_page, staff_screen
from kiosk.web.guards import Access, access

blueprint = Blueprint("call_week", __name__, url_prefix="/staff/calls/week")

_ROWS_A_PAGE = 100
_MOST_PAGES = 99


@blueprint.get("")
@access(Access.DUTY_TEACHER)
def show() -> Response:
    """Show the plan of a week; the next one is drafted when its time has come."""
    here = context.here()
    week_plans.draft_if_due(here=here)
    return _page(_monday(here))


@blueprint.post("/draft")
@access(Access.DUTY_TEACHER)
def draft() -> Response:
    """Draft a week, or draft it anew."""
    here = context.here()
    monday = forms.day("on", default=here.today)
    try:
        week_plans.draft(monday, actor_id=staff_screen.signed_in().staff_id, here=here)
    except RefusedError as error:
        return _page(week_plans.first_day(monday), refused=error)
    return redirect(url_for("call_week.show", on=monday.isoformat(), anew=1), code=303)


@blueprint.post("/publish")
@access(Access.DUTY_TEACHER)
def publish() -> Response:
    """Make calls of a draft."""
    here = context.here()
    monday = week_plans.first_day(forms.day("on", default=here.today))
    try:
        week_publishing.publish(
            forms.uuid("plan_id"), actor_id=staff_screen.signed_in().staff_id, here=here
        )
    except RefusedError as error:
        return _page(monday, refused=error)
    return redirect(url_for("call_week.show", on=monday.isoformat(), out=1), code=303)


def _monday(here: Here) -> date:
    """Return the week that is asked for, else the one that has something to be done."""
    this = week_plans.first_day(here.today)
    if "on" in request.args:
        return week_plans.first_day(forms.day("on", default=this))
    following = week_pages.page(this + week_plans.WEEK, here=here)
    return this if following is None else this + week_plans.WEEK


def _page(monday: date, *, refused: KioskError | None = None) -> Response:
    here = context.here()
    plan = week_pages.page(monday, here=here)
    rows, at, pages = _chosen(plan)
    return staff_page.show_form(
        "calls/week.html",
        refused,
        plan=plan,
        monday=monday,
        sunday=monday + timedelta(days=6),
        this_monday=week_plans.first_day(here.today),
        next_monday=week_plans.first_day(here.today) + week_plans.WEEK,
        is_over=monday + week_plans.WEEK <= here.today,
        week=reached.in_week_of(monday, here=here) if monday <= here.today else None,
        settings=call_settings.settings(here=here),
        classes=people.classes(),
        class_id=_class_id(),
        is_only_without=_is_only_without(),
        rows=rows,
        page_at=at,
        pages=pages,
        rerun=_rerun(monday, here),
        was_drafted="anew" in request.args,
        was_published="out" in request.args,
    )


def _rerun(monday: date, here: Here) -> Rerun | None:
    return run_again(monday, here=here) if "check" in request.args else None


def _chosen(plan: WeekPage | None) -> tuple[tuple[SeatRow, ...], int, int]:
    """Return the rows of the page that is asked for, its number, and how many pages there are."""
    class_id, is_only_without = _class_id(), _is_only_without()
    rows = tuple(
        row
        for row in (() if plan is None else plan.rows)
        if class_id in {None, row.class_id} and (row.is_without or not is_only_without)
    )
    pages = max(-(-len(rows) // _ROWS_A_PAGE), 1)
    at = min(forms.page("page", most=_MOST_PAGES), pages - 1)
    return rows[at * _ROWS_A_PAGE : (at + 1) * _ROWS_A_PAGE], at, pages


def _is_only_without() -> bool:
    return "without" in request.args


def _class_id() -> UUID | None:
    wanted = request.args.get("class_id", "")
    try:
        return UUID(wanted) if wanted else None
    except ValueError as error:
        raise InvalidInputError(SessionProblem.BAD_FORM, field="class_id") from error
