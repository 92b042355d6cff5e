"""The secrets of one instance: five separate files of 32 random bytes in `instance/keys/`."""

import os
import secrets
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Final, Self

_LENGTH: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Keyring:
    """What each key is for; a key is never used for two things.

    `card` derives card codes and their digests, `pin` is the pepper of staff PINs, `field` encrypts
    names and numbers of contacts, `audit` chains the audit, `session` signs cookies.
    """

    card: bytes
    pin: bytes
    field: bytes
    audit: bytes
    session: bytes

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read the keys of an instance.

        Raises:
            FileNotFoundError: a key file is missing.
            ValueError: a key has the wrong length or is all one byte.
        """
        return cls(**{field.name: _read(_file(folder, field.name)) for field in fields(cls)})

    @classmethod
    def create_missing(cls, folder: Path) -> None:
        """Make each key that does not exist yet, readable by the owner alone."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for field in fields(cls):
            _write_once(_file(folder, field.name))


def _file(folder: Path, name: str) -> Path:
    return folder / f"{name}.key"


def _read(path: Path) -> bytes:
    key = path.read_bytes()
    if len(key) != _LENGTH or len(set(key)) == 1:
        raise ValueError(f"{path.name} is not a key: restore it from the backup")
    return key


def _write_once(path: Path) -> None:
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(handle, "wb") as file:
        file.write(secrets.token_bytes(_LENGTH))
        file.flush()
        os.fsync(file.fileno())
