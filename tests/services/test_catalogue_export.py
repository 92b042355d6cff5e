"""The catalogue leaves as a file and comes back without a difference."""

import csv
import io
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select, text

from kiosk.db import reading, transaction
from kiosk.errors import UnavailableError
from kiosk.files.books import read_books
from kiosk.files.tables import guarded, unguarded
from kiosk.ids import new_id
from kiosk.models.audit import Audit, AuditAction
from kiosk.models.lending import ItemWithdrawal
from kiosk.models.library import Item, Shelf, Title
from kiosk.rules import codes
from kiosk.rules.book_imports import ImportProblem
from kiosk.rules.catalogue import CatalogueProblem, TitleKind
from kiosk.rules.lending import ItemStatus
from kiosk.services import book_jobs, catalogue_export, intake
from kiosk.services.catalogue_export import CatalogueFormat
from kiosk.services.catalogue_rows import NewTitle, item_row, new_item, title_row
from kiosk.services.here import Here
from kiosk.services.intake import IntakePlan
from tests import factories
from tests.clock import FrozenClock
from tests.conftest import here_in

FORMULAS = [
    '=HYPERLINK("evil")',
    "+1",
    "-1",
    "@SUM(A1)",
    "＝1＋1",
    "'=1",
    "''=1",
    " =1",
    "\u3000＠x",
]
QUOTED = [
    '"',
    'a,"b"',
    "，；|",
    "《小马过河》",
    "无",
    "-",
    "a /",
    "_x0041_",
    "A  B",
    "🐴𠮷𮧵",
    "é\u0301",
]
SIGNS = st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff")
TEXTS = st.one_of(
    st.sampled_from([*FORMULAS, *QUOTED]),
    st.text(SIGNS, min_size=1, max_size=40),
    st.text(st.sampled_from("'=+-@＝＋－＠ \u3000,;\"‡小马🐴\u200b"), min_size=1, max_size=12),
)
NAMES = TEXTS.map(str.strip).filter(bool)


def maybe(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | values


NEW_TITLES = st.builds(
    NewTitle,
    name=NAMES,
    kind=st.sampled_from(TitleKind),
    author=maybe(TEXTS),
    publisher=maybe(TEXTS),
    published=maybe(st.sampled_from(["2005", "1985.07", "c2001"])),
    isbn=maybe(st.sampled_from(["9787533918453", "9787503717444"])),
    issn=maybe(st.sampled_from(["03178471", "2434561X"])),
    csbn=maybe(st.sampled_from(["10019·1234", "R10024·3556"])),
    class_mark=maybe(st.sampled_from(["I287.45", "K86", "=1"])),
    grade_band=maybe(st.sampled_from(["1-2", "3-4"])),
    series=maybe(TEXTS),
    series_no=maybe(st.integers(1, 999)),
    volume=maybe(TEXTS),
    price_fen=maybe(st.integers(0, 999_999)),
    is_draft=st.booleans(),
)
COPIES = st.fixed_dictionaries(
    {
        "status": st.sampled_from(ItemStatus),
        "price_fen": maybe(st.integers(0, 99_999)),
        "issue": maybe(TEXTS),
        "shelf": maybe(st.sampled_from(["甲架", "=乙架"])),
        "days_ago": st.integers(0, 4_000),
    }
)
CATALOGUES = st.lists(st.tuples(NEW_TITLES, st.lists(COPIES, max_size=3)), min_size=1, max_size=5)


def store(catalogue: list[tuple[NewTitle, list[dict[str, Any]]]], here: Here) -> None:
    """Put a catalogue into an empty room, whatever stands in it."""
    numbers = iter(range(1, 10_000))
    with transaction() as session:
        for table in (ItemWithdrawal, Item, Title, Shelf):
            session.execute(delete(table))
        shelves: dict[str, Any] = {}
        for new, copies in catalogue:
            title_id = new_id(here.now)
            session.execute(insert(Title), [title_row(title_id, new)])
            for copy in copies:
                name = copy["shelf"]
                if name is not None and name not in shelves:
                    shelves[name] = new_id(here.now)
                    session.execute(insert(Shelf), [{"id": shelves[name], "name": name}])
                made = new_item(f"{next(numbers):06}", here=here)
                row = item_row(made, title_id, here=here) | {
                    "status": copy["status"],
                    "price_fen": copy["price_fen"],
                    "issue": copy["issue"],
                    "shelf_id": None if name is None else shelves[name],
                    "added_on": here.today - timedelta(days=copy["days_ago"]),
                }
                session.execute(insert(Item), [row])


def everything() -> tuple[list[Any], list[Any]]:
    """Return all that the catalogue knows of titles and copies."""
    session = reading()
    session.rollback()
    titles = session.execute(select(Title.__table__).order_by(Title.id)).all()
    # Keys are made anew; a copy that comes with its code has its label already.
    own = {"id", "shelf_id", "label_queued_at"}
    columns = [column for column in Item.__table__.c if column.name not in own]
    items = session.execute(
        select(*columns, Shelf.name).outerjoin(Shelf).order_by(Item.accession_no)
    ).all()
    return list(titles), list(items)


def empty() -> None:
    with transaction() as session:
        for table in (ItemWithdrawal, Item, Title, Shelf):
            session.execute(delete(table))


def bring_in(path: Path, here: Here) -> IntakePlan:
    plan = intake.preview(path, here=here)
    intake.apply(plan, actor_id=None, here=here)
    return plan


def there_and_back(kind: CatalogueFormat, folder: Path, here: Here) -> None:
    before = everything()
    path = folder / f"catalogue{kind.suffix}"
    catalogue_export.write(kind, path, actor_id=None, here=here)

    again = bring_in(path, here)

    assert (again.new_titles, again.new_items, again.refused) == (0, 0, ())
    assert everything() == before

    empty()
    plan = bring_in(path, here)

    assert plan.refused == ()
    assert plan.offers == ()
    assert everything() == before
    gone = select(Item.id).where(Item.status == ItemStatus.WITHDRAWN)
    assert _without_a_day() == set(reading().scalars(gone))


def _without_a_day() -> set[UUID]:
    """Return the copies that are gone since a day that the file did not say."""
    gone = select(ItemWithdrawal.item_id).where(ItemWithdrawal.withdrawn_on.is_(None))
    return set(reading().scalars(gone))


@pytest.mark.parametrize("kind", CatalogueFormat)
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(catalogue=CATALOGUES)
def test_a_catalogue_comes_back_as_it_went(
    here: Here, tmp_path: Path, kind: CatalogueFormat, catalogue: Any
) -> None:
    store(catalogue, here)

    there_and_back(kind, tmp_path, here)


@pytest.mark.parametrize("kind", CatalogueFormat)
def test_names_that_programs_stumble_over_come_back(
    here: Here, tmp_path: Path, kind: CatalogueFormat
) -> None:
    copy = {
        "status": ItemStatus.LOST,
        "price_fen": 1,
        "issue": None,
        "shelf": "甲架",
        "days_ago": 9,
    }
    names = [*FORMULAS, *QUOTED, "百科 上册", "书" * 300]
    store([(NewTitle(name=name.strip(), volume="上册"), [copy]) for name in names], here)

    there_and_back(kind, tmp_path, here)


def test_a_catalogue_comes_back_on_postgresql_too(
    postgres_app: Flask, clock: FrozenClock, tmp_path: Path
) -> None:
    here = here_in(postgres_app, clock)
    copy = {"status": ItemStatus.LOST, "price_fen": 1, "issue": "3", "shelf": "甲", "days_ago": 9}
    store([(NewTitle(name="小马过河", series="丛书", series_no=2), [copy, copy])], here)

    there_and_back(CatalogueFormat.CNMARC, tmp_path, here)


def test_one_title_with_a_thousand_copies_is_several_records(here: Here, tmp_path: Path) -> None:
    copy = {
        "status": ItemStatus.AVAILABLE,
        "price_fen": 1,
        "issue": "",
        "shelf": "甲",
        "days_ago": 9,
    }
    store([(NewTitle(name="小马过河"), [copy | {"issue": None}] * 1_000)], here)

    there_and_back(CatalogueFormat.CNMARC, tmp_path, here)


def test_no_record_is_longer_than_its_format_can_say(here: Here, tmp_path: Path) -> None:
    copy = {
        "status": ItemStatus.AVAILABLE,
        "price_fen": 1,
        "issue": "期" * 40,
        "shelf": "架" * 40,
        "days_ago": 9,
    }
    store([(NewTitle(name="书" * 300, class_mark="I287" * 15), [copy] * 400)], here)

    there_and_back(CatalogueFormat.CNMARC, tmp_path, here)


def test_a_title_that_no_record_can_hold_is_told_and_leaves_no_file(
    here: Here, tmp_path: Path
) -> None:
    factories.title(here, name="书" * 10_000)

    with pytest.raises(UnavailableError) as error:
        catalogue_export.write(CatalogueFormat.CNMARC, tmp_path / "a", actor_id=None, here=here)

    assert error.value.reason is CatalogueProblem.RECORD_TOO_LONG
    assert error.value.values["title"] == "书" * 40
    assert not list(tmp_path.glob("a*"))


def test_two_titles_that_look_the_same_stay_two(here: Here, tmp_path: Path) -> None:
    store([(NewTitle(name="小马过河"), []), (NewTitle(name="小马过河"), [])], here)

    there_and_back(CatalogueFormat.CSV, tmp_path, here)

    assert factories.how_many(Title) == 2


def test_in_another_room_a_title_is_found_by_what_it_is(here: Here, tmp_path: Path) -> None:
    copy = {
        "status": ItemStatus.AVAILABLE,
        "price_fen": 1,
        "issue": None,
        "shelf": None,
        "days_ago": 1,
    }
    store([(NewTitle(name="小马过河", author="彭文席"), [copy])], here)
    path = tmp_path / "a.csv"
    catalogue_export.write(CatalogueFormat.CSV, path, actor_id=None, here=here)
    store([(NewTitle(name="小马过河", author="彭文席"), [])], here)

    plan = bring_in(path, here)

    assert (plan.new_titles, plan.new_items) == (0, 1)


def test_a_table_of_ours_may_be_edited_in_a_spreadsheet(here: Here, tmp_path: Path) -> None:
    store([(NewTitle(name="=小马过河"), [])], here)
    path = tmp_path / "a.csv"
    catalogue_export.write(CatalogueFormat.CSV, path, actor_id=None, here=here)
    head, line = path.read_text("utf-8-sig").splitlines()
    cells = [*next(csv.reader([line]))]
    more = [""] * len(cells)
    more[2], more[16], more[20] = "手工加的书", "A900", "2026/3/7"
    saved = io.StringIO()
    csv.writer(saved).writerows([head.split(","), cells, more])
    path.write_bytes(saved.getvalue().encode("gb18030"))

    plan = bring_in(path, here)

    assert (plan.new_titles, plan.new_items, plan.refused) == (1, 1, ())
    added = reading().scalars(select(Item)).one()
    assert (added.accession_no, added.added_on.isoformat()) == ("A900", "2026-03-07")


def test_a_label_of_somebody_else_gets_a_new_code(here: Here, tmp_path: Path) -> None:
    copy = {
        "status": ItemStatus.AVAILABLE,
        "price_fen": 1,
        "issue": None,
        "shelf": None,
        "days_ago": 1,
    }
    store([(NewTitle(name="甲"), [copy]), (NewTitle(name="乙"), [copy])], here)
    path = tmp_path / "a.csv"
    catalogue_export.write(CatalogueFormat.CSV, path, actor_id=None, here=here)
    first, second = reading().scalars(select(Item.code).order_by(Item.code))
    path.write_bytes(path.read_bytes().replace(second.encode(), first.encode()))
    empty()

    bring_in(path, here)

    found = reading().scalars(select(Item.code)).all()
    assert len(set(found)) == 2
    assert first in found
    assert all(codes.is_whole(code) for code in found)


def test_no_cell_of_the_csv_is_a_formula(here: Here, tmp_path: Path) -> None:
    store([(NewTitle(name=name.strip(), author=name), []) for name in FORMULAS], here)
    path = tmp_path / "a.csv"
    catalogue_export.write(CatalogueFormat.CSV, path, actor_id=None, here=here)

    cells = [cell for line in csv.reader(io.StringIO(path.read_text("utf-8-sig"))) for cell in line]

    assert not [cell for cell in cells if cell.strip(" \u3000").startswith(tuple("=+-@＝＋－＠"))]


@given(text=TEXTS)
def test_what_guards_a_cell_can_be_taken_off_again(text: str) -> None:
    assert unguarded(guarded(text)) == text
    assert unguarded(guarded(guarded(text))) == guarded(text)


def test_the_record_is_one_that_other_programs_read(here: Here, tmp_path: Path) -> None:
    from pymarc import MARCReader

    copy = {
        "status": ItemStatus.AVAILABLE,
        "price_fen": 1,
        "issue": None,
        "shelf": "甲",
        "days_ago": 1,
    }
    new = NewTitle(
        name="百科 上册", volume="上册", author="众人", isbn="9787533918453", price_fen=1800
    )
    store([(new, [copy, copy])], here)
    path = tmp_path / "a.iso"
    catalogue_export.write(CatalogueFormat.CNMARC, path, actor_id=None, here=here)

    with path.open("rb") as file:
        (record,) = MARCReader(file, force_utf8=True)

    assert record is not None
    assert record["200"]["a"] == "百科"
    assert record["200"]["h"] == "上册"
    assert record["010"]["d"] == "CNY18.00"
    assert [field["b"] for field in record.get_fields("905")] == ["000001", "000002"]


def test_an_export_is_noted_and_says_how_many(here: Here, tmp_path: Path) -> None:
    store([(NewTitle(name="甲"), []), (NewTitle(name="乙"), [])], here)

    titles = catalogue_export.write(
        CatalogueFormat.XLSX, tmp_path / "a.xlsx", actor_id=None, here=here
    )

    noted = reading().scalars(select(Audit).order_by(Audit.n.desc())).first()
    assert titles == 2
    assert noted is not None
    assert (noted.action, noted.subject) == (AuditAction.EXPORT, "catalogue")


def test_a_folder_that_is_not_there_is_said(here: Here, tmp_path: Path) -> None:
    with pytest.raises(UnavailableError):
        catalogue_export.write(
            CatalogueFormat.CSV, tmp_path / "no" / "a.csv", actor_id=None, here=here
        )


def _catalogue_with_a_bad_end(here: Here) -> None:
    """Store more titles than are read at once, the last with a day that is none."""
    store([(NewTitle(name=f"第{number}本"), []) for number in range(501)], here)
    with transaction() as session:
        last = session.scalars(select(Title.id).order_by(Title.id.desc())).first()
        assert last is not None
        session.execute(insert(Item), [item_row(new_item("000001", here=here), last, here=here)])
        session.execute(text("UPDATE item SET added_on = 'no day'"))


@pytest.mark.parametrize("kind", [CatalogueFormat.CNMARC, CatalogueFormat.CSV])
def test_a_catalogue_that_breaks_off_leaves_no_file(
    here: Here, tmp_path: Path, kind: CatalogueFormat
) -> None:
    _catalogue_with_a_bad_end(here)

    with pytest.raises(ValueError, match="no day"):
        catalogue_export.write(kind, tmp_path / "a", actor_id=None, here=here)

    assert not list(tmp_path.glob("a*"))


def test_a_catalogue_that_breaks_off_is_handed_to_nobody(here: Here) -> None:
    _catalogue_with_a_bad_end(here)

    with pytest.raises(UnavailableError) as error:
        book_jobs.export(
            CatalogueFormat.CSV, actor_id=factories.staff(here).staff_id, settings=here.settings
        )

    assert error.value.reason is ImportProblem.NOT_EXPORTED


def test_a_name_of_ten_thousand_signs_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(f"书名,作者\n{'书' * 10_000},甲\n好书,乙\n".encode())

    books = read_books(path)

    assert [row.title for row in books.rows] == ["好书"]
    assert [(one.row_number, one.reason.value) for one in books.refused] == [(2, "title_too_long")]
