"""A child is erased: who it was is nowhere any more, that somebody came is still counted."""

import shutil
from datetime import timedelta
from functools import partial
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import Enum, String, insert, select, update

from kiosk.db import Base, db, reading, transaction
from kiosk.errors import NotFoundError, RefusedError
from kiosk.ids import new_id
from kiosk.models.activities import Activity, Pairing
from kiosk.models.audit import Audit
from kiosk.models.calendar import Term
from kiosk.models.calls import Booking
from kiosk.models.duty import Visitor
from kiosk.models.intake import BatchGoods, IntakeBatch
from kiosk.models.lending import Hold, ItemCase, ItemWithdrawal
from kiosk.models.library import Item, Loan
from kiosk.models.openings import SafetyCheck
from kiosk.models.people import Card, Child, Contact
from kiosk.models.room_times import ClosingNote, OpeningTimes
from kiosk.models.visits import Visit
from kiosk.rules.activities import ActivityKind, PairingKind
from kiosk.rules.call_states import CallState
from kiosk.rules.intake import BatchKind
from kiosk.rules.item_cases import CaseEnd, CaseKind
from kiosk.rules.lending import LoanEnd
from kiosk.rules.openings import Hazard, OpeningState
from kiosk.rules.people import PeopleProblem
from kiosk.rules.relations import Relation
from kiosk.rules.visitors import VisitPurpose
from kiosk.rules.visits import VisitState
from kiosk.services import (
    backup,
    contacts,
    erased_list,
    erasure,
    free_words,
    hold_queue,
    ledgers,
    people,
    readings,
    running,
    term_end,
)
from kiosk.services.here import Here
from tests import factories
from tests.clock import FrozenClock
from tests.conftest import here_in
from tests.factories import MadeChild

DAY = timedelta(days=1)
SENT_HOME = "送慕容 听雨回家"
TERM = "2026—2027学年第一学期"
# Texts in which nobody writes about a child: names of things, codes, and the child's own row.
NO_FREE_WORDS = {
    "audit": {"subject", "fields", "purpose"},
    "batch_goods": {"unit"},
    "booking": {"week_key"},
    "calendar_day": {"name", "source"},
    "call_wish": {"week_key"},
    "child": {"family_name", "given_name", "given_name_pinyin", "initials", "local_no"},
    "contact": {"phone_tail"},
    "duty_setting": {"tasks"},
    "holiday_year": {"source"},
    "home": {"name"},
    "item": {"code", "accession_no", "issue"},
    "late_entry": {"problem"},
    "ledger_archive": {"ledger", "digest"},
    "line": {"name"},
    "public_day": {"name"},
    "rule_set_choice": {"name"},
    "scanner": {"prefix"},
    "shelf": {"name", "code", "letter"},
    "slot": {"week_key"},
    "staff": {"display_name", "pin_hash"},
    "sync_change": {"tbl", "pk", "op"},
    "sync_quarantine": {"target", "tbl", "pk", "error"},
    "sync_state": {"target", "chain", "sending_chain", "claim", "last_error"},
    "term": {"name"},
    "title": {
        *("name", "author", "publisher", "published", "isbn", "csbn", "issn", "class_mark"),
        *("grade_band", "series", "volume", "search_key", "pad_key"),
    },
    "wall_board": {"manager", "telephone"},
    "week_plan": {"week_key", "seed", "input_digest"},
}


def _child_with_a_life(here: Here) -> MadeChild:
    child = factories.child(here, family_name="慕容", given_name="听雨", initials="mrty")
    came = here.now - DAY
    factories.visit(here, child.child_id, signed_in_at=came, signed_out_at=came)
    item = factories.item(here)
    factories.loan(here, child.child_id, item.item_id, lent_at=came, ended_at=here.now)
    contact = factories.contact(here, child.child_id, phone="19900001234", full_name="慕容山")
    factories.booking(here, child.child_id, contact_id=contact, state=CallState.NO_ANSWER)
    return child


def _everything() -> str:
    db.session.remove()
    return repr([reading().execute(select(table)).all() for table in Base.metadata.sorted_tables])


def test_who_the_child_was_is_in_no_table_any_more(either_app: Flask, clock: FrozenClock) -> None:
    here = here_in(either_app, clock)
    child = _child_with_a_life(here)
    assert "听雨" in _everything()
    day = here.today - DAY
    before = ledgers.build("L3", first=day, last=here.today, here=here)
    db.session.remove()

    reached = erasure.erase(child.child_id, actor_id=None, here=here)

    assert (reached.name, reached.visits, reached.loans, reached.calls) == ("慕容听雨", 1, 1, 1)
    found = _everything()
    assert not [word for word in ("听雨", "慕容", "mrty", "1234") if f"'{word}" in found]
    after = ledgers.build("L3", first=day, last=here.today, here=here)
    assert (after.totals, after.rows[0][2]) == (before.totals, "—")
    assert reading().scalars(select(Contact.phone_cipher)).all() == [b""]
    assert reading().scalars(select(Card.revoked_at)).one() == here.now
    assert reading().scalars(select(Audit.purpose).order_by(Audit.n.desc())).first() == "erasure"


def test_a_child_with_a_book_in_the_room_or_on_the_phone_is_not_erased(here: Here) -> None:
    reader, guest, caller = (factories.child(here) for _ in range(3))
    factories.loan(here, reader.child_id, factories.item(here).item_id)
    factories.visit(here, guest.child_id)
    contact_id = factories.contact(here, caller.child_id)
    factories.booking(here, caller.child_id, contact_id=contact_id, state=CallState.CALLING)

    for child in (reader, guest, caller):
        with pytest.raises(RefusedError) as error:
            erasure.erase(child.child_id, actor_id=None, here=here)
        assert error.value.reason is PeopleProblem.STILL_HERE
        assert erasure.preview(child.child_id).name == "陈小满"


def test_the_book_that_lay_ready_for_an_erased_child_is_the_next_ones(
    either_app: Flask, clock: FrozenClock
) -> None:
    here = here_in(either_app, clock)
    gone, after_it = factories.child(here), factories.child(here)
    item = factories.item(here)
    title_id = reading().get_one(Item, item.item_id).title_id
    with transaction() as session:
        for child, days in ((gone, 2), (after_it, 1)):
            session.add(
                Hold(
                    id=new_id(here.now),
                    title_id=title_id,
                    child_id=child.child_id,
                    placed_at=here.now - days * DAY,
                    request_id=uuid4(),
                )
            )
        session.flush()
        hold_queue.offer(session, item.item_id, here)

    erasure.erase(gone.child_id, actor_id=None, here=here)

    (hold,) = reading().scalars(select(Hold)).all()
    assert (hold.child_id, hold.item_id) == (after_it.child_id, item.item_id)
    assert hold.pick_up_by is not None


def test_a_contact_of_an_erased_child_has_no_number_to_show_or_to_approve(here: Here) -> None:
    child, teacher = factories.child(here), factories.staff(here)
    contact_id = factories.contact(here, child.child_id)
    erasure.erase(child.child_id, actor_id=None, here=here)
    before = factories.how_many(Audit)

    for ask in (
        partial(people.reveal, purpose="urgent"),
        contacts.approve_contact,
        contacts.bar_contact,
    ):
        with pytest.raises(RefusedError) as error:
            ask(contact_id, actor_id=teacher.staff_id, here=here)
        assert error.value.reason is PeopleProblem.ERASED

    assert factories.how_many(Audit) == before
    assert [one.is_erased for one in people.detail(child.child_id, here=here).contacts] == [True]


def test_nothing_new_is_written_down_of_an_erased_child(here: Here) -> None:
    child, teacher = factories.child(here), factories.staff(here)
    erasure.erase(child.child_id, actor_id=None, here=here)
    add = partial(contacts.add_contact, relation=Relation.MOTHER, phone="19900001234")

    for write in (partial(add, full_name="慕容山"), partial(readings.say_name, typed="mǎn")):
        with pytest.raises(RefusedError) as error:
            write(child.child_id, actor_id=teacher.staff_id, here=here)
        assert error.value.reason is PeopleProblem.ERASED

    assert factories.how_many(Contact) == 0
    assert reading().get_one(Child, child.child_id).given_name_pinyin is None


def test_a_child_that_nobody_knows_is_not_erased(here: Here) -> None:
    with pytest.raises(NotFoundError):
        erasure.erase(uuid4(), actor_id=None, here=here)


# Words that somebody typed


def test_every_text_is_one_that_an_erasure_looks_through_or_none_of_words() -> None:
    texts = {
        (table.name, column.name)
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, String) and not isinstance(column.type, Enum)
    }
    looked_through = {(one.class_.__tablename__, one.key) for one in free_words.COLUMNS}
    others = {(table, name) for table, names in NO_FREE_WORDS.items() for name in names}

    assert looked_through | others == texts
    assert not looked_through & others


@pytest.mark.parametrize("ledger", free_words.LEDGERS)
def test_the_words_of_a_ledger_stand_under_headers_of_it(here: Here, ledger: str) -> None:
    built = ledgers.build(ledger, first=here.today, last=here.today, here=here)

    assert free_words.LEDGERS[ledger] <= {column.label for column in built.columns}


def _typed(here: Here) -> UUID:
    """Write the name of a child, who is returned, wherever there are words, three weeks ago."""
    child = factories.child(here, family_name="慕容", given_name="听雨")
    other = factories.child(here, family_name="李", given_name="听雨")
    on, who = here.today - 20 * DAY, factories.staff(here).staff_id
    opening_id, then = factories.opening(here, on=on, state=OpeningState.HELD), here.now - 20 * DAY
    item_id, batch_id = factories.item(here).item_id, new_id(here.now)
    counts = dict.fromkeys(("children_left", "books_out", "games_out", "games_expected"), 0)
    note = {"signed_by_id": who, "signed_at": here.now, "is_clean": True, "is_safe": True}
    noted = {"noted_by_id": who, "request_id": uuid4()}
    in_opening = {"opening_id": opening_id}
    rows: tuple[tuple[type[Base], dict[str, object]], ...] = (
        (ClosingNote, in_opening | note | counts | {"line": "慕容听雨、李听雨晚走"}),
        (
            OpeningTimes,
            in_opening | {"seq": 1, "said_by_id": who, "said_at": here.now} | {"reason": SENT_HOME},
        ),
        (
            SafetyCheck,
            in_opening
            | {"hazard": Hazard.FALLS, "checked_at": here.now, "is_fine": False}
            | {"note": "听雨摔倒"},
        ),
        (
            Visitor,
            in_opening
            | noted
            | {"purpose": VisitPurpose.READING, "people": 1, "came_at": here.now}
            | {"name": "慕容听雨", "organisation": "慕容听雨家"},
        ),
        (
            IntakeBatch,
            {"id": batch_id, "home_id": here.home_id, "kind": BatchKind.DONATION, "on_date": on}
            | {"donor": "慕容听雨的爷爷", "note": "慕容听雨送来"},
        ),
        (
            BatchGoods,
            {"batch_id": batch_id, "unit": "个", "quantity": 1}
            | {"name": "慕容听雨的书包", "spec": "慕容听雨那种", "used_for": "给慕容听雨"},
        ),
        (
            ItemCase,
            {"item_id": item_id, "kind": CaseKind.DAMAGED, "local_day": on, "opened_at": then}
            | {"ended_at": then, "ended_as": CaseEnd.WITHDRAWN}
            | {"reason": "慕容听雨弄湿", "end_reason": "慕容听雨擦不干"},
        ),
        (ItemWithdrawal, {"item_id": item_id, "withdrawn_on": on}),
        (
            Pairing,
            {"child_id": other.child_id, "kind": PairingKind.TEACHER, "since": on}
            | {"helper": "慕容听雨", "post": "慕容听雨的同学"},
        ),
        (
            Activity,
            noted
            | {"home_id": here.home_id, "on_date": on, "from_min": 600, "to_min": 660}
            | {"kind": ActivityKind.CRAFT, "noted_at": here.now, "organiser": "王听雨"}
            | {"title": "慕容听雨教剪纸", "place": "慕容听雨教室", "photos": "慕容听雨01"}
            | {"course": "慕容听雨先剪"},
        ),
    )
    with transaction() as session:
        for table, values in rows:
            session.execute(insert(table).values({"id": new_id(here.now)} | values))
        session.execute(
            update(Item).where(Item.id == item_id).values(price_reason="慕容听雨看错", added_on=on)
        )
    return child.child_id


def test_a_name_that_was_typed_somewhere_goes_too(either_app: Flask, clock: FrozenClock) -> None:
    here = here_in(either_app, clock)
    child_id = _typed(here)

    reached = erasure.erase(child_id, actor_id=None, here=here)

    found = _everything()
    assert reached.notes == len(free_words.COLUMNS) - 1, "all but the adult"
    assert "慕容" not in found
    assert "'某生、李听雨晚走'" in found, "the other child is still named"
    assert "'王听雨'" in found, "and so is an adult"
    assert all(words in found for words in ("'送某生回家'", "'某生摔倒'", "'某生先剪'"))
    assert erasure.preview(child_id).notes == 0


def test_two_erased_helpers_of_one_child_are_told_apart(here: Here) -> None:
    paired = factories.child(here, given_name="小满").child_id
    helpers = [factories.child(here, family_name="慕", given_name=one) for one in ("听雨", "听雪")]
    with transaction() as session:
        for name in ("慕听雨", "慕听雪"):
            values = {"kind": PairingKind.TEACHER, "since": here.today, "helper": name}
            session.add(Pairing(id=new_id(here.now), child_id=paired, **values))

    for helper in helpers:
        erasure.erase(helper.child_id, actor_id=None, here=here)

    found = reading().scalars(select(Pairing.helper).order_by(Pairing.helper)).all()
    assert found == ["某生", "某生2"]


def test_nor_is_the_name_in_what_was_typed_into_frozen_ledgers(here: Here) -> None:
    child_id = _typed(here)
    first, last = here.today - 30 * DAY, here.today - 7 * DAY
    with transaction() as session:
        session.add(Term(id=new_id(here.now), name=TERM, first_day=first, last_day=last))
    term_end.end(TERM, actor_id=None, here=here)

    def said() -> str:
        db.session.remove()
        built = (ledgers.build(name, first=first, last=last, here=here) for name in ledgers.Ledger)
        return repr([table.rows for table in built])

    before = said()
    erasure.erase(child_id, actor_id=None, here=here)
    after = said()

    assert "听雨摔倒" in before
    printed = ("先剪", "擦不干", "看错", "的爷爷", "的书包", "教剪纸", "的同学")
    assert not [words for words in printed if f"慕容听雨{words}" not in before]
    assert not [words for words in printed if f"某生{words}" not in after]
    assert "慕容" not in after
    assert all(words in after for words in ("某生先剪", "某生摔倒", "某生、李听雨晚走"))
    assert before.count("擦不干") == after.count("擦不干") == len(("L9", "L19"))


# An older backup


def _restored(here: Here, path: Path) -> None:
    db.session.remove()
    db.engine.dispose()
    for beside in ("-wal", "-shm"):
        (here.settings.instance / f"kiosk.db{beside}").unlink(missing_ok=True)
    shutil.copy(path, here.settings.instance / "kiosk.db")


def _names(here: Here) -> list[str]:
    db.session.remove()
    running.prepare(here.settings, now=here.now)
    names = reading().scalars(select(Child.given_name).order_by(Child.given_name)).all()
    db.session.remove()
    return list(names)


def test_an_older_backup_does_not_bring_an_erased_child_back(
    here: Here, caplog: pytest.LogCaptureFixture
) -> None:
    gone = _child_with_a_life(here)
    factories.child(here, given_name="小满")
    path = backup.make_backup(here=here)
    erasure.erase(gone.child_id, actor_id=None, here=here)
    _restored(here, path)
    names = _names(here)

    assert set(names) == {"—", "小满"}
    assert "慕容" not in _everything()
    last = reading().scalars(select(Audit.fields).order_by(Audit.n.desc())).first()
    assert last == "erased again; archive, 0 rows"
    (told,) = [one.getMessage() for one in caplog.records if "older backup" in one.getMessage()]
    assert "1 children" in told
    assert str(gone.child_id) not in told


def test_without_the_list_the_older_backup_would_bring_it_back(here: Here) -> None:
    gone = _child_with_a_life(here)
    path = backup.make_backup(here=here)
    erasure.erase(gone.child_id, actor_id=None, here=here)
    _restored(here, path)
    (here.settings.instance / erased_list.FILE).unlink()

    assert _names(here) == ["听雨"]


def test_what_the_backup_has_going_on_of_it_is_ended(here: Here) -> None:
    gone, item = factories.child(here), factories.item(here)
    waiting = factories.child(here, given_name="后来")
    loan_id = factories.loan(here, gone.child_id, item.item_id)
    visit_id = factories.visit(here, gone.child_id)
    contact_id = factories.contact(here, gone.child_id)
    call_id = factories.booking(here, gone.child_id, contact_id=contact_id)
    erased_list.add(here.settings.instance, {gone.child_id: here.today})

    assert erasure.again(here) == 1
    assert erasure.again(here) == 0, "once is enough"

    session = reading()
    loan = session.get_one(Loan, loan_id)
    assert (loan.child_id, loan.ended_as) == (None, LoanEnd.RETURNED)
    assert session.get_one(Visit, visit_id).state is VisitState.LEFT_UNCONFIRMED
    assert session.get_one(Booking, call_id).state is CallState.RELEASED
    assert session.get_one(Child, waiting.child_id).given_name == "后来"


def test_a_lost_list_is_written_anew_from_the_audit(here: Here) -> None:
    gone = factories.child(here)
    erasure.erase(gone.child_id, actor_id=None, here=here)
    path = here.settings.instance / erased_list.FILE
    written = path.read_text()
    path.write_text(f"nonsense\n{uuid4()} 2026-01-01\n")

    erasure.again(here)

    assert gone.child_id in erased_list.read(here.settings.instance)
    assert len(erased_list.read(here.settings.instance)) == 2
    assert str(gone.child_id) in written
    assert "小满" not in written
