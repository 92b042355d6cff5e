"""Goal 15: what an installation puts on the disk."""

import os
import subprocess
import venv
from pathlib import Path

import servers
from report import Line, limit

from bench import Bench, say

_MB = 1e6
_PACKAGES = 30
_OWN = {"pip", "setuptools", "wheel", "nuanwu"}


def measure(bench: Bench, goals: set[int]) -> None:
    del goals
    say("installing from requirements.lock into a new environment")
    os.sched_setaffinity(0, range(os.cpu_count() or 1))
    folder = bench.folder / "venv"
    venv.create(folder, with_pip=True)
    python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    lock = servers.ROOT / "requirements.lock"
    quiet = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([python, *quiet, "--require-hashes", "-r", lock], check=True)
    listed = subprocess.run(
        [python, "-m", "pip", "list", "--format=freeze"], check=True, capture_output=True, text=True
    ).stdout.split()
    names = {line.partition("==")[0].lower() for line in listed} - _OWN
    size = (_size(folder) - sum(_size(path) for path in folder.rglob("site-packages/pip"))) / _MB
    size += _size(servers.ROOT / "kiosk") / _MB
    bench.lines.append(
        Line(goal=15, what="installed, extras apart", found=f"{size:.0f} MB, {len(names)} packages",
             goal_says="<= 120 MB, <= 30", must_says="<= 180 MB",
             reaches=limit(size, 120.0) and len(names) <= _PACKAGES, holds=limit(size, 180.0),
             note="with the kiosk, without pip")
    )  # fmt: skip


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
