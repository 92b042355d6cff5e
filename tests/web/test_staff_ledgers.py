"""Ledgers and the record on the staff pages."""

import csv
from io import BytesIO, StringIO
from typing import Any

import pytest
from python_calamine import load_workbook
from sqlalchemy import func, select

from kiosk.db import reading, transaction
from kiosk.models.audit import Audit, AuditAction
from kiosk.models.record import SyncChange, SyncQuarantine, SyncState
from kiosk.rules.staff import Role
from kiosk.services.here import Here
from tests import factories, markup
from tests.page import Page, PageClient
from tests.web.staff import sign_in


def _audited(action: AuditAction) -> int:
    session = reading()
    session.rollback()
    return session.query(Audit).filter_by(action=action).count()


@pytest.mark.parametrize("name", ["L1", "L3", "L4", "L6", "L18", "L22"])
def test_each_ledger_is_a_page_and_a_sheet_of_paper(
    page: PageClient, here: Here, name: str
) -> None:
    sign_in(page, here)
    _an_afternoon(here)

    paper = page.open(f"/staff/ledgers/{name}").press("Print")

    assert "填报单位(盖章)" in paper.words
    assert "单位负责人" in paper.words
    foot = paper.all("tr")[-1]
    assert "单位负责人" in "".join(foot.itertext()), "it could be alone on a page"
    assert ("合计" in paper.words) is (name != "L22"), "a board has nothing to add up"
    assert _audited(AuditAction.PRINT) == 1


def test_a_ledger_is_taken_away_as_csv(page: PageClient, here: Here) -> None:
    sign_in(page, here)
    _an_afternoon(here)

    file = page.open("/staff/ledgers/L3").press("CSV")

    rows = list(csv.reader(StringIO(file.response.data.decode("utf-8-sig"))))
    assert rows[0][:4] == ["序号", "日期", "姓名", "班级"]
    assert rows[1][2] == "陈小满"
    name = file.response.headers["Content-Disposition"]
    assert name == "attachment; filename=L3-2026-11-01-2026-11-20.csv"
    assert _audited(AuditAction.EXPORT) == 1


def test_a_ledger_is_taken_away_as_a_workbook(page: PageClient, here: Here) -> None:
    sign_in(page, here)
    _an_afternoon(here)

    file = page.open("/staff/ledgers/L3").press("XLSX")

    sheet = load_workbook(BytesIO(file.response.data)).get_sheet_by_index(0).to_python()
    assert any("陈小满" in row for row in sheet)
    assert sheet[0][0] == "到室签到登记表"


def test_looking_is_no_export(page: PageClient, here: Here) -> None:
    sign_in(page, here)

    page.open("/staff/ledgers/L3")

    assert _audited(AuditAction.EXPORT) == 0


def test_the_librarian_has_the_ledger_of_books_alone(page: PageClient, here: Here) -> None:
    sign_in(page, here, Role.LIBRARIAN)

    listing = page.open("/staff/ledgers")

    assert "Loans of books" in listing.words
    assert "Who came and went" not in listing.words
    assert page.open("/staff/ledgers/L3").status == 403


def test_a_ledger_that_does_not_exist_is_no_page(page: PageClient, here: Here) -> None:
    sign_in(page, here)

    assert page.open("/staff/ledgers/L99").status == 404


def test_a_day_that_is_none_is_said_plainly(page: PageClient, here: Here) -> None:
    sign_in(page, here)

    assert page.open("/staff/ledgers/L3?from=2026-13-01").status == 422


def test_a_period_that_ends_before_it_begins_is_said_beside_its_days(
    page: PageClient, here: Here
) -> None:
    sign_in(page, here)

    refused = page.open("/staff/ledgers/L3?from=2026-11-20&to=2026-11-01")

    assert refused.status == 422
    assert "The period ends before it begins" in refused.words
    assert refused.all("input", name="from")[0].get("value") == "2026-11-20"
    assert refused.press("Show", {"To": "2026-11-20"}).status == 200


def test_a_head_breaks_between_words_and_before_its_bracket(page: PageClient, here: Here) -> None:
    sign_in(page, here)
    _an_afternoon(here)

    text = page.open("/staff/ledgers/L1").response.text

    assert ">亲情<wbr>通话<wbr>(次)</th>" in text
    assert ">异常及处理</th>" in text


def test_the_record_page_says_what_waits(page: PageClient, here: Here) -> None:
    sign_in(page, here, Role.DUTY_TEACHER)
    _an_afternoon(here)

    record = page.open("/staff/record")

    assert "The school record has not received anything yet." in record.words
    assert "changes wait" in record.words


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("unreachable", "The record cannot be reached."),
        ("other-machine", "Another machine sends under this room's name."),
        ("damaged", "Something at the record's place is damaged."),
        ("login-refused", "The record does not accept this room's password."),
        ("not-stored", "This PC could not keep what was sent."),
    ],
)
@pytest.mark.parametrize("path", ["/staff", "/staff/record"])
def test_a_record_that_failed_says_why_and_when_it_last_had_everything(
    page: PageClient, here: Here, path: str, error: str, words: str
) -> None:
    sign_in(page, here, Role.DUTY_TEACHER)
    _an_afternoon(here)
    _record_stands(here, last_error=error, last_error_at=here.now)

    said = _sentence(page.open(path))

    assert words in said
    assert "could not be reached" not in said
    assert "last received everything on" in said
    assert "nothing is lost" in said


def test_rows_that_were_set_aside_are_named(page: PageClient, here: Here) -> None:
    sign_in(page, here, Role.DUTY_TEACHER)
    _record_stands(here)
    with transaction() as session:
        row = {"target": here.settings.record, "tbl": "visit", "pk": "1", "seq": 0}
        session.add(SyncQuarantine(**row, error="bad-rows", first_at=here.now))

    said = _sentence(page.open("/staff/record"))

    assert "1 change cannot be taken by the record and was set aside." in said
    assert "everything" not in said
    assert "Nothing waits" not in said


def test_a_record_that_has_everything_says_so(page: PageClient, here: Here) -> None:
    sign_in(page, here, Role.DUTY_TEACHER)
    _record_stands(here, acked_seq=reading().scalar(select(func.max(SyncChange.seq))))

    said = _sentence(page.open("/staff/record"))

    assert "last received everything on" in said
    assert said.endswith("Nothing waits.")


def _record_stands(here: Here, **values: Any) -> None:
    with transaction() as session:
        session.add(SyncState(target=here.settings.record, last_success_at=here.now, **values))


def _sentence(page: Page) -> str:
    fine = [*page.all("p", class_="fine"), *page.all("p", class_="not-fine")]
    return next(said for said in map(markup.words, fine) if "record" in said)


def test_the_record_can_be_sent_now(page: PageClient, here: Here) -> None:
    sign_in(page, here, Role.DUTY_TEACHER)

    asked = page.open("/staff/record").press("Send now")

    assert "It is being sent." in asked.words


def _an_afternoon(here: Here) -> None:
    child = factories.child(here)
    factories.open_today(here)
    factories.visit(here, child.child_id)
    factories.booking(here, child.child_id)
    factories.loan(here, child.child_id, factories.item(here).item_id)
