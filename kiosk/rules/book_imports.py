"""How far a file of books has come on its way into the catalogue."""

from enum import StrEnum


class ImportStage(StrEnum):
    """READY: read, and a person is to decide. BROKEN: its process ended in the middle of it."""

    READING = "reading"
    READY = "ready"
    ADDING = "adding"
    DONE = "done"
    REFUSED = "refused"
    BROKEN = "broken"

    @property
    def is_working(self) -> bool:
        return self in (ImportStage.READING, ImportStage.ADDING)


class ImportProblem(StrEnum):
    """Why nothing can be done with a file of books."""

    NO_FILE = "no-file"
    UNKNOWN_IMPORT = "unknown-import"
    NOT_NOW = "not-now"
    NOT_KEPT = "not-kept"
    NOT_EXPORTED = "not-exported"
