"""Activities know from the visits who took part; pairings count days of contact."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from kiosk.db import reading, transaction
from kiosk.errors import NotFoundError, RefusedError
from kiosk.ids import new_id
from kiosk.models.activities import Activity, Pairing, PairingContact
from kiosk.models.calendar import Term
from kiosk.models.stocktake import LedgerArchive
from kiosk.rules import civil
from kiosk.rules.activities import ActivityKind, ActivityRefusal, PairingKind, was_there
from kiosk.rules.visits import VisitState
from kiosk.services import activities, erasure, pairings
from kiosk.services.activities import Sheet
from kiosk.services.here import Here
from tests import factories


@pytest.mark.parametrize(
    ("came", "left", "there"),
    [
        (980, 1010, True),
        (1010, 1030, True),
        (900, 1200, True),
        (1010, None, True),
        (900, 1000, False),  # gone when it began
        (1050, 1060, False),  # came when it ended
    ],
)
def test_who_was_in_the_room_took_part(came: int, left: int | None, *, there: bool) -> None:
    assert was_there(came, left, from_min=1000, to_min=1050) is there


def _sheet(here: Here, *, began: int = 16 * 60, ended: int = 17 * 60, title: str = "剪纸") -> Sheet:
    return Sheet(
        on=here.today,
        from_min=began,
        to_min=ended,
        title=title,
        kind=ActivityKind.CRAFT,
        place="活动室",
        organiser="李老师",
        course=None,
        photos="12-15",
    )


def _write(here: Here, staff_id: UUID, sheet: Sheet, request_id: UUID | None = None) -> UUID:
    return activities.write(sheet, request_id=request_id or uuid4(), staff_id=staff_id, here=here)


def test_an_activity_has_those_who_were_there(here: Here) -> None:
    teacher = factories.staff(here).staff_id
    there, gone, came_back = (factories.child(here, given_name=n) for n in ("浩然", "小满", "梓宇"))
    at = civil.instant(here.today, 15 * 60, here.settings.zone)
    factories.visit(here, there.child_id, signed_in_at=at, state=VisitState.LEFT_UNCONFIRMED)
    early = at + timedelta(minutes=10)
    factories.visit(here, gone.child_id, signed_in_at=at, signed_out_at=early)
    factories.visit(here, came_back.child_id, signed_in_at=at, signed_out_at=early)
    factories.visit(here, came_back.child_id, signed_in_at=at + timedelta(minutes=70))

    activity_id = _write(here, teacher, _sheet(here))

    written = activities.one(activity_id, here=here)
    assert {one.name for one in written.took_part} == {"陈浩然", "陈梓宇"}
    assert written.sheet.photos == "12-15"
    assert activities.between(here.today, here.today, here=here) == (written,)


def test_a_request_writes_one_activity(here: Here) -> None:
    teacher, request_id = factories.staff(here).staff_id, uuid4()

    first = _write(here, teacher, _sheet(here), request_id)
    second = _write(here, teacher, _sheet(here), request_id)

    assert first == second
    assert factories.how_many(Activity) == 1


@pytest.mark.parametrize(
    ("began", "ended", "title", "reason"),
    [
        (17 * 60, 16 * 60, "剪纸", ActivityRefusal.ENDS_FIRST),
        (17 * 60, 18 * 60, "剪纸", ActivityRefusal.NOT_YET),
        (16 * 60, 17 * 60, "", ActivityRefusal.WORDS_MISSING),
    ],
)
def test_what_cannot_be_is_not_written(
    here: Here, began: int, ended: int, title: str, reason: ActivityRefusal
) -> None:
    teacher = factories.staff(here).staff_id

    with pytest.raises(RefusedError) as error:
        _write(here, teacher, _sheet(here, began=began, ended=ended, title=title))

    assert error.value.reason is reason
    assert factories.how_many(Activity) == 0


def test_an_activity_that_was_a_mistake_goes_once(here: Here) -> None:
    teacher = factories.staff(here).staff_id
    activity_id = _write(here, teacher, _sheet(here))

    activities.remove(activity_id, staff_id=teacher, here=here)

    with pytest.raises(NotFoundError) as error:
        activities.remove(activity_id, staff_id=teacher, here=here)
    assert error.value.reason is ActivityRefusal.UNKNOWN_ACTIVITY


def _pair(here: Here, child_id: UUID, staff_id: UUID, helper: str = "赵阿姨") -> UUID:
    return pairings.pair(
        child_id=child_id,
        helper=helper,
        post=None,
        kind=PairingKind.MOTHER,
        staff_id=staff_id,
        here=here,
    )


def test_days_of_contact_are_counted_once_a_day(here: Here) -> None:
    teacher, child = factories.staff(here).staff_id, factories.child(here)
    pairing_id = _pair(here, child.child_id, teacher)

    pairings.note_contact(pairing_id, staff_id=teacher, here=here)
    pairings.note_contact(pairing_id, staff_id=teacher, here=here)

    (row,) = pairings.between(here.today, here.today)
    assert (row.helper, row.contacts, row.last_contact) == ("赵阿姨", 1, here.today)
    tomorrow = here.today + timedelta(days=1)
    assert [one.contacts for one in pairings.between(tomorrow, tomorrow)] == [0]


def test_a_person_is_paired_with_a_child_once_at_a_time(here: Here) -> None:
    teacher, child = factories.staff(here).staff_id, factories.child(here)
    pairing_id = _pair(here, child.child_id, teacher)

    with pytest.raises(RefusedError) as twice:
        _pair(here, child.child_id, teacher)
    pairings.end(pairing_id, staff_id=teacher, here=here)
    with pytest.raises(RefusedError) as over:
        pairings.note_contact(pairing_id, staff_id=teacher, here=here)
    _pair(here, child.child_id, teacher)

    assert twice.value.reason is ActivityRefusal.PAIRED_ALREADY
    assert over.value.reason is ActivityRefusal.PAIRING_OVER
    assert factories.how_many(Pairing) == 2


def test_an_erased_child_is_paired_with_nobody(here: Here) -> None:
    teacher, child = factories.staff(here).staff_id, factories.child(here)
    pairing_id = _pair(here, child.child_id, teacher)
    pairings.note_contact(pairing_id, staff_id=teacher, here=here)

    erasure.erase(child.child_id, actor_id=None, here=here)

    assert factories.how_many(Pairing) == factories.how_many(PairingContact) == 0


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"helper": ""}, "ck_pairing_helper_not_empty"),
        ({"post": ""}, "ck_pairing_post_not_empty"),
        ({"until": date(2020, 1, 1)}, "ck_pairing_ends_after_beginning"),
    ],
)
def test_a_pairing_that_cannot_be_is_refused(
    here: Here, values: dict[str, object], name: str
) -> None:
    usual = {
        "id": new_id(here.now),
        "child_id": factories.child(here).child_id,
        "helper": "赵阿姨",
        "kind": PairingKind.MOTHER,
        "since": here.today,
    }

    with pytest.raises(IntegrityError) as error, transaction() as session:
        session.execute(insert(Pairing).values(usual | values))

    assert name in str(error.value)
    reading().rollback()


def _freeze(here: Here) -> None:
    """Close the ledgers of today, as the end of a term does."""
    term_id = new_id(here.now)
    with transaction() as session:
        first = here.today - timedelta(days=1)
        session.add(Term(id=term_id, name="上学期", first_day=first, last_day=here.today))
        session.flush()  # the archive refers to it
        session.add(
            LedgerArchive(
                id=new_id(here.now),
                term_id=term_id,
                ledger="L12",
                first_day=here.today,
                last_day=here.today,
                frozen_at=here.now,
                content_cipher=b"",
                digest="0" * 64,
            )
        )


def test_an_activity_of_closed_ledgers_is_neither_written_nor_removed(here: Here) -> None:
    teacher = factories.staff(here).staff_id
    known = _write(here, teacher, _sheet(here))
    _freeze(here)

    with pytest.raises(RefusedError) as written:
        _write(here, teacher, _sheet(here, title="拔河"))
    with pytest.raises(RefusedError) as removed:
        activities.remove(known, staff_id=teacher, here=here)

    assert written.value.reason is removed.value.reason is ActivityRefusal.FROZEN
    assert activities.one(known, here=here).sheet.title == "剪纸"


def test_an_activity_of_the_day_after_is_written(here: Here) -> None:
    teacher = factories.staff(here).staff_id
    _freeze(here)
    tomorrow = replace(here, now=here.now + timedelta(days=1))

    written = _write(tomorrow, teacher, _sheet(tomorrow))

    assert activities.one(written, here=tomorrow).sheet.on == here.today + timedelta(days=1)
