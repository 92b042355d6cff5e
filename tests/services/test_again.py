import pytest
from sqlalchemy.exc import IntegrityError

from kiosk.db import transaction
from kiosk.ids import new_id
from kiosk.models.home import Home
from kiosk.services.again import once_more
from kiosk.services.here import Here
from tests import factories


def _use_case(here: Here, *constraints: str, names: list[str]) -> list[str]:
    """Run a use case that adds a room by the next of `names` each time it is tried."""
    tried: list[str] = []

    @once_more(*constraints)
    def add(home: Here) -> list[str]:
        tried.append(names[len(tried)])
        with transaction() as session:
            session.add(Home(id=new_id(home.now), name=tried[-1]))
        return tried

    try:
        return add(here)
    except IntegrityError:
        return [*tried, "refused"]


def test_what_goes_well_is_done_once(here: Here) -> None:
    assert _use_case(here, "uq_home_name", names=["east"]) == ["east"]


def test_who_came_second_looks_again(here: Here) -> None:
    taken = here.settings.home

    assert _use_case(here, "uq_home_name", names=[taken, "west"]) == [taken, "west"]
    assert factories.how_many(Home) == 2


@pytest.mark.parametrize("constraints", [(), ("uq_loan_request_id",)])
def test_another_refusal_is_not_tried_again(here: Here, constraints: tuple[str, ...]) -> None:
    taken = here.settings.home

    assert _use_case(here, *constraints, names=[taken, "west"]) == [taken, "refused"]


def test_it_looks_again_once(here: Here) -> None:
    taken = here.settings.home

    assert _use_case(here, "uq_home_name", names=[taken, taken, "west"]) == [
        taken,
        taken,
        "refused",
    ]
