"""One place answers every error: the true status, one kind sentence, and the screen stays."""

from http import HTTPStatus
from typing import Final

from flask import Flask, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from kiosk.errors import (
    InvalidInputError,
    KioskError,
    NotFoundError,
    RefusedError,
    UnavailableError,
)
from kiosk.rules.sessions import SessionProblem
from kiosk.rules.staff import StaffRefusal
from kiosk.web import context, htmx, pinyin, same_origin

_STATUS: Final = {
    InvalidInputError: HTTPStatus.UNPROCESSABLE_ENTITY,
    NotFoundError: HTTPStatus.NOT_FOUND,
    RefusedError: HTTPStatus.CONFLICT,
    UnavailableError: HTTPStatus.SERVICE_UNAVAILABLE,
}
_OWN_STATUS: Final = {
    SessionProblem.ENDED: HTTPStatus.UNAUTHORIZED,
    SessionProblem.FOREIGN_PAGE: HTTPStatus.FORBIDDEN,
    StaffRefusal.SIGNED_OUT: HTTPStatus.UNAUTHORIZED,
    StaffRefusal.NOT_YOUR_ROLE: HTTPStatus.FORBIDDEN,
    StaffRefusal.PLEASE_WAIT: HTTPStatus.TOO_MANY_REQUESTS,
}


def install(app: Flask) -> None:
    app.register_error_handler(KioskError, answer)
    app.register_error_handler(CSRFError, _no_token)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, lambda error: _unforeseen(app, error))


def answer(error: KioskError) -> Response:
    """Return the sentence for an error as a notice, which leaves the screen below as it is."""
    if isinstance(error, UnavailableError):
        context.log().error("unavailable: %s", error.reason.value, exc_info=error.__cause__)
    return _said(error)


def _said(error: KioskError) -> Response:
    template = "errors/_notice.html"
    is_staff = request.path.startswith("/staff")
    if not is_staff:
        pinyin.draw_for(None)
    if not htmx.wants_fragment():
        template = "errors/staff.html" if is_staff else "kiosk/screen.html"
    response = make_response(
        render_template(
            template,
            fragment="errors/_notice.html",
            reason=error.reason,
            values={"today": context.here().today, **error.values},
            staff_error=error,
        ),
        status_of(error),
    )
    if template == "kiosk/screen.html":
        htmx.widen(response)
    response.headers["HX-Retarget"] = "#notice"
    response.headers["HX-Reswap"] = "innerHTML"
    return response


def status_of(error: KioskError) -> int:
    """Return the status that tells the truth about an error."""
    own = next((status for reason, status in _OWN_STATUS.items() if reason is error.reason), None)
    return own or _STATUS[type(error)]


def _no_token(error: CSRFError) -> Response:
    return answer(InvalidInputError(same_origin.reason_of(error)))


def _http(error: HTTPException) -> Response:
    match error.code:
        case HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            return _with_status(InvalidInputError(SessionProblem.TOO_LARGE), error)
        case HTTPStatus.NOT_FOUND | HTTPStatus.METHOD_NOT_ALLOWED:
            return _with_status(NotFoundError(SessionProblem.NO_SUCH_PAGE), error)
        case _:
            return _with_status(InvalidInputError(SessionProblem.BAD_FORM), error)


def _with_status(plain: KioskError, error: HTTPException) -> Response:
    if error.code == HTTPStatus.BAD_REQUEST and not _host_is_ours():
        # A page of a foreign name must not learn anything, not even what this is.
        return make_response("", HTTPStatus.BAD_REQUEST)
    response = answer(plain)
    response.status_code = error.code or response.status_code
    return response


def _host_is_ours() -> bool:
    try:
        return bool(request.host)
    except HTTPException:
        return False


def _unforeseen(app: Flask, error: Exception) -> Response:
    app.logger.error("unforeseen", exc_info=error)
    response = _said(UnavailableError(SessionProblem.BUSY))
    response.status_code = HTTPStatus.INTERNAL_SERVER_ERROR
    return response
