"""A page at the door without a browser: cookies, token, scans with their request id.

It keeps the outside ledger: what the kiosk has confirmed, and nothing else.
"""

import re
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlencode
from uuid import uuid4

HOST = "127.0.0.1"
_TOKEN = re.compile(r'name="csrf-token" content="([^"]+)"')


class NotAnsweredError(Exception):
    """The kiosk died or refused before it had answered: whether it stored is not known."""


@dataclass(slots=True, kw_only=True)
class DoorClient:
    """One screen. `scan` returns the answer's text, or raises NotAnsweredError."""

    port: int
    cookie: str = ""
    token: str = ""
    confirmed: list[str] = field(default_factory=list)

    def open(self) -> None:
        """Load the page, for its cookie and its token."""
        text = self._ask("GET", "/", None)
        match = _TOKEN.search(text)
        assert match is not None, text[:300]
        self.token = match[1]

    def scan(self, code: str, *, request_id: str | None = None, stores: bool = True) -> str:
        """Scan a code; an answered one goes into the ledger when it `stores`."""
        request_id = request_id or str(uuid4())
        text = self._ask("POST", "/scan", {"code": code, "request_id": request_id})
        if stores:
            self.confirmed.append(request_id)
        return text

    def _ask(self, method: str, path: str, form: dict[str, str] | None) -> str:
        headers = {"Cookie": self.cookie, "Sec-Fetch-Site": "same-origin"}
        if form is not None:
            headers |= {
                "Content-Type": "application/x-www-form-urlencoded",
                "HX-Request": "true",
                "X-CSRFToken": self.token,
            }
        connection = HTTPConnection(HOST, self.port, timeout=10)
        try:
            connection.request(method, path, urlencode(form or {}), headers)
            response = connection.getresponse()
            text = response.read().decode()
        except (OSError, HTTPException) as error:
            raise NotAnsweredError from error
        finally:
            connection.close()
        if response.status >= 300:
            raise NotAnsweredError(f"{response.status}: {text[:200]}")
        for name, value in response.getheaders():
            if name.lower() == "set-cookie":
                self.cookie = value.partition(";")[0]
        return text
