"""What is kept of a scanner, and the first change since."""

from kiosk.rules.devices import LetterCase, ScannedIsbn, ScannerChange, Terminator
from kiosk.rules.scanners import ScannerProfile
from kiosk.services import scanners
from kiosk.services.here import Here

PROFILE = ScannerProfile(
    terminator=Terminator.TAB,
    prefix="*",
    letter_case=LetterCase.LOWER,
    isbn=ScannedIsbn.TEN_DIGITS,
    drops_characters=True,
    has_input_method=True,
)


def test_what_was_learned_comes_back_as_it_was(here: Here) -> None:
    assert scanners.read(here.home_id) is None

    kept = scanners.keep(PROFILE, actor_id=None, here=here)

    assert scanners.read(here.home_id) == kept
    assert kept.profile == PROFILE


def test_the_first_change_stays_until_the_scanner_is_learned_again(here: Here) -> None:
    scanners.keep(PROFILE, actor_id=None, here=here)

    scanners.note_change(ScannerChange.PREFIX, here=here)
    noted = scanners.note_change(ScannerChange.TERMINATOR, here=here)

    assert noted is not None
    assert (noted.change, noted.changed_at) == (ScannerChange.PREFIX, here.now)
    assert scanners.keep(PROFILE, actor_id=None, here=here).change is None
    assert scanners.read(here.home_id) is not None


def test_a_scanner_that_was_never_learned_cannot_have_changed(here: Here) -> None:
    assert scanners.note_change(ScannerChange.PREFIX, here=here) is None
