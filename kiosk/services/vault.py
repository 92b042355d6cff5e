"""Names and numbers of contacts, encrypted field by field.

AES-256-GCM; the additional data names table, column and row, so that a ciphertext moved to another
row does not open (`security.md` 4.8). The first byte is the version of the key.
"""

import hashlib
import hmac
import os
import re
from typing import Final
from uuid import UUID

_KEY_VERSION: Final = b"\x01"
_NONCE_LENGTH: Final = 12


def seal(text: str, *, column: str, row: UUID, key: bytes) -> bytes:
    """Return `text` as ciphertext that opens only as `column` of `row`."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = os.urandom(_NONCE_LENGTH)
    return _KEY_VERSION + nonce + AESGCM(key).encrypt(nonce, text.encode(), _place(column, row))


def unseal(sealed: bytes, *, column: str, row: UUID, key: bytes) -> str:
    """Return the text again.

    Raises:
        cryptography.exceptions.InvalidTag: the ciphertext belongs elsewhere or was changed.
        ValueError: it was sealed under an unknown version of the key.
    """
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    if sealed[:1] != _KEY_VERSION:
        raise ValueError("sealed under an unknown version of the key")
    nonce, body = sealed[1 : 1 + _NONCE_LENGTH], sealed[1 + _NONCE_LENGTH :]
    return AESGCM(key).decrypt(nonce, body, _place(column, row)).decode()


def phone_digest(phone: str, *, key: bytes) -> bytes:
    """Return the keyed digest by which one number is recognised: 32 bytes."""
    return hmac.digest(key, b"phone:" + re.sub(r"\D", "", phone).encode(), hashlib.sha256)


def masked(tail: str) -> str:
    """Return what a staff screen shows of a number whose last four digits are `tail`."""
    return f"···· {tail}"


def _place(column: str, row: UUID) -> bytes:
    return f"{column}:{row.hex}".encode()
