"""What no page may leave out: whose host it is, from where a change comes, and the headers."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from flask import Flask, g
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from kiosk.db import Base, db
from kiosk.rules.staff import Role
from kiosk.services.here import Here
from kiosk.web.headers import HEADERS, install
from tests import factories
from tests.page import PageClient
from tests.web.staff import sign_in

SAME = {"Sec-Fetch-Site": "same-origin"}
NOBODY = UUID("01930000-0000-7000-8000-000000000001")
VALUES: dict[str, Any] = {"name": "L1"}


# Pages that may look through the camera (ruling 22).
WIDER = {
    (endpoint, header)
    for endpoint in ("books_pile.show", "books_pile.to_name")
    for header in ("Content-Security-Policy", "Permissions-Policy")
}


def _paths(app: Flask, method: str) -> list[tuple[str, str]]:
    """Return each route of that method with an address that fits it."""
    with app.test_request_context(base_url="http://127.0.0.1"):
        adapter = app.create_url_adapter(None) or app.url_map.bind("127.0.0.1")
    found = []
    for rule in app.url_map.iter_rules():
        if method in (rule.methods or ()):
            values = {name: VALUES.get(name, NOBODY) for name in rule.arguments}
            found.append((rule.endpoint, adapter.build(rule.endpoint, values, method=method)))
    return sorted(found)


def _send(client: FlaskClient, method: str, path: str, **options: Any) -> TestResponse:
    db.session.remove()
    for name in list(g):
        g.pop(name)
    return client.open(path, method=method, base_url="http://127.0.0.1", **options)


# Whose host it is

OURS = ["127.0.0.1", "127.0.0.1:8800", "127.0.0.1:80"]
FOREIGN = [
    "evil.example",
    "127.0.0.1.evil.example",
    "localhost",
    "localhost:8800",
    "localhost.",
    "LOCALHOST",
    "0.0.0.0",  # noqa: S104 - a name to be refused
    "[::1]",
    "127.1",
    "2130706433",
    "127.0.0.1@evil.example",
    "evil.example:8800",
    "127.0.0.1, evil.example",
    "",
]


@pytest.mark.parametrize(
    "path",
    ["/", "/healthz", "/me", "/staff", "/no/such/page", "/static/css/kiosk.css", "/static/no"],
)
@pytest.mark.parametrize("host", FOREIGN)
def test_a_page_of_a_foreign_name_learns_nothing(app: Flask, host: str, path: str) -> None:
    client = app.test_client()

    for headers in ({}, {"HX-Request": "true"}):
        answer = client.get(path, headers={**headers, "Host": host})
        assert (answer.status_code, answer.data) == (400, b"")
        assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("path", ["/scan", "/me/end", "/staff/door", "/no/such/page"])
@pytest.mark.parametrize("site", ["cross-site", "same-origin", None])
def test_a_change_from_a_foreign_name_is_refused_by_the_name_first(
    app: Flask, path: str, site: str | None
) -> None:
    headers = {"Host": "evil.example"} | ({} if site is None else {"Sec-Fetch-Site": site})

    answer = app.test_client().post(path, headers=headers)

    assert (answer.status_code, answer.data) == (400, b"")


@pytest.mark.parametrize("host", OURS)
def test_our_own_name_is_answered_at_any_port(app: Flask, host: str) -> None:
    answer = app.test_client().get("/healthz", headers={"Host": host})

    assert (answer.status_code, answer.data) == (200, b"ok\n")


# From where a change comes


def _everything() -> dict[str, object]:
    """Return the whole contents of the database, the capture of changes included."""
    db.session.remove()
    with db.engine.connect() as connection:
        return {
            table.name: sorted(map(repr, connection.execute(select(table))))
            for table in Base.metadata.sorted_tables
        }


def _refusals(token: str) -> Iterator[tuple[str, dict[str, str], dict[str, str]]]:
    """Yield what a foreign page could send: a name, headers, fields."""
    # Not the last character alone: two of its bits count for nothing.
    right, wrong = {"csrf_token": token}, {"csrf_token": token[:-8] + token[-8:][::-1]}
    yield "no token", SAME, {}
    yield "wrong token", SAME, wrong
    yield "empty token", SAME, {"csrf_token": ""}
    yield "cross-site", {"Sec-Fetch-Site": "cross-site"}, right
    yield "same-site", {"Sec-Fetch-Site": "same-site"}, right
    yield "typed in", {"Sec-Fetch-Site": "none"}, right
    yield "no origin", {}, right
    yield "origin null", {"Origin": "null"}, right
    yield "foreign origin", {"Origin": "http://evil.example"}, right
    yield "other port", {"Origin": "http://127.0.0.1:9999"}, right
    yield "script that says so", {"HX-Request": "true", "Origin": "http://evil.example"}, right


@pytest.mark.parametrize("who", ["nobody", "child", "staff"])
def test_no_change_is_taken_from_a_foreign_page(
    app: Flask, page: PageClient, here: Here, who: str
) -> None:
    factories.open_today(here)
    if who == "child":
        page.scan(factories.child(here).card_code)
    if who == "staff":
        sign_in(page, here, Role.ADMINISTRATOR)
    page.scan("nothing")
    token = page._token()  # noqa: SLF001 - the attacker's best case: it knows the token
    before = _everything()
    answered = {}

    for endpoint, path in _paths(app, "POST"):
        for name, headers, fields in _refusals(token):
            answer = _send(page.client, "POST", path, headers=headers, data=fields)
            answered[f"{endpoint}: {name}"] = answer.status_code

    assert {name: status for name, status in answered.items() if status != 403} == {}
    assert len(answered) > 400
    assert _everything() == before


def test_a_token_of_another_browser_is_refused(app: Flask, page: PageClient, here: Here) -> None:
    factories.open_today(here)
    child = factories.child(here)
    other = PageClient(app.test_client(), before_each=page.before_each)
    other.open("/")
    page.open("/")
    form = {"code": child.card_code, "request_id": str(NOBODY), "csrf_token": other._csrf}  # noqa: SLF001

    answer = _send(page.client, "POST", "/scan", headers=SAME, data=form)

    assert answer.status_code == 403


@pytest.mark.parametrize("headers", [SAME, {"Origin": "http://127.0.0.1"}])
def test_our_own_page_is_taken_with_its_token(page: PageClient, headers: dict[str, str]) -> None:
    page.open("/")
    form = {"code": "C", "request_id": str(NOBODY)}
    with_token = headers | {"X-CSRFToken": page._csrf}  # noqa: SLF001

    answer = _send(page.client, "POST", "/scan", headers=with_token, data=form)

    assert answer.status_code == 422, "read, and found to be no code"


def test_a_token_of_yesterday_still_counts(page: PageClient, here: Here, app: Flask) -> None:
    factories.open_today(here)
    page.open("/")
    app.extensions["kiosk"].clock.advance(days=30)

    answer = page.scan("half a code")

    assert answer.status == 422


# Headers and cookies


def _every_answer(app: Flask, page: PageClient) -> Iterator[tuple[str, TestResponse]]:
    client = page.client
    for method in ("GET", "POST"):
        for endpoint, path in _paths(app, method):
            yield f"{method} {endpoint}", _send(client, method, path, headers=SAME)
            headers = SAME | {"HX-Request": "true"}
            yield f"htmx {endpoint}", _send(client, method, path, headers=headers)
    yield "404", _send(client, "GET", "/no/such/page")
    yield "405", _send(client, "DELETE", "/", headers=SAME)
    yield "413", _send(client, "POST", "/scan", headers=SAME, data={"code": "x" * 7_000_000})
    yield "400", client.get("/", headers={"Host": "evil.example"})
    file = _send(client, "GET", "/static/css/kiosk.css")
    yield "static", file
    file.close()
    yield "static 404", _send(client, "GET", "/static/no/such/file")


@pytest.mark.parametrize("who", ["nobody", "child", "staff"])
def test_each_answer_has_every_header(app: Flask, page: PageClient, here: Here, who: str) -> None:
    factories.open_today(here)
    if who == "child":
        page.scan(factories.child(here).card_code)
    if who == "staff":
        sign_in(page, here, Role.ADMINISTRATOR)

    wrong = [
        f"{name} ({answer.status_code}): {header}"
        for name, answer in _every_answer(app, page)
        for header, value in HEADERS.items()
        if answer.headers.get(header) != value and (name.split()[-1], header) not in WIDER
    ]

    assert wrong == []


def test_what_a_view_says_of_itself_is_said_once(app: Flask) -> None:
    """Of two policies a browser takes what both allow."""
    inside = app.wsgi_app
    own = "default-src 'self'; media-src 'self' blob:"

    def plain(environ: object, start_response: Any) -> list[bytes]:
        del environ
        start_response("200 OK", [("content-security-policy", own)])
        return [b"a page"]

    app.wsgi_app = plain  # type: ignore[method-assign]
    install(app)
    answer = app.test_client().get("/")
    app.wsgi_app = inside  # type: ignore[method-assign]

    assert answer.headers.getlist("Content-Security-Policy") == [own]
    assert answer.headers["X-Frame-Options"] == "DENY"


def test_no_answer_invites_another_page(app: Flask, page: PageClient) -> None:
    invited = [
        name
        for name, answer in _every_answer(app, page)
        if any(header.startswith("Access-Control-") for header, _ in answer.headers)
    ]

    assert invited == []


def test_pages_are_never_kept_and_files_always(app: Flask, page: PageClient) -> None:
    kept = {
        name: answer.headers.get("Cache-Control", "") for name, answer in _every_answer(app, page)
    }

    assert "immutable" in kept.pop("static")
    assert {name: value for name, value in kept.items() if value != "no-store"} == {}


def test_the_policy_lets_no_script_in(page: PageClient) -> None:
    policy = page.open("/").response.headers["Content-Security-Policy"]

    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert "http" not in policy
    assert "frame-ancestors 'none'" in policy


def test_the_cookie_is_ours_alone(page: PageClient, here: Here) -> None:
    factories.open_today(here)
    cookies = [page.open("/").response.headers["Set-Cookie"]]
    cookies.append(page.scan(factories.child(here).card_code).response.headers["Set-Cookie"])

    for cookie in cookies:
        name, _, rest = cookie.partition("=")
        flags = {flag.strip() for flag in rest.split(";")[1:]}
        assert name == "__Host-home"
        assert flags == {"Secure", "HttpOnly", "Path=/", "SameSite=Strict"}


def test_no_cookie_says_who_it_is(page: PageClient, here: Here) -> None:
    factories.open_today(here)
    child = factories.child(here, given_name="秋水")
    page.scan(child.card_code)

    said = str(page.client.get_cookie("__Host-home", domain="127.0.0.1"))

    for secret in (child.card_code, str(child.child_id), child.child_id.hex, "秋水"):
        assert secret not in said


def test_a_body_that_is_too_large_is_refused_in_a_sentence(page: PageClient) -> None:
    page.open("/")

    answer = page.submit("/scan", {"code": "x" * 7_000_000}, fragment=True)

    assert answer.status == 413
    assert answer.words


def test_an_instance_for_real_has_no_demo(app: Flask, page: PageClient) -> None:
    missing = page.open("/no/such/page").words
    for path in [path for endpoint, path in _paths(app, "GET") if endpoint.startswith("demo.")]:
        answer = page.open(path)
        assert (answer.status, answer.words) == (404, missing)


def test_a_demo_instance_has_one(app: Flask, page: PageClient) -> None:
    kiosk = app.extensions["kiosk"]
    app.extensions["kiosk"] = replace(kiosk, settings=replace(kiosk.settings, demo=True))

    assert page.open("/demo").status == 200
    assert page.fragment("/demo/panel").status == 200
