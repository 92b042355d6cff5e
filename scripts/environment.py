"""The virtual environment both commands stand on: made, filled from a lock file, repaired."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
RUNTIME_LOCK = ROOT / "requirements.lock"
DEV_LOCK = ROOT / "requirements-dev.lock"
OLDEST_PYTHON = (3, 11)
WHOLE = "import kiosk, flask, sqlalchemy, waitress"


def prepare(lock: Path) -> None:
    """Leave a whole environment with what `lock` names and this checkout; quick when it stands."""
    if sys.version_info < OLDEST_PYTHON:
        wanted = ".".join(map(str, OLDEST_PYTHON))
        sys.exit(f"Python {wanted} or newer is needed; this is {sys.version.split()[0]}.")
    # Where this is set, each start would compile some five hundred files anew: three seconds.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    if _stands(lock):
        return
    if not _runs("import pip"):
        _make()
    _fill(lock)
    if not _runs(WHOLE):  # pip believes its own lists, and some files are gone
        _make()
        _fill(lock)
    if not _runs(WHOLE):
        sys.exit(f"The environment is not whole. Delete the folder {VENV} and start again.")
    for whole in {lock, RUNTIME_LOCK}:  # the development lock holds the runtime one
        _stamp(whole).write_text(_fingerprint(whole), encoding="ascii")


def tool(name: str) -> str:
    """Return the path of a program that the lock file installed."""
    return str(BIN / (f"{name}.exe" if os.name == "nt" else name))


def _stamp(lock: Path) -> Path:
    return VENV / f"{lock.stem}.stamp"


def _fingerprint(lock: Path) -> str:
    """A checkout that was moved, or whose lock changed, has another fingerprint."""
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8").split("\n[tool.", 1)[0]
    text = f"{ROOT}\n{project}\n{lock.read_text(encoding='utf-8')}"
    return hashlib.sha256(text.encode()).hexdigest()


def _stands(lock: Path) -> bool:
    stamp = _stamp(lock)
    if not PYTHON.exists() or not stamp.exists():
        return False
    if stamp.read_text(encoding="ascii") != _fingerprint(lock):
        return False
    # After an upgrade of the system the environment's Python may look for another folder.
    config = (VENV / "pyvenv.cfg").read_text(encoding="utf-8")
    made_with = "{}.{}.".format(*sys.version_info)
    return f"version = {made_with}" in config or _runs("import flask")


def _runs(statement: str) -> bool:
    if not PYTHON.exists():
        return False
    try:
        answer = subprocess.run([PYTHON, "-c", statement], capture_output=True, check=False)
    except OSError:
        return False
    return answer.returncode == 0


def _make() -> None:
    print(f"Making {VENV} ...", flush=True)
    shutil.rmtree(VENV, ignore_errors=True)
    made = subprocess.run([sys.executable, "-m", "venv", VENV], check=False)
    if made.returncode:
        shutil.rmtree(VENV, ignore_errors=True)
        sys.exit(
            "The virtual environment could not be made. On Debian install the package for it:\n"
            "  sudo apt-get install python3-venv"
        )


def _fill(lock: Path) -> None:
    wanted = sum("==" in line for line in lock.read_text(encoding="utf-8").splitlines())
    print(f"Installing up to {wanted} packages (the internet is needed this once) ...", flush=True)
    _pip("install", "--require-hashes", "--only-binary", ":all:", "-r", lock)
    _pip("install", "--no-deps", "--no-build-isolation", "-e", ROOT)


def _pip(*arguments: str | Path) -> None:
    """Run pip, showing on one line what it is busy with; its own words only when it fails."""
    command = [PYTHON, "-m", "pip", "--disable-pip-version-check", *arguments]
    said: list[str] = []
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
    ) as pip:
        for line in pip.stdout or ():
            said.append(line)
            if sys.stdout.isatty() and line.startswith(("Collecting", "Installing")):
                print(f"\r  {line.strip():.70}".ljust(76), end="", flush=True)
    if sys.stdout.isatty():
        print("\r".ljust(77), end="\r", flush=True)
    if pip.returncode:
        print("".join(said[-12:]), file=sys.stderr)
        sys.exit("Installing failed (see above). Is the internet there? Then start again.")
