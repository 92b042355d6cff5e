from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from uuid import UUID, uuid4

import pytest
from PIL import Image
from sqlalchemy import select

from kiosk.db import db, reading
from kiosk.errors import InvalidInputError, NotFoundError, RefusedError
from kiosk.models.lending import ItemCase
from kiosk.models.library import Item, Loan
from kiosk.rules.codes import parse
from kiosk.rules.item_cases import CaseEnd, CaseKind, CaseProblem
from kiosk.rules.lending import ItemStatus, LendingRefusal, LoanEnd
from kiosk.rules.photos import MOST_UPLOAD, PhotoProblem
from kiosk.services import case_list, item_cases, item_status, lending
from kiosk.services.here import Here
from tests import factories
from tests.factories import MadeChild, MadeItem


@pytest.fixture
def teacher(here: Here) -> UUID:
    return factories.staff(here).staff_id


@pytest.fixture
def child(here: Here) -> MadeChild:
    return factories.child(here)


@pytest.fixture
def book(here: Here) -> MadeItem:
    return factories.item(here)


def _cases() -> list[ItemCase]:
    db.session.remove()
    return list(reading().scalars(select(ItemCase).order_by(ItemCase.opened_at)))


def _status(item: MadeItem) -> ItemStatus:
    db.session.remove()
    return reading().get_one(Item, item.item_id).status


def _refused(act: Callable[[], object]) -> object:
    with pytest.raises((RefusedError, NotFoundError, InvalidInputError)) as error:
        act()
    return error.value.reason


def _settle(case: ItemCase, end: CaseEnd, teacher: UUID, here: Here, **more: str) -> None:
    item_cases.settle(
        case.id,
        end,
        reason=more.get("reason", ""),
        replacement=more.get("replacement", ""),
        staff_id=teacher,
        approves=False,
        here=here,
    )


def test_a_lost_book_ends_its_loan_without_a_return(
    here: Here, teacher: UUID, child: MadeChild, book: MadeItem
) -> None:
    loan_id = factories.loan(here, child.child_id, book.item_id)

    for _ in range(2):
        item_cases.open_case(book.item_id, CaseKind.LOST, staff_id=teacher, here=here)

    (case,) = _cases()
    assert (case.kind, case.loan_id, case.ended_at) == (CaseKind.LOST, loan_id, None)
    assert _status(book) is ItemStatus.LOST
    assert reading().get_one(Loan, loan_id).ended_as is LoanEnd.LOST


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (CaseKind.DAMAGED, ItemStatus.DAMAGED),
        (CaseKind.MISSING, ItemStatus.MISSING),
        (CaseKind.WORN_OUT, ItemStatus.DAMAGED),
    ],
)
def test_each_kind_of_case_says_how_the_copy_stands(
    here: Here, teacher: UUID, book: MadeItem, kind: CaseKind, status: ItemStatus
) -> None:
    item_cases.open_case(book.item_id, kind, staff_id=teacher, here=here)

    assert _status(book) is status


def test_two_things_do_not_befall_a_copy_at_once(here: Here, teacher: UUID, book: MadeItem) -> None:
    item_cases.open_case(book.item_id, CaseKind.DAMAGED, staff_id=teacher, here=here)

    reason = _refused(
        lambda: item_cases.open_case(book.item_id, CaseKind.LOST, staff_id=teacher, here=here)
    )

    assert reason is CaseProblem.OPEN_ALREADY
    assert _status(book) is ItemStatus.DAMAGED


@pytest.mark.parametrize("has_card", [True, False])
def test_any_scan_finds_what_was_lost_and_settles_its_case(
    here: Here, teacher: UUID, child: MadeChild, book: MadeItem, *, has_card: bool
) -> None:
    item_cases.open_case(book.item_id, CaseKind.LOST, staff_id=teacher, here=here)

    reader = child.reader if has_card else None
    lending.scan(parse(book.code), reader=reader, request_id=uuid4(), here=here)

    assert [case.ended_as for case in _cases()] == [CaseEnd.FOUND]
    assert _status(book) is ItemStatus.AVAILABLE


def test_a_copy_that_a_teacher_puts_on_its_shelf_is_found_or_repaired(
    here: Here, teacher: UUID
) -> None:
    for kind in (CaseKind.MISSING, CaseKind.DAMAGED):
        copy = factories.item(here)
        item_cases.open_case(copy.item_id, kind, staff_id=teacher, here=here)
        item_status.set_status(copy.item_id, ItemStatus.AVAILABLE, staff_id=teacher, here=here)

    assert {case.kind: case.ended_as for case in _cases()} == {
        CaseKind.MISSING: CaseEnd.FOUND,
        CaseKind.DAMAGED: CaseEnd.REPAIRED,
    }


@pytest.mark.parametrize(
    ("kind", "end", "status"),
    [
        (CaseKind.LOST, CaseEnd.FOUND, ItemStatus.AVAILABLE),
        (CaseKind.LOST, CaseEnd.PARDONED, ItemStatus.LOST),
        (CaseKind.DAMAGED, CaseEnd.PARDONED, ItemStatus.AVAILABLE),
        (CaseKind.DAMAGED, CaseEnd.REPAIRED, ItemStatus.AVAILABLE),
        (CaseKind.WORN_OUT, CaseEnd.WITHDRAWN, ItemStatus.WITHDRAWN),
        (CaseKind.MISSING, CaseEnd.WITHDRAWN, ItemStatus.WITHDRAWN),
    ],
)
def test_a_case_is_settled_without_money(
    here: Here, teacher: UUID, book: MadeItem, kind: CaseKind, end: CaseEnd, status: ItemStatus
) -> None:
    item_cases.open_case(book.item_id, kind, staff_id=teacher, here=here)

    for _ in range(2):
        _settle(_cases()[0], end, teacher, here, reason="说明")

    assert [(case.ended_as, case.ended_by_id) for case in _cases()] == [(end, teacher)]
    assert _status(book) is status


def test_any_book_takes_the_place_of_a_lost_one(here: Here, teacher: UUID, book: MadeItem) -> None:
    item_cases.open_case(book.item_id, CaseKind.LOST, staff_id=teacher, here=here)
    other = factories.item(here, name="风筝会飞", accession_no="000123")

    unknown = _refused(
        lambda: _settle(_cases()[0], CaseEnd.REPLACED, teacher, here, replacement="999999")
    )
    itself = _refused(
        lambda: _settle(_cases()[0], CaseEnd.REPLACED, teacher, here, replacement=book.code)
    )
    _settle(_cases()[0], CaseEnd.REPLACED, teacher, here, replacement=other.code.lower())

    assert unknown is itself is CaseProblem.UNKNOWN_REPLACEMENT
    assert [(case.ended_as, case.end_reason) for case in _cases()] == [(CaseEnd.REPLACED, "000123")]


@pytest.mark.parametrize("end", [CaseEnd.PARDONED, CaseEnd.WITHDRAWN])
def test_what_costs_the_room_a_book_wants_a_reason(
    here: Here, teacher: UUID, book: MadeItem, end: CaseEnd
) -> None:
    item_cases.open_case(book.item_id, CaseKind.LOST, staff_id=teacher, here=here)

    reason = _refused(lambda: _settle(_cases()[0], end, teacher, here, reason="  "))

    assert reason is CaseProblem.REASON_MISSING
    assert _cases()[0].ended_at is None


def test_a_lost_book_is_not_repaired_and_a_settled_case_stays_so(
    here: Here, teacher: UUID, book: MadeItem
) -> None:
    item_cases.open_case(book.item_id, CaseKind.LOST, staff_id=teacher, here=here)
    not_so = _refused(lambda: _settle(_cases()[0], CaseEnd.REPAIRED, teacher, here))
    _settle(_cases()[0], CaseEnd.FOUND, teacher, here)

    settled = _refused(lambda: _settle(_cases()[0], CaseEnd.PARDONED, teacher, here, reason="x"))

    assert (not_so, settled) == (CaseProblem.NOT_SO, CaseProblem.SETTLED)


def test_a_damaged_book_in_a_childs_hands_is_not_withdrawn(
    here: Here, teacher: UUID, child: MadeChild, book: MadeItem
) -> None:
    factories.loan(here, child.child_id, book.item_id)
    item_cases.open_case(book.item_id, CaseKind.DAMAGED, staff_id=teacher, here=here)

    reason = _refused(lambda: _settle(_cases()[0], CaseEnd.WITHDRAWN, teacher, here, reason="x"))

    assert reason is LendingRefusal.ALREADY_ON_LOAN


def test_a_damaged_book_goes_away_to_be_mended(here: Here, teacher: UUID, book: MadeItem) -> None:
    item_cases.open_case(book.item_id, CaseKind.DAMAGED, staff_id=teacher, here=here)

    item_cases.send_to_repair(_cases()[0].id, staff_id=teacher, here=here)

    assert _status(book) is ItemStatus.REPAIR
    assert _cases()[0].ended_at is None


def test_an_administrator_stands_for_it_afterwards(
    here: Here, teacher: UUID, book: MadeItem
) -> None:
    item_cases.open_case(book.item_id, CaseKind.WORN_OUT, staff_id=teacher, here=here)
    _settle(_cases()[0], CaseEnd.WITHDRAWN, teacher, here, reason="缺页")
    head = factories.staff(here).staff_id
    waiting = [row.end_reason for row in case_list.look(here=here).to_approve]

    item_cases.approve(_cases()[0].id, staff_id=head, here=here)

    assert waiting == ["缺页"]
    assert case_list.look(here=here).to_approve == ()
    assert _cases()[0].approved_by_id == head


def test_eight_weeks_past_its_day_a_book_may_be_lost(
    here: Here, child: MadeChild, book: MadeItem
) -> None:
    due_on = here.today - timedelta(weeks=8)
    lent_at = here.now - timedelta(weeks=10)
    factories.loan(here, child.child_id, book.item_id, lent_at=lent_at, due_on=due_on)
    other = factories.item(here)
    factories.loan(
        here,
        child.child_id,
        other.item_id,
        lent_at=lent_at,
        due_on=due_on + timedelta(days=1),
    )

    (row,) = case_list.look(here=here).maybe_lost

    assert (row.item_id, row.name, row.due_on) == (book.item_id, "陈小满", due_on)


# The photo


def _photo(size: tuple[int, int] = (4000, 3000), kind: str = "JPEG") -> bytes:
    target = BytesIO()
    image = Image.effect_noise(size, 90).convert("RGB")
    if kind == "JPEG":
        exif = Image.Exif()
        exif[0x010F] = "SecretCamera"
        exif[0x8825] = {1: "N", 2: (31.0, 14.0, 3.0)}
        image.save(target, kind, exif=exif, quality=70)
    else:
        image.save(target, kind)
    return target.getvalue()


def test_a_photo_is_made_small_and_says_nothing_of_its_camera(
    here: Here, teacher: UUID, book: MadeItem
) -> None:
    item_cases.open_case(book.item_id, CaseKind.DAMAGED, staff_id=teacher, here=here)
    data = _photo((2000, 1500))
    assert b"SecretCamera" in data

    item_cases.add_photo(_cases()[0].id, data, staff_id=teacher, here=here)

    kept = case_list.photo(_cases()[0].id)
    assert len(kept) <= 61_440
    assert b"SecretCamera" not in kept
    with Image.open(BytesIO(kept)) as found:
        assert found.format == "JPEG"
        assert max(found.size) <= 1024
        assert dict(found.getexif()) == {}


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", PhotoProblem.NOT_A_PICTURE),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", PhotoProblem.NOT_A_PICTURE),
        (b"\x89PNG\r\n\x1a\n" + bytes(40), PhotoProblem.NOT_A_PICTURE),
        (bytes(MOST_UPLOAD + 1), PhotoProblem.TOO_LARGE),
    ],
)
def test_what_is_no_photo_is_refused(
    here: Here, teacher: UUID, book: MadeItem, data: bytes, problem: PhotoProblem
) -> None:
    item_cases.open_case(book.item_id, CaseKind.DAMAGED, staff_id=teacher, here=here)

    reason = _refused(
        lambda: item_cases.add_photo(_cases()[0].id, data, staff_id=teacher, here=here)
    )

    assert reason is problem
    assert _cases()[0].photo is None
