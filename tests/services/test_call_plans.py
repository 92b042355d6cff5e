"""A school year of calls costs a page no more than a day of them: the table is never walked."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from kiosk.db import db, reading
from kiosk.services import call_desk, call_places, calls, rooms
from kiosk.services.here import Here
from tests import factories
from tests.factories import MadeChild

Statement = tuple[str, Any]


@contextmanager
def _statements() -> Iterator[list[Statement]]:
    """Return what is sent to the database meanwhile, with its parameters still apart."""
    sent: list[Statement] = []

    def note(_conn: Any, _cursor: Any, sql: str, values: Any, *_more: Any) -> None:
        sent.append((sql, values))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def _walks(sent: list[Statement]) -> list[str]:
    """Return the steps of the plans that look at every booking there is."""
    connection = reading().connection()
    looked = [
        row
        for sql, values in sent
        if "booking" in sql and sql.startswith("SELECT")
        for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values)
    ]
    assert looked
    return [row.detail for row in looked if row.detail.startswith("SCAN booking")]


def _who(child: MadeChild, here: Here) -> None:
    calls.who(child_id=child.child_id, face=child.face, here=here)


def _when(child: MadeChild, here: Here) -> None:
    contact_id = factories.contact(here, child.child_id)
    calls.when(child_id=child.child_id, contact_id=contact_id, face=child.face, here=here)


def _room(_child: MadeChild, here: Here) -> None:
    factories.open_today(here)
    rooms.now(here)


PAGES: dict[str, Callable[[MadeChild, Here], object]] = {
    "who": _who,
    "when": _when,
    "room": _room,
    "board": lambda _child, here: call_desk.board(here.today, here=here),
    "unclear": lambda _child, here: call_desk.unclear(
        since=here.today - timedelta(days=7), here=here
    ),
    "places": lambda _child, here: call_places.places(here=here),
    "callers": lambda _child, here: call_places.callers(here.today, here=here),
    "without a call": lambda _child, here: call_desk.without_call_count(here=here),
}


@pytest.mark.parametrize("page", PAGES)
def test_no_page_walks_all_the_calls_there_ever_were(here: Here, page: str) -> None:
    child = factories.child(here)
    factories.contact(here, child.child_id)

    with _statements() as sent:
        PAGES[page](child, here)

    assert _walks(sent) == []
