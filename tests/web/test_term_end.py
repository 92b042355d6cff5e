"""The end of a term as a page: who may, the PIN once more, and what it leaves."""

from datetime import timedelta

from sqlalchemy import func, select, update

from kiosk.db import reading, transaction
from kiosk.files.locking import lock_now
from kiosk.ids import new_id
from kiosk.models.audit import Audit
from kiosk.models.calendar import Term
from kiosk.models.stocktake import LedgerArchive
from kiosk.rules.staff import Role
from kiosk.services import term_job
from kiosk.services.here import Here
from tests import factories
from tests.page import PageClient
from tests.web.staff import sign_in

NAME = "2026—2027学年第一学期"
TERM = "/staff/ledgers/term"


def _term(here: Here) -> None:
    last = here.today - timedelta(days=3)
    with transaction() as session:
        session.add(
            Term(id=new_id(here.now), name=NAME, first_day=last - timedelta(days=90), last_day=last)
        )


def _wait(here: Here) -> None:
    reading().rollback()  # what the test has read would keep the other process waiting
    term_job.wait(here, within_s=60)


def test_a_term_is_ended_with_the_pin_once_more(page: PageClient, here: Here) -> None:
    who = sign_in(page, here)
    _term(here)

    asked = page.open("/staff/ledgers").follow("End of a term")
    working = asked.press("End this term", {"Your PIN, once more": who.pin})
    _wait(here)
    done = page.open(TERM)

    assert f"{NAME} is being ended" in working.words
    assert "End this term" not in working.words
    assert "its ledgers are kept" in done.words
    assert "its ledgers are kept" not in page.open(TERM).words, "it is said once"
    assert "This term has been ended already." in done.words
    assert "as the program had them on" not in asked.words
    assert "Its ledgers are as the program had them on Friday 20 Nov." in done.words
    assert factories.how_many(LedgerArchive) > 0


def test_a_term_that_is_still_forgetting_is_offered_to_go_on(page: PageClient, here: Here) -> None:
    who = sign_in(page, here)
    _term(here)
    with transaction() as session:
        session.execute(update(Term).values(frozen_at=here.now, forgets_up_to=0))

    asked = page.open(TERM)
    asked.press("Go on forgetting", {"Your PIN, once more": who.pin})
    _wait(here)
    done = page.open(TERM)

    assert "Who read what is still being forgotten." in asked.words
    assert "This term has been ended already." in done.words
    assert factories.how_many(LedgerArchive) == 0


def test_a_second_press_while_a_term_is_ended_begins_nothing(page: PageClient, here: Here) -> None:
    who = sign_in(page, here)
    _term(here)
    asked = page.open(TERM)

    answers = [asked.press("End this term", {"Your PIN, once more": who.pin}) for _ in range(2)]
    polled = page.fragment(f"{TERM}?poll=1")
    _wait(here)
    over = page.fragment(f"{TERM}?poll=1")
    page.open(TERM)
    again = asked.press("End this term", {"Your PIN, once more": who.pin})

    assert all(f"{NAME} is being ended" in answer.words for answer in answers)
    assert f"{NAME} is being ended" in polled.words
    assert over.response.headers["HX-Redirect"] == TERM
    assert again.status == 409
    assert "This term has been ended already." in again.words
    frozen = select(func.count()).where(Audit.purpose == "term-end", Audit.fields.like("frozen%"))
    assert reading().scalar(frozen) == 1


def test_what_breaks_off_is_told_and_can_be_gone_on_with(page: PageClient, here: Here) -> None:
    who = sign_in(page, here)
    _term(here)
    with (here.settings.instance / "end-term.lock").open("ab") as held:
        lock_now(held)  # as if another process were at it
        page.open(TERM).press("End this term", {"Your PIN, once more": who.pin})
        _wait(here)

    told = page.open(TERM)

    assert "The term is not ended to the end; nothing was lost." in told.words
    assert told.press("End this term", {"Your PIN, once more": who.pin}).status == 200
    _wait(here)
    assert "its ledgers are kept" in page.open(TERM).words


def test_a_wrong_pin_ends_nothing(page: PageClient, here: Here) -> None:
    sign_in(page, here)
    _term(here)

    refused = page.open(TERM).press("End this term", {"Your PIN, once more": "999999"})

    assert refused.status == 409
    assert factories.how_many(LedgerArchive) == 0


def test_only_an_administrator_ends_a_term(page: PageClient, here: Here) -> None:
    sign_in(page, here, Role.LIBRARIAN)

    assert page.open(TERM).status == 403
    assert "End of a term" not in page.open("/staff/ledgers").words


def test_without_a_term_there_is_nothing_to_end(page: PageClient, here: Here) -> None:
    sign_in(page, here)

    assert "The calendar has no term yet." in page.open(TERM).words
