"""The commands, as a person who has never seen them meets them: what they say, and when."""

import json
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kiosk.cli import main
from kiosk.clock import utc_now
from kiosk.services.ledgers import Ledger
from kiosk.settings import HOST

BOOKS = "书名,作者,册数\n小马过河,彭文席,2\n神笔马良,洪汛涛,1\n"
ROSTER = "姓名,班级,校内编号\n陈小满,3.1,1\n"
YEAR = ("--from", "2026-09-01", "--to", "2026-09-30")
Kiosk = Callable[..., Result]


@pytest.fixture
def kiosk(instance: Path) -> Kiosk:
    """Return what runs a command at this test's own instance."""
    return lambda *words: CliRunner().invoke(main, words, env={"KIOSK_INSTANCE": str(instance)})


def written(folder: Path, name: str, text: str) -> str:
    path = folder / name
    path.write_text(text, encoding="utf-8-sig")
    return str(path)


def test_a_second_person_of_one_name_is_refused_with_the_way_out(kiosk: Kiosk) -> None:
    first = kiosk("staff", "add", "李老师")
    again = kiosk("staff", "add", "李老师")
    other = kiosk("staff", "add", "李老师（三1班）")
    pin = kiosk("staff", "pin", "李老师")

    assert [first.exit_code, again.exit_code, other.exit_code, pin.exit_code] == [0, 1, 0, 0]
    assert "李老师 already. Give another display name" in again.output
    assert "One-time PIN" in pin.output


def test_a_name_that_nobody_has_is_said(kiosk: Kiosk) -> None:
    said = kiosk("staff", "pin", "李老师")

    assert said.exit_code == 1
    assert said.output == "Error: Nobody who works here is called 李老师.\n"


@pytest.mark.parametrize(
    "words",
    [
        ("verify",),
        ("sync",),
        ("backup",),
        ("run", "--no-browser"),
        ("staff", "pin", "李老师"),
        ("ledger", "L3", *YEAR, "-o", "l3.xlsx"),
        ("import-roster", __file__),
        ("import-books", __file__),
    ],
    ids=lambda words: " ".join(words[:2]),
)
def test_a_folder_without_an_instance_is_named(tmp_path: Path, words: tuple[str, ...]) -> None:
    for folder in (tmp_path, tmp_path / "nowhere"):
        said = CliRunner().invoke(main, words, env={"KIOSK_INSTANCE": str(folder)})

        assert said.exit_code == 1
        assert f"There is no instance in {folder}. Check KIOSK_INSTANCE, or run" in said.output
        assert "keys" not in said.output


def test_an_instance_without_a_key_is_told_to_restore_it(kiosk: Kiosk, instance: Path) -> None:
    (instance / "keys" / "card.key").unlink()

    assert "restore keys/ from the backup" in kiosk("verify").output


def test_a_busy_port_is_not_announced_as_ours(instance: Path) -> None:
    with socket.create_server((HOST, 0)) as other:
        port = str(other.getsockname()[1])
        ran = subprocess.run(
            [sys.executable, "-m", "kiosk", "run", "--no-browser", "--port", port],
            env={"KIOSK_INSTANCE": str(instance)},
            cwd=Path(__file__).parents[1],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    assert ran.returncode == 1
    assert ran.stdout == ""
    assert f"Port {port} is taken" in ran.stderr


@pytest.mark.parametrize("target", ["nowhere", "postgres"])
def test_a_record_that_is_not_there_is_sent_nothing(kiosk: Kiosk, target: str) -> None:
    said = kiosk("sync", "--target", target)

    assert said.exit_code != 0
    assert "Sending" not in said.output
    assert "postgres" in said.output


def test_a_wrong_target_is_answered_with_those_that_there_are(kiosk: Kiosk) -> None:
    assert "'nowhere' is not one of 'folder', 'postgres'" in (
        kiosk("sync", "--target", "nowhere").output
    )


def test_long_work_shows_how_far_it_is(kiosk: Kiosk, tmp_path: Path) -> None:
    day = f"{utc_now():%Y-%m-%d}"
    period = ("--from", day, "--to", day, "-o", str(tmp_path / "l3.xlsx"))

    assert "Copying and checking" in kiosk("backup").output
    assert "Looking" in kiosk("verify").output
    assert "Writing" in kiosk("ledger", "L3", *period).output
    roster = written(tmp_path, "roster.csv", ROSTER)
    assert "Applying" in kiosk("import-roster", roster, "--apply").output
    assert "Applying" not in kiosk("import-roster", roster).output


def test_what_was_added_is_counted(kiosk: Kiosk, tmp_path: Path) -> None:
    said = kiosk("import-books", written(tmp_path, "books.csv", BOOKS), "--apply")

    assert said.exit_code == 0
    assert said.output.endswith("Added 2 titles and 3 copies.\n")


@pytest.mark.parametrize("command", ["import-roster", "import-books"])
def test_the_whole_preview_is_there_for_the_asking(
    kiosk: Kiosk, tmp_path: Path, command: str
) -> None:
    names = [a + b for a in "一二三四五六七八九" for b in "甲乙丙丁戊己"]
    rows = "".join(f"陈{name},3.1,{n}\n" for n, name in enumerate(names, start=1))
    head = "姓名,班级,校内编号\n" if command == "import-roster" else "书名,作者,价格\n"
    path = written(tmp_path, "list.csv", head + rows)

    cut, whole = kiosk(command, path).output, kiosk(command, path, "--all").output

    assert "more (--all lists them)" in cut
    assert "more" not in whole
    assert all(f"陈{name}" in whole for name in names)


def test_the_ledgers_are_named() -> None:
    said = " ".join(CliRunner().invoke(main, ["ledger", "--help"]).output.split())

    assert "L4 (family calls)" in said
    for name in Ledger:
        assert f"{name} (" in said, name


def test_a_term_that_nobody_knows_is_said(kiosk: Kiosk) -> None:
    said = kiosk("end-term", "第九学期")

    assert said.exit_code == 1
    assert said.output == "Error: There is no term called 第九学期.\n"


def test_a_child_is_erased_only_once_its_given_name_is_typed(
    kiosk: Kiosk, instance: Path, tmp_path: Path
) -> None:
    kiosk("import-roster", "--apply", written(tmp_path, "roster.csv", ROSTER))
    with closing(sqlite3.connect(instance / "kiosk.db")) as database:
        (child_id,) = database.execute("SELECT id FROM child").fetchone()

    def erase(*options: str, typed: str = "") -> Result:
        env = {"KIOSK_INSTANCE": str(instance)}
        return CliRunner().invoke(main, ("erase-child", child_id, *options), input=typed, env=env)

    asked, other, nothing = erase(), erase("--yes", typed="小雨\n"), erase("--yes")
    still = erase()
    done = erase("--yes", typed="小满\n")

    assert [one.exit_code for one in (asked, other, nothing, done)] == [0, 1, 1, 0]
    assert "陈小满: 0 visits" in asked.output
    assert "陈小满: 0 visits" in still.output
    assert "Nothing was changed" in other.output
    assert "小满" not in other.output, "it does not say what is to be typed"
    assert "Erased." in done.output
    assert "陈小满" not in erase().output


def test_a_simulated_term_is_printed_as_json_and_tells_its_progress_apart(kiosk: Kiosk) -> None:
    said = kiosk("simulate-term", "--children", "6", "--rule", "longest", "--seed", "3", "--json")

    assert said.exit_code == 0
    found = json.loads(said.stdout)
    assert (found["rule"], found["children"], found["weeks"], found["seed"]) == (
        "longest",
        6,
        18,
        3,
    )
    assert {"cov7", "week_share", "max_gap_days", "p95_gap_days", "zero", "gini", "use",
            "ceiling_week_share", "per_shift"} <= found.keys()  # fmt: skip
    assert "Weeks" in said.stderr


def test_a_simulated_term_is_told_in_lines_without_json(kiosk: Kiosk) -> None:
    said = kiosk("simulate-term", "--children", "6", "--place-minutes", "6")

    assert said.exit_code == 0
    assert "week_share" in said.stdout
    assert "children" in said.stdout
    assert kiosk("simulate-term", "--rule", "loudest").exit_code == 2
    assert kiosk("simulate-term", "--rule", "rota", "--through-services").exit_code == 2
