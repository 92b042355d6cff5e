"""What somebody who closes the room has ticked and written."""

from typing import Final

from kiosk.services.closing_notes import Signed
from kiosk.web import forms

_GAMES: Final = "games_counted"
_MOST_GAMES: Final = 9999
_LONGEST: Final = 140


def signed() -> Signed:
    """Return how the room is left, as the form says it.

    Raises:
        InvalidInputError: BAD_FORM with `field`, for a count that is no number.
    """
    is_counted = bool(forms.text(_GAMES, longest=_LONGEST))
    return Signed(
        is_clean=forms.is_ticked("is_clean"),
        is_safe=forms.is_ticked("is_safe"),
        games_counted=forms.number(_GAMES, least=0, most=_MOST_GAMES) if is_counted else None,
        games_are_all=forms.is_ticked("games_are_all"),
        line=forms.text("line", longest=_LONGEST) or None,
    )
