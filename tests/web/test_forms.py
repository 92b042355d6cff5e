"""What a form or an address may say: a value that fits, or nothing happens."""

from datetime import date

import pytest
from flask import Flask

from kiosk.errors import InvalidInputError
from kiosk.rules.sessions import SessionProblem
from kiosk.web import forms

TODAY = date(2026, 11, 20)


@pytest.mark.parametrize("said", ["2000-01-01", "2026-11-25", "2100-12-31"])
def test_a_day_of_our_time_is_read(app: Flask, said: str) -> None:
    with app.test_request_context(f"/?on={said}"):
        assert forms.day("on", default=TODAY).isoformat() == said


def test_without_a_day_it_is_the_usual_one(app: Flask) -> None:
    with app.test_request_context("/"):
        assert forms.day("on", default=TODAY) == TODAY


@pytest.mark.parametrize("said", ["0001-01-01", "1999-12-31", "2101-01-01", "9999-12-31", "today"])
def test_a_day_of_another_time_is_no_day(app: Flask, said: str) -> None:
    with app.test_request_context(f"/?on={said}"), pytest.raises(InvalidInputError) as error:
        forms.day("on", default=TODAY)

    assert error.value.reason is SessionProblem.BAD_FORM


@pytest.mark.parametrize("said", ["1", " 7 ", "000000012"])
def test_a_number_is_read(app: Flask, said: str) -> None:
    with app.test_request_context("/", method="POST", data={"n": said}):
        assert forms.number("n", least=1, most=12) == int(said)


# More digits than Python reads at all must be refused as a form, and not by Python.
@pytest.mark.parametrize("said", ["", "-1", "1.5", "0", "13", "\N{SUPERSCRIPT TWO}", "1" * 5000])
def test_what_is_no_number_that_fits_is_refused(app: Flask, said: str) -> None:
    with (
        app.test_request_context("/", method="POST", data={"n": said}),
        pytest.raises(InvalidInputError) as error,
    ):
        forms.number("n", least=1, most=12)

    assert error.value.reason is SessionProblem.BAD_FORM
