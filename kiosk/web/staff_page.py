"""What staff pages share: their frame, 24 h times, and the way back to a page after a lock."""

from collections.abc import Iterable
from datetime import date, datetime

from flask import make_response, render_template, request, session
from markupsafe import Markup
from werkzeug.wrappers import Response

from kiosk.errors import InvalidInputError
from kiosk.rules import civil
from kiosk.rules.sessions import SessionProblem
from kiosk.web import context, htmx

# `staff_door.back` takes it out again (ruling 10).
_BACK_KEY = "back"


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
    return {"wall_clock": _wall_clock}


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
