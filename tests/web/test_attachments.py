"""Files that are handed over: by the ending comes the type, and the name may be Chinese."""

import pytest
from flask import Flask
from werkzeug.http import parse_options_header

from kiosk.web.attachments import attachment


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("L3.csv", "text/csv; charset=utf-8"),
        ("call.ics", "text/calendar; charset=utf-8"),
        ("L3.toml", "application/toml"),
        ("card.png", "image/png"),
    ],
)
def test_the_type_is_that_of_the_ending(app: Flask, name: str, expected: str) -> None:
    with app.test_request_context():
        answer = attachment(b"x", name)
        answer.direct_passthrough = False

        assert answer.headers["Content-Type"] == expected
        assert answer.headers["Content-Disposition"] == f"attachment; filename={name}"
        assert answer.data == b"x"


@pytest.mark.parametrize("name", ["语音.zip", "语音/.zip", "语音\\.zip", 'a "b".zip', ".zip"])
def test_a_name_may_be_what_somebody_typed(app: Flask, name: str) -> None:
    with app.test_request_context():
        answer = attachment(b"x", name)

    header = answer.headers["Content-Disposition"]
    assert parse_options_header(header) == ("attachment", {"filename": name})
    assert answer.headers["Content-Type"] == "application/zip"


def test_an_ending_without_a_type_is_a_fault(app: Flask) -> None:
    with app.test_request_context(), pytest.raises(KeyError):
        attachment(b"x", "x.exe")
