"""The forms that are printed empty (L13, L16): ours, or the district's file in the instance."""

from dataclasses import dataclass

from kiosk.errors import InvalidInputError, NotFoundError
from kiosk.files import blank_forms
from kiosk.files.blank_forms import BlankForm
from kiosk.services.here import Here
from kiosk.services.ledger_form import FOLDER, FormRefusal


@dataclass(frozen=True, slots=True, kw_only=True)
class BlankInUse:
    """A form; `problem` is what is wrong with the district's, which then waits."""

    form: BlankForm
    problem: InvalidInputError | None = None


def all_in_use(*, here: Here) -> tuple[BlankInUse, ...]:
    """Return each form as it is printed now."""
    return tuple(in_use(name, here=here) for name in blank_forms.known())


def in_use(name: str, *, here: Here) -> BlankInUse:
    """Return a form as it is printed now. Raises: NotFoundError(NO_SUCH_FORM)."""
    if name not in blank_forms.known():
        raise NotFoundError(FormRefusal.NO_SUCH_FORM)
    try:
        data = (here.settings.instance / FOLDER / f"{name}.toml").read_bytes()
    except FileNotFoundError:
        return BlankInUse(form=blank_forms.ours(name))
    except OSError:
        data = b"\0"  # says of itself that it cannot be read
    try:
        return BlankInUse(form=blank_forms.parse(data, name))
    except InvalidInputError as error:
        return BlankInUse(form=blank_forms.ours(name), problem=error)
