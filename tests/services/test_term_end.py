"""The end of a term: the ledgers go into the archive, and nobody knows any more who read what."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError

from kiosk.db import db, reading, transaction
from kiosk.errors import NotFoundError, RefusedError, UnavailableError
from kiosk.files.tables import Table
from kiosk.ids import new_id
from kiosk.models.audit import Audit
from kiosk.models.calendar import Term
from kiosk.models.library import Loan
from kiosk.models.record import SyncChange
from kiosk.models.stocktake import LedgerArchive
from kiosk.rules import class_tree
from kiosk.rules.lending import Borrower
from kiosk.rules.term_end import TermEndProblem
from kiosk.services import erasure, ledgers, loan_answers, term_end
from kiosk.services.here import Here
from tests import factories
from tests.clock import FrozenClock
from tests.conftest import here_in
from tests.factories import MadeChild

NAME = "2026—2027学年第一学期"
DAY = timedelta(days=1)
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
    began = class_tree.term_began(here.today)
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

    rows = reading().scalars(select(Audit).where(Audit.purpose == "term-end")).all()
    assert len(rows) == 1


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
        factories.visit(here, child.child_id, signed_in_at=here.now - 20 * DAY)
    term_end.end(NAME, actor_id=None, here=here)
    first = _first_day(here)
    before = _ledger("L6", here, first, term)

    rows = erasure.blank_archive(gone.child_id, actor_id=None, here=here)

    after = _ledger("L6", here, first, term)
    assert rows == 2  # its loan and its visit
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
    erasure.blank_archive(gone.child_id, actor_id=None, here=here)

    assert erasure.blank_archive(gone.child_id, actor_id=None, here=here) == 0


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
    assert erasure.blank_archive(child.child_id, actor_id=None, here=here) == 1
