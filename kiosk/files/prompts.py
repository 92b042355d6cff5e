"""What the kiosk says to children: a list of fixed sentences."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

_FILE: Final = Path(__file__).parent.parent / "data" / "prompts.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """One sentence. `pinyin` has a syllable with its tone number for each character of `zh`."""

    key: str
    zh: str
    en: str
    pinyin: str


@cache
def prompts() -> Mapping[str, Prompt]:
    """Return every prompt by its key, in the order of the list."""
    listed = tomllib.loads(_FILE.read_text(encoding="utf-8"))["prompt"]
    return {one["key"]: Prompt(**one) for one in listed}
