"""Since when the house has a copy no more, and what the ledgers say of each day."""

import random
import re
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta
from itertools import combinations
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from kiosk.db import reading, transaction
from kiosk.errors import RefusedError
from kiosk.files.tables import Table
from kiosk.ids import new_id
from kiosk.models.lending import ItemWithdrawal
from kiosk.models.library import Item
from kiosk.rules.codes import parse
from kiosk.rules.item_cases import CaseEnd, CaseKind
from kiosk.rules.lending import ItemStatus
from kiosk.services import (
    case_list,
    item_cases,
    item_status,
    ledger_identities,
    ledgers,
    lending,
    stock_days,
)
from kiosk.services.here import Here
from kiosk.services.ledger_identities import Identity
from kiosk.services.ledger_paper import Period
from tests import factories
from tests.clock import FrozenClock
from tests.conftest import here_in
from tests.factories import MadeItem

DAY = timedelta(days=1)
STEPS = [
    (ItemStatus.WITHDRAWN, ItemStatus.AVAILABLE),
    (ItemStatus.WITHDRAWN, ItemStatus.IN_ROOM_ONLY),
    (ItemStatus.WITHDRAWN, ItemStatus.DAMAGED),
    (ItemStatus.WITHDRAWN, ItemStatus.MISSING),
]


@pytest.fixture
def here(either_app: Flask, clock: FrozenClock) -> Here:
    return here_in(either_app, clock)


@pytest.fixture
def teacher(here: Here) -> UUID:
    return factories.staff(here, display_name="王老师").staff_id


def _in(days: int, here: Here) -> Here:
    return replace(here, now=here.now + DAY * days)


def _say(book: MadeItem, status: ItemStatus, teacher: UUID, here: Here) -> None:
    item_status.set_status(book.item_id, status, staff_id=teacher, here=here)


def _had(on: date) -> set[UUID]:
    reading().rollback()
    return set(reading().scalars(select(Item.id).where(stock_days.had_on(on))))


def _rows() -> list[tuple[date | None, date | None]]:
    reading().rollback()
    rows = reading().scalars(select(ItemWithdrawal).order_by(ItemWithdrawal.id))
    return [(one.withdrawn_on, one.back_on) for one in rows]


def _ledger(name: str, first: date, last: date, here: Here) -> Table:
    reading().rollback()
    return ledgers.build(name, first=first, last=last, here=here)


def test_a_copy_set_aside_without_a_case_was_there_until_its_day(here: Here, teacher: UUID) -> None:
    book, other = factories.item(here), factories.item(here)

    _say(book, ItemStatus.WITHDRAWN, teacher, _in(5, here))

    both = {book.item_id, other.item_id}
    assert [_had(here.today + DAY * days) for days in (-1, 0, 4, 5, 9)] == [
        set(),
        both,
        both,
        {other.item_id},
        {other.item_id},
    ]


@pytest.mark.parametrize(("gone", "back"), STEPS)
def test_what_comes_back_was_away_in_between(
    here: Here, teacher: UUID, gone: ItemStatus, back: ItemStatus
) -> None:
    book = factories.item(here)

    _say(book, gone, teacher, _in(2, here))
    _say(book, back, teacher, _in(5, here))

    assert _rows() == [(here.today + DAY * 2, here.today + DAY * 5)]
    assert [len(_had(here.today + DAY * days)) for days in (1, 2, 4, 5, 6)] == [1, 0, 0, 1, 1]


def test_a_slip_put_right_on_its_day_takes_nothing_away(here: Here, teacher: UUID) -> None:
    book = factories.item(here)

    _say(book, ItemStatus.WITHDRAWN, teacher, here)
    _say(book, ItemStatus.WITHDRAWN, teacher, here)
    _say(book, ItemStatus.AVAILABLE, teacher, here)

    assert _rows() == [(here.today, here.today)]
    assert [len(_had(here.today + DAY * days)) for days in (0, 1)] == [1, 1]


def _settle(book: MadeItem, end: CaseEnd, teacher: UUID, here: Here) -> None:
    (case_id,) = case_list.open_of_title(book.title_id).values()
    item_cases.settle(
        case_id,
        end,
        reason="缺页",
        replacement=factories.item(here).code if end is CaseEnd.REPLACED else "",
        staff_id=teacher,
        approves=True,
        here=here,
    )


@pytest.mark.parametrize("end", [CaseEnd.WITHDRAWN, CaseEnd.REPLACED])
def test_a_case_that_ends_so_has_its_day(here: Here, teacher: UUID, end: CaseEnd) -> None:
    book = factories.item(here)
    item_cases.open_case(book.item_id, CaseKind.DAMAGED, staff_id=teacher, here=here)
    open_rows = _rows()

    _settle(book, end, teacher, _in(3, here))

    assert open_rows == []
    assert _rows() == [(here.today + DAY * 3, None)]
    assert book.item_id not in _had(here.today + DAY * 3)
    assert book.item_id in _had(here.today + DAY * 2)


def test_the_foot_of_the_stock_says_what_went_and_what_came_back(here: Here, teacher: UUID) -> None:
    gone, back, _ = (factories.item(here) for _ in range(3))
    _say(back, ItemStatus.WITHDRAWN, teacher, _in(1, here))
    _say(gone, ItemStatus.WITHDRAWN, teacher, _in(10, here))
    _say(back, ItemStatus.AVAILABLE, teacher, _in(11, here))

    table = _ledger("L7", here.today + DAY * 8, here.today + DAY * 20, _in(20, here))

    last = (here.today + DAY * 20).isoformat()
    assert table.bottom_line is not None
    assert table.bottom_line.startswith(
        f"本期登记 0 册，剔除 1 册，恢复 1 册；截至 {last} 馆藏 2 册"
    )


def test_what_a_period_carries_over_is_what_the_one_before_ended_with(
    here: Here, teacher: UUID
) -> None:
    first, second, _ = (factories.item(here) for _ in range(3))
    _say(first, ItemStatus.WITHDRAWN, teacher, _in(3, here))
    _say(second, ItemStatus.WITHDRAWN, teacher, _in(9, here))
    later, place = _in(30, here), 9

    before = _ledger("L7", here.today, here.today + DAY * 6, later)
    after = _ledger("L7", here.today + DAY * 7, here.today + DAY * 12, later)

    assert before.columns[place].label == "数量"
    assert "馆藏 2 册" in (before.bottom_line or "")
    assert after.rows[0][place] == 2
    assert "剔除 1 册；" in (after.bottom_line or "")
    assert "馆藏 1 册" in (after.bottom_line or "")
    remarks = [row[-1] for row in before.rows]
    assert f"{here.today + DAY * 9} 剔除" in remarks


def test_a_copy_of_which_nobody_knows_the_day_is_told(here: Here) -> None:
    factories.item(here, status=ItemStatus.WITHDRAWN)
    factories.item(here)

    table = _ledger("L7", here.today, here.today, here)

    foot = "本期登记 1 册，剔除 0 册（另有 1 册剔除日期不详，未计入）"
    assert (table.bottom_line or "").startswith(foot)
    assert "馆藏 1 册" in (table.bottom_line or "")
    place = [column.label for column in table.columns].index("数量")
    assert sorted(str(row[place]) for row in table.rows[1:]) == ["1", "—"]
    assert "1 册已剔除，日期不详，未计入" in {row[-1] for row in table.rows}
    assert table.totals is not None
    assert table.totals[place] == 1, "the total is what its lines count"


def test_what_came_less_what_went_is_what_the_stock_changed_by(here: Here, teacher: UUID) -> None:
    gone, back, _ = (factories.item(here) for _ in range(3))
    _say(back, ItemStatus.WITHDRAWN, teacher, _in(1, here))
    later = _in(7, here)
    new, new_gone = factories.item(later), factories.item(later)
    for _ in range(2):
        factories.item(later, status=ItemStatus.WITHDRAWN)
    _say(gone, ItemStatus.WITHDRAWN, teacher, _in(8, here))
    _say(new_gone, ItemStatus.WITHDRAWN, teacher, _in(9, here))
    _say(back, ItemStatus.AVAILABLE, teacher, _in(9, here))
    first, last = here.today + DAY * 6, here.today + DAY * 12

    foot = _ledger("L7", first, last, _in(12, here)).bottom_line or ""

    before, after = len(_had(first - DAY)), _had(last)
    assert {new.item_id, back.item_id} < after
    said = re.match(r"本期登记 (\d+) 册，剔除 (\d+) 册，恢复 (\d+) 册（另有 2 册", foot)
    assert said is not None
    came, went, restored = (int(one) for one in said.groups())
    assert (came, went, restored) == (2, 2, 1)
    assert came - went + restored == len(after) - before
    assert f"馆藏 {len(after)} 册" in foot


def test_a_copy_without_a_day_that_is_found_again_was_always_there(
    here: Here, teacher: UUID
) -> None:
    book = factories.item(here, status=ItemStatus.WITHDRAWN)
    with transaction() as session:
        session.add(ItemWithdrawal(id=new_id(here.now), item_id=book.item_id))
    while_gone = _had(here.today)

    _say(book, ItemStatus.AVAILABLE, teacher, _in(2, here))

    assert while_gone == set()
    assert (_rows(), _had(here.today)) == ([], {book.item_id})


def test_the_losses_have_what_went_without_a_case_once(here: Here, teacher: UUID) -> None:
    plain = factories.item(here, name="旧画册", accession_no="000201")
    settled = factories.item(here, name="旧字典", accession_no="000202")
    back = factories.item(here, name="小人书", accession_no="000203")
    item_cases.open_case(settled.item_id, CaseKind.WORN_OUT, staff_id=teacher, here=here)
    _settle(settled, CaseEnd.WITHDRAWN, teacher, _in(1, here))
    _say(plain, ItemStatus.WITHDRAWN, teacher, _in(2, here))
    _say(back, ItemStatus.WITHDRAWN, teacher, _in(2, here))
    _say(back, ItemStatus.AVAILABLE, teacher, _in(3, here))

    table = _ledger("L9", here.today, here.today + DAY * 9, _in(9, here))
    earlier = _ledger("L9", here.today, here.today + DAY, _in(9, here))

    labels = [column.label for column in table.columns]
    shown = [dict(zip(labels, row, strict=True)) for row in table.rows]
    assert [(one["书名"], one["剔除时间"], one["原因"]) for one in shown] == [
        ("旧字典", (here.today + DAY).isoformat(), "陈旧破烂，剔除，缺页"),
        ("旧画册", (here.today + DAY * 2).isoformat(), "剔除"),
    ]
    assert (shown[1]["经手人"], shown[1]["审批人"]) == ("王老师", "")
    assert table.totals is not None
    assert table.totals[1] == "2 册"
    assert len(earlier.rows) == 1


def test_a_count_of_the_stock_looks_a_copy_up_and_reads_no_table_of_what_went(
    app: Flask, clock: FrozenClock
) -> None:
    counted = select(Item.id).where(stock_days.had_on(here_in(app, clock).today))
    said = counted.compile(reading().get_bind(), compile_kwargs={"literal_binds": True})

    plan = [row.detail for row in reading().execute(text(f"EXPLAIN QUERY PLAN {said}"))]

    of_it = [step for step in plan if "item_withdrawal" in step]
    assert len(of_it) == 2
    assert all("ix_item_withdrawal_item_id (item_id=?)" in step for step in of_it), plan


def _lost(first: date, last: date, here: Here) -> list[tuple[object, object]]:
    table = _ledger("L9", first, last, here)
    labels = [column.label for column in table.columns]
    shown = [dict(zip(labels, row, strict=True)) for row in table.rows]
    return [(one["剔除时间"], one["原因"]) for one in shown]


def _iso(days: int, here: Here) -> str:
    return (here.today + DAY * days).isoformat()


def test_what_came_back_later_stays_a_loss_of_the_period_in_which_it_was_gone(
    here: Here, teacher: UUID
) -> None:
    book, later = factories.item(here), _in(30, here)
    _say(book, ItemStatus.WITHDRAWN, teacher, _in(2, here))
    _say(book, ItemStatus.AVAILABLE, teacher, _in(12, here))
    first, until_gone, until_back = (here.today + DAY * days for days in (0, 9, 19))

    stock = _ledger("L7", first, until_gone, later).bottom_line or ""

    assert "剔除 1 册" in stock
    assert _lost(first, until_gone, later) == [(_iso(2, here), "剔除")]
    assert _lost(until_gone + DAY, until_back, later) == []
    assert _lost(first, until_back, later) == []


def test_what_is_written_off_a_second_time_is_a_loss_again(here: Here, teacher: UUID) -> None:
    book, later = factories.item(here), _in(30, here)
    item_cases.open_case(book.item_id, CaseKind.WORN_OUT, staff_id=teacher, here=here)
    _settle(book, CaseEnd.WITHDRAWN, teacher, _in(1, here))
    _say(book, ItemStatus.AVAILABLE, teacher, _in(12, here))
    _say(book, ItemStatus.WITHDRAWN, teacher, _in(15, here))
    first, middle, last = (here.today + DAY * days for days in (0, 9, 19))

    by_case, by_hand = (_iso(1, here), "陈旧破烂，剔除，缺页"), (_iso(15, here), "剔除")
    assert _lost(first, middle, later) == [by_case]
    assert _lost(middle + DAY, last, later) == [by_hand]
    assert _lost(first, last, later) == [by_hand]


def test_a_case_that_is_settled_after_the_copy_went_has_the_day_it_went(
    here: Here, teacher: UUID
) -> None:
    book, later = factories.item(here), _in(30, here)
    item_cases.open_case(book.item_id, CaseKind.DAMAGED, staff_id=teacher, here=here)
    _say(book, ItemStatus.WITHDRAWN, teacher, _in(2, here))
    _settle(book, CaseEnd.WITHDRAWN, teacher, _in(12, here))
    first, middle, last = (here.today + DAY * days for days in (0, 9, 19))

    assert _lost(first, middle, later) == [(_iso(2, here), "破损，剔除，缺页")]
    assert _lost(middle + DAY, last, later) == []


def test_a_lost_copy_nobody_answers_for_is_one_loss_when_it_is_withdrawn(
    here: Here, teacher: UUID
) -> None:
    book = factories.item(here)
    item_cases.open_case(book.item_id, CaseKind.LOST, staff_id=teacher, here=here)
    _settle(book, CaseEnd.PARDONED, teacher, _in(1, here))
    _say(book, ItemStatus.WITHDRAWN, teacher, _in(3, here))

    lost = _lost(here.today, here.today + DAY * 9, _in(9, here))

    assert lost == [(_iso(1, here), "遗失，免予追究，缺页")]


def test_a_lost_copy_nobody_answers_for_is_gone_until_somebody_finds_it(
    here: Here, teacher: UUID
) -> None:
    book, later = factories.item(here), _in(30, here)
    item_cases.open_case(book.item_id, CaseKind.LOST, staff_id=teacher, here=here)
    while_lost = _rows()
    _settle(book, CaseEnd.PARDONED, teacher, _in(1, here))
    remarks = [row[-1] for row in _ledger("L7", here.today, here.today, _in(9, here)).rows]

    scanned = _in(12, here)
    reader = factories.child(scanned).reader
    lending.scan(parse(book.code), reader=reader, request_id=uuid4(), here=scanned)

    assert (while_lost, _rows()) == ([], [(here.today + DAY, here.today + DAY * 12)])
    assert [len(_had(here.today + DAY * days)) for days in (0, 1, 11, 12)] == [1, 0, 0, 1]
    first, until_gone, until_back = (here.today + DAY * days for days in (0, 9, 19))
    assert _lost(first, until_gone, later) == [(_iso(1, here), "遗失，免予追究，缺页")]
    assert _lost(first, until_back, later) == []
    assert f"{_iso(1, here)} 剔除" in remarks


@pytest.mark.parametrize("end", [CaseEnd.WITHDRAWN, CaseEnd.REPLACED])
@pytest.mark.parametrize("has_row", [True, False])
def test_what_went_nobody_knows_when_is_gone_since_somebody_stands_for_it(
    here: Here, teacher: UUID, end: CaseEnd, *, has_row: bool
) -> None:
    """Until then it was never had, in either ledger; from then on it went in both."""
    book = factories.item(here)
    item_cases.open_case(book.item_id, CaseKind.DAMAGED, staff_id=teacher, here=here)
    with transaction() as session:
        session.get_one(Item, book.item_id).status = ItemStatus.WITHDRAWN
        if has_row:
            session.add(ItemWithdrawal(id=new_id(here.now), item_id=book.item_id))
    before = (_lost(here.today, here.today, here), _went(here.today, here.today, here))

    _settle(book, end, teacher, _in(3, here))

    last, later = here.today + DAY * 9, _in(9, here)
    assert before == ([], (0, 0))
    assert _rows() == [(here.today + DAY * 3, None)]
    assert [day for day, _ in _lost(here.today, last, later)] == [_iso(3, here)]
    assert _went(here.today, last, later) == (1, 0)


def _went(first: date, last: date, here: Here) -> tuple[int, int]:
    """Return what L7 says went and came back in a period."""
    foot = _ledger("L7", first, last, here).bottom_line or ""
    said = re.search(r"剔除 (\d+) 册(?:，恢复 (\d+) 册)?", foot)
    assert said is not None
    return int(said[1]), int(said[2] or 0)


def test_both_ledgers_count_the_same_losses(here: Here, teacher: UUID) -> None:
    """Nine books, by hand: five went in the period, one of them a second time; one came back."""
    pardoned, replaced, by_hand, again, slip, earlier, found, no_day, _ = (
        factories.item(here) for _ in range(9)
    )
    with transaction() as session:
        session.get_one(Item, no_day.item_id).status = ItemStatus.WITHDRAWN
    _say(again, ItemStatus.WITHDRAWN, teacher, _in(2, here))
    _say(earlier, ItemStatus.WITHDRAWN, teacher, _in(3, here))
    _say(again, ItemStatus.AVAILABLE, teacher, _in(6, here))
    for book, kind in ((pardoned, CaseKind.LOST), (replaced, CaseKind.DAMAGED)):
        item_cases.open_case(book.item_id, kind, staff_id=teacher, here=_in(6, here))
    item_cases.open_case(found.item_id, CaseKind.LOST, staff_id=teacher, here=_in(6, here))
    _settle(pardoned, CaseEnd.PARDONED, teacher, _in(7, here))
    _settle(found, CaseEnd.PARDONED, teacher, _in(7, here))
    _settle(replaced, CaseEnd.REPLACED, teacher, _in(8, here))
    _say(by_hand, ItemStatus.WITHDRAWN, teacher, _in(8, here))
    _say(again, ItemStatus.WITHDRAWN, teacher, _in(8, here))
    _say(slip, ItemStatus.WITHDRAWN, teacher, _in(8, here))
    _say(slip, ItemStatus.AVAILABLE, teacher, _in(8, here))
    _say(pardoned, ItemStatus.WITHDRAWN, teacher, _in(9, here))
    _say(found, ItemStatus.AVAILABLE, teacher, _in(20, here))
    first, last, later = here.today + DAY * 5, here.today + DAY * 12, _in(30, here)

    lost = _lost(first, last, later)

    assert sorted(lost, key=str) == [
        (_iso(7, here), "遗失，免予追究，缺页"),
        (_iso(7, here), "遗失，免予追究，缺页"),
        (_iso(8, here), "剔除"),
        (_iso(8, here), "剔除"),
        *[one for one in lost if str(one[1]).startswith("破损，换书")],
    ]
    assert len(lost) == 5
    assert _went(first, last, later) == (5, 1)
    (agreed,) = (
        one
        for one in ledger_identities.check(Period(first=first, last=last), here=later)
        if one.identity is Identity.LOSSES
    )
    assert (agreed.says, agreed.other_says) == (5, 5)


@pytest.mark.parametrize("seed", range(4))
def test_whatever_befalls_the_books_both_ledgers_agree_in_each_period(
    app: Flask, clock: FrozenClock, seed: int
) -> None:
    here = here_in(app, clock)
    teacher, chance = factories.staff(here).staff_id, random.Random(seed)  # noqa: S311
    books = [factories.item(here) for _ in range(4)]
    said = [ItemStatus.WITHDRAWN, ItemStatus.AVAILABLE, ItemStatus.LOST, ItemStatus.DAMAGED]
    ends = [CaseEnd.PARDONED, CaseEnd.REPLACED, CaseEnd.WITHDRAWN]
    went = 0
    for day in range(1, 13):
        book, now = chance.choice(books), _in(day, here)
        with suppress(RefusedError):
            if chance.random() < 0.5 and case_list.open_of_title(book.title_id):
                _settle(book, chance.choice(ends), teacher, now)
            else:
                _say(book, chance.choice(said), teacher, now)
    later = _in(20, here)

    for first, last in combinations(range(0, 15, 2), 2):
        period = (here.today + DAY * first, here.today + DAY * last)
        lost = len(_lost(*period, later))
        assert _went(*period, later)[0] == lost, period
        went += lost
    assert went > 0


def test_no_copy_is_gone_twice_at_once(here: Here, teacher: UUID) -> None:
    book = factories.item(here)
    _say(book, ItemStatus.WITHDRAWN, teacher, here)

    with pytest.raises(IntegrityError), transaction() as session:
        session.add(ItemWithdrawal(id=new_id(here.now), item_id=book.item_id))
