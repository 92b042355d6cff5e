"""The server: waitress on loopback, few threads, one core."""

import gc
import os
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext, suppress
from typing import Final

from flask import Flask

from kiosk.settings import HOST
from kiosk.web import bodies

_THREADS: Final = 4
_LOOK_AFTER: Final = 20_000


def serve(
    app: Flask,
    *,
    port: int,
    opened: Callable[[], AbstractContextManager[object]] = nullcontext,
) -> None:
    """Serve until stopped; what `opened` returns is around it from when the port is ours.

    Raises:
        OSError: the port is taken.
    """
    from waitress.server import create_server

    _stay_on_one_core()
    # What stands now, stays: no collection has to walk through it while a child waits.
    gc.collect()
    gc.freeze()
    # A page makes some thousand small things and drops them all: one look for several pages.
    gc.set_threshold(_LOOK_AFTER)
    # Half-open connections must not stop the room (`security.md` 0.7).
    server = create_server(
        app,
        host=HOST,
        port=port,
        threads=_THREADS,
        connection_limit=400,
        channel_timeout=5,
        cleanup_interval=1,
        max_request_body_size=bodies.LARGEST,
        max_request_header_size=16_384,
        ident=None,
        expose_tracebacks=False,
        clear_untrusted_proxy_headers=True,
    )
    with suppress(KeyboardInterrupt), opened():
        server.run()
    server.close()


def _stay_on_one_core() -> None:
    """Keep the threads on one core: waking each other across two costs more than it gives."""
    if hasattr(os, "sched_setaffinity"):
        with suppress(OSError):
            os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
