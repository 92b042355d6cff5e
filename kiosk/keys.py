"""The secrets of one instance: five separate files of 32 random bytes in `instance/keys/`."""

import os
import secrets
import shutil
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
    def create(cls, folder: Path) -> None:
        """Make all keys of a new instance at once, readable by the owner alone.

        A key that is lost is never made anew: what the old one wrote would be lost with it.

        Raises:
            FileExistsError: there is something in the folder.
        """
        if folder.exists() and any(folder.iterdir()):
            raise FileExistsError(folder)
        part = folder.with_name(folder.name + ".part")
        shutil.rmtree(part, ignore_errors=True)  # of an attempt that was cut off: nobody used them
        part.mkdir(mode=0o700, parents=True)
        for field in fields(cls):
            _write(_file(part, field.name))
        if folder.exists():
            folder.rmdir()
        part.rename(folder)


def _file(folder: Path, name: str) -> Path:
    return folder / f"{name}.key"


def _read(path: Path) -> bytes:
    key = path.read_bytes()
    if len(key) != _LENGTH or len(set(key)) == 1:
        raise ValueError(f"{path.name} is not a key: restore it from the backup")
    return key


def _write(path: Path) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(secrets.token_bytes(_LENGTH))
        file.flush()
        os.fsync(file.fileno())
