"""A box of books comes in: each scan is an item, and nothing is guessed or lost."""

from collections.abc import Callable
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update

from kiosk.db import Base, reading, transaction, writing
from kiosk.errors import InvalidInputError, NotFoundError, RefusedError
from kiosk.models.intake import BatchNotTaken
from kiosk.models.lending import Hold
from kiosk.models.library import Item, Title
from kiosk.rules import codes
from kiosk.rules.catalogue import CatalogueProblem, TitleKind
from kiosk.rules.intake import BatchKind, IntakeProblem, NotTaken
from kiosk.rules.lending import ItemStatus
from kiosk.services import (
    batches,
    drafts,
    holds,
    intake,
    item_status,
    known_titles,
    pile,
    pile_view,
    room_readings,
    stocktake,
)
from kiosk.services.batches import NewBatch
from kiosk.services.here import Here
from kiosk.services.pile import ShownLabel
from kiosk.services.pile_view import PileBook
from tests import factories
from tests.files import building

BOOK = "9787530216781"
OTHER = "9787020002207"
LONG_AGO = 8


@pytest.fixture
def actor(here: Here) -> UUID:
    return factories.staff(here).staff_id


def _take(
    text: str, actor: UUID, here: Here, batch_id: UUID | None = None, request: UUID | None = None
) -> UUID:
    taken = pile.take(
        text, batch_id=batch_id, request_id=request or uuid4(), actor_id=actor, here=here
    )
    assert isinstance(taken, UUID)
    return taken


def _last(here: Here, batch_id: UUID | None = None) -> PileBook:
    reading().rollback()
    last = pile_view.read(batch_id, here=here).last
    assert last is not None
    return last


def _batch(here: Here, actor: UUID) -> UUID:
    new = NewBatch(kind=BatchKind.DONATION, on_date=here.today, donor="春苗书社")
    return batches.add(new, request_id=uuid4(), actor_id=actor, here=here)


def test_a_book_that_nobody_knows_is_an_item_with_a_number_at_once(actor: UUID, here: Here) -> None:
    _take(BOOK, actor, here)

    last = _last(here)
    assert (last.name, last.number, last.is_draft) == ("未命名 000001", BOOK, True)
    assert (last.same, last.items) == (1, 1)
    assert pile_view.read(None, here=here).labels == 1


def test_the_same_book_again_is_one_more(actor: UUID, here: Here) -> None:
    for _ in range(3):
        _take(f"{BOOK}05", actor, here)

    assert _last(here).same == 3
    assert factories.how_many(Title) == 1


def test_a_scan_that_comes_twice_is_one_item(actor: UUID, here: Here) -> None:
    request = uuid4()

    first = _take(BOOK, actor, here, request=request)
    again = _take(BOOK, actor, here, request=request)

    assert first == again
    assert factories.how_many(Item) == 1


def test_a_known_book_gets_one_item_more(actor: UUID, here: Here) -> None:
    factories.title(here, name="小马过河", isbn=BOOK)

    _take(BOOK, actor, here)

    assert (_last(here).name, _last(here).is_draft) == ("小马过河", False)


def test_twenty_more_of_the_same_have_a_number_each(actor: UUID, here: Here) -> None:
    item_id, request = _take(BOOK, actor, here), uuid4()

    for _ in range(2):
        pile.more(item_id, 20, request_id=request, actor_id=actor, here=here)

    reading().rollback()
    numbers = set(reading().query(Item.accession_no).all())
    assert len(numbers) == 21
    assert _last(here).same == 21


@pytest.mark.parametrize("copies", [0, 201])
def test_nobody_takes_in_a_lorry_by_a_slip_of_the_finger(
    actor: UUID, here: Here, copies: int
) -> None:
    item_id = _take(BOOK, actor, here)

    with pytest.raises(InvalidInputError) as error:
        pile.more(item_id, copies, request_id=uuid4(), actor_id=actor, here=here)

    assert error.value.reason is CatalogueProblem.WRONG_COUNT


def test_a_magazine_keeps_its_issue_and_its_title_is_one(actor: UUID, here: Here) -> None:
    _take("977100012300605", actor, here)
    _take("977100012300606", actor, here)

    last = _last(here)
    assert (last.kind, last.issue, last.same) == (TitleKind.PERIODICAL, "06", 2)


def test_our_own_label_is_shown_and_nothing_is_stored(actor: UUID, here: Here) -> None:
    item = factories.item(here, name="星星邮局")
    child = factories.child(here)
    factories.loan(here, child.child_id, item.item_id)

    shown = pile.take(item.code, batch_id=None, request_id=uuid4(), actor_id=actor, here=here)

    assert isinstance(shown, ShownLabel)
    assert (shown.name, shown.is_on_loan) == ("星星邮局", True)
    assert factories.how_many(Item) == 1


def test_a_label_of_another_school_is_not_known(actor: UUID, here: Here) -> None:
    with pytest.raises(NotFoundError):
        pile.take(
            codes.new_item_code(), batch_id=None, request_id=uuid4(), actor_id=actor, here=here
        )


def test_a_typed_title_without_a_number_takes_what_the_list_says(actor: UUID, here: Here) -> None:
    _take("《没头脑和不高兴》", actor, here)

    last = _last(here)
    assert (last.name, last.author, last.is_draft) == ("没头脑和不高兴", "任溶溶 著", False)
    _take("没头脑和不高兴", actor, here)
    assert _last(here).same == 2


def test_a_unified_book_number_is_asked_for_its_title_each_time(actor: UUID, here: Here) -> None:
    _take("R10024.3556", actor, here)
    first = _last(here)
    drafts.name(first.title_id, "小溪流的歌", actor_id=actor, here=here)
    _take("R10024·3556", actor, here)

    last = _last(here)
    assert (last.number, last.is_draft) == ("R10024·3556", True)
    assert [choice.name for choice in last.choices] == ["小溪流的歌"]


@pytest.mark.parametrize(
    ("typed", "reason"),
    [("", CatalogueProblem.TITLE_MISSING), ("书" * 10_000, CatalogueProblem.TITLE_TOO_LONG)],
)
def test_a_title_that_cannot_be_one_is_said_plainly(
    actor: UUID, here: Here, typed: str, reason: CatalogueProblem
) -> None:
    with pytest.raises(InvalidInputError) as error:
        _take(typed, actor, here)

    assert error.value.reason is reason
    assert factories.how_many(Item) == 0


def test_a_draft_gets_its_title_and_what_the_list_knows(actor: UUID, here: Here) -> None:
    _take(BOOK, actor, here)

    drafts.name(_last(here).title_id, "没头脑和不高兴", actor_id=actor, here=here)

    last = _last(here)
    assert (last.name, last.number, last.is_draft) == ("没头脑和不高兴", BOOK, False)
    reading().rollback()
    title = reading().query(Title).one()
    assert title.grade_band == "1-2"
    assert "mtnhbgx" in title.search_key


def test_a_draft_that_is_a_title_without_a_number_becomes_it(actor: UUID, here: Here) -> None:
    known = factories.item(here, name="小马过河")
    _take(BOOK, actor, here)

    drafts.name(_last(here).title_id, "小马过河", actor_id=actor, here=here)

    last = _last(here)
    assert (last.title_id, last.number, last.items) == (known.title_id, BOOK, 2)
    assert factories.how_many(Title) == 1


def test_two_books_under_one_number_are_asked_for(actor: UUID, here: Here) -> None:
    _take(BOOK, actor, here)
    drafts.name(_last(here).title_id, "小马过河", actor_id=actor, here=here)
    wrong = _take(BOOK, actor, here)
    drafts.another(wrong, request_id=uuid4(), actor_id=actor, here=here)
    drafts.name(_last(here).title_id, "小河的信", actor_id=actor, here=here)

    _take(BOOK, actor, here)

    last = _last(here)
    assert last.is_draft
    assert [choice.name for choice in last.choices] == ["小河的信", "小马过河"]
    drafts.settle(last.title_id, last.choices[0].title_id, actor_id=actor, here=here)
    assert (_last(here).name, _last(here).same) == ("小河的信", 2)


def test_a_set_with_one_number_is_asked_for_its_volume(actor: UUID, here: Here) -> None:
    _take(BOOK, actor, here)
    drafts.name(_last(here).title_id, "三国演义（上）", actor_id=actor, here=here)

    _take(BOOK, actor, here)

    last = _last(here)
    assert (last.is_draft, last.next_volume) == (True, "2")
    like = last.choices[0].title_id
    drafts.as_volume(last.title_id, like, "2", actor_id=actor, here=here)
    assert _last(here).name == "三国演义（上） 2"
    assert _last(here).number == BOOK


def test_a_book_may_be_named_once_only(actor: UUID, here: Here) -> None:
    _take(BOOK, actor, here)
    title_id = _last(here).title_id
    drafts.name(title_id, "小马过河", actor_id=actor, here=here)

    with pytest.raises(RefusedError) as error:
        drafts.name(title_id, "小河的信", actor_id=actor, here=here)

    assert error.value.reason is IntakeProblem.NO_MORE_A_DRAFT


def test_the_last_scan_is_undone_with_its_draft(actor: UUID, here: Here) -> None:
    item_id = _take(BOOK, actor, here)

    for _ in range(2):
        drafts.undo(item_id, actor_id=actor, here=here)

    assert factories.how_many(Item) == 0
    assert factories.how_many(Title) == 0


def test_undoing_more_of_the_same_takes_back_those_and_not_the_first(
    actor: UUID, here: Here
) -> None:
    from dataclasses import replace
    from datetime import timedelta

    item_id = _take(BOOK, actor, here)
    later = replace(here, now=here.now + timedelta(seconds=5))
    last = pile.more(item_id, 5, request_id=uuid4(), actor_id=actor, here=later)

    drafts.undo(last, actor_id=actor, here=later)

    assert _last(here).same == 1


def test_what_has_its_label_or_was_lent_is_no_more_undone(actor: UUID, here: Here) -> None:
    item_id = _take(BOOK, actor, here)
    factories.loan(here, factories.child(here).child_id, item_id, ended_at=here.now)

    with pytest.raises(RefusedError) as error:
        drafts.undo(item_id, actor_id=actor, here=here)

    assert error.value.reason is IntakeProblem.TOO_LATE_TO_UNDO


def test_a_copy_out_of_a_file_is_no_book_of_the_pile(
    actor: UUID, here: Here, tmp_path: Path
) -> None:
    listed = building.write(
        tmp_path, "books.csv", f"书名,ISBN,册数\n小马过河,{BOOK},2".encode("utf-8-sig")
    )
    intake.apply(intake.preview(listed, here=here), actor_id=None, here=here)
    reading().rollback()
    assert pile_view.read(None, here=here).last is None

    item_id = _take(BOOK, actor, here)
    assert (_last(here).same, _last(here).items) == (1, 3)
    drafts.undo(item_id, actor_id=actor, here=here)

    assert factories.how_many(Item) == 2
    (left, _) = reading().scalars(select(Item.id)).all()
    with pytest.raises(RefusedError) as error:
        drafts.undo(left, actor_id=actor, here=here)
    assert error.value.reason is IntakeProblem.TOO_LATE_TO_UNDO


def test_an_undo_takes_back_its_own_scan_and_not_another_of_the_same_moment(
    actor: UUID, here: Here
) -> None:
    first = _take(BOOK, actor, here)
    last = pile.more(first, 5, request_id=uuid4(), actor_id=actor, here=here)

    drafts.undo(last, actor_id=actor, here=here)

    assert [row.id for row in reading().scalars(select(Item))] == [first]


def _is_counted(item_id: UUID, here: Here) -> None:
    stocktake.begin(staff_id=factories.staff(here).staff_id, here=here)
    code = reading().get_one(Item, item_id).code
    stocktake.scan(code, place_id=stocktake.WITHOUT_SHELF, request_id=uuid4(), here=here)


def _is_read(item_id: UUID, here: Here) -> None:
    with writing() as connection:
        room_readings.note(connection, item_id, request_id=uuid4(), here=here)


def _was_set_aside(item_id: UUID, here: Here) -> None:
    staff_id = factories.staff(here).staff_id
    for status in (ItemStatus.WITHDRAWN, ItemStatus.AVAILABLE):
        item_status.set_status(item_id, status, staff_id=staff_id, here=here)


@pytest.mark.parametrize("happens", [_is_counted, _is_read, _was_set_aside])
def test_what_was_counted_or_read_meanwhile_stays(
    actor: UUID, here: Here, happens: Callable[[UUID, Here], None]
) -> None:
    first = _take(BOOK, actor, here)
    last = pile.more(first, 2, request_id=uuid4(), actor_id=actor, here=here)
    happens(last, here)

    with pytest.raises(RefusedError) as error:
        drafts.undo(last, actor_id=actor, here=here)

    assert error.value.reason is IntakeProblem.HAS_A_PAST
    assert factories.how_many(Item) == 3


def test_a_draft_that_a_child_waits_for_is_not_undone(actor: UUID, here: Here) -> None:
    item_id = _take(BOOK, actor, here)
    holds.place_for(
        title_id=_last(here).title_id,
        child_id=factories.child(here).child_id,
        staff_id=actor,
        request_id=uuid4(),
        here=here,
    )
    with transaction() as session:  # it waits for any copy of the title
        session.execute(update(Hold).values(item_id=None, ready_at=None, pick_up_by=None))

    with pytest.raises(RefusedError) as error:
        drafts.undo(item_id, actor_id=actor, here=here)

    assert error.value.reason is IntakeProblem.HAS_A_PAST
    assert factories.how_many(Item) == 1


def test_whatever_refers_to_an_item_keeps_it_from_being_undone() -> None:
    item_id = Item.__table__.c.id
    referring = {
        key.parent.table.name
        for table in Base.metadata.tables.values()
        for key in table.foreign_keys
        if key.column is item_id
    }

    assert {one.class_.__tablename__ for one in drafts.PAST} == referring


def test_a_batch_counts_what_it_did_not_take(actor: UUID, here: Here) -> None:
    batch_id, request = _batch(here, actor), uuid4()
    for _ in range(2):
        drafts.not_taken(batch_id, NotTaken.TORN, request_id=request, here=here)
    drafts.not_taken(batch_id, NotTaken.TOO_OLD, request_id=uuid4(), here=here)

    reading().rollback()
    stands = pile_view.read(batch_id, here=here)

    assert stands.not_taken == {
        NotTaken.TOO_OLD: 1,
        NotTaken.UNSUITABLE: 0,
        NotTaken.TORN: 1,
        NotTaken.TOO_MANY: 0,
    }
    assert stands.last_not_taken is not None
    drafts.undo_not_taken(batch_id, stands.last_not_taken)
    assert factories.how_many(BatchNotTaken) == 1


def test_books_of_a_batch_are_counted_apart(actor: UUID, here: Here) -> None:
    batch_id = _batch(here, actor)
    _take(BOOK, actor, here)
    _take(OTHER, actor, here, batch_id)

    reading().rollback()

    assert pile_view.read(batch_id, here=here).taken == 1
    assert pile_view.read(None, here=here).taken == 1


def test_nothing_is_added_to_what_was_accepted(actor: UUID, here: Here) -> None:
    batch_id = _batch(here, actor)
    item_id = _take(BOOK, actor, here, batch_id)
    batches.accept(batch_id, actor_id=factories.staff(here).staff_id, here=here)

    with pytest.raises(RefusedError) as taken:
        _take(BOOK, actor, here, batch_id)
    with pytest.raises(RefusedError) as undone:
        drafts.undo(item_id, actor_id=actor, here=here)

    assert taken.value.reason is undone.value.reason is IntakeProblem.ALREADY_ACCEPTED


def test_a_title_is_suggested_from_the_house_and_from_the_list(here: Here) -> None:
    factories.title(here, name="小马过河")

    by_name, by_initials = known_titles.suggest("小马"), known_titles.suggest("mtnhbgx")

    assert [(one.name, one.title_id is not None) for one in by_name] == [("小马过河", True)]
    assert [one.name for one in by_initials] == ["没头脑和不高兴"]
    assert known_titles.suggest(" ") == ()


def test_a_name_without_letters_is_no_title_that_is_there(here: Here) -> None:
    factories.title(here, name="……")

    assert known_titles.in_catalogue(reading(), "？！", isbn=None) is None
    assert known_titles.in_list("？！") is None


def test_the_next_number_comes_after_the_highest_of_six_digits(actor: UUID, here: Here) -> None:
    for number in ("000007", "9A0000", "T000099"):
        factories.item(here, accession_no=number)

    _take(BOOK, actor, here)

    assert _last(here).accession_no == f"{LONG_AGO:06}"
