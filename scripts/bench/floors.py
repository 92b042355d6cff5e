"""The floors: the least that a page, and a stored scan, can cost here.

python floors.py wsgi|page|htmx|raw|orm --port N [--database FILE --journal MODE --threads N]
"""

import argparse
import sqlite3
import threading
import uuid
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flask import Flask

SCHEMA = """
CREATE TABLE card (code TEXT PRIMARY KEY, child_id TEXT NOT NULL);
CREATE TABLE visit (id TEXT PRIMARY KEY, child_id TEXT NOT NULL, at TEXT NOT NULL);
CREATE INDEX ix_visit_child_at ON visit (child_id, at);
"""
_ROWS = [f"Row {number}" for number in range(12)]
_BODY = b"<p>" + b"x" * 2041 + b"</p>"


def _now() -> str:
    return datetime.now(UTC).isoformat()  # noqa: TID251 - a floor has nothing of the kiosk


def wsgi() -> Callable[..., Iterable[bytes]]:
    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        environ["wsgi.input"].read()
        length = ("Content-Length", str(len(_BODY)))
        start_response("200 OK", [("Content-Type", "text/html"), length])
        return [_BODY]

    return answer


def page() -> "Flask":
    from flask import Flask, render_template

    app = Flask(__name__)

    @app.get("/")
    @app.post("/scan")
    def show() -> str:
        return render_template("page.html", title="Floor", words="Hello", rows=_ROWS)

    return app


def htmx() -> "Flask":
    """Return the least page that has htmx, a style sheet and one line to read."""
    from pathlib import Path

    from flask import Flask, Response, render_template, send_file

    app = Flask(__name__)
    script = Path(__file__).resolve().parents[2] / "kiosk/static/vendor/htmx.min.js"

    @app.get("/")
    def first() -> str:
        return render_template("htmx.html")

    @app.get("/floor.css")
    def style() -> tuple[str, dict[str, str]]:
        return "body{margin:4rem;font:2rem sans-serif}", {"Content-Type": "text/css"}

    @app.get("/htmx.min.js")
    def code() -> Response:
        return send_file(script)

    return app


def raw(database: str, journal: str) -> "Flask":
    from flask import Flask, render_template, request

    app = Flask(__name__)
    own = threading.local()

    def connection() -> sqlite3.Connection:
        if not hasattr(own, "connection"):
            own.connection = sqlite3.connect(database, isolation_level=None, timeout=5)
            own.connection.execute(f"PRAGMA journal_mode = {journal}")
            own.connection.execute("PRAGMA synchronous = FULL")
        found: sqlite3.Connection = own.connection
        return found

    @app.get("/")
    def first() -> str:
        return render_template("page.html", title="Floor", words="Hello", rows=_ROWS)

    @app.post("/scan")
    def scan() -> str:
        at = connection()
        at.execute("BEGIN IMMEDIATE")
        found = at.execute("SELECT child_id FROM card WHERE code = ?", (request.form["code"],))
        (child_id,) = found.fetchone()
        visit = (uuid.uuid4().hex, child_id, _now())
        at.execute("INSERT INTO visit (id, child_id, at) VALUES (?, ?, ?)", visit)
        at.execute("COMMIT")
        return render_template("page.html", title="Floor", words=child_id, rows=_ROWS)

    return app


def orm(database: str, journal: str) -> "Flask":
    from flask import Flask, render_template, request
    from sqlalchemy import String, create_engine, event, select
    from sqlalchemy.orm import DeclarativeBase, Session, mapped_column

    class Base(DeclarativeBase):
        pass

    class Card(Base):
        __tablename__ = "card"
        code = mapped_column(String, primary_key=True)
        child_id = mapped_column(String)

    class Visit(Base):
        __tablename__ = "visit"
        id = mapped_column(String, primary_key=True)
        child_id = mapped_column(String)
        at = mapped_column(String)

    app = Flask(__name__)
    engine = create_engine(f"sqlite:///{database}")

    @event.listens_for(engine, "connect")
    def pragmas(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute(f"PRAGMA journal_mode = {journal}")
        connection.execute("PRAGMA synchronous = FULL")

    @app.get("/")
    def first() -> str:
        return render_template("page.html", title="Floor", words="Hello", rows=_ROWS)

    @app.post("/scan")
    def scan() -> str:
        with Session(engine) as session:
            card = session.scalars(select(Card).where(Card.code == request.form["code"])).one()
            child_id, now = card.child_id, _now()
            session.add(Visit(id=uuid.uuid4().hex, child_id=child_id, at=now))
            session.commit()
        return render_template("page.html", title="Floor", words=child_id, rows=_ROWS)

    return app


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("floor", choices=["wsgi", "page", "htmx", "raw", "orm"])
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--database", default="")
    parser.add_argument("--journal", default="truncate")
    parser.add_argument("--threads", type=int, default=4)
    given = parser.parse_args()
    apps: dict[str, Callable[[], Any]] = {
        "wsgi": wsgi,
        "page": page,
        "htmx": htmx,
        "raw": lambda: raw(given.database, given.journal),
        "orm": lambda: orm(given.database, given.journal),
    }
    from waitress.server import create_server

    app = apps[given.floor]()
    create_server(app, host="127.0.0.1", port=given.port, threads=given.threads, ident=None).run()


if __name__ == "__main__":
    main()
