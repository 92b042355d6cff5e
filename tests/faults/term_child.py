"""`kiosk end-term NAME`, which kills itself once the first few readers are forgotten."""

import os
import signal
from collections.abc import Iterator
from uuid import UUID

from kiosk import cli
from kiosk.services import forgetting

_loans = forgetting.loans


def _a_few(term_id: UUID) -> Iterator[int]:
    yield next(_loans(term_id))
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    forgetting.loans = _a_few
    cli.main()
