"""The rota at a staff page: proposed with one touch, handed on by whose duty it is, printed."""

from datetime import date

import pytest
from sqlalchemy import select

from kiosk.db import db, reading, transaction
from kiosk.models.duty import DutySetting, DutyTemplate, PlannedDuty, Visitor
from kiosk.models.openings import Opening
from kiosk.rules.call_outage import ClosureReason
from kiosk.rules.duty import DutyState
from kiosk.rules.staff import Role
from kiosk.services import call_closures, duty_changes, duty_steps
from kiosk.services.here import Here
from tests import factories
from tests.page import Page, PageClient
from tests.web.staff import sign_in, token

MONDAY = date(2026, 11, 23)


def _opening_on(here: Here, on: date = MONDAY) -> Opening:
    db.session.remove()
    return (
        reading()
        .scalars(select(Opening).where(Opening.home_id == here.home_id, Opening.on_date == on))
        .one()
    )


def _states() -> list[DutyState]:
    db.session.remove()
    return list(reading().scalars(select(PlannedDuty.state).order_by(PlannedDuty.id)))


def _opening_page(page: PageClient, here: Here, on: date = MONDAY) -> Page:
    return page.open(f"/staff/duty/opening/{_opening_on(here, on).id}")


def test_a_month_is_proposed_agreed_to_and_taken_back(page: PageClient, here: Here) -> None:
    sign_in(page, here)
    page.open("/staff/duty")

    proposed = page.open("/staff/duty").press("Propose people")

    assert "duties are proposed: who has the day by agreement" in proposed.words
    assert set(_states()) == {DutyState.PLANNED}
    taken = proposed.press("Take the proposal back")
    assert "missing" in taken.words
    assert _states() == []
    agreed = taken.press("Propose people").press("All are agreed")
    assert "Every opening has its people" in agreed.words
    assert set(_states()) == {DutyState.CONFIRMED}


def test_a_duty_teacher_sees_the_rota_and_changes_nothing(page: PageClient, here: Here) -> None:
    sign_in(page, here, Role.DUTY_TEACHER)

    month = page.open("/staff/duty")

    assert "Duty rota, Nov 2026" in month.words
    assert "Propose people" not in month.words
    assert page.open(f"/staff/duty/opening/{_opening_on(here).id}").status == 403


def test_another_month_is_one_touch_away(page: PageClient, here: Here) -> None:
    sign_in(page, here)

    assert "Duty rota, Dec 2026" in page.open("/staff/duty").follow("Dec").words
    assert "No openings are planned in this month." in page.open("/staff/duty?on=2020-02-01").words


def test_somebody_is_put_on_the_rota_and_another_comes_instead(
    page: PageClient, here: Here
) -> None:
    sign_in(page, here)
    factories.staff(here, display_name="王老师")
    factories.staff(here, display_name="陈老师")

    one = _opening_page(page, here).press("Put 王老师 on the rota")
    assert "王老师 agreed" in one.words
    another = one.press("Comes instead", {"Who comes for 王老师": "陈老师 · 0"})

    assert "陈老师 agreed · for 王老师" in another.words
    assert "王老师 another stood in" in another.words


def test_who_cannot_come_is_excused_for_a_reason(page: PageClient, here: Here) -> None:
    sign_in(page, here)
    factories.staff(here, display_name="王老师")
    _opening_page(page, here).press("Put 王老师 on the rota")

    excused = _opening_page(page, here).press("Excused", {"Why 王老师 cannot come": "in a meeting"})

    assert "王老师 excused · in a meeting" in excused.words
    assert "1 person is missing" in excused.words
    assert "王老师 agreed" in excused.press("Comes after all").words


def test_somebody_who_stands_there_already_is_said_to(page: PageClient, here: Here) -> None:
    sign_in(page, here)
    teacher = factories.staff(here, display_name="王老师")
    asked = _opening_page(page, here)
    opening_id = _opening_on(here).id
    duty_changes.add(opening_id, teacher.staff_id, actor_id=teacher.staff_id, here=here)

    refused = asked.press("Put 王老师 on the rota")

    assert refused.status == 409
    assert "stands on the rota of that opening already" in refused.words


def _buttons(page: Page) -> set[str]:
    return {" ".join("".join(one.itertext()).split()) for one in page.all("button")}


def test_what_is_only_proposed_can_be_taken_away_and_what_was_agreed_cannot(
    page: PageClient, here: Here
) -> None:
    sign_in(page, here)
    teacher = factories.staff(here, display_name="王老师").staff_id
    opening_id = _opening_on(here).id
    with transaction() as session:
        duty = duty_steps.add_in(session, opening_id, teacher, by_id=teacher, here=here)
        duty_id = duty.id

    proposed = _opening_page(page, here)
    duty_changes.say(duty_id, DutyState.CONFIRMED, actor_id=teacher, is_office=False, here=here)
    call_closures.close_opening(
        opening_id, reason=ClosureReason.WEATHER, staff_id=teacher, here=here
    )
    call_closures.reopen(opening_id, staff_id=teacher, here=here)
    asked_again = _opening_page(page, here)

    assert _states() == [DutyState.PLANNED]
    assert "Agreed" in _buttons(proposed) & _buttons(asked_again)
    assert "Take away" in _buttons(proposed)
    assert "Take away" not in _buttons(asked_again)


def test_what_the_facts_say_is_put_right(page: PageClient, here: Here) -> None:
    sign_in(page, here)
    teacher = factories.staff(here, display_name="王老师")
    opening_id = _opening_on(here, here.today).id
    duty_changes.add(opening_id, teacher.staff_id, actor_id=teacher.staff_id, here=here)
    factories.open_today(here)
    factories.close_room(here)

    shown = page.open(f"/staff/duty/opening/{opening_id}")
    assert "王老师 did not come" in shown.words

    assert "王老师 was there" in shown.press("was there").words


@pytest.mark.parametrize("role", [Role.DUTY_TEACHER, Role.VOLUNTEER])
def test_who_is_on_duty_looks_for_a_stand_in(page: PageClient, here: Here, role: Role) -> None:
    me = sign_in(page, here, role)
    duty_changes.add(_opening_on(here).id, me.staff_id, actor_id=me.staff_id, here=here)

    mine = page.open("/staff/duty/own").press("Look for a stand-in")

    assert "yours until somebody has accepted" in mine.words
    assert _states() == [DutyState.SEEKING]
    assert "alone" in mine.press("I come").words


def test_another_stands_in_with_one_touch(page: PageClient, here: Here) -> None:
    sign_in(page, here, Role.DUTY_TEACHER)
    other = factories.staff(here, display_name="王老师").staff_id
    duty_changes.add(_opening_on(here).id, other, actor_id=other, here=here)
    duty_id = reading().scalars(select(PlannedDuty.id)).one()
    duty_changes.say(duty_id, DutyState.SEEKING, actor_id=other, is_office=False, here=here)
    page.open("/staff/duty/own")

    mine = page.open("/staff/duty/own").press("I stand in")

    assert "Nobody looks for a stand-in." in mine.words
    assert "Monday 23 Nov" in mine.words
    again = page.submit(
        f"/staff/duty/own/{duty_id}/accept",
        {"csrf_token": mine.all("input", name="csrf_token")[0].get("value", "")},
    )
    assert again.status == 409
    assert "has changed meanwhile" in again.words


def test_nobody_excuses_himself_by_an_invented_form(page: PageClient, here: Here) -> None:
    me = sign_in(page, here, Role.DUTY_TEACHER)
    duty_changes.add(_opening_on(here).id, me.staff_id, actor_id=me.staff_id, here=here)
    duty_id = reading().scalars(select(PlannedDuty.id)).one()
    own = page.open("/staff/duty/own")
    token = own.all("input", name="csrf_token")[0].get("value", "")

    answer = page.submit(
        f"/staff/duty/own/{duty_id}/say", {"csrf_token": token, "state": "excused"}
    )

    assert answer.status == 422
    assert _states() == [DutyState.CONFIRMED]


def test_a_weekday_is_agreed_and_ended(page: PageClient, here: Here) -> None:
    sign_in(page, here)
    factories.staff(here, display_name="王老师")

    agreed = page.open("/staff/duty/agreed").press(
        "Agree from today on", {"Time of the week": "Tuesday 16:30–18:00", "Name": "王老师"}
    )

    assert factories.how_many(DutyTemplate) == 1
    again = agreed.press(
        "Agree from today on", {"Time of the week": "Tuesday 16:30–18:00", "Name": "王老师"}
    )
    assert again.status == 409
    assert "This has been agreed already." in again.words
    assert "until Friday 20 Nov" in agreed.press("End today: Tuesday 王老师").words


def test_what_holds_for_every_duty_is_stored_or_asked_again(page: PageClient, here: Here) -> None:
    sign_in(page, here)

    wrong = page.open("/staff/duty/agreed").press("Save", {"Adults at least": "9"})
    assert wrong.status == 422
    assert factories.how_many(DutySetting) == 0

    stored = page.open("/staff/duty/agreed").press("Save", {"Adults at least": "2"})
    assert stored.all("input", name="min_adults")[0].get("value") == "2"


def test_the_rota_is_printed_with_lines_for_the_pen(page: PageClient, here: Here) -> None:
    sign_in(page, here)
    factories.staff(here, display_name="王老师")
    _opening_page(page, here).press("Put 王老师 on the rota")

    paper = page.open("/staff/duty").press("Print the rota")

    assert "值班安排表" in paper.words
    assert "11月23日 星期一" in paper.words
    assert "王老师" in paper.words
    assert len(paper.all("tr", class_="ledger__blank")) == 3


def test_the_duty_log_is_printed(page: PageClient, here: Here) -> None:
    me = sign_in(page, here)
    factories.open_today(here, staff_id=me.staff_id)
    factories.close_room(here)

    assert "值班记录" in page.open("/staff/duty").press("Print the log").words


def test_the_home_page_says_who_has_not_agreed_for_the_next_opening(
    page: PageClient, here: Here
) -> None:
    sign_in(page, here)
    page.open("/staff/duty").press("Propose people")

    home = page.open("/staff")

    assert "Monday 23 Nov 16:30" in home.words
    assert "1 person has not agreed yet" in home.words


def test_the_home_page_of_a_closed_room_says_who_comes_next(page: PageClient, here: Here) -> None:
    sign_in(page, here)
    teacher = factories.staff(here, display_name="王老师")
    assert "whoever opens the room" in page.open("/staff").words

    duty_changes.add(
        _opening_on(here, here.today).id, teacher.staff_id, actor_id=teacher.staff_id, here=here
    )

    said = page.open("/staff").words
    assert "Next on duty · today 16:30 王老师 agreed" in said
    assert "whoever opens the room" not in said
    factories.open_today(here)
    assert "Next on duty" not in page.open("/staff").words


def test_a_visitor_is_noted_and_goes(page: PageClient, here: Here) -> None:
    sign_in(page, here, Role.DUTY_TEACHER)
    factories.open_today(here)
    asked = page.open("/staff/visitors")

    missing = asked.press("Is here", {"Name": "周同学"})
    assert missing.status == 422
    assert "Who sent this person?" in missing.words
    noted = missing.press("Is here", {"From which organisation": "师范学院"})
    gone = noted.press("周同学 goes")

    assert "周同学 师范学院 reading together 1" in noted.words
    assert factories.how_many(Visitor) == 1
    assert not [button for button in gone.all("button") if "Goes" in "".join(button.itertext())]


def test_in_a_closed_room_nobody_is_noted(page: PageClient, here: Here) -> None:
    sign_in(page, here)

    assert "visitors are noted while it is open" in page.open("/staff/visitors").words


PEOPLE = "/staff/duty/people"


def test_a_check_and_days_away_are_noted_on_one_page(page: PageClient, here: Here) -> None:
    sign_in(page, here)
    aunt = factories.staff(here, display_name="李阿姨", role=Role.VOLUNTEER).staff_id
    before = page.open(PEOPLE)

    checked = before.press(
        "Save", {"staff_id": str(aunt), "checked_on": "2026-11-20", "valid_until": "2027-11-19"}
    )
    form = {
        "csrf_token": token(checked),
        "staff_id": str(aunt),
        "from": "2026-11-23",
        "to": "2026-11-24",
        "reason": "leave",
    }
    away = page.submit(f"{PEOPLE}/away", form)
    put_on = _opening_page(page, here)

    assert "李阿姨 helper not checked yet" in before.words
    assert "until 2027-11-19" in checked.words
    assert "on leave" in away.words
    assert "cannot come that day" in put_on.words
    assert "on leave" not in away.press("Take away").words.split("A record was checked")[0]


def test_a_check_of_no_year_is_refused_with_a_sentence(page: PageClient, here: Here) -> None:
    sign_in(page, here)

    refused = page.open(PEOPLE).press("Save", {"valid_until": "2030-01-01"})

    assert refused.status == 422
    assert "holds for one year at most" in refused.words
    form = {"csrf_token": token(refused), "staff_id": str(factories.staff(here).staff_id)}
    wrong = page.submit(f"{PEOPLE}/away", {**form, "from": "2026-11-01", "reason": "ill"})
    assert wrong.status == 422
    assert "Choose days from today on" in wrong.words


def test_the_home_page_tells_the_office_whose_check_runs_out(page: PageClient, here: Here) -> None:
    sign_in(page, here)
    factories.staff(here, display_name="李阿姨", role=Role.VOLUNTEER)

    office = page.open("/staff")
    sign_in(page, here, Role.DUTY_TEACHER)

    assert "李阿姨 record check: not checked yet" in office.words
    assert "record check" not in page.open("/staff").words


def test_who_stands_on_the_rota_and_should_not_is_shown_so(page: PageClient, here: Here) -> None:
    office = sign_in(page, here)
    aunt = factories.staff(here, display_name="李阿姨", role=Role.VOLUNTEER).staff_id
    duty_changes.add(_opening_on(here).id, aunt, actor_id=office.staff_id, here=here)

    assert "李阿姨 agreed · record not checked" in page.open("/staff/duty").words
