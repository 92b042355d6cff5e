"""The child session behind this request: found by the cookie, changed with each card."""

from uuid import UUID

from flask import session

from kiosk.errors import NotFoundError
from kiosk.rules.sessions import SessionProblem
from kiosk.services.answers import ChildFace
from kiosk.web import context
from kiosk.web.child_sessions import ChildSession

_COOKIE_KEY = "child"


def current() -> ChildSession | None:
    """Return the child at this screen, and let its session live on."""
    token = session.get(_COOKIE_KEY)
    return context.kiosk().child_sessions.touch(token, now=context.here().now)


def require() -> ChildSession:
    """Return the child at this screen.

    Raises:
        NotFoundError: SessionProblem.ENDED, when nobody is there any more.
    """
    found = current()
    if found is None:
        raise NotFoundError(SessionProblem.ENDED)
    return found


def switch_to(child_id: UUID, face: ChildFace) -> None:
    """Put this child at the screen; whoever was there is gone at once."""
    session[_COOKIE_KEY] = context.kiosk().child_sessions.open(
        child_id, face, replaces=session.get(_COOKIE_KEY), now=context.here().now
    )


def end() -> None:
    """End the page of whoever is at the screen.

    The cookie stays as it is: the answer to this may arrive after that to the next child's card,
    and must not take the next child's page away.
    """
    context.kiosk().child_sessions.end(session.get(_COOKIE_KEY))
