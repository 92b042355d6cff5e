"""PDF by the browser of the PC: which one is found, what it prints, and what stops it."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image, ImageOps

from kiosk.printing import pdf, sheets
from kiosk.printing.sheets import Pages, Paper
from kiosk.printing.turned_sheets import turned

HAS_TOOLS = shutil.which("pdftotext") is not None and shutil.which("chromium") is not None
needs_tools = pytest.mark.skipif(not HAS_TOOLS, reason="needs Chromium and poppler-utils")


def _program(path: Path, words: str = "") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{words}\n")
    path.chmod(0o755)
    return path


def test_edge_is_found_where_windows_has_it(tmp_path: Path) -> None:
    # The path is put together as Windows has it; on Linux its backslashes are part of the name.
    edge = _program(tmp_path / r"Microsoft\Edge\Application\msedge.exe")

    found = pdf.find_browsers(env={"PROGRAMFILES": str(tmp_path)}, platform="win32")

    assert found == (edge,)


def test_chromium_is_found_on_the_path(tmp_path: Path) -> None:
    chromium = _program(tmp_path / "bin" / "chromium")

    found = pdf.find_browsers(env={"PATH": str(chromium.parent)}, platform="linux")

    assert found == (chromium,)


def test_the_browser_that_is_named_is_the_only_one(tmp_path: Path) -> None:
    _program(tmp_path / "bin" / "chromium")

    with pytest.raises(pdf.NoBrowserError):
        pdf.find_browsers(str(tmp_path / "none"), env={"PATH": str(tmp_path / "bin")})


@pytest.mark.parametrize("platform", ["linux", "win32"])
def test_without_a_browser_it_is_said(platform: str, tmp_path: Path) -> None:
    with pytest.raises(pdf.NoBrowserError):
        pdf.find_browsers(env={"PATH": str(tmp_path)}, platform=platform)


@pytest.mark.skipif(sys.platform == "win32", reason="a shell script stands for the browser")
@pytest.mark.parametrize("words", ["exit 0", "exit 3", "sleep 30"])
def test_a_browser_that_prints_nothing_in_time_is_told(words: str, tmp_path: Path) -> None:
    browser = _program(tmp_path / "browser", words)
    page = tmp_path / "page.html"
    page.write_text("x")

    with pytest.raises(pdf.NotPrintedError):
        pdf.print_pdf(page, tmp_path / "out.pdf", browser=browser, pages=1, upright=0, within_s=1)

    assert not list(tmp_path.glob("browser-*"))


@pytest.mark.parametrize("piece", [7, 40, 1 << 20])
def test_pages_are_counted_across_pieces(
    piece: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf, "_PIECE", piece)
    found = tmp_path / "a.pdf"
    upright = b"<</Type /Page\n/MediaBox [0 0 594.95996 841.91998]\n/Parent 1>> "
    lying = b"<</MediaBox[0 0 841.91998 594.95996]/Type /Page\n>> "
    found.write_bytes(b"/Type /Pages x " + upright * 9 + lying * 14 + b"/Type/Page>>")

    assert pdf.page_counts(found) == (24, 9)


def _printed(folder: Path, browser: Path, *, is_turned: bool = False) -> Path:
    part, page, output = folder / "part", folder / "page.html", folder / "out.pdf"
    rows = [(at, "王小满", "𠮷野屋、写作业" if at == 3 else "看书") for at in range(1, 61)]
    columns = (("序号", 6), ("姓名", 12), ("内容", 30))
    with part.open("w", encoding="utf-8") as file:
        pages = Pages(file, foot="材料")
        pages.page("<h1>封面</h1>", is_upright=True)
        pages.ledger(Paper(title="到室签到登记表", columns=columns, rows=rows))
        pages.ledger(Paper(title="安全检查记录", columns=columns, rows=rows, is_upright=True))
    with page.open("w", encoding="utf-8") as file:
        sheets.document(file, title="材料", pages=pages.count)
        file.write(part.read_text("utf-8") + "</body></html>")
    if is_turned:
        lying = folder / "turned.html"
        with page.open(encoding="utf-8") as found, lying.open("w", encoding="utf-8") as file:
            turned(found, file)
        page = lying
    pdf.print_pdf(
        page,
        output,
        browser=browser,
        pages=pages.count,
        upright=0 if is_turned else pages.upright,
        within_s=600,
    )
    return output


@needs_tools
@pytest.mark.parametrize("name", ["chromium-headless-shell", "chromium"])
def test_what_is_printed_can_be_read_again_and_has_its_font_in_it(
    name: str, tmp_path: Path
) -> None:
    browser = shutil.which(name)
    if browser is None:
        pytest.skip(f"needs {name}")
    output = _printed(tmp_path, Path(browser))

    def said(*words: str) -> str:
        done = subprocess.run([*words, str(output)], capture_output=True, check=True, text=True)
        return done.stdout

    text = subprocess.run(
        ["pdftotext", "-layout", str(output), "-"], capture_output=True, check=True, text=True
    ).stdout
    pages = text.split("\f")[:-1]
    assert [re.findall(r"第\s*(\d+)\s*页\s*共\s*(\d+)\s*页", page) for page in pages] == [
        [(str(at), str(len(pages)))] for at in range(1, len(pages) + 1)
    ]
    assert text.count("王小满") == 120
    assert "𠮷野屋" in text
    fonts = [line.split() for line in said("pdffonts").splitlines()[2:]]
    assert fonts
    assert all(line[-5] == "yes" for line in fonts), "a font is not embedded"
    sizes = re.findall(r"size:\s+(\d+)[\d.]* x (\d+)", said("pdfinfo", "-f", "1", "-l", "99"))
    lying, upright = ("841", "594"), ("594", "841")
    assert sizes == [upright, lying, lying, lying, upright, upright]


@needs_tools
def test_what_is_turned_stands_at_the_same_place_of_the_paper(tmp_path: Path) -> None:
    def edges(*, is_turned: bool) -> tuple[int, int, int, int]:
        """Return where on the upright sheet is the first and the last that is printed, in pt."""
        folder = tmp_path / str(is_turned)
        folder.mkdir()
        output = _printed(folder, pdf.find_browsers()[0], is_turned=is_turned)
        words = ["pdftoppm", "-r", "72", "-f", "6", "-l", "6", "-gray", "-singlefile", "-png"]
        subprocess.run([*words, str(output), str(folder / "six")], check=True)
        with Image.open(folder / "six.png") as found:
            sheet = found.transpose(Image.Transpose.ROTATE_90) if is_turned else found
            edges = ImageOps.invert(sheet.convert("L")).getbbox()
        assert edges is not None
        return edges

    standing = edges(is_turned=False)

    assert standing[0] >= 25 / 25.4 * 72 - 1, "no room to bind"
    assert edges(is_turned=True) == pytest.approx(standing, abs=1)


@needs_tools
@pytest.mark.parametrize(("pages", "upright"), [(2, 2), (1, 0)])
def test_other_pages_than_were_laid_out_are_not_taken(
    pages: int, upright: int, tmp_path: Path
) -> None:
    page = tmp_path / "page.html"
    page.write_text("<p>one page</p>")

    with pytest.raises(pdf.OtherPagesError):
        pdf.print_pdf(
            page,
            tmp_path / "out.pdf",
            browser=pdf.find_browsers()[0],
            pages=pages,
            upright=upright,
            within_s=600,
        )
