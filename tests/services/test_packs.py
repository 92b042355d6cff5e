"""The inspection pack: what is in it, who is told of it, and how long it stays."""

import csv
import hashlib
import io
import re
import shutil
import zipfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import openpyxl
import pytest
from python_calamine import load_workbook
from sqlalchemy import delete, select

from kiosk.db import db, reading, transaction
from kiosk.errors import InvalidInputError, KioskError, NotFoundError, RefusedError
from kiosk.files.blank_forms import parse
from kiosk.files.tables import Table, TableColumn
from kiosk.ids import new_id
from kiosk.models.audit import Audit
from kiosk.models.calendar import Term
from kiosk.models.stocktake import LedgerArchive
from kiosk.printing import pdf
from kiosk.printing.blank_sheets import bodies
from kiosk.printing.sheets import UPRIGHT_HEIGHT
from kiosk.rules.packs import PackProblem
from kiosk.services import erasure, frameworks, pack_pages, packs, term_end
from kiosk.services.here import Here
from kiosk.services.ledger_paper import day_in_words
from kiosk.services.ledgers import Ledger, LedgerProblem
from kiosk.services.pack_files import About, PackFile, PackFolder, PackStage
from kiosk.services.pack_pages import PackPages
from kiosk.settings import Settings
from tests import factories

TABLE = Table(title="登记表", columns=(TableColumn(label="日期"),), rows=(("无",),))
needs_browser = pytest.mark.skipif(shutil.which("chromium") is None, reason="needs Chromium")


def _folder(here: Here, *, framework: str = "school-8") -> PackFolder:
    """Ask for a pack without the process that would make it."""
    folder = PackFolder(here.settings, new_id(here.now))
    first = here.today - timedelta(days=30)
    who = factories.staff(here)
    folder.make(
        About(first=first, last=here.today, framework=framework, at=here.now, actor_id=who.staff_id)
    )
    return folder


def _without_browser(here: Here) -> Here:
    return replace(here, settings=replace(here.settings, browser="/nowhere/chromium"))


def _made(here: Here) -> PackFolder:
    child = factories.child(here)
    factories.visit(here, child.child_id)
    folder = _folder(here)
    packs.make(folder.pack_id, here=here)
    return folder


def test_without_a_browser_there_is_everything_but_the_pdf(here: Here) -> None:
    folder = _made(_without_browser(here))

    found = packs.look(folder.pack_id, here=here)

    assert found.state.stage is PackStage.READY
    assert found.state.problem is PackProblem.NO_BROWSER
    assert found.files == (PackFile.XLSX, PackFile.ZIP)


def test_the_workbook_has_a_sheet_for_each_ledger_with_lines(here: Here) -> None:
    folder = _made(_without_browser(here))

    names = load_workbook(folder.file(PackFile.XLSX)).sheet_names

    assert names[0] == "封面目录"
    assert any("签到" in name for name in names)
    assert len(names) == 1 + packs.look(folder.pack_id, here=here).state.ledgers


def test_the_cover_of_the_workbook_leads_to_every_sheet(here: Here) -> None:
    folder = _made(_without_browser(replace(here, settings=_named(here))))

    read = load_workbook(folder.file(PackFile.XLSX)).get_sheet_by_index(0).to_python()
    book = openpyxl.load_workbook(folder.file(PackFile.XLSX))

    words = [str(cell) for row in read for cell in row if cell]
    said = folder.about()
    for part in (
        "学校（盖章）：柳河小学",
        f"起止日期：{day_in_words(said.first)}至{day_in_words(said.last)}",
        f"制表日期：{day_in_words(here.today)}",
        frameworks.find("school-8", here).note,
    ):
        assert part in words
    places = {
        cell.hyperlink.location for row in book.worksheets[0] for cell in row if cell.hyperlink
    }
    assert places == {f"'{name}'!A1" for name in book.sheetnames[1:]}
    for row in book.worksheets[0]:
        if row[3].hyperlink:
            at = int(row[3].value.strip("第 张")) - 1
            assert row[3].hyperlink.location == f"'{book.sheetnames[at]}'!A1"
            assert row[2].value.startswith(book.worksheets[at]["A1"].value)


def test_the_workbook_has_the_contents_of_the_pages(here: Here, tmp_path: Path) -> None:
    words, pages = _laid_out(here, tmp_path, framework="anhui-2011", table=TABLE)

    cover = pages.cover()

    cells = r"<tr[^>]*>" + r"<td[^>]*>(.*?)</td>" * 3
    printed = re.findall(cells, words.split("</section>")[1])
    assert [one.cells for one in cover.lines] == printed
    assert {one.said for one in cover.lines if one.of == "L16"} == {"见 PDF"}


def _named(here: Here) -> Settings:
    return replace(here.settings, school="柳河小学")


def test_what_a_term_did_not_keep_stands_in_the_contents(here: Here) -> None:
    child = factories.child(here)
    day = timedelta(days=1)
    with transaction() as session:
        first, last = here.today - 20 * day, here.today - 5 * day
        session.add(Term(id=new_id(here.now), name="上学期", first_day=first, last_day=last))
    at = here.now - 10 * day
    factories.loan(here, child.child_id, factories.item(here).item_id, lent_at=at, ended_at=at)
    term_end.end("上学期", actor_id=None, here=here)

    kept = _growth(here)
    with transaction() as session:
        session.execute(delete(LedgerArchive).where(LedgerArchive.ledger == "L18"))
    lost = _growth(here)

    assert kept == "成长记录袋目录"
    assert lost == "成长记录袋目录（上学期结束时尚无此台账，未留存）"


def _growth(here: Here) -> str:
    """Return what the contents of a pack say of L18."""
    db.session.remove()
    folder = _folder(here)
    packs.make(folder.pack_id, here=_without_browser(here))
    rows = load_workbook(folder.file(PackFile.XLSX)).get_sheet_by_index(0).to_python()
    folder.remove()
    return next(str(row[2]) for row in rows if str(row[2]).startswith("成长记录袋目录"))


def test_the_archive_can_be_checked_without_the_program(here: Here) -> None:
    folder = _made(_without_browser(here))

    with zipfile.ZipFile(folder.file(PackFile.ZIP)) as archive:
        lines = archive.read("校验清单.txt").decode().splitlines()
        listed = {line.partition("  ")[2]: line.partition("  ")[0] for line in lines}
        names = set(archive.namelist()) - {"校验清单.txt", "说明.txt"}
        assert set(listed) == names
        for name in names:
            assert hashlib.sha256(archive.read(name)).hexdigest() == listed[name]
        rows = list(csv.reader(io.StringIO(archive.read("csv/L3.csv").decode("utf-8-sig"))))
    assert rows[0][:3] == ["序号", "日期", "姓名"]


@needs_browser
def test_the_pdf_has_the_pages_that_were_laid_out(here: Here) -> None:
    folder = _made(here)

    found = packs.look(folder.pack_id, here=here)

    assert found.state.problem is None
    assert found.state.pages >= 3
    assert folder.file(PackFile.PDF).read_bytes().startswith(b"%PDF")
    left = {path.name for path in folder.path.iterdir()}
    assert left == {"about.json", "state.json", "work.lock", "pack.pdf", "pack.xlsx", "pack.zip"}


def test_the_audit_knows_of_each_file_before_it_goes(here: Here) -> None:
    folder = _made(_without_browser(here))
    who = factories.staff(here)

    packs.hand_out(folder.pack_id, PackFile.XLSX, actor_id=who.staff_id, here=here)

    row = reading().scalars(select(Audit).order_by(Audit.n.desc())).first()
    assert row is not None
    assert (row.subject, row.fields) == (f"pack:{folder.pack_id}", "xlsx")


def test_a_file_that_is_not_there_is_not_handed_out(here: Here) -> None:
    folder = _made(_without_browser(here))

    with pytest.raises(RefusedError) as error:
        packs.hand_out(folder.pack_id, PackFile.PDF, actor_id=folder.about().actor_id, here=here)

    assert error.value.reason is PackProblem.NOT_READY


def test_a_pack_stays_for_a_day(here: Here) -> None:
    folder = _made(_without_browser(here))

    tomorrow = replace(here, now=here.now + timedelta(days=1))

    kept = packs.listing(replace(here, now=here.now + timedelta(hours=23, minutes=59)))
    with pytest.raises(NotFoundError):
        packs.look(folder.pack_id, here=tomorrow)
    gone = packs.listing(tomorrow)

    assert [one.pack_id for one in kept] == [folder.pack_id]
    assert gone == ()
    assert not folder.path.exists()


def test_a_pack_goes_with_the_child_that_is_erased(here: Here) -> None:
    folder = _made(_without_browser(here))
    child = factories.child(here)

    erasure.erase(child.child_id, actor_id=None, here=here)

    assert not folder.path.exists()


def test_a_pack_whose_process_died_is_told_as_broken(here: Here) -> None:
    folder = _folder(here)

    found = packs.look(folder.pack_id, here=here)

    assert found.state.stage is PackStage.BROKEN
    assert found.files == ()
    packs.forget(folder.pack_id, here=here)
    with pytest.raises(NotFoundError):
        packs.look(folder.pack_id, here=here)


def test_what_breaks_off_says_so_and_leaves_no_copy(here: Here) -> None:
    folder = _folder(here, framework="none")

    with pytest.raises(KioskError):
        packs.make(folder.pack_id, here=here)

    assert folder.state().stage is PackStage.BROKEN
    assert not list(folder.path.glob("copy.db*"))


def test_a_period_that_ends_before_it_begins_is_refused(here: Here) -> None:
    with pytest.raises(InvalidInputError) as error:
        packs.start(
            first=here.today,
            last=here.today - timedelta(days=1),
            framework="school-8",
            actor_id=factories.staff(here).staff_id,
            here=here,
        )

    assert error.value.reason is LedgerProblem.WRONG_PERIOD
    assert packs.listing(here) == ()


def test_the_schools_own_list_of_headings_stands_for_ours(here: Here) -> None:
    own = frameworks.own_folder(here)
    own.mkdir()
    (own / "school-8.toml").write_text('title = "我县考核表"\ncover = "材料"\n', "utf-8")

    found = frameworks.listing(here).frameworks

    assert (found[0].key, found[0].title) == ("school-8", "我县考核表")
    assert [one.key for one in found] == ["school-8", "anhui-2011"]


@pytest.mark.parametrize(
    "text",
    ["title = ", 'title = "一"', f"title = {'[' * 5000}", f"title = {'9' * 5000}", "\0"],
    ids=["no-value", "no-cover", "nested", "long-number", "no-text"],
)
def test_a_list_of_headings_that_cannot_be_read_is_left_out_and_told(here: Here, text: str) -> None:
    own = frameworks.own_folder(here)
    own.mkdir()
    for name in ("ours", "school-8"):
        (own / f"{name}.toml").write_text(text, "utf-8")

    found = frameworks.listing(here)

    assert [one.key for one in found.frameworks] == ["anhui-2011", "school-8"]
    assert frameworks.find("school-8", here).cover == "留守儿童之家工作材料"
    assert [error.values["name"] for error in found.problems] == ["ours", "school-8"]


def test_only_the_account_of_the_kiosk_reads_a_pack(here: Here) -> None:
    folder = _folder(here)

    for path in (folder.path, folder.path.parent):
        assert path.stat().st_mode & 0o077 == 0


def test_a_browser_that_prints_nothing_gives_way_to_the_next(
    here: Here, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, working = tmp_path / "bin" / "chromium", tmp_path / "bin" / "google-chrome"
    broken.parent.mkdir()
    broken.write_text("#!/bin/sh\nexit 1\n")
    working.write_text(
        "#!/bin/sh\nfor word; do case $word in --print-to-pdf=*) out=${word#*=};; esac; done\n"
        'for page in $(grep -o "<section[^>]*>" "${word#file://}" | tr -d " "); do\n'
        'box="842 595"; case $page in *up*) box="595 842";; esac\n'
        'printf "/Type /Page\\n/MediaBox [0 0 $box]\\n" >> "$out"; done\n'
    )
    for one in (broken, working):
        one.chmod(0o755)
    monkeypatch.setenv("PATH", f"{broken.parent}:/usr/bin:/bin")
    monkeypatch.setattr(pdf, "_NAMES", ("chromium", "google-chrome"))

    folder = _made(here)

    assert packs.look(folder.pack_id, here=here).state.problem is None
    assert PackFile.PDF in folder.files()


@needs_browser
def test_an_older_browser_has_the_same_pages_turned(
    here: Here, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its pages are all as large as the first one, as those of an older Chromium are."""
    older, chromium = tmp_path / "chromium", shutil.which("chromium")
    older.write_text(
        '#!/bin/sh\nfor page; do :; done\nfile="${page#file://}"\n'
        f'sed "s/A4 landscape/A4/; s/A4 portrait/A4/" "$file" > {tmp_path}/as-first.html\n'
        f'grep -q "page: up" "$file" || cp "$file" {tmp_path}/as-first.html\n'
        "set -- $(printf '%s\\n' \"$@\" | sed '$d')\n"
        f'exec {chromium} "$@" file://{tmp_path}/as-first.html\n'
    )
    older.chmod(0o755)
    monkeypatch.setattr(pdf, "_NAMES", (str(older),))

    folder = _made(here)

    state = packs.look(folder.pack_id, here=here).state
    assert state.problem is None
    assert state.upright > 2
    assert pdf.page_counts(folder.file(PackFile.PDF)) == (state.pages, 0)
    assert not list(folder.path.glob("*.html"))


def test_ledgers_that_contradict_one_another_are_told(here: Here) -> None:
    folder = _made(_without_browser(here))  # a visit while the room was never open

    assert packs.look(folder.pack_id, here=here).state.apart == ("L1 0 ≠ L3 1",)


def test_the_ledgers_of_a_pack_agree(here: Here) -> None:
    factories.open_today(here)

    folder = _made(_without_browser(here))

    assert packs.look(folder.pack_id, here=here).state.apart == ()


def _laid_out(here: Here, folder: Path, *, framework: str, table: Table) -> tuple[str, PackPages]:
    """Return a pack of ledgers that are all this table, and the forms for the pen."""
    part, output = folder / "part", io.StringIO()
    with part.open("w", encoding="utf-8") as ledgers:
        found = frameworks.find(framework, here)
        pages = PackPages(ledgers, framework=found, about=_folder(here).about(), here=here)
        for ledger in Ledger:
            pages.add(ledger, table)
        pages.add_blanks()
    pages.write(output, part)
    return re.sub("</?i>", "", output.getvalue()), pages


@pytest.mark.parametrize("framework", ["anhui-2011", "school-8"])
def test_the_forms_for_the_pen_stand_where_the_contents_say(
    here: Here, tmp_path: Path, framework: str
) -> None:
    words, pages = _laid_out(here, tmp_path, framework=framework, table=TABLE)

    sheets = words.split("</section>")[:-1]
    for title in ("农村留守儿童基本情况登记表", "谈心记录卡", "家访记录"):
        found = re.search(rf"{title}（空白表，手工填写）</td><td>(\d+)</td>", sheets[1])
        assert found is not None
        assert f"<h1>{title}</h1>" in sheets[int(found[1]) - 1]
    assert len(sheets) == pages.count
    assert "另附）" not in words


@pytest.mark.parametrize("pairs", [0, 1, 12, 21, 60])
def test_a_form_for_the_pen_fills_its_pages_and_no_more(pairs: int) -> None:
    part = {"fields": [f"项目{at}" for at in range(min(2 * pairs, 40))], "tall": ["过程", "小结"]}
    more = {"title": "其他", "fields": [f"又{at}" for at in range(max(2 * pairs - 40, 1))][:40]}
    text = f"""id = "L16"
blank = true
title = "记录"
signatures = ["签名"]
[[part]]
fields = {part["fields"]}
tall = {part["tall"]}
[[part]]
title = "其他"
fields = {more["fields"]}
"""
    form = parse(text.encode(), "L16")

    drawn = list(bodies(pack_pages.blank(form, subtitle="小学")))

    for body in drawn:
        heights = [float(one) for one in re.findall(r"<tr[^>]*height:([\d.]+)mm", body)]
        assert min(heights) >= 8, "no room for a pen"
        assert sum(heights) <= UPRIGHT_HEIGHT - 8 - 10.5 - 8 - 7.5 + 0.1
    labels = re.findall("<th>(.*?)</th>", "".join(drawn))
    assert labels == [*part["fields"], *part["tall"], *more["fields"]]
    assert [body.count("签名") for body in drawn] == [0] * (len(drawn) - 1) + [1]


@pytest.mark.parametrize("name", ["anhui-2011", "school-8"])
def test_the_contents_are_one_page(here: Here, tmp_path: Path, name: str) -> None:
    words, pages = _laid_out(here, tmp_path, framework=name, table=TABLE)

    assert pages.count == 1 + 1 + len(Ledger) + 3
    assert "目　录（续）" not in words
