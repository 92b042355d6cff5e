"""Lists of books come in, and a second time change nothing."""

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from kiosk.db import reading
from kiosk.errors import InvalidInputError, RefusedError
from kiosk.files.holdings import ONE_EACH, HoldingsChoice
from kiosk.models.audit import Audit, AuditAction
from kiosk.models.library import Item, Title
from kiosk.rules.catalogue import CatalogueProblem
from kiosk.services import catalogue, intake
from kiosk.services.here import Here
from kiosk.services.intake import IntakePlan
from kiosk.services.intake_words import describe
from tests import factories
from tests.clock import FrozenClock
from tests.conftest import here_in
from tests.files import building

DATA = Path(__file__).parents[1] / "data"
MARC = ("cnmarc_bnu10_gb18030_crlf.iso", "cnmarc_bnu10_utf8.iso")


def books(folder: Path, *rows: str, name: str = "books.csv") -> Path:
    header = "书名,作者,出版社,ISBN,册数,登录号,卷册"
    return building.write(folder, name, "\n".join((header, *rows)).encode("utf-8-sig"))


def bring_in(path: Path, here: Here, *, choice: HoldingsChoice = ONE_EACH) -> IntakePlan:
    plan = intake.preview(path, choice=choice, here=here)
    intake.apply(plan, actor_id=None, here=here)
    return plan


def shelf() -> dict[str, int]:
    """Return how many copies there are of each title."""
    return {row.name: row.items for row in catalogue_rows()}


def catalogue_rows() -> list[catalogue.TitleRow]:
    titles = reading().scalars(select(Title.id).order_by(Title.name)).all()
    return [catalogue.detail(title_id).title for title_id in titles]


def test_a_preview_changes_nothing(here: Here) -> None:
    plan = intake.preview(DATA / MARC[0], here=here)

    assert len(plan.rows) == 10
    assert factories.how_many(Title) == factories.how_many(Item) == 0


@pytest.mark.parametrize("first", MARC)
def test_both_library_files_give_the_same_titles_once(first: str, here: Here) -> None:
    other = next(name for name in MARC if name != first)

    plan = bring_in(DATA / first, here)
    names = [row.name for row in catalogue_rows()]
    again = bring_in(DATA / other, here)

    # Ten records; two of them describe one book.
    assert (plan.new_titles, plan.new_items, again.known) == (9, 10, 9)
    assert "1999 年中国发展状况与趋势" in names
    assert (again.new_titles, again.new_items) == (0, 0)
    assert factories.how_many(Title) == 9
    assert factories.how_many(Item) == 10


def test_books_come_in_on_postgresql_too(postgres_app: Flask, clock: FrozenClock) -> None:
    here = here_in(postgres_app, clock)

    bring_in(DATA / MARC[0], here)

    assert bring_in(DATA / MARC[1], here).new_items == 0
    assert [row.name for row in catalogue.search("sdzg", here=here)] == []
    assert len(catalogue.search("zgfzbg", here=here)) == 8


def test_each_copy_gets_a_code_and_a_number(here: Here, tmp_path: Path) -> None:
    bring_in(books(tmp_path, "小马过河,彭文席,人文社,,3,,", "月亮的信,一禾,,,,,"), here)

    assert shelf() == {"小马过河": 3, "月亮的信": 1}
    numbers = reading().scalars(select(Item.accession_no).order_by(Item.accession_no)).all()
    assert numbers == ["000001", "000002", "000003", "000004"]


def test_rows_of_one_title_are_its_copies(here: Here, tmp_path: Path) -> None:
    plan = bring_in(
        books(tmp_path, "小马过河,彭文席,人文社,,2,,", "小马过河,彭文席,人文社,,,,"), here
    )

    assert shelf() == {"小马过河": 3}
    assert len(plan.titles) == 1


OLD, NEW = "9787533918453", "9787503717444"


@pytest.mark.parametrize("isbns", [(OLD, NEW), (OLD, NEW, ""), ("", OLD, NEW), (OLD, "", NEW)])
def test_two_editions_of_a_title_stay_two_and_come_once(
    here: Here, tmp_path: Path, isbns: tuple[str, ...]
) -> None:
    path = books(tmp_path, *(f"小马过河,彭文席,人文社,{isbn},1,," for isbn in isbns))

    bring_in(path, here)
    again = bring_in(path, here)

    copies = {row.isbn: row.items for row in catalogue_rows()}
    without = isbns.count("")
    assert copies == {OLD: 1 + without, NEW: 1}
    assert (again.new_titles, again.new_items) == (0, 0)


def test_a_title_without_a_number_is_one_of_two_editions(here: Here, tmp_path: Path) -> None:
    known = catalogue.add_title(
        catalogue.NewTitle(name="小马过河", author="彭文席", publisher="人文社"),
        actor_id=None,
        here=here,
    )
    path = books(tmp_path, *(f"小马过河,彭文席,人文社,{isbn},1,," for isbn in (OLD, NEW)))

    first = bring_in(path, here)

    assert [one.title_id for one in first.titles] == [known, None]
    assert bring_in(path, here).new_titles == 0


def test_volumes_are_titles_of_their_own(here: Here, tmp_path: Path) -> None:
    bring_in(books(tmp_path, "百科,,,,,,上册", "百科,,,,,,下册"), here)

    assert shelf() == {"百科 上册": 1, "百科 下册": 1}


def test_a_known_title_gets_no_copy_for_being_listed_again(here: Here, tmp_path: Path) -> None:
    known = catalogue.add_title(
        catalogue.NewTitle(name="小马过河", author="彭文席", publisher="人文社"),
        actor_id=None,
        here=here,
    )

    plan = bring_in(books(tmp_path, "《小马过河》,彭文席,人文社,,5,,"), here)

    assert [one.title_id for one in plan.titles] == [known]
    assert plan.known == 1
    assert shelf() == {"小马过河": 0}


def test_an_accession_number_tells_a_copy_apart(here: Here, tmp_path: Path) -> None:
    rows = ("小马过河,彭文席,人文社,,1,A100,", "小马过河,彭文席,人文社,,3,000007,")
    bring_in(books(tmp_path, *rows), here)
    before = shelf()

    bring_in(books(tmp_path, *rows, "小马过河,彭文席,人文社,,1,A101,"), here)

    assert before == {"小马过河": 4}
    assert shelf() == {"小马过河": 5}
    numbers = set(reading().scalars(select(Item.accession_no)))
    assert numbers == {"A100", "A101", "000007", "000008", "000009"}


def test_one_number_on_two_books_is_given_once(here: Here, tmp_path: Path) -> None:
    bring_in(books(tmp_path, "甲,一,,,1,A1,", "乙,二,,,1,A1,"), here)

    assert shelf() == {"甲": 1, "乙": 0}


def test_a_plan_is_refused_when_the_catalogue_has_changed_since(here: Here, tmp_path: Path) -> None:
    plan = bring_in(books(tmp_path, "小马过河,彭文席,人文社,,1,,"), here)

    with pytest.raises(RefusedError) as error:
        intake.apply(plan, actor_id=None, here=here)

    assert error.value.reason is CatalogueProblem.CATALOGUE_CHANGED
    assert shelf() == {"小马过河": 1}


def test_the_intake_is_noted_and_tells_how_far_it_is(here: Here, tmp_path: Path) -> None:
    plan = intake.preview(books(tmp_path, *(f"书{n},,,,1,," for n in range(1001))), here=here)
    heard: list[int] = []

    intake.apply(plan, actor_id=None, here=here, progress=heard.append)

    assert heard == [500, 500, 1]
    noted = reading().scalars(select(Audit)).one()
    assert (noted.action, noted.fields) == (AuditAction.IMPORT, "titles 1001, items 1001")


def test_the_preview_says_what_comes_and_what_does_not(here: Here, tmp_path: Path) -> None:
    path = building.write(
        tmp_path,
        "books.csv",
        "\n".join(
            (
                "书名,作者,ISBN,册数,颜色",
                "小马过河,彭文席,9787503717444,x,红",
                *(f"书{n},,,1," for n in range(13)),
                ",无名,,1,",
            )
        ).encode("utf-8-sig"),
    )

    plan = intake.preview(path, here=here)
    said = list(describe(plan))

    assert [line for line in describe(plan, everything=True) if line.startswith("  书")] == [
        f"  书{n}" for n in range(13)
    ]
    assert said[0].startswith("14 records of 14 titles: 14 new, 0 in the catalogue already; 14 ")
    assert said[1] == "  小马过河 / 彭文席 (ISBN 9787503717444)"
    assert "  ... and 2 more (--all lists them)" in said
    assert "LEFT OUT, record 16: no title" in said
    assert "To look at, copies unreadable: 1" in said
    assert "Read past, not stored: 颜色" in said


def test_a_short_list_is_shown_whole(here: Here) -> None:
    said = list(describe(intake.preview(DATA / MARC[1], here=here)))

    assert said[0] == (
        "10 records of 9 titles: 9 new, 0 in the catalogue already; 10 copies to add."
    )
    assert said[11] == "What are the copies? Say it with --copies and one of these:"
    assert said[1].startswith("  '94中国发展报告 / 国家统计局编")
    assert said[12] == (
        "  --copies numbers:906b: 7 copies, said in 3 records"
        " (1683011 gives 1, 1683012 gives 1, 1683013 gives 1)"
    )
    assert said[-1] == "  --copies one: one copy of each record, 10 in all"


def test_nothing_is_added_before_somebody_says_what_the_copies_are(here: Here) -> None:
    plan = intake.preview(DATA / MARC[1], here=here)

    with pytest.raises(RefusedError) as error:
        intake.apply(plan, actor_id=None, here=here)

    assert error.value.reason is CatalogueProblem.HOLDINGS_UNDECIDED
    assert factories.how_many(Title) == 0


def test_the_numbers_of_the_copies_come_from_the_place_that_was_chosen(here: Here) -> None:
    bring_in(DATA / MARC[0], here, choice=HoldingsChoice.parse("numbers:906b"))

    numbers = reading().scalars(select(Item.accession_no).order_by(Item.accession_no)).all()
    assert numbers == [
        "1667201", "1667202", "1667203", "1683011", "1683012", "1683013", "1708903",
    ]  # fmt: skip
    assert factories.how_many(Title) == 9


def test_a_file_that_is_no_list_of_books_is_refused(here: Here, tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError):
        intake.preview(building.write(tmp_path, "a.csv", b"a,b\n1,2\n"), here=here)
