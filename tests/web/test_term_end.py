"""The end of a term as a page: who may, the PIN once more, and what it leaves."""

from datetime import timedelta

from sqlalchemy import update

from kiosk.db import transaction
from kiosk.ids import new_id
from kiosk.models.calendar import Term
from kiosk.models.stocktake import LedgerArchive
from kiosk.rules.staff import Role
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


def test_a_term_is_ended_with_the_pin_once_more(page: PageClient, here: Here) -> None:
    who = sign_in(page, here)
    _term(here)

    asked = page.open("/staff/ledgers").follow("End of a term")
    done = asked.press("End this term", {"Your PIN, once more": who.pin})

    assert "its ledgers are kept" in done.words
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
    done = asked.press("Go on forgetting", {"Your PIN, once more": who.pin})

    assert "Who read what is still being forgotten." in asked.words
    assert "This term has been ended already." in done.words
    assert factories.how_many(LedgerArchive) == 0


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
