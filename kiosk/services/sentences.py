"""One plain English sentence for each error that a command can meet."""

from typing import Final

from kiosk.errors import KioskError

_SENTENCES: Final = {
    "not-toml": "{key} cannot be read: it is not valid TOML.",
    "unknown-key": "kiosk.toml has an unknown key: {key}.",
    "wrong-value": "The setting {key} has a value that does not fit.",
    "no-keys": "The keys of this instance are missing or damaged. Run `kiosk init` for a new one.",
    "home-not-made": "This instance has no room called {home} yet. Run `kiosk init` first.",
    "newer-database": "A newer kiosk has used this database. Update this kiosk first.",
    "already-running": "A kiosk is running with this instance already. Stop that one first.",
    "name-missing": "Please give a name.",
    "name-unknown": "Nobody, or more than one person, has this name.",
}


def sentence(error: KioskError) -> str:
    """Return the sentence for an error; an unforeseen reason is named as it is."""
    text = _SENTENCES.get(error.reason.value)
    if text is None:
        return f"It could not be done: {error.reason.value}."
    return text.format_map({name: str(value) for name, value in error.values.items()})
