import os
from dataclasses import asdict
from pathlib import Path

import pytest

from kiosk.keys import Keyring

NAMES = ("card", "pin", "field", "audit", "session")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    Keyring.create(tmp_path / "keys")
    return tmp_path / "keys"


def test_each_purpose_has_a_key_of_its_own(folder: Path) -> None:
    keys = asdict(Keyring.load(folder))

    assert tuple(keys) == NAMES
    assert len(set(keys.values())) == len(NAMES)
    assert {len(key) for key in keys.values()} == {32}


def test_two_instances_share_no_key(folder: Path, tmp_path: Path) -> None:
    Keyring.create(tmp_path / "other")

    ours, theirs = Keyring.load(folder), Keyring.load(tmp_path / "other")

    assert not set(asdict(ours).values()) & set(asdict(theirs).values())


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps rights elsewhere")
def test_keys_are_readable_by_their_owner_alone(folder: Path) -> None:
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}


@pytest.mark.parametrize("lost", [(), ("pin",), NAMES[1:]])
def test_no_key_is_made_beside_one_that_exists(folder: Path, lost: tuple[str, ...]) -> None:
    for name in lost:
        (folder / f"{name}.key").unlink()
    before = {path.name: path.read_bytes() for path in folder.iterdir()}

    with pytest.raises(FileExistsError):
        Keyring.create(folder)

    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_after_a_power_cut_while_they_were_made_they_are_made_whole(tmp_path: Path) -> None:
    (tmp_path / "keys.part").mkdir()
    (tmp_path / "keys.part/card.key").write_bytes(b"half")

    Keyring.create(tmp_path / "keys")

    assert len(asdict(Keyring.load(tmp_path / "keys"))) == len(NAMES)
    assert not (tmp_path / "keys.part").exists()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("content", [b"", b"short", bytes(32), b"a" * 32, bytes(range(33))])
def test_a_key_that_is_short_or_no_secret_is_refused(
    folder: Path, name: str, content: bytes
) -> None:
    (folder / f"{name}.key").write_bytes(content)

    with pytest.raises(ValueError, match=f"{name}.key is not a key"):
        Keyring.load(folder)


def test_a_missing_key_is_not_made_up(folder: Path) -> None:
    (folder / "field.key").unlink()

    with pytest.raises(FileNotFoundError):
        Keyring.load(folder)


def test_keys_never_show_in_a_message(folder: Path) -> None:
    keys = Keyring.load(folder)

    shown = repr(keys) + str(keys)

    assert not any(repr(key) in shown or key.hex() in shown for key in asdict(keys).values())
