"""The three sounds, measured from their samples: short, soft, and each of a shape of its own."""

import array
import itertools
import math
import wave
from dataclasses import dataclass

import pytest

import build_sounds
import build_voice
from kiosk.files.prompts import prompts
from kiosk.web.heard import Sound

FRAME = 0.03  # s
SEMITONES = [110 * 2 ** (step / 12) for step in range(41)]  # from a low to a high whistle
SILENCE = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What a file sounds like: seconds, pitches of its notes in Hz, loudness of each frame."""

    seconds: float
    notes: tuple[float, ...]
    loudness: tuple[float, ...]


def _strength(frame: list[float], pitch: float, rate: int) -> float:
    """Return how much of a pitch is in a frame (Goertzel)."""
    turn = 2 * math.pi * pitch / rate
    before = now = 0.0
    for value in frame:
        before, now = now, value + 2 * math.cos(turn) * now - before
    return now * now + before * before - 2 * math.cos(turn) * now * before


def _listen(name: str) -> Heard:
    with wave.open(str(build_sounds.FOLDER / f"{name}.wav")) as file:
        rate, count = file.getframerate(), file.getnframes()
        values = [value / 32768 for value in array.array("h", file.readframes(count))]
    size = round(FRAME * rate)
    frames = [values[at : at + size] for at in range(0, len(values) - size, size)]
    loudness = tuple(math.sqrt(sum(v * v for v in frame) / size) for frame in frames)
    pitches = [
        max(SEMITONES, key=lambda pitch: _strength(frame, pitch, rate))
        for frame, loud in zip(frames, loudness, strict=True)
        if loud > SILENCE
    ]
    runs = [(pitch, len(list(run))) for pitch, run in itertools.groupby(pitches)]
    return Heard(
        seconds=len(values) / rate,
        notes=tuple(pitch for pitch, length in runs if length > 2),
        loudness=loudness,
    )


@pytest.mark.parametrize("name", Sound)
def test_a_sound_is_over_in_six_tenths_of_a_second(name: str) -> None:
    assert 0.2 <= _listen(name).seconds <= 0.6


@pytest.mark.parametrize("name", Sound)
def test_a_sound_comes_and_goes_softly(name: str) -> None:
    loudness = _listen(name).loudness

    assert loudness[-1] < max(loudness) / 5
    with wave.open(str(build_sounds.FOLDER / f"{name}.wav")) as file:
        first = array.array("h", file.readframes(file.getframerate() // 1000))
    assert max(abs(value) for value in first) < 2000  # no click in the first millisecond


def test_it_worked_is_two_notes_that_rise() -> None:
    low, high = _listen("ok").notes

    assert high > 1.3 * low


def test_look_is_one_note_and_softer() -> None:
    notice = _listen("notice")

    assert len(notice.notes) == 1
    assert max(notice.loudness) < 0.8 * max(_listen("ok").loudness)


def test_a_teacher_is_needed_is_two_low_notes() -> None:
    first, second = _listen("teacher").notes

    assert second < first < min(_listen("notice").notes + _listen("ok").notes) / 1.5


def test_the_files_are_those_that_the_script_makes() -> None:
    assert set(build_sounds.SOUNDS) == set(Sound)
    for name in Sound:
        assert (build_sounds.FOLDER / f"{name}.wav").read_bytes() == build_sounds.sound(name)


# --- the machine voice


def test_the_machine_says_every_prompt_in_three_seconds() -> None:
    assert build_voice.faults() == []


def test_the_machine_voice_stays_small() -> None:
    files = list(build_voice.FOLDER.glob("*.ogg"))

    assert len(files) == len(prompts())
    assert sum(path.stat().st_size for path in files) < 700_000


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("xian1 bu4 da3", "xian1 bu4 da3"),
        ("bu4 qu4 he2", "bu2 qu4 he2"),
        ("yi1 ben3", "yi4 ben3"),
        ("yi1 ge4", "yi2 ge4"),
        ("zhao3 lao3 shi1", "zhao2 lao3 shi1"),
        ("dian3 yi1 dian3", "dian3 yi4 dian3"),
    ],
)
def test_tones_change_in_speech_as_they_do_among_people(written: str, said: str) -> None:
    assert build_voice.spoken(written) == said


def test_a_pause_is_made_where_the_sentence_has_a_mark() -> None:
    prompt = prompts()["session.still"]

    assert build_voice.sentences(prompt) == "ni3 hai2 zai4 ma5 , dian3 yi4 dian3"
