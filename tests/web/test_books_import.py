"""The page for books from a file: chosen, looked at, decided, reported; and the catalogue out."""

import io
from pathlib import Path
from uuid import UUID

import pytest

from kiosk.files.books import read_books
from kiosk.models.library import Item, Title
from kiosk.rules.staff import Role
from kiosk.services import book_jobs, catalogue
from kiosk.services.here import Here
from tests import factories
from tests.page import Page, PageClient
from tests.web.staff import sign_in, token

IMPORT = "/staff/books/import"
DATA = Path(__file__).parents[1] / "data"
MARC = DATA / "cnmarc_bnu10_gb18030_crlf.iso"
LIST = "书名,作者,册数,颜色\n<b>小马</b>过河,彭文席,2,红\n,无名,1,\n".encode()


def send(page: PageClient, data: bytes, name: str) -> Page:
    """Send a file and return the page that shows it, once it is read."""
    form = {"csrf_token": token(page.open(IMPORT)), "file": (io.BytesIO(data), name)}
    shown = page.submit(IMPORT, form)
    if shown.path != IMPORT:
        wait(page, shown)
        shown = page.open(shown.path)
    return shown


def wait(page: PageClient, shown: Page) -> None:
    """Wait for the work on a file; what this test has read must not keep it from writing."""
    page.before_each()
    book_jobs.wait(UUID(shown.path.rpartition("/")[2]), within_s=600)


def decide(page: PageClient, shown: Page, **fields: str) -> Page:
    answer = page.submit(shown.path, {"csrf_token": token(shown), **fields})
    wait(page, shown)
    return page.open(shown.path) if answer.status == 200 else answer


def test_library_records_are_shown_chosen_and_added(page: PageClient, here: Here) -> None:
    sign_in(page, here, Role.LIBRARIAN)

    shown = send(page, MARC.read_bytes(), "books.iso")

    assert "10 records, 9 titles: 9 are new" in shown.words
    assert "'94中国发展报告" in shown.words
    assert "Numbers of the copies, field 906 $b — 7 copies" in shown.words
    assert factories.how_many(Title) == 0
    done = decide(page, shown, choice="numbers:906b")
    assert "Added: 9 titles and 7 copies" in done.words
    assert (factories.how_many(Title), factories.how_many(Item)) == (9, 7)


def test_nothing_is_chosen_for_the_person(page: PageClient, here: Here) -> None:
    sign_in(page, here, Role.LIBRARIAN)
    shown = send(page, MARC.read_bytes(), "books.iso")

    choices = shown.all("input", type="radio")
    answer = decide(page, shown)

    assert choices
    assert not [one for one in choices if one.get("checked") is not None]
    assert answer.status == 409
    assert "Choose first what the copies are." in answer.words
    assert factories.how_many(Title) == 0


def test_a_list_comes_in_and_its_report_goes_out(page: PageClient, here: Here) -> None:
    sign_in(page, here, Role.LIBRARIAN)

    shown = send(page, LIST, "书单.csv")

    assert "<b>小马</b>过河" in shown.words
    assert "1 record is left out" in shown.words
    assert "Columns that are not taken: 颜色" in shown.words
    form = {"csrf_token": token(shown), "kind": "csv"}
    report = page.submit(f"{shown.path}/report", form)
    assert report.status == 200
    text = page.client.post(
        f"{shown.path}/report",
        data=form,
        headers={"Sec-Fetch-Site": "same-origin"},
        base_url="http://127.0.0.1",
    )
    assert "3,—,left out,there is no title" in text.data.decode("utf-8-sig")
    assert "Added: 1 titles and 2 copies" in decide(page, shown).words


@pytest.mark.parametrize(
    ("data", "name", "words"),
    [
        (b"", "a.csv", "The file is empty."),
        (b"a,b\n1,2\n", "a.csv", "No headings were found"),
        (b"x" * 10, "", "Please choose a file."),
    ],
)
def test_a_file_that_is_none_has_its_sentence(
    page: PageClient, here: Here, data: bytes, name: str, words: str
) -> None:
    sign_in(page, here, Role.LIBRARIAN)

    assert words in send(page, data, name).words


def test_while_it_is_read_the_page_asks_for_itself(page: PageClient, here: Here) -> None:
    sign_in(page, here, Role.LIBRARIAN)
    form = {"csrf_token": token(page.open(IMPORT)), "file": (io.BytesIO(LIST), "a.csv")}

    at_first = page.submit(IMPORT, form)
    wait(page, at_first)
    later = page.fragment(at_first.path)

    assert at_first.all("div", id="import")
    assert later.all("div", id="import")[0].get("hx-trigger") is None
    assert "1 titles" in later.words


def test_a_file_can_be_removed(page: PageClient, here: Here) -> None:
    sign_in(page, here, Role.LIBRARIAN)
    shown = send(page, LIST, "a.csv")

    page.submit(f"{shown.path}/forget", {"csrf_token": token(shown)})

    assert page.open(shown.path).status == 404
    assert "a.csv" not in page.open(IMPORT).words


@pytest.mark.parametrize("kind", ["cnmarc", "csv", "xlsx"])
def test_the_catalogue_goes_out_and_is_read_again(
    page: PageClient, here: Here, tmp_path: Path, kind: str
) -> None:
    new = catalogue.NewTitle(name="=小马过河", author="彭文席")
    catalogue.add_title(new, copies=2, actor_id=None, here=here)
    sign_in(page, here, Role.LIBRARIAN)
    form = {"csrf_token": token(page.open(IMPORT)), "kind": kind}

    answer = page.client.post(
        f"{IMPORT}/export",
        data=form,
        headers={"Sec-Fetch-Site": "same-origin"},
        base_url="http://127.0.0.1",
    )

    assert answer.status_code == 200
    suffix = "iso" if kind == "cnmarc" else kind
    assert answer.headers["Content-Disposition"].endswith(f".{suffix}")
    path = tmp_path / f"a.{suffix}"
    path.write_bytes(answer.data)
    assert {(row.title, row.author) for row in read_books(path).rows} == {("=小马过河", "彭文席")}


def test_a_teacher_who_is_no_librarian_has_no_such_page(page: PageClient, here: Here) -> None:
    sign_in(page, here, Role.DUTY_TEACHER)

    assert page.open(IMPORT).status == 403
