from uuid import UUID

import pytest
from cryptography.exceptions import InvalidTag

from kiosk.services import vault

KEY, OTHER_KEY = bytes(range(32)), bytes(range(1, 33))
MOTHER, FATHER = UUID(int=1), UUID(int=2)
PHONE = "19900001111"


def _seal(text: str = PHONE, *, column: str = "phone", row: UUID = MOTHER) -> bytes:
    return vault.seal(text, column=column, row=row, key=KEY)


@pytest.mark.parametrize("text", [PHONE, "欧阳秋水", "", "a\x00b", "·" * 500])
def test_what_was_sealed_comes_back(text: str) -> None:
    sealed = _seal(text)

    assert vault.unseal(sealed, column="phone", row=MOTHER, key=KEY) == text


def test_a_sealed_number_shows_nothing_and_never_looks_the_same() -> None:
    sealed = {_seal() for _ in range(50)}

    assert len(sealed) == 50
    assert not any(PHONE.encode() in one or PHONE[-4:].encode() in one for one in sealed)


def test_two_children_whose_numbers_were_swapped_get_neither() -> None:
    mine, theirs = _seal(row=MOTHER), _seal("19900002222", row=FATHER)

    for sealed, row in ((mine, FATHER), (theirs, MOTHER)):
        with pytest.raises(InvalidTag):
            vault.unseal(sealed, column="phone", row=row, key=KEY)


def test_a_name_does_not_open_as_a_number() -> None:
    with pytest.raises(InvalidTag):
        vault.unseal(_seal(column="full_name"), column="phone", row=MOTHER, key=KEY)


def test_another_key_opens_nothing() -> None:
    with pytest.raises(InvalidTag):
        vault.unseal(_seal(), column="phone", row=MOTHER, key=OTHER_KEY)


def test_every_changed_byte_is_noticed() -> None:
    sealed = _seal()

    for place in range(len(sealed)):
        changed = sealed[:place] + bytes([sealed[place] ^ 1]) + sealed[place + 1 :]
        with pytest.raises((InvalidTag, ValueError)):
            vault.unseal(changed, column="phone", row=MOTHER, key=KEY)


@pytest.mark.parametrize("sealed", [b"", b"\x01", b"\x01" + bytes(11), b"\x02" + bytes(40)])
def test_what_was_never_sealed_does_not_open(sealed: bytes) -> None:
    with pytest.raises((InvalidTag, ValueError)):
        vault.unseal(sealed, column="phone", row=MOTHER, key=KEY)


def test_one_number_is_recognised_however_it_is_written() -> None:
    written = {"19900001111", "199 0000 1111", "199-0000-1111", " 19900001111 "}

    digests = {vault.phone_digest(phone, key=KEY) for phone in written}

    assert len(digests) == 1
    (digest,) = digests
    assert len(digest) == 32
    assert digest != vault.phone_digest("19900001112", key=KEY)
    assert digest != vault.phone_digest("19900001111", key=OTHER_KEY)


def test_a_masked_number_shows_its_last_four_digits() -> None:
    assert vault.masked("1111") == "···· 1111"
