"""What the pile asks of its batch."""

from uuid import UUID

from sqlalchemy.orm import Session

from kiosk.errors import NotFoundError, RefusedError
from kiosk.models.intake import IntakeBatch
from kiosk.rules.intake import IntakeProblem


def find(session: Session, batch_id: UUID) -> IntakeBatch:
    """Return a batch.

    Raises:
        NotFoundError: UNKNOWN_BATCH.
    """
    batch = session.get(IntakeBatch, batch_id)
    if batch is None:
        raise NotFoundError(IntakeProblem.UNKNOWN_BATCH)
    return batch


def check_is_open(session: Session, batch_id: UUID | None) -> None:
    """Refuse to change what a second person has accepted.

    Raises:
        NotFoundError: UNKNOWN_BATCH. RefusedError: ALREADY_ACCEPTED.
    """
    if is_accepted(session, batch_id):
        raise RefusedError(IntakeProblem.ALREADY_ACCEPTED)


def is_accepted(session: Session, batch_id: UUID | None) -> bool:
    """Return whether a second person has accepted the batch; none is not accepted."""
    return batch_id is not None and find(session, batch_id).accepted_at is not None
