"""A file of books on its way in: kept, read in a process of its own, decided, added, forgotten."""

import io
import time
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

from kiosk.db import reading
from kiosk.errors import InvalidInputError, KioskError, NotFoundError, RefusedError
from kiosk.files.holdings import ONE_EACH, HoldingsChoice
from kiosk.files.problems import BookProblem, FileProblem
from kiosk.models.audit import Audit, AuditAction
from kiosk.models.library import Item, Title
from kiosk.rules.book_imports import ImportProblem, ImportStage
from kiosk.rules.catalogue import CatalogueProblem
from kiosk.services import book_imports, book_jobs, catalogue
from kiosk.services.book_import_files import ImportFolder, State, tame_name
from kiosk.services.book_imports import BookImport
from kiosk.services.here import Here
from tests import factories

DATA = Path(__file__).parents[1] / "data"
MARC = (DATA / "cnmarc_bnu10_gb18030_crlf.iso").read_bytes()
LIST = "书名,作者,册数\n小马过河,彭文席,2\n,无名,1\n月亮的信,一禾,x\n".encode()
_PATIENCE_S = 600.0


def send(here: Here, data: bytes = MARC, name: str = "books.iso") -> UUID:
    """Send a file and wait until it is read."""
    who = factories.staff(here, display_name=f"老师{time.monotonic_ns()}")
    import_id = book_imports.receive(name, io.BytesIO(data), actor_id=who.staff_id, here=here)
    book_jobs.wait(import_id, within_s=_PATIENCE_S)
    return import_id


def decide(
    import_id: UUID, here: Here, choice: HoldingsChoice | None = ONE_EACH, *, labels: bool = False
) -> BookImport:
    """Let the books in and wait until they are."""
    book_imports.decide(import_id, choice=choice, labels=labels, actor_id=None, here=here)
    book_jobs.wait(import_id, within_s=_PATIENCE_S)
    reading().rollback()
    return book_imports.look(import_id, here=here)


def test_a_file_is_read_and_waits_for_a_decision(here: Here) -> None:
    one = book_imports.look(send(here), here=here)

    assert one.state.stage is ImportStage.READY
    assert one.found is not None
    assert (one.found.records, one.found.titles, one.found.new) == (10, 9, 9)
    assert one.found.first[0].name == "'94中国发展报告"
    assert str(one.found.offers[0].choice) == "numbers:906b"
    assert factories.how_many(Title) == 0


def test_what_was_chosen_comes_in_and_the_file_goes(here: Here, instance: Path) -> None:
    import_id = send(here)

    one = decide(import_id, here, HoldingsChoice.parse("numbers:906b"), labels=True)

    assert one.state.stage is ImportStage.DONE
    assert factories.how_many(Title) == 9
    assert factories.how_many(Item) == 7
    queued = reading().scalars(select(Item.label_queued_at)).all()
    assert all(queued)
    assert not list((instance / "imports").rglob("*.iso"))
    noted = reading().scalars(select(Audit).where(Audit.action == AuditAction.IMPORT)).one()
    assert noted.fields == "titles 9, items 7"


def test_the_same_file_again_adds_nothing(here: Here) -> None:
    decide(send(here), here)

    again = book_imports.look(send(here), here=here)

    assert again.found is not None
    assert again.found.new == 0
    decide(again.import_id, here)
    assert (factories.how_many(Title), factories.how_many(Item)) == (9, 10)


def test_a_book_added_by_hand_meanwhile_does_not_spoil_the_import(here: Here) -> None:
    import_id = send(here)
    catalogue.add_title(catalogue.NewTitle(name="别的书"), copies=2, actor_id=None, here=here)

    one = decide(import_id, here)

    assert one.state.stage is ImportStage.DONE
    assert factories.how_many(Item) == 12


def test_nothing_is_added_without_a_choice_that_was_offered(here: Here) -> None:
    import_id = send(here)

    for choice in (None, HoldingsChoice.parse("numbers:905b")):
        with pytest.raises(RefusedError) as error:
            book_imports.decide(import_id, choice=choice, labels=False, actor_id=None, here=here)
        assert error.value.reason is CatalogueProblem.HOLDINGS_UNDECIDED


def test_a_list_says_what_was_left_out_and_why(here: Here) -> None:
    import_id = send(here, LIST, "书单.csv")

    lines = book_imports.report(import_id, here=here)

    assert [(line.row_number, line.title, line.problem) for line in lines] == [
        (3, None, BookProblem.NO_TITLE),
        (4, "月亮的信", BookProblem.COPIES_UNREADABLE),
    ]
    one = decide(import_id, here, None)
    assert one.found is not None
    assert (one.found.items, one.about.name) == (3, "书单.csv")


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.xlsx", b"PK\x03\x04 no workbook", FileProblem.DAMAGED),
        ("a.xml", b"<!DOCTYPE x><collection><record></record></collection>", FileProblem.DAMAGED),
    ],
)
def test_a_file_that_is_none_is_refused_and_not_kept(
    here: Here, instance: Path, name: str, data: bytes, reason: FileProblem
) -> None:
    one = book_imports.look(send(here, data, name), here=here)

    assert one.state.stage is ImportStage.REFUSED
    assert one.reason is reason
    assert not list((instance / "imports").rglob("books*"))


def test_an_empty_file_is_refused_at_once(here: Here, instance: Path) -> None:
    with pytest.raises(InvalidInputError) as error:
        send(here, b"")

    assert error.value.reason is FileProblem.EMPTY
    assert not list((instance / "imports").glob("*"))


class _Endless(io.RawIOBase):
    """A file that never ends."""

    def read(self, size: int = -1) -> bytes:
        return bytes(size)


def test_a_file_without_end_is_refused_and_not_kept(here: Here, instance: Path) -> None:
    with pytest.raises(InvalidInputError) as error:
        book_imports.receive("a.iso", _Endless(), actor_id=None, here=here)  # type: ignore[arg-type]  # only read

    assert error.value.reason is FileProblem.TOO_LARGE
    assert not list((instance / "imports").glob("*"))


def test_after_seven_days_nothing_of_a_file_is_left(here: Here, instance: Path) -> None:
    import_id = send(here)
    week = timedelta(days=7)

    still = book_imports.listing(_at(here, week - timedelta(seconds=1)))
    gone = book_imports.listing(_at(here, week))

    assert [one.import_id for one in still] == [import_id]
    assert gone == ()
    assert not list((instance / "imports").glob("*"))


def test_a_clock_set_back_takes_no_file_away(here: Here) -> None:
    import_id = send(here)

    before = book_imports.listing(_at(here, timedelta(days=-30)))

    assert [one.import_id for one in before] == [import_id]


def _at(here: Here, later: timedelta) -> Here:
    return Here(now=here.now + later, settings=here.settings, home_id=here.home_id)


def test_a_file_can_be_forgotten_and_is_then_unknown(here: Here) -> None:
    import_id = send(here)

    book_imports.forget(import_id, here=here)

    with pytest.raises(NotFoundError):
        book_imports.look(import_id, here=here)
    with pytest.raises(NotFoundError):
        book_imports.report(import_id, here=here)


def test_work_that_broke_off_is_said_and_can_begin_again(here: Here) -> None:
    import_id = send(here)
    ImportFolder(here.settings, import_id).write_state(State(stage=ImportStage.ADDING))

    assert book_imports.look(import_id, here=here).state.stage is ImportStage.BROKEN

    book_imports.begin_again(import_id, here=here)
    book_jobs.wait(import_id, within_s=_PATIENCE_S)
    assert book_imports.look(import_id, here=here).state.stage is ImportStage.READY


def test_a_file_that_is_worked_on_is_left_alone(here: Here) -> None:
    import_id = send(here)
    folder = ImportFolder(here.settings, import_id)
    folder.write_state(State(stage=ImportStage.ADDING))

    with folder.working():
        stage = book_imports.look(import_id, here=here).state.stage
        for act in (book_imports.forget, book_imports.begin_again):
            with pytest.raises(KioskError) as error:
                act(import_id, here=here)
            assert error.value.reason is ImportProblem.NOT_NOW

    assert stage is ImportStage.ADDING


@pytest.mark.parametrize(
    ("name", "tame"),
    [
        ("书单.xlsx", ("书单.xlsx", ".xlsx")),
        ("C:\\fakepath\\books.ISO", ("books.ISO", ".iso")),
        ("../../etc/passwd", ("passwd", "")),
        ("a\0b\n.csv", ("ab.csv", ".csv")),
        ("x.exe", ("x.exe", "")),
        ("", ("?", "")),
        ("\u202exslx.csv", ("xslx.csv", ".csv")),
    ],
)
def test_only_a_known_ending_of_a_name_is_used(name: str, tame: tuple[str, str]) -> None:
    assert tame_name(name) == tame
