"""The end of a school year: who leaves, who moves up, and that it happens once."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from kiosk.db import reading, transaction
from kiosk.errors import RefusedError
from kiosk.ids import new_id
from kiosk.models.audit import Audit
from kiosk.models.calendar import Term
from kiosk.models.library import Loan
from kiosk.models.people import Card, Child, SchoolClass
from kiosk.rules.lending import Borrower, LoanEnd
from kiosk.rules.year_end import YearEndProblem
from kiosk.services import hand_over, year_end
from kiosk.services.here import Here
from tests import factories


@pytest.fixture
def july(here: Here) -> Here:
    """Return a moment in the summer after the test's own."""
    return replace(here, now=datetime(2027, 7, 10, 2, 0, tzinfo=UTC))


def _classes() -> list[tuple[int, int, str]]:
    rows = reading().execute(
        select(SchoolClass.grade, SchoolClass.number, Child.given_name)
        .join(Child, Child.class_id == SchoolClass.id)
        .where(Child.left_on.is_(None))
        .order_by(SchoolClass.grade, SchoolClass.number, Child.given_name)
    )
    return [tuple(row) for row in rows]  # type: ignore[misc]  # three columns


def _move(here: Here) -> None:
    year_end.move_up(actor_id=factories.staff(here).staff_id, here=here)


def test_every_class_moves_up_and_the_last_leaves(july: Here) -> None:
    for grade, number, name in (
        (1, 1, "甲"),
        (2, 1, "乙"),
        (5, 2, "丙"),
        (6, 1, "丁"),
        (6, 2, "戊"),
    ):
        factories.child(july, grade=grade, class_number=number, given_name=name)

    _move(july)

    assert _classes() == [(2, 1, "甲"), (3, 1, "乙"), (6, 2, "丙")]


def test_the_list_of_leavers_stays_theirs_once_the_others_have_moved_up(july: Here) -> None:
    factories.child(july, grade=5, given_name="丙")
    factories.child(july, grade=6, given_name="丁")
    before = year_end.leavers(actor_id=factories.staff(july).staff_id, here=july)

    _move(july)

    after = year_end.leavers(actor_id=factories.staff(july).staff_id, here=july)
    assert [one.name for one in before] == [one.name for one in after]
    assert len(after) == year_end.look(july).leavers == 1


def _lent_to_class(here: Here, child_id: UUID, *, name: str = "昆虫记") -> UUID:
    class_id = reading().get_one(Child, child_id).class_id
    loan_id = factories.loan(here, child_id, factories.item(here, name=name).item_id)
    with transaction() as session:
        loan = session.get_one(Loan, loan_id)
        loan.borrower, loan.child_id, loan.class_id = Borrower.CLASS, None, class_id
    return loan_id


def test_books_of_a_class_that_leaves_stand_in_the_way_until_they_are_back(july: Here) -> None:
    lent_to = factories.child(july, grade=6)
    factories.child(july, grade=5, given_name="丙")
    loan_id = _lent_to_class(july, lent_to.child_id, name="西游记")

    shown = year_end.look(july)
    with pytest.raises(RefusedError) as error:
        _move(july)

    assert [(one.grade, [book.title for book in one.books]) for one in shown.class_books] == [
        (6, ["西游记"])
    ]
    assert error.value.reason is YearEndProblem.CLASS_HAS_BOOKS
    assert [grade for grade, _, _ in _classes()] == [5, 6]
    with transaction() as session:
        loan = session.get_one(Loan, loan_id)
        loan.ended_at, loan.ended_as = july.now, LoanEnd.RETURNED
    _move(july)
    assert [grade for grade, _, _ in _classes()] == [6]


def test_books_of_a_class_that_leaves_are_handed_on_by_somebody_who_says_so(july: Here) -> None:
    lent_to = factories.child(july, grade=6)
    after = factories.child(july, grade=5, given_name="丙")
    loan_id = _lent_to_class(july, lent_to.child_id)

    year_end.move_up(hands_on=True, actor_id=factories.staff(july).staff_id, here=july)

    class_id = reading().get_one(Child, after.child_id).class_id
    assert reading().get_one(Loan, loan_id).class_id == class_id
    assert year_end.look(july).class_books == ()
    said = reading().scalars(select(Audit.fields).where(Audit.purpose == "year-end")).one()
    assert said == "moved up; 1 left; 1 books of classes handed on"


def test_books_are_handed_on_to_nobody_where_nobody_comes(july: Here) -> None:
    followed = factories.child(july, grade=6, class_number=1)
    alone = factories.child(july, grade=6, class_number=3)
    factories.child(july, grade=5, class_number=1, given_name="丙")
    factories.child(july, grade=5, class_number=3, left_on=july.today)
    handed_on = _lent_to_class(july, followed.child_id)
    brought_back = _lent_to_class(july, alone.child_id, name="西游记")
    who = factories.staff(july).staff_id

    shown = year_end.look(july)
    with pytest.raises(RefusedError) as error:
        year_end.move_up(hands_on=True, actor_id=who, here=july)

    assert [(one.number, one.is_followed) for one in shown.class_books] == [(1, True), (3, False)]
    assert shown.problem is error.value.reason is YearEndProblem.NOBODY_FOLLOWS
    assert reading().get_one(Child, followed.child_id).left_on is None
    with transaction() as session:
        loan = session.get_one(Loan, brought_back)
        loan.ended_at, loan.ended_as = july.now, LoanEnd.RETURNED
    year_end.move_up(hands_on=True, actor_id=who, here=july)
    assert _classes() == [(6, 1, "丙")]
    assert reading().get_one(Loan, handed_on).ended_at is None


def test_the_books_of_a_class_move_up_with_it(july: Here) -> None:
    lent_to = factories.child(july, grade=3, given_name="甲")
    before = reading().get_one(Child, lent_to.child_id).class_id
    loan_id = _lent_to_class(july, lent_to.child_id)

    _move(july)

    after = reading().get_one(Child, lent_to.child_id).class_id
    assert reading().get_one(Loan, loan_id).class_id == after != before


def test_badges_do_not_meet_on_the_way(july: Here) -> None:
    badge = factories.child(july, grade=3).face.badge
    for grade in (4, 5, 6):
        factories.child(july, grade=grade, badge=badge)

    _move(july)

    assert [grade for grade, _, _ in _classes()] == [4, 5, 6]


def test_who_leaves_keeps_the_loan_and_loses_the_card(july: Here) -> None:
    child = factories.child(july, grade=6)
    factories.loan(july, child.child_id, factories.item(july, name="昆虫记").item_id)
    who = factories.staff(july)

    (leaver,) = year_end.leavers(actor_id=who.staff_id, here=july)
    _move(july)

    assert [book.title for book in leaver.books] == ["昆虫记"]
    assert reading().scalars(select(Loan)).one().child_id == child.child_id
    cards = reading().scalars(select(Card).where(Card.child_id == child.child_id)).all()
    assert all(card.revoked_at is not None for card in cards)


def test_it_happens_once_a_year(july: Here) -> None:
    factories.child(july, grade=1)
    _move(july)

    with pytest.raises(RefusedError) as error:
        _move(july)

    assert error.value.reason is YearEndProblem.MOVED_UP
    assert [grade for grade, _, _ in _classes()] == [2]
    next_year = replace(july, now=july.now + timedelta(days=365))
    _move(next_year)
    assert [grade for grade, _, _ in _classes()] == [3]


def test_a_term_that_is_not_ended_stands_in_the_way(july: Here) -> None:
    factories.child(july, grade=1)
    with transaction() as session:
        last = july.today - timedelta(days=5)
        session.add(
            Term(
                id=new_id(july.now),
                name="下学期",
                first_day=last - timedelta(days=9),
                last_day=last,
            )
        )

    with pytest.raises(RefusedError) as error:
        _move(july)

    assert error.value.reason is YearEndProblem.TERM_NOT_ENDED
    assert [grade for grade, _, _ in _classes()] == [1]


def test_in_november_nothing_moves(here: Here) -> None:
    with pytest.raises(RefusedError) as error:
        _move(here)

    assert error.value.reason is YearEndProblem.NOT_NOW


def test_the_hand_over_report_names_no_child_and_leaves_no_cell_empty(july: Here) -> None:
    factories.child(july, grade=1, family_name="欧阳", given_name="晓月")
    who = factories.staff(july)

    found = hand_over.report(actor_id=who.staff_id, here=july)

    lines = [line for section in found for line in section.lines]
    assert all(what and said for what, said in lines)
    assert ("在校学生", "一年级 1 人") in lines
    assert "晓月" not in str(found)
