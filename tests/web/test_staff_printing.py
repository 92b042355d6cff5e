"""Printing: the printer's offset, what is chosen to print, and one card as a picture."""

import re
from xml.etree.ElementTree import Element

import pytest
from sqlalchemy import select

from kiosk.db import reading
from kiosk.models.audit import Audit, AuditAction
from kiosk.rules.codes import Command, command_code
from kiosk.rules.staff import Role
from kiosk.services.here import Here
from tests import factories
from tests.page import Page, PageClient
from tests.web.staff import sign_in, token

HOME = "/staff/setup/printing"
SVG = "{http://www.w3.org/2000/svg}svg"
TEXT = "{http://www.w3.org/2000/svg}text"
PIECE = "{http://www.w3.org/2000/svg}image"
IN_NO_FONT = "𣗊"


def _trail(action: AuditAction) -> list[tuple[str, str]]:
    rows = reading().scalars(select(Audit).where(Audit.action == action).order_by(Audit.n))
    return [(row.subject, row.fields) for row in rows]


def _texts(page: Page) -> list[str]:
    return ["".join(one.itertext()) for one in page.all(TEXT)]


def _moved(page: Page) -> list[str]:
    return [_inner(one).get("transform", "") for one in page.all(SVG)]


def _inner(element: Element) -> Element:
    return next(iter(element))


def test_the_offset_is_kept_and_moves_cards_labels_and_the_test_page(
    page: PageClient, here: Here
) -> None:
    sign_in(page, here)
    child = factories.child(here)
    item = factories.item(here)

    kept = page.open(HOME).press("Keep", {"right": "0,8", "down": "−1.25"})

    assert "Kept" in kept.words
    again = page.open(HOME)
    assert [again.all("input", name=way)[0].get("value") for way in ("right", "down")] == [
        "0.8",
        "-1.2",
    ]
    printed = [
        page.open(f"{HOME}/test"),
        page.open(f"/staff/children/{child.child_id}").press("Print the card again"),
        page.open(f"/staff/books/{item.title_id}").press("Print the labels"),
    ]
    assert [_moved(one) for one in printed] == [["translate(0.8 -1.2)"]] * 3


@pytest.mark.parametrize("said", ["", "far", "10.1", "-11", "1e9", "nan"])
def test_an_offset_that_is_none_is_said_plainly_and_kept_in_the_field(
    page: PageClient, here: Here, said: str
) -> None:
    sign_in(page, here)

    form = {"csrf_token": token(page.open(HOME)), "right": said, "down": "0"}
    refused = page.submit(HOME, form)

    assert refused.status == 422
    assert refused.all("p", role="alert")
    assert refused.all("input", name="right")[0].get("value") == said


def test_chosen_children_are_printed_with_the_codes_they_have(page: PageClient, here: Here) -> None:
    sign_in(page, here)
    one, other = factories.child(here, given_name="小满"), factories.child(here, given_name="阿木")

    form = {"csrf_token": token(page.open(HOME)), "child_id": str(other.child_id)}
    sheet = page.submit(f"{HOME}/children", form)

    assert "阿木" in _texts(sheet)
    assert "小满" not in _texts(sheet)
    assert other.card_code[-3:] in _texts(sheet)
    assert one.card_code[-3:] not in _texts(sheet)
    assert _trail(AuditAction.PRINT) == [(f"child:{other.child_id}", "card x 1")]


def test_the_first_free_place_is_touched_and_the_same_is_asked_for_again(
    page: PageClient, here: Here
) -> None:
    sign_in(page, here)
    child = factories.child(here)
    printed = page.open(f"/staff/children/{child.child_id}").press("Print the card again")
    assert _first_place(printed) == 0

    later = printed.press("Begin at place 3")

    assert _first_place(later) == 2
    assert _texts(later) == _texts(printed)
    assert len(_trail(AuditAction.PRINT)) == 2


def _first_place(page: Page) -> int:
    (used,) = page.all("button", **{"aria-current": "true"})
    shown = " ".join(one.get("transform", "") for one in page.all(SVG)[0].iter())
    found = re.search(r"translate\(([\d.]+) ([\d.]+)\) rotate", shown)
    assert found is not None
    column, row = float(found[1]) > 150, float(found[2]) > 100
    assert int(used.get("value", "")) == 2 * row + column
    return int(used.get("value", ""))


@pytest.mark.parametrize("start", ["99", "-1", "x", "1" * 9])
def test_a_place_that_no_sheet_has_is_no_error(page: PageClient, here: Here, start: str) -> None:
    sign_in(page, here)

    sheet = page.submit(f"{HOME}/commands", {"csrf_token": token(page.open(HOME)), "start": start})

    assert sheet.status == 200


def test_staff_cards_show_name_and_role_and_are_noted(page: PageClient, here: Here) -> None:
    sign_in(page, here)
    teacher = factories.staff(here, display_name="王老师", role=Role.DUTY_TEACHER)

    sheet = page.open(HOME).press("Print the staff cards")

    assert {"王老师", "值班老师", teacher.card_code[-6:-3], teacher.card_code[-3:]} <= set(
        _texts(sheet)
    )
    assert _trail(AuditAction.PRINT) == [("staff", "card x 2")]


def test_command_cards_have_a_word_in_the_rooms_language_and_no_short_code(
    page: PageClient, here: Here
) -> None:
    sign_in(page, here)

    sheet = page.open(HOME).press("Print the cards beside the scanner")

    assert {"我要走啦", "我好了", "找老师"} <= set(_texts(sheet))
    assert not {command_code(one)[-3:] for one in Command} & set(_texts(sheet))
    drawn = " ".join(one.get("href", "") for one in page.open(HOME).all(PIECE)) + " ".join(
        one.get("href", "") for one in sheet.all(PIECE)
    )
    assert {"icon-door", "icon-tick", "icon-teacher"} <= set(re.findall(r"icon-\w+", drawn))


def test_a_name_that_no_font_can_draw_is_told_and_spelt_on_the_card(
    page: PageClient, here: Here
) -> None:
    sign_in(page, here)
    child = factories.child(here, given_name=f"小{IN_NO_FONT}")

    sheet = page.open(f"/staff/children/{child.child_id}").press("Print the card again")

    (told,) = sheet.all("p", role="alert")
    assert f"小{IN_NO_FONT}" in "".join(told.itertext())
    assert not any(IN_NO_FONT in text for text in _texts(sheet))


def test_a_name_whose_reading_staff_have_written_is_spelt_so(page: PageClient, here: Here) -> None:
    sign_in(page, here)
    child = factories.child(here, given_name=f"小{IN_NO_FONT}")
    form = {"csrf_token": token(page.open(HOME)), "pinyin": "xiǎo fú"}
    assert page.submit(f"/staff/children/{child.child_id}/pinyin", form).status == 200

    sheet = page.open(f"/staff/children/{child.child_id}").press("Print the card again")

    assert "xiǎo fú" in _texts(sheet)


def test_a_rare_name_that_the_font_has_is_printed_as_it_is(page: PageClient, here: Here) -> None:
    sign_in(page, here)
    child = factories.child(here, given_name="𬱖㼆")

    sheet = page.open(f"/staff/children/{child.child_id}").press("Print the card again")

    assert sheet.all("p", role="alert") == []
    assert "𬱖㼆" in _texts(sheet)


def test_a_card_as_a_picture_leaves_one_row_and_names_nobody(page: PageClient, here: Here) -> None:
    sign_in(page, here)
    child = factories.child(here, given_name="小满")

    form = {"csrf_token": token(page.open(HOME))}
    answer = page.submit(f"/staff/children/{child.child_id}/card/picture", form).response

    assert answer.mimetype == "image/png"
    assert answer.data.startswith(b"\x89PNG")
    assert answer.headers["Content-Disposition"] == "attachment; filename=card.png"
    assert answer.headers["Cache-Control"] == "no-store"
    assert _trail(AuditAction.EXPORT) == [(f"child:{child.child_id}", "card x 1")]


def test_without_a_card_there_is_no_picture(page: PageClient, here: Here) -> None:
    sign_in(page, here)
    child = factories.child(here, left_on=here.today)

    form = {"csrf_token": token(page.open(HOME))}
    answer = page.submit(f"/staff/children/{child.child_id}/card/picture", form)

    assert answer.status == 404


def test_the_six_signs_on_a_card_lead_to_its_child(page: PageClient, here: Here) -> None:
    sign_in(page, here, Role.DUTY_TEACHER)
    child, _other = factories.child(here), factories.child(here)
    said = f"{child.card_code[-6:-3].lower()} {child.card_code[-3:]}"

    found = page.open("/staff/children").press("Search", {"text": said})

    assert found.path == f"/staff/children/{child.child_id}"
    assert _trail(AuditAction.SEARCH) == [(f"child:{child.child_id}", "short code")]


def test_the_six_signs_of_an_old_card_lead_nowhere(page: PageClient, here: Here) -> None:
    sign_in(page, here, Role.DUTY_TEACHER)
    child = factories.child(here)
    page.open(f"/staff/children/{child.child_id}").press("Give a new card")

    found = page.open("/staff/children").press("Search", {"text": child.card_code[-6:]})

    assert found.path == "/staff/children"


def test_where_nobody_is_ticked_nothing_is_printed(page: PageClient, here: Here) -> None:
    sign_in(page, here)

    answer = page.submit(f"{HOME}/children", {"csrf_token": token(page.open(HOME))})

    assert "Nobody was ticked" in answer.words
    assert _trail(AuditAction.PRINT) == []
