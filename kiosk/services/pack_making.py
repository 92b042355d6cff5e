"""An inspection pack is made in a process of its own, ledger by ledger, from a copy of the data.

One ledger is in memory at a time; what a browser makes of the pages is its own affair.
"""

import hashlib
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

from kiosk.db import db, open_database, reading
from kiosk.files.tables import Table, csv_bytes
from kiosk.files.tables_xlsx import Workbook
from kiosk.printing import pdf
from kiosk.rules.packs import PackProblem
from kiosk.services import backup, frameworks, ledger_identities, ledgers
from kiosk.services.here import Here
from kiosk.services.ledgers import Ledger
from kiosk.services.pack_files import About, PackFile, PackFolder, PackStage, State
from kiosk.services.pack_pages import PackPages, in_order
from kiosk.services.progress import Parts

# A slow PC: what takes longer prints nothing, for example since a policy forbids it.
_START_S: Final = 60
_PAGE_S: Final = 0.5
_CHECKS: Final = "校验清单.txt"
_READ_ME: Final = "说明.txt"
_WORDS: Final = (
    "本文件夹不需要任何专用程序即可阅读：迎检材料.pdf 可直接打印，迎检材料.xlsx 和各台账的 csv 可用"
    "表格软件打开（UTF-8）。校验清单.txt 列出每个文件的 SHA-256 值，用来核对文件是否被改动。\r\n"
)
_PIECE: Final = 1 << 20


def make(folder: PackFolder, *, here: Here) -> None:
    """Make what was asked for, and say how far it is; what broke off is BROKEN."""
    about = folder.about()
    state = State(stage=PackStage.COPYING, of=len(Ledger))
    folder.write_state(state)
    try:
        with _apart(folder.path):
            state = _write(folder, about, state, here)
            state = replace(state, apart=_apart_from_one_another(about, here))
        state = _print(folder, replace(state, stage=PackStage.PRINTING), here)
        _zip(folder)
        folder.write_state(replace(state, stage=PackStage.READY))
    except BaseException:
        folder.write_state(replace(state, stage=PackStage.BROKEN, problem=PackProblem.BROKEN_OFF))
        raise
    finally:
        for name in ("pages.html", "ledgers.part"):
            (folder.path / name).unlink(missing_ok=True)


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


def _write(folder: PackFolder, about: About, state: State, here: Here) -> State:
    """Write every ledger as pages, as a sheet and as CSV, then the pages of the whole."""
    framework = frameworks.find(about.framework, here)
    names = in_order(framework, [one.value for one in Ledger])
    part, csvs = folder.path / "ledgers.part", folder.path / "csv"
    csvs.mkdir(exist_ok=True)
    with ExitStack() as open_:
        pages = PackPages(
            open_.enter_context(part.open("w", encoding="utf-8")),
            framework=framework,
            about=about,
            here=here,
        )
        book = open_.enter_context(Workbook(folder.file(PackFile.XLSX)))
        for done, name in enumerate(names):
            state = replace(state, stage=PackStage.WRITING, done=done)
            folder.write_state(state)
            table = _table(name, about, here)
            pages.add(name, table)
            if table.rows:
                book.add(table)
                (csvs / f"{name}.csv").write_bytes(csv_bytes(table))
                state = replace(state, ledgers=state.ledgers + 1)
    with (folder.path / "pages.html").open("w", encoding="utf-8") as output:
        count = pages.write(output, part)
    return replace(state, done=len(names), pages=count)


def _table(name: str, about: About, here: Here) -> Table:
    """Return a ledger as it is looked at: the donors' telephone numbers stay in the kiosk."""
    try:
        return ledgers.build(name, first=about.first, last=about.last, here=here, leaves=True)
    finally:
        reading().rollback()


def _apart_from_one_another(about: About, here: Here) -> tuple[str, ...]:
    """Return which ledgers say different things of the same: it is told before they go."""
    period = ledgers.period(about.first, about.last)
    try:
        return tuple(
            f"{one.one} {one.says} ≠ {one.other} {one.other_says}"
            for one in ledger_identities.broken(period, here=here)
        )
    finally:
        reading().rollback()


def _print(folder: PackFolder, state: State, here: Here) -> State:
    """Have a browser print the pages; without one the pack goes without its PDF, and says why."""
    folder.write_state(state)
    output = folder.file(PackFile.PDF)
    part = output.with_suffix(".part.pdf")
    try:
        browsers = pdf.find_browsers(here.settings.browser)
    except pdf.NoBrowserError:
        return replace(state, problem=PackProblem.NO_BROWSER)
    for browser in browsers:
        try:
            pdf.print_pdf(
                folder.path / "pages.html",
                part,
                browser=browser,
                pages=state.pages,
                within_s=_START_S + _PAGE_S * state.pages,
            )
        except (pdf.NotPrintedError, OSError):
            part.unlink(missing_ok=True)
        else:
            part.replace(output)
            return state
    return replace(state, problem=PackProblem.NOT_PRINTED)


def _zip(folder: PackFolder) -> None:
    """Put everything into one file that is read without this program, with a list to check it."""
    files = [(f"迎检材料.{kind}", folder.file(kind)) for kind in folder.files()]
    files += [(f"csv/{path.name}", path) for path in sorted((folder.path / "csv").iterdir())]
    target = folder.file(PackFile.ZIP)
    part = target.with_suffix(".part.zip")
    with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(_READ_ME, _WORDS)
        for name, path in files:
            archive.write(path, name)
        lines = [f"{_digest(path)}  {name}\r\n" for name, path in files]
        archive.writestr(_CHECKS, "".join(lines))
    part.replace(target)
    shutil.rmtree(folder.path / "csv")


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
