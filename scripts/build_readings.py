"""Renew kiosk/data/readings.txt: how each sign is read in a name.

    .venv/bin/python scripts/build_readings.py

One line a syllable, and behind it the signs that are read so. From the dictionary of pypinyin
(MIT), one reading a sign; the kiosk itself reads the file and never loads the dictionary.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

from kiosk.rules import pinyin

FILE = Path(__file__).resolve().parents[1] / "kiosk" / "data" / "readings.txt"

# The dictionary's first reading is not the one a given name has.
IN_NAMES = {
    "朝": "zhāo",
    "兴": "xīng",
    "长": "cháng",
    "盛": "shèng",
    "相": "xiāng",
    "澄": "chéng",
    "为": "wéi",
}


def lines() -> list[str]:
    """Return the lines of the file."""
    from pypinyin import Style, pinyin_dict
    from pypinyin.style import convert

    signs = defaultdict(list)
    for number, readings in pinyin_dict.pinyin_dict.items():
        sign = chr(number)
        if pinyin.signs(sign):  # not a radical
            syllable = convert(_first(readings.split(",")), Style.TONE, strict=True)
            signs[IN_NAMES.get(sign, syllable)].append(sign)
    return [f"{syllable} {''.join(sorted(found))}" for syllable, found in sorted(signs.items())]


def _first(readings: list[str]) -> str:
    """Return the first reading with a tone: a light one (zi) is that of a word, not of a name."""
    return next((one for one in readings if not one.isascii()), readings[0])


def main() -> None:
    FILE.write_text("\n".join(lines()) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
