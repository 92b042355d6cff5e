"""Half a sheet for each class teacher: what to tell the children, and nothing more."""

from datetime import date, timedelta

import pytest
from sqlalchemy import delete, select, update

from kiosk.db import reading, transaction
from kiosk.models.audit import Audit, AuditAction
from kiosk.models.calls import Slot, SlotStatus
from kiosk.models.library import Loan
from kiosk.models.people import Card, Child, ContactStatus
from kiosk.rules.call_states import CallState
from kiosk.rules.lending import Borrower
from kiosk.services import class_slips
from kiosk.services.class_slips import BookToBring, CallToTell, ClassSlip
from kiosk.services.here import Here
from tests import factories

# The tests live on Friday the 20th; the slips tell of the week after.
MONDAY = date(2026, 11, 23)
DAY = timedelta(days=1)


def _slips(here: Here) -> tuple[ClassSlip, ...]:
    teacher = factories.staff(here)
    return class_slips.to_print(MONDAY, actor_id=teacher.staff_id, here=here).slips


def _slip(here: Here) -> ClassSlip:
    (slip,) = _slips(here)
    return slip


def test_each_class_has_a_slip_in_order_and_none_is_left_out(here: Here) -> None:
    factories.child(here, grade=5, class_number=2)
    factories.child(here, grade=1)
    factories.child(here, grade=5, class_number=1)
    factories.child(here, grade=6, left_on=here.today)

    assert [slip.class_name for slip in _slips(here)] == ["一（1）班", "五（1）班", "五（2）班"]


def test_calls_of_the_week_stand_there_with_day_and_time(here: Here) -> None:
    child = factories.child(here, family_name="陈", given_name="小满")
    (slot_id,) = factories.slots(here, on=MONDAY + DAY, places=1)
    factories.booking(here, child.child_id, slot_id=slot_id)

    assert _slip(here).calls == (CallToTell(name="陈小满", on=MONDAY + DAY, at="17:00"),)


@pytest.mark.parametrize("state", [CallState.CANCELLED, CallState.DONE])
def test_a_call_that_is_not_to_come_is_not_told(here: Here, state: CallState) -> None:
    child = factories.child(here)
    (slot_id,) = factories.slots(here, on=MONDAY, places=1)
    factories.booking(here, child.child_id, slot_id=slot_id, state=state)

    assert _slip(here).calls == ()


def test_a_call_of_the_week_after_is_not_told_yet(here: Here) -> None:
    child = factories.child(here)
    (slot_id,) = factories.slots(here, on=MONDAY + 7 * DAY, places=1)
    factories.booking(here, child.child_id, slot_id=slot_id)

    assert _slip(here).calls == ()


@pytest.mark.parametrize(
    ("state", "is_told"),
    [
        (CallState.DONE, False),
        (CallState.BOOKED, False),
        (CallState.UNCLEAR, False),
        (CallState.NO_ANSWER, True),
        (CallState.CUT, True),
        (CallState.CANCELLED, True),
    ],
)
def test_who_had_no_call_is_told_unless_one_is_to_come(
    here: Here, state: CallState, *, is_told: bool
) -> None:
    child = factories.child(here, family_name="陈", given_name="小满")
    factories.booking(here, child.child_id, state=state)

    assert _slip(here).without_call == (("陈小满",) if is_told else ())


@pytest.mark.parametrize("status", [None, ContactStatus.BARRED, ContactStatus.PROPOSED])
def test_of_a_child_that_has_nobody_to_ring_nothing_is_said(
    here: Here, status: ContactStatus | None
) -> None:
    child = factories.child(here)
    if status is not None:
        factories.contact(here, child.child_id, status=status)

    assert _slip(here).without_call == ()


def test_where_the_room_had_no_calls_to_give_nobody_went_without(here: Here) -> None:
    factories.contact(here, factories.child(here).child_id)
    assert _slip(here).without_call == ("陈小满",)

    with transaction() as session:
        session.execute(update(Slot).values(status=SlotStatus.WITHDRAWN))
    assert _slip(here).without_call is None


def test_books_of_the_week_and_earlier_ones_are_asked_for_with_their_day(here: Here) -> None:
    child = factories.child(here, family_name="陈", given_name="小满")
    for name, due_on in (
        ("小河的信", MONDAY + 6 * DAY),
        ("山里的灯", here.today - 3 * DAY),
        ("风筝会飞", MONDAY + 7 * DAY),
    ):
        item = factories.item(here, name=name)
        factories.loan(
            here, child.child_id, item.item_id, lent_at=here.now - 9 * DAY, due_on=due_on
        )
    back = factories.item(here, name="早还了")
    factories.loan(here, child.child_id, back.item_id, lent_at=here.now - DAY, ended_at=here.now)

    assert _slip(here).books == (
        BookToBring(name="陈小满", title="山里的灯", due_on=here.today - 3 * DAY),
        BookToBring(name="陈小满", title="小河的信", due_on=MONDAY + 6 * DAY),
    )


@pytest.mark.parametrize("borrower", [Borrower.CLASS, Borrower.STAFF])
def test_what_the_class_has_is_told_and_what_a_teacher_has_is_not(
    here: Here, borrower: Borrower
) -> None:
    child, teacher = factories.child(here), factories.staff(here)
    item = factories.item(here, name="班级故事")
    loan_id = factories.loan(here, child.child_id, item.item_id, due_on=MONDAY)
    staff_id = teacher.staff_id if borrower is Borrower.STAFF else None
    with transaction() as session:
        session.execute(
            update(Loan)
            .where(Loan.id == loan_id)
            .values(borrower=borrower, child_id=None, staff_id=staff_id)
        )

    titles = [(book.name, book.title) for book in _slip(here).books]

    assert titles == ([("全班", "班级故事")] if borrower is Borrower.CLASS else [])


def test_who_has_no_valid_card_is_told(here: Here) -> None:
    factories.child(here, given_name="小雪")
    lost, never = (factories.child(here, given_name=name) for name in ("小满", "小河"))
    with transaction() as session:
        session.execute(
            update(Card).where(Card.child_id == lost.child_id).values(revoked_at=here.now)
        )
        session.execute(delete(Card).where(Card.child_id == never.child_id))

    assert set(_slip(here).without_card) == {"陈小满", "陈小河"}


def test_of_a_child_that_has_left_nothing_is_told(here: Here) -> None:
    factories.child(here)
    left = factories.child(here)
    (slot_id,) = factories.slots(here, on=MONDAY, places=1)
    factories.booking(here, left.child_id, slot_id=slot_id)
    factories.loan(here, left.child_id, factories.item(here).item_id, due_on=MONDAY)
    with transaction() as session:
        session.execute(update(Child).where(Child.id == left.child_id).values(left_on=here.today))
        session.execute(delete(Card).where(Card.child_id == left.child_id))

    slip = _slip(here)

    assert (slip.calls, slip.without_call, slip.books, slip.without_card) == ((), (), (), ())


def test_a_print_is_in_the_audit_without_a_name(here: Here) -> None:
    factories.child(here)
    _slips(here)

    rows = reading().scalars(select(Audit).where(Audit.action == AuditAction.PRINT)).all()
    assert [(row.subject, row.fields, row.purpose) for row in rows] == [
        ("week:2026-W48", "name,call,title,card of 1 classes", "class slips")
    ]
