"""What it means that an item is seen on a shelf, or is not."""

from itertools import product
from uuid import UUID

import pytest

from kiosk.rules.lending import ItemStatus
from kiosk.rules.stocktake import SightKind, Standing, after_unseen, is_elsewhere, sight

OWN, OTHER = UUID(int=1), UUID(int=2)
WHEREVER = tuple(product(ItemStatus, (False, True), (None, OWN), (None, OWN, OTHER)))


@pytest.mark.parametrize(
    ("status", "on_loan", "seen_on", "expected"),
    [
        (ItemStatus.AVAILABLE, False, OWN, SightKind.RIGHT),
        (ItemStatus.IN_ROOM_ONLY, False, OWN, SightKind.RIGHT),
        (ItemStatus.DAMAGED, False, OWN, SightKind.RIGHT),
        (ItemStatus.REPAIR, False, OWN, SightKind.RIGHT),
        (ItemStatus.AVAILABLE, False, OTHER, SightKind.WRONG_SHELF),
        (ItemStatus.AVAILABLE, False, None, SightKind.WRONG_SHELF),
        (ItemStatus.AVAILABLE, True, OWN, SightKind.ON_LOAN),
        (ItemStatus.AVAILABLE, True, OTHER, SightKind.ON_LOAN),
        (ItemStatus.LOST, False, OWN, SightKind.HEALED),
        (ItemStatus.MISSING, False, OTHER, SightKind.HEALED),
        (ItemStatus.WITHDRAWN, False, OWN, SightKind.WITHDRAWN),
        (ItemStatus.WITHDRAWN, False, OTHER, SightKind.WITHDRAWN),
    ],
)
def test_what_is_odd_about_an_item_seen(
    *, status: ItemStatus, on_loan: bool, seen_on: UUID | None, expected: SightKind
) -> None:
    assert sight(status=status, on_loan=on_loan, belongs_on=OWN, seen_on=seen_on) is expected


def test_an_item_without_a_shelf_of_its_own_is_right_anywhere() -> None:
    assert not is_elsewhere(belongs_on=None, seen_on=OTHER)
    assert (
        sight(status=ItemStatus.AVAILABLE, on_loan=False, belongs_on=None, seen_on=OTHER)
        is SightKind.RIGHT
    )


@pytest.mark.parametrize(("status", "on_loan", "belongs_on", "seen_on"), WHEREVER)
def test_a_loan_is_closed_wherever_its_item_stands_unless_it_was_withdrawn(
    *, status: ItemStatus, on_loan: bool, belongs_on: UUID | None, seen_on: UUID | None
) -> None:
    kind = sight(status=status, on_loan=on_loan, belongs_on=belongs_on, seen_on=seen_on)

    assert (kind is SightKind.ON_LOAN) == (on_loan and status is not ItemStatus.WITHDRAWN)


def test_an_item_is_missing_only_after_two_stock_takes_in_a_row() -> None:
    first = after_unseen(Standing(status=ItemStatus.AVAILABLE, misses=0), is_accounted_for=False)
    second = after_unseen(first, is_accounted_for=False)

    assert first == Standing(status=ItemStatus.AVAILABLE, misses=1)
    assert second == Standing(status=ItemStatus.MISSING, misses=2)


@pytest.mark.parametrize("misses", [0, 1, 2, 7])
@pytest.mark.parametrize("status", ItemStatus)
def test_an_item_in_somebodys_hands_is_never_missed(status: ItemStatus, misses: int) -> None:
    before = Standing(status=status, misses=misses)

    assert after_unseen(before, is_accounted_for=True) == before


@pytest.mark.parametrize(
    "status", [ItemStatus.LOST, ItemStatus.MISSING, ItemStatus.REPAIR, ItemStatus.WITHDRAWN]
)
def test_what_is_looked_for_nowhere_is_not_missed_either(status: ItemStatus) -> None:
    before = Standing(status=status, misses=1)

    assert after_unseen(before, is_accounted_for=False) == before
