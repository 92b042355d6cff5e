"""Pinyin: which syllable stands over which sign, and what a reading typed by staff must be."""

import re
import unicodedata
from collections.abc import Collection
from typing import Final

# Han signs, with those beyond the basic plane that rare names need, and the zero 〇.
_HAN: Final = "[〇\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff]"
# Signs that stand together, and the marks that close them.
RUN: Final = re.compile(f"((?:{_HAN})+)([，。！？…、》]*)")
_TONES: Final = "\u0304\u0301\u030c\u0300"  # ā á ǎ à, as marks of their own


def signs(text: str) -> list[str]:
    """Return the Han signs of a text."""
    return re.findall(_HAN, text)


def toneless(syllable: str) -> str:
    """Return a syllable without its tone mark; the dots of ü stay."""
    split = unicodedata.normalize("NFD", syllable)
    return unicodedata.normalize("NFC", "".join(one for one in split if one not in _TONES))


def reading_of(typed: str, name: str, *, known: Collection[str]) -> str | None:
    """Return the reading typed for `name` as it is kept, or None where it is none.

    One syllable for each sign, blanks between, at most one tone mark in each; `known` are the
    syllables that there are, without tones.
    """
    syllables = unicodedata.normalize("NFC", typed).casefold().split()
    if len(syllables) != len(signs(name)) or not syllables:
        return None
    return " ".join(syllables) if all(_is_sound(one, known) for one in syllables) else None


def _is_sound(syllable: str, known: Collection[str]) -> bool:
    marks = sum(one in _TONES for one in unicodedata.normalize("NFD", syllable))
    return marks <= 1 and toneless(syllable) in known
