"""The pages that are printed from the browser: as large on paper as they were laid out."""

import re
import subprocess
from datetime import date
from pathlib import Path

import pytest
from flask import Flask, render_template
from playwright.sync_api import Browser

from kiosk.services.class_slips import BookToBring, CallToTell, ClassSlip, ClassSlips

CSS = Path(__file__).resolve().parents[2] / "kiosk" / "static" / "css"
TITLE = "留守儿童之家活动记录表"


def _printed(chromium: Browser, folder: Path, style: str, kind: str) -> tuple[float, bool]:
    """Return how many points a sign of the title is wide on paper, and whether that is upright."""
    page = chromium.new_page()
    page.set_content(
        f"<!DOCTYPE html><html lang=zh-Hans><style>{style}</style><body><main class=paper>"
        f"<div class='{kind}'><h1>{TITLE}</h1></div></main>"
    )
    page.pdf(path=folder / "page.pdf", prefer_css_page_size=True)
    page.close()
    boxes = subprocess.run(
        ["pdftotext", "-bbox", folder / "page.pdf", "-"], capture_output=True, check=True, text=True
    ).stdout
    (at,) = re.findall(rf'xMin="([\d.]+)".*xMax="([\d.]+)".*>{TITLE}<', boxes)
    (paper,) = re.findall(r'<page width="([\d.]+)" height="([\d.]+)"', boxes)
    return (float(at[1]) - float(at[0])) / len(TITLE), float(paper[0]) < float(paper[1])


@pytest.mark.parametrize(
    ("kind", "points", "is_upright"),
    [
        ("", 18, False),
        ("upright", 18, True),
        ("upright blank-form", 18, True),
        ("day-sheet", 18, True),
        ("rota-sheet", 18, True),
        ("poster", 36, True),
    ],
)
def test_a_title_is_as_large_on_paper_as_the_sheet_says(
    chromium: Browser, tmp_path: Path, kind: str, points: int, *, is_upright: bool
) -> None:
    style = "\n".join((CSS / name).read_text("utf-8") for name in ("tokens.css", "print.css"))

    sign, stands = _printed(chromium, tmp_path, style, kind)

    assert sign == pytest.approx(points, abs=0.3)
    assert stands is is_upright


def test_a_sheet_as_wide_as_on_the_screen_is_seen_to_shrink(
    chromium: Browser, tmp_path: Path
) -> None:
    style = (CSS / "print.css").read_text("utf-8")
    style += "\n.paper:has(.upright) { width: 210mm; }"

    points, _ = _printed(chromium, tmp_path, style, "upright")

    assert points < 16


# Slips for the class teachers: two halves on a sheet

_MONDAY = date(2026, 11, 23)
_HALF_MM = 148.5
_MARGIN_MM = 11.9


def _slip(name: str, children: int) -> ClassSlip:
    names = tuple(f"欧阳小{n:02}" for n in range(children))
    return ClassSlip(
        class_name=name,
        calls=tuple(CallToTell(name=one, on=_MONDAY, at="17:00") for one in names),
        without_call=names,
        books=tuple(
            BookToBring(name=one, title="很长很长的一本书的名字" * (n % 4 + 1), due_on=_MONDAY)
            for n, one in enumerate(names)
        ),
        without_card=names,
    )


def _words(
    chromium: Browser, site: Flask, folder: Path, *slips: ClassSlip, style: str = ""
) -> list[list[tuple[float, float, str]]]:
    """Return the words of each printed sheet: from where to where in mm, and what."""
    told = ClassSlips(home="暖屋", monday=_MONDAY, slips=slips)
    with site.test_request_context("/", base_url="http://127.0.0.1/"):
        html = render_template("calls/class_slips.html", told=told)
    css = "\n".join((CSS / name).read_text("utf-8") for name in ("tokens.css", "print.css"))
    page = chromium.new_page()
    page.set_content(re.sub(r"<link[^>]*>|<script.*?</script>", "", html))
    page.add_style_tag(content=css + style)
    page.pdf(path=folder / "page.pdf", prefer_css_page_size=True)
    page.close()
    boxes = subprocess.run(
        ["pdftotext", "-bbox", folder / "page.pdf", "-"], capture_output=True, check=True, text=True
    ).stdout
    mm = 25.4 / 72
    return [
        [
            (float(left) * mm, float(right) * mm, said)
            for left, right, said in re.findall(r'xMin="([\d.]+)".*xMax="([\d.]+)".*>(.+)<', sheet)
        ]
        for sheet in boxes.split("<page ")[1:]
    ]


def _is_in_a_half(left: float, right: float) -> bool:
    return any(
        start + _MARGIN_MM <= left and right <= start + _HALF_MM - _MARGIN_MM
        for start in (0, _HALF_MM)
    )


def test_two_classes_stand_on_a_sheet_each_in_its_half(
    chromium: Browser, site: Flask, tmp_path: Path
) -> None:
    slips = [_slip(f"{grade}班", 3) for grade in "一二三"]

    sheets = _words(chromium, site, tmp_path, *slips)

    heads = [
        [(left > _HALF_MM, said) for left, _, said in sheet if said.endswith("班")]
        for sheet in sheets
    ]
    assert heads == [[(False, "一班"), (True, "二班")], [(False, "三班")]]


def test_a_large_class_goes_on_in_the_next_half_under_its_name(
    chromium: Browser, site: Flask, tmp_path: Path
) -> None:
    sheets = _words(chromium, site, tmp_path, _slip("一班", 45), _slip("二班", 3))

    said = [one for sheet in sheets for one in sheet]
    assert [one for one in said if not _is_in_a_half(*one[:2])] == []
    assert sum(word == "一班" for *_, word in said) > 1
    assert sum(word == "二班" for *_, word in said) == 1
    assert sum("欧阳小44" in word for *_, word in said) == 4


def test_what_runs_out_of_its_half_is_seen(chromium: Browser, site: Flask, tmp_path: Path) -> None:
    style = ".class-slip td { white-space: nowrap; }"

    sheets = _words(chromium, site, tmp_path, _slip("一班", 45), style=style)

    assert any(not _is_in_a_half(*one[:2]) for sheet in sheets for one in sheet)
