"""A whole book house on its database: whatever happens in whatever order, its promises hold.

The services are asked in an order that nobody would think of; after each step the tables are read
by themselves and held against what must always hold (`security.md` 3: I4, I5, and the promises of
waiting). The rules alone live through ten times as many orders in `tests/rules/test_book_house.py`.
"""

import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import count
from typing import Final
from uuid import UUID, uuid4

import pytest
from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import Engine, text, update

from kiosk.db import db, transaction
from kiosk.errors import InvalidInputError, NotFoundError, RefusedError
from kiosk.models.library import Loan
from kiosk.rules import civil
from kiosk.rules.codes import parse
from kiosk.rules.item_cases import CaseEnd, CaseKind
from kiosk.rules.late_entries import LateAction
from kiosk.rules.lending import ItemStatus, LoanEnd
from kiosk.rules.school_days import TermSpan
from kiosk.services import (
    case_list,
    hold_shelf,
    holds,
    item_cases,
    item_status,
    late_entries,
    lending,
    school_calendar,
    visits,
)
from kiosk.services.answers import Lent, Returned
from kiosk.services.here import Here
from kiosk.services.late_entries import NewLine
from tests import factories
from tests.clock import AN_AFTERNOON, FrozenClock
from tests.conftest import here_in

EXAMPLES: Final = 200 * int(os.environ.get("LONGER", "1"))
STEPS: Final = 12
TITLES: Final = (0, 0, 1)
READERS: Final = 2

copies = st.integers(0, len(TITLES) - 1)
readers = st.integers(0, READERS - 1)

# What must come out empty, whatever has happened.
BROKEN: Final = {
    "I4: a child is in the room twice": """
        SELECT child_id FROM visit WHERE state = 'open' GROUP BY child_id HAVING count(*) > 1""",
    "I5: an item is on two open loans": """
        SELECT item_id FROM loan WHERE ended_at IS NULL GROUP BY item_id HAVING count(*) > 1""",
    "I5: an item was in two hands at once": """
        SELECT one.id FROM loan one JOIN loan two ON two.item_id = one.item_id AND two.id <> one.id
        WHERE coalesce(one.ended_as, '') <> 'undone' AND coalesce(two.ended_as, '') <> 'undone'
        AND one.lent_at < two.lent_at
        AND (one.ended_at IS NULL OR one.ended_at > two.lent_at)""",
    "a ready item is on loan, or not on its shelf": """
        SELECT hold.id FROM hold JOIN item ON item.id = hold.item_id
        LEFT JOIN loan ON loan.item_id = item.id AND loan.ended_at IS NULL
        WHERE hold.ended_at IS NULL AND (loan.id IS NOT NULL OR item.status <> 'available')""",
    "a hold and its item are of two titles": """
        SELECT hold.id FROM hold JOIN item ON item.id = hold.item_id
        WHERE item.title_id <> hold.title_id""",
    "a child waits for what it has": """
        SELECT hold.id FROM hold JOIN loan ON loan.child_id = hold.child_id
        AND loan.ended_at IS NULL JOIN item ON item.id = loan.item_id
        WHERE hold.ended_at IS NULL AND item.title_id = hold.title_id""",
    "a lost item is on loan": """
        SELECT item.id FROM item JOIN loan ON loan.item_id = item.id AND loan.ended_at IS NULL
        WHERE item.status IN ('lost', 'missing', 'withdrawn')""",
    "a question without a problem, or settled with one": """
        SELECT id FROM late_entry WHERE (state = 'asked') <> (problem IS NOT NULL)
        AND state <> 'dismissed' AND NOT (state = 'applied' AND problem IS NOT NULL)""",
    "a book is due on a day on which the room is closed, and opens later": """
        SELECT loan.id FROM loan WHERE loan.ended_at IS NULL
        AND EXISTS (SELECT 1 FROM opening WHERE on_date > loan.due_on AND state <> 'cancelled')
        AND NOT EXISTS (SELECT 1 FROM opening
                        WHERE on_date = loan.due_on AND state <> 'cancelled')
        AND loan.due_on > date(:today)""",
}


class BookHouse(RuleBasedStateMachine):
    """Each example has copies and children of its own in one and the same database."""

    def __init__(self, app: Flask, clock: FrozenClock, example: Iterator[int]) -> None:
        super().__init__()
        self._count = example
        self.app, self.clock = app, clock
        here = self.here
        self.teacher = factories.staff(here).staff_id
        titles = [factories.title(here) for _ in set(TITLES)]
        self.items = [factories.item(here, title_id=titles[place]) for place in TITLES]
        number = 1 + next(self._count) // 40  # no class has badges for all of them
        self.children = [factories.child(here, class_number=number) for _ in range(READERS)]
        self.lent: list[tuple[UUID, UUID]] = []
        self.returned: list[UUID] = []

    @property
    def here(self) -> Here:
        db.session.remove()
        return here_in(self.app, self.clock)

    @staticmethod
    def _try(act: Callable[[], object]) -> object:
        """Do something that may be refused; nothing else may go wrong."""
        try:
            return act()
        except (RefusedError, NotFoundError, InvalidInputError) as error:
            return error.reason

    # Scans

    @rule(copy=copies, reader=st.none() | readers)
    def scan(self, copy: int, reader: int | None) -> None:
        child = None if reader is None else self.children[reader]
        answer = self._try(
            lambda: lending.scan(
                parse(self.items[copy].code),
                reader=None if child is None else child.reader,
                request_id=uuid4(),
                here=self.here,
            )
        )
        if isinstance(answer, Lent) and child is not None:
            self.lent.append((answer.loan.loan_id, child.child_id))
        if isinstance(answer, Returned):
            self.returned.append(answer.loan_id)

    @rule(copy=copies, reader=readers)
    def borrow(self, copy: int, reader: int) -> None:
        child = self.children[reader]
        self._try(
            lambda: lending.borrow(
                item_id=self.items[copy].item_id,
                reader=child.reader,
                request_id=uuid4(),
                here=self.here,
            )
        )

    @rule()
    def undo_lend(self) -> None:
        if self.lent:
            loan_id, child_id = self.lent[-1]
            self._try(lambda: lending.undo_lend(loan_id=loan_id, child_id=child_id, here=self.here))

    @rule()
    def undo_return(self) -> None:
        if self.returned:
            loan_id = self.returned[-1]
            self._try(lambda: lending.undo_return(loan_id=loan_id, here=self.here))

    @rule()
    def renew(self) -> None:
        if self.lent:
            loan_id, child_id = self.lent[-1]
            reader = next(one.reader for one in self.children if one.child_id == child_id)
            self._try(
                lambda: lending.renew(
                    loan_id=loan_id, reader=reader, request_id=uuid4(), here=self.here
                )
            )

    @rule(reader=readers, is_leaving=st.booleans())
    def come_and_go(self, reader: int, is_leaving: bool) -> None:  # noqa: FBT001 - drawn by name
        child = self.children[reader]
        if is_leaving:
            visits.leave(child_id=child.child_id, face=child.face, here=self.here)
        else:
            self._try(
                lambda: visits.arrive(code=child.card_code, request_id=uuid4(), here=self.here)
            )

    # Waiting

    @rule(copy=copies, reader=readers)
    def wait(self, copy: int, reader: int) -> None:
        child = self.children[reader]
        self._try(
            lambda: holds.place(
                title_id=self.items[copy].title_id,
                child_id=child.child_id,
                face=child.face,
                request_id=uuid4(),
                here=self.here,
            )
        )

    @rule(copy=copies, is_fetched=st.booleans())
    def at_the_hold_shelf(self, copy: int, is_fetched: bool) -> None:  # noqa: FBT001 - drawn
        shelf = hold_shelf.look(here=self.here, title_id=self.items[copy].title_id)
        if is_fetched and shelf.waiting:
            hold_id = shelf.waiting[0].hold_id
            self._try(
                lambda: hold_shelf.fetch(hold_id=hold_id, staff_id=self.teacher, here=self.here)
            )
        elif not is_fetched and shelf.ready:
            hold_shelf.end(hold_id=shelf.ready[0].hold_id, staff_id=self.teacher, here=self.here)

    # What befalls books

    @rule(copy=copies, kind=st.sampled_from(CaseKind))
    def befall(self, copy: int, kind: CaseKind) -> None:
        self._try(
            lambda: item_cases.open_case(
                self.items[copy].item_id, kind, staff_id=self.teacher, here=self.here
            )
        )

    @rule(copy=copies, end=st.sampled_from(CaseEnd))
    def settle(self, copy: int, end: CaseEnd) -> None:
        found = case_list.open_of_title(self.items[copy].title_id)
        for case_id in list(found.values())[:1]:
            self._try(
                lambda case_id=case_id: item_cases.settle(  # type: ignore[misc]  # mypy: defaults
                    case_id,
                    end,
                    reason="说明",
                    replacement=self.items[copy - 1].code,
                    staff_id=self.teacher,
                    approves=False,
                    here=self.here,
                )
            )

    @rule(
        copy=copies,
        status=st.sampled_from(
            [ItemStatus.AVAILABLE, ItemStatus.IN_ROOM_ONLY, ItemStatus.WITHDRAWN]
        ),
    )
    def say(self, copy: int, status: ItemStatus) -> None:
        self._try(
            lambda: item_status.set_status(
                self.items[copy].item_id, status, staff_id=self.teacher, here=self.here
            )
        )

    # The paper book and time

    @rule(
        copy=copies,
        reader=readers,
        action=st.sampled_from(LateAction),
        hours=st.integers(0, 60),
    )
    def late(self, copy: int, reader: int, action: LateAction, hours: int) -> None:
        here = self.here
        at = civil.local(here.now - timedelta(hours=hours), here.settings.zone)
        line = NewLine(
            action=action,
            item=self.items[copy].code,
            child_id=self.children[reader].child_id,
            on=at.date(),
            minute=civil.minute_of_day(at),
        )
        late_entries.enter(line, request_id=uuid4(), staff_id=self.teacher, here=here)

    @rule(is_right=st.booleans())
    def answer(self, is_right: bool) -> None:  # noqa: FBT001 - drawn by name
        own = {item.title_id for item in self.items}
        for row in [row for row in late_entries.questions() if row.title_id in own][:1]:
            answer = late_entries.insist if is_right else late_entries.dismiss
            self._try(
                lambda row=row, answer=answer: answer(  # type: ignore[misc]  # mypy: defaults
                    row.entry_id, staff_id=self.teacher, here=self.here
                )
            )

    @rule(days=st.integers(1, 25), is_closed=st.booleans())
    def change_the_calendar(self, days: int, is_closed: bool) -> None:  # noqa: FBT001 - drawn
        day = self.here.today + timedelta(days=days)
        self._set_calendar(TermSpan(first_day=day, last_day=day), is_closed=is_closed)

    def _set_calendar(self, span: TermSpan, *, is_closed: bool) -> None:
        if is_closed:
            changed = school_calendar.close_days(
                "停电", span, staff_id=self.teacher, here=self.here
            )
        else:
            changed = school_calendar.as_usual(span, staff_id=self.teacher, here=self.here)
        self.app.extensions["kiosk"].school = changed.school

    @rule(days=st.integers(0, 4), seconds=st.integers(1, 20))
    def time_passes(self, days: int, seconds: int) -> None:
        self.clock.advance(days=days, seconds=seconds)

    def teardown(self) -> None:
        """Leave no loan open and no day closed: the next example begins like the first."""
        today = self.here.today
        span = TermSpan(first_day=today, last_day=today + timedelta(days=60))
        self._set_calendar(span, is_closed=False)
        with transaction() as session:
            session.execute(
                update(Loan)
                .where(Loan.ended_at.is_(None))
                .values(ended_at=Loan.lent_at, ended_as=LoanEnd.UNDONE)
            )

    @invariant()
    def nothing_is_broken(self) -> None:
        self.clock.advance(seconds=1)  # no two steps at one instant
        db.session.remove()
        _hold(db.engine, self.here)


def _hold(engine: Engine, here: Here) -> None:
    with engine.connect() as connection:
        for promise, query in BROKEN.items():
            values = {"today": here.today.isoformat()} if ":today" in query else {}
            assert connection.execute(text(query), values).first() is None, promise


def test_the_book_house_keeps_its_promises_whatever_happens(app: Flask, clock: FrozenClock) -> None:
    example = count()

    class OfThisTest(BookHouse):
        def __init__(self) -> None:
            clock.set_to(AN_AFTERNOON)
            super().__init__(app, clock, example)

    run_state_machine_as_test(
        OfThisTest,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_a_promise_that_is_broken_would_be_seen(here: Here) -> None:
    child, copy = factories.child(here), factories.item(here)
    holds.place(
        title_id=copy.title_id,
        child_id=child.child_id,
        face=child.face,
        request_id=uuid4(),
        here=here,
    )
    factories.loan(here, child.child_id, copy.item_id)

    with pytest.raises(AssertionError, match="a child waits for what it has"):
        _hold(db.engine, here)
