"""Make the three sounds of the children's screens in `kiosk/static/sounds/`.

    python scripts/build_sounds.py [--check]

They differ in shape, not in volume alone: two notes that rise, one soft note, two low notes that
fall (`domain.md` rule 21). Each note is a sine with two quiet overtones; it comes and goes softly.
"""

import argparse
import io
import math
import struct
import sys
import wave
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / "kiosk" / "static" / "sounds"
RATE = 16_000  # samples a second: twice what the highest overtone needs
LOUDEST = 0.7
ATTACK = 0.012  # s until a note is fully there
FADE = 0.03  # s in which what is left of it goes
OVERTONES = ((1, 1.0), (2, 0.22), (3, 0.06))


@dataclass(frozen=True)
class Note:
    """A note of a sound: its pitch in Hz, when it begins and how long it is, in seconds."""

    pitch: float
    begins: float
    lasts: float
    loud: float = 1.0


SOUNDS = {
    "ok": (Note(659.26, 0.0, 0.2), Note(987.77, 0.17, 0.4)),
    "notice": (Note(523.25, 0.0, 0.34, 0.7),),
    "teacher": (Note(261.63, 0.0, 0.26), Note(220.0, 0.28, 0.31)),
}


def _shape(at: float, note: Note) -> float:
    """Return how loud a note is `at` seconds after it began: up quickly, then dying away."""
    rise = math.sin(min(at / ATTACK, 1) * math.pi / 2) ** 2
    end = math.sin(min((note.lasts - at) / FADE, 1) * math.pi / 2) ** 2
    return rise * end * math.exp(-3.2 * at / note.lasts) * note.loud


def _samples(notes: tuple[Note, ...]) -> Iterator[float]:
    length = max(note.begins + note.lasts for note in notes)
    for place in range(round(length * RATE)):
        value = 0.0
        for note in notes:
            at = place / RATE - note.begins
            if 0 <= at < note.lasts:
                turn = 2 * math.pi * note.pitch * at
                tone = sum(part * math.sin(turn * times) for times, part in OVERTONES)
                value += tone * _shape(at, note)
        yield value


def sound(name: str) -> bytes:
    """Return a sound as a WAV file, 16 bits, one channel."""
    values = list(_samples(SOUNDS[name]))
    scale = LOUDEST * 32767 / sum(part for _, part in OVERTONES)
    file = io.BytesIO()
    with wave.open(file, "wb") as target:
        target.setnchannels(1)
        target.setsampwidth(2)
        target.setframerate(RATE)
        target.writeframes(b"".join(struct.pack("<h", round(scale * value)) for value in values))
    return file.getvalue()


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--check", action="store_true", help="change nothing; fail if out of date")
    is_check = parser.parse_args().check
    FOLDER.mkdir(parents=True, exist_ok=True)
    stale = []
    for name in SOUNDS:
        path, wanted = FOLDER / f"{name}.wav", sound(name)
        if not path.exists() or path.read_bytes() != wanted:
            stale.append(name)
            if not is_check:
                path.write_bytes(wanted)
        print(f"{path.name}: {len(wanted) // 1024} KB")
    if is_check and stale:
        print(f"Out of date: {', '.join(stale)}. Run scripts/build_sounds.py")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
