"""Make the machine voice of `kiosk/static/voice/zh/`, a small file for each prompt.

    python scripts/build_voice.py [--check]

espeak-ng reads the hand-checked pinyin of `kiosk/data/prompts.toml` (its voice for pinyin; the one
for characters spells English letters), silence is cut off, the loudness levelled, and ffmpeg
writes Ogg Opus, which every browser here plays. Both programs are called and nothing of them is
part of the kiosk; a machine without them keeps the files that are there. `--check` says which
prompts lack a file, have one too many or last longer than three seconds.
"""

import argparse
import array
import io
import math
import shutil
import subprocess
import sys
import wave
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from kiosk.files.prompts import Prompt, prompts

FOLDER = Path(__file__).resolve().parents[1] / "kiosk" / "static" / "voice" / "zh"
MOST_SECONDS = 3.0
OPUS_RATE = 48_000  # the granules of an Opus stream, whatever went in
WORDS_A_MINUTE = (165, 180, 195, 210)  # slow for a six-year-old, quicker what would take too long
LONGEST = 2.9  # s, as read
PITCH = "58"
LOUDNESS = 0.16  # root mean square of what is voiced, of full scale
PEAK = 0.89
QUIET = 0.015  # below it there is silence
MARGIN = 0.03  # s left of the silence at both ends


def spoken(pinyin: str) -> str:
    """Return pinyin with the tones as they are said: two dips, yi1 and bu4 change."""
    said = pinyin.split()
    for place, one in enumerate(said[:-1]):
        following = said[place + 1][-1]
        if one == "bu4" and following == "4":
            said[place] = "bu2"
        elif one == "yi1" and following in "123":
            said[place] = "yi4"
        elif one == "yi1" and following in "45":
            said[place] = "yi2"
    for place in range(len(said) - 2, -1, -1):
        if said[place][-1] == "3" and pinyin.split()[place + 1][-1] == "3":
            said[place] = said[place][:-1] + "2"
    return " ".join(said)


def sentences(prompt: Prompt) -> str:
    """Return what the machine is to read, with a comma where the sentence has a mark."""
    syllables = iter(spoken(prompt.pinyin).split())
    read = [next(syllables) if "\u4e00" <= sign <= "\u9fff" else "," for sign in prompt.zh]
    return " ".join(read).strip(" ,")


def speech(prompt: Prompt, *, words_a_minute: int) -> tuple[int, list[float]]:
    """Return the rate and the samples of what espeak-ng reads, between -1 and 1."""
    speed = str(words_a_minute)
    ran = subprocess.run(
        [_program("espeak-ng"), "-v", "cmn-latn-pinyin", "-s", speed, "-p", PITCH, "--stdout"],
        input=sentences(prompt).encode(),
        capture_output=True,
        check=True,
    )
    with wave.open(io.BytesIO(_with_true_sizes(ran.stdout))) as source:
        values = array.array("h", source.readframes(source.getnframes()))
        return source.getframerate(), [value / 32768 for value in values]


def _with_true_sizes(data: bytes) -> bytes:
    """Return the WAV with its length in it, which a program that writes to a pipe cannot know."""
    return (
        data[:4]
        + (len(data) - 8).to_bytes(4, "little")
        + data[8:40]
        + (len(data) - 44).to_bytes(4, "little")
        + data[44:]
    )


def levelled(rate: int, values: list[float]) -> list[float]:
    """Return the samples without the silence around them, as loud as all others."""
    voiced = [place for place, value in enumerate(values) if abs(value) > QUIET]
    margin = round(MARGIN * rate)
    cut = values[max(voiced[0] - margin, 0) : voiced[-1] + margin]
    loud = [value for value in cut if abs(value) > QUIET]
    middle = math.sqrt(sum(value * value for value in loud) / len(loud))
    scale = min(LOUDNESS / middle, PEAK / max(abs(value) for value in cut))
    return [value * scale for value in cut]


def encode(rate: int, values: list[float], target: Path) -> None:
    samples = array.array("h", (round(value * 32767) for value in values))
    what = f"-f s16le -ar {rate} -ac 1 -i - -c:a libopus -b:a 20k -application voip"
    plain = "-map_metadata -1 -fflags +bitexact -flags:a +bitexact"
    subprocess.run(
        [_program("ffmpeg"), "-v", "error", "-y", *what.split(), *plain.split(), str(target)],
        input=samples.tobytes(),
        check=True,
    )


def seconds(path: Path) -> float:
    """Return how long an Ogg Opus file lasts: its last granule without what is skipped first."""
    data = path.read_bytes()
    last = data.rindex(b"OggS")
    granule = int.from_bytes(data[last + 6 : last + 14], "little")
    head = data.index(b"OpusHead")
    skipped = int.from_bytes(data[head + 10 : head + 12], "little")
    return (granule - skipped) / OPUS_RATE


def faults(folder: Path = FOLDER) -> list[str]:
    """Return what is missing, too long or left over."""
    found = {path.stem: path for path in folder.glob("*.ogg")}
    wanted = prompts().keys()
    return [
        *(f"{key}: no file" for key in wanted if key not in found),
        *(f"{key}: no prompt" for key in sorted(found) if key not in wanted),
        *(
            f"{key}: {seconds(path):.1f} s"
            for key, path in sorted(found.items())
            if seconds(path) > MOST_SECONDS
        ),
    ]


def build() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for path in FOLDER.glob("*.ogg"):
        path.unlink()
    for key, prompt in prompts().items():
        encode(*_read_in_time(prompt), FOLDER / f"{key}.ogg")


def _read_in_time(prompt: Prompt) -> tuple[int, list[float]]:
    """Return rate and samples, read as slowly as three seconds allow."""
    rate, values = 0, [0.0]
    for words_a_minute in WORDS_A_MINUTE:
        rate, values = speech(prompt, words_a_minute=words_a_minute)
        values = levelled(rate, values)
        if len(values) <= LONGEST * rate:
            break
    return rate, values


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        sys.exit(f"{name} is not installed.")
    return found


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--check", action="store_true", help="change nothing; say what is wrong")
    if not parser.parse_args().check:
        build()
    files = list(FOLDER.glob("*.ogg"))
    print(f"{len(files)} prompts, {sum(path.stat().st_size for path in files) // 1024} KB")
    for fault in (found := faults()):
        print(fault)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
