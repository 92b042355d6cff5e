"""The pages that are printed from the browser: as large on paper as they were laid out."""

import re
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import Browser

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
