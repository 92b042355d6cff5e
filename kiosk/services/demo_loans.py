"""The demo school's loans: lived through day by day, by the rules that the kiosk itself follows."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import zip_longest
from typing import Final
from uuid import UUID, uuid4

from kiosk.ids import new_id
from kiosk.models.library import Loan
from kiosk.rules import due_days, lending
from kiosk.rules.due_days import Given
from kiosk.rules.lending import Borrower, LendingPolicy, LoanEnd
from kiosk.services.demo_world import DemoChild, DemoItem, HeldOpening, World
from kiosk.services.enrolment import Row

_BORROWS: Final = 0.4
_BRINGS_BACK: Final = 0.35
_RENEWS: Final = 0.2
_TAKEN_BACK_AT_ONCE: Final = 0.03
_BROUGHT_BY_ANOTHER: Final = 0.1
_AT_LEAST: Final = timedelta(days=2)
_UNDONE_AFTER: Final = timedelta(seconds=6)
# Lent before the history begins, so long ago that they are late by now, all but the renewed one.
_OLD_LOANS: Final = 4
_OLD_SINCE: Final = timedelta(days=19)
_AFTERNOON_MIN: Final = 16 * 60 + 50


@dataclass(slots=True, kw_only=True)
class _Library:
    """Who has what while the days go by."""

    world: World
    on_shelf: list[DemoItem]
    just_back: list[DemoItem] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    out: defaultdict[UUID, list[tuple[Row, DemoItem]]] = field(
        default_factory=lambda: defaultdict(list)
    )

    def lend(self, child: DemoChild, at: datetime, on: date) -> Row | None:
        policy = self.policy(child)
        if not self.on_shelf or len(self.out[child.child_id]) >= policy.limit:
            return None
        item = self.on_shelf.pop(self.world.rng.randrange(len(self.on_shelf)))
        row: Row = {
            "id": new_id(at),
            "item_id": item.item_id,
            "borrower": Borrower.CHILD,
            "child_id": child.child_id,
            "class_id": child.class_id,
            "local_day": on,
            "lent_at": at,
            "lent_by_id": None,
            "plain_due_on": (plain := due_days.plain_due_on(policy, lent_on=on)),
            "due_on": self._due_on(plain, on),
            "renewals": 0,
            "renewed_at": None,
            "ended_at": None,
            "ended_as": None,
            "request_id": uuid4(),
            "renew_request_id": None,
            "end_request_id": None,
        }
        self.rows.append(row)
        self.out[child.child_id].append((row, item))
        return row

    def take_back(self, child: DemoChild, at: datetime, how: LoanEnd) -> None:
        """End the loan that the child has had longest."""
        row, item = self.out[child.child_id].pop(0)
        row["ended_at"], row["ended_as"] = at, how
        if how is not LoanEnd.UNDONE:
            row["end_request_id"] = uuid4()
        self.just_back.append(item)

    def shelve(self) -> None:
        """Put back what came in during an opening: its children are not led by the clock."""
        self.on_shelf += self.just_back
        self.just_back.clear()

    def renew(self, child: DemoChild, row: Row, at: datetime, on: date) -> None:
        plain = due_days.plain_renewed_on(
            self.policy(child), plain_due_on=row["plain_due_on"], today=on
        )
        row["plain_due_on"], row["due_on"] = plain, self._due_on(plain, on)
        row["renewals"] += 1
        row["renewed_at"], row["renew_request_id"] = at, uuid4()

    def policy(self, child: DemoChild) -> LendingPolicy:
        return self.world.here.policy(child.grade)

    def _due_on(self, plain: date, given_on: date) -> date:
        given, school = Given(given_on=given_on, plain_due_on=plain), self.world.here.school
        return due_days.due_on(given, school=school, is_open=self.world.is_school_day)


def add_loans(
    world: World, items: tuple[DemoItem, ...], held: tuple[HeldOpening, ...]
) -> frozenset[UUID]:
    """Make the loans of the days behind; return the items that are out now."""
    library = _Library(world=world, on_shelf=[item for item in items if not item.is_new])
    if held:
        _lend_long_ago(library, held)
        for opening, following in zip_longest(held, held[1:]):
            for child in opening.present:
                _visit(library, child, opening)
            if following is not None and _ends_term(world, opening.on, following.on):
                _bring_back_for(library, _but_keepers(world), opening.closed_at)
            library.shelve()
        _bring_back_for(library, world.fresh, held[-1].closed_at)
    world.add(Loan, library.rows)
    return frozenset(item.item_id for loans in library.out.values() for _, item in loans)


def _ends_term(world: World, on: date, following: date) -> bool:
    """Say whether a term ends between two days: books come home before the holidays."""
    school = world.here.school
    return school.term_of(on) != school.term_of(following)


def _but_keepers(world: World) -> tuple[DemoChild, ...]:
    return world.fresh + world.settled[:-_OLD_LOANS]


def _lend_long_ago(library: _Library, held: tuple[HeldOpening, ...]) -> None:
    """Lend what is late by now: in an opening where the history reaches so far, else before it."""
    world = library.world
    on = world.here.today - _OLD_SINCE
    openings = [one.on for one in held if one.on <= on]
    on = openings[-1] if openings else min(on, held[0].on - timedelta(days=1))
    while not world.is_school_day(on):
        on -= timedelta(days=1)
    keepers = world.settled[-_OLD_LOANS:]
    for n, child in enumerate(keepers):
        row = library.lend(child, world.at(on, _AFTERNOON_MIN + n), on)
        if row is not None and n == 0:
            due: date = row["due_on"]
            library.renew(child, row, world.at(due, _AFTERNOON_MIN), due)


def _visit(library: _Library, child: DemoChild, opening: HeldOpening) -> None:
    """Let a child who is in the room bring back, renew, and borrow."""
    rng, library_out = library.world.rng, library.out[child.child_id]
    at = opening.opened_at + (opening.closed_at - opening.opened_at) * rng.uniform(0.1, 0.8)
    is_keeper = child in library.world.settled[-_OLD_LOANS:]
    if library_out and not is_keeper:
        row = library_out[0][0]
        may_renew = lending.renewal_refusal(library.policy(child), renewals=row["renewals"]) is None
        if at - row["lent_at"] > _AT_LEAST and rng.random() < _BRINGS_BACK:
            by_another = rng.random() < _BROUGHT_BY_ANOTHER
            library.take_back(child, at, LoanEnd.IMPLIED if by_another else LoanEnd.RETURNED)
        elif may_renew and at - row["lent_at"] > _AT_LEAST * 3 and rng.random() < _RENEWS:
            library.renew(child, row, at, opening.on)
    if not is_keeper and rng.random() < _BORROWS:
        lent = library.lend(child, at + timedelta(minutes=2), opening.on)
        if lent is not None and not library_out[1:] and rng.random() < _TAKEN_BACK_AT_ONCE:
            library.take_back(child, lent["lent_at"] + _UNDONE_AFTER, LoanEnd.UNDONE)


def _bring_back_for(library: _Library, children: tuple[DemoChild, ...], at: datetime) -> None:
    for child in children:
        while library.out[child.child_id]:
            last_lent: datetime = library.out[child.child_id][0][0]["lent_at"]
            library.take_back(child, max(at, last_lent), LoanEnd.RETURNED)
