"""Static files: kept for ever under an address that changes with the file."""

import gzip
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from kiosk.web import assets
from tests.page import PageClient

FILES = sorted(
    str(path.relative_to(assets.STATIC).as_posix())
    for path in assets.STATIC.rglob("*")
    if path.suffix in {".css", ".js", ".svg"}
)


def _get(app: Flask, path: str, **headers: str) -> TestResponse:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    with app.test_client().get(path, headers=given, base_url="http://127.0.0.1") as answer:
        answer.get_data()
        assert isinstance(answer, TestResponse)
        return answer


def test_the_address_of_a_file_says_which_version_it_is() -> None:
    addresses = {name: assets.static_url(name) for name in FILES}

    assert len(set(addresses.values())) == len(FILES)
    assert addresses["js/scanner.js"].startswith("/static/js/scanner.js?v=")


def test_a_file_that_does_not_exist_is_noticed_when_a_page_is_drawn() -> None:
    with pytest.raises(FileNotFoundError):
        assets.static_url("js/no-such-file.js")


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("js/scanner.js", "text/javascript"),
        ("css/kiosk.css", "text/css"),
        ("art/house-open.svg", "image/svg+xml"),
        ("fonts/NuanwuKai.woff2", "font/woff2"),
    ],
)
def test_a_file_comes_as_what_it_is_and_may_be_kept(app: Flask, name: str, kind: str) -> None:
    answer = _get(app, assets.static_url(name))

    assert answer.status_code == 200
    assert answer.mimetype == kind
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.data == (assets.STATIC / name).read_bytes()


def test_a_browser_that_can_unpack_gets_less(app: Flask) -> None:
    name = "vendor/htmx.min.js"

    packed = _get(app, f"/static/{name}", Accept_Encoding="gzip")

    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert gzip.decompress(packed.data) == (assets.STATIC / name).read_bytes()
    assert len(packed.data) < (assets.STATIC / name).stat().st_size / 2


@pytest.mark.parametrize(
    "path",
    ["/static/../app.py", "/static/%2e%2e/app.py", "/static/..%2fapp.py", "/static/", "/static/js"],
)
def test_nothing_but_the_files_is_served(app: Flask, path: str) -> None:
    assert _get(app, path).status_code == 404


def _addresses(page: PageClient) -> Iterator[str]:
    for element in page.open("/").by_id("screen").iter():
        yield from (element.get(name, "") for name in ("src", "href"))
    for tag, name in (("script", "src"), ("link", "href")):
        yield from (element.get(name, "") for element in page.open("/").all(tag))


def test_each_file_that_a_page_names_is_there(app: Flask, page: PageClient) -> None:
    named = {address for address in _addresses(page) if address.startswith("/static/")}

    assert len(named) >= 5
    assert {address: _get(app, address).status_code for address in named} == dict.fromkeys(
        named, 200
    )


def test_what_is_packed_is_packed_again_when_it_changes(tmp_path: Path) -> None:
    (tmp_path / "art").mkdir()
    (tmp_path / "art" / "bear.svg").write_text("<svg/>", encoding="ascii")
    style, packed = tmp_path / "a.css", tmp_path / "a.css.gz"
    style.write_text("old", encoding="ascii")
    assets.compress(tmp_path)
    assert gzip.decompress(packed.read_bytes()) == b"old"
    style.write_text("new", encoding="ascii")
    os.utime(packed, (0, 0))

    assets.compress(tmp_path)

    assert gzip.decompress(packed.read_bytes()) == b"new"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.css", "a.css.gz", "art"]
    assert [path.name for path in (tmp_path / "art").iterdir()] == ["bear.svg"]


def test_a_file_that_cannot_be_packed_is_served_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "a.css").write_text("old", encoding="ascii")
    (tmp_path / "a.css.part").mkdir()

    assets.compress(tmp_path)

    assert not (tmp_path / "a.css.gz").exists()
