"""Renew the lock files from pyproject.toml: `python3 scripts/lock.py [--upgrade]`. Needs `uv`."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

# Hashes for every platform, and no address of a registry: where packages come from is the
# business of the machine that installs them.
COMMAND = (
    *("uv", "pip", "compile", "pyproject.toml", "--quiet"),
    *("--universal", "--python-version", "3.11"),
    *("--generate-hashes", "--no-header", "--no-annotate"),
)
LOCKS = {
    "requirements.lock": ("--group", "build"),
    "requirements-postgres.lock": ("--extra", "postgres", "-c", "requirements.lock"),
    "requirements-dev.lock": (
        *("--group", "build", "--group", "dev", "--extra", "postgres"),
        *("-c", "requirements.lock"),
    ),
}

for name, options in LOCKS.items():
    subprocess.run([*COMMAND, *options, *sys.argv[1:], "-o", name], cwd=ROOT, check=True)
    print(name)
