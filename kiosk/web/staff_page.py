"""What staff pages share: their frame, 24 h times, and the way back to a page after a lock."""

from datetime import date, datetime
from http import HTTPStatus

from flask import make_response, render_template, request, session
from werkzeug.wrappers import Response

from kiosk.errors import InvalidInputError, KioskError
from kiosk.rules import civil
from kiosk.rules.sessions import SessionProblem
from kiosk.services import waiting
from kiosk.web import context, errors, htmx

# `staff_door.back` takes it out again (ruling 10).
_BACK_KEY = "back"


def show(template: str, *, status: int = 200, **values: object) -> Response:
    """Return a staff page, and remember where it is for whoever comes back to it."""
    return _remembered(make_response(render_template(template, **values), status))


def show_form(template: str, refused: KioskError | None, **values: object) -> Response:
    """Return a page with a form on it: fresh, or with what was typed and why it was refused."""
    typed = {} if refused is None else request.form
    status = HTTPStatus.OK if refused is None else errors.status_of(refused)
    page = render_template(template, **values, refused=refused, typed=typed)
    return _remembered(make_response(page, status))


def _remembered(page: Response) -> Response:
    is_fine = page.status_code == HTTPStatus.OK
    if request.method == "GET" and is_fine and not htmx.wants_fragment():
        session[_BACK_KEY] = request.full_path.removesuffix("?")
    return page


def frame() -> dict[str, object]:
    """Return what the layout asks for; looked up only when a page is drawn in full."""
    return {"wall_clock": _wall_clock, "waiting_count": _waiting_count}


def minute(name: str) -> int:
    """Return a time of day in a form, `16:30`, in minutes since midnight.

    Chinese input methods write a colon of their own.
    """
    said = request.form.get(name, "").strip().replace("\N{FULLWIDTH COLON}", ":")
    try:
        return civil.minute_of_day(datetime.strptime(said, "%H:%M"))  # noqa: DTZ007 - a wall clock
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


def _waiting_count() -> int:
    return waiting.count(here=context.here())


def _wall_clock() -> datetime:
    return context.here().local
