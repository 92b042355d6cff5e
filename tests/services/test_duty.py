"""The rota on a real database: proposed, agreed, handed on, and what became of it."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import partial
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import func, select

from kiosk.db import db, reading, transaction
from kiosk.errors import InvalidInputError, NotFoundError, RefusedError
from kiosk.models.audit import Audit
from kiosk.models.duty import DutyEvent, PlannedDuty
from kiosk.models.openings import Opening
from kiosk.models.people import Staff
from kiosk.rules.duty import DutyReason, DutyRefusal, DutyState
from kiosk.rules.openings import OpeningState
from kiosk.rules.staff import Role
from kiosk.services import (
    duty_changes,
    duty_facts,
    duty_opening,
    duty_own,
    duty_paper,
    duty_plan,
    duty_settings,
    duty_templates,
    openings,
)
from kiosk.services.closing_notes import Signed
from kiosk.services.duty_facts import RotaRow
from kiosk.services.duty_settings import DutySettings
from kiosk.services.here import Here
from tests import factories
from tests.clock import FrozenClock
from tests.conftest import here_in

Now = Callable[[], Here]
FRIDAY = date(2026, 11, 20)  # the day of the tests, 16:40; the plan has 16:30-18:00
MONDAY = FRIDAY + timedelta(days=3)


@pytest.fixture
def here(app: Flask, clock: FrozenClock) -> Here:
    return here_in(app, clock)


@pytest.fixture
def office(here: Here) -> UUID:
    return _teacher(here, "刘老师", Role.ADMINISTRATOR)


def _teacher(here: Here, name: str, role: Role = Role.DUTY_TEACHER) -> UUID:
    return factories.staff(here, display_name=name, role=role).staff_id


def _opening_on(here: Here, on: date = MONDAY) -> UUID:
    db.session.remove()
    return (
        reading()
        .scalars(select(Opening.id).where(Opening.home_id == here.home_id, Opening.on_date == on))
        .one()
    )


def _row(here: Here, on: date = MONDAY) -> RotaRow:
    opening_id = _opening_on(here, on)
    row = duty_facts.one(reading(), opening_id, here=here)
    assert row is not None
    return row


def _stands(here: Here, on: date = MONDAY) -> list[tuple[str, str]]:
    return sorted((one.name, one.state.value) for one in _row(here, on).duties)


def _put(here: Here, office: UUID, staff_id: UUID, on: date = MONDAY) -> UUID:
    """Put somebody on the rota and return the duty."""
    duty_changes.add(_opening_on(here, on), staff_id, actor_id=office, here=here)
    return next(one.duty_id for one in _row(here, on).duties if one.staff_id == staff_id)


def _refused(act: Callable[[], object]) -> object:
    with pytest.raises(RefusedError) as error:
        act()
    return error.value.reason


def _at(days: int, hour: int, minute: int) -> datetime:
    return datetime(2026, 11, 20, hour - 8, minute, tzinfo=UTC) + timedelta(days=days)


# Proposing


def test_a_month_is_proposed_evenly_and_a_second_time_adds_nothing(
    here: Here, office: UUID
) -> None:
    for name in ("王老师", "陈老师"):
        _teacher(here, name)
    last = MONDAY + timedelta(days=13)

    made = duty_plan.propose(MONDAY, last, actor_id=office, here=here)
    again = duty_plan.propose(MONDAY, last, actor_id=office, here=here)

    rota = duty_plan.rota(MONDAY, last, here=here)
    assert (len(made), len(again), rota.missing, rota.unconfirmed) == (10, 0, 0, 10)
    assert rota.spread == 1
    assert sorted(one.duties for one in rota.people) == [3, 3, 4]


def test_whose_day_it_is_is_proposed_for_it(here: Here, office: UUID) -> None:
    wang = _teacher(here, "王老师")
    duty_templates.agree(wang, weekday=3, from_min=990, to_min=1080, actor_id=office, here=here)

    duty_plan.propose(MONDAY, MONDAY + timedelta(days=6), actor_id=office, here=here)

    assert _stands(here, MONDAY + timedelta(days=2)) == [("王老师", "planned")]


def test_what_is_proposed_is_agreed_to_or_taken_back(here: Here, office: UUID) -> None:
    last = MONDAY + timedelta(days=4)
    duty_plan.propose(MONDAY, last, actor_id=office, here=here)
    agreed = duty_plan.confirm_all(MONDAY, MONDAY, actor_id=office, here=here)

    back = duty_plan.take_back(MONDAY, last, actor_id=office, here=here)

    assert (agreed, back) == (1, 4)
    assert factories.how_many(PlannedDuty) == 1
    assert _stands(here) == [("刘老师", "confirmed")]


def test_days_gone_by_are_not_proposed_any_more(here: Here, office: UUID) -> None:
    yesterday = factories.opening(here, on=FRIDAY - timedelta(days=1))

    duty_plan.propose(FRIDAY - timedelta(days=7), FRIDAY, actor_id=office, here=here)

    row = duty_facts.one(reading(), yesterday, here=here)
    assert row is not None
    assert row.duties == ()


def test_who_has_left_is_neither_proposed_nor_counted_on(here: Here, office: UUID) -> None:
    wang = _teacher(here, "王老师")
    _put(here, office, wang)
    with transaction() as session:
        session.get_one(Staff, wang).left_on = here.today

    assert _row(here).missing == 1
    assert "王老师" not in {one.name for one in duty_plan.people(here=here)}


def test_two_adults_are_asked_for_where_the_school_wants_two(here: Here, office: UUID) -> None:
    wang, li = _teacher(here, "王老师"), _teacher(here, "李阿姨", Role.VOLUNTEER)
    wanted = DutySettings(min_adults=2, late_after_min=5, tasks="看护")
    duty_settings.set_up(wanted, actor_id=office, here=here)
    _put(here, office, wang)
    assert _row(here).missing == 1

    _put(here, office, li)

    assert _row(here).missing == 0
    assert duty_settings.settings(here=here) == wanted


@pytest.mark.parametrize(
    "wanted",
    [
        DutySettings(min_adults=0),
        DutySettings(min_adults=6),
        DutySettings(late_after_min=61),
        DutySettings(tasks=""),
        DutySettings(tasks="长" * 81),
    ],
)
def test_settings_that_no_school_means_are_refused(
    here: Here, office: UUID, wanted: DutySettings
) -> None:
    with pytest.raises(InvalidInputError) as error:
        duty_settings.set_up(wanted, actor_id=office, here=here)

    assert error.value.reason is DutyRefusal.WRONG_NUMBER


# Agreements


def test_the_same_is_agreed_once_and_again_after_its_end(here: Here, office: UUID) -> None:
    wang = _teacher(here, "王老师")

    def agree() -> None:
        duty_templates.agree(wang, weekday=1, from_min=990, to_min=1080, actor_id=office, here=here)

    agree()
    assert _refused(agree) is DutyRefusal.TEMPLATE_KNOWN
    (one,) = duty_templates.listing(here=here)
    duty_templates.end(one.template_id, actor_id=office, here=here)
    agree()

    ends = {one.valid_to for one in duty_templates.listing(here=here)}
    assert ends == {here.today, None}


def test_an_agreement_without_a_time_or_a_person_is_refused(here: Here, office: UUID) -> None:
    with pytest.raises(InvalidInputError):
        duty_templates.agree(
            office, weekday=8, from_min=990, to_min=1080, actor_id=office, here=here
        )
    unknown: tuple[Callable[[], None], ...] = (
        lambda: duty_templates.agree(
            uuid4(), weekday=1, from_min=990, to_min=1080, actor_id=office, here=here
        ),
        lambda: duty_templates.agree_by_rule(office, uuid4(), actor_id=office, here=here),
        lambda: duty_templates.end(uuid4(), actor_id=office, here=here),
    )
    for act in unknown:
        with pytest.raises(NotFoundError):
            act()


# Handing on


def test_two_who_accept_at_once_are_one(here: Here, office: UUID) -> None:
    wang, chen = _teacher(here, "王老师"), _teacher(here, "陈老师")
    duty_id = _put(here, office, wang)
    duty_changes.say(duty_id, DutyState.SEEKING, actor_id=wang, is_office=False, here=here)
    duty_changes.accept(duty_id, staff_id=chen, here=here)

    assert (
        _refused(lambda: duty_changes.accept(duty_id, staff_id=office, here=here))
        is DutyRefusal.CHANGED
    )
    assert _stands(here) == [("陈老师", "confirmed")]


def test_who_finds_nobody_comes_after_all(here: Here, office: UUID) -> None:
    wang = _teacher(here, "王老师")
    duty_id = _put(here, office, wang)
    for state in (DutyState.SEEKING, DutyState.CONFIRMED, DutyState.CONFIRMED):
        duty_changes.say(duty_id, state, actor_id=wang, is_office=False, here=here)

    assert _stands(here) == [("王老师", "confirmed")]
    assert [step.state.value for step in duty_opening.look(_opening_on(here), here=here).steps] == [
        "confirmed",
        "seeking",
        "confirmed",
    ]


def test_a_helper_stands_in_for_helpers_only(here: Here, office: UUID) -> None:
    wang, li = _teacher(here, "王老师"), _teacher(here, "李阿姨", Role.VOLUNTEER)
    duty_id = _put(here, office, wang)
    duty_changes.say(duty_id, DutyState.SEEKING, actor_id=wang, is_office=False, here=here)

    assert duty_own.of(li, here=here).sought == ()
    assert (
        _refused(lambda: duty_changes.accept(duty_id, staff_id=li, here=here))
        is DutyRefusal.NEEDS_TEACHER
    )


def test_nobody_says_anything_for_another_but_the_office(here: Here, office: UUID) -> None:
    wang, chen = _teacher(here, "王老师"), _teacher(here, "陈老师")
    duty_id = _put(here, office, wang)

    def seek(by: UUID, *, is_office: bool) -> None:
        duty_changes.say(duty_id, DutyState.SEEKING, actor_id=by, is_office=is_office, here=here)

    assert _refused(lambda: seek(chen, is_office=False)) is DutyRefusal.NOT_YOURS
    seek(office, is_office=True)
    assert _stands(here) == [("王老师", "seeking")]


def test_only_the_office_excuses_and_only_for_a_reason(here: Here, office: UUID) -> None:
    wang = _teacher(here, "王老师")
    duty_id = _put(here, office, wang)

    def excuse(reason: DutyReason | None, *, is_office: bool) -> None:
        duty_changes.say(
            duty_id,
            DutyState.EXCUSED,
            reason=reason,
            actor_id=wang,
            is_office=is_office,
            here=here,
        )

    assert _refused(lambda: excuse(DutyReason.ILL, is_office=False)) is DutyRefusal.CHANGED
    assert _refused(lambda: excuse(None, is_office=True)) is DutyRefusal.CHANGED
    excuse(DutyReason.ILL, is_office=True)
    assert _stands(here) == [("王老师", "excused")]
    assert _row(here).missing == 1
    assert duty_plan.propose(MONDAY, MONDAY, actor_id=office, here=here)[0].staff_id == office


def test_what_was_only_proposed_is_given_to_another_without_a_trace(
    here: Here, office: UUID
) -> None:
    chen = _teacher(here, "陈老师")
    duty_plan.propose(MONDAY, MONDAY, actor_id=office, here=here)
    (duty,) = _row(here).duties
    other = office if duty.staff_id == chen else chen

    duty_changes.give_to(duty.duty_id, other, actor_id=office, here=here)

    row = _row(here)
    assert ([one.staff_id for one in row.duties], row.replaced) == ([other], ())


def test_what_was_agreed_and_given_to_another_keeps_both_names(here: Here, office: UUID) -> None:
    wang, chen = _teacher(here, "王老师"), _teacher(here, "陈老师")
    duty_id = _put(here, office, wang)

    duty_changes.give_to(duty_id, chen, actor_id=office, here=here)

    assert [(one.name, one.instead_of) for one in _row(here).duties] == [("陈老师", "王老师")]
    assert (
        _refused(lambda: duty_changes.give_to(duty_id, office, actor_id=office, here=here))
        is DutyRefusal.CHANGED
    )


def test_nobody_stands_twice_on_one_opening(here: Here, office: UUID) -> None:
    wang, chen = _teacher(here, "王老师"), _teacher(here, "陈老师")
    duty_id = _put(here, office, wang)
    _put(here, office, chen)

    for act in (
        lambda: _put(here, office, wang),
        lambda: duty_changes.give_to(duty_id, chen, actor_id=office, here=here),
        lambda: duty_changes.give_to(duty_id, wang, actor_id=office, here=here),
    ):
        assert _refused(act) is DutyRefusal.ALREADY_ON


def test_only_a_proposal_is_taken_out(here: Here, office: UUID) -> None:
    duty_plan.propose(MONDAY, MONDAY, actor_id=office, here=here)
    (duty,) = _row(here).duties
    duty_changes.take_out(duty.duty_id, actor_id=office, here=here)
    agreed = _put(here, office, office)

    assert (
        _refused(lambda: duty_changes.take_out(agreed, actor_id=office, here=here))
        is DutyRefusal.CHANGED
    )
    assert factories.how_many(DutyEvent) == 1


def test_what_is_over_or_unknown_is_not_changed(here: Here, office: UUID) -> None:
    held = factories.opening(here, on=FRIDAY - timedelta(days=1), state=OpeningState.HELD)

    assert (
        _refused(lambda: duty_changes.add(held, office, actor_id=office, here=here))
        is DutyRefusal.IS_OVER
    )
    for act in (
        lambda: duty_changes.add(uuid4(), office, actor_id=office, here=here),
        lambda: duty_changes.add(_opening_on(here), uuid4(), actor_id=office, here=here),
        lambda: duty_changes.accept(uuid4(), staff_id=office, here=here),
        lambda: duty_opening.look(uuid4(), here=here),
    ):
        with pytest.raises(NotFoundError):
            act()


# What became of it


def test_who_opens_in_time_was_there_and_who_comes_late_was_late(
    here: Here, office: UUID, app: Flask, clock: FrozenClock
) -> None:
    wang = _teacher(here, "王老师")
    _put(here, office, wang)
    _put(here, office, office)
    clock.set_to(_at(3, 16, 28))
    openings.open_room(staff_id=wang, exceptions={}, here=here_in(app, clock))
    clock.set_to(_at(3, 16, 45))
    now = here_in(app, clock)
    openings.take_over_duty(staff_id=office, here=now)

    rota = duty_plan.rota(MONDAY, MONDAY, here=now)
    assert _stands(now) == [("刘老师", "late"), ("王老师", "present")]
    assert (rota.came, rota.due) == (2, 2)


def test_who_did_not_come_was_absent_and_who_came_instead_is_said(
    here: Here, office: UUID, app: Flask, clock: FrozenClock
) -> None:
    wang = _teacher(here, "王老师")
    _put(here, office, wang)
    clock.set_to(_at(3, 16, 30))
    openings.open_room(staff_id=office, exceptions={}, here=here_in(app, clock))
    clock.set_to(_at(3, 18, 0))
    now = here_in(app, clock)
    factories.close_room(now)

    row = _row(now)
    rota = duty_plan.rota(MONDAY, MONDAY, here=now)
    assert (rota.came, rota.due) == (0, 1)
    assert _stands(now) == [("王老师", "absent")]
    assert [one.name for one in row.unplanned] == ["刘老师"]
    assert {one.name: one.duties for one in duty_plan.people(here=now)}["王老师"] == 0


def test_a_day_on_which_nobody_opened_finds_everybody_absent(
    here: Here, office: UUID, app: Flask, clock: FrozenClock
) -> None:
    _put(here, office, office)
    clock.set_to(_at(4, 9, 0))

    assert _stands(here_in(app, clock)) == [("刘老师", "absent")]


def test_what_the_facts_say_is_put_right_and_stays_to_be_seen(
    here: Here, office: UUID, app: Flask, clock: FrozenClock
) -> None:
    duty_id = _put(here, office, office)
    assert (
        _refused(
            lambda: duty_changes.put_right(duty_id, DutyState.PRESENT, actor_id=office, here=here)
        )
        is DutyRefusal.NOT_OVER
    )
    clock.set_to(_at(4, 9, 0))
    now = here_in(app, clock)

    duty_changes.put_right(
        duty_id, DutyState.EXCUSED, reason=DutyReason.ILL, actor_id=office, here=now
    )

    assert _stands(now) == [("刘老师", "excused")]
    steps = duty_opening.look(_opening_on(here), here=now).steps
    assert [(step.state.value, step.by) for step in steps] == [
        ("confirmed", "刘老师"),
        ("absent", None),
        ("excused", "刘老师"),
    ]
    for wanted in (DutyState.EXCUSED, DutyState.CONFIRMED):
        again = partial(duty_changes.put_right, duty_id, wanted, actor_id=office, here=now)
        assert _refused(again) is DutyRefusal.CHANGED


# Who is asked


def test_a_school_without_a_rota_is_not_alarmed(here: Here) -> None:
    assert duty_own.alerts(here=here) == ()


def test_monday_without_an_answer_is_told_on_friday(here: Here, office: UUID) -> None:
    duty_plan.propose(MONDAY, MONDAY, actor_id=office, here=here)
    _put(here, office, office, FRIDAY)

    (found,) = duty_own.alerts(here=here)

    assert (found.on, found.has_nobody, found.is_pressing) == (MONDAY, False, True)
    duty_plan.confirm_all(MONDAY, MONDAY, actor_id=office, here=here)
    assert duty_own.alerts(here=here) == ()


# Paper and audit


def test_each_change_leaves_a_line_in_the_audit_without_a_name(here: Here, office: UUID) -> None:
    wang = _teacher(here, "王老师")
    before = reading().scalar(select(func.count()).select_from(Audit)) or 0
    duty_id = _put(here, office, wang)
    duty_changes.say(duty_id, DutyState.SEEKING, actor_id=wang, is_office=False, here=here)
    duty_changes.accept(duty_id, staff_id=office, here=here)
    duty_paper.rota(MONDAY, MONDAY, actor_id=office, here=here)

    db.session.remove()
    rows = reading().scalars(select(Audit).order_by(Audit.n)).all()[before:]
    assert [row.fields.split(",")[0] for row in rows] == [
        "added",
        "seeking",
        "stood in",
        "2026-11-23..2026-11-23",
    ]
    assert "老师" not in "".join(row.subject + row.fields for row in rows)


def test_the_printed_rota_has_a_line_for_each_opening(here: Here, office: UUID) -> None:
    wang, li = _teacher(here, "王老师"), _teacher(here, "李阿姨", Role.VOLUNTEER)
    duty_id = _put(here, office, wang)
    _put(here, office, li)
    duty_changes.give_to(duty_id, office, actor_id=office, here=here)

    table = duty_paper.rota(MONDAY, MONDAY + timedelta(days=1), actor_id=office, here=here)

    assert [column.label for column in table.columns] == [
        "星期", "时段", "值班教师", "协助人员(爱心妈妈/志愿者)", "联系电话", "职责",
    ]  # fmt: skip
    assert table.rows == (
        (
            "11月23日 星期一", "16:30—18:00", "刘老师（替王老师）", "李阿姨", "—",
            "开关门、安全检查、看护",
        ),
        (
            "11月24日 星期二", "16:30—18:00", "待排", "无", "—",
            "开关门、安全检查、看护",
        ),
    )  # fmt: skip


def test_the_rota_names_who_was_excused_where_nobody_else_came(
    here: Here, office: UUID, app: Flask, clock: FrozenClock
) -> None:
    duty_id = _put(here, office, _teacher(here, "王老师"))
    duty_changes.say(
        duty_id,
        DutyState.EXCUSED,
        reason=DutyReason.ILL,
        actor_id=office,
        is_office=True,
        here=here,
    )

    def named(now: Here) -> object:
        return duty_paper.rota(MONDAY, MONDAY, actor_id=office, here=now).rows[0][2]

    assert named(here) == "待排"
    clock.set_to(_at(4, 9, 0))
    assert named(here_in(app, clock)) == "王老师（病假）"


def test_the_duty_log_says_who_was_there_and_what_befell(
    here: Here, office: UUID, app: Flask, clock: FrozenClock
) -> None:
    wang = _teacher(here, "王老师")
    _put(here, office, wang)
    clock.set_to(_at(3, 16, 30))
    now = here_in(app, clock)
    openings.open_room(staff_id=office, exceptions={}, here=now)
    factories.visit(now, factories.child(now).child_id)
    clock.set_to(_at(3, 18, 0))
    now = here_in(app, clock)
    openings.close_room(
        is_tidy=True,
        are_told=True,
        staff_id=office,
        here=now,
        signed=Signed(line="投影仪已送修"),
    )

    table = duty_paper.log(MONDAY, MONDAY, actor_id=office, here=now)

    assert [column.label for column in table.columns] == [
        "日期", "星期", "带班领导", "值班教师", "到岗时间", "离岗时间", "学生情况", "安全巡查",
        "问题及处理", "交接事项", "交班人", "接班人",
    ]  # fmt: skip
    assert table.rows == (
        (
            "2026-11-23", "星期一", "—", "刘老师", "16:30", "18:00", "到室1人", "正常",
            "王老师未到岗", "投影仪已送修", "刘老师", "—",
        ),
    )  # fmt: skip
