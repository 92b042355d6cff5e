"""What a recording of a prompt must be."""

from enum import StrEnum
from typing import Final

# A prompt is said in three seconds; a slow speaker has a little more, a cough is none.
LEAST_SECONDS: Final = 0.2
MOST_SECONDS: Final = 4.0
RATES: Final = range(8_000, 48_001)
# Of full scale: whatever stays below it all along is an empty room.
LEAST_PEAK: Final = 0.01
LONGEST_PACK_NAME: Final = 40


class VoiceProblem(StrEnum):
    """Why a recording or a pack of them is not taken."""

    UNKNOWN_PROMPT = "unknown-prompt"
    NOT_A_RECORDING = "not-a-recording"
    WRONG_LENGTH = "wrong-length"
    SILENT = "silent"
    NOT_A_PACK = "not-a-pack"
    NOTHING_RECORDED = "nothing-recorded"
    NOT_WRITTEN = "not-written"
