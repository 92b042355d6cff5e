"""Who may open which route. A route without a role stops the start (`security.md` row 34)."""

from collections.abc import Callable
from enum import StrEnum
from functools import partial
from typing import ParamSpec, TypeVar

from flask import Flask, make_response, redirect, request, url_for
from werkzeug.wrappers import Response

from kiosk.errors import NotFoundError, RefusedError
from kiosk.rules.sessions import SessionProblem
from kiosk.rules.staff import Role, StaffRefusal
from kiosk.web import child_screen, context, helping, staff_screen


class Access(StrEnum):
    """What a route asks of whoever opens it."""

    ANYBODY = "anybody"  # the child screen without a child
    CHILD = "child"  # a child's page: a live child session
    DEMO = "demo"  # exists in a demo instance only
    VOLUNTEER = "volunteer"
    DUTY_TEACHER = "duty_teacher"
    LIBRARIAN = "librarian"
    ADMINISTRATOR = "administrator"


_STAFF = {
    Access.VOLUNTEER: frozenset(Role),
    Access.DUTY_TEACHER: frozenset({Role.DUTY_TEACHER, Role.LIBRARIAN, Role.ADMINISTRATOR}),
    Access.LIBRARIAN: frozenset({Role.LIBRARIAN, Role.ADMINISTRATOR}),
    Access.ADMINISTRATOR: frozenset({Role.ADMINISTRATOR}),
}
# What a PIN for one time opens: the page to choose another one, and that page's own buttons.
_WITH_ANY_PIN = frozenset({"staff_door.pin", "staff_door.choose_pin", "staff_door.language"})
P = ParamSpec("P")
R = TypeVar("R")

_ROLE_OF = "kiosk_access"


def access(needed: Access) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Declare what a view asks; goes directly above its function."""

    def declare(view: Callable[P, R]) -> Callable[P, R]:
        setattr(view, _ROLE_OF, needed)
        return view

    return declare


def access_of(app: Flask, endpoint: str) -> Access | None:
    """Return what the route behind `endpoint` asks, or None when it declares nothing."""
    if endpoint == "static":
        return Access.ANYBODY
    found = getattr(app.view_functions[endpoint], _ROLE_OF, None)
    return found if isinstance(found, Access) else None


def install(app: Flask) -> None:
    """Check each request's role; refuse to start when a route has none.

    Raises:
        RuntimeError: a route declares no role.
    """
    bare = [name for name in app.view_functions if access_of(app, name) is None]
    if bare:
        raise RuntimeError(f"these routes declare no role: {', '.join(sorted(bare))}")
    app.before_request(lambda: _check(app))
    app.jinja_env.globals["may_open"] = partial(may_open, app)


def may_open(app: Flask, endpoint: str) -> bool:
    """Say whether who is signed in may open the route behind `endpoint`, for links and buttons."""
    member = staff_screen.current()
    if member is None or member.is_locked:
        return False
    needed = access_of(app, endpoint)
    return needed is not None and member.role in _STAFF.get(needed, frozenset())


def _check(app: Flask) -> Response | None:
    if request.endpoint is None:
        return None
    needed = access_of(app, request.endpoint)
    match needed:
        case None | Access.ANYBODY:
            return None
        case Access.DEMO:
            if not context.settings().demo:
                raise NotFoundError(SessionProblem.NO_SUCH_PAGE)
            return None
        case Access.CHILD:
            child_screen.require()
            return None
        case _:
            return _check_staff(_STAFF[needed])


def _check_staff(allowed: frozenset[Role]) -> Response | None:
    member = staff_screen.current()
    if member is None or member.is_locked:
        # A locked screen is the children's until the same staff card comes back (ruling 10).
        if request.method == "GET" and "HX-Request" not in request.headers:
            away = "staff_door.door" if member is None else "kiosk.idle"
            return redirect(url_for(away), code=303)
        if "poll" in request.args:
            return make_response("", 204)  # nobody is at the page to be told; it leaves by itself
        raise RefusedError(StaffRefusal.SIGNED_OUT)
    if member.must_choose_pin and request.endpoint not in _WITH_ANY_PIN:
        return redirect(url_for("staff_door.pin"), code=303)
    if helping.is_under_way() and request.endpoint not in helping.PAGES:
        if request.method == "GET" and "HX-Request" not in request.headers:
            return redirect(url_for("count.show"), code=303)
        raise RefusedError(StaffRefusal.NOT_YOUR_ROLE)
    if member.role not in allowed:
        raise RefusedError(StaffRefusal.NOT_YOUR_ROLE)
    return None
