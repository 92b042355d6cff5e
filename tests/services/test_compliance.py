"""A rule set is a file; what the room held and has planned is held against it."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from kiosk.db import reading, transaction
from kiosk.errors import NotFoundError
from kiosk.models.audit import Audit
from kiosk.models.calls import Booking, Slot
from kiosk.models.openings import Opening
from kiosk.rules.call_states import CallState
from kiosk.rules.compliance import Outlook
from kiosk.rules.demands import Measure
from kiosk.rules.openings import OpeningState
from kiosk.services import compliance, letters, rule_sets
from kiosk.services.here import Here
from tests import factories
from tests.clock import FrozenClock
from tests.conftest import here_in

MONDAY = date(2026, 11, 16)  # the day of the tests is the Friday of this week
DAY = timedelta(days=1)
OWN = """
name = "本县要求"
source = "本县文件"
[[demand]]
measure = "openings_a_week"
least = {least}
text = "每周开放 {least} 次"
"""


@pytest.fixture
def here(either_app: Flask, clock: FrozenClock) -> Here:
    return here_in(either_app, clock)


def _own(here: Here, name: str, text: str) -> None:
    folder = here.settings.instance / "rule_sets"
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.toml").write_text(text, encoding="utf-8")


def _follow(here: Here, key: str) -> None:
    rule_sets.follow(key, staff_id=factories.staff(here).staff_id, here=here)


def _held(here: Here, weekday: int, state: OpeningState = OpeningState.HELD) -> None:
    on = MONDAY + DAY * (weekday - 1)
    back = here.today - on
    midnight = here.now - timedelta(minutes=here.minute) - back
    factories.opening(
        here,
        on=on,
        from_min=990,
        to_min=1080,
        state=state,
        opened_at=midnight + timedelta(minutes=990),
        closed_at=midnight + timedelta(minutes=1080 if state is OpeningState.HELD else 1000),
    )


def test_every_rule_set_that_comes_along_can_be_read(here: Here) -> None:
    keys = {one.key for one in rule_sets.known(here=here)}

    shipped = {path.stem for path in rule_sets.SHIPPED.glob("*.toml")}
    assert keys == shipped
    assert len(keys) >= 4
    asked = {demand.measure for one in rule_sets.known(here=here) for demand in one.demands}
    # Ours let a letter stand for the call of the month; a district may ask for the call alone.
    assert set(Measure) - asked == {Measure.CALLS_A_MONTH}


def test_no_rule_set_is_followed_until_one_is_chosen(here: Here) -> None:
    nothing = (compliance.kept(here=here), compliance.warnings(here=here))

    _follow(here, "weekly_three")
    chosen = compliance.kept(here=here)
    _follow(here, "")

    assert nothing == (None, ())
    assert chosen is not None
    assert chosen.rule_set.name == "每周开放三次"
    assert compliance.kept(here=here) is None
    assert compliance.between(MONDAY, here.today, here=here) == ()
    said = [row.fields for row in reading().query(Audit).all() if "rule set" in row.fields]
    assert said == ["rule set weekly_three", "rule set none"]


def test_a_file_of_the_district_stands_beside_them_and_above_one_of_its_name(here: Here) -> None:
    _own(here, "county", OWN.format(least=2))
    _own(here, "weekly_three", OWN.format(least=4))

    found = {one.key: one for one in rule_sets.known(here=here)}

    assert found["county"].demands[0].least == 2
    assert found["weekly_three"].demands[0].least == 4


@pytest.mark.parametrize(
    "wrong", ["name = 1", "[[demand]", OWN.format(least=0), OWN.replace("openings", "oranges")]
)
def test_a_file_that_cannot_be_read_is_left_out_and_breaks_nothing(here: Here, wrong: str) -> None:
    _own(here, "broken", wrong)

    keys = {one.key for one in rule_sets.known(here=here)}

    assert "broken" not in keys
    assert "weekly_one" in keys
    with pytest.raises(NotFoundError):
        _follow(here, "broken")


def test_two_of_three_are_held_and_today_is_the_last(here: Here) -> None:
    _own(here, "county", OWN.format(least=3))
    _follow(here, "county")
    _held(here, 1)
    _held(here, 2, OpeningState.SHORT)
    _held(here, 3)

    (warned,) = compliance.warnings(here=here)

    assert (warned.held, warned.wanted, warned.to_come) == (2, 3, 1)
    assert warned.outlook is Outlook.LAST_CHANCE


def test_a_cancelled_day_leaves_too_few(here: Here) -> None:
    _own(here, "county", OWN.format(least=1))
    _follow(here, "county")
    before = compliance.warnings(here=here)

    with transaction() as session:
        of_today = Opening.on_date == here.today
        session.execute(update(Opening).where(of_today).values(state=OpeningState.CANCELLED))

    assert [one.outlook for one in before] == [Outlook.LAST_CHANCE]
    assert [one.outlook for one in compliance.warnings(here=here)] == [Outlook.TOO_FEW]


def test_a_plan_of_a_day_gone_by_holds_nothing(here: Here) -> None:
    _own(here, "county", OWN.format(least=1))
    _follow(here, "county")

    on_sunday = replace(here, now=here.now + 2 * DAY)

    assert [one.outlook for one in compliance.warnings(here=on_sunday)] == [Outlook.TOO_FEW]


def test_the_weeks_before_are_kept_or_missed(here: Here) -> None:
    _own(here, "county", OWN.format(least=1))
    _follow(here, "county")
    _held(here, 1)
    later = replace(here, now=here.now + 14 * DAY)

    kept = compliance.kept(here=later)

    assert kept is not None
    assert [(week.monday, week.standings[0].outlook) for week in kept.before] == [
        (MONDAY + 7 * DAY, Outlook.MISSED),
        (MONDAY, Outlook.KEPT),
    ]
    again = compliance.between(MONDAY, MONDAY + 13 * DAY, here=later)
    assert list(reversed(again)) == list(kept.before)


def test_a_child_with_a_call_or_a_place_is_counted(here: Here) -> None:
    _follow(here, "weekly_three")
    rung, placed, waits = (factories.child(here, given_name=name) for name in ("一", "二", "三"))
    factories.child(here, given_name="四")  # has nobody to ring
    free = [
        slot.id
        for slot in reading().query(Slot).filter_by(on_date=here.today).order_by(Slot.start_min)
    ]
    for child, slot_id in ((rung, free[0]), (placed, free[-1])):
        factories.booking(here, child.child_id, slot_id=slot_id)
    factories.contact(here, waits.child_id)
    with transaction() as session:
        booking = session.query(Booking).filter_by(child_id=rung.child_id).one()
        booking.state = CallState.DONE

    kept = compliance.kept(here=here)

    assert kept is not None
    weekly = next(one for one in kept.this_week if one.demand.measure is Measure.CALLS_A_WEEK)
    assert (weekly.wanted, weekly.held, weekly.to_come) == (3, 1, 1)
    assert weekly.outlook is Outlook.TOO_FEW


def test_a_letter_is_counted_and_stands_for_the_call_of_the_month(here: Here) -> None:
    _follow(here, "weekly_three")
    wrote, rang, neither = (factories.child(here, given_name=name) for name in ("一", "二", "三"))
    nobody = factories.child(here, given_name="四")
    for child in (wrote, neither):
        factories.contact(here, child.child_id)
    factories.booking(here, rang.child_id, state=CallState.DONE)
    ticked = frozenset({wrote.child_id, nobody.child_id})
    teacher = factories.staff(here).staff_id
    letters.tick(here.today, wrote=ticked, did_not=frozenset(), staff_id=teacher, here=here)

    kept = compliance.kept(here=here)

    assert kept is not None
    by_measure = {one.demand.measure: one for one in kept.this_week}
    letter = by_measure[Measure.LETTERS_A_MONTH]
    either = by_measure[Measure.CALLS_OR_LETTERS_A_MONTH]
    assert (letter.wanted, letter.held, letter.to_come) == (3, 1, 0)
    assert (either.wanted, either.held, either.to_come) == (3, 2, 0)
    at_the_end = replace(here, now=here.now + 7 * DAY)
    warned = {one.demand.measure: one.missing for one in compliance.warnings(here=at_the_end)}
    assert warned[Measure.LETTERS_A_MONTH] == 2
    assert warned[Measure.CALLS_OR_LETTERS_A_MONTH] == 1
