"""What every test may ask for. Files and commits are real; only the clock stands still."""

from __future__ import annotations

import gc
import shutil
from typing import TYPE_CHECKING

import pytest

from tests import collected
from tests.clock import AN_AFTERNOON, FrozenClock
from tests.postgres import Cluster, private_cluster

# The application is imported where it is used: the tests of pure rules start in no time.
if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask import Flask

    from kiosk.services.here import Here
    from tests.page import PageClient

__all__ = ["private_cluster"]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    collected.mark(items)
    if hasattr(config, "workerinput"):  # one of several processes
        collected.longest_first(items)


def pytest_collection_finish() -> None:
    """Let the garbage collector leave alone what stays: thirteen thousand tests, all modules."""
    gc.freeze()
    gc.set_threshold(20_000)  # as the kiosk itself does


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
    """Return the kiosk on a SQLite file of its own, with an application context around the test.

    It has no pages: `site` has them.
    """
    from tests.rooms import running

    with running(instance, {}, clock) as app:
        yield app


@pytest.fixture
def site(app: Flask) -> Flask:
    """Return the kiosk with its pages."""
    from tests.rooms import with_pages

    return with_pages(app)


@pytest.fixture
def page(site: Flask) -> PageClient:
    """Return a browser without JavaScript in front of the kiosk."""
    from kiosk.db import db
    from tests.page import PageClient

    return PageClient(site.test_client(), before_each=db.session.remove)


@pytest.fixture(scope="session")
def migrated(
    private_cluster: Cluster, empty_instance: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """Return the database of the empty instance on PostgreSQL, migrated once; copy it."""
    from kiosk.services.setup import init_instance

    instance = tmp_path_factory.mktemp("migrated") / "instance"
    shutil.copytree(empty_instance, instance)
    with private_cluster.database() as name:
        env = {"KIOSK_DATABASE_URL": private_cluster.url(name)}
        init_instance(instance, env=env, now=AN_AFTERNOON)
        yield name


@pytest.fixture
def postgres_app(
    private_cluster: Cluster, migrated: str, instance: Path, clock: FrozenClock
) -> Iterator[Flask]:
    """Return the kiosk on PostgreSQL; otherwise as `app`."""
    from tests.rooms import running

    with private_cluster.database(like=migrated) as name:
        env = {"KIOSK_DATABASE_URL": private_cluster.url(name)}
        with running(instance, env, clock) as app:
            yield app


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
