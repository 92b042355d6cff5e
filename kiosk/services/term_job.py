"""A term is ended in a process of its own, as a request asks for it: a scan goes on meanwhile."""

import subprocess
from typing import Final
from uuid import UUID

from kiosk.errors import UnavailableError
from kiosk.rules.term_end import TermEndProblem
from kiosk.services import processes, term_end
from kiosk.services.here import Here

_LOG: Final = "term-end.log"
_LONGEST_S: Final = 900


def end(name: str, *, actor_id: UUID, here: Here) -> None:
    """Do what `term_end.end` does, and wait for it.

    Raises:
        NotFoundError, RefusedError: as `term_end.end`. UnavailableError: NOT_ENDED.
    """
    term_end.check(name, here)
    words = ("--actor", str(actor_id), "--at", here.now.isoformat(), "--", name)
    with (here.settings.instance / _LOG).open("wb") as output:
        # Who holds the write lock must not wait behind others: a scan would wait with it.
        process = processes.start(
            "end-term", *words, instance=here.settings.instance, output=output, niceness=0
        )
        try:
            process.wait(_LONGEST_S)
        except subprocess.TimeoutExpired as error:
            raise UnavailableError(TermEndProblem.NOT_ENDED) from error
    if process.returncode:
        raise UnavailableError(TermEndProblem.NOT_ENDED)
