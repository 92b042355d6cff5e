"""A district's form is laid over the ledger; a bad file keeps nothing from being printed."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import select

from kiosk.db import reading, transaction
from kiosk.errors import InvalidInputError, NotFoundError
from kiosk.files import ledger_forms
from kiosk.models.audit import Audit
from kiosk.models.people import Contact
from kiosk.rules.call_states import CallState
from kiosk.rules.openings import Hazard
from kiosk.services import ledger_form, ledgers, openings
from kiosk.services.here import Here
from kiosk.services.ledger_form import FormRefusal
from kiosk.services.ledgers import Ledger
from tests import factories

OWN = """
id = "L3"
title = "阳光小屋来访登记"
orientation = "portrait"
foot = "本表由学校保存"

[[column]]
header = "学生"
source = "child"

[[column]]
header = "地点"
source = "words"
text = "阳光小屋"

[[column]]
header = "家长签名"
source = "pen"
"""


def _an_afternoon(here: Here) -> None:
    factories.open_today(here)
    child = factories.child(here)
    factories.visit(here, child.child_id)


def _file(here: Here, text: str) -> Path:
    folder = here.settings.instance / ledger_form.FOLDER
    folder.mkdir(exist_ok=True)
    (folder / "L3.toml").write_text(text, encoding="utf-8")
    return folder / "L3.toml"


def test_the_keys_of_each_ledger_are_those_of_its_form(here: Here) -> None:
    for which in Ledger:
        table = ledgers.build(which, first=here.today, last=here.today, here=here)

        assert {column.key for column in table.columns} == ledger_forms.ours(which).sources


def test_a_ledger_is_printed_on_the_districts_form(here: Here) -> None:
    _an_afternoon(here)
    actor = factories.staff(here).staff_id

    ledger_form.replace_by(OWN.encode(), "L3", actor_id=actor, here=here)
    table = ledgers.to_print("L3", first=here.today, last=here.today, actor_id=actor, here=here)

    assert table.title == "阳光小屋来访登记"
    assert [column.label for column in table.columns] == ["学生", "地点", "家长签名"]
    assert table.rows == (("陈小满", "阳光小屋", ""),)
    assert table.totals == ("合计", "—", "—")
    assert table.bottom_line == "本表由学校保存"
    assert table.is_upright
    assert reading().scalars(select(Audit.subject)).all().count("ledger-form:L3") == 1


def test_our_form_comes_back(here: Here) -> None:
    actor = factories.staff(here).staff_id
    path = _file(here, OWN)

    ledger_form.back_to_ours("L3", actor_id=actor, here=here)

    assert not path.exists()
    assert not ledger_form.in_use("L3", here=here).is_own


def test_a_bad_file_is_told_and_ours_is_printed(here: Here) -> None:
    _an_afternoon(here)
    _file(here, OWN.replace('"child"', '"phone"'))

    used = ledger_form.in_use("L3", here=here)
    table = ledgers.build("L3", first=here.today, last=here.today, here=here)

    assert used.problem is not None
    assert table.title == "到室签到登记表"


def test_a_bad_form_is_not_kept(here: Here) -> None:
    actor = factories.staff(here).staff_id

    with pytest.raises(InvalidInputError):
        ledger_form.replace_by(b"id = 3", "L3", actor_id=actor, here=here)

    assert not (here.settings.instance / ledger_form.FOLDER / "L3.toml").exists()


@pytest.mark.parametrize("name", ["L99", "../kiosk", "L3/../L4"])
def test_there_is_no_form_but_of_a_ledger(here: Here, name: str) -> None:
    with pytest.raises(NotFoundError) as error:
        ledger_form.in_use(name, here=here)

    assert error.value.reason is FormRefusal.NO_SUCH_FORM


def test_a_column_is_added_up_where_the_form_says_so(here: Here) -> None:
    for _ in range(2):
        _a_loan(here)
    form = ledger_forms.parse(
        'id = "L6"\ntitle = "借阅"\n[[column]]\nheader = "书"\nsource = "title"\n'
        '[[column]]\nheader = "册"\nsource = "copies"\nsum = "added"\n'
        '[[column]]\nheader = "谁"\nsource = "reader"\nsum = "none"\n'.encode(),
        "L6",
    )

    table = ledger_form.laid_on(
        form, ledgers.build("L6", first=here.today, last=here.today, here=here)
    )

    assert table.totals == ("合计", 2, "—")


def _a_loan(here: Here) -> None:
    factories.loan(here, factories.child(here).child_id, factories.item(here).item_id)


def test_each_class_has_its_figures(here: Here) -> None:
    first, second, third = (factories.child(here, given_name=name) for name in "一二三")
    other = factories.child(here, grade=4, given_name="四")
    factories.open_today(here)
    for child in (first, second):
        factories.visit(here, child.child_id, signed_in_at=here.now, signed_out_at=here.now)
    factories.visit(here, first.child_id, signed_in_at=here.now, signed_out_at=here.now)
    factories.loan(here, first.child_id, factories.item(here).item_id)
    for child, state in ((second, CallState.DONE), (other, CallState.NO_ANSWER)):
        factories.booking(here, child.child_id, state=state, started_at=here.now)
    contact = factories.contact(here, third.child_id)
    with transaction() as session:
        session.get_one(Contact, contact).hours_confirmed_on = here.today

    table = ledgers.build("L14", first=here.today, last=here.today, here=here)

    assert table.rows == (
        ("三（1）班", 3, 3, 2, 2, 1, 1, "1(33%)", "1(33%)"),
        ("四（1）班", 1, 1, 0, 0, 0, 0, "0(0%)", "0(0%)"),
    )
    assert table.totals == ("合计", 4, 4, 2, 2, 1, 1, "1(25%)", "1(25%)")


def test_of_a_term_that_is_over_nobody_says_that_no_contact_was_confirmed(here: Here) -> None:
    child = factories.child(here)
    contact = factories.contact(here, child.child_id)
    with transaction() as session:
        session.get_one(Contact, contact).hours_confirmed_on = here.today
    long_ago = date(here.today.year, 3, 2)

    over = ledgers.build("L14", first=long_ago, last=date(here.today.year, 5, 29), here=here)
    now = ledgers.build("L14", first=here.today, last=here.today, here=here)

    assert over.totals is not None
    assert over.totals[-1] == "—"
    assert {row[-1] for row in over.rows} <= {"—"}
    assert now.totals is not None
    assert now.totals[-1] == "1(100%)"


def test_the_headers_of_a_term_do_not_speak_of_a_month(here: Here) -> None:
    factories.child(here)
    first = here.today.replace(day=1) - timedelta(days=40)

    month = ledgers.build("L14", first=here.today, last=here.today, here=here)
    term = ledgers.build("L14", first=first, last=here.today, here=here)

    assert "本月到室人次" in [column.label for column in month.columns]
    assert not any("本月" in column.label for column in term.columns)
    assert "本期到室人次" in [column.label for column in term.columns]


def test_counts_of_few_do_not_leave_the_school(here: Here) -> None:
    for number, many in ((1, 2), (2, 6), (3, 8)):
        for _ in range(many):
            factories.child(here, class_number=number)
    actor = factories.staff(here).staff_id

    shown = ledgers.build("L14", first=here.today, last=here.today, here=here)
    printed = ledgers.to_print("L14", first=here.today, last=here.today, actor_id=actor, here=here)

    assert [row[1] for row in shown.rows] == [2, 6, 8]
    # With the sum of sixteen the one that is few could be worked out from the other two.
    assert [row[1] for row in printed.rows] == ["＊", "＊", 8]
    assert printed.totals is not None
    assert printed.totals[1] == 16
    # A share of children who are not told would tell them.
    assert [row[8] for row in printed.rows] == ["0(＊)", "0(＊)", "0(0%)"]
    assert printed.bottom_line is not None
    assert printed.bottom_line.startswith("＊：1至4，或为防止推算而不列")
    assert "＊" not in str(shown.body) + str(shown.bottom_line)


def test_readers_so_few_that_they_are_known_do_not_leave_the_school(here: Here) -> None:
    for number, readers, each in ((1, 2, 4), (2, 6, 1), (3, 8, 1)):
        for _ in range(readers):
            child = factories.child(here, class_number=number)
            for _ in range(each):
                factories.loan(here, child.child_id, factories.item(here).item_id)
    actor = factories.staff(here).staff_id

    shown = ledgers.build("L10", first=here.today, last=here.today, here=here)
    printed = ledgers.to_print("L10", first=here.today, last=here.today, actor_id=actor, here=here)

    assert [row[1:] for row in shown.rows] == [(8, 2, 4.0), (6, 6, 1.0), (8, 8, 1.0)]
    # The eight books are told, since eight are not few; with the books of each, two would be.
    assert [row[1:] for row in printed.rows] == [(8, "＊", "＊"), (6, "＊", "＊"), (8, 8, 1.0)]
    assert printed.totals is not None
    assert printed.totals[1:] == (22, 16, Decimal("1.38"))
    assert printed.bottom_line is not None
    assert printed.bottom_line.startswith("＊：1至4，或为防止推算而不列")


def test_a_month_of_few_says_what_its_sign_means(here: Here) -> None:
    _an_afternoon(here)

    table = ledgers.build("L21", first=here.today, last=here.today, here=here)

    assert "＊" in str(table.body)
    assert table.bottom_line is not None
    assert table.bottom_line.startswith("＊：1至4，或为防止推算而不列")


def test_a_sign_in_the_title_of_a_book_hides_nothing(here: Here) -> None:
    item_id = factories.item(here, name="＊星星的故事＊").item_id
    factories.loan(here, factories.child(here).child_id, item_id)

    table = ledgers.build("L6", first=here.today, last=here.today, here=here)

    assert "＊" in str(table.body)
    assert "＊" not in str(table.bottom_line)


def test_a_form_that_adds_up_adds_nothing_that_is_not_told(here: Here) -> None:
    for number, many in ((1, 2), (2, 6), (3, 8)):
        for _ in range(many):
            factories.child(here, class_number=number)
    actor = factories.staff(here).staff_id
    form = ledger_form.file_of("L14", here=here).decode()
    form = form.replace('source = "children"', 'source = "children"\nsum = "added"')
    ledger_form.replace_by(form.encode(), "L14", actor_id=actor, here=here)

    printed = ledgers.to_print("L14", first=here.today, last=here.today, actor_id=actor, here=here)

    assert printed.totals is not None
    assert printed.totals[1] == "＊"


def test_the_safety_check_has_a_line_for_each_hazard(here: Here) -> None:
    teacher = factories.staff(here).staff_id
    openings.open_room(staff_id=teacher, exceptions={Hazard.WATER: "地面有水，已拖干"}, here=here)

    table = ledgers.build("L17", first=here.today - timedelta(days=3), last=here.today, here=here)

    results = {row[1]: row[3:] for row in table.rows}
    day = here.today.isoformat()
    assert len(results) == len(Hazard)
    assert results["防火"] == ("正常。", "无")
    assert results["防水"] == (f"{day} 有问题，其余正常。", f"{day}：地面有水，已拖干")
    assert table.totals == ("合计", "—", "检查 1 次", "有问题 1 处", "—")
    assert table.bottom_line is not None
    assert table.bottom_line.startswith("检查人：王老师")


def test_without_a_check_nothing_is_said_to_be_fine(here: Here) -> None:
    table = ledgers.build("L17", first=here.today, last=here.today, here=here)

    assert {row[3] for row in table.rows} == {"未检查"}
