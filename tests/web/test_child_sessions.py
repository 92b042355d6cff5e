"""The half minute of a child at the screen, with several screens at one server."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from kiosk.rules.badges import Animal, Badge, Cloth
from kiosk.services.answers import ChildFace
from kiosk.web.child_sessions import ChildSessions

NOW = datetime(2026, 11, 20, 8, 30, tzinfo=UTC)
FACE = ChildFace(given_name="小满", grade=3, badge=Badge(animal=Animal.DEER, cloth=Cloth.LAKE))


def _open(sessions: ChildSessions, child: int, now: datetime) -> str:
    return sessions.open(UUID(int=child), FACE, replaces=None, now=now)


def test_a_card_that_had_to_wait_ends_nobody_elses_page() -> None:
    sessions = ChildSessions()
    quick = _open(sessions, 1, NOW)

    # Its request began earlier and stood behind the other at the write lock.
    _open(sessions, 2, NOW - timedelta(milliseconds=20))

    assert sessions.touch(quick, now=NOW + timedelta(milliseconds=40)) is not None


def test_of_two_requests_of_one_screen_the_earlier_may_come_last() -> None:
    sessions = ChildSessions()
    token = _open(sessions, 1, NOW)

    assert sessions.touch(token, now=NOW + timedelta(milliseconds=30)) is not None
    assert sessions.touch(token, now=NOW + timedelta(milliseconds=10)) is not None


def test_a_clock_that_is_set_back_ends_the_page() -> None:
    sessions = ChildSessions()
    token = _open(sessions, 1, NOW)

    assert sessions.touch(token, now=NOW - timedelta(minutes=5)) is None


def test_the_page_ends_when_nobody_touched_it() -> None:
    sessions = ChildSessions()
    token = _open(sessions, 1, NOW)

    assert sessions.touch(token, now=NOW + timedelta(seconds=32)) is None
