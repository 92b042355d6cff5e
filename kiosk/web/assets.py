"""Static files: each address carries a digest of the content, so that it may be kept for ever."""

import gzip
import hashlib
import mimetypes
from functools import cache
from pathlib import Path
from typing import Final

from flask import Flask
from whitenoise import WhiteNoise

STATIC: Final = Path(__file__).parent.parent / "static"
_A_YEAR: Final = 31_536_000
_COMPRESSED: Final = frozenset({".css", ".js", ".svg"})


def install(app: Flask) -> None:
    """Serve `static/` compressed and cached, and give templates `static_url(name)`."""
    # Windows' registry may say text/plain for .js, and then no browser runs it (`stack.md` trap 4).
    mimetypes.add_type("text/javascript", ".js")
    mimetypes.add_type("image/svg+xml", ".svg")
    compress()
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]  # how WSGI middleware is put in
        app.wsgi_app,
        root=str(STATIC),
        prefix="static/",
        max_age=_A_YEAR,
        add_headers_function=_set_headers,
    )
    app.jinja_env.globals["static_url"] = static_url


@cache
def static_url(name: str) -> str:
    """Return the address of a static file; it changes when the file does."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:10]
    return f"/static/{name}?v={digest}"


def compress() -> None:
    """Lay a .gz beside each text file that is newer than its .gz; a read-only folder is left be."""
    for path in STATIC.rglob("*"):
        packed = path.with_name(path.name + ".gz")
        if path.suffix not in _COMPRESSED or path.parent.name == "art":
            continue
        if packed.exists() and packed.stat().st_mtime >= path.stat().st_mtime:
            continue
        try:
            packed.write_bytes(gzip.compress(path.read_bytes(), mtime=0))
        except OSError:
            return


def _set_headers(headers: dict[str, str], path: str, url: str) -> None:
    del path, url
    headers["Cache-Control"] = f"public, max-age={_A_YEAR}, immutable"
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
