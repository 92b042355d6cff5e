"""Two weeks of family calls, as a duty teacher and five children of four families live them.

    python -m tests.browser.weeks FOLDER [--size 1366x768]

The real server runs with a clock that is moved from here. Every screen that somebody met is kept in
FOLDER as a picture, with `story.txt`: who saw and touched what. It fails where a child meets a
screen from which nothing leads on.
"""

import argparse
from datetime import timedelta
from pathlib import Path

from playwright.sync_api import expect

from tests.browser import weeks_days
from tests.browser.room import PATIENCE, rows
from tests.browser.weeks_walk import MONDAY, TEACHER, Weeks, school

FAMILIES = {"day": "day", "night": "night", "silent": "flexible", "elder": "day", "younger": "day"}
SHARED = "13800001234"  # the one number of the two who are brother and sister


def switch_on(weeks: Weeks) -> None:
    weeks.sign_in(1)
    weeks.go("/staff/setup/calls", touches=2)
    weeks.shoot(TEACHER, "planning settings", whole=True)
    weeks.press("form[action='/staff/setup/calls'] button[type=submit]")
    weeks.shoot(TEACHER, "planning is on")


def write_cards(weeks: Weeks) -> None:
    """Say of each family when it can be rung; the two of one mother get her number."""
    fresh = weeks.kiosk.codes("child")
    weeks.children = dict(zip(FAMILIES, fresh, strict=False))
    for who, shift in FAMILIES.items():
        child = weeks.child_id(who)
        detail = f"/staff/children/{child}"
        weeks.go(detail, touches=3)
        if who in {"elder", "younger"}:
            form = weeks.page.locator(f"form[action='{detail}/contacts']")
            form.locator("[name=relation]").select_option("mother")
            form.locator("[name=phone]").fill(SHARED)
            weeks.press(form.locator("button"))
            weeks.press(weeks.page.locator("form:has([name=decision][value=approve]) button"))
            weeks.shoot(TEACHER, f"card of {who}", whole=True)
        _write_hours(weeks, who, shift)
    weeks.go(f"/staff/children/{weeks.child_id('younger')}")
    weeks.shoot(TEACHER, "who rings together", whole=True)


def _write_hours(weeks: Weeks, who: str, shift: str) -> None:
    found = rows(
        weeks.kiosk,
        "SELECT id FROM contact WHERE child_id = ? AND status = 'approved'",
        weeks.child_id(who).hex,
    )
    for number, (key,) in enumerate(found):
        weeks.go(f"/staff/children/{weeks.child_id(who)}/contacts/{weeks.uuid(key)}/hours")
        weeks.press(f"form:has([name=shift][value={shift}]) button")
        if not number:
            weeks.shoot(TEACHER, f"hours of {who}", whole=True)


def draft_and_publish(weeks: Weeks) -> None:
    """Look at Thursday's draft, publish it on Friday, and give out the slips."""
    thursday = weeks.now.date()
    monday = thursday + timedelta(days=4)
    week = f"/staff/calls/week?on={monday.isoformat()}"
    weeks.at(thursday, 18 * 60 + 5)
    weeks.sign_in()
    weeks.go(week, touches=3)
    weeks.shoot(TEACHER, "draft", whole=True)
    weeks.at(thursday + timedelta(days=1), 16 * 60 + 10)
    weeks.sign_in()
    weeks.go(week, touches=3)
    if weeks.page.locator("form[action$='/draft']").count():
        weeks.press("form[action$='/draft'] button")  # it knows what the day has brought
    weeks.press("form[action$='/publish'] button")
    weeks.shoot(TEACHER, "published", whole=True)
    weeks.go(f"/staff/calls/week/slips?on={monday.isoformat()}")
    weeks.page.locator("[name=number]").fill("0855-7654321")
    weeks.press("form[action$='/slips'] button")
    expect(weeks.page.locator("textarea")).to_be_visible()
    weeks.shoot(TEACHER, "slips", whole=True)
    for who in FAMILIES:
        call = weeks.next_call(who, monday)
        told = (
            f"{call.on:%a} {call.start_min // 60}:{call.start_min % 60:02}" if call else "no place"
        )
        weeks.tell(who, f"has in the plan: {told}")


def first_draft_shows_who_missed(weeks: Weeks) -> None:
    """Say where in the draft those stand with whom nobody talked this week."""
    week_key = rows(weeks.kiosk, "SELECT max(week_key) FROM week_plan")[0][0]
    turns = dict(
        rows(
            weeks.kiosk,
            "SELECT child_id, turn FROM plan_seat JOIN week_plan ON week_plan.id = plan_id"
            " WHERE week_key = ? AND week_plan.state <> 'replaced'",
            week_key,
        )
    )
    for who in FAMILIES:
        turn = turns.get(weeks.child_id(who).hex)
        weeks.tell(who, f"is number {turn} of {len(turns)} in the plan of {week_key}")


def numbers(weeks: Weeks) -> None:
    weeks.sign_in()
    weeks.go("/staff/calls/numbers", touches=2)
    weeks.shoot(TEACHER, "numbers", whole=True)
    weeks.go("/staff/calls/doubts", touches=2)
    weeks.shoot(TEACHER, "cards to look at", whole=True)


def live(weeks: Weeks) -> None:
    switch_on(weeks)
    write_cards(weeks)
    draft_and_publish(weeks)
    for day in range(5):
        weeks_days.day(weeks, MONDAY + timedelta(days=day))
        if day == 3:
            draft_and_publish(weeks)
            first_draft_shows_who_missed(weeks)
    for day in range(7, 12):
        weeks_days.day(weeks, MONDAY + timedelta(days=day))
    numbers(weeks)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--size", default="1366x768")
    chosen = parser.parse_args()
    width, height = map(int, chosen.size.split("x"))
    chosen.folder.mkdir(parents=True, exist_ok=True)
    expect.set_options(timeout=PATIENCE)
    with school(chosen.folder, {"width": width, "height": height}) as weeks:
        try:
            live(weeks)
        finally:
            told = [*weeks.story, "", *(f"{who}: {n} touches" for who, n in weeks.touches.items())]
            (chosen.folder / "story.txt").write_text("\n".join(told) + "\n", encoding="utf-8")
    print("\n".join(told[len(weeks.story) :]))


if __name__ == "__main__":
    main()
