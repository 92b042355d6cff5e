"""Sheets as Chromium draws and prints them: every code reads back, and sizes are true."""

from collections import Counter
from io import BytesIO

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Browser

from kiosk.printing import cards, label_sheets, labels, spines
from kiosk.printing.labels import LabelFace
from kiosk.printing.paper import Placing
from kiosk.printing.spines import ShelfFace, Sign
from kiosk.rules import codes
from kiosk.rules.book_classes import BookIcon
from kiosk.rules.catalogue import ShelfColour
from kiosk.rules.codes import CodeKind, Command
from tests.printing.test_sheets import card
from tests.web import gallery

FINER = 4  # dots for each CSS pixel: 15 a millimetre, a fifth less than 400 dots an inch
PAGE = "<!DOCTYPE html><meta charset=utf-8><style>{css}body{{margin:0}}</style><main>{pages}</main>"
CSS = (gallery.KIOSK / "static" / "css" / "print.css").read_text(encoding="utf-8")
CHILD = codes.compose(CodeKind.CHILD, "7KQ2M8ZW4N")
STAFF = codes.compose(CodeKind.STAFF, "7KQ2M8ZW4N")
ITEMS = [codes.compose(CodeKind.ITEM, f"{n:010}") for n in range(50)]


def drawing(name: str) -> str:
    """Return where a drawing of the tree stands, for a page that has no server."""
    return (gallery.KIOSK / "static" / "art" / f"{name}.svg").as_uri()


def shown(chromium: Browser, pages: tuple[str, ...], tmp: "pytest.TempPathFactory") -> Image.Image:
    sheet = tmp.mktemp("sheet") / "sheet.html"
    drawn = "".join(f'<div class="sheet">{page}</div>' for page in pages)
    sheet.write_text(PAGE.format(css=CSS, pages=drawn), encoding="utf-8")
    context = chromium.new_context(
        viewport={"width": 794, "height": 1123}, device_scale_factor=FINER
    )
    page = context.new_page()
    page.emulate_media(media="print")
    page.goto(sheet.as_uri())
    shot = page.locator("main").screenshot()
    context.close()
    return Image.open(BytesIO(shot)).convert("L")


def read(picture: Image.Image) -> Counter[str]:
    return Counter(found.text for found in zxingcpp.read_barcodes(picture))


def test_every_code_of_a_sheet_of_cards_reads_back(
    chromium: Browser, tmp_path_factory: pytest.TempPathFactory
) -> None:
    wanted = [CHILD, STAFF, *map(codes.command_code, Command)]
    faces = [card("古丽娜扎·买买提艾力", code=code) for code in wanted]

    sheet = cards.pages(faces, drawing, Placing(start=1, right=0.8, down=-1.2))
    found = read(shown(chromium, sheet, tmp_path_factory))

    assert found == dict.fromkeys(wanted, 3)


def test_every_code_of_a_sheet_of_labels_reads_back(
    chromium: Browser, tmp_path_factory: pytest.TempPathFactory
) -> None:
    faces = [
        LabelFace(
            code=code, accession_no=f"{n:06}", title="小马过河" * 3, class_mark="I287.4",
            grade_band="3-4",
        )
        for n, code in enumerate(ITEMS)
    ]  # fmt: skip

    for key, sheet in label_sheets.sheets().items():
        some = faces[: sheet.cut.a_page]
        found = read(shown(chromium, labels.pages(some, cut=sheet.cut), tmp_path_factory))

        assert found == dict.fromkeys((face.code for face in some), 2), key


def test_the_label_of_a_shelf_reads_back(
    chromium: Browser, tmp_path_factory: pytest.TempPathFactory
) -> None:
    made = [codes.new_shelf_code() for _ in range(20)]
    sign = Sign(colour=ShelfColour.LAKE, letter="K", icon=BookIcon.WORLD)
    faces = [ShelfFace(code=code, name="绘本架 3", sign=sign) for code in made]
    cut = label_sheets.sheet("own-66").cut

    sheet = spines.shelf_pages(faces, drawing, cut=cut)
    found = read(shown(chromium, sheet, tmp_path_factory))

    assert found == dict.fromkeys(made, 2)


def test_a_code_on_paper_is_25_mm_and_the_drawings_have_come(
    chromium: Browser, tmp_path_factory: pytest.TempPathFactory
) -> None:
    picture = shown(chromium, cards.pages([card(code=CHILD)], drawing), tmp_path_factory)

    dots_a_mm = picture.width / 210
    found = next(one for one in zxingcpp.read_barcodes(picture) if one.text == CHILD)
    corners = found.position
    side = ((corners.top_left.x - corners.top_right.x) ** 2
            + (corners.top_left.y - corners.top_right.y) ** 2) ** 0.5  # fmt: skip

    assert side / dots_a_mm == pytest.approx(cards.QR, abs=0.6)
    badge = picture.crop(tuple(int(at * dots_a_mm) for at in (71, 59, 85, 71)))  # type: ignore[arg-type]
    assert len(badge.getcolors(256) or []) > 10


def test_a_sheet_is_one_page_with_no_blank_one_before_or_after(chromium: Browser) -> None:
    context = chromium.new_context()
    page = context.new_page()
    sheets = cards.pages([card()] * 5, drawing)
    drawn = "".join(f'<div class="sheet">{one}</div>' for one in sheets)
    header = '<header><p class="no-print"><button>打印</button></p></header>'
    paper = f'{header}<main class="paper"><h1 class="hidden-words">标签</h1>{drawn}</main>'
    page.set_content(PAGE.format(css=CSS, pages=paper))

    pdf = page.pdf(prefer_css_page_size=True)

    context.close()
    assert pdf.count(b"/Type /Page\n") == len(sheets)
