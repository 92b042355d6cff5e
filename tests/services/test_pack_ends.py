"""What may happen to an inspection pack while it is made: new rows, erasure, a race, an error."""

import csv
import io
import shutil
import sys
import threading
import time
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from uuid import UUID

import pytest
from click.testing import CliRunner
from flask import Flask

from kiosk.cli import main
from kiosk.db import db, reading
from kiosk.errors import RefusedError
from kiosk.ids import new_id
from kiosk.rules.packs import PackProblem
from kiosk.services import erasure, pack_files, pack_making, packs
from kiosk.services.here import Here
from kiosk.services.moments import one_moment
from kiosk.services.pack_files import About, PackFile, PackFolder, PackStage, State
from tests import factories
from tests.clock import FrozenClock
from tests.conftest import here_in

THREADS = 6


class _Interrupted(PackFolder):
    """A pack at which something happens when its first ledger is begun."""

    def __init__(self, here: Here, happens: Callable[["_Interrupted"], None]) -> None:
        super().__init__(here.settings, new_id(here.now))
        self._happens = happens
        self.make(_about(here))

    def write_state(self, state: State) -> None:
        super().write_state(state)
        if state.stage is PackStage.WRITING and state.done == 0:
            self._happens(self)


def _about(here: Here) -> About:
    return About(
        first=here.today - timedelta(days=30),
        last=here.today,
        framework="school-8",
        at=here.now,
        actor_id=factories.staff(here).staff_id,
    )


def _folder(here: Here, *, framework: str = "school-8") -> PackFolder:
    folder = PackFolder(here.settings, new_id(here.now))
    folder.make(replace(_about(here), framework=framework))
    return folder


def _without_browser(here: Here) -> Here:
    return replace(here, settings=replace(here.settings, browser="/nowhere/chromium"))


def _elsewhere(app: Flask, work: Callable[[], object]) -> None:
    """Do it in another thread, as a request would that comes in meanwhile."""

    def run() -> None:
        with app.app_context():
            try:
                work()
            finally:
                db.session.remove()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(run).result(60)


def test_a_pack_is_of_one_moment(either_app: Flask, clock: FrozenClock) -> None:
    here = _without_browser(here_in(either_app, clock))
    factories.open_today(here)
    early, late = factories.child(here), factories.child(here)
    factories.visit(here, early.child_id)
    reading().rollback()
    folder = _Interrupted(
        here, lambda _: _elsewhere(either_app, lambda: factories.visit(here, late.child_id))
    )

    pack_making.make(folder, here=here)

    with zipfile.ZipFile(folder.file(PackFile.ZIP)) as archive:
        lines = list(csv.reader(io.StringIO(archive.read("csv/L3.csv").decode("utf-8-sig"))))
    assert [line[0] for line in lines[1:]] == ["1", "合计"]
    assert folder.state().apart == ()


def test_what_is_read_as_one_moment_and_is_not_is_an_error(app: Flask) -> None:
    del app
    with pytest.raises(RuntimeError), one_moment():
        reading().rollback()


def test_of_many_that_are_started_at_once_one_is_made(app: Flask, here: Here) -> None:
    who = factories.staff(here)
    reading().rollback()
    begin = threading.Barrier(THREADS)

    def run(_: int) -> UUID | StrEnum:
        with app.app_context():
            begin.wait(timeout=30)
            try:
                return packs.start(
                    first=here.today,
                    last=here.today,
                    framework="school-8",
                    actor_id=who.staff_id,
                    here=here,
                )
            except RefusedError as error:
                return error.reason
            finally:
                db.session.remove()

    with ThreadPoolExecutor(THREADS) as pool:
        said = list(pool.map(run, range(THREADS)))

    (won,) = (one for one in said if isinstance(one, UUID))
    assert said.count(PackProblem.PACK_UNDER_WAY) == THREADS - 1
    assert [one.pack_id for one in packs.listing(here)] == [won]
    pack_files.forget_all(here.settings)
    packs.wait(won, within_s=600)
    assert packs.listing(here) == ()


@pytest.mark.parametrize("deletes", [True, False])
def test_a_pack_that_is_forgotten_while_it_is_made_is_not_kept(
    *, deletes: bool, app: Flask, here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    child = factories.child(here)
    factories.visit(here, factories.child(here).child_id)
    reading().rollback()
    if not deletes:
        # As on Windows, where the maker holds its files open.
        monkeypatch.setattr(shutil, "rmtree", lambda *_, **__: None)

    def happens(folder: _Interrupted) -> None:
        _elsewhere(app, lambda: erasure.erase(child.child_id, actor_id=None, here=here))
        assert folder.path.exists() is not deletes
        monkeypatch.undo()
        folder.path.mkdir(exist_ok=True)
        (folder.path / "late.csv").write_text("x")  # what is written meanwhile goes as well

    folder = _Interrupted(_without_browser(here), happens)
    pack_making.make(folder, here=here)

    assert not folder.path.exists()
    assert packs.listing(here) == ()


def test_the_browser_does_not_go_on_printing_what_is_forgotten(here: Here, tmp_path: Path) -> None:
    browser = tmp_path / "chromium"
    browser.write_text("#!/bin/sh\nsleep 600\n")
    browser.chmod(0o755)
    here = replace(here, settings=replace(here.settings, browser=str(browser)))
    folder = _folder(here)
    (folder.path / "pages.html").write_text("x")
    folder.remove()
    folder.path.mkdir()

    began = time.monotonic()
    said = pack_making.print_pages(folder, State(stage=PackStage.PRINTING), here, threading.Event())

    assert said is PackProblem.NOT_PRINTED
    assert time.monotonic() - began < 45


def test_what_a_killed_process_has_left_of_a_forgotten_pack_is_deleted(here: Here) -> None:
    left, kept = _folder(here), _folder(here)
    (left.path / "copy.db").write_text("names")
    (left.path / "about.json").unlink()

    packs.listing(here)

    assert not left.path.exists()
    assert kept.path.exists()


def test_what_broke_off_leaves_nothing_of_the_ledgers(here: Here) -> None:
    factories.visit(here, factories.child(here).child_id)

    def happens(folder: _Interrupted) -> None:
        (folder.path / "csv").write_text("in the way")

    folder = _Interrupted(_without_browser(here), happens)
    with pytest.raises(FileExistsError):
        pack_making.make(folder, here=here)

    assert folder.state().stage is PackStage.BROKEN
    assert {path.name for path in folder.path.iterdir()} == {"about.json", "state.json"}


def test_the_log_says_where_it_broke_off_and_quotes_nothing(instance: Path, here: Here) -> None:
    folder = _folder(here, framework="王小满")

    done = CliRunner().invoke(
        main, ["make-pack", str(folder.pack_id)], env={"KIOSK_INSTANCE": str(instance)}
    )

    assert done.exit_code == 1
    assert "NotFoundError" in done.output
    assert "pack_making.py" in done.output
    assert "王小满" not in done.output


def test_without_a_process_the_pack_stands_there_as_broken_off(
    here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")

    pack_id = packs.start(
        first=here.today,
        last=here.today,
        framework="school-8",
        actor_id=factories.staff(here).staff_id,
        here=here,
    )

    assert packs.look(pack_id, here=here).state.problem is PackProblem.BROKEN_OFF
