"""The words for a relative, as rosters write them."""

import re
import tomllib
from functools import cache
from pathlib import Path

from kiosk.files.text import compact
from kiosk.rules.relations import Relation

_FILE = Path(__file__).parent.parent / "data" / "relation_words.toml"
_CODE = re.compile(r"^\d{1,2}[\-_.、:]?")


@cache
def relation_words() -> dict[str, Relation]:
    """Return every word with its relation, the longest first."""
    words: dict[str, list[str]] = tomllib.loads(_FILE.read_text(encoding="utf-8"))["relations"]
    pairs = [(word, Relation(name)) for name, listed in words.items() for word in listed]
    return dict(sorted(pairs, key=lambda pair: -len(pair[0])))


def read_relation(text: str) -> Relation | None:
    """Return the relation that a whole cell names (妈妈, 52-母亲), or None."""
    return relation_words().get(_CODE.sub("", compact(text)))


def leading_relation(text: str) -> tuple[Relation | None, str]:
    """Return the relation that a compact text begins or ends with, and what is left of it.

    One sign alone (父, 姑) counts only as the whole text: in a longer one it may be a name.
    """
    whole = relation_words().get(text)
    if whole is not None:
        return whole, ""
    for word, relation in relation_words().items():
        if len(word) == 1:
            break
        if text.startswith(word):
            return relation, text.removeprefix(word)
        if text.endswith(word):
            return relation, text.removesuffix(word)
    return None, text
