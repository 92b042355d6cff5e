"""What keeps the house standing and no linter can see (`house.md` section 6)."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

import translate
from tests import collected

ROOT = Path(__file__).resolve().parents[1]
KIOSK = ROOT / "kiosk"
LONGEST_MODULE = 300
LONGEST_BODY = 30
TEXTS = frozenset(
    {".css", ".html", ".js", ".json", ".lock", ".md", ".po", ".py", ".svg", ".toml", ".txt", ""}
)
# Names of standards and licences, and the machine itself: nothing is ever fetched from them.
KNOWN_HOSTS = frozenset(
    {
        "127.0.0.1",
        "localhost",
        "www.w3.org",
        "scripts.sil.org",
        "opensource.org",
        "192.0.2.1",  # for documentation only (RFC 5737)
        "evil.example",  # reserved for examples: nobody lives there (RFC 2606)
    }
)
CHILD_TEMPLATES = ("kiosk/templates/kiosk/", "kiosk/templates/components/")
HURTS = "留守|困境|贫困|帮扶|积分|排名|名次"
NEVER_TO_A_CHILD = re.compile(
    rf"{HURTS}|left[- ]behind|\bneedy\b|poverty|\bpoints\b|\brank", re.IGNORECASE
)
STRAY_NOTES = re.compile(
    r"(?-i:\bTODO\b|\bFIXME\b|\bXXX\b)|co-authored|generated (?:with|by an)|language model|"
    r"\bassistant\b|\.\./shared|/work/|/tmp/brief|\bissue #?\d",
    re.IGNORECASE,
)


def _files(*, suffixes: frozenset[str] = TEXTS) -> Iterator[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    for name in listed.stdout.decode().split("\0"):
        path = ROOT / name
        if name and path.suffix in suffixes and path.exists():
            yield path


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _modules(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*.py") if "__pycache__" not in path.parts)


def test_no_module_is_longer_than_300_lines() -> None:
    lengths = {
        _name(path): len(_text(path).splitlines())
        for path in _modules(KIOSK)
        if path.parent.name != "versions"  # a migration is one list of steps, written once
    }

    too_long = {name: lines for name, lines in lengths.items() if lines > LONGEST_MODULE}

    assert not too_long


def test_no_function_has_more_than_30_lines() -> None:
    too_long = [
        f"{_name(path)}: {node.name} has {lines}"
        for path in _modules(KIOSK)
        if path.parent.name != "versions"
        for node in ast.walk(ast.parse(_text(path)))
        if isinstance(node, ast.FunctionDef) and (lines := _body_lines(node)) > LONGEST_BODY
    ]

    assert not too_long


def _body_lines(node: ast.FunctionDef) -> int:
    """Return the lines from the first statement to the last, without signature and docstring."""
    body = node.body if ast.get_docstring(node) is None else node.body[1:]
    return 1 + (body[-1].end_lineno or 0) - body[0].lineno if body else 0


def test_rules_load_without_flask_or_sqlalchemy() -> None:
    names = [_name(path)[:-3].replace("/", ".") for path in _modules(KIOSK / "rules")]
    imports = "\n".join(f"import {name.removesuffix('.__init__')}" for name in names)
    heavy = "{'flask', 'sqlalchemy', 'werkzeug', 'jinja2', 'flask_sqlalchemy'}"
    script = f"import sys\n{imports}\nprint(*({heavy} & sys.modules.keys()))"

    loaded = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert loaded.stdout.split() == []


def test_a_migration_does_not_import_the_application() -> None:
    for path in _modules(KIOSK / "migrations" / "versions"):
        for node in ast.walk(ast.parse(_text(path))):
            names = [alias.name for alias in getattr(node, "names", [])]
            names.append(getattr(node, "module", None) or "")
            assert not [name for name in names if name.split(".")[0] == "kiosk"], _name(path)


def test_every_function_of_a_test_module_is_run_or_used() -> None:
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        tree = ast.parse(_text(path))
        used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        for node in tree.body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("test_"):
                is_fixture = any("fixture" in ast.unparse(one) for one in node.decorator_list)
                assert is_fixture or node.name in used, f"{_name(path)}: {node.name} is never run"


def test_no_test_hides_where_nobody_collects_it() -> None:
    for path in _modules(ROOT / "tests"):
        if not path.name.startswith("test_"):
            assert not re.search(r"^\s*def test_", _text(path), re.MULTILINE), _name(path)


def test_conftest_stays_shorter_than_150_lines() -> None:
    for path in (ROOT / "tests").rglob("conftest.py"):
        assert len(_text(path).splitlines()) < 150, _name(path)


def test_what_is_begun_first_is_there() -> None:
    assert [name for name in collected.LONG if not (collected.HERE / name).is_file()] == []


def test_no_file_names_a_foreign_host() -> None:
    foreign = [
        f"{_name(path)}: {found.group(0)}"
        for path in _files()
        for found in re.finditer(r"https?://([\w.-]*[\w-])", _text(path))
        if found.group(1) not in KNOWN_HOSTS
    ]

    assert not foreign


def test_lock_files_hold_hashes_for_all_and_no_addresses() -> None:
    for path in ROOT.glob("requirements*.lock"):
        text = _text(path)
        entries = re.findall(
            r"^(\S+?)==[^\n]*\\\n((?:    --hash=sha256:[0-9a-f]{64}.*\n?)+)", text, re.MULTILINE
        )

        assert len(entries) == len(re.findall("^[^ ]+==", text, re.MULTILINE)), path.name
        assert "//" not in text, path.name
        assert "index" not in text, path.name


def test_the_locks_hold_every_dependency_in_one_version() -> None:
    project = tomllib.loads(_text(ROOT / "pyproject.toml"))
    wanted = {_package(line) for line in project["project"]["dependencies"]}
    developing = {_package(line) for line in project["dependency-groups"]["dev"]}

    runtime = _locked("requirements.lock")
    full = _locked("requirements-dev.lock")

    assert wanted <= runtime.keys()
    assert developing <= full.keys()
    assert runtime.items() <= full.items()


def _package(line: str) -> str:
    name = re.match(r"[\w.-]+", line)
    assert name is not None
    return name.group(0).lower().replace("_", "-")


def _locked(name: str) -> dict[str, str]:
    return dict(re.findall(r"^([\w.-]+)(?:\[\w+\])?==(\S+)", _text(ROOT / name), re.MULTILINE))


def test_nothing_that_hurts_is_written_for_children() -> None:
    found = [
        f"{_name(path)}: {word.group(0)}"
        for path in _files()
        if _name(path).startswith(CHILD_TEMPLATES)
        for word in NEVER_TO_A_CHILD.finditer(_text(path))
    ]

    assert not found


def test_nothing_that_hurts_is_drawn_or_scripted() -> None:
    found = [
        f"{_name(path)}: {word.group(0)}"
        for path in _files()
        if _name(path).startswith("kiosk/static/")
        for word in re.finditer(HURTS, _text(path))
    ]

    assert not found


def test_nothing_that_hurts_is_said_to_children_in_chinese() -> None:
    said = [
        str(message.string)
        for message in translate.build()
        if any(place.startswith(CHILD_TEMPLATES) for place, _ in message.locations)
    ]

    assert [sentence for sentence in said if NEVER_TO_A_CHILD.search(sentence)] == []


def test_no_stray_note_is_left_in_a_file() -> None:
    notes = [
        f"{_name(path)}: {note.group(0)}"
        for path in _files()
        if path != Path(__file__) and "vendor" not in path.parts and path.suffix != ".lock"
        for note in STRAY_NOTES.finditer(_text(path))
    ]

    assert not notes


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    """Return the Chinese of every sentence, which takes a while to gather."""
    return translate.build()


def test_every_sentence_has_its_chinese(catalog: Catalog) -> None:
    assert translate.untranslated(catalog) == []


def test_the_chinese_catalogue_is_fresh(catalog: Catalog) -> None:
    assert translate.PO.read_bytes() == translate.po_bytes(catalog)
    assert translate.MO.read_bytes() == translate.mo_bytes(catalog)


@pytest.mark.parametrize("name", ["LICENSE", "README.md", "CHANGELOG.md", "DECISIONS.md"])
def test_the_project_explains_itself(name: str) -> None:
    assert (ROOT / name).stat().st_size > 200
