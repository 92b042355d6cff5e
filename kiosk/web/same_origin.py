"""Changes are taken only from our own pages: `Sec-Fetch-Site`, else `Origin`, and a form token.

The token has no time limit: one that expires makes the first scan of the next morning fail
(`security.md` section 5).
"""

from typing import Final

from flask import Flask, g, request, session
from flask_wtf import CSRFProtect
from flask_wtf.csrf import CSRFError, generate_csrf

from kiosk.errors import InvalidInputError
from kiosk.rules.sessions import SessionProblem

_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})

_MOST_KNOWN: Final = 100


class FormTokens(CSRFProtect):  # type: ignore[misc]  # Flask-WTF has no types
    """Flask-WTF's check, which reads the signature of a page's token once and not at each scan.

    Without a time limit, a token that was right is right for as long as the cookie says the same.
    """

    def __init__(self) -> None:
        super().__init__()
        self._known: set[tuple[str, str]] = set()

    def protect(self, apply_exemptions: bool = False) -> None:  # noqa: FBT001, FBT002 - Flask-WTF's
        if request.method in _SAFE:
            return
        token = request.headers.get("X-CSRFToken") or self._get_csrf_token()
        pair = (session.get("csrf_token") or "", token or "")
        if pair in self._known:
            g.csrf_valid = True
            return
        super().protect(apply_exemptions=apply_exemptions)
        if g.get("csrf_valid"):
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            self._known.add(pair)


protect = FormTokens()


def install(app: Flask) -> None:
    app.config["WTF_CSRF_TIME_LIMIT"] = None
    app.config["WTF_CSRF_SSL_STRICT"] = False  # there is no referrer: we send none
    app.before_request(_check_host)
    app.before_request(_check_origin)
    protect.init_app(app)
    app.jinja_env.globals["csrf_token"] = generate_csrf


def _check_host() -> None:
    """Turn a foreign name away before anything else is asked (`security.md` section 5)."""
    _ = request.host  # raises SecurityError


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
