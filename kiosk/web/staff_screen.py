"""The staff session behind this request. The row stands in the database; the cookie has its id."""

from datetime import UTC, datetime, timedelta
from typing import Final

from flask import g, request, session

from kiosk.services import staff_sessions
from kiosk.services.staff_sessions import StaffMember
from kiosk.web import context

_COOKIE_KEY: Final = "staff"
_WAITING_KEY: Final = "card_at_door"
_PATIENCE: Final = timedelta(seconds=60)  # the door itself goes home then


def current() -> StaffMember | None:
    """Return who is signed in here, or None; looked up once a request."""
    if "staff_member" not in g:
        token = session.get(_COOKIE_KEY)
        is_poll = "poll" in request.args  # nobody is at the page for that (ruling 11)
        g.staff_member = (
            None
            if token is None
            else staff_sessions.member_of(token, here=context.here(), lives_on=not is_poll)
        )
    found: StaffMember | None = g.staff_member
    return found


def signed_in() -> StaffMember:
    """Return who is signed in; the guard has made sure that somebody is."""
    member = current()
    if member is None:
        raise RuntimeError("this route needs a role of staff")
    return member


def begin(token: str) -> None:
    """Sign this browser in under a fresh staff session."""
    session.clear()
    session[_COOKIE_KEY] = token
    g.pop("staff_member", None)


def token() -> str | None:
    found: str | None = session.get(_COOKIE_KEY)
    return found


def lock() -> None:
    """Lock the staff screen of this browser, if one is open: it is the children's now.

    A staff card that lay at the PIN pad is forgotten.
    """
    session.pop(_WAITING_KEY, None)
    if _COOKIE_KEY not in session:
        return
    member = current()
    if member is None:
        session.pop(_COOKIE_KEY)
    elif not member.is_locked:
        staff_sessions.lock(session[_COOKIE_KEY], here=context.here())


def leave() -> None:
    """Forget the staff session in this browser."""
    session.clear()
    g.pop("staff_member", None)


def remember_card(reference: str) -> None:
    """Remember whose card lies at the PIN pad. `reference` is the id of the staff member."""
    session[_WAITING_KEY] = [reference, context.here().now.timestamp()]


def card_waiting() -> str | None:
    """Return whose card lies at the PIN pad; None when there is none or it was a minute ago."""
    kept = session.get(_WAITING_KEY)
    if kept is None:
        return None
    found: str = kept[0]
    waited = context.here().now - datetime.fromtimestamp(kept[1], UTC)
    return found if timedelta(0) <= waited <= _PATIENCE else None
