"""A whole book house by its rules alone: whatever happens in whatever order, a book is in one hand.

A small room without a database lives through scans, undoings, renewals, waiting, losses, lines of
the paper book and changes of the calendar. It asks the rules that the services ask, and after each
step it holds what must always hold (`security.md` 3: I5, and the promises of waiting).
"""

import os
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Final
from uuid import UUID

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from kiosk.rules import due_days, holds, item_cases, late_entries, lending
from kiosk.rules.due_days import Given
from kiosk.rules.holds import HoldEnd
from kiosk.rules.item_cases import CaseEnd, CaseKind
from kiosk.rules.late_entries import LateAction, Line, Span
from kiosk.rules.lending import ItemAction, ItemStatus, LendingPolicy, Standing
from kiosk.rules.school_days import PLAIN_WEEKS

EXAMPLES: Final = 2000 * int(os.environ.get("LONGER", "1"))
STEPS: Final = 12
ITEMS: Final = (0, 1, 2)
TITLE_OF: Final = {0: 0, 1: 0, 2: 1}
CHILDREN: Final = tuple(UUID(int=number) for number in (1, 2, 3))
POLICY: Final = LendingPolicy(limit=2, days=3, renewals=1, grace_days=1, self_lending=True)
MOST_HOLDS: Final = 2
START: Final = datetime(2026, 11, 20, 8, 40, tzinfo=UTC)

items = st.sampled_from(ITEMS)
children = st.sampled_from(CHILDREN)


@dataclass(slots=True, kw_only=True)
class _Hold:
    child: UUID
    title: int
    item: int | None = None
    pick_up_by: date | None = None
    ends: list[HoldEnd] = field(default_factory=list)

    @property
    def is_open(self) -> bool:
        return not self.ends


@dataclass(slots=True, kw_only=True)
class _Done:
    """What was done last and may be undone; `ended` is the hold that a lending ended."""

    item: int
    loan_id: UUID
    was_lent: bool
    at: datetime
    ended: _Hold | None = None


class BookHouse(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.now = START
        self.loans: dict[int, tuple[Span, ...]] = dict.fromkeys(ITEMS, ())
        self.due: dict[UUID, date] = {}
        self.plain: dict[UUID, date] = {}
        self.given: dict[UUID, Given] = {}
        self.renewals: dict[UUID, int] = {}
        self.status = dict.fromkeys(ITEMS, ItemStatus.AVAILABLE)
        self.cases: dict[int, CaseKind] = {}
        self.holds: list[_Hold] = []
        self.closed: set[date] = set()
        self.asked: dict[int, list[Line]] = {item: [] for item in ITEMS}
        self.last: _Done | None = None
        self.made = 100

    # What a scan does

    @rule(item=items, child=st.none() | children)
    def scan(self, item: int, child: UUID | None) -> None:
        if lending.heals(self.status[item]):
            self._stand(item, ItemStatus.AVAILABLE)
        out = self._out(item)
        action = lending.action_for(
            on_loan=out is not None,
            has_session=child is not None,
            is_own=out is not None and out.child_id == child,
            lent_in_this_session=False,
        )
        match action:
            case ItemAction.LEND if child is not None:
                self._lend(item, child)
            case ItemAction.RETURN | ItemAction.RETURN_OWN | ItemAction.RETURN_OTHERS:
                self._bring_back(item)
            case _:
                assert action is ItemAction.WAIT_FOR_CARD

    def _lend(self, item: int, child: UUID) -> None:
        ready = self._ready(item)
        if ready is not None and ready.pick_up_by is not None:
            if holds.is_lapsed(pick_up_by=ready.pick_up_by, today=self.today):
                ready.ends.append(HoldEnd.EXPIRED)
                self._next(item)
            if (owner := self._ready(item)) is not None and owner.child != child:
                return
        held = sum(one.child_id == child for one in map(self._out, ITEMS) if one is not None)
        if lending.refusal(
            POLICY, Standing(open_loans=held), status=self.status[item], by_teacher=False
        ):
            return
        loan_id = self._id()
        self._begin(item, Span(loan_id=loan_id, child_id=child, lent_at=self.now, ended_at=None))
        ended = self._lent(item, child)
        self.last = _Done(item=item, loan_id=loan_id, was_lent=True, at=self.now, ended=ended)

    def _lent(self, item: int, child: UUID) -> _Hold | None:
        own = self._waiting(child, TITLE_OF[item])
        if own is None:
            return None
        own.ends.append(HoldEnd.LENT)
        if own.item is not None and own.item != item:
            self._next(own.item)
        return own

    def _bring_back(self, item: int) -> None:
        out = self._out(item)
        assert out is not None
        self._change(item, replace(out, ended_at=self.now))
        self._next(item)
        self.last = _Done(item=item, loan_id=out.loan_id, was_lent=False, at=self.now)

    @rule()
    def undo(self) -> None:
        last, self.last = self.last, None
        if last is None or not lending.may_undo(done_at=last.at, now=self.now):
            return
        span = next(one for one in self.loans[last.item] if one.loan_id == last.loan_id)
        if last.was_lent and span.ended_at is None:
            self.loans[last.item] = tuple(one for one in self.loans[last.item] if one != span)
            if last.ended is not None:
                last.ended.ends.clear()
                if last.ended.item != last.item:
                    last.ended.item = last.ended.pick_up_by = None
        elif not last.was_lent and self._out(last.item) is None:
            after = [one for one in self.loans[last.item] if one.lent_at >= self.now]
            if not after and not lending.heals(self.status[last.item]):
                self._take_off(last.item)
                self._change(last.item, replace(span, ended_at=None))

    @rule(item=items)
    def renew(self, item: int) -> None:
        out = self._out(item)
        if out is None or self._queue(TITLE_OF[item]):
            return
        if lending.renewal_refusal(POLICY, renewals=self.renewals.get(out.loan_id, 0)) is None:
            self.renewals[out.loan_id] = self.renewals.get(out.loan_id, 0) + 1
            plain = due_days.plain_renewed_on(
                POLICY, plain_due_on=self.plain[out.loan_id], today=self.today
            )
            self._give(out.loan_id, Given(given_on=self.today, plain_due_on=plain))

    # Waiting

    @rule(child=children, title=st.sampled_from((0, 1)))
    def wait(self, child: UUID, title: int) -> None:
        is_waiting = self._waiting(child, title) is not None
        has_it = any(
            (out := self._out(item)) is not None and out.child_id == child
            for item in ITEMS
            if TITLE_OF[item] == title
        )
        refusal = holds.refusal(
            open_holds=sum(one.is_open and one.child == child for one in self.holds),
            most=MOST_HOLDS,
            has_it=has_it,
            is_waiting=is_waiting,
            copies=sum(TITLE_OF[item] == title for item in ITEMS),
        )
        if refusal is None and not is_waiting:
            self.holds.append(_Hold(child=child, title=title))

    @rule(child=children, title=st.sampled_from((0, 1)))
    def wait_no_more(self, child: UUID, title: int) -> None:
        hold = self._waiting(child, title)
        if hold is not None:
            hold.ends.append(HoldEnd.CANCELLED)
            if hold.item is not None:
                self._next(hold.item)

    @rule(item=items)
    def fetch(self, item: int) -> None:
        is_free = self._out(item) is None and self._ready(item) is None
        if is_free and self.status[item] is ItemStatus.AVAILABLE:
            self._next(item)

    @rule()
    def settle(self) -> None:
        for hold in [one for one in self.holds if one.is_open and one.pick_up_by is not None]:
            if holds.is_lapsed(pick_up_by=hold.pick_up_by or self.today, today=self.today):
                hold.ends.append(HoldEnd.EXPIRED)
                if hold.item is not None:
                    self._next(hold.item)

    # What befalls books

    @rule(item=items, kind=st.sampled_from(CaseKind))
    def befall(self, item: int, kind: CaseKind) -> None:
        if item in self.cases:
            return
        out = self._out(item)
        if out is not None and kind in {CaseKind.LOST, CaseKind.MISSING}:
            self._change(item, replace(out, ended_at=self.now, is_lost=True))
        self.cases[item] = kind
        self.status[item] = item_cases.STATUS_WHILE[kind]
        self._take_off(item)

    @rule(item=items, number=st.integers(0, 3))
    def settle_case(self, item: int, number: int) -> None:
        kind = self.cases.get(item)
        if kind is None:
            return
        ends = item_cases.ends(kind)
        after = item_cases.status_after(kind, ends[number % len(ends)])
        if after is ItemStatus.WITHDRAWN and self._out(item) is not None:
            return
        del self.cases[item]
        self.status[item] = after

    @rule(item=items)
    def on_the_shelf(self, item: int) -> None:
        self._stand(item, ItemStatus.AVAILABLE)

    def _stand(self, item: int, status: ItemStatus) -> None:
        kind = self.cases.pop(item, None)
        if kind is not None:
            assert item_cases.settles(kind, status) in {CaseEnd.FOUND, CaseEnd.REPAIRED}
        self.status[item] = status

    # The paper book, and the calendar

    @rule(
        item=items,
        action=st.sampled_from(LateAction),
        child=children,
        minutes=st.integers(0, 3 * 24 * 60),
    )
    def late(self, item: int, action: LateAction, child: UUID, minutes: int) -> None:
        at = self.now - timedelta(minutes=minutes)
        self.asked[item].append(Line(key=self._id(), action=action, child_id=child, at=at))
        self._arrange(item)

    def _arrange(self, item: int) -> None:
        lines = self.asked[item]
        found = late_entries.arrange(self.loans[item], lines)
        assert found.problems.keys() <= {line.key for line in lines}
        applied = [line for line in lines if line.key not in found.problems]
        self.asked[item] = [line for line in lines if line.key in found.problems]
        self._write(item, found.history, applied)

    @rule(item=items, is_right=st.booleans())
    def answer(self, item: int, is_right: bool) -> None:  # noqa: FBT001 - drawn by name
        if not self.asked[item]:
            return
        line = self.asked[item].pop(0)
        after = late_entries.insist(self.loans[item], line) if is_right else None
        if after is not None:
            self._write(item, after, [line])
            self._arrange(item)

    def _write(self, item: int, after: tuple[Span, ...], applied: list[Line]) -> None:
        known = {span.loan_id for span in self.loans[item]}
        self.loans[item] = after
        for span in after:
            if span.loan_id not in known:
                self._set_due(span)
        if not applied:
            return
        self.last = None
        if lending.heals(self.status[item]):
            self._stand(item, ItemStatus.AVAILABLE)
        out = self._out(item)
        if out is None:
            if self._ready(item) is None:
                self._next(item)
            return
        if out.child_id is not None:
            self._lent(item, out.child_id)
        self._take_off(item)

    @rule(minutes=st.sampled_from((0, 1, 60, 24 * 60, 4 * 24 * 60)), seconds=st.integers(0, 20))
    def time_passes(self, minutes: int, seconds: int) -> None:
        self.now += timedelta(minutes=minutes, seconds=seconds)

    @rule(days=st.integers(1, 8))
    def close_a_day(self, days: int) -> None:
        """Close a day to come: each day that a book is due is found anew."""
        self.closed.add(self.today + timedelta(days=days))
        self._set_anew()

    @rule()
    def open_all_days_again(self) -> None:
        self.closed.clear()
        self._set_anew()

    def _set_anew(self) -> None:
        for item in ITEMS:
            out = self._out(item)
            if out is not None:
                self._give(out.loan_id, self.given[out.loan_id])

    # What must always hold

    @invariant()
    def an_item_is_in_one_hand(self) -> None:
        for history in self.loans.values():
            assert not late_entries.overlaps(history)
            assert sum(span.ended_at is None for span in history) <= 1
            assert len({span.loan_id for span in history}) == len(history)

    @invariant()
    def a_ready_item_is_on_no_loan(self) -> None:
        ready = [one.item for one in self.holds if one.is_open and one.item is not None]
        assert len(set(ready)) == len(ready)
        for item in ready:
            assert self._out(item) is None
            assert self.status[item] is ItemStatus.AVAILABLE

    @invariant()
    def waiting_comes_to_one_end(self) -> None:
        assert all(len(one.ends) <= 1 for one in self.holds)
        still_open = [(one.child, one.title) for one in self.holds if one.is_open]
        assert len(set(still_open)) == len(still_open)
        assert all(
            (one.item is None) == (one.pick_up_by is None) for one in self.holds if one.is_open
        )

    @invariant()
    def nothing_is_due_on_a_closed_day(self) -> None:
        for item in ITEMS:
            out = self._out(item)
            if out is not None and self.due[out.loan_id] > self.today:
                assert self._is_open(self.due[out.loan_id])

    # How it is kept

    @property
    def today(self) -> date:
        return self.now.date()

    def _is_open(self, day: date) -> bool:
        return day.isoweekday() <= 5 and day not in self.closed

    def _id(self) -> UUID:
        self.made += 1
        return UUID(int=self.made)

    def _out(self, item: int) -> Span | None:
        return next((span for span in self.loans[item] if span.ended_at is None), None)

    def _ready(self, item: int) -> _Hold | None:
        return next((one for one in self.holds if one.is_open and one.item == item), None)

    def _waiting(self, child: UUID, title: int) -> _Hold | None:
        return next(
            (one for one in self.holds if one.is_open and (one.child, one.title) == (child, title)),
            None,
        )

    def _queue(self, title: int) -> list[_Hold]:
        return [
            one for one in self.holds if one.is_open and one.title == title and one.item is None
        ]

    def _next(self, item: int) -> None:
        queue = self._queue(TITLE_OF[item])
        if queue and self.status[item] is ItemStatus.AVAILABLE and self._out(item) is None:
            queue[0].item = item
            queue[0].pick_up_by = holds.pick_up_by(
                ready_on=self.today, days=3, is_open=self._is_open
            )

    def _take_off(self, item: int) -> None:
        ready = self._ready(item)
        if ready is not None:
            ready.item = ready.pick_up_by = None

    def _begin(self, item: int, span: Span) -> None:
        self.loans[item] = (*self.loans[item], span)
        self._set_due(span)

    def _set_due(self, span: Span) -> None:
        day = span.lent_at.date()
        plain = due_days.plain_due_on(POLICY, lent_on=day)
        self._give(span.loan_id, Given(given_on=day, plain_due_on=plain))

    def _give(self, loan_id: UUID, given: Given) -> None:
        self.given[loan_id] = given
        self.plain[loan_id] = given.plain_due_on
        self.due[loan_id] = due_days.due_on(given, school=PLAIN_WEEKS, is_open=self._is_open)

    def _change(self, item: int, span: Span) -> None:
        self.loans[item] = tuple(
            span if one.loan_id == span.loan_id else one for one in self.loans[item]
        )


def test_a_book_house_keeps_its_promises_whatever_happens() -> None:
    run_state_machine_as_test(
        BookHouse,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
