"""The roster comes in: looked at first, applied as a whole, and never a child lost on the way."""

import csv
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, update

from kiosk.db import Base, reading, transaction
from kiosk.errors import InvalidInputError, RefusedError
from kiosk.models.audit import Audit, AuditAction
from kiosk.models.calls import Booking
from kiosk.models.no_card import PictureCode
from kiosk.models.people import Card, Child, Contact, ContactStatus, SchoolClass
from kiosk.rules.call_states import CallState
from kiosk.rules.people import PeopleProblem
from kiosk.rules.relations import Relation
from kiosk.rules.roster import Doubt, RosterRefusal
from kiosk.services import roster, vault, visits
from kiosk.services.here import Here
from kiosk.services.roster_plan import ContactChangeKind, RosterPlan
from tests import factories
from tests.clock import FrozenClock
from tests.conftest import here_in
from tests.files import building

DATA = Path(__file__).parents[1] / "data"
HEADER = ("姓名", "班级", "校内编号", "是否住校", "父亲姓名", "父亲电话", "母亲姓名", "母亲电话")
Cells = Sequence[object]


def write(folder: Path, *rows: Cells, header: Cells = HEADER, name: str = "roster.csv") -> Path:
    path = folder / name
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return path


def row(
    name: str, place: str = "3.1", number: str = "", *, mother: str = "", father: str = ""
) -> tuple[str, ...]:
    return name, place, number, "", "", father, "", mother


def bring_in(path: Path, here: Here) -> RosterPlan:
    plan = roster.preview(path, here=here)
    roster.apply(plan, actor_id=None, here=here)
    return plan


def on_roster() -> dict[str, tuple[int, int]]:
    rows = reading().execute(
        select(Child.family_name + Child.given_name, SchoolClass.grade, SchoolClass.number).join(
            SchoolClass, SchoolClass.id == Child.class_id
        )
    )
    return {name: (grade, number) for name, grade, number in rows}


def the(name: str) -> Child:
    return (
        reading().scalars(select(Child).where(Child.family_name + Child.given_name == name)).one()
    )


def contacts_of(name: str, here: Here) -> list[tuple[Relation, str, ContactStatus]]:
    rows = reading().scalars(
        select(Contact).where(Contact.child_id == the(name).id).order_by(Contact.position)
    )
    key = here.settings.keys.field
    return [
        (
            one.relation,
            vault.unseal(one.phone_cipher, column="phone", row=one.id, key=key),
            one.status,
        )
        for one in rows
    ]


def everything() -> list[tuple[object, ...]]:
    """Return each row of each table of the roster."""
    tables: tuple[type[Base], ...] = (Child, Contact, SchoolClass, Card)
    return [
        tuple(found)
        for table in tables
        for found in reading().execute(select(*table.__table__.columns).order_by("id"))
    ]


def test_a_preview_changes_nothing(here: Here, tmp_path: Path) -> None:
    plan = roster.preview(write(tmp_path, row("陈小满"), row("王一一")), here=here)

    assert len(plan.new) == 2
    assert everything() == []


def test_a_new_child_has_a_card_a_badge_initials_and_contacts(here: Here, tmp_path: Path) -> None:
    path = write(
        tmp_path,
        ("曾小满", "三年级2班", "0012", "是", "曾建国", "19900001111", "", "19900002222"),
        row("王一一", "3.2"),
    )

    bring_in(path, here)

    child, other = the("曾小满"), the("王一一")
    assert (child.family_name, child.given_name, child.initials) == ("曾", "小满", "zxm")
    assert (child.local_no, child.is_boarder, child.enrolled_on) == ("0012", True, here.today)
    assert on_roster() == {"曾小满": (3, 2), "王一一": (3, 2)}
    assert (child.animal, child.cloth) != (other.animal, other.cloth)
    assert contacts_of("曾小满", here) == [
        (Relation.FATHER, "19900001111", ContactStatus.APPROVED),
        (Relation.MOTHER, "19900002222", ContactStatus.APPROVED),
    ]
    assert factories.how_many(Card) == 2


def test_the_import_is_noted(here: Here, tmp_path: Path) -> None:
    actor = factories.staff(here).staff_id
    plan = roster.preview(write(tmp_path, row("陈小满")), here=here)

    roster.apply(plan, actor_id=actor, here=here)

    noted = reading().scalars(select(Audit)).one()
    assert (noted.action, noted.actor_id) == (AuditAction.IMPORT, actor)
    assert noted.fields == "new 1, changed 0, marked 0"


@pytest.mark.parametrize("name", ["roster_register.xlsx", "roster_ugly.xlsx"])
def test_a_roster_of_a_school_comes_in_and_changes_nothing_the_second_time(
    name: str, here: Here
) -> None:
    plan = bring_in(DATA / name, here)
    before = everything()

    again = bring_in(DATA / name, here)

    assert len(plan.new) + len(plan.held) == 61
    assert factories.how_many(Child) == factories.how_many(Card) == len(plan.new)
    assert again.changes_nothing
    assert again.unchanged == len(plan.new)
    assert everything() == before


def test_a_roster_comes_in_on_postgresql_too(postgres_app: Flask, clock: FrozenClock) -> None:
    here = here_in(postgres_app, clock)

    plan = bring_in(DATA / "roster_register.xlsx", here)

    assert factories.how_many(Child) == len(plan.new) == 61
    assert bring_in(DATA / "roster_register.xlsx", here).changes_nothing


def test_a_child_that_moved_keeps_its_badge_unless_somebody_there_wears_it(
    here: Here, tmp_path: Path
) -> None:
    mover = factories.child(here, family_name="陈", given_name="小满", local_no="1")
    badge = mover.face.badge
    bring_in(write(tmp_path, row("陈小满", "3.2", "1")), here)
    kept = (the("陈小满").animal, the("陈小满").cloth)

    factories.child(here, family_name="王", given_name="一", class_number=1, badge=badge)
    plan = bring_in(write(tmp_path, row("陈小满", "3.1", "1"), row("王一")), here)

    assert kept == (badge.animal, badge.cloth)
    assert [change.to_class for change in plan.moved] == [(3, 1)]
    assert (the("陈小满").animal, the("陈小满").cloth) != kept
    assert visits.holder(code=mover.card_code, here=here) == mover.child_id


def test_two_classes_change_places_though_their_badges_are_the_same(
    here: Here, tmp_path: Path
) -> None:
    first = factories.child(here, family_name="陈", given_name="一", local_no="1")
    factories.child(
        here,
        family_name="王",
        given_name="二",
        local_no="2",
        class_number=2,
        badge=first.face.badge,
    )

    plan = bring_in(write(tmp_path, row("陈一", "3.2", "1"), row("王二", "3.1", "2")), here)

    assert len(plan.moved) == 2
    assert on_roster() == {"陈一": (3, 2), "王二": (3, 1)}
    assert the("陈一").animal is the("王二").animal is first.face.badge.animal
    assert the("陈一").left_on is the("王二").left_on is None


def test_details_change_where_the_file_says_something(here: Here, tmp_path: Path) -> None:
    factories.child(here, family_name="陈", given_name="小满", is_boarder=True)
    header = ("姓名", "班级", "校内编号", "是否住校")

    bring_in(write(tmp_path, ("陈小满", "3.1", "0012", "否"), header=header), here)
    changed = (the("陈小满").local_no, the("陈小满").is_boarder)
    silent = bring_in(write(tmp_path, ("陈小满", "3.1", "", ""), header=header), here)

    assert changed == ("0012", False)
    assert silent.changes_nothing


def test_a_mother_has_another_number_and_booked_calls_ring_it(here: Here, tmp_path: Path) -> None:
    child = factories.child(here, family_name="陈", given_name="小满")
    contact = factories.contact(here, child.child_id, phone="19900001111")

    plan = bring_in(write(tmp_path, row("陈小满", mother="19900002222")), here)

    (change,) = plan.with_other_contacts[0].contacts
    assert (change.kind, change.contact_id) == (ContactChangeKind.NUMBER, contact)
    assert contacts_of("陈小满", here) == [(Relation.MOTHER, "19900002222", ContactStatus.APPROVED)]


def test_a_booked_call_holds_the_number_that_is_rung(here: Here, tmp_path: Path) -> None:
    child = factories.child(here, family_name="陈", given_name="小满")
    contact_id = factories.contact(here, child.child_id, phone="19900001111")
    booking_id = factories.booking(here, child.child_id, contact_id=contact_id)

    bring_in(write(tmp_path, row("陈小满", mother="19900002222")), here)

    held = reading().get_one(Booking, booking_id).phone_digest
    assert held == reading().get_one(Contact, contact_id).phone_digest


def test_who_is_rung_by_another_child_then_is_not_rung_twice(
    app: Flask, clock: FrozenClock, tmp_path: Path
) -> None:
    here = here_in(app, clock)
    child = factories.child(here, family_name="陈", given_name="小满")
    sister = factories.child(here, family_name="陈", given_name="小雨")
    contact_id = factories.contact(here, child.child_id, phone="19900001111")
    theirs = factories.contact(here, sister.child_id, phone="19900002222")
    booking_id = factories.booking(here, child.child_id, contact_id=contact_id)
    factories.booking(here, sister.child_id, contact_id=theirs)

    bring_in(
        write(tmp_path, row("陈小满", mother="19900002222"), row("陈小雨", mother="19900002222")),
        here,
    )

    released = reading().get_one(Booking, booking_id)
    assert (released.state, released.is_owed) == (CallState.RELEASED, True)
    numbers = [contacts_of(name, here)[0][1] for name in ("陈小满", "陈小雨")]
    assert numbers == ["19900002222", "19900002222"]


def test_an_aunt_with_another_number_is_another_aunt(here: Here, tmp_path: Path) -> None:
    child = factories.child(here, family_name="陈", given_name="小满")
    factories.contact(here, child.child_id, relation=Relation.AUNT, phone="19900001111")
    header = ("姓名", "班级", "联系人姓名", "与学生关系", "联系电话")

    bring_in(
        write(tmp_path, ("陈小满", "3.1", "林秀英", "姑姑", "19900002222"), header=header), here
    )

    numbers = [phone for _, phone, _ in contacts_of("陈小满", here)]
    assert numbers == ["19900001111", "19900002222"]


def test_a_contact_gets_its_name_and_its_relation_later(here: Here, tmp_path: Path) -> None:
    child = factories.child(here, family_name="陈", given_name="小满")
    factories.contact(here, child.child_id, relation=Relation.OTHER, phone="19900001111")
    factories.contact(
        here, child.child_id, relation=Relation.FATHER, phone="19900003333", full_name="陈一"
    )
    named = ("陈小满", "3.1", "", "", "陈建国", "19900003333", "林秀英", "19900001111")

    plan = bring_in(write(tmp_path, named), here)
    again = bring_in(write(tmp_path, named), here)

    kinds = {change.kind for change in plan.with_other_contacts[0].contacts}
    assert kinds == {ContactChangeKind.NAME, ContactChangeKind.RELATION}
    assert {relation for relation, _, _ in contacts_of("陈小满", here)} == {
        Relation.FATHER,
        Relation.MOTHER,
    }
    assert again.changes_nothing


def test_a_file_that_does_not_say_who_it_is_changes_no_relation(here: Here, tmp_path: Path) -> None:
    child = factories.child(here, family_name="陈", given_name="小满")
    factories.contact(here, child.child_id, phone="19900001111")
    header = ("姓名", "班级", "联系电话")

    plan = bring_in(write(tmp_path, ("陈小满", "3.1", "19900001111"), header=header), here)

    assert plan.changes_nothing


@pytest.mark.parametrize("status", [ContactStatus.BARRED, ContactStatus.WITHDRAWN])
def test_a_number_that_is_not_rung_stays_so_under_any_relation(
    here: Here, tmp_path: Path, status: ContactStatus
) -> None:
    child = factories.child(here, family_name="陈", given_name="小满")
    factories.contact(
        here,
        child.child_id,
        relation=Relation.FATHER,
        phone="19900001111",
        status=status,
    )

    as_father = bring_in(write(tmp_path, row("陈小满", father="19900001111")), here)
    as_mother = bring_in(write(tmp_path, row("陈小满", mother="19900001111")), here)

    assert as_father.changes_nothing
    assert as_mother.changes_nothing
    assert [kept for _, _, kept in contacts_of("陈小满", here)] == [status]


def test_a_barred_father_with_another_number_stays_barred(here: Here, tmp_path: Path) -> None:
    child = factories.child(here, family_name="陈", given_name="小满")
    factories.contact(
        here,
        child.child_id,
        relation=Relation.FATHER,
        phone="19900001111",
        status=ContactStatus.BARRED,
    )

    bring_in(write(tmp_path, row("陈小满", father="19900002222")), here)

    assert contacts_of("陈小满", here) == [(Relation.FATHER, "19900002222", ContactStatus.BARRED)]


def test_a_child_that_is_not_in_the_file_keeps_its_card(here: Here, tmp_path: Path) -> None:
    missing = factories.child(here, family_name="陈", given_name="小满")
    factories.child(here, family_name="王", given_name="一一")
    factories.child(here, family_name="李", given_name="四", grade=5)

    plan = bring_in(write(tmp_path, row("王一一")), here)
    later = replace(here, now=here.now + timedelta(days=7))
    bring_in(write(tmp_path, row("王一一")), later)

    assert [child.child_id for child in plan.missing] == [missing.child_id]
    assert the("陈小满").not_in_file_since == here.today
    assert the("陈小满").left_on is None
    assert the("李四").not_in_file_since is None
    assert visits.holder(code=missing.card_code, here=here) == missing.child_id


def test_a_child_that_is_back_in_the_file_is_no_longer_marked(here: Here, tmp_path: Path) -> None:
    factories.child(here, family_name="陈", given_name="小满")
    factories.child(here, family_name="王", given_name="一一")
    bring_in(write(tmp_path, row("王一一")), here)

    plan = bring_in(write(tmp_path, row("王一一"), row("陈小满")), here)

    assert [change.child.name for change in plan.changed if change.is_back] == ["陈小满"]
    assert the("陈小满").not_in_file_since is None


def test_a_file_without_many_children_marks_nobody(here: Here, tmp_path: Path) -> None:
    for n in range(7):
        factories.child(here, family_name="陈", given_name="一二三四五六七"[n])

    plan = bring_in(write(tmp_path, row("陈一")), here)

    assert plan.too_many_missing
    assert len(plan.missing) == 6
    assert all(since is None for since in reading().scalars(select(Child.not_in_file_since)))


def test_rows_that_may_be_two_children_are_held(here: Here, tmp_path: Path) -> None:
    factories.child(here, family_name="陈", given_name="小满")

    plan = bring_in(
        write(tmp_path, row("陈小满", mother="19900001111"), row("陈小满", mother="19900002222")),
        here,
    )

    assert [held.doubt for held in plan.held] == [Doubt.SAME_NAME] * 2
    assert plan.missing == ()
    assert factories.how_many(Child) == 1
    assert factories.how_many(Contact) == 0


def test_a_plan_is_refused_when_the_roster_has_changed_since(here: Here, tmp_path: Path) -> None:
    plan = roster.preview(write(tmp_path, row("陈小满")), here=here)
    factories.child(here, family_name="王", given_name="一一")
    before = everything()

    with pytest.raises(RefusedError) as error:
        roster.apply(plan, actor_id=None, here=here)

    assert error.value.reason is RosterRefusal.CHANGED_MEANWHILE
    assert everything() == before


def test_a_plan_is_applied_once(here: Here, tmp_path: Path) -> None:
    plan = bring_in(write(tmp_path, row("陈小满")), here)

    with pytest.raises(RefusedError):
        roster.apply(plan, actor_id=None, here=here)

    assert factories.how_many(Child) == 1


def test_a_balance_that_does_not_come_out_stores_nothing(here: Here, tmp_path: Path) -> None:
    plan = roster.preview(write(tmp_path, row("陈小满")), here=here)

    with pytest.raises(RuntimeError, match="balance"):
        roster.apply(replace(plan, enrolled_before=5), actor_id=None, here=here)

    assert everything() == []


def test_a_class_of_more_children_than_badges_is_refused_as_a_whole(
    here: Here, tmp_path: Path
) -> None:
    signs = [chr(0x4E00 + n) for n in range(181)]
    plan = roster.preview(write(tmp_path, *(row(f"陈{sign}") for sign in signs)), here=here)

    with pytest.raises(RefusedError) as error:
        roster.apply(plan, actor_id=None, here=here)

    assert error.value.reason is PeopleProblem.CLASS_TOO_LARGE
    assert everything() == []


def test_a_file_that_is_no_roster_is_refused(here: Here, tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError):
        roster.preview(
            building.write(tmp_path, "a.csv", "书名,作者\n小马过河,彭文席\n".encode()), here=here
        )


def test_the_preview_says_everything_and_no_number(here: Here, tmp_path: Path) -> None:
    for n, called in enumerate(("小满", "搬家", "改号", "走了"), start=1):
        child = factories.child(here, family_name="陈", given_name=called, local_no=f"{n}")
        factories.contact(here, child.child_id, phone=f"1990000000{n}")
    factories.child(here, family_name="陈", given_name="疑", class_number=2)
    factories.child(here, family_name="陈", given_name="回来", class_number=5)
    with transaction() as session:
        session.execute(
            update(Child).where(Child.given_name == "回来").values(not_in_file_since=here.today)
        )
    rows = (
        ("陈小满", "3.1", "1", "是", "", "", "", ""),
        row("陈搬家", "3.2", "2"),
        row("陈改号", "3.1", "3", mother="19900009999", father="19900008888"),
        row("陈疑", "3.3"),
        row("陈回来", "3.5", "77"),
        *(row(f"新{n}", "4.1") for n in "一二三"),
        row("Xin Lai", "4.1", mother="19900007777"),
        row("", "4.1", "9"),
    )
    path = write(tmp_path, *rows, header=[*HEADER, "身份证号"])

    said = "\n".join(roster.describe(roster.preview(path, here=here)))

    for part in (
        "Sheet",
        "Read past, not stored: 身份证号",
        "New: ",
        "4.1 Xin Lai, contacts: 1",
        "To another class: 1\n  3.1 陈搬家 -> 3.2",
        "CONTACTS CHANGE: 2\n  3.1 陈改号: ",
        "father ···· 8888 is new",
        "-> ···· 9999",
        "Other details change: ",
        "3.1 陈小满: boards",
        "3.5 陈回来: no. 77",
        "In the file again: 1\n  3.5 陈回来",
        "Not in the file (their cards go on working): 1\n  3.1 陈走了",
        "HELD until somebody decides: 1",
        "陈疑: a child of this name is in another class",
        "ROWS LEFT OUT: 1",
        "name missing",
        "To look at, ",
        "Without any change: 0",
        "On the roster: 6 before + 4 new - 0 left = 10 after",
    ):
        assert part in said
    for number in ("19900009999", "19900008888", "19900007777"):
        assert number not in said


def test_a_long_preview_is_cut_but_for_what_matters(here: Here) -> None:
    said = list(roster.describe(roster.preview(DATA / "roster_ugly.xlsx", here=here)))

    assert "  ... and 19 more (--all lists them)" in said
    assert any(line.endswith("(rows 4, 5, 6, 9, 15, 16, 17, 22 ...)") for line in said)


def test_a_long_preview_is_whole_when_asked_for(here: Here) -> None:
    plan = roster.preview(DATA / "roster_ugly.xlsx", here=here)

    said = list(roster.describe(plan, everything=True))

    start = said.index(f"New: {len(plan.new)}") + 1
    assert len(plan.new) == 59
    assert all(" contacts: " in line for line in said[start : start + len(plan.new)])
    assert not any("..." in line for line in said)


def test_the_change_tells_how_far_it_is(here: Here, tmp_path: Path) -> None:
    for n, called in enumerate(("搬家", "改号"), start=1):
        child = factories.child(here, family_name="陈", given_name=called, local_no=f"{n}")
        factories.contact(here, child.child_id)
    rows = (row("陈搬家", "3.2", "1"), row("陈改号", "3.1", "2", mother="19900009999"))
    plan = roster.preview(write(tmp_path, *rows, row("新一"), row("新二")), here=here)
    heard: list[int] = []

    roster.apply(plan, actor_id=None, here=here, progress=heard.append)

    assert heard == [0, 1, 2, 1]
    assert sum(heard) == roster.steps(plan)


def test_a_sheet_that_was_not_read_is_named(here: Here, tmp_path: Path) -> None:
    book = building.xlsx_of(
        {
            "花名册": ((("姓名", "班级", "校内编号"), ("陈小满", "3.1", "1")), ()),
            "说明": ((("请填写",),), ()),
        }
    )

    plan = roster.preview(building.write(tmp_path, "a.xlsx", book), here=here)

    assert "Sheet 说明: nothing was read." in list(roster.describe(plan))


def test_a_file_without_many_children_says_so(here: Here, tmp_path: Path) -> None:
    for n in range(7):
        child = factories.child(here, family_name="陈", given_name="一二三四五六七"[n])
        factories.contact(
            here,
            child.child_id,
            relation=Relation.OTHER if n == 0 else Relation.FATHER,
            phone=f"1990000111{n}",
        )

    plan = roster.preview(
        write(
            tmp_path,
            ("陈一", "3.1", "", "否", "", "", "林秀英", "19900001110"),
            ("陈二", "3.1", "", "", "陈国强", "19900001111", "", ""),
        ),
        here=here,
    )
    said = "\n".join(roster.describe(plan))

    assert "NOT IN THE FILE, too many, so nobody is marked: 5" in said
    assert "3.1 陈一: ···· 1110 is the mother" in said
    assert "3.1 陈二: father ···· 1111 has another name" in said


PEOPLE = st.lists(
    st.tuples(
        st.sampled_from("陈王李欧单"),
        st.text(alphabet="一小满雨航静宇轩", min_size=1, max_size=2),
        st.integers(1, 6),
        st.integers(1, 3),
        st.booleans(),
        st.lists(
            st.sampled_from([f"1990000{n:04}" for n in range(12)]),
            min_size=0,
            max_size=2,
            unique=True,
        ),
    ),
    min_size=1,
    max_size=12,
)


@given(people=PEOPLE)
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_what_is_written_out_comes_back_as_no_change(
    people: list[tuple[str, str, int, int, bool, list[str]]], here: Here, tmp_path: Path
) -> None:
    with transaction() as session:
        for table in (PictureCode, Card, Contact, Child, SchoolClass):
            session.execute(delete(table))
    rows = [
        (
            family + called,
            f"{grade}.{number}",
            str(n + 1),
            "是" if boards else "否",
            *(
                cell
                for phone in (*phones, "", "")[:2]
                for cell in ("林秀英" if phone else "", phone)
            ),
        )
        for n, (family, called, grade, number, boards, phones) in enumerate(people)
    ]
    bring_in(write(tmp_path, *rows), here)
    before = everything()

    plan = roster.preview(write(tmp_path, *_written_out(here)), here=here)
    roster.apply(plan, actor_id=None, here=here)

    assert plan.changes_nothing
    assert plan.unchanged == len(people)
    assert everything() == before


def _written_out(here: Here) -> list[tuple[str, ...]]:
    session, key = reading(), here.settings.keys.field
    written: list[tuple[str, ...]] = []
    for child in session.scalars(select(Child).order_by(Child.id.desc())):
        place = session.get_one(SchoolClass, child.class_id)
        cells = {}
        for one in session.scalars(select(Contact).where(Contact.child_id == child.id)):
            assert one.full_name_cipher is not None
            cells[one.relation] = (
                vault.unseal(one.full_name_cipher, column="full_name", row=one.id, key=key),
                vault.unseal(one.phone_cipher, column="phone", row=one.id, key=key),
            )
        written.append(
            (
                child.family_name + child.given_name,
                f"{place.grade}.{place.number}",
                child.local_no or "",
                "是" if child.is_boarder else "否",
                *cells.get(Relation.FATHER, ("", "")),
                *cells.get(Relation.MOTHER, ("", "")),
            )
        )
    return written
