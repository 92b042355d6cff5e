"""Text as people type it into spreadsheets: one form to compare, and the signs of broken text."""

import re
import unicodedata

# Han characters with all their extensions, and the zero 〇 that stands in names.
HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"

# Written for a cell that has nothing to say.
PLACEHOLDERS = frozenset({"", "无", "暂无", "没有", "未知", "空", "/", "\\", "-", "--", "—", "——"})

_SPACE = re.compile(r"\s+")
_BRACKETS = re.compile(r"[()\[\]【】〔〕{}<>《》]")
_BRACKETED = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】")
_MARKS = re.compile(r"[\s★☆*※●:;,。、\"'“”?？!#]+")
_HAN_ONLY = re.compile(f"[{HAN}]+")
_LATIN_RUN = re.compile("[\u00a1-\u00ff]{2,}")
_WRECKS = ("\ufffd", "锟斤拷", "烫烫", "屯屯", "锘", "ï»¿")


def normal(text: str) -> str:
    """Return compatibility forms folded (NFKC), invisible signs dropped, white space single."""
    folded = unicodedata.normalize("NFKC", text)
    if folded.isprintable() and "  " not in folded:  # nothing but plain spaces: most text
        return folded.strip()
    visible = "".join(c for c in folded if c.isspace() or unicodedata.category(c) not in _UNSEEN)
    return _SPACE.sub(" ", visible).strip()


_UNSEEN = frozenset({"Cc", "Cf"})


def compact(text: str) -> str:
    """Return the normal form without any white space."""
    return normal(text).replace(" ", "")


def header_keys(text: str) -> tuple[str, ...]:
    """Return the forms under which a header is looked up, the fullest first.

    父（母）联系电话 is 父母联系电话 with its brackets opened; 姓名（必填） only fits without them.
    """
    plain = normal(text).lower()
    opened = _MARKS.sub("", _BRACKETS.sub("", plain))
    without = _MARKS.sub("", _BRACKETED.sub("", plain))
    return (opened,) if opened == without else (opened, without)


def tidy(text: str) -> str:
    """Return text for people to read: white space single and trimmed, nothing folded."""
    if text.isprintable() and "  " not in text:
        return text.strip()
    visible = "".join(c for c in text if c.isspace() or unicodedata.category(c) != "Cc")
    return _SPACE.sub(" ", visible).strip().strip("\ufeff\u200b")


def is_blank(text: str) -> bool:
    """Whether a cell says nothing: empty, or one of the signs for nothing."""
    return compact(text) in PLACEHOLDERS


def is_han(text: str) -> bool:
    """Whether the text is Han characters and nothing else."""
    return _HAN_ONLY.fullmatch(text) is not None


def is_garbled(text: str) -> bool:
    """Whether text was decoded wrongly somewhere before it came here."""
    if any(wreck in text for wreck in _WRECKS) or _LATIN_RUN.search(text):
        return True
    if any(unicodedata.category(c) in {"Co", "Cn", "Cs"} or "\x80" <= c <= "\x9f" for c in text):
        return True
    return _is_utf8_read_as_gbk(text)


def _is_utf8_read_as_gbk(text: str) -> bool:
    try:
        meant = text.encode("gb18030").decode("utf-8")
    except UnicodeError:
        return False
    return meant != text and is_han(meant)
