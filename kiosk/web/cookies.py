"""The session cookie: signed, small, and without an end of its own.

Flask's ends half an hour after it was last set, whatever stands in it, so that a page which had
been open since the evening would lose its form token and refuse the first card of the morning. What
has to end, a child's and a member of staff's session, ends on the server.
"""

import hashlib
import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from typing import Final

from flask import Flask, Request
from flask.sessions import SecureCookieSession, SessionInterface, SessionMixin
from werkzeug.wrappers import Response

NAME: Final = "__Host-home"
_RULES: Final = "; Secure; HttpOnly; Path=/; SameSite=Strict"
_PURPOSE: Final = b"cookie"


class SignedCookies(SessionInterface):
    """Keeps what a browser is told in the browser; nobody but this kiosk can have written it."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession:
        """Return what the cookie says; one that is not ours says nothing."""
        del app
        text = request.cookies.get(NAME, "")
        said, _, signature = text.partition(".")
        if not hmac.compare_digest(self._signature(said).encode(), signature.encode()):
            return SecureCookieSession()
        return SecureCookieSession(_unpacked(said))

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Set the cookie only when something in it has changed."""
        del app
        if not session.modified:
            return
        value = "; Max-Age=0"
        if session:
            said = _packed(session)
            value = f"{said}.{self._signature(said)}"
        response.headers.add("Set-Cookie", f"{NAME}={value}{_RULES}")

    def _signature(self, said: str) -> str:
        found = hashlib.blake2b(said.encode(), key=self._key, person=_PURPOSE, digest_size=32)
        return urlsafe_b64encode(found.digest()).decode()


def install(app: Flask, key: bytes) -> None:
    app.session_interface = SignedCookies(key)


def _packed(session: SessionMixin) -> str:
    return urlsafe_b64encode(json.dumps(dict(session)).encode()).decode()


def _unpacked(said: str) -> dict[str, object]:
    try:
        found: object = json.loads(urlsafe_b64decode(said))
    except (NotBase64, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
