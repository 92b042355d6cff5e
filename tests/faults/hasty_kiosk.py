"""A kiosk that is broken on purpose: it answers a scan first and stores it a moment later.

The test of the kills must find its losses; otherwise it would find nothing.
Usage: python -m tests.faults.hasty_kiosk PORT
"""

import io
import os
import sys
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from kiosk.app import create_app
from kiosk.settings import Settings
from kiosk.web.server import serve
from tests.browser import dated

_LATER_S = 0.05


def answer_first(app: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
    def hasty(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ["PATH_INFO"] != "/scan":
            return app(environ, start_response)
        body = environ["wsgi.input"].read()
        later = environ | {"wsgi.input": io.BytesIO(body)}

        def store() -> None:
            time.sleep(_LATER_S)
            list(app(later, lambda *_: lambda _data: None))

        threading.Thread(target=store, daemon=True).start()
        start_response("200 OK", [("Content-Type", "text/html")])
        return [b"<p>stored, or soon</p>"]

    return hasty


if __name__ == "__main__":
    instance = Path(os.environ["KIOSK_INSTANCE"])
    kiosk = create_app(Settings.load(instance, os.environ), clock=dated.clock_of(instance))
    kiosk.wsgi_app = answer_first(kiosk.wsgi_app)  # type: ignore[method-assign]  # as middleware is
    serve(kiosk, port=int(sys.argv[1]))
