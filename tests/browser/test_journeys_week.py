"""The week's plan from its draft to the slip that parents get."""

import re

from playwright.sync_api import expect

from tests.browser.room import Room, rows


def test_a_week_is_drafted_published_and_told(room: Room) -> None:
    room.staff_sign_in(room.kiosk.codes("staff")[0])
    room.page.goto(f"{room.kiosk.url}/staff/calls/week")
    room.press("下周")
    room.page.locator("form[action$='/draft'] button").click()
    expect(room.page.locator("h2").first).to_contain_text("草稿")
    room.shoot("week-draft")
    room.press("2")
    expect(room.page.locator(".rows--plan tbody .number").first).to_have_text("101")

    room.page.locator("form[action$='/publish'] button").click()

    expect(room.page.locator("h2").first).to_have_text("已公布")
    room.shoot("week-published")
    booked = rows(
        room.kiosk,
        "SELECT count(*) FROM booking JOIN week_plan ON week_plan.id = plan_id"
        " WHERE booking.week_key = (SELECT max(week_key) FROM week_plan)",
    )
    assert booked > [(20,)]
    room.press("周五通知条")
    room.page.locator("[name='number']").fill("0855-1234567")
    room.page.locator("#of-class [name='class_id']").first.click()
    slip = room.page.locator("textarea")
    expect(slip).to_have_value(re.compile(r"0855-1234567"))
    room.shoot("week-slip")
    with room.page.expect_download() as download:
        room.page.locator("form[action$='/calendar'] button").first.click()
    assert download.value.suggested_filename == "call.ics"
