"""The gap list: each gap is told with its days, and what is whole is not."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import delete, update

from kiosk.db import transaction
from kiosk.ids import new_id
from kiosk.models.openings import Opening, SafetyCheck
from kiosk.models.people import Contact
from kiosk.rules.call_states import CallState
from kiosk.rules.gaps import GapKind
from kiosk.rules.openings import Hazard, OpeningState
from kiosk.rules.visits import VisitState
from kiosk.services import gaps
from kiosk.services.gaps import Gap
from kiosk.services.here import Here
from tests import factories

ALWAYS = {GapKind.NO_TERM, GapKind.NO_SCHOOL}  # the empty instance has neither


def _found(here: Here) -> dict[GapKind, Gap]:
    found = gaps.find(first=here.today - timedelta(days=20), last=here.today, here=here)
    return {gap.kind: gap for gap in found if gap.kind not in ALWAYS}


def _held(here: Here, *, checks: int = len(Hazard)) -> None:
    """Leave an opening of today that was held, with so many of the eight looked at."""
    who = factories.staff(here)
    opening_id = factories.open_today(here, staff_id=who.staff_id)
    with transaction() as session:
        session.execute(delete(SafetyCheck).where(SafetyCheck.opening_id == opening_id))
        session.add_all(
            SafetyCheck(
                id=new_id(here.now),
                opening_id=opening_id,
                hazard=hazard,
                is_fine=True,
                checked_at=here.now,
            )
            for hazard in tuple(Hazard)[:checks]
        )
        session.execute(
            update(Opening)
            .where(Opening.id == opening_id)
            .values(state=OpeningState.HELD, closed_at=here.now)
        )


def test_an_opening_that_is_whole_has_no_gap(here: Here) -> None:
    _held(here)

    assert GapKind.NO_CHECK not in _found(here)


def test_an_opening_with_seven_of_eight_checked_is_told_with_its_day(here: Here) -> None:
    _held(here, checks=7)

    found = _found(here)[GapKind.NO_CHECK]

    assert (found.count, found.days) == (1, (here.today,))


def test_visits_whose_end_nobody_saw_are_counted_by_day(here: Here) -> None:
    for days in (0, 1, 1):
        child = factories.child(here)
        at = here.now - timedelta(days=days)
        factories.visit(here, child.child_id, signed_in_at=at, state=VisitState.LEFT_UNCONFIRMED)

    found = _found(here)[GapKind.NOT_SEEN_OUT]

    assert found.count == 3
    assert found.days == (here.today - timedelta(days=1), here.today)


@pytest.mark.parametrize(("days", "is_mendable"), [(0, True), (7, True), (8, False)])
def test_a_call_whose_end_can_no_longer_be_noted_sends_nobody_after_it(
    here: Here, days: int, *, is_mendable: bool
) -> None:
    factories.booking(here, factories.child(here).child_id, state=CallState.UNCLEAR)
    later = replace(here, now=here.now + timedelta(days=days))

    kinds = {GapKind.CALL_UNCLEAR, GapKind.CALL_STAYS_UNCLEAR}
    (gap,) = (one for kind, one in _found(later).items() if kind in kinds)
    asked = {one.kind for one in gaps.this_month(later)} & kinds

    assert gap.days == (here.today,)
    assert (gap.kind is GapKind.CALL_UNCLEAR) == is_mendable
    assert asked == ({GapKind.CALL_UNCLEAR} if is_mendable else set())


def test_every_day_is_named_month_by_month(here: Here) -> None:
    child = factories.child(here)
    days = [here.today - timedelta(days=1, weeks=week) for week in range(12)]
    for day in days:
        at = here.now - (here.today - day)
        factories.visit(here, child.child_id, signed_in_at=at, state=VisitState.LEFT_UNCONFIRMED)

    found = gaps.find(first=days[-1], last=here.today, here=here)
    gap = next(one for one in found if one.kind is GapKind.NOT_SEEN_OUT)

    assert gap.days == tuple(reversed(days))
    assert gap.months == (
        (date(2026, 9, 1), (3, 10, 17, 24)),
        (date(2026, 10, 1), (1, 8, 15, 22, 29)),
        (date(2026, 11, 1), (5, 12, 19)),
    )


def test_what_lies_outside_of_the_period_is_not_told(here: Here) -> None:
    child = factories.child(here)
    factories.visit(
        here,
        child.child_id,
        signed_in_at=here.now - timedelta(days=21),
        state=VisitState.LEFT_UNCONFIRMED,
    )

    assert GapKind.NOT_SEEN_OUT not in _found(here)


def test_a_contact_that_was_confirmed_this_term_is_no_gap(here: Here) -> None:
    child = factories.child(here)
    factories.contact(here, child.child_id)
    before = _found(here)[GapKind.CONTACT].count
    with transaction() as session:
        session.execute(update(Contact).values(hours_confirmed_on=here.today))

    assert before == 1
    assert GapKind.CONTACT not in _found(here)


def test_what_children_lack_today_is_no_gap_of_a_term_long_over(here: Here) -> None:
    factories.child(here)
    first = here.today - timedelta(days=200)

    over = gaps.find(first=first, last=here.today - timedelta(days=90), here=here)
    now = gaps.find(first=first, last=here.today - timedelta(days=1), here=here)

    assert {gap.kind for gap in over} <= ALWAYS
    assert GapKind.CONTACT in {gap.kind for gap in now}


def test_who_has_left_is_missing_nothing(here: Here) -> None:
    factories.child(here, left_on=here.today)

    assert not _found(here)


def test_the_month_is_looked_at_only_when_its_end_is_near(here: Here) -> None:
    factories.child(here)
    middle = Here(now=here.now.replace(day=10), settings=here.settings, home_id=here.home_id)
    end = Here(now=here.now.replace(day=25), settings=here.settings, home_id=here.home_id)

    assert gaps.this_month(middle) == ()
    assert gaps.this_month(end)
