"""The panel of cards to click in a demo: every badge is drawn, and who of the staff may do what."""

import re
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import Flask

from kiosk.web.assets import STATIC
from tests.page import PageClient

CODES = """kind,code,label,class,animal
child,C1,陈小满,二年级1班,deer lake
staff,S1,刘老师 管理员 PIN 246810,,
"""


@pytest.fixture
def demo(app: Flask, page: PageClient, tmp_path: Path) -> PageClient:
    """Return a browser at a demo instance."""
    kiosk = app.extensions["kiosk"]
    settings = replace(kiosk.settings, demo=True, instance=tmp_path)
    app.extensions["kiosk"] = replace(kiosk, settings=settings)
    (tmp_path / "demo-codes.csv").write_text(CODES, encoding="utf-8-sig")
    return page


def test_the_big_panel_draws_the_animals_on_their_cloths(demo: PageClient) -> None:
    panel = demo.open("/demo")

    links = [link.get("href", "") for link in panel.all("link", rel="stylesheet")]
    paths = [STATIC / urlsplit(link).path.removeprefix("/static/") for link in links]
    styles = "".join(path.read_text(encoding="utf-8") for path in paths)
    assert panel.all("i", class_="badge a-deer c-lake")
    assert re.search(r"\.badge::after\s*{[^}]*content:", styles)
    assert ".a-deer::after" in styles
    assert ".c-lake{" in styles


@pytest.mark.parametrize("path", ["/demo", "/demo/panel"])
def test_the_panel_says_who_of_the_staff_may_do_what(demo: PageClient, path: str) -> None:
    panel = demo.open(path) if path == "/demo" else demo.fragment(path)

    assert "值班老师：" in panel.words
    assert "管理员：" in panel.words
    assert panel.all("button", data_scan_code="S1")
