"""The end of a term: the ledgers go into the archive, and nobody knows any more who read what."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from kiosk.db import db, reading, transaction
from kiosk.errors import NotFoundError, RefusedError, UnavailableError
from kiosk.files.tables import Table
from kiosk.ids import new_id
from kiosk.models.audit import Audit
from kiosk.models.calendar import Term
from kiosk.models.library import Item, Loan
from kiosk.models.record import SyncChange
from kiosk.models.stocktake import LedgerArchive
from kiosk.rules.call_states import CallState
from kiosk.rules.catalogue import TitleKind
from kiosk.rules.lending import Borrower, LoanEnd
from kiosk.rules.openings import OpeningState
from kiosk.rules.term_end import TermEndProblem
from kiosk.services import (
    erasure,
    ledger_archive,
    ledgers,
    loan_answers,
    running,
    term_copy,
    term_end,
)
from kiosk.services.here import Here
from tests import factories
from tests.clock import FrozenClock
from tests.conftest import here_in
from tests.factories import MadeChild

NAME = "2026—2027学年第一学期"
DAY = timedelta(days=1)
NO_FORGETTING = """
CREATE TRIGGER no_forgetting BEFORE UPDATE OF child_id ON loan
BEGIN SELECT RAISE(ABORT, 'no power'); END
"""
LIGHTS_OUT = """
CREATE TRIGGER lights_out BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no power'); END
"""


@pytest.fixture
def term(here: Here) -> date:
    """Return the last day of a term that was over a week ago; it had begun eight weeks before."""
    last = here.today - 7 * DAY
    _term(here, NAME, here.today - 63 * DAY, last)
    return last


def _term(here: Here, name: str, first: date, last: date) -> UUID:
    term_id = new_id(here.now)
    with transaction() as session:
        session.add(Term(id=term_id, name=name, first_day=first, last_day=last))
    return term_id


def _loan(child: MadeChild, here: Here, *, days_ago: int, is_open: bool = False) -> UUID:
    lent_at = here.now - days_ago * DAY
    item = factories.item(here, name=f"{days_ago}天前的书")
    ended_at = None if is_open else lent_at + DAY
    return factories.loan(here, child.child_id, item.item_id, lent_at=lent_at, ended_at=ended_at)


def _back(here: Here) -> dict[str, object]:
    return {"ended_at": here.now, "ended_as": LoanEnd.RETURNED}


def _reader(loan_id: UUID) -> UUID | None:
    db.session.remove()
    return reading().get_one(Loan, loan_id).child_id


def _ledger(name: str, here: Here, first: date, last: date) -> Table:
    db.session.remove()
    return ledgers.build(name, first=first, last=last, here=here)


def _first_day(here: Here) -> date:
    return here.today - 63 * DAY


@pytest.mark.usefixtures("term")
def test_the_link_between_child_and_title_is_cut_and_the_loan_stays(here: Here) -> None:
    child = factories.child(here)
    loan_id = _loan(child, here, days_ago=20)

    ended = term_end.end(NAME, actor_id=None, here=here)

    assert ended.forgotten == 1
    assert _reader(loan_id) is None
    assert reading().get_one(Loan, loan_id).class_id == child.class_id


@pytest.mark.usefixtures("term")
def test_an_open_loan_and_one_after_the_term_keep_their_reader(here: Here) -> None:
    child = factories.child(here)
    still_out = _loan(child, here, days_ago=20, is_open=True)
    later = _loan(child, here, days_ago=3)

    term_end.end(NAME, actor_id=None, here=here)

    assert _reader(still_out) == child.child_id
    assert _reader(later) == child.child_id


@pytest.mark.usefixtures("term")
def test_a_book_that_comes_back_later_is_forgotten_with_the_next_term(
    app: Flask, clock: FrozenClock, here: Here
) -> None:
    child = factories.child(here)
    still_out = _loan(child, here, days_ago=20, is_open=True)
    term_end.end(NAME, actor_id=None, here=here)
    with transaction() as session:
        session.execute(
            update(Loan).where(Loan.id == still_out).values(ended_at=here.now, ended_as="returned")
        )
    _term(here, "下学期", here.today, here.today + 10 * DAY)
    clock.advance(days=12)

    term_end.end("下学期", actor_id=None, here=here_in(app, clock))

    assert _reader(still_out) is None


@pytest.mark.usefixtures("term")
def test_a_school_that_has_set_so_forgets_nobody(here: Here) -> None:
    child = factories.child(here)
    loan_id = _loan(child, here, days_ago=20)
    library = replace(here.library, forgets_readers=False)

    ended = term_end.end(NAME, actor_id=None, here=replace(here, library=library))

    assert (ended.forgotten, _reader(loan_id)) == (0, child.child_id)
    assert factories.how_many(LedgerArchive) == len(ledgers.OF_A_PERIOD)


@pytest.mark.usefixtures("term")
def test_a_loan_of_a_class_has_nobody_to_forget(here: Here) -> None:
    child = factories.child(here)
    loan_id = _loan(child, here, days_ago=20)
    with transaction() as session:
        session.execute(
            update(Loan).where(Loan.id == loan_id).values(borrower=Borrower.CLASS, child_id=None)
        )

    assert term_end.end(NAME, actor_id=None, here=here).forgotten == 0


def test_each_ledger_of_the_term_reads_as_before(here: Here, term: date) -> None:
    child = factories.child(here, family_name="陈", given_name="小满")
    for days in (50, 20, 9):
        _loan(child, here, days_ago=days)
    factories.visit(here, child.child_id, signed_in_at=here.now - 20 * DAY)
    first = _first_day(here)
    before = {which: _ledger(which, here, first, term) for which in ledgers.OF_A_PERIOD}

    term_end.end(NAME, actor_id=None, here=here)

    after = {which: _ledger(which, here, first, term) for which in ledgers.OF_A_PERIOD}
    assert after == before


@pytest.mark.usefixtures("term")
def test_a_part_of_the_term_still_names_its_readers(here: Here) -> None:
    child = factories.child(here, family_name="陈", given_name="小满")
    for days in (50, 20, 9):
        _loan(child, here, days_ago=days)

    term_end.end(NAME, actor_id=None, here=here)

    table = _ledger("L6", here, here.today - 25 * DAY, here.today - 15 * DAY)
    assert [(row[0], row[2], row[6]) for row in table.rows] == [(1, "20天前的书", "陈小满")]
    assert table.totals is not None
    assert table.totals[4] == 1


@pytest.mark.usefixtures("term")
def test_a_period_beyond_the_term_has_the_archive_and_what_came_later(here: Here) -> None:
    child = factories.child(here, family_name="陈", given_name="小满")
    _loan(child, here, days_ago=20)
    _loan(child, here, days_ago=3)

    term_end.end(NAME, actor_id=None, here=here)

    table = _ledger("L6", here, here.today - 30 * DAY, here.today)
    assert [(row[0], row[6]) for row in table.rows] == [(1, "陈小满"), (2, "陈小满")]


@pytest.mark.usefixtures("term")
def test_a_month_of_the_term_still_has_its_readers(here: Here) -> None:
    child = factories.child(here)
    _loan(child, here, days_ago=30)
    lent_on = here.today - 30 * DAY
    month = lent_on.replace(day=1)
    last = (month + 31 * DAY).replace(day=1) - DAY
    before = _ledger("L10", here, month, last)

    term_end.end(NAME, actor_id=None, here=here)

    assert _ledger("L10", here, month, last) == before
    assert before.rows[0][1:] == (1, 1, 1.0)


@pytest.mark.usefixtures("term")
def test_days_on_which_no_book_came_leave_the_frozen_ledger_as_it_was(here: Here) -> None:
    copies = [factories.item(here, name="小马过河") for _ in range(2)]
    with transaction() as session:
        for one, days_ago in zip(copies, (20, 80), strict=True):
            session.get_one(Item, one.item_id).added_on = here.today - days_ago * DAY
    before = _ledger("L7", here, _first_day(here), here.today)
    term_end.end(NAME, actor_id=None, here=here)
    with transaction() as session:
        session.execute(update(Item).values(price_fen=990))

    frozen = _ledger("L7", here, _first_day(here), here.today)
    assert frozen.rows == before.rows
    with transaction() as session:
        session.get_one(Item, copies[1].item_id).added_on = here.today
    as_it_stands = _ledger("L7", here, _first_day(here), here.today)
    assert [row[10] for row in as_it_stands.rows] == ["0.00", "9.90", "9.90"]


@pytest.mark.usefixtures("term")
def test_readers_are_not_counted_where_some_of_them_are_forgotten(here: Here) -> None:
    gone, other = factories.child(here), factories.child(here, grade=4)
    lost = [_loan(gone, here, days_ago=days) for days in (5, 4)]
    _loan(gone, here, days_ago=3)
    _loan(other, here, days_ago=3)
    with transaction() as session:
        session.execute(update(Loan).where(Loan.id.in_(lost)).values(child_id=None))

    table = _ledger("L10", here, here.today - 5 * DAY, here.today)

    assert [row[1:] for row in table.rows] == [(3, "—", "—"), (1, 1, 1.0)]
    assert table.totals == ("合计", 4, "—", "—")


@pytest.mark.usefixtures("term")
def test_what_is_asked_of_the_tables_has_a_dash_for_who_was_forgotten(here: Here) -> None:
    child = factories.child(here)
    loan_id = _loan(child, here, days_ago=3)
    with transaction() as session:
        session.execute(update(Loan).where(Loan.id == loan_id).values(child_id=None))

    table = _ledger("L6", here, here.today - 5 * DAY, here.today)

    assert table.rows[0][6:8] == ("—", "三（1）班")


def test_the_tree_of_the_class_keeps_its_leaves(here: Here) -> None:
    began = here.school.term_began(here.today)
    _term(here, NAME, began, here.today - 2 * DAY)
    child = factories.child(here)
    for days in (9, 6):
        _loan(child, here, days_ago=days)
    before = loan_answers._tree(reading(), child.reader, here)  # noqa: SLF001 - what is drawn

    term_end.end(NAME, actor_id=None, here=here)

    db.session.remove()
    assert loan_answers._tree(reading(), child.reader, here) == before  # noqa: SLF001
    assert before is not None
    assert before.leaves == 2


@pytest.mark.usefixtures("term")
def test_the_archive_is_sealed(here: Here) -> None:
    child = factories.child(here, family_name="陈", given_name="小满")
    _loan(child, here, days_ago=20)

    term_end.end(NAME, actor_id=None, here=here)

    for row in reading().scalars(select(LedgerArchive)):
        assert "陈小满".encode() not in row.content_cipher


def test_an_archive_that_was_changed_is_not_believed(here: Here, term: date) -> None:
    _loan(factories.child(here), here, days_ago=20)
    term_end.end(NAME, actor_id=None, here=here)
    with transaction() as session:
        session.execute(update(LedgerArchive).values(digest="0" * 64))

    with pytest.raises(UnavailableError) as error:
        _ledger("L6", here, _first_day(here), term)

    assert error.value.reason is TermEndProblem.ARCHIVE_DAMAGED


def _change_of(loan_id: UUID) -> int:
    db.session.remove()
    found = reading().scalars(
        select(SyncChange.seq).where(SyncChange.tbl == "loan", SyncChange.pk == loan_id.hex)
    )
    return found.one()


@pytest.mark.usefixtures("term")
def test_the_school_record_hears_that_the_link_is_cut(here: Here) -> None:
    loan_id = _loan(factories.child(here), here, days_ago=20)
    before = _change_of(loan_id)

    term_end.end(NAME, actor_id=None, here=here)

    assert _change_of(loan_id) > before


# What keeps a term from being ended


def test_a_term_that_nobody_knows_is_not_ended(here: Here) -> None:
    with pytest.raises(NotFoundError):
        term_end.end("不存在", actor_id=None, here=here)


def test_a_term_that_goes_on_is_not_ended(here: Here) -> None:
    _term(here, NAME, here.today - 30 * DAY, here.today)

    with pytest.raises(RefusedError) as error:
        term_end.end(NAME, actor_id=None, here=here)

    assert error.value.reason is TermEndProblem.NOT_OVER


@pytest.mark.usefixtures("term")
def test_a_term_is_ended_once(here: Here) -> None:
    term_end.end(NAME, actor_id=None, here=here)

    with pytest.raises(RefusedError) as error:
        term_end.end(NAME, actor_id=None, here=here)

    assert error.value.reason is TermEndProblem.FROZEN


@pytest.mark.usefixtures("term")
def test_a_doubtful_clock_forgets_nobody(app: Flask, clock: FrozenClock, here: Here) -> None:
    child = factories.child(here)
    loan_id = _loan(child, here, days_ago=20)
    clock.advance(days=200)

    with pytest.raises(RefusedError) as error:
        term_end.end(NAME, actor_id=None, here=here_in(app, clock))

    assert error.value.reason is TermEndProblem.CLOCK_DOUBT
    assert _reader(loan_id) == child.child_id


def test_what_was_lent_before_the_first_term_is_forgotten_and_kept_too(
    here: Here, term: date
) -> None:
    child = factories.child(here, family_name="陈", given_name="小满")
    before = _loan(child, here, days_ago=200)
    _loan(child, here, days_ago=20)
    days = (here.today - 201 * DAY, here.today - 199 * DAY)
    term_before = _ledger("L10", here, _first_day(here), term)

    ended = term_end.end(NAME, actor_id=None, here=here)

    assert (ended.forgotten, _reader(before)) == (2, None)
    assert "陈小满" in repr(_ledger("L6", here, *days))
    assert _ledger("L10", here, _first_day(here), term) == term_before


def test_a_term_that_nobody_ended_is_ended_with_the_next(here: Here, term: date) -> None:
    _term(here, "上学期", here.today - 200 * DAY, here.today - 100 * DAY)
    child = factories.child(here, family_name="陈", given_name="小满")
    earlier = _loan(child, here, days_ago=150)
    _loan(child, here, days_ago=20)

    ended = term_end.end(NAME, actor_id=None, here=here)

    assert ended.ledgers == 2 * len(ledgers.OF_A_PERIOD)
    assert _reader(earlier) is None
    assert "陈小满" in repr(_ledger("L6", here, here.today - 200 * DAY, term))


@pytest.mark.parametrize("which", ["L1", "L3", "L4", "L6", "L18", "L20"])
def test_any_part_of_the_term_has_the_foot_that_it_had(here: Here, term: date, which: str) -> None:
    children = [factories.child(here), factories.child(here, grade=4)]
    for days in (50, 20, 19, 9, 3):
        on = here.today - days * DAY
        factories.opening(here, on=on, state=OpeningState.HELD, from_min=990, to_min=1080)
        for child in children:
            at = here.now - days * DAY
            for minutes in (0, 5):
                came = at + timedelta(minutes=minutes)
                factories.visit(here, child.child_id, signed_in_at=came, signed_out_at=came)
            _loan(child, here, days_ago=days, is_open=days == 19)
            game = factories.item(here, title_id=factories.title(here, kind=TitleKind.GAME))
            factories.loan(here, child.child_id, game.item_id, lent_at=at, ended_at=at + DAY)
    first = _first_day(here)
    periods = [
        (first, term),
        (here.today - 21 * DAY, here.today - 18 * DAY),
        (first, here.today),
        (here.today - 10 * DAY, here.today),
    ]
    before = [_ledger(which, here, *period) for period in periods]

    term_end.end(NAME, actor_id=None, here=here)

    after = [_ledger(which, here, *period) for period in periods]
    assert [table.totals for table in after] == [table.totals for table in before]
    assert [table.rows for table in after] == [table.rows for table in before]


@pytest.mark.usefixtures("term")
def test_after_a_power_cut_the_next_start_forgets_to_the_end(app: Flask, here: Here) -> None:
    child = factories.child(here)
    cut, changed = _loan(child, here, days_ago=20), _loan(child, here, days_ago=19)
    with db.engine.begin() as connection:
        connection.execute(text(NO_FORGETTING))
    with pytest.raises(IntegrityError):
        term_end.end(NAME, actor_id=None, here=here)
    with db.engine.begin() as connection:
        connection.execute(text("DROP TRIGGER no_forgetting"))
    with transaction() as session:
        session.execute(update(Loan).where(Loan.id == changed).values(renewals=1))
    half_done = (factories.how_many(LedgerArchive), _reader(cut))

    db.session.remove()
    settings = app.extensions["kiosk"].settings
    running.prepare(settings, now=here.now)
    before = _reader(cut)
    running.go_on(settings, now=here.now)

    assert half_done == (len(ledgers.OF_A_PERIOD), child.child_id)
    assert before == child.child_id, "the kiosk opens first"
    assert _reader(cut) is None
    assert _reader(changed) == child.child_id, "the archive has not seen it as it is now"
    assert reading().scalars(select(Term.forgets_up_to)).one() is None


@pytest.mark.usefixtures("term")
def test_nothing_of_the_copy_is_left(here: Here) -> None:
    _loan(factories.child(here), here, days_ago=20)

    term_end.end(NAME, actor_id=None, here=here)

    assert not list(here.settings.instance.glob("term-end*"))


@pytest.mark.usefixtures("term")
def test_what_breaks_in_the_middle_leaves_neither_archive_nor_cut(here: Here) -> None:
    child = factories.child(here)
    loan_id = _loan(child, here, days_ago=20)

    # The last thing before the commit, after archive and cut.
    with db.engine.begin() as connection:
        connection.execute(text(LIGHTS_OUT))
    with pytest.raises(IntegrityError):
        term_end.end(NAME, actor_id=None, here=here)

    assert factories.how_many(LedgerArchive) == 0
    assert _reader(loan_id) == child.child_id
    assert reading().scalars(select(Term.frozen_at)).one() is None


@pytest.mark.usefixtures("term")
def test_the_end_of_a_term_is_in_the_audit(here: Here) -> None:
    term_end.end(NAME, actor_id=None, here=here)

    rows = reading().scalars(select(Audit.fields).where(Audit.purpose == "term-end")).all()
    assert rows == [f"frozen, {len(ledgers.OF_A_PERIOD)} ledgers", "readers forgotten"]


@pytest.mark.usefixtures("term")
def test_the_terms_are_listed_with_what_keeps_them(here: Here) -> None:
    _term(here, "下学期", here.today - DAY, here.today + 90 * DAY)
    term_end.end(NAME, actor_id=None, here=here)

    listed = [(row.name, row.problem) for row in term_end.terms(here)]

    assert listed == [("下学期", TermEndProblem.NOT_OVER), (NAME, TermEndProblem.FROZEN)]


# A child's data are erased


def test_an_erased_child_is_nobody_in_the_archive_either(here: Here, term: date) -> None:
    gone = factories.child(here, family_name="陈", given_name="小满")
    other = factories.child(here, family_name="李", given_name="小雨")
    for child in (gone, other):
        _loan(child, here, days_ago=20)
        at = here.now - 20 * DAY
        factories.visit(here, child.child_id, signed_in_at=at, signed_out_at=at)
    term_end.end(NAME, actor_id=None, here=here)
    first = _first_day(here)
    before = _ledger("L6", here, first, term)

    rows = erasure.erase(gone.child_id, actor_id=None, here=here).visits

    after = _ledger("L6", here, first, term)
    assert rows == 1
    assert "陈小满" not in repr(after)
    assert "陈小满" not in repr(_ledger("L3", here, first, term))
    assert "李小雨" in repr(after)
    assert (len(after.rows), after.totals) == (len(before.rows), before.totals)
    assert all(cell != "" for row in after.rows for cell in row)
    assert gone.child_id not in {mark.child_id for mark in after.marks}


@pytest.mark.usefixtures("term")
def test_erasing_a_child_twice_finds_nothing_more(here: Here) -> None:
    gone = factories.child(here)
    _loan(gone, here, days_ago=20)
    term_end.end(NAME, actor_id=None, here=here)
    erasure.erase(gone.child_id, actor_id=None, here=here)
    archives = reading().scalars(select(LedgerArchive.digest)).all()

    again = erasure.erase(gone.child_id, actor_id=None, here=here)

    assert (again.name, again.loans) == ("—", 0)
    assert reading().scalars(select(LedgerArchive.digest)).all() == archives


def test_a_child_erased_while_a_term_is_ended_is_not_in_the_archive(
    either_app: Flask, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = here_in(either_app, clock)
    last = here.today - 7 * DAY
    _term(here, NAME, _first_day(here), last)
    gone = factories.child(here, family_name="陈", given_name="小满")
    other = factories.child(here, family_name="李", given_name="小雨")
    for child in (gone, other):
        _loan(child, here, days_ago=20)
    apart, copies = term_copy.apart, 0

    @contextmanager
    def erased_meanwhile(where: Here) -> Iterator[Session]:
        nonlocal copies
        with apart(where) as copy:
            yield copy
        copies += 1
        if copies == 1:
            erasure.erase(gone.child_id, actor_id=None, here=where)

    monkeypatch.setattr(term_copy, "apart", erased_meanwhile)

    term_end.end(NAME, actor_id=None, here=here)

    kept = repr(_ledger("L6", here, _first_day(here), last))
    assert copies == 2
    assert "李小雨" in kept
    assert "陈小满" not in kept


def test_a_term_ended_while_a_child_is_erased_does_not_keep_its_name(
    either_app: Flask, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = here_in(either_app, clock)
    last = here.today - 7 * DAY
    _term(here, NAME, _first_day(here), last)
    gone = factories.child(here, family_name="陈", given_name="小满")
    _loan(gone, here, days_ago=20)
    look, looks = ledger_archive.without_child, 0

    def ended_meanwhile(session: Session, child_id: UUID, where: Here) -> object:
        nonlocal looks
        looks += 1
        found = look(session, child_id, where)
        if looks == 1:
            term_end.end(NAME, actor_id=None, here=where)
        return found

    monkeypatch.setattr(ledger_archive, "without_child", ended_meanwhile)

    erasure.erase(gone.child_id, actor_id=None, here=here)

    assert looks == 2
    assert "陈小满" not in repr(_ledger("L6", here, _first_day(here), last))


@pytest.mark.usefixtures("term")
def test_a_term_that_is_still_forgetting_is_gone_on_with(here: Here) -> None:
    loan_id = _loan(factories.child(here), here, days_ago=20)
    with db.engine.begin() as connection:
        connection.execute(text(NO_FORGETTING))
    with pytest.raises(IntegrityError):
        term_end.end(NAME, actor_id=None, here=here)
    with db.engine.begin() as connection:
        connection.execute(text("DROP TRIGGER no_forgetting"))
    (row,) = term_end.terms(here)

    ended = term_end.end(NAME, actor_id=None, here=here)

    assert (row.problem, row.is_forgetting) == (None, True)
    assert (ended.ledgers, ended.forgotten, _reader(loan_id)) == (0, 1, None)
    assert factories.how_many(LedgerArchive) == len(ledgers.OF_A_PERIOD)
    with pytest.raises(RefusedError):
        term_end.end(NAME, actor_id=None, here=here)


@pytest.mark.usefixtures("term")
def test_two_ends_of_a_term_do_not_take_each_others_copy(here: Here) -> None:
    with term_copy.apart(here) as copy:
        with pytest.raises(UnavailableError) as error:
            term_end.end(NAME, actor_id=None, here=here)
        term_copy.clear(here)  # as a start of the kiosk does

        assert copy.scalars(select(Term.name)).all() == [NAME]
        assert list(here.settings.instance.glob("term-end.db"))

    assert error.value.reason is TermEndProblem.UNDER_WAY
    assert not list(here.settings.instance.glob("term-end.db*"))


def test_the_sums_of_a_frozen_part_stay_when_a_child_is_erased(here: Here, term: date) -> None:
    gone = factories.child(here)
    contact = factories.contact(here, gone.child_id)
    then = replace(here, now=here.now - 20 * DAY)
    factories.booking(then, gone.child_id, contact_id=contact, state=CallState.DONE)
    lent = _loan(gone, here, days_ago=20, is_open=True)
    term_end.end(NAME, actor_id=None, here=here)
    with transaction() as session:
        session.execute(update(Loan).where(Loan.id == lent).values(**_back(here)))
    part = (_first_day(here), term - DAY)
    before = [_ledger(which, here, *part) for which in ("L4", "L6")]

    erasure.erase(gone.child_id, actor_id=None, here=here)

    after = [_ledger(which, here, *part) for which in ("L4", "L6")]
    assert [one.totals for one in after] == [one.totals for one in before]
    assert "1 次" in repr(before[0].totals)
    assert "未还 1 册" in repr(before[1].totals)
    assert "小满" not in repr(after)


def test_a_term_ends_the_same_way_on_either_database(either_app: Flask, clock: FrozenClock) -> None:
    here = here_in(either_app, clock)
    last = here.today - 7 * DAY
    _term(here, NAME, _first_day(here), last)
    child = factories.child(here, family_name="陈", given_name="小满")
    loan_id = _loan(child, here, days_ago=20)

    ended = term_end.end(NAME, actor_id=None, here=here)

    assert (ended.forgotten, _reader(loan_id)) == (1, None)
    assert "陈小满" in repr(_ledger("L6", here, _first_day(here), last))
    assert _ledger("L10", here, _first_day(here), last).rows[0][1:] == (1, 1, 1.0)
    erasure.erase(child.child_id, actor_id=None, here=here)
    assert "陈小满" not in repr(_ledger("L6", here, _first_day(here), last))
