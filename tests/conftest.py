"""What every test may ask for. Files and commits are real; only the clock stands still."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tests.clock import AN_AFTERNOON, FrozenClock
from tests.postgres import Cluster, private_cluster

# The application is imported where it is used: the tests of pure rules start in no time.
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from flask import Flask

    from kiosk.services.here import Here
    from tests.page import PageClient

__all__ = ["private_cluster"]

_FOLDERS = {"browser": pytest.mark.browser, "faults": pytest.mark.faults}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark by place and need, so that no test forgets to say it."""
    for item in items:
        for folder, mark in _FOLDERS.items():
            if folder in item.path.parts:
                item.add_marker(mark)
        if "private_cluster" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.postgres)


@pytest.fixture(scope="session")
def empty_instance(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an instance with keys and an empty migrated database, made once; copy it."""
    from kiosk.services.setup import init_instance

    folder = tmp_path_factory.mktemp("empty") / "instance"
    init_instance(folder, env={}, now=AN_AFTERNOON)
    return folder


@pytest.fixture
def instance(empty_instance: Path, tmp_path: Path) -> Path:
    """Return an instance of this test's own."""
    shutil.copytree(empty_instance, tmp_path / "instance")
    return tmp_path / "instance"


@pytest.fixture
def clock() -> FrozenClock:
    """Return a clock that shows a Friday afternoon of term until it is told otherwise."""
    return FrozenClock()


@pytest.fixture
def app(instance: Path, clock: FrozenClock) -> Iterator[Flask]:
    """Return the kiosk on a SQLite file of its own, with an application context around the test."""
    yield from _running(instance, {}, clock)


@pytest.fixture
def page(app: Flask) -> PageClient:
    """Return a browser without JavaScript in front of the kiosk."""
    from kiosk.db import db
    from tests.page import PageClient

    return PageClient(app.test_client(), before_each=db.session.remove)


@pytest.fixture
def postgres_url(private_cluster: Cluster) -> Iterator[str]:
    """Return the address of an empty database of this test's own."""
    with private_cluster.database() as name:
        yield private_cluster.url(name)


@pytest.fixture
def postgres_app(instance: Path, postgres_url: str, clock: FrozenClock) -> Iterator[Flask]:
    """Return the kiosk on PostgreSQL; otherwise as `app`."""
    from kiosk.services.setup import init_instance

    env = {"KIOSK_DATABASE_URL": postgres_url}
    init_instance(instance, env=env, now=clock())
    yield from _running(instance, env, clock)


@pytest.fixture(params=["app", "postgres_app"])
def either_app(request: pytest.FixtureRequest) -> Flask:
    """Return the kiosk on SQLite and, in a second run of the test, on PostgreSQL."""
    found: Flask = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def here(app: Flask, clock: FrozenClock) -> Here:
    """Return the moment at which the test begins."""
    return here_in(app, clock)


def here_in(app: Flask, clock: FrozenClock) -> Here:
    """Return the present moment at the kiosk, as a request would have it."""
    from kiosk.services.here import Here

    kiosk = app.extensions["kiosk"]
    return Here(
        now=clock(),
        settings=kiosk.settings,
        home_id=kiosk.home_id,
        library=kiosk.library,
        school=kiosk.school,
    )


def _running(instance: Path, env: Mapping[str, str], clock: FrozenClock) -> Iterator[Flask]:
    from kiosk.app import create_app
    from kiosk.db import db
    from kiosk.settings import Settings

    app = create_app(Settings.load(instance, env), clock=clock)
    app.testing = True
    with app.app_context():
        try:
            yield app
        finally:
            db.session.remove()
            db.engine.dispose()
            for handler in tuple(app.logger.handlers):
                handler.close()
                app.logger.removeHandler(handler)
