"""What a day of the two weeks brings: calls and how they end, a line, a closed day, a power cut."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Final

from playwright.sync_api import expect

from tests.browser.process import Code
from tests.browser.room import rows
from tests.browser.weeks_walk import MONDAY, TEACHER, Call, Weeks

FREE: Final = "#screen form[action='/me/call/standby'] .tile"
NOON: Final = 12 * 60
# How the first call of each comes out; from then on somebody answers.
FIRST: Final = {"day": "done", "night": "no_answer", "silent": "wrong_number", "elder": "cut"}


def day(weeks: Weeks, on: date) -> None:
    """Open the room, lead the calls of our five, and close it."""
    opens = _opens(weeks, on)
    if opens is None:
        weeks.at(on, NOON)
        weeks.room.open()
        weeks.shoot("night", "screen of a closed day")
        weeks.tell(TEACHER, "finds the room closed today")
        return
    weeks.at(on, opens)
    weeks.sign_in()
    weeks.go("/staff/opening/open")
    weeks.press(".open__fine")
    before, after = EVENTS.get((on - MONDAY).days, (None, None))
    if before:
        before(weeks)
    while (next_one := _next(weeks, on)) is not None:
        who, call = next_one
        lead(weeks, who, call)
    if after:
        after(weeks)
    close(weeks)


def _opens(weeks: Weeks, on: date) -> int | None:
    found = rows(
        weeks.kiosk,
        "SELECT from_min FROM opening WHERE on_date = ? AND state = 'planned'",
        on.isoformat(),
    )
    return found[0][0] if found else None


def _next(weeks: Weeks, on: date) -> tuple[str, Call] | None:
    """Return who of the five rings next today; one who rings along comes with the other."""
    found = [
        (call.start_min, who, call)
        for who in weeks.children
        for call in weeks.calls(who, on - timedelta(days=on.weekday()))
        if call.on == on and call.state in {"booked", "waiting"} and not call.companion_of
    ]
    _, who, call = min(found, key=lambda one: one[:2], default=(0, "", None))
    return (who, call) if call else None


def lead(weeks: Weeks, who: str, call: Call) -> None:
    """Let a child come to its call, ring, and say how it ended."""
    ends = FIRST.get(who, "done")
    if any(one.state in {"done", "cut", "no_answer"} for one in _all(weeks, who)):
        ends = "done"
    if who == "silent":
        ends = "wrong_number" if ends == "wrong_number" else "no_answer"
    weeks.at(call.on, call.start_min - 4)
    along = {"elder": "younger", "younger": "elder"}.get(who)
    if along and not any(one.companion_of for one in weeks.calls(along, _monday(call.on))):
        along = None
    for one in (who, along):
        if one:
            weeks.card(one, f"card before the call on {call.on:%a}")
            weeks.own_page(one, "own page before the call")
            weeks.tap(one, "#screen a[href='/me/call']", "its call")
    weeks.at(call.on, call.start_min)
    weeks.room.open()
    weeks.look(who, "idle screen when it is time")
    weeks.sign_in()
    weeks.go("/staff/calls")
    weeks.shoot(TEACHER, "board when a call is due")
    if weeks.page.locator(f"{call.tile} button[value=waiting]").count():
        weeks.move(call, "waiting")
    weeks.move(call, "calling")
    expect(weeks.page.locator(f"{call.tile} .talk__left")).to_be_visible()
    weeks.shoot(TEACHER, "ringing")
    _end(weeks, call, ends)
    weeks.shoot(TEACHER, f"board after {ends}")
    weeks.tell(TEACHER, f"notes of {who}: {ends}")
    weeks.card(who, f"card after {ends}")
    weeks.room.open("/me")
    weeks.tap(who, "#screen a[href='/me/call']", f"what comes after {ends}")


def _all(weeks: Weeks, who: str) -> list[Call]:
    return [one for n in range(2) for one in weeks.calls(who, MONDAY + timedelta(days=7 * n))]


def _monday(on: date) -> date:
    return on - timedelta(days=on.weekday())


def _end(weeks: Weeks, call: Call, ends: str) -> None:
    if ends == "done":
        weeks.later(6)  # nothing is touched while they talk
        weeks.move(call, "done")
    elif ends == "cut":
        weeks.later(2)
        weeks.move(call, "cut")
    elif ends == "wrong_number":
        weeks.press(f"{call.tile} form:has([value=wrong_number]) button")
    else:
        weeks.later(1)
        weeks.press(f"{call.tile} form[action$='/again'] button")
        weeks.later(1)
        weeks.move(call, "no_answer")


def stand_by(weeks: Weeks) -> None:
    """Let a child without a call find a free telephone from the room."""
    weeks.children["spare"] = _without_a_call(weeks)
    weeks.later(4)  # whoever had the first places has not come
    weeks.sign_in()
    weeks.go("/staff/calls")
    weeks.shoot(TEACHER, "board when nobody came")
    weeks.card("spare", "card of a child without a call")
    weeks.own_page("spare", "own page without a call")
    weeks.tap("spare", "#screen a[href='/me/call']", "touches the telephone")
    if weeks.room.page.locator(FREE).count():
        weeks.tap("spare", FREE, "rings now")
    else:
        weeks.tell("spare", "is offered no free telephone")
        faces = "#screen a.tile[href^='/me/call/']"
        if weeks.room.page.locator(faces).count():
            weeks.tap("spare", faces, "when")
    del weeks.children["spare"]
    weeks.go("/staff/calls")
    weeks.shoot(TEACHER, "board with a child from the room")


def _without_a_call(weeks: Weeks) -> Code:
    """Return a child that the plan has no place for this week, or else the first one."""
    monday = _monday(weeks.now.date())
    placed = rows(
        weeks.kiosk,
        "SELECT family_name || given_name FROM child JOIN booking ON child.id = child_id"
        " WHERE on_date >= ?",
        monday.isoformat(),
    )
    others = weeks.kiosk.codes("child")[len(weeks.children) :]
    return next((one for one in others if (one.label,) not in placed), others[0])


def urgent(weeks: Weeks) -> None:
    weeks.go(f"/staff/calls/wishes/child/{weeks.child_id('day')}", touches=3)
    form = weeks.page.locator("form[action$='/urgent']")
    form.locator("[name=reason]").first.check()
    weeks.touches[TEACHER] += 1
    weeks.shoot(TEACHER, "urgent wish", whole=True)
    weeks.press(form.locator("button[type=submit]"))
    weeks.shoot(TEACHER, "urgent call placed", whole=True)


def pull_line(weeks: Weeks) -> None:
    weeks.go("/staff/calls/lines", touches=2)
    weeks.page.locator("a[href$='/out']").first.click()
    weeks.shoot(TEACHER, "price of a broken line", whole=True)
    weeks.press("form[action$='/out'] button[type=submit]")
    weeks.shoot(TEACHER, "line is out", whole=True)
    for who in ("day", "night"):
        weeks.card(who, "card while a line is out")
        weeks.room.open("/me")
        weeks.tap(who, "#screen a[href='/me/call']", "its call while a line is out")


def mend_line(weeks: Weeks) -> None:
    weeks.go("/staff/calls/lines", touches=2)
    weeks.press("form[action*='/staff/calls/lines/'] button")
    weeks.shoot(TEACHER, "line is mended", whole=True)


def cancel_tomorrow(weeks: Weeks) -> None:
    """See what closing tomorrow costs, and close it."""
    on = weeks.now.date() + timedelta(days=1)
    found = rows(
        weeks.kiosk,
        "SELECT id FROM opening WHERE on_date = ? AND state = 'planned'",
        on.isoformat(),
    )
    weeks.go(f"/staff/openings/{weeks.uuid(found[0][0])}/cancel", touches=3)
    weeks.shoot(TEACHER, "price of a closed day", whole=True)
    weeks.press("form[action$='/cancel'] button[type=submit]")
    weeks.shoot(TEACHER, "day is closed", whole=True)


def power_cut(weeks: Weeks) -> None:
    """Print the day sheet, lose the power for an afternoon, and key the sheet in."""
    on = weeks.now.date().isoformat()
    weeks.go(f"/staff/calls/sheet?on={on}", touches=2)
    weeks.shoot(TEACHER, "day sheet", whole=True)
    weeks.press("form[action*='/sheet/print'] button")
    weeks.page.pdf(path=weeks.folder / f"day-sheet-{on}.pdf", prefer_css_page_size=True)
    weeks.kiosk.kill()
    weeks.later(85)
    weeks.kiosk.start()
    weeks.sign_in()
    weeks.go(f"/staff/calls/sheet?on={on}", touches=2)
    weeks.shoot(TEACHER, "sheet after the power cut", whole=True)
    lines = weeks.page.locator("[data-sheet] tbody tr")
    for at in range(lines.count()):
        lines.nth(at).locator("input").first.check()
        weeks.touches[TEACHER] += 1
    weeks.press("form[data-sheet] button[type=submit]")
    weeks.shoot(TEACHER, "sheet is keyed in", whole=True)


def close(weeks: Weeks) -> None:
    """Close the room when its hour has come."""
    on = weeks.now.date()
    found = rows(
        weeks.kiosk,
        "SELECT to_min FROM opening WHERE on_date = ? AND state = 'open'",
        on.isoformat(),
    )
    weeks.at(on, max(found[0][0], weeks.now.hour * 60 + weeks.now.minute + 1))
    weeks.sign_in()
    weeks.go("/staff/opening/close")
    for tick in weeks.page.locator("form[action='/staff/opening/close'] [type=checkbox]").all():
        tick.check()
        weeks.touches[TEACHER] += 1
    weeks.shoot(TEACHER, "closing", whole=True)
    weeks.press("form[action='/staff/opening/close'] button[type=submit]")


# What else a day brings, before and after its calls; days from the first Monday on.
EVENTS: Final[dict[int, tuple[Callable[[Weeks], None] | None, Callable[[Weeks], None] | None]]] = {
    0: (stand_by, None),
    1: (urgent, None),
    2: (pull_line, mend_line),
    7: (None, cancel_tomorrow),
    9: (power_cut, None),
}
