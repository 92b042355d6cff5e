"""Who may open what. A new route has to be written into this table."""

from functools import partial
from typing import Any
from uuid import UUID

import pytest
from flask import Blueprint, Flask, g

from kiosk.db import db
from kiosk.rules.staff import Role
from kiosk.services.here import Here
from kiosk.web import guards
from kiosk.web.guards import Access, access
from tests.page import PageClient
from tests.web.staff import sign_in

NOBODY = UUID("01930000-0000-7000-8000-000000000001")
LEAST = {
    Access.VOLUNTEER: Role.VOLUNTEER,
    Access.DUTY_TEACHER: Role.DUTY_TEACHER,
    Access.LIBRARIAN: Role.LIBRARIAN,
    Access.ADMINISTRATOR: Role.ADMINISTRATOR,
}
OPEN_TO_ANYBODY = {
    "kiosk.idle",
    "kiosk.idle_again",
    "kiosk.camera",
    "kiosk.scanner",
    "kiosk.healthz",
    "kiosk.scan",
    "no_card.begin",
    "no_card.step",
    "kiosk.teacher",
    "child.end",
    "covers.show",  # a picture of a book, also on the idle screen
    "child.undo_return",
    "staff_door.door",
    "staff_door.sign_in",
    "staff_door.back",
    "staff_door.leave",
    "voice.plan",
    "voice.recording",
}


def _staff_routes(app: Flask) -> list[tuple[str, str, str]]:
    """Return endpoint, method and address of every route that needs somebody of the staff."""
    with app.test_request_context(base_url="http://127.0.0.1"):
        adapter = app.create_url_adapter(None) or app.url_map.bind("127.0.0.1")
    routes = []
    for rule in app.url_map.iter_rules():
        if guards.access_of(app, rule.endpoint) not in LEAST:
            continue
        values: dict[str, Any] = {
            # L6 is the ledger of the books; the others hold children and are the head's.
            name: "L6" if name == "name" else NOBODY
            for name in rule.arguments
        }
        method = "POST" if "POST" in (rule.methods or ()) else "GET"
        path = adapter.build(rule.endpoint, values, method=method)
        routes.append((rule.endpoint, method, path))
    return sorted(routes)


def _status(page: PageClient, method: str, path: str, **headers: str) -> int:
    db.session.remove()
    for name in list(g):
        g.pop(name)
    answer = page.client.open(
        path,
        method=method,
        headers={"Sec-Fetch-Site": "same-origin", "X-CSRFToken": page._csrf, **headers},  # noqa: SLF001
        base_url="http://127.0.0.1",
    )
    return answer.status_code


def test_only_these_routes_are_open_to_anybody(app: Flask) -> None:
    found = {name for name in app.view_functions if guards.access_of(app, name) is Access.ANYBODY}

    assert found == OPEN_TO_ANYBODY


def test_every_staff_address_needs_a_role(app: Flask) -> None:
    bare = [
        rule.rule
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/staff")
        and guards.access_of(app, rule.endpoint) not in LEAST
        and rule.endpoint not in OPEN_TO_ANYBODY
    ]

    assert bare == []


def test_without_a_session_every_staff_route_leads_to_the_door(
    app: Flask, page: PageClient
) -> None:
    page.open("/")

    for _, method, path in _staff_routes(app):
        whole, by_htmx = (
            _status(page, method, path),
            _status(page, method, path, **{"HX-Request": "true"}),
        )
        assert (whole, by_htmx) == (303 if method == "GET" else 401, 401), path


@pytest.mark.parametrize("role", Role)
def test_each_role_is_refused_what_it_may_not_do(
    app: Flask, page: PageClient, here: Here, role: Role
) -> None:
    sign_in(page, here, role)
    page.open("/staff")
    ranks = list(Role)

    refused: set[str] = set()
    allowed: set[str] = set()
    for endpoint, method, path in _staff_routes(app):
        status = _status(page, method, path)
        (refused if status == 403 else allowed).add(endpoint)
        assert status < 500, path

    needs = {name: guards.access_of(app, name) for name in refused | allowed}
    above = {
        name
        for name, needed in needs.items()
        if needed is not None and ranks.index(LEAST[needed]) > ranks.index(role)
    }
    assert refused == above


@pytest.mark.parametrize("declared", [None, "anybody"])
def test_a_route_without_a_role_stops_the_start(declared: str | None) -> None:
    app = Flask("nobody", static_folder=None)
    blueprint = Blueprint("new", __name__)
    view = partial(str, "new")
    if declared is not None:
        setattr(view, "kiosk_access", declared)  # noqa: B010 - a word is no declaration
    blueprint.add_url_rule("/new", "new", view)
    app.register_blueprint(blueprint)

    with pytest.raises(RuntimeError, match=r"declare no role: new\.new"):
        guards.install(app)


def test_a_declared_role_is_found_again(app: Flask) -> None:
    @access(Access.LIBRARIAN)
    def view() -> str:
        return ""

    fresh = Flask("one", static_folder=None)
    fresh.add_url_rule("/new", "new", view)

    assert guards.access_of(fresh, "new") is Access.LIBRARIAN
    assert guards.access_of(app, "static") is Access.ANYBODY
