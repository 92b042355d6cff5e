"""What holds for every template, whoever it is for (`house.md` 5.19-22)."""

import re
from pathlib import Path

import pytest
from flask import Flask
from jinja2 import StrictUndefined

from tests.markup import HTMX

TEMPLATES = Path(__file__).resolve().parents[1] / "kiosk" / "templates"
NAMES = sorted(path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*.html"))


def _text(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


def test_every_template_compiles(site: Flask) -> None:
    assert [site.jinja_env.get_template(name).name for name in NAMES] == NAMES


def test_a_missing_value_is_an_error_and_markup_is_escaped(site: Flask) -> None:
    escapes = site.jinja_env.autoescape

    assert site.jinja_env.undefined is StrictUndefined
    assert escapes is True or (callable(escapes) and escapes("kiosk/_own.html"))


@pytest.mark.parametrize("name", NAMES)
def test_no_template_switches_the_escaping_off(name: str) -> None:
    assert not re.search(r"\|\s*safe\b|Markup\(|autoescape false", _text(name))


@pytest.mark.parametrize("name", NAMES)
def test_templates_keep_to_the_htmx_subset(name: str) -> None:
    used = set(re.findall(r"(?<![\w-])(?:data-)?hx-[\w:-]+(?==)", _text(name)))

    assert used <= HTMX


@pytest.mark.parametrize("name", NAMES)
def test_no_template_holds_a_style_or_a_script(name: str) -> None:
    assert not re.search(r"<style|<script(?![^>]*\bsrc=)|\sstyle=|\son[a-z]+=", _text(name))


@pytest.mark.parametrize("name", [name for name in NAMES if "/_" in name])
def test_a_fragment_extends_nothing(name: str) -> None:
    assert not re.search(r"{%-?\s*extends|<html|<body", _text(name))
