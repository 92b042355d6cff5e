"""Changes are taken only from our own pages: `Sec-Fetch-Site`, else `Origin`, and a form token.

The token has no time limit: one that expires makes the first scan of the next morning fail
(`security.md` section 5).
"""

from typing import Final

from flask import Flask, request
from flask_wtf import CSRFProtect
from flask_wtf.csrf import CSRFError, generate_csrf

from kiosk.errors import InvalidInputError
from kiosk.rules.sessions import SessionProblem

_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})

protect = CSRFProtect()


def install(app: Flask) -> None:
    app.config["WTF_CSRF_TIME_LIMIT"] = None
    app.config["WTF_CSRF_SSL_STRICT"] = False  # there is no referrer: we send none
    app.before_request(_check_origin)
    protect.init_app(app)
    app.jinja_env.globals["csrf_token"] = generate_csrf


def _check_origin() -> None:
    if request.method in _SAFE:
        return
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        is_ours = site == "same-origin"
    else:
        is_ours = request.headers.get("Origin") == request.host_url.rstrip("/")
    if not is_ours:
        raise InvalidInputError(SessionProblem.FOREIGN_PAGE)


def reason_of(error: CSRFError) -> SessionProblem:
    """Return the reason with which a missing or wrong token is answered."""
    del error
    return SessionProblem.FOREIGN_PAGE
