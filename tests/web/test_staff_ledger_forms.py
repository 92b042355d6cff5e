"""The forms of the ledgers: looked at first, chosen, and taken back."""

from io import BytesIO

import pytest

from kiosk.rules.staff import Role
from kiosk.services import ledger_form
from kiosk.services.here import Here
from tests.page import Page, PageClient
from tests.web.staff import sign_in, token

OWN = """id = "L3"
title = "阳光小屋来访登记"
[[column]]
header = "学生"
source = "child"
"""
PATH = "/staff/ledgers/forms/L3"


def _try(page: PageClient, text: bytes) -> Page:
    form = {"csrf_token": token(page.open(PATH)), "file": (BytesIO(text), "L3.toml")}
    return page.submit(f"{PATH}/try", form)


def test_a_form_is_looked_at_before_it_counts(page: PageClient, here: Here) -> None:
    sign_in(page, here)

    looked = _try(page, OWN.encode())

    assert "阳光小屋来访登记" in looked.words
    assert not ledger_form.in_use("L3", here=here).is_own

    used = looked.press("Use this form")

    assert "printed on the new form" in used.words
    assert ledger_form.in_use("L3", here=here).is_own
    assert "阳光小屋来访登记" in page.open("/staff/ledgers/L3").press("Print").words

    assert "our form again" in page.open(PATH).press("Back to our form").words
    assert not ledger_form.in_use("L3", here=here).is_own


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (OWN.replace('"child"', '"number"'), "Column 1: The ledger has nothing called “number”."),
        (OWN.replace("title =", "titel ="), "“titel” is no word of a form."),
        (OWN.replace('"L3"', '"L4"'), "The file is the form of L4, not of L3."),
        (OWN.replace('"学生"', "学生"), "Line 4 of the file cannot be read"),
    ],
)
def test_a_bad_file_says_where_it_is_wrong(
    page: PageClient, here: Here, text: str, words: str
) -> None:
    sign_in(page, here)

    refused = _try(page, text.encode())

    assert refused.status == 422
    assert words in refused.words
    assert "Nothing was changed." in refused.words


def test_the_file_in_use_can_be_taken_to_begin_with(page: PageClient, here: Here) -> None:
    sign_in(page, here)

    taken = page.open(f"{PATH}/file").response

    assert 'header = "签到时间"' in taken.text
    assert _try(page, taken.data).status == 200


def test_a_file_that_went_bad_is_told_in_the_list(page: PageClient, here: Here) -> None:
    sign_in(page, here)
    folder = here.settings.instance / ledger_form.FOLDER
    folder.mkdir()
    (folder / "L3.toml").write_text("no form", encoding="utf-8")

    assert "ours is printed. Line 1" in page.open("/staff/ledgers/forms").words


def test_only_the_administrator_chooses_forms(page: PageClient, here: Here) -> None:
    sign_in(page, here, Role.LIBRARIAN)

    assert page.open(PATH).status == 403
    assert "Forms" not in page.open("/staff/ledgers").words
