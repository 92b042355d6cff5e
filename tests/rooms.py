"""A kiosk for each test: what is the same in all of them is worked out once in a process.

Werkzeug writes a function for every route, Jinja one for every template and SQLAlchemy a text for
every statement; all know nothing of the kiosk they are in. Hundreds of routes for thousands of
tests were most of the tests' time, and then the statements were a third of it.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy import Connection, Engine, event
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import LRUCache

from kiosk.app import add_pages, open_room
from kiosk.db import db
from kiosk.settings import Settings
from tests.clock import FrozenClock
from tests.routing import KnownRoute

if TYPE_CHECKING:
    from types import CodeType

_statements: Final[LRUCache[Any, Any]] = LRUCache(4000)


class Templates(BytecodeCache):
    """What Jinja made of a template; its key holds the digest of the source."""

    def __init__(self) -> None:
        self._made: dict[str, CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._made.get(bucket.key + bucket.checksum)

    def dump_bytecode(self, bucket: Bucket) -> None:
        assert bucket.code is not None
        self._made[bucket.key + bucket.checksum] = bucket.code


_templates: Final = Templates()


class _OneOfAKind:
    """All dialects of a class are one: SQLAlchemy asks whose statement it was that it keeps."""

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other)

    def __hash__(self) -> int:
        return hash(type(self))


for dialect in (SQLiteDialect_pysqlite, PGDialect_psycopg):
    dialect.__eq__ = _OneOfAKind.__eq__  # type: ignore[method-assign,assignment]
    dialect.__hash__ = _OneOfAKind.__hash__  # type: ignore[method-assign,assignment]


@event.listens_for(Engine, "engine_connect")
def _share_statements(connection: Connection) -> None:
    connection.execution_options(compiled_cache=_statements)


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
    app.url_rule_class = KnownRoute
    app.jinja_env.bytecode_cache = _templates
    add_pages(app)
    return app
