"""Two languages by the standard library's gettext; the msgids are the English sentences.

The child screens speak the language of the settings, staff pages the one chosen there.
"""

import gettext
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Final

from flask import Flask, g, request, session

from kiosk.web import context, pinyin

LANGUAGES: Final = {"zh": "zh_CN", "en": "en"}
_TRANSLATIONS: Final = Path(__file__).parent.parent / "translations"
_COOKIE_KEY: Final = "language"


def install(app: Flask) -> None:
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]  # added by the extension
        _sentence,
        lambda one, many, n: _catalogue(language()).ngettext(one, many, n),
        newstyle=True,
    )
    app.jinja_env.globals["language"] = language
    app.jinja_env.filters.update(called=pinyin.called, titled=pinyin.titled)


def _sentence(text: str) -> str:
    spoken = language()
    said = _catalogue(spoken).gettext(text)
    return pinyin.over_sentence(said) if spoken == "zh" and pinyin.is_drawn() else said


def language() -> str:
    """Return this request's language, `zh` or `en`."""
    if "language" not in g:
        is_staff = request.path.startswith("/staff")
        chosen = session.get(_COOKIE_KEY) if is_staff else None
        g.language = chosen or context.settings().language
    found: str = g.language
    return found


def in_chinese(text: str) -> str:
    """Return a sentence in Chinese, whoever reads the page."""
    return _catalogue("zh").gettext(text)


def speak_own_language() -> None:
    """Answer this request in the kiosk's own language, whatever a staff page has chosen."""
    g.language = context.settings().language


@contextmanager
def own_language() -> Iterator[None]:
    """Speak the kiosk's own language for a while: what is printed is for the room."""
    chosen = language()
    g.language = context.settings().language
    try:
        yield
    finally:
        g.language = chosen


def choose(wanted: str) -> None:
    """Use `wanted` on the staff pages of this browser; an unknown language changes nothing."""
    if wanted in LANGUAGES:
        session[_COOKIE_KEY] = wanted
        g.pop("language", None)


@cache
def _catalogue(wanted: str) -> gettext.NullTranslations:
    return gettext.translation(
        "messages", _TRANSLATIONS, languages=[LANGUAGES[wanted]], fallback=True
    )
