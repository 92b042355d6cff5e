"""A school year of calls costs a page no more than a day of them: the table is never walked."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from kiosk.db import db, reading
from kiosk.services import call_desk, call_places, call_settling, calls, contacts, openings, rooms
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


def _plans(sent: list[Statement]) -> list[str]:
    """Return the steps by which SQLite goes about the statements that touch bookings."""
    connection = reading().connection()
    looked = [
        row
        for sql, values in sent
        if "booking" in sql and sql.startswith("SELECT")
        for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values)
    ]
    assert looked
    return [row.detail for row in looked]


def _who(child: MadeChild, here: Here) -> None:
    calls.who(child_id=child.child_id, face=child.face, here=here)


def _when(child: MadeChild, here: Here) -> None:
    contact_id = factories.contact(here, child.child_id)
    calls.when(child_id=child.child_id, contact_id=contact_id, face=child.face, here=here)


def _room(_child: MadeChild, here: Here) -> None:
    factories.open_today(here)
    rooms.now(replace(here, settings=replace(here.settings, show_calls_when_idle=True)))


def _bar(child: MadeChild, here: Here) -> None:
    contact_id = factories.contact(here, child.child_id)
    contacts.bar_contact(contact_id, actor_id=factories.staff(here).staff_id, here=here)


PAGES: dict[str, Callable[[MadeChild, Here], object]] = {
    "who": _who,
    "when": _when,
    "room": _room,
    "board": lambda _child, here: call_desk.board(here.today, here=here),
    "settling": lambda _child, here: call_settling.settle(here=here),
    "closing": lambda _child, here: openings.closing_sheet(here=here),
    "barring": _bar,
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

    walks = [step for step in _plans(sent) if step.startswith("SCAN booking")]
    assert [step for step in walks if not step.endswith(" ix_booking_unfinished")] == []


@pytest.mark.parametrize("page", ["settling", "closing"])
def test_what_is_over_is_not_looked_at_for_what_is_not(here: Here, page: str) -> None:
    with _statements() as sent:
        PAGES[page](factories.child(here), here)

    steps = [step for step in _plans(sent) if " booking " in step]
    assert steps
    assert all("ix_booking_unfinished" in step for step in steps)
