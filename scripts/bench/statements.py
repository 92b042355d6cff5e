"""Count the SQL statements of each operation, as SQLite itself sees them.

Reads the instance and what to scan as JSON, prints the counts as JSON.
"""

import json
import os
import sqlite3
import sys
from itertools import groupby
from pathlib import Path
from uuid import uuid4

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

_CONTROL = ("BEGIN", "COMMIT", "ROLLBACK", "PRAGMA")


def main() -> None:
    from sqlalchemy import event

    from kiosk.app import create_app
    from kiosk.db import db
    from kiosk.settings import Settings

    given = json.load(sys.stdin)
    app = create_app(Settings.load(Path(given["instance"]), os.environ))
    told: list[str] = []
    with app.app_context():
        db.engine.dispose()

        @event.listens_for(db.engine, "connect")
        def listen(connection: sqlite3.Connection, _record: object) -> None:
            connection.set_trace_callback(told.append)

    client = app.test_client()
    headers = {"Sec-Fetch-Site": "same-origin", "HX-Request": "true"}
    page = client.get("/", base_url="http://127.0.0.1").text
    headers["X-CSRFToken"] = page.partition('csrf-token" content="')[2].partition('"')[0]

    def post(path: str, **form: str) -> int:
        told.clear()
        answer = client.post(path, data=form | {"request_id": str(uuid4())}, headers=headers,
                             base_url="http://127.0.0.1")  # fmt: skip
        if answer.status_code != 200:  # noqa: PLR2004
            raise RuntimeError(answer.text)
        # A statement is told again for each trigger that it sets off.
        said = [text for text, _ in groupby(told)]
        return sum(not text.lstrip().startswith(_CONTROL) for text in said)

    counts = {
        "scan": post("/scan", code=given["card"]),
        "lend": post("/scan", code=given["item"]),
        "booking": post("/me/call", contact_id=given["contacts"][given["card"]],
                        slot_id=given["slot"]),
    }  # fmt: skip
    post("/me/leave")
    counts["return"] = post("/scan", code=given["item"])
    print(json.dumps(counts))


if __name__ == "__main__":
    main()
