"""Pinyin over the words of the children's screens, as ruby.

A sentence is marked up as it comes out of the catalogue, once; a template says `_("...")` as ever,
and `child | called` for a name. The syllable stands in an attribute and the style sheet writes it:
so the text of a page stays the sentence itself, for whoever searches or reads it aloud.
"""

import re
import tomllib
from collections.abc import Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

from flask import g
from markupsafe import Markup, escape

from kiosk.rules import pinyin
from kiosk.services import readings
from kiosk.services.answers import ChildFace
from kiosk.web import context

_FILE: Final = Path(__file__).parent.parent / "data" / "pinyin.toml"
_NAMES_KEPT: Final = 2048


def draw_for(grade: int | None) -> None:
    """Draw pinyin on this answer if children of this grade see it; None is a page of nobody.

    What belongs to nobody has pinyin as long as any grade has.
    """
    grades = context.device().pinyin_grades
    g.pinyin = bool(grades) if grade is None else grade in grades


def draw_for_answer(answer: object) -> None:
    """Draw pinyin on this answer as whoever it is about sees it."""
    child = getattr(answer, "child", None)
    # Nobody knows yet what a new friend can read.
    draw_for(child.grade or None if isinstance(child, ChildFace) else None)


def is_drawn() -> bool:
    """Say whether this answer has pinyin; a staff page has none."""
    return bool(g.get("pinyin", False))


@cache
def syllables() -> dict[str, tuple[str, ...]]:
    """Return the syllables of each sentence that children read, by its Chinese."""
    listed: dict[str, str] = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return {said: tuple(line.split()) for said, line in listed.items()}


@cache
def over_sentence(said: str) -> str:
    """Return a sentence of the catalogue with its syllables; as it is where it has none."""
    found = syllables().get(said)
    return said if found is None else _ruby(said, found)


@lru_cache(maxsize=_NAMES_KEPT)
def over_given_name(name: str, override: str | None) -> Markup:
    return _over_name(name, readings.of_given_name(name, override))


@lru_cache(maxsize=_NAMES_KEPT)
def over_display_name(name: str) -> Markup:
    return _over_name(name, readings.of_display_name(name))


def called(child: ChildFace) -> Markup | str:
    """Return how the child is called, with pinyin where this answer has it."""
    if not is_drawn():
        return child.given_name
    return over_given_name(child.given_name, child.given_name_pinyin)


def titled(display_name: str) -> Markup | str:
    """Return how somebody of the staff is called, with pinyin where this answer has it."""
    return over_display_name(display_name) if is_drawn() else display_name


def _over_name(name: str, found: Sequence[str]) -> Markup:
    plain = escape(name)
    return Markup(_ruby(str(plain), found)) if found else plain  # noqa: S704 - escaped above


def _ruby(text: str, found: Sequence[str]) -> str:
    """Return escaped text with each run of signs in a ruby of its own.

    The marks that close a run stay in it, so that none begins a line.
    """
    said = iter(found)

    def run(match: re.Match[str]) -> str:
        signs = "".join(f'{sign}<rt data-p="{next(said, "")}"></rt>' for sign in match[1])
        return f"<ruby>{signs}{match[2]}</ruby>"

    return pinyin.RUN.sub(run, text)
