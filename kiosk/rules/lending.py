"""Who may borrow what, until when, and what a book on the scanner means.

An overdue book never refuses anything: lateness is no argument of any rule here but `is_late`,
which only chooses a sentence.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

UNDO_WINDOW = timedelta(seconds=10)
# The ring on the screen starts when the answer has arrived, the server counts from the commit.
UNDO_TOLERANCE = timedelta(seconds=2)
MAYBE_LOST_AFTER = timedelta(weeks=8)


class ItemStatus(StrEnum):
    """The state of a copy, apart from whether it is on loan."""

    AVAILABLE = "available"
    IN_ROOM_ONLY = "in_room_only"
    DAMAGED = "damaged"
    REPAIR = "repair"
    LOST = "lost"
    MISSING = "missing"
    WITHDRAWN = "withdrawn"


class LoanEnd(StrEnum):
    """How a loan came to its end.

    RETURNED: the item was scanned back. IMPLIED: another child had it in hand in a session of its
    own. UNDONE: the lending was taken back within the undo window. LOST: a teacher said so. FOUND:
    a stock-take has seen the item on a shelf.
    """

    RETURNED = "returned"
    IMPLIED = "implied"
    UNDONE = "undone"
    LOST = "lost"
    FOUND = "found"


class Borrower(StrEnum):
    """In whose hands an item may be: a child's, those of a class as a whole, a teacher's."""

    CHILD = "child"
    CLASS = "class"
    STAFF = "staff"


class LendingRefusal(StrEnum):
    TOO_MANY_LOANS = "too-many-loans"
    CLASS_FIRST = "class-first"
    IN_ROOM_ONLY = "in-room-only"
    NOT_LENDABLE = "not-lendable"
    ALREADY_ON_LOAN = "already-on-loan"  # two screens, one item: the other one was first
    NOT_ON_LOAN = "not-on-loan"  # to be renewed or undone, and it has ended meanwhile
    NOT_YOURS = "not-yours"
    NO_MORE_RENEWALS = "no-more-renewals"
    OTHER_READER = "other-reader"  # what was offered for one stands at the desk for another
    TOO_LATE_TO_UNDO = "too-late-to-undo"


@dataclass(frozen=True, slots=True, kw_only=True)
class LendingPolicy:
    """What a grade may do. Raises ValueError when it could not be kept.

    `limit` counts open loans, `days` and `grace_days` calendar and open days; without
    `self_lending` the teacher lends for the child.
    """

    limit: int
    days: int
    renewals: int
    grace_days: int
    self_lending: bool

    def __post_init__(self) -> None:
        for name, value, least, most in (
            ("limit", self.limit, 1, 99),
            ("days", self.days, 1, 366),
            ("renewals", self.renewals, 0, 99),
            ("grace_days", self.grace_days, 0, 366),
        ):
            if not least <= value <= most:
                raise ValueError(f"{name} lies between {least} and {most}, not {value}")


def _default_policy(*, limit: int) -> LendingPolicy:
    return LendingPolicy(limit=limit, days=14, renewals=1, grace_days=1, self_lending=True)


# What schools of this kind do (`visits-and-lending.md` 3.2); every number is a setting.
DEFAULT_POLICIES: Mapping[int, LendingPolicy] = MappingProxyType(
    {grade: _default_policy(limit=limit) for grade, limit in enumerate((1, 2, 2, 2, 3, 3), start=1)}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What a child has in its hands."""

    open_loans: int


_REFUSED_FOR: Mapping[ItemStatus, LendingRefusal | None] = MappingProxyType(
    {
        ItemStatus.AVAILABLE: None,
        ItemStatus.IN_ROOM_ONLY: LendingRefusal.IN_ROOM_ONLY,
        ItemStatus.DAMAGED: LendingRefusal.NOT_LENDABLE,
        ItemStatus.REPAIR: LendingRefusal.NOT_LENDABLE,
        # What is in hand is neither lost nor missing, see `heals`.
        ItemStatus.LOST: None,
        ItemStatus.MISSING: None,
        ItemStatus.WITHDRAWN: LendingRefusal.NOT_LENDABLE,
    }
)


def refusal(
    policy: LendingPolicy, standing: Standing, *, status: ItemStatus, by_teacher: bool
) -> LendingRefusal | None:
    """Return why this item cannot be lent to this child, or None.

    The item is named before the child: a reason that no child can change comes first. A teacher
    lends where the class borrows together; the limit and the item's state bind her as well.
    """
    if (reason := _REFUSED_FOR[status]) is not None:
        return reason
    if not (policy.self_lending or by_teacher):
        return LendingRefusal.CLASS_FIRST
    if standing.open_loans >= policy.limit:
        return LendingRefusal.TOO_MANY_LOANS
    return None


def renewal_refusal(policy: LendingPolicy, *, renewals: int) -> LendingRefusal | None:
    """Return why a loan that was renewed `renewals` times cannot be renewed again, or None."""
    return LendingRefusal.NO_MORE_RENEWALS if renewals >= policy.renewals else None


def is_late(
    policy: LendingPolicy, *, due_on: date, today: date, is_open: Callable[[date], bool]
) -> bool:
    """Return whether the days of grace are over as well; only open days after the due day count."""
    days_since = (today - due_on).days
    if days_since <= policy.grace_days:
        return False
    after = (due_on + timedelta(days=day) for day in range(1, days_since + 1))
    return sum(map(is_open, after)) > policy.grace_days


def may_be_lost(*, due_on: date, today: date) -> bool:
    """Return whether a teacher should be asked about the item: eight weeks past its due day."""
    return today - due_on >= MAYBE_LOST_AFTER


class ItemAction(StrEnum):
    """What an item on the scanner means."""

    LEND = "lend"
    ALREADY_YOURS = "already_yours"
    RETURN_OWN = "return_own"
    RETURN_OTHERS = "return_others"
    RETURN = "return"
    WAIT_FOR_CARD = "wait_for_card"


def action_for(
    *, on_loan: bool, has_session: bool, is_own: bool, lent_in_this_session: bool
) -> ItemAction:
    """Return what a scanned item asks for.

    RETURN is the idle screen's: nobody is there to be told whose it was. `is_own` says something
    only about an item on loan in a child's session, `lent_in_this_session` only about an own one.
    """
    match (has_session, on_loan):
        case (True, False):
            return ItemAction.LEND
        case (False, True):
            return ItemAction.RETURN
        case (False, False):
            return ItemAction.WAIT_FOR_CARD
        case _:
            if not is_own:
                return ItemAction.RETURN_OTHERS
            return ItemAction.ALREADY_YOURS if lent_in_this_session else ItemAction.RETURN_OWN


def may_undo(*, done_at: datetime, now: datetime) -> bool:
    """Return whether the undo window is open, both ends included.

    A clock that was set back since does not hold it open for hours.
    """
    return abs(now - done_at) <= UNDO_WINDOW + UNDO_TOLERANCE


def heals(status: ItemStatus) -> bool:
    """Return whether a scan proves the status wrong: what is in hand is not lost."""
    return status in {ItemStatus.LOST, ItemStatus.MISSING}
