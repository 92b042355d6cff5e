"""What can go wrong, as values: a reason and the facts of the sentence, never the sentence itself.

The sentence for each reason stands in `templates/errors/messages.html`, in the reader's language;
the status number stands in `kiosk/web/errors.py`.
"""

from enum import StrEnum


class KioskError(Exception):
    """The base of every error that has a sentence for a person."""

    def __init__(self, reason: StrEnum, **values: object) -> None:
        super().__init__(f"{type(reason).__name__}.{reason.name}")
        self.reason = reason
        self.values = values


class InvalidInputError(KioskError):
    """What came in could not be understood; nothing was changed."""


class NotFoundError(KioskError):
    """What was asked for does not exist, or is not the asker's to see."""


class RefusedError(KioskError):
    """It was understood, and a rule says no."""


class UnavailableError(KioskError):
    """It cannot be done at the moment; the same request may succeed later."""
