"""When something fails: a sentence for the person, and for later a line that names nobody."""

import json
import logging
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import event, text, update

from kiosk.db import db, transaction
from kiosk.models.people import Staff
from kiosk.models.visits import Visit
from kiosk.rules.staff import Role
from kiosk.services.here import Here
from kiosk.web.logs import JsonLines
from tests import factories
from tests.factories import MadeChild
from tests.page import Page, PageClient
from tests.web.staff import enter_pin, show_card, sign_in

PHONE, PIN = "19912345678", "975318"
NAMES = ("欧阳", "秋水", "雷锋日记", "李大山")


@pytest.fixture(autouse=True)
def _english(instance: Path) -> None:
    (instance / "kiosk.toml").write_text('language = "en"\n', encoding="utf-8")


@pytest.fixture
def child(here: Here) -> MadeChild:
    """Return a child with a name, a book and a number that must never be found in a log."""
    factories.open_today(here)
    made = factories.child(here, family_name="欧阳", given_name="秋水")
    factories.contact(here, made.child_id, phone=PHONE, full_name="李大山")
    return made


def _lines(instance: Path) -> list[dict[str, object]]:
    path = instance / "logs" / "kiosk.log"
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _logged(instance: Path) -> str:
    return "".join(path.read_text("utf-8") for path in sorted((instance / "logs").glob("*")))


@contextmanager
def _failing(app: Flask, message: str) -> Iterator[None]:
    """Let each request fail with a message that quotes what it should not."""

    def fail() -> None:
        raise ValueError(message)

    app.before_request_funcs[None].insert(0, fail)
    try:
        yield
    finally:
        app.before_request_funcs[None].remove(fail)


# What a person sees


@pytest.mark.parametrize("path", ["/", "/me", "/staff/door", "/staff", "/no/such/page"])
@pytest.mark.parametrize("is_fragment", [True, False])
def test_an_error_nobody_foresaw_is_a_kind_sentence(
    app: Flask, page: PageClient, path: str, *, is_fragment: bool
) -> None:
    with _failing(app, "secret"):
        answer = page.fragment(path) if is_fragment else page.open(path)

    assert answer.status == 500
    assert answer.words
    for trace in ("secret", "Traceback", "ValueError", "Internal Server Error"):
        assert trace not in answer.response.text


def test_after_an_error_the_next_request_works(
    app: Flask, page: PageClient, child: MadeChild
) -> None:
    with _failing(app, "secret"):
        assert page.fragment("/idle").status == 500

    assert page.scan(child.card_code).status == 200


# What the log keeps


def test_an_error_is_noted_by_its_place_and_not_by_its_words(
    app: Flask, instance: Path, page: PageClient
) -> None:
    with _failing(app, f"秋水 {PHONE}"):
        page.open("/")

    (line,) = _lines(instance)
    assert (line["level"], line["what"], line["error"]) == ("ERROR", "unforeseen", "ValueError")
    assert any("test_logs.py" in str(place) for place in _trace(line))


def _trace(line: dict[str, object]) -> list[object]:
    trace = line["trace"]
    assert isinstance(trace, list)
    return trace


def _a_bad_day(app: Flask, page: PageClient, child: MadeChild, here: Here) -> list[str]:
    """Let things go well and wrong, and return every secret that was in play."""
    item = factories.item(here, name="雷锋日记")
    teacher = factories.staff(here, display_name="王老师", pin=PIN)
    secrets = [child.card_code, teacher.card_code, item.code, PIN, PHONE, PHONE[-4:], *NAMES]
    page.scan(child.card_code)
    page.scan(item.code)
    page.fragment("/me/call")
    page.open(f"/me?name=秋水&phone={PHONE}&code={child.card_code}")
    page.open(f"/{child.card_code}/{PHONE}")
    page.scan(f"{child.card_code}{PHONE}")
    show_card(page, teacher)
    for pin in ("246801", PIN):
        enter_pin(page, pin)
    with transaction() as session:
        session.execute(update(Staff).values(pin_hash=f"broken {PIN}"))
    page.submit("/staff/leave", {"csrf_token": page._csrf})  # noqa: SLF001
    show_card(page, teacher)
    enter_pin(page, PIN)
    for message in (*secrets, f"姓名 {NAMES[0]}{NAMES[1]}\n{{}}", f"no such row: {PHONE}"):
        with _failing(app, message):
            page.scan(child.card_code)
    with transaction() as session:
        session.execute(text("DROP TABLE visit"))
    page.scan(child.card_code)
    page.scan(item.code)
    page.open("/")
    return secrets


def test_no_name_code_pin_or_number_is_found_in_any_log(
    app: Flask,
    instance: Path,
    page: PageClient,
    child: MadeChild,
    here: Here,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)

    secrets = _a_bad_day(app, page, child, here)

    written = _logged(instance)
    printed = "".join(capfd.readouterr())
    told = "\n".join(caplog.messages)
    assert len(_lines(instance)) > 10, "what should be noted is noted"
    for secret in secrets:
        assert secret not in written
        assert json.dumps(secret).strip('"') not in written
        assert secret not in printed
        assert secret not in told


@pytest.mark.parametrize(
    "said",
    [f"for {PHONE}", "card CBVJS1E6MC8Y", "item BFR0YNPD8SXG!", "name 欧阳秋水", "pin 13579024"],
)
def test_what_looks_like_a_name_a_code_or_a_number_is_left_out(said: str) -> None:
    record = logging.LogRecord("kiosk", logging.INFO, "x.py", 1, "told: %s", (said,), None)

    line = json.loads(JsonLines().format(record))

    assert "*" in line["what"]
    assert not set(line["what"]) & set("欧阳秋水")
    assert not any(len(word) > 7 for word in line["what"].replace("!", "").split())


def test_a_message_of_several_lines_is_one_line_of_the_log() -> None:
    evil = 'a\n{"level": "INFO", "what": "all is well"}\r\n\u2028'
    record = logging.LogRecord("kiosk", logging.ERROR, "x.py", 1, evil, None, None)

    line = JsonLines().format(record)

    assert len(line.splitlines()) == 1
    assert json.loads(line)["level"] == "ERROR"


def test_the_log_does_not_grow_for_ever(app: Flask, instance: Path) -> None:
    for n in range(140):
        app.logger.error("event %s %s", n, "x" * 100_000)

    files = sorted((instance / "logs").iterdir())
    assert len(files) <= 6
    assert sum(path.stat().st_size for path in files) < 13_000_000


# A disk that does not take it


@contextmanager
def _locked() -> Iterator[None]:
    """Let another program hold the database, and nobody wait for it."""
    path = db.engine.url.database
    assert path is not None

    def hurry(connection: sqlite3.Connection, *_: object) -> None:
        connection.execute("PRAGMA busy_timeout = 1")

    db.session.remove()
    event.listen(db.engine, "checkout", hurry)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()
        event.remove(db.engine, "checkout", hurry)


@contextmanager
def _full() -> Iterator[None]:
    """Let no file grow, as on a disk that is full."""
    import resource

    db.session.remove()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


Trouble = Callable[[], AbstractContextManager[None]]
TROUBLES = [
    pytest.param(_locked, id="locked"),
    pytest.param(
        _full, id="full", marks=pytest.mark.skipif(os.name == "nt", reason="Windows has no limit")
    ),
]


@pytest.mark.parametrize("trouble", TROUBLES)
def test_what_the_disk_does_not_take_is_never_said_to_be_stored(
    instance: Path,
    page: PageClient,
    child: MadeChild,
    here: Here,
    trouble: Trouble,
) -> None:
    item = factories.item(here)
    factories.loan(here, child.child_id, item.item_id)
    page.open("/")
    numbers = {code: str(uuid4()) for code in (child.card_code, item.code)}

    with trouble():
        failed = [page.scan(code, request_id=number) for code, number in numbers.items()]

    assert [answer.status for answer in failed] == [503, 503]
    assert {answer.words for answer in failed} == {"The machine is tired, let the teacher note it"}
    assert factories.how_many(Visit) == 0
    assert [line["what"] for line in _lines(instance)] == ["unavailable: not-stored"] * 2
    again = [page.scan(code, request_id=number) for code, number in numbers.items()]
    assert [answer.status for answer in again] == [200, 200]
    assert factories.how_many(Visit) == 1


@pytest.mark.parametrize("trouble", TROUBLES)
def test_the_other_changes_of_a_child_fail_as_honestly(
    page: PageClient,
    child: MadeChild,
    here: Here,
    trouble: Trouble,
) -> None:
    contact_id = str(factories.contact(here, child.child_id))
    slot_id, item = str(factories.slots(here)[0]), factories.item(here)
    loan_id = factories.loan(here, child.child_id, item.item_id)
    page.scan(child.card_code)
    requests: dict[str, dict[str, str]] = {
        "/me/call": {"contact_id": contact_id, "slot_id": slot_id},
        f"/me/loan/{loan_id}/renew": {},
        f"/me/loan/{loan_id}/undo": {},
        "/me/leave": {},
    }

    def send(path: str) -> Page:
        form = {"request_id": str(uuid4()), **requests[path]}
        return page.submit(path, form, fragment=True)

    with trouble():
        failed = {path: send(path).status for path in requests}

    assert failed == dict.fromkeys(requests, 503)
    assert {send(path).status for path in requests} == {200}


@pytest.mark.parametrize("trouble", TROUBLES)
def test_staff_read_that_nothing_was_stored(page: PageClient, here: Here, trouble: Trouble) -> None:
    sign_in(page, here, Role.ADMINISTRATOR)
    page.open("/staff/opening/open")

    with trouble():
        failed = page.submit("/staff/opening/open", {"csrf_token": page._csrf})  # noqa: SLF001

    assert failed.status == 503
    assert page.open("/staff").status == 200
