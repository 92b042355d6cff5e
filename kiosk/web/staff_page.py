"""What staff pages share: their frame, 24 h times, and the way back to a page after a lock."""

from collections.abc import Iterable
from datetime import date, datetime

from flask import (
    Blueprint,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from markupsafe import Markup
from werkzeug.wrappers import Response

from kiosk.errors import InvalidInputError, RefusedError
from kiosk.rules import civil
from kiosk.rules.sessions import SessionProblem
from kiosk.rules.staff import StaffRefusal
from kiosk.web import context, htmx, staff_screen

# `staff_door.back` takes it out again (ruling 10).
_BACK_KEY = "back"


def protect(blueprint: Blueprint) -> None:
    """Show no page of these while a child's card has the screen, or before the PIN is one's own."""
    blueprint.before_request(_turn_away)


def _turn_away() -> Response | None:
    member = staff_screen.current()
    if member is None:
        return None
    if member.is_locked:
        if request.method != "GET":
            raise RefusedError(StaffRefusal.SIGNED_OUT)
        return redirect(url_for("kiosk.idle"), code=303)
    if member.must_choose_pin and request.method == "GET":
        return redirect(url_for("staff_door.pin"), code=303)
    return None


def show(template: str, *, status: int = 200, **values: object) -> Response:
    """Return a staff page, and remember where it is for whoever comes back to it."""
    if request.method == "GET" and status == 200 and not htmx.wants_fragment():  # noqa: PLR2004
        session[_BACK_KEY] = request.full_path.removesuffix("?")
    return make_response(render_template(template, **values), status)


def sheets(pages: Iterable[str], *, title: str, back: str) -> Response:
    """Return sheets to cut up, each an SVG of our own printing, whose texts are escaped there."""
    drawn = [Markup(page) for page in pages]  # noqa: S704 - see the docstring
    return show("staff/sheets.html", pages=drawn, title=title, back=back)


def frame() -> dict[str, object]:
    """Return what the layout asks for; looked up only when a page is drawn in full."""
    return {"staff_member": staff_screen.current, "wall_clock": _wall_clock}


def minute(name: str) -> int:
    """Return a time of day in a form, `16:30`, in minutes since midnight."""
    try:
        return civil.minute_of_day(datetime.strptime(request.form.get(name, ""), "%H:%M"))  # noqa: DTZ007 - a wall clock
    except ValueError as error:
        raise InvalidInputError(SessionProblem.BAD_FORM, field=name) from error


def hhmm(at: int | datetime) -> str:
    """Return minutes since midnight, or an instant on the room's wall clock, as `16:28`."""
    if isinstance(at, datetime):
        at = civil.minute_of_day(civil.local(at, context.settings().zone))
    return f"{at // 60:02}:{at % 60:02}"


def local_day(at: datetime) -> date:
    """Return the day of an instant in the room."""
    return civil.local(at, context.settings().zone).date()


def _wall_clock() -> datetime:
    return context.here().local
