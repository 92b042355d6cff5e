"""Recordings of prompts: one as a WAV file, all of a school as a pack (a ZIP with a manifest)."""

import array
import io
import json
import re
import sys
import wave
import zipfile
import zlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from kiosk.errors import InvalidInputError
from kiosk.rules.voices import (
    LEAST_PEAK,
    LEAST_SECONDS,
    LONGEST_PACK_NAME,
    MOST_SECONDS,
    RATES,
    VoiceProblem,
)

_SAMPLE_BYTES: Final = 2
_FULL_SCALE: Final = 32_768
_MOST_HEADER: Final = 4096
MOST_RECORDING: Final = round(MOST_SECONDS * RATES[-1]) * _SAMPLE_BYTES + _MOST_HEADER
MOST_PACK: Final = 24_000_000
_MOST_UNPACKED: Final = 40_000_000
_MANIFEST: Final = "manifest.json"
_KIND: Final = "nuanwu-voice"
_MOST_MANIFEST: Final = 20_000
_WAYS: Final = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
# A password and a version of later days are a RuntimeError.
_DAMAGED: Final = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    KeyError,
    ValueError,
    RuntimeError,
)
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """What a pack holds: its name and each recording by the key of its prompt."""

    name: str
    recordings: Mapping[str, bytes]


def clean(data: bytes) -> bytes:
    """Return the samples of a recording as a WAV file and nothing else that the file held.

    Raises:
        InvalidInputError: NOT_A_RECORDING unless it is a whole WAV of 16 bits in one channel,
            WRONG_LENGTH, SILENT.
    """
    if len(data) > MOST_RECORDING:
        raise InvalidInputError(VoiceProblem.NOT_A_RECORDING)
    rate, samples = _read(data)
    if not LEAST_SECONDS <= len(samples) / _SAMPLE_BYTES / rate <= MOST_SECONDS:
        raise InvalidInputError(VoiceProblem.WRONG_LENGTH)
    if _peak(samples) < LEAST_PEAK:
        raise InvalidInputError(VoiceProblem.SILENT)
    file = io.BytesIO()
    with wave.open(file, "wb") as target:
        target.setnchannels(1)
        target.setsampwidth(_SAMPLE_BYTES)
        target.setframerate(rate)
        target.writeframes(samples)
    return file.getvalue()


def _read(data: bytes) -> tuple[int, bytes]:
    """Return the rate and the samples of a WAV file."""
    try:
        with wave.open(io.BytesIO(data)) as source:
            shape = (source.getnchannels(), source.getsampwidth())
            rate, length = source.getframerate(), source.getnframes()
            samples = source.readframes(length)
    except (wave.Error, EOFError, ValueError, OverflowError) as error:
        raise InvalidInputError(VoiceProblem.NOT_A_RECORDING) from error
    is_whole = len(samples) == length * _SAMPLE_BYTES
    if shape != (1, _SAMPLE_BYTES) or rate not in RATES or not is_whole:
        raise InvalidInputError(VoiceProblem.NOT_A_RECORDING)
    return rate, samples


def _peak(samples: bytes) -> float:
    values = array.array("h", samples)
    if sys.byteorder == "big":
        values.byteswap()
    return max(abs(max(values)), abs(min(values))) / _FULL_SCALE


def packed(pack: Pack) -> bytes:
    """Return a pack as a ZIP; the same recordings give the same bytes."""
    file = io.BytesIO()
    manifest = {"kind": _KIND, "name": pack.name, "prompts": sorted(pack.recordings)}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        members = [(_MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1).encode())]
        members += [(f"{key}.wav", data) for key, data in sorted(pack.recordings.items())]
        for name, data in members:
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return file.getvalue()


def unpacked(data: bytes, *, keys: Collection[str]) -> Pack:
    """Return what a pack holds, each recording cleaned; `keys` are the prompts that there are.

    Raises:
        InvalidInputError: NOT_A_PACK for whatever `packed` would not have made, and what `clean`
            says of a recording.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = {one.filename: one for one in archive.infolist()}
            _check(archive.infolist(), keys=keys)
            manifest = json.loads(_content(archive, members[_MANIFEST], most=_MOST_MANIFEST))
            recordings = {
                name.removesuffix(".wav"): clean(_content(archive, one, most=MOST_RECORDING))
                for name, one in members.items()
                if name != _MANIFEST
            }
    except _DAMAGED as error:
        raise InvalidInputError(VoiceProblem.NOT_A_PACK) from error
    return Pack(name=_name(manifest, recordings), recordings=recordings)


def _check(members: list[zipfile.ZipInfo], *, keys: Collection[str]) -> None:
    """Refuse by the table of contents alone: foreign names or ways, doubles, too much."""
    allowed = {_MANIFEST, *(f"{key}.wav" for key in keys)}
    names = [one.orig_filename for one in members]
    is_known = set(names) <= allowed and len(set(names)) == len(names)
    is_ours = is_known and all(one.compress_type in _WAYS for one in members)
    if not is_ours or sum(one.file_size for one in members) > _MOST_UNPACKED:
        raise InvalidInputError(VoiceProblem.NOT_A_PACK)


def _content(archive: zipfile.ZipFile, member: zipfile.ZipInfo, *, most: int) -> bytes:
    """Unpack a member, and never more of it than `most`: the size in the table can lie."""
    with archive.open(member) as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise InvalidInputError(VoiceProblem.NOT_A_PACK)
    return data


def _name(manifest: object, recordings: Mapping[str, bytes]) -> str:
    is_ours = isinstance(manifest, dict) and manifest.get("kind") == _KIND
    name = manifest.get("name") if isinstance(manifest, dict) else None
    if not is_ours or not isinstance(name, str) or not recordings:
        raise InvalidInputError(VoiceProblem.NOT_A_PACK)
    return pack_name(name)


def pack_name(name: str) -> str:
    """Return a pack's name as it may be shown."""
    return _CONTROL.sub("", name).strip()[:LONGEST_PACK_NAME]
