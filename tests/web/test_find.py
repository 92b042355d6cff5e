"""A child looks for a book: covers to touch, and never whose hands one is in."""

import re
from pathlib import Path
from uuid import uuid4

import pytest

from kiosk.db import transaction
from kiosk.models.library import TitleCover
from kiosk.services import catalogue
from kiosk.services.catalogue import NewTitle
from kiosk.services.here import Here
from tests import factories
from tests.page import Page, PageClient


@pytest.fixture(autouse=True)
def _english(instance: Path) -> None:
    (instance / "kiosk.toml").write_text('language = "en"\n', encoding="utf-8")


@pytest.fixture
def child(page: PageClient, here: Here) -> factories.MadeChild:
    """Return the child at the screen."""
    factories.open_today(here)
    made = factories.child(here)
    page.scan(made.card_code)
    return made


def covers(page: Page) -> list[str]:
    found = [re.fullmatch(r"/me/find/([\w-]{36})\?keys=.*", one.get("href", ""))
             for one in page.all("a")]  # fmt: skip
    return [match[1] for match in found if match]


@pytest.mark.usefixtures("child")
def test_the_way_to_the_pad_leads_over_the_page_that_asks_for_the_book(
    page: PageClient, here: Here
) -> None:
    title_id = catalogue.add_title(NewTitle(name="小马过河"), copies=1, actor_id=None, here=here)

    pad = page.open("/me/lend").follow("Find a book")

    assert covers(pad) == [str(title_id)]
    assert len(pad.all("button", type="button", data_key="2")) == 1
    assert pad.all("input", type="text") == []


@pytest.mark.usefixtures("child")
def test_keys_bring_the_covers_alone_and_without_a_script_the_page(
    page: PageClient, here: Here
) -> None:
    title_id = catalogue.add_title(NewTitle(name="小马过河"), copies=1, actor_id=None, here=here)
    catalogue.add_title(NewTitle(name="山里的灯"), copies=1, actor_id=None, here=here)

    piece, whole = (show("/me/find/covers?keys=964") for show in (page.fragment, page.open))

    assert covers(piece) == covers(whole) == [str(title_id)]
    assert (len(piece.all("button")), len(whole.by_id("found").findall("div"))) == (0, 1)


@pytest.mark.usefixtures("child")
@pytest.mark.parametrize("query", ["keys=1", "keys=a", "keys=%25", "keys=" + "9" * 13, "page=-1"])
def test_what_no_pad_sends_is_refused(page: PageClient, query: str) -> None:
    assert page.fragment(f"/me/find/covers?{query}").status == 422


@pytest.mark.usefixtures("child")
def test_nothing_found_says_so_with_a_picture(page: PageClient) -> None:
    piece = page.fragment("/me/find/covers?keys=9999")

    assert "No such book here" in piece.words


@pytest.mark.usefixtures("child")
def test_a_cover_leads_to_where_the_book_stands_and_back_to_the_keys(
    page: PageClient, here: Here
) -> None:
    new = NewTitle(name="小马过河", class_mark="I287")
    title_id = catalogue.add_title(new, copies=1, actor_id=None, here=here)

    found = page.open(f"/me/find/{title_id}?keys=96")

    assert "on this shelf" in found.words
    assert [one.get("data-letter") for one in found.all("b")] == ["I"]
    assert found.follow("Back").all("input", name="keys")[0].get("value") == "96"


@pytest.mark.usefixtures("child")
def test_a_cover_that_was_taken_as_a_picture_is_shown(page: PageClient, here: Here) -> None:
    title_id = catalogue.add_title(NewTitle(name="小马过河"), copies=1, actor_id=None, here=here)
    with transaction() as session:
        session.add(TitleCover(title_id=title_id, jpeg=b"\xff\xd8-", added_at=here.now))

    pad = page.open("/me/find")
    (src,) = (one.get("src", "") for one in pad.all("img"))
    picture, changed = page.open(src), page.open(src[:-5] + "x.jpg")

    assert src.startswith(f"/cover/{title_id}/")
    assert (picture.status, picture.response.data) == (200, b"\xff\xd8-")
    assert changed.status == 404
    assert "小马过河" in pad.words


@pytest.mark.usefixtures("child")
def test_who_has_a_book_is_never_said(page: PageClient, here: Here) -> None:
    title_id = catalogue.add_title(NewTitle(name="小马过河"), copies=1, actor_id=None, here=here)
    other = factories.child(here, family_name="古", given_name="阿木")
    (copy,) = catalogue.detail(title_id).copies
    factories.loan(here, other.child_id, copy.item_id)

    found = page.open(f"/me/find/{title_id}")

    assert "Another child has this one" in found.words
    assert not re.search("阿木|古|3-1", found.words)


@pytest.mark.usefixtures("child")
def test_a_book_that_is_gone_is_answered_kindly(page: PageClient) -> None:
    assert page.fragment(f"/me/find/{uuid4()}").status == 404


def test_without_a_card_there_is_no_pad(page: PageClient) -> None:
    assert page.open("/me/find").status == 401
