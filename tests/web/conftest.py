"""A browser whose requests share nothing but the cookie."""

import pytest
from flask import Flask, g

from kiosk.db import db
from tests.page import PageClient
from tests.rooms import with_pages


@pytest.fixture
def app(app: Flask) -> Flask:
    """Return the kiosk with its pages, which is what all tests here are about."""
    return with_pages(app)


@pytest.fixture
def page(app: Flask) -> PageClient:
    """Return a browser without JavaScript; each request starts with nothing remembered.

    The test has an application context of its own, which Flask would use for requests as well: the
    clock, the person signed in and the form token of one request would be those of the next.
    """

    def forget() -> None:
        db.session.remove()
        for name in list(g):
            g.pop(name)

    return PageClient(app.test_client(), before_each=forget)
