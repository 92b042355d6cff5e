"""L1 and L4 for who audits them: what was put right is struck through, with who did so and when."""

from datetime import date, timedelta
from uuid import UUID

from kiosk.db import reading
from kiosk.models.calls import Booking
from kiosk.rules.call_corrections import CorrectionReason, PaperBox
from kiosk.rules.call_states import CallState
from kiosk.rules.openings import OpeningState
from kiosk.services import (
    call_corrections,
    call_desk,
    call_paper,
    ledger_audit,
    ledger_call_audit,
    ledger_form,
    ledgers,
    opening_times,
)
from kiosk.services.here import Here
from kiosk.services.opening_times import Said
from tests import factories
from tests.page import Page, PageClient
from tests.web.staff import sign_in

TEN, ELEVEN = 600, 660


def _day(here: Here) -> date:
    return here.today - timedelta(days=1)


def _say(here: Here, opening_id: UUID, staff_id: UUID, opened: int, reason: str | None) -> None:
    seq = opening_times.to_say(opening_id, here=here).seq
    opening_times.say(
        opening_id,
        Said(opened_min=opened, closed_min=ELEVEN, duty_staff_id=staff_id, reason=reason, seq=seq),
        staff_id=staff_id,
        here=here,
    )


def _put_right_twice(here: Here) -> None:
    teacher = factories.staff(here, display_name="王老师").staff_id
    opening_id = factories.opening(here, on=_day(here), state=OpeningState.HELD)
    _say(here, opening_id, teacher, TEN - 10, "按钮按晚了")
    _say(here, opening_id, teacher, TEN - 20, "门早已开了")


def _print(page: PageClient, here: Here, name: str) -> Page:
    return page.open(f"/staff/ledgers/L1?from={_day(here)}&to={here.today}").press(name)


def _struck(shown: Page) -> list[str]:
    return ["".join(one.itertext()) for one in shown.all("del")]


def test_every_value_that_stood_there_is_struck_through(page: PageClient, here: Here) -> None:
    sign_in(page, here)
    _put_right_twice(here)

    shown = _print(page, here, "Print with what was put right")

    assert _struck(shown)[:4] == ["10:00—11:00", "09:50—11:00", "1.0", "1.2"]
    assert ["".join(one.itertext()) for one in shown.all("ins")] == ["09:40—11:00", "1.3"]
    assert "更正1、更正2" in shown.words
    assert "10:00—11:00 09:50—11:00 按钮按晚了 王老师 2026-11-20 16:40" in shown.words
    assert "门早已开了" in shown.words


def test_hours_that_are_the_same_are_not_struck_through(page: PageClient, here: Here) -> None:
    sign_in(page, here)
    teacher = factories.staff(here).staff_id
    opening_id = factories.opening(here, on=_day(here), state=OpeningState.HELD)
    _say(here, opening_id, teacher, TEN + 2, "按钮按早了")

    shown = _print(page, here, "Print with what was put right")

    assert ["".join(one.itertext()) for one in shown.all("ins")] == ["10:02—11:00"]
    assert "1.0" not in _struck(shown)


def test_the_ordinary_print_is_clean(page: PageClient, here: Here) -> None:
    sign_in(page, here)
    _put_right_twice(here)

    shown = _print(page, here, "Print")

    assert _struck(shown) == []
    assert "09:40—11:00" in shown.words
    assert "按钮按晚了" not in shown.words


def test_what_was_missing_is_added_and_strikes_nothing(page: PageClient, here: Here) -> None:
    sign_in(page, here)
    teacher = factories.staff(here).staff_id
    missed = factories.opening(here, on=_day(here), state=OpeningState.MISSED)
    _say(here, missed, teacher, TEN, None)

    shown = _print(page, here, "Print with what was put right")

    assert "10:00—11:00 补录1" in shown.words
    assert _struck(shown) == ["未开放"]  # in the list below the table alone
    assert ["".join(one.itertext()) for one in shown.all("ins")] == ["10:00—11:00"]


def test_without_corrections_it_says_so(page: PageClient, here: Here) -> None:
    sign_in(page, here)
    factories.opening(here, on=_day(here), state=OpeningState.HELD)

    assert "本期无更正、无补录。" in _print(page, here, "Print with what was put right").words


def test_a_form_without_the_columns_keeps_the_list(here: Here) -> None:
    _put_right_twice(here)
    form = 'id = "L1"\ntitle = "开放表"\n[[column]]\nheader = "日"\nsource = "weekday"\n'
    actor = factories.staff(here).staff_id
    ledger_form.replace_by(form.encode(), "L1", actor_id=actor, here=here)
    table = ledgers.build("L1", first=_day(here), last=here.today, here=here)

    found = ledger_audit.of(table, _day(here), here.today, here=here)

    assert found.struck == {}
    assert [one.kind for one in found.entries] == ["更正", "更正"]


def _lead(booking_id: UUID, *states: CallState, staff_id: UUID, here: Here) -> None:
    for state in states:
        reading().rollback()
        version = reading().get_one(Booking, booking_id).version
        call_desk.change(
            booking_id, state, version, staff_id=staff_id, result=None, is_sure=True, here=here
        )


def _correct(booking_id: UUID, to_state: CallState, *, staff_id: UUID, here: Here) -> None:
    reading().rollback()
    call_corrections.correct(
        booking_id,
        reading().get_one(Booking, booking_id).version,
        to_state,
        reason=CorrectionReason.MISTAPPED,
        staff_id=staff_id,
        here=here,
    )


def _call(here: Here, *states: CallState, staff_id: UUID) -> UUID:
    child = factories.child(here)
    factories.visit(here, child.child_id)
    booking_id = factories.booking(here, child.child_id)
    _lead(booking_id, *states, staff_id=staff_id, here=here)
    return booking_id


def _call_print(page: PageClient, here: Here, name: str) -> Page:
    return page.open(f"/staff/ledgers/L4?from={here.today}&to={here.today}").press(name)


def test_what_was_said_of_a_call_is_struck_through(page: PageClient, here: Here) -> None:
    sign_in(page, here)
    teacher = factories.staff(here, display_name="王老师").staff_id
    _call(here, CallState.WAITING, CallState.CALLING, CallState.CUT, staff_id=teacher)
    twice = _call(here, CallState.WAITING, CallState.CALLING, CallState.DONE, staff_id=teacher)
    _correct(twice, CallState.NO_ANSWER, staff_id=teacher, here=here)
    _correct(twice, CallState.NO_SHOW, staff_id=teacher, here=here)

    shown = _call_print(page, here, "Print with what was put right")

    # In its row, then in the list below.
    assert _struck(shown) == ["接通", "未接通", "接通", "未接通"]
    assert ["".join(one.itertext()) for one in shown.all("ins")] == ["未打"]
    assert "更正1、更正2" in shown.words
    assert "接通 未接通 误点 王老师 2026-11-20 16:40" in shown.words
    assert "未接通 未打（学生未到） 误点 王老师 2026-11-20 16:40" in shown.words


def test_a_reason_in_place_of_another_is_struck_through(page: PageClient, here: Here) -> None:
    sign_in(page, here)
    teacher = factories.staff(here).staff_id
    call = _call(here, CallState.NO_SHOW, staff_id=teacher)
    _correct(call, CallState.EXCUSED, staff_id=teacher, here=here)

    shown = _call_print(page, here, "Print with what was put right")

    assert _struck(shown) == ["学生未到", "未打（学生未到）"]
    assert "学生未到 学生请假，更正" in shown.words


def test_what_was_taken_back_at_once_was_never_said(page: PageClient, here: Here) -> None:
    sign_in(page, here)
    teacher = factories.staff(here).staff_id
    call = _call(here, staff_id=teacher)
    call_paper.write_down({call: PaperBox.DONE}, staff_id=teacher, here=here)
    reading().rollback()
    version = reading().get_one(Booking, call).version
    call_corrections.undo(call, version, staff_id=teacher, here=here)
    coming = (CallState.WAITING, CallState.CALLING, CallState.CUT)
    _lead(call, *coming, staff_id=teacher, here=here)

    shown = _call_print(page, here, "Print with what was put right")

    assert _struck(shown) == []
    assert "中断" in shown.words
    assert "本期无更正、无补录。" in shown.words


def test_a_call_from_paper_is_added_and_the_ordinary_print_is_clean(
    page: PageClient, here: Here
) -> None:
    sign_in(page, here)
    teacher = factories.staff(here, display_name="王老师").staff_id
    call = _call(here, staff_id=teacher)
    reading().rollback()
    call_paper.write_down({call: PaperBox.DONE}, staff_id=teacher, here=here)

    marked = _call_print(page, here, "Print with what was put right")
    plain = _call_print(page, here, "Print")

    assert "接通 补录1" in marked.words
    assert _struck(marked) == ["未登记"]  # in the list below the table alone
    assert _struck(plain) == []
    assert "补录1" not in plain.words


def test_a_form_of_calls_without_the_columns_keeps_the_list(here: Here) -> None:
    teacher = factories.staff(here).staff_id
    call = _call(here, CallState.NO_SHOW, staff_id=teacher)
    _correct(call, CallState.EXCUSED, staff_id=teacher, here=here)
    form = 'id = "L4"\ntitle = "通话表"\n[[column]]\nheader = "日"\nsource = "day"\n'
    ledger_form.replace_by(form.encode(), "L4", actor_id=teacher, here=here)
    table = ledgers.build("L4", first=here.today, last=here.today, here=here)

    found = ledger_call_audit.of(table, here.today, here.today, here=here)

    assert found.struck == {}
    assert [(one.old, one.new) for one in found.entries] == [
        ("未打（学生未到）", "未打（学生请假）")
    ]
