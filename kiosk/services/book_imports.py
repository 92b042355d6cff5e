"""A file of books on its way in, from the staff page: kept, read, looked at, decided, added.

Reading and adding are done by a process of their own (`book_jobs`), so that the children's screen
goes on; this is what both sides do.
"""

from dataclasses import dataclass, replace
from typing import IO, Final, Self
from uuid import UUID

from kiosk.errors import KioskError, RefusedError
from kiosk.files.books import BooksFile, read_books
from kiosk.files.holdings import HoldingsChoice
from kiosk.files.problems import FileProblem
from kiosk.ids import new_id
from kiosk.rules.book_imports import ImportProblem, ImportStage
from kiosk.rules.catalogue import CatalogueProblem
from kiosk.rules.sessions import SessionProblem
from kiosk.services import book_import_files, book_import_found, book_jobs, intake
from kiosk.services.book_import_files import About, ImportFolder, State
from kiosk.services.book_import_found import Found, ReportLine
from kiosk.services.here import Here
from kiosk.services.intake import IntakePlan

_MOST_TRIES: Final = 3
_REASONS: Final = (FileProblem, CatalogueProblem, ImportProblem, SessionProblem)
Reason = FileProblem | CatalogueProblem | ImportProblem | SessionProblem


@dataclass(frozen=True, slots=True, kw_only=True)
class BookImport:
    """An import as the page shows it; `found` from READY on."""

    import_id: UUID
    about: About
    state: State
    found: Found | None

    @property
    def reason(self) -> Reason | None:
        """Why it was refused."""
        kind, _, value = (self.state.reason or "").partition(":")
        return next((member(value) for member in _REASONS if member.__name__ == kind), None)


def receive(name: str, data: IO[bytes], *, actor_id: UUID | None, here: Here) -> UUID:
    """Keep a file that somebody sent, and return the id of its import.

    Raises: InvalidInputError with EMPTY or TOO_LARGE. UnavailableError with NOT_KEPT.
    """
    book_import_files.forget_old(here.settings, now=here.now)
    folder = ImportFolder(here.settings, new_id(here.now))
    shown, suffix = book_import_files.tame_name(name)
    folder.make(About(name=shown, suffix=suffix, at=here.now, actor_id=actor_id), data)
    book_jobs.start(folder.import_id, book_jobs.Step.READ, settings=here.settings)
    return folder.import_id


def listing(here: Here) -> tuple[BookImport, ...]:
    """Return the imports of the last days, the newest first."""
    book_import_files.forget_old(here.settings, now=here.now)
    return tuple(map(_shown, book_import_files.folders(here.settings)))


def look(import_id: UUID, *, here: Here) -> BookImport:
    """Return one. Raises: NotFoundError(UNKNOWN_IMPORT)."""
    folder = ImportFolder(here.settings, import_id)
    folder.must_exist()
    return _shown(folder)


def decide(
    import_id: UUID,
    *,
    choice: HoldingsChoice | None,
    labels: bool,
    actor_id: UUID | None,
    here: Here,
) -> None:
    """Have the books added; the choice says what their copies are.

    Raises: RefusedError with NOT_NOW or HOLDINGS_UNDECIDED; NotFoundError(UNKNOWN_IMPORT).
    """
    one = look(import_id, here=here)
    if one.state.stage is not ImportStage.READY or one.found is None:
        raise RefusedError(ImportProblem.NOT_NOW)
    offered = [offer.choice for offer in one.found.offers]
    if offered and choice not in offered:
        raise RefusedError(CatalogueProblem.HOLDINGS_UNDECIDED)
    chosen = str(choice) if offered else None
    folder = ImportFolder(here.settings, import_id)
    folder.write_about(replace(one.about, choice=chosen, labels=labels, actor_id=actor_id))
    folder.write_state(State(stage=ImportStage.ADDING, of=one.found.titles))
    book_jobs.start(import_id, book_jobs.Step.ADD, settings=here.settings)


def begin_again(import_id: UUID, *, here: Here) -> None:
    """Have a file read once more whose process ended in the middle.

    Raises: RefusedError(NOT_NOW).
    """
    one = look(import_id, here=here)
    folder = ImportFolder(here.settings, import_id)
    if one.state.stage is not ImportStage.BROKEN or not folder.file().exists():
        raise RefusedError(ImportProblem.NOT_NOW)
    folder.write_state(State(stage=ImportStage.READING))
    book_jobs.start(import_id, book_jobs.Step.READ, settings=here.settings)


def forget(import_id: UUID, *, here: Here) -> None:
    """Delete a file and all that is known of it. Raises: RefusedError(NOT_NOW)."""
    folder = ImportFolder(here.settings, import_id)
    folder.must_exist()
    if book_jobs.is_running(import_id) or folder.is_worked_on():
        raise RefusedError(ImportProblem.NOT_NOW)
    folder.remove()


def report(import_id: UUID, *, here: Here) -> tuple[ReportLine, ...]:
    """Return the lines of the report by record. Raises: NotFoundError(UNKNOWN_IMPORT)."""
    return book_import_found.report_again(ImportFolder(here.settings, import_id).read("report"))


def read(import_id: UUID, *, here: Here) -> None:
    """Read a file and keep what it would add; the process' side."""
    folder = ImportFolder(here.settings, import_id)
    with folder.working(), _Telling(folder, ImportStage.READING) as telling:
        books = read_books(folder.file(), progress=telling.more)
        plan = intake.plan_of(books, choice=None)
        folder.write("report", book_import_found.report_of(plan))
        folder.write("found", book_import_found.found_of(plan))
        folder.write_state(State(stage=ImportStage.READY, of=len(plan.titles)))


def add(import_id: UUID, *, here: Here) -> None:
    """Add the books of a file that was looked at; the process' side.

    Who adds a book by hand meanwhile does not spoil it: the file is compared once more.
    """
    folder = ImportFolder(here.settings, import_id)
    with folder.working(), _Telling(folder, ImportStage.ADDING) as telling:
        about = folder.about()
        choice = None if about.choice is None else HoldingsChoice.parse(about.choice)
        telling.of = folder.state().of
        books = read_books(folder.file(), choice=choice)
        plan = _added(books, choice, telling, about, here)
        folder.write("report", book_import_found.report_of(plan))
        folder.write("found", book_import_found.found_of(plan))
        folder.write_state(State(stage=ImportStage.DONE, done=plan.new_items, of=plan.new_titles))
        folder.drop_file()


def _added(
    books: BooksFile,
    choice: HoldingsChoice | None,
    telling: "_Telling",
    about: About,
    here: Here,
) -> IntakePlan:
    for is_last in (False,) * (_MOST_TRIES - 1) + (True,):
        plan = intake.plan_of(books, choice=choice)
        telling.done = 0
        try:
            intake.apply(
                plan,
                labels=about.labels,
                actor_id=about.actor_id,
                here=here,
                progress=telling.more,
            )
        except RefusedError as error:
            if is_last or error.reason is not CatalogueProblem.CATALOGUE_CHANGED:
                raise
            continue
        return plan
    raise AssertionError  # the last try returns or raises


class _Telling:
    """Writes down how far the work is, and why it ended where it was refused."""

    def __init__(self, folder: ImportFolder, stage: ImportStage) -> None:
        self._folder = folder
        self._stage = stage
        self.done = 0
        self.of = 0

    def more(self, done: int) -> None:
        self.done += done
        self._folder.write_state(State(stage=self._stage, done=self.done, of=self.of))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: object
    ) -> bool:
        del kind, trace
        if not isinstance(error, KioskError):
            return False
        reason = f"{type(error.reason).__name__}:{error.reason.value}"
        self._folder.write_state(State(stage=ImportStage.REFUSED, reason=reason))
        self._folder.drop_file()
        return True


def _shown(folder: ImportFolder) -> BookImport:
    state = folder.state()
    is_idle = not book_jobs.is_running(folder.import_id) and not folder.is_worked_on()
    if state.stage.is_working and is_idle:
        state = folder.state()  # it may have come to its end between the two looks
        if state.stage.is_working:
            state = replace(state, stage=ImportStage.BROKEN)
    has_found = state.stage in (ImportStage.READY, ImportStage.ADDING, ImportStage.DONE)
    return BookImport(
        import_id=folder.import_id,
        about=folder.about(),
        state=state,
        found=book_import_found.found_again(folder.read("found")) if has_found else None,
    )
