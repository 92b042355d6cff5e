"""An inspection pack is made in a process of its own, ledger by ledger, from a copy of the data.

One ledger is in memory at a time; what a browser makes of the pages is its own affair.
"""

import hashlib
import shutil
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Final

from kiosk.db import db, open_database, reading
from kiosk.files.cover_xlsx import Cover
from kiosk.files.spool import Spool
from kiosk.files.tables import csv_bytes
from kiosk.files.tables_xlsx import Workbook
from kiosk.printing import pdf
from kiosk.printing.turned_sheets import turned
from kiosk.rules.packs import PackProblem
from kiosk.services import backup, frameworks, ledgers
from kiosk.services.here import Here
from kiosk.services.ledger_identities import Tally
from kiosk.services.ledgers import Ledger
from kiosk.services.moments import one_moment
from kiosk.services.pack_files import About, PackFile, PackFolder, PackStage, State
from kiosk.services.pack_pages import PackPages, in_order
from kiosk.services.progress import Parts

# A slow PC: what takes longer prints nothing, for example since a policy forbids it.
_START_S: Final = 60
_PAGE_S: Final = 0.5
_PAGES: Final = "pages.html"
_TURNED: Final = "turned.html"
_CSV: Final = "csv"
_CHECKS: Final = "校验清单.txt"
_READ_ME: Final = "说明.txt"
_WORDS: Final = (
    "本文件夹不需要任何专用程序即可阅读：迎检材料.pdf 可直接打印，迎检材料.xlsx 和各台账的 csv 可用"
    "表格软件打开（UTF-8）。校验清单.txt 列出每个文件的 SHA-256 值，用来核对文件是否被改动。\r\n"
)


def make(folder: PackFolder, *, here: Here) -> None:
    """Make what was asked for, and say how far it is; what broke off is BROKEN.

    A pack that is forgotten meanwhile, since a child was erased, is not completed and not kept.
    """
    try:
        _make(folder, here)
    except Exception:
        if folder.exists:
            raise
    finally:
        folder.remove_if_forgotten()


def _make(folder: PackFolder, here: Here) -> None:
    about = folder.about()
    state = State(stage=PackStage.COPYING, of=len(Ledger))
    folder.write_state(state)
    try:
        with Spool(folder.path) as spool:
            with _apart(folder.path), one_moment():
                state, cover = _lay_out(folder, about, state, spool, here)
            state = replace(state, stage=PackStage.PRINTING)
            state = _produce(folder, state, spool, cover, here)
        _zip(folder)
        (folder.path / _PAGES).unlink()
        (folder.path / _TURNED).unlink(missing_ok=True)
        folder.write_state(replace(state, stage=PackStage.READY))
    except BaseException:
        if folder.exists:
            folder.empty()
            folder.write_state(
                replace(state, stage=PackStage.BROKEN, problem=PackProblem.BROKEN_OFF)
            )
        raise


@contextmanager
def _apart(folder: Path) -> Iterator[None]:
    """Read from a copy: a long look at the original would keep a scan from being stored."""
    if db.engine.dialect.name != "sqlite":
        yield
        return
    copy = folder / "copy.db"
    try:
        reading().rollback()
        backup.copy(db.engine, copy, Parts(None))
        with open_database(f"sqlite:///{copy}"):
            yield
    finally:
        for name in ("copy.db", "copy.db-journal", "copy.db-wal", "copy.db-shm"):
            (folder / name).unlink(missing_ok=True)


def _lay_out(
    folder: PackFolder, about: About, state: State, spool: Spool, here: Here
) -> tuple[State, Cover]:
    """Lay every ledger on pages, keep it for the workbook, and compare what they say.

    Return the cover of the workbook besides.
    """
    framework = frameworks.find(about.framework, here)
    period, tally = ledgers.period(about.first, about.last), Tally()
    part = folder.path / "ledgers.part"
    with part.open("w", encoding="utf-8") as output:
        pages = PackPages(output, framework=framework, about=about, here=here)
        for done, name in enumerate(in_order(framework, [one.value for one in Ledger])):
            state = replace(state, stage=PackStage.WRITING, done=done)
            folder.write_state(state)
            # As it is looked at: the donors' telephone numbers stay in the kiosk.
            known, table = ledgers.known_and_leaving(Ledger(name), period, here=here)
            tally.hear(Ledger(name), known)
            pages.add(name, table)
            if table.rows:
                spool.add(name, table)
        pages.add_blanks()
    with (folder.path / _PAGES).open("w", encoding="utf-8") as output:
        pages.write(output, part)
    part.unlink()
    state = replace(
        state,
        done=state.of,
        pages=pages.count,
        upright=pages.upright,
        ledgers=spool.count,
        apart=_apart_lines(tally),
    )
    return state, pages.cover()


def _apart_lines(tally: Tally) -> tuple[str, ...]:
    """Return a line for each two ledgers that say different things of the same."""
    return tuple(
        f"{one.month} {one.one} {one.says} ≠ {one.other} {one.other_says}".strip()
        for one in tally.broken()
    )


def _produce(folder: PackFolder, state: State, spool: Spool, cover: Cover, here: Here) -> State:
    """Write the workbook and the CSV while a browser prints the pages."""
    folder.write_state(state)
    with ThreadPoolExecutor(1) as beside, _ending() as is_over:
        printing = beside.submit(print_pages, folder, state, here, is_over)
        csvs = folder.path / _CSV
        csvs.mkdir()
        with Workbook(folder.file(PackFile.XLSX), cover=cover) as book:
            for name, table in spool.tables():
                book.add(table, of=name)
                (csvs / f"{name}.csv").write_bytes(csv_bytes(table))
        problem = printing.result()
    return replace(state, problem=problem)


@contextmanager
def _ending() -> Iterator[Event]:
    """Give an event that is set when the block ends, however it does."""
    event = Event()
    try:
        yield event
    finally:
        event.set()


def print_pages(folder: PackFolder, state: State, here: Here, is_over: Event) -> PackProblem | None:
    """Have a browser print the pages; without one the pack goes without its PDF, and says why."""
    output = folder.file(PackFile.PDF)
    part = output.with_suffix(".part.pdf")
    try:
        browsers = pdf.find_browsers(here.settings.browser)
    except pdf.NoBrowserError:
        return PackProblem.NO_BROWSER
    for browser in browsers:
        try:
            _print(folder, state, part, browser, is_over)
        except (pdf.NotPrintedError, OSError):
            part.unlink(missing_ok=True)
            if is_over.is_set():
                break
        else:
            part.replace(output)
            return None
    return PackProblem.NOT_PRINTED


def _print(folder: PackFolder, state: State, output: Path, browser: Path, is_over: Event) -> None:
    """Have one browser print the pages; an older one, whose pages all lie one way, gets them so.

    Raises:
        NotPrintedError: as `pdf.print_pdf`.
    """

    def printed(page: Path, upright: int) -> None:
        pdf.print_pdf(
            page,
            output,
            browser=browser,
            pages=state.pages,
            upright=upright,
            within_s=_START_S + _PAGE_S * state.pages,
            is_wanted=lambda: folder.exists and not is_over.is_set(),
        )

    pages, lying = folder.path / _PAGES, folder.path / _TURNED
    try:
        printed(pages, state.upright)
    except pdf.OtherPagesError:
        with pages.open(encoding="utf-8") as found, lying.open("w", encoding="utf-8") as writing:
            turned(found, writing)
        printed(lying, 0)


def _zip(folder: PackFolder) -> None:
    """Put everything into one file that is read without this program, with a list to check it."""
    files = [(f"迎检材料.{kind}", folder.file(kind)) for kind in folder.files()]
    files += [(f"csv/{path.name}", path) for path in sorted((folder.path / _CSV).iterdir())]
    target = folder.file(PackFile.ZIP)
    part = target.with_suffix(".part.zip")
    with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(_READ_ME, _WORDS)
        for name, path in files:
            archive.write(path, name)
        lines = [f"{_digest(path)}  {name}\r\n" for name, path in files]
        archive.writestr(_CHECKS, "".join(lines))
    part.replace(target)
    shutil.rmtree(folder.path / _CSV)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
