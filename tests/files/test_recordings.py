"""Recordings and packs: what is taken, and how many ways there are of being refused."""

import array
import io
import json
import math
import random
import wave
import zipfile

import pytest

from kiosk.errors import InvalidInputError
from kiosk.files import recordings
from kiosk.files.recordings import Pack
from kiosk.rules.voices import VoiceProblem

KEYS = frozenset({"in.ok", "call.who"})


def wav(seconds: float = 1.0, *, rate: int = 24_000, channels: int = 1, loud: float = 0.5) -> bytes:
    """Return a note as a WAV file."""
    count = round(seconds * rate) * channels
    samples = array.array(
        "h", (round(loud * 32767 * math.sin(place / 10)) for place in range(count))
    )
    file = io.BytesIO()
    with wave.open(file, "wb") as target:
        target.setnchannels(channels)
        target.setsampwidth(2)
        target.setframerate(rate)
        target.writeframes(samples.tobytes())
    return file.getvalue()


def archive(members: dict[str, bytes], *, is_packed: bool = True) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED if is_packed else 0) as target:
        for name, data in members.items():
            target.writestr(name, data)
    return file.getvalue()


def manifest(**values: object) -> bytes:
    return json.dumps({"kind": "nuanwu-voice", "name": "四(2)班", **values}).encode()


def _problem(data: bytes) -> VoiceProblem:
    with pytest.raises(InvalidInputError) as error:
        recordings.unpacked(data, keys=KEYS)
    assert isinstance(error.value.reason, VoiceProblem)
    return error.value.reason


def test_of_a_recording_only_its_samples_are_kept() -> None:
    plain = wav()
    note = b"LIST" + (12).to_bytes(4, "little") + b"INFOIART\0\0\0\0"
    chatty = plain[:4] + (len(plain) - 8 + len(note)).to_bytes(4, "little") + plain[8:] + note

    assert recordings.clean(plain) == plain
    assert recordings.clean(chatty) == plain


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", VoiceProblem.NOT_A_RECORDING),
        (b"RIFF", VoiceProblem.NOT_A_RECORDING),
        (b"\x1aE\xdf\xa3 webm", VoiceProblem.NOT_A_RECORDING),
        (wav(channels=2), VoiceProblem.NOT_A_RECORDING),
        (wav(rate=4000), VoiceProblem.NOT_A_RECORDING),
        (wav(rate=96_000), VoiceProblem.NOT_A_RECORDING),
        (wav()[:-1000], VoiceProblem.NOT_A_RECORDING),
        (wav() + b"\0" * recordings.MOST_RECORDING, VoiceProblem.NOT_A_RECORDING),
        (wav(0.1), VoiceProblem.WRONG_LENGTH),
        (wav(4.1), VoiceProblem.WRONG_LENGTH),
        (wav(loud=0.005), VoiceProblem.SILENT),
        (wav(loud=0), VoiceProblem.SILENT),
    ],
)
def test_what_is_no_recording_of_a_sentence_is_refused(data: bytes, problem: VoiceProblem) -> None:
    with pytest.raises(InvalidInputError) as error:
        recordings.clean(data)

    assert error.value.reason is problem


def test_a_pack_comes_back_as_it_went() -> None:
    pack = Pack(name="四(2)班", recordings={"in.ok": wav(), "call.who": wav(0.5)})

    assert recordings.unpacked(recordings.packed(pack), keys=KEYS) == pack
    assert recordings.packed(pack) == recordings.packed(pack)


@pytest.mark.parametrize(
    "members",
    [
        {"manifest.json": manifest()},
        {"in.ok.wav": wav()},
        {"manifest.json": manifest(), "../in.ok.wav": wav()},
        {"manifest.json": manifest(), "/in.ok.wav": wav()},
        {"manifest.json": manifest(), "voice/in.ok.wav": wav()},
        {"manifest.json": manifest(), "..\\in.ok.wav": wav()},
        {"manifest.json": manifest(), "in.ok.wav": wav(), "readme.txt": b"hello"},
        {"manifest.json": manifest(), "no.such.wav": wav()},
        {"manifest.json": manifest(), "in.ok.wav": b"not a sound"},
        {"manifest.json": manifest(kind="other"), "in.ok.wav": wav()},
        {"manifest.json": manifest(name=7), "in.ok.wav": wav()},
        {"manifest.json": b"[]", "in.ok.wav": wav()},
        {"manifest.json": b"{", "in.ok.wav": wav()},
        {"manifest.json": b"\xff\xfe", "in.ok.wav": wav()},
        {"manifest.json": manifest(x="x" * 30_000), "in.ok.wav": wav()},
    ],
    ids=lambda members: " ".join(members) or "empty",
)
def test_a_foreign_pack_is_refused(members: dict[str, bytes]) -> None:
    assert _problem(archive(members)) in (VoiceProblem.NOT_A_PACK, VoiceProblem.NOT_A_RECORDING)


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    bomb = archive({"manifest.json": manifest(), "in.ok.wav": b"\0" * 41_000_000})

    assert len(bomb) < 100_000
    assert _problem(bomb) is VoiceProblem.NOT_A_PACK


def test_a_size_that_lies_unpacks_no_more_than_a_recording() -> None:
    bomb = archive({"manifest.json": manifest(), "in.ok.wav": b"\0" * 5_000_000})
    true, false = (5_000_000).to_bytes(4, "little"), (1000).to_bytes(4, "little")

    assert true in bomb
    assert _problem(bomb.replace(true, false)) in VoiceProblem
    assert _problem(bomb) is VoiceProblem.NOT_A_PACK


def test_a_pack_with_flipped_bytes_is_no_pack_or_still_the_same() -> None:
    pack = Pack(name="四(2)班", recordings={"in.ok": wav(0.3), "call.who": wav(0.3)})
    whole = recordings.packed(pack)
    chance = random.Random(7)  # noqa: S311 - the same at each run
    refused = 0
    for _ in range(600):
        damaged = bytearray(whole)
        for _ in range(chance.choice([1, 1, 3])):
            damaged[chance.randrange(len(damaged))] ^= chance.randrange(1, 256)
        try:
            assert recordings.unpacked(bytes(damaged), keys=KEYS) == pack
        except InvalidInputError as error:
            assert error.reason is VoiceProblem.NOT_A_PACK  # noqa: PT017 - some are still whole
            refused += 1
    assert refused > 400


@pytest.mark.parametrize("way", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_pack_is_packed_in_one_of_two_ways(way: int) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", way) as target:
        target.writestr("manifest.json", manifest())
        target.writestr("in.ok.wav", wav())

    assert _problem(file.getvalue()) is VoiceProblem.NOT_A_PACK


@pytest.mark.parametrize("data", [b"", b"PK", b"no zip at all", archive({})])
def test_what_is_no_zip_is_refused(data: bytes) -> None:
    assert _problem(data) is VoiceProblem.NOT_A_PACK


def test_a_name_of_a_pack_is_short_and_plain() -> None:
    assert recordings.pack_name(" 四(2)班\n\x00") == "四(2)班"
    assert len(recordings.pack_name("长" * 100)) == 40
