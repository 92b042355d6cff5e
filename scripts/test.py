"""Check everything: `python3 scripts/test.py`.

Installs what the checks need into .venv (on Debian as root also a browser, Chinese fonts and
PostgreSQL), then runs every check and every test, and ends with the counts. Nothing that is
missing hides in a green result: it is counted as skipped, and with CI=true as failed.
"""

from __future__ import annotations

import argparse
import io
import os
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from xml.etree import ElementTree as ET

import environment
from environment import PYTHON, ROOT, tool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

BENCH = Path("scripts/bench")
TESTS = "tests"
COLLECT = (PYTHON, "-m", "pytest", "--collect-only", "-qq")
MOST_AT_ONCE = 4  # each has a browser and a PostgreSQL of its own
# Every commit waits for the disk, and no test cuts the machine's power: they only kill processes.
MEMORY = Path("/dev/shm")  # noqa: S108 - Linux's disk in memory
ENOUGH = 4 << 30  # bytes; what a test has made goes when it has passed
EXAMPLES = """examples:
  python3 scripts/test.py                            everything
  python3 scripts/test.py --fast                     without browser, PostgreSQL and kills
  python3 scripts/test.py --only types               one check
  python3 scripts/test.py --only tests -- -k lending one check, with arguments for pytest
"""


class Count(NamedTuple):
    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __add__(self, other: Count) -> Count:  # type: ignore[override]
        return Count(*(mine + theirs for mine, theirs in zip(self, other, strict=True)))


class Step(NamedTuple):
    """`run` returns the count and what is to be read: the tests say it themselves meanwhile."""

    name: str
    meaning: str
    run: Callable[[], tuple[Count, str]]


class Done(NamedTuple):
    counted: Count
    seconds: float
    said: str


class Need(NamedTuple):
    """A program that pip cannot install: how it is found, and Debian's packages for it."""

    what: str
    is_there: Callable[[], bool]
    packages: tuple[str, ...]


def main() -> int:
    options = _options()
    os.environ["PYTHONUTF8"] = "1"
    if isinstance(sys.stdout, io.TextIOWrapper):  # a console of Windows may lack a sign of a check
        sys.stdout.reconfigure(errors="replace")
    os.chdir(ROOT)
    environment.prepare(environment.DEV_LOCK)
    if not options.fast and options.only in (None, "tests"):
        _install_system_packages()
    total = Count()
    report = []
    for step, result in _begun(_steps(options)):
        print(f"\n=== {step.name}: {step.meaning}", flush=True)
        count, seconds, said = result()
        print(said, end="", flush=True)
        report.append(f"{step.name:<12} {seconds:7.1f} s   {_words(count)}")
        total += count
    print("\n" + "\n".join(report) + "\n")
    must_be_whole = os.environ.get("CI", "").lower() in ("1", "true")
    if must_be_whole and total.skipped:
        print("With CI=true nothing may be skipped: this run has failed.")
    print(_words(total), flush=True)
    is_green = total.passed and not total.failed and not (must_be_whole and total.skipped)
    return 0 if is_green else 1


def _begun(steps: list[Step]) -> Iterator[tuple[Step, Callable[[], Done]]]:
    """Yield each step with what waits for its end: two beside each other, and the tests alone.

    The checks of types share a cache and stay one after the other. Meanwhile the modules of tests
    are compiled: else each of pytest's processes would do it for itself.
    """
    with ThreadPoolExecutor(1) as one, ThreadPoolExecutor(1) as other:
        quick = [step for step in steps if step.name != TESTS]
        begun = [(one if "types" in step.name else other).submit(_done, step) for step in quick]
        if 0 < len(quick) < len(steps):
            other.submit(subprocess.run, COLLECT, stdout=subprocess.DEVNULL, check=False)
        yield from ((step, ending.result) for step, ending in zip(quick, begun, strict=True))
    yield from ((step, partial(_done, step)) for step in steps if step.name == TESTS)


def _done(step: Step) -> Done:
    start = time.monotonic()
    count, said = step.run()
    return Done(count, time.monotonic() - start, said)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description="Run every check and every test.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    names = [step.name for step in _steps(argparse.Namespace(fast=False, only=None, pytest=[]))]
    parser.add_argument("--only", choices=names, help="run this step alone")
    parser.add_argument(
        "--fast", action="store_true", help="leave out browser, PostgreSQL and kills"
    )
    parser.add_argument("pytest", nargs="*", metavar="ARG", help="after --: handed to pytest")
    return parser.parse_args()


def _steps(options: argparse.Namespace) -> list[Step]:
    def check(*command: str | Path) -> Callable[[], tuple[Count, str]]:
        return lambda: _one(command)

    djlint = (PYTHON, "-m", "djlint", "kiosk/templates")
    steps = [
        Step("format", "ruff format --check", check(tool("ruff"), "format", "--check", ".")),
        Step("lint", "ruff check", check(tool("ruff"), "check", ".")),
        Step("types", "mypy --strict", check(tool("mypy"))),
        Step("bench-types", "mypy --strict", check(tool("mypy"), *sorted(BENCH.glob("*.py")))),
        Step("contracts", "lint-imports", check(tool("lint-imports"), "--no-cache", "--no-logo")),
        Step("templates", "djlint --lint and --check", check(*djlint, "--lint", "--check")),
        Step(
            "chinese",
            "every sentence translated, the catalogue fresh",
            check(PYTHON, "scripts/translate.py", "check"),
        ),
        Step(TESTS, "pytest", lambda: (_pytest(options), "")),
    ]
    return [step for step in steps if options.only in (None, step.name)]


def _one(command: tuple[str | Path, ...]) -> tuple[Count, str]:
    ran = subprocess.run(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    return Count(failed=1) if ran.returncode else Count(passed=1), ran.stdout


def _pytest(options: argparse.Namespace) -> Count:
    chosen = ["-m", "not browser and not postgres and not faults"] if options.fast else []
    is_in_memory = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ENOUGH
    with tempfile.TemporaryDirectory(dir=MEMORY if is_in_memory else None) as folder:
        results = Path(folder) / "results.xml"
        command = [*("-m", "pytest", "-rs", "--durations=20", "--durations-min=1"), *chosen]
        # A file stays in one process: its tests share a kiosk, a browser, a database cluster.
        # One process more than cores: most of the time a browser is waited for. Which file comes
        # first is said in tests/collected.py.
        command += ["-n", str(min(1 + (os.cpu_count() or 1), MOST_AT_ONCE)), "--dist", "loadfile"]
        command += ["--no-loadscope-reorder"]
        command += [f"--junit-xml={results}", f"--basetemp={folder}/files", *options.pytest]
        code = subprocess.run([PYTHON, *command], check=False).returncode
        count = _read(results) if results.exists() else Count()
    if code and not count.failed:  # it did not come as far as counting
        return count + Count(failed=1)
    return count


def _read(results: Path) -> Count:
    passed = failed = skipped = 0
    for case in ET.parse(results).iter("testcase"):  # noqa: S314 - our own file
        outcomes = {child.tag for child in case}
        if outcomes & {"failure", "error"}:
            failed += 1
        elif "skipped" in outcomes:
            skipped += 1
        else:
            passed += 1
    return Count(passed, failed, skipped)


def _words(count: Count) -> str:
    return f"{count.passed} passed, {count.failed} failed, {count.skipped} skipped"


def _has_font(name: str) -> Callable[[], bool]:
    return lambda: bool(list(Path("/usr/share/fonts").rglob(name)))


NEEDS = (
    Need("Chromium", lambda: shutil.which("chromium") is not None, ("chromium",)),
    Need(
        "the Chromium without a window",
        lambda: shutil.which("chromium-headless-shell") is not None,
        ("chromium-headless-shell",),
    ),
    Need("poppler-utils", lambda: shutil.which("pdftotext") is not None, ("poppler-utils",)),
    Need("a Chinese font", _has_font("NotoSansCJK-*.ttc"), ("fonts-noto-cjk",)),
    Need("the font of the headings", _has_font("LXGWWenKai*"), ("fonts-lxgw-wenkai",)),
    Need(
        "PostgreSQL",
        lambda: any(Path("/usr/lib/postgresql").glob("*/bin/initdb")),
        ("postgresql",),
    ),
)


def _install_system_packages() -> None:
    missing = [need for need in NEEDS if not need.is_there()]
    if not missing:
        return
    names = ", ".join(need.what for need in missing)
    packages = [package for need in missing for package in need.packages]
    if not (Path("/etc/debian_version").exists() and _is_root()):
        print(f"Missing: {names}. The tests that need it are counted as skipped.")
        if Path("/etc/debian_version").exists():
            print(f"  sudo apt-get install {' '.join(packages)}")
        return
    print(f"Installing {names} ...", flush=True)
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in (
        ["apt-get", "update", "-qq"],
        ["apt-get", "install", "-qq", "-y", "--no-install-recommends", *packages],
    ):
        if subprocess.run(command, env=quiet, check=False).returncode:
            print(f"{' '.join(command)} failed; what needs it is counted as skipped.")
            return


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("\nStopped.")
