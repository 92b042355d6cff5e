"""A kiosk for each test: what is the same in all of them is worked out once in a process.

Werkzeug writes a function for every route, and Jinja one for every template; both know nothing of
the kiosk they are in. Hundreds of routes for thousands of tests were most of the tests' time.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Final

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.routing import Rule

from kiosk.app import add_pages, open_room
from kiosk.db import db
from kiosk.settings import Settings
from tests.clock import FrozenClock

_routes: Final[dict[tuple[object, ...], Callable[..., tuple[str, str]]]] = {}
_templates: Final[dict[str, bytes]] = {}


class _Route(Rule):
    """A route whose functions are those of the same route in an earlier kiosk."""

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:  # noqa: FBT001, FBT002 - as the one it replaces
        key = (self.rule, self.subdomain, str(self.defaults), append_unknown)
        if key not in _routes:
            _routes[key] = super()._compile_builder(append_unknown)
        return _routes[key]


class _Templates(BytecodeCache):
    """What Jinja made of a template; its key holds the digest of the source."""

    def load_bytecode(self, bucket: Bucket) -> None:
        kept = _templates.get(bucket.key + bucket.checksum)
        if kept is not None:
            bucket.load_bytecode(BytesIO(kept))

    def dump_bytecode(self, bucket: Bucket) -> None:
        made = BytesIO()
        bucket.write_bytecode(made)
        _templates[bucket.key + bucket.checksum] = made.getvalue()


@contextmanager
def running(instance: Path, env: Mapping[str, str], clock: FrozenClock) -> Iterator[Flask]:
    """Open a kiosk without pages, with an application context around the block."""
    app = open_room(Settings.load(instance, env), clock=clock)
    app.testing = True
    with app.app_context():
        try:
            yield app
        finally:
            db.session.remove()
            db.engine.dispose()
            for handler in tuple(app.logger.handlers):
                handler.close()
                app.logger.removeHandler(handler)


def with_pages(app: Flask) -> Flask:
    """Return the same kiosk, with its pages from now on."""
    app.url_rule_class = _Route
    app.jinja_env.bytecode_cache = _Templates()
    add_pages(app)
    return app
