"""Bring the school record up to date; for Task Scheduler or cron, at night or at start.

Run by any Python: it finds the kiosk's own beside itself. Needs the standard library only.

    python3 scripts/nightly_sync.py [--instance FOLDER] [--target NAME]

The exit code is that of `kiosk sync`: 0 only when the record has everything.
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    parser = argparse.ArgumentParser(description="Bring the school record up to date.")
    parser.add_argument("--instance", help="the instance folder (default: instance)")
    parser.add_argument("--target", help="folder or postgres (default: as set)")
    given = parser.parse_args()
    programs = "Scripts/python.exe" if os.name == "nt" else "bin/python"
    python = ROOT / ".venv" / programs
    if not python.exists():
        print(f"There is no {python}: run scripts/run.py once.", file=sys.stderr)
        return 1
    instance = given.instance or os.environ.get("KIOSK_INSTANCE") or ROOT / "instance"
    environment = os.environ | {"KIOSK_INSTANCE": str(Path(instance).resolve())}
    target = ["--target", given.target] if given.target else []
    command = [str(python), "-m", "kiosk", "sync", *target]
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
