import inspect
from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest

from kiosk.rules import lending
from kiosk.rules.lending import (
    DEFAULT_POLICIES,
    ItemAction,
    ItemStatus,
    LendingPolicy,
    LendingRefusal,
    Standing,
    action_for,
    heals,
    is_late,
    may_be_lost,
    may_undo,
    refusal,
    renewal_refusal,
)

MONDAY = date(2026, 11, 16)
NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


def a_policy(
    *,
    limit: int = 2,
    days: int = 14,
    renewals: int = 1,
    grace_days: int = 1,
    self_lending: bool = True,
) -> LendingPolicy:
    return LendingPolicy(
        limit=limit, days=days, renewals=renewals, grace_days=grace_days, self_lending=self_lending
    )


def always(_: date) -> bool:
    return True


def never(_: date) -> bool:
    return False


def on_school_days(day: date) -> bool:
    return day.isoweekday() <= 5


# The policy


def test_each_grade_has_the_default_that_the_school_is_promised() -> None:
    limits = {grade: policy.limit for grade, policy in DEFAULT_POLICIES.items()}

    assert limits == {1: 1, 2: 2, 3: 2, 4: 2, 5: 3, 6: 3}
    for policy in DEFAULT_POLICIES.values():
        assert (policy.days, policy.renewals, policy.grace_days) == (14, 1, 1)
        assert policy.self_lending


@pytest.mark.parametrize(
    ("limit", "days", "renewals", "grace_days", "named"),
    [
        (0, 14, 1, 1, "limit"),
        (-1, 14, 1, 1, "limit"),
        (100, 14, 1, 1, "limit"),
        (2, 0, 1, 1, "days"),
        (2, 367, 1, 1, "days"),
        (2, 14, -1, 1, "renewals"),
        (2, 14, 100, 1, "renewals"),
        (2, 14, 1, -1, "grace_days"),
        (2, 14, 1, 367, "grace_days"),
    ],
)
def test_a_policy_that_cannot_be_kept_is_refused_by_the_name_of_its_number(
    limit: int, days: int, renewals: int, grace_days: int, named: str
) -> None:
    with pytest.raises(ValueError, match=f"^{named} "):
        a_policy(limit=limit, days=days, renewals=renewals, grace_days=grace_days)


def test_the_smallest_and_the_largest_policy_stand() -> None:
    assert a_policy(limit=1, days=1, renewals=0, grace_days=0).limit == 1
    assert a_policy(limit=99, days=366, renewals=99, grace_days=366).days == 366


# Lending

REFUSED_BY_STATUS: dict[ItemStatus, LendingRefusal | None] = {
    ItemStatus.AVAILABLE: None,
    ItemStatus.IN_ROOM_ONLY: LendingRefusal.IN_ROOM_ONLY,
    ItemStatus.DAMAGED: LendingRefusal.NOT_LENDABLE,
    ItemStatus.REPAIR: LendingRefusal.NOT_LENDABLE,
    ItemStatus.LOST: None,
    ItemStatus.MISSING: None,
    ItemStatus.WITHDRAWN: LendingRefusal.NOT_LENDABLE,
}

# (self_lending, by_teacher, the limit is reached) for an item that can be lent
REFUSED_BY_STANDING: dict[tuple[bool, bool, bool], LendingRefusal | None] = {
    (True, False, False): None,
    (True, False, True): LendingRefusal.TOO_MANY_LOANS,
    (True, True, False): None,
    (True, True, True): LendingRefusal.TOO_MANY_LOANS,
    (False, False, False): LendingRefusal.CLASS_FIRST,
    (False, False, True): LendingRefusal.CLASS_FIRST,
    (False, True, False): None,
    (False, True, True): LendingRefusal.TOO_MANY_LOANS,
}


@pytest.mark.parametrize("status", ItemStatus)
@pytest.mark.parametrize(("case", "reason"), REFUSED_BY_STANDING.items())
def test_every_item_is_lent_or_refused_for_the_first_reason_that_holds(
    status: ItemStatus, case: tuple[bool, bool, bool], reason: LendingRefusal | None
) -> None:
    self_lending, by_teacher, is_full = case
    policy = a_policy(limit=2, self_lending=self_lending)
    standing = Standing(open_loans=2 if is_full else 1)

    answer = refusal(policy, standing, status=status, by_teacher=by_teacher)

    assert answer is (REFUSED_BY_STATUS[status] or reason)


def test_a_child_may_borrow_up_to_the_limit_and_not_past_it() -> None:
    for limit, open_loans in product(range(1, 6), range(8)):
        policy, standing = a_policy(limit=limit), Standing(open_loans=open_loans)

        answer = refusal(policy, standing, status=ItemStatus.AVAILABLE, by_teacher=False)

        assert (answer is None) == (open_loans < limit)


def test_no_rule_of_lending_is_told_whether_a_book_is_late() -> None:
    asked = {*inspect.signature(refusal).parameters, *inspect.signature(renewal_refusal).parameters}

    assert asked == {"policy", "standing", "status", "by_teacher", "renewals"}
    assert list(Standing.__dataclass_fields__) == ["open_loans"]


def test_a_loan_is_renewed_as_often_as_its_grade_may() -> None:
    for allowed, renewals in product(range(4), range(6)):
        answer = renewal_refusal(a_policy(renewals=allowed), renewals=renewals)

        assert answer is (None if renewals < allowed else LendingRefusal.NO_MORE_RENEWALS)


def test_reasons_are_written_as_one_hyphenated_word() -> None:
    assert all(
        reason.value == reason.name.lower().replace("_", "-") for reason in lending.LendingRefusal
    )


# Late, and perhaps lost


@pytest.mark.parametrize(
    ("today", "late"),
    [
        (date(2026, 11, 19), False),  # the day before
        (date(2026, 11, 20), False),  # due, a Friday
        (date(2026, 11, 21), False),
        (date(2026, 11, 22), False),
        (date(2026, 11, 23), False),  # the Monday is the day of grace
        (date(2026, 11, 24), True),
        (date(2027, 3, 1), True),
    ],
)
def test_grace_is_counted_in_days_on_which_the_book_could_have_come(
    today: date, *, late: bool
) -> None:
    friday = date(2026, 11, 20)

    assert is_late(a_policy(grace_days=1), due_on=friday, today=today, is_open=on_school_days) is (
        late
    )


def test_without_closed_days_grace_is_a_number_of_days() -> None:
    for grace_days, days_since in product(range(4), range(-2, 6)):
        policy, today = a_policy(grace_days=grace_days), MONDAY + timedelta(days=days_since)

        late = is_late(policy, due_on=MONDAY, today=today, is_open=always)

        assert late is (days_since > grace_days)


def test_no_book_grows_late_while_the_room_stays_closed() -> None:
    today = MONDAY + timedelta(days=200)

    assert not is_late(a_policy(grace_days=0), due_on=MONDAY, today=today, is_open=never)


@pytest.mark.parametrize(
    ("days_since", "asked"), [(-1, False), (0, False), (55, False), (56, True)]
)
def test_a_teacher_is_asked_about_a_book_eight_weeks_past_its_day(
    days_since: int, *, asked: bool
) -> None:
    assert may_be_lost(due_on=MONDAY, today=MONDAY + timedelta(days=days_since)) is asked


@pytest.mark.parametrize("status", ItemStatus)
def test_a_scan_heals_what_was_thought_gone_and_nothing_else(status: ItemStatus) -> None:
    assert heals(status) is (status in {ItemStatus.LOST, ItemStatus.MISSING})


# What a scanned book means

# Keys: has a session, on loan, is own, lent in this session
ACTIONS: dict[tuple[bool, bool, bool, bool], ItemAction] = {
    (False, False, False, False): ItemAction.WAIT_FOR_CARD,
    (False, False, False, True): ItemAction.WAIT_FOR_CARD,
    (False, False, True, False): ItemAction.WAIT_FOR_CARD,
    (False, False, True, True): ItemAction.WAIT_FOR_CARD,
    (False, True, False, False): ItemAction.RETURN,
    (False, True, False, True): ItemAction.RETURN,
    (False, True, True, False): ItemAction.RETURN,
    (False, True, True, True): ItemAction.RETURN,
    (True, False, False, False): ItemAction.LEND,
    (True, False, False, True): ItemAction.LEND,
    (True, False, True, False): ItemAction.LEND,
    (True, False, True, True): ItemAction.LEND,
    (True, True, False, False): ItemAction.RETURN_OTHERS,
    (True, True, False, True): ItemAction.RETURN_OTHERS,
    (True, True, True, False): ItemAction.RETURN_OWN,
    (True, True, True, True): ItemAction.ALREADY_YOURS,
}


@pytest.mark.parametrize("facts", list(product((False, True), repeat=4)))
def test_a_scanned_book_means_one_thing_in_each_of_the_sixteen_cases(
    facts: tuple[bool, bool, bool, bool],
) -> None:
    has_session, on_loan, is_own, lent_in_this_session = facts

    action = action_for(
        on_loan=on_loan,
        has_session=has_session,
        is_own=is_own,
        lent_in_this_session=lent_in_this_session,
    )

    assert action is ACTIONS[facts]


# Undo


@pytest.mark.parametrize(
    ("milliseconds", "possible"),
    [
        (0, True),
        (10_000, True),
        (12_000, True),
        (12_001, False),
        (60_000, False),
        (-500, True),
        (-12_000, True),
        (-12_001, False),
        (-3_600_000, False),
    ],
)
def test_undo_is_possible_for_ten_seconds_and_the_way_to_the_server(
    milliseconds: int, *, possible: bool
) -> None:
    now = NOW + timedelta(milliseconds=milliseconds)

    assert may_undo(done_at=NOW, now=now) is possible
