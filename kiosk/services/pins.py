"""PINs: made, hashed with a pepper that is kept apart, and checked one at a time."""

import hashlib
import hmac
import secrets
import threading

from kiosk.rules import staff as rules

# argon2 takes 19 MiB a time; one at a time keeps a PC of 2 GB on its feet (`stack.md`).
_one_hash = threading.Semaphore(1)


def fresh() -> str:
    while True:
        pin = "".join(secrets.choice("0123456789") for _ in range(rules.PIN_LENGTH))
        if rules.pin_problem(pin) is None:
            return pin


def _peppered(pin: str, pepper: bytes) -> bytes:
    return hmac.digest(pepper, b"pin:" + pin.encode(), hashlib.sha256)


def hashed(pin: str, pepper: bytes, *, time_cost: int = 2, memory_cost: int = 19_456) -> str:
    """Return the hash to keep; it says itself what it cost, and checking it costs the same."""
    from argon2 import PasswordHasher

    with _one_hash:
        return PasswordHasher(time_cost=time_cost, memory_cost=memory_cost, parallelism=1).hash(
            _peppered(pin, pepper)
        )


def matches(pin: str, pin_hash: str, pepper: bytes) -> bool:
    from argon2 import PasswordHasher
    from argon2.exceptions import VerifyMismatchError

    with _one_hash:
        try:
            return PasswordHasher().verify(pin_hash, _peppered(pin, pepper))
        except VerifyMismatchError:
            return False
