"""The words in which our own files name what the catalogue keeps as a member of a closed set."""

import unicodedata
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from kiosk.rules.catalogue import TitleKind
from kiosk.rules.lending import ItemStatus

KINDS: Final[Mapping[TitleKind, str]] = MappingProxyType(
    {TitleKind.BOOK: "图书", TitleKind.PERIODICAL: "期刊", TitleKind.GAME: "文体器材"}
)
STATUSES: Final[Mapping[ItemStatus, str]] = MappingProxyType(
    {
        ItemStatus.AVAILABLE: "在架",
        ItemStatus.IN_ROOM_ONLY: "室内阅览",
        ItemStatus.DAMAGED: "破损",
        ItemStatus.REPAIR: "修补",
        ItemStatus.LOST: "丢失",
        ItemStatus.MISSING: "未见",
        ItemStatus.WITHDRAWN: "注销",
    }
)
YES: Final = "是"

_KIND_OF: Final = {word: kind for kind, word in KINDS.items()}
_STATUS_OF: Final = {word: status for status, word in STATUSES.items()}
_PERIODICALS: Final = frozenset({"期刊", "杂志", "刊物", "报刊", "periodical", "magazine"})
_GAMES: Final = frozenset({"文体器材", "玩具", "教具", "棋类", "体育器材", "game", "toy"})
_NO_SIGNS: Final = frozenset({"\ufffe", "\uffff"})


def kind_of(word: str) -> TitleKind:
    """Return the kind that a word of ours or of others names; a book where it names none."""
    if word in _PERIODICALS:
        return TitleKind.PERIODICAL
    return TitleKind.GAME if word in _GAMES else _KIND_OF.get(word, TitleKind.BOOK)


def status_of(word: str) -> ItemStatus:
    return _STATUS_OF.get(word, ItemStatus.AVAILABLE)


def clean(text: str | None) -> str | None:
    """Return text without signs that no file can hold, and None where nothing is left."""
    if text is None:
        return None
    kept = (c for c in text if unicodedata.category(c) not in {"Cc", "Cs"} and c not in _NO_SIGNS)
    return "".join(kept) or None
