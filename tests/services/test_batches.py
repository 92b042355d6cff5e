"""Batches, their goods and their two persons; shelves; titles put right; labels looked at twice."""

from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from uuid import UUID, uuid4

import pytest
from PIL import Image
from sqlalchemy import update

from kiosk.db import db, reading, transaction
from kiosk.errors import InvalidInputError, NotFoundError, RefusedError
from kiosk.models.audit import Audit, AuditAction
from kiosk.models.intake import BatchGoods, IntakeBatch
from kiosk.models.library import Item, Title
from kiosk.rules.book_numbers import NumberProblem
from kiosk.rules.catalogue import CatalogueProblem, ShelfColour, TitleKind
from kiosk.rules.intake import BatchKind, IntakeProblem, is_chosen
from kiosk.services import (
    batch_list,
    batches,
    covers,
    drafts,
    label_pairs,
    ledgers,
    pile,
    shelves,
    title_editing,
)
from kiosk.services.batch_list import NewGoods
from kiosk.services.batches import NewBatch
from kiosk.services.catalogue_rows import NewTitle
from kiosk.services.here import Here
from kiosk.services.label_pairs import PairState
from tests import factories

BOOK = "9787530216781"
OTHER = "9787020002207"
PHONE = "13900001234"
PENCILS = NewGoods(
    name="铅笔", spec="12 支", unit="盒", quantity=10, price_fen=1200, used_for="美术课"
)


@pytest.fixture
def actor(here: Here) -> UUID:
    return factories.staff(here).staff_id


def _batch(here: Here, actor: UUID, contact: str | None = None) -> UUID:
    new = NewBatch(kind=BatchKind.DONATION, on_date=here.today, donor="春苗书社", contact=contact)
    return batches.add(new, request_id=uuid4(), actor_id=actor, here=here)


def _photo() -> bytes:
    target = BytesIO()
    Image.new("RGB", (300, 400), "teal").save(target, "JPEG")
    return target.getvalue()


def test_a_donation_has_a_donor(here: Here, actor: UUID) -> None:
    with pytest.raises(InvalidInputError) as error:
        batches.add(
            NewBatch(kind=BatchKind.DONATION, on_date=here.today),
            request_id=uuid4(),
            actor_id=actor,
            here=here,
        )

    assert error.value.reason is IntakeProblem.DONOR_MISSING


def test_a_batch_begun_twice_by_one_tap_is_one(here: Here, actor: UUID) -> None:
    new, request = NewBatch(kind=BatchKind.PURCHASE, on_date=here.today), uuid4()

    for _ in range(2):
        batches.add(new, request_id=request, actor_id=actor, here=here)

    assert factories.how_many(IntakeBatch) == 1


def test_how_to_reach_a_donor_is_sealed_and_each_look_is_audited(here: Here, actor: UUID) -> None:
    batch_id = _batch(here, actor, PHONE)

    sealed = reading().get_one(IntakeBatch, batch_id).donor_contact_cipher
    assert sealed is not None
    assert PHONE.encode() not in sealed
    assert batches.reveal_contact(batch_id, actor_id=actor, here=here) == PHONE
    row = reading().query(Audit).where(Audit.action == AuditAction.REVEAL).one()
    assert (row.subject, row.fields) == (f"batch:{batch_id}", "donor_contact")


def test_goods_are_counted_once_and_taken_out_again(here: Here, actor: UUID) -> None:
    batch_id, request = _batch(here, actor), uuid4()
    for _ in range(2):
        batches.add_goods(batch_id, PENCILS, request_id=request, actor_id=actor, here=here)

    (line,) = batch_list.detail(batch_id).goods

    assert line.goods == PENCILS
    batches.remove_goods(batch_id, line.goods_id, actor_id=actor, here=here)
    assert factories.how_many(BatchGoods) == 0


def test_another_person_accepts_than_the_one_who_received(here: Here, actor: UUID) -> None:
    batch_id = _batch(here, actor)
    batches.add_goods(batch_id, PENCILS, request_id=uuid4(), actor_id=actor, here=here)

    with pytest.raises(RefusedError) as error:
        batches.accept(batch_id, actor_id=actor, here=here)
    assert error.value.reason is IntakeProblem.SAME_PERSON

    batches.accept(batch_id, actor_id=factories.staff(here).staff_id, here=here)
    assert batch_list.detail(batch_id).line.accepted_by == "王老师2"
    with pytest.raises(RefusedError) as later:
        batches.add_goods(batch_id, PENCILS, request_id=uuid4(), actor_id=actor, here=here)
    assert later.value.reason is IntakeProblem.ALREADY_ACCEPTED


def test_an_empty_batch_is_not_accepted(here: Here, actor: UUID) -> None:
    batch_id = _batch(here, actor)

    with pytest.raises(RefusedError) as error:
        batches.accept(batch_id, actor_id=factories.staff(here).staff_id, here=here)

    assert error.value.reason is IntakeProblem.NOTHING_IN_IT


def test_a_donor_is_told_how_often_the_books_were_lent(here: Here, actor: UUID) -> None:
    batch_id = _batch(here, actor)
    item_id = pile.take(BOOK, batch_id=batch_id, request_id=uuid4(), actor_id=actor, here=here)
    assert isinstance(item_id, UUID)
    pile.more(item_id, 2, request_id=uuid4(), actor_id=actor, here=here)
    factories.loan(here, factories.child(here).child_id, item_id, ended_at=here.now)

    found = batch_list.detail(batch_id)

    assert (found.line.items, found.line.titles, found.loans) == (3, 1, 1)
    assert found.books == (("未命名 000001", 3),)


def test_a_shelf_keeps_what_it_is_when_it_is_renamed(here: Here, actor: UUID) -> None:
    shelf_id = shelves.add(
        "I1",
        colour=ShelfColour.PERSIMMON,
        letter="I",
        request_id=uuid4(),
        actor_id=actor,
        here=here,
    )
    shelves.change(shelf_id, "I-1", colour=None, letter=None, actor_id=actor, here=here)

    reading().rollback()
    (line,) = shelves.listing()

    assert (line.name, line.colour, line.code, line.items) == ("I-1", None, None, 0)


def test_two_shelves_have_two_names(here: Here, actor: UUID) -> None:
    def add(name: str) -> None:
        shelves.add(name, colour=None, letter=None, request_id=uuid4(), actor_id=actor, here=here)

    add("I1")
    with pytest.raises(RefusedError) as known:
        add("I1")
    with pytest.raises(InvalidInputError) as nameless:
        add("")

    assert known.value.reason is CatalogueProblem.SHELF_KNOWN
    assert nameless.value.reason is CatalogueProblem.SHELF_NAME_MISSING


def _version(title_id: UUID) -> str | None:
    db.session.remove()
    return covers.version_of(reading(), title_id)


def test_a_cover_is_kept_small_and_the_drawn_one_comes_back(here: Here, actor: UUID) -> None:
    title_id = factories.title(here)
    covers.keep(title_id, _photo(), actor_id=actor, here=here)

    version = _version(title_id)
    assert version is not None
    jpeg = covers.read(title_id, version)
    assert jpeg is not None
    assert len(jpeg) < 30_720
    covers.remove(title_id, actor_id=actor, here=here)
    assert _version(title_id) is None
    assert covers.read(title_id, version) is None


def test_another_cover_has_another_address_also_when_the_clock_was_set_back(
    here: Here, actor: UUID
) -> None:
    title_id = factories.title(here)
    earlier = replace(here, now=here.now - timedelta(hours=1))
    versions = []
    for at in (here, here, earlier):
        covers.keep(title_id, _photo(), actor_id=actor, here=at)
        versions.append(_version(title_id))

    assert len(set(versions)) == 3
    assert covers.read(title_id, str(versions[0])) is None
    assert covers.read(title_id, str(versions[2])) is not None


def test_a_book_comes_in_by_its_cover_alone(here: Here, actor: UUID) -> None:
    request = uuid4()
    for _ in range(2):
        covers.take_in(_photo(), batch_id=None, request_id=request, actor_id=actor, here=here)

    (title,) = reading().query(Title).all()

    assert (title.name, title.is_draft) == ("未命名 000001", True)
    assert _version(title.id) is not None
    assert factories.how_many(Item) == 1


def test_a_cover_goes_with_its_draft(here: Here, actor: UUID) -> None:
    known = factories.title(here, name="小马过河")
    covers.take_in(_photo(), batch_id=None, request_id=uuid4(), actor_id=actor, here=here)
    draft = reading().query(Title).where(Title.is_draft).one().id

    drafts.name(draft, "小马过河", actor_id=actor, here=here)

    assert _version(known) is not None


def test_everything_of_a_title_is_put_right(here: Here, actor: UUID) -> None:
    title_id = factories.title(here)
    new = NewTitle(
        name="十万个为什么",
        kind=TitleKind.BOOK,
        author="叶永烈",
        isbn="978-7-5302-1678-1",
        class_mark="N49",
        grade_band="3-4",
        series="十万个为什么",
        series_no=1,
        volume="1",
        price_fen=2580,
    )
    after = factories.title(here, name="十万个为什么 2")
    title_editing.change(title_id, new, shares_number=False, actor_id=actor, here=here)
    second = replace(new, name="十万个为什么 2", isbn=OTHER, series_no=2, volume="2")
    title_editing.change(after, second, shares_number=False, actor_id=actor, here=here)

    reading().rollback()
    read = title_editing.read(title_id)

    assert read.title == replace(new, isbn=BOOK)
    assert read.book_class is not None
    assert read.book_class.letter == "N"
    assert read.next_volume == (after, "十万个为什么 2")


def test_one_number_for_two_titles_is_asked_for(here: Here, actor: UUID) -> None:
    factories.title(here, name="小马过河", isbn=BOOK)
    title_id = factories.title(here, name="小河的信")
    new = NewTitle(name="小河的信", isbn=BOOK)

    with pytest.raises(RefusedError) as error:
        title_editing.change(title_id, new, shares_number=False, actor_id=actor, here=here)
    title_editing.change(title_id, new, shares_number=True, actor_id=actor, here=here)

    assert error.value.reason is CatalogueProblem.ISBN_ELSEWHERE
    assert error.value.values == {"name": "小马过河"}


@pytest.mark.parametrize(
    ("new", "reason"),
    [
        (NewTitle(name=" "), CatalogueProblem.TITLE_MISSING),
        (NewTitle(name="书" * 10_000), CatalogueProblem.TITLE_TOO_LONG),
        (NewTitle(name="书", isbn="9787530216789"), CatalogueProblem.WRONG_ISBN),
    ],
)
def test_a_title_that_is_none_stays_as_it_was(
    here: Here, actor: UUID, new: NewTitle, reason: CatalogueProblem
) -> None:
    title_id = factories.title(here)

    with pytest.raises(InvalidInputError) as error:
        title_editing.change(title_id, new, shares_number=False, actor_id=actor, here=here)

    assert error.value.reason is reason
    assert reading().get_one(Title, title_id).name == "小马过河"


def test_the_numbers_of_a_title_are_read_strictly() -> None:
    assert title_editing.read_csbn_of("R10024.3556") == "R10024·3556"
    assert title_editing.read_issn_of("1000-1239") == "10001239"
    assert title_editing.read_class_mark_of("i287.45") == "I287.45"
    for read, wrong, reason in (
        (title_editing.read_csbn_of, "12", CatalogueProblem.WRONG_CSBN),
        (title_editing.read_issn_of, "1000-1234", CatalogueProblem.WRONG_ISSN),
        (title_editing.read_issn_of, BOOK, CatalogueProblem.WRONG_ISSN),
        (title_editing.read_class_mark_of, "L12", CatalogueProblem.WRONG_CLASS_MARK),
    ):
        with pytest.raises(InvalidInputError) as error:
            read(wrong)
        assert error.value.reason is reason
        assert read("") is None


def test_a_copy_gets_shelf_price_issue_and_batch(here: Here, actor: UUID) -> None:
    item, batch_id = factories.item(here), _batch(here, actor)
    shelf_id = shelves.add(
        "I1", colour=None, letter=None, request_id=uuid4(), actor_id=actor, here=here
    )
    new = title_editing.EditedItem(
        item_id=item.item_id,
        accession_no="",
        shelf_id=shelf_id,
        price_fen=990,
        issue="3",
        batch_id=batch_id,
    )

    title_editing.change_item(new, actor_id=actor, here=here)

    reading().rollback()
    (copy,) = title_editing.read(item.title_id).copies
    assert replace(copy, accession_no="") == new
    with pytest.raises(NotFoundError):
        title_editing.change_item(replace(new, shelf_id=uuid4()), actor_id=actor, here=here)


def test_a_copy_does_not_leave_an_accepted_batch(here: Here, actor: UUID) -> None:
    batch_id = _batch(here, actor)
    item_id = pile.take(BOOK, batch_id=batch_id, request_id=uuid4(), actor_id=actor, here=here)
    assert isinstance(item_id, UUID)
    batches.accept(batch_id, actor_id=factories.staff(here).staff_id, here=here)
    away = title_editing.EditedItem(
        item_id=item_id,
        accession_no="",
        shelf_id=None,
        price_fen=None,
        issue=None,
        batch_id=None,
    )

    with pytest.raises(RefusedError) as error:
        title_editing.change_item(away, actor_id=actor, here=here)

    assert error.value.reason is IntakeProblem.ALREADY_ACCEPTED


def _accepted_copy(here: Here, actor: UUID) -> tuple[UUID, title_editing.EditedItem]:
    """Return a title and its copy of 9.90 yuan, which two persons have accepted."""
    batch_id = _batch(here, actor)
    item_id = pile.take(BOOK, batch_id=batch_id, request_id=uuid4(), actor_id=actor, here=here)
    assert isinstance(item_id, UUID)
    title_id = title_editing.title_of(item_id)
    with transaction() as session:
        session.execute(update(Title).where(Title.id == title_id).values(price_fen=990))
    batches.accept(batch_id, actor_id=factories.staff(here).staff_id, here=here)
    (copy,) = title_editing.read(title_id).copies
    assert copy.is_accepted
    return title_id, copy


def test_an_accepted_price_is_corrected_with_a_reason_that_stays(here: Here, actor: UUID) -> None:
    title_id, copy = _accepted_copy(here, actor)
    dearer = replace(copy, price_fen=1990)
    reading().rollback()

    with pytest.raises(RefusedError) as error:
        title_editing.change_item(dearer, actor_id=actor, here=here)
    title_editing.change_item(replace(dearer, price_reason="单价看错了"), actor_id=actor, here=here)
    title_editing.change_item(replace(dearer, issue="3"), actor_id=actor, here=here)

    assert error.value.reason is IntakeProblem.PRICE_ACCEPTED
    reading().rollback()
    (after,) = title_editing.read(title_id).copies
    assert (after.price_fen, after.price_reason) == (1990, "单价看错了")
    table = ledgers.build("L7", first=here.today, last=here.today, here=here)
    assert table.rows[1][-1] == "第3期；价格更正：单价看错了"


def test_the_price_of_a_title_does_not_change_what_was_accepted(here: Here, actor: UUID) -> None:
    title_id, _ = _accepted_copy(here, actor)
    known = title_editing.read(title_id).title
    reading().rollback()

    title_editing.change(
        title_id, replace(known, price_fen=100), shares_number=False, actor_id=actor, here=here
    )

    reading().rollback()
    assert title_editing.read(title_id).copies[0].price_fen == 990


def test_what_was_accepted_without_a_price_gets_none_of_its_title(here: Here, actor: UUID) -> None:
    title_id, copy = _accepted_copy(here, actor)
    with transaction() as session:
        session.execute(update(Title).where(Title.id == title_id).values(price_fen=None))
    priced = replace(title_editing.read(title_id).title, price_fen=100)
    reading().rollback()

    def price() -> None:
        title_editing.change(title_id, priced, shares_number=False, actor_id=actor, here=here)

    with pytest.raises(RefusedError) as error:
        price()
    assert error.value.reason is IntakeProblem.WORTH_ACCEPTED
    worth = replace(copy, price_fen=990, price_reason="补登")
    title_editing.change_item(worth, actor_id=actor, here=here)
    price()

    reading().rollback()
    assert title_editing.read(title_id).copies[0].price_fen == 990


def test_label_and_book_are_a_pair(here: Here) -> None:
    item = factories.item(here, isbn=BOOK)

    begun = label_pairs.look(item.code, label=None, here=here)
    ended = label_pairs.look(f"{BOOK}05", label=item.code, here=here)

    assert (begun.state, ended.state) == (PairState.LABEL_READ, PairState.FITS)
    reading().rollback()
    assert reading().get_one(Item, item.item_id).label_checked_at == here.now


def test_a_label_on_the_wrong_book_is_noticed_and_nothing_is_ticked(here: Here) -> None:
    item = factories.item(here, isbn=BOOK)

    pair = label_pairs.look(OTHER, label=item.code, here=here)

    assert pair.state is PairState.OTHER_BOOK
    assert reading().get_one(Item, item.item_id).label_checked_at is None


def test_a_book_without_a_number_is_looked_at_by_eye(here: Here) -> None:
    item = factories.item(here)

    assert label_pairs.say(item.code, fits=False, here=here).state is PairState.OTHER_BOOK
    assert label_pairs.say(item.code, fits=True, here=here).state is PairState.FITS


def test_a_book_before_its_label_is_asked_for_the_label(here: Here) -> None:
    with pytest.raises(InvalidInputError) as error:
        label_pairs.look(BOOK, label=None, here=here)

    assert error.value.reason is NumberProblem.NO_BOOK


def test_one_in_ten_of_the_new_labels_waits_for_a_second_look(here: Here) -> None:
    title_id = factories.title(here, isbn=BOOK)
    made = [factories.item(here, title_id=title_id) for _ in range(60)]
    with transaction() as session:
        for one in made[:30]:
            session.get_one(Item, one.item_id).label_queued_at = here.now

    books, left = label_pairs.to_check(here=here)

    assert left == len(books)
    printed = {one.item_id for one in made[30:]}
    assert {book.item_id for book in books} == {one for one in printed if is_chosen(one)}
