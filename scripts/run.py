"""Start the kiosk: `python3 scripts/run.py` (on Windows `py scripts\\run.py`).

The first start makes what is missing: the environment in .venv, the instance folder with its
keys and database, and, if wanted, an invented school to try everything with. Every later start
only starts the kiosk. Standard library only.
"""

from __future__ import annotations

import argparse
import csv
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import tomllib
import webbrowser
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import environment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

HOST = "127.0.0.1"
EXAMPLES = """examples:
  python3 scripts/run.py                        start; the first time it asks: demo or empty
  python3 scripts/run.py --demo --instance try  an invented school in the folder "try"
  python3 scripts/run.py --empty                the school's own, still without children or books
"""


def main() -> int:
    options = _options()
    instance = Path(options.instance).expanduser().resolve()
    options.port = options.port or _port_of(instance)
    if _answers(options.port):
        print(
            f"Port {options.port} is busy: the kiosk runs already, or another program uses the"
            f" port. Stop it, or start with --port {options.port + 1}.",
            file=sys.stderr,
        )
        return 1
    environment.prepare(environment.RUNTIME_LOCK)
    os.environ["KIOSK_INSTANCE"] = str(instance)
    chosen = instance / "chosen.txt"  # what the first start was answered; nobody is asked again
    if not chosen.exists():
        choice = _choice(options, instance)
        failed = _set_up(choice)
        if failed:
            return failed
        chosen.write_text(f"{choice}\n", encoding="ascii")
    elif options.choice and options.choice != chosen.read_text(encoding="ascii").strip():
        print(
            f"{instance} was set up before and stays as it is; for another school"
            f" name another folder: --instance DIR --{options.choice}"
        )
    return _serve(options, instance)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description="Start the kiosk of the children's home.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--instance",
        metavar="DIR",
        default=os.environ.get("KIOSK_INSTANCE") or environment.ROOT / "instance",
        help="the folder of the database, keys and settings (default: instance)",
    )
    parser.add_argument("--port", metavar="N", type=_port, help="default: the setting `port`, 8800")
    parser.add_argument("--no-browser", action="store_true", help="do not open the browser")
    first = parser.add_mutually_exclusive_group()
    for choice, meaning in (
        ("demo", "fill a new instance with an invented school, without asking"),
        ("empty", "leave a new instance without children and books, without asking"),
    ):
        first.add_argument(
            f"--{choice}", action="store_const", const=choice, dest="choice", help=meaning
        )
    return parser.parse_args()


def _port(text: str) -> int:
    highest = 65535
    if not text.isdecimal() or not 0 < int(text) <= highest:
        message = f"{text!r} is not a port between 1 and {highest}"
        raise argparse.ArgumentTypeError(message)
    return int(text)


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((HOST, port)) == 0


def _choice(options: argparse.Namespace, instance: Path) -> str:
    """Return `demo` or `empty`; asks only a person who can answer."""
    if options.choice:
        return str(options.choice)
    if _has_children(instance):
        return "empty"  # set up by hand with the `kiosk` command: nothing is put into it
    if sys.stdin is None or not sys.stdin.isatty():
        # Invented children never come into a school's own books without being asked for.
        print(
            "Nobody can be asked here, so the kiosk starts empty. To try it with an invented"
            " school:\n  python3 scripts/run.py --instance demo --demo"
        )
        return "empty"
    print("This kiosk is still empty. 这台终端还是空的。")
    print("  d  try it with an invented school (cards and books to click)  演示学校")
    print("  e  stay empty, for your own school                            本校使用")
    answers = {"d": "demo", "demo": "demo", "e": "empty", "empty": "empty"}
    while (answer := input("d / e ? ").strip().lower()) not in answers:
        print("Please type d or e.")
    return answers[answer]


def _has_children(instance: Path) -> bool:
    """Look whether a school has moved in; an interrupted first start has not."""
    path = instance / "kiosk.db"
    if not path.exists():
        return False
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as database:
            return database.execute("SELECT 1 FROM child LIMIT 1").fetchone() is not None
    except sqlite3.Error:
        return False


def _port_of(instance: Path) -> int:
    """Return the port of the settings; what is wrong with them is the kiosk's to say."""
    try:
        settings = tomllib.loads((instance / "kiosk.toml").read_text("utf-8-sig"))
    except (OSError, ValueError):
        settings = {}
    found = os.environ.get("KIOSK_PORT") or settings.get("port", 8800)
    return int(found) if str(found).isdecimal() else 8800


def _set_up(choice: str) -> int:
    if choice == "demo":
        return _kiosk("demo")
    asked = sys.stdin is not None and sys.stdin.isatty()
    # Without a terminal the first administrator gets a one-time PIN, which `init` prints.
    return _kiosk("init", *(() if asked else ("--staff-name", "Administrator")))


def _kiosk(*arguments: str) -> int:
    command = [str(environment.PYTHON), "-m", "kiosk", *arguments]
    return subprocess.run(command, cwd=environment.ROOT, check=False).returncode


def _serve(options: argparse.Namespace, instance: Path) -> int:
    port = str(options.port)
    command = [str(environment.PYTHON), "-m", "kiosk", "run", "--port", port, "--no-browser"]
    # Ctrl+C reaches this script alone, which passes it on when the kiosk is ready to hear it.
    group = None if os.name == "nt" else 0
    with subprocess.Popen(command, cwd=environment.ROOT, process_group=group) as server:
        is_up = False
        try:
            _pass_on_stops(server)
            print("Starting ...", flush=True)
            is_up = _wait_until_it_answers(server, options.port)
            if is_up:
                _tell(options.port, instance)
                if not options.no_browser:
                    webbrowser.open(f"http://{HOST}:{options.port}/")
            code = server.wait()
        except KeyboardInterrupt:
            return _finish(server, politely=is_up)
    return code if code >= 0 else 128 - code


def _pass_on_stops(server: subprocess.Popen[bytes]) -> None:
    def stop(_number: int, _frame: FrameType | None) -> None:
        server.terminate()

    for name in ("SIGTERM", "SIGHUP", "SIGBREAK"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), stop)


def _wait_until_it_answers(server: subprocess.Popen[bytes], port: int) -> bool:
    while server.poll() is None:
        if _answers(port):
            return True
        time.sleep(0.05)
    return False


def _finish(server: subprocess.Popen[bytes], *, politely: bool) -> int:
    """Stop the kiosk because Ctrl+C was pressed; that it stops is then no failure."""
    if os.name != "nt":  # on Windows the console has told it already
        server.send_signal(signal.SIGINT if politely else signal.SIGTERM)
    try:
        code = server.wait(timeout=10)
    except (KeyboardInterrupt, subprocess.TimeoutExpired):
        server.terminate()
        code = server.wait()
    print("Stopped.")
    is_ours = code in (-signal.SIGTERM, -signal.SIGINT, 128 + signal.SIGINT)
    return 0 if is_ours else code


def _tell(port: int, instance: Path) -> None:
    print()
    print(f"  Kiosk 暖屋      http://{HOST}:{port}/")
    codes = instance / "demo-codes.csv"
    if codes.exists():
        print(f"  Try it 试用     http://{HOST}:{port}/demo   (cards and books to click)")
        for label, code in _staff_cards(codes):
            print(f"  Teacher 老师    {label}   {code}")
        print(f"  All codes 全部  {codes}")
    print("  Stop 停止       Ctrl+C", flush=True)


def _staff_cards(codes: Path) -> Iterator[tuple[str, str]]:
    with codes.open(encoding="utf-8-sig", newline="") as table:
        for row in csv.DictReader(table):
            if row["kind"] == "staff":
                yield row["label"], row["code"]


if __name__ == "__main__":
    sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]
    try:
        sys.exit(main())
    except (KeyboardInterrupt, EOFError):
        sys.exit("\nStopped.")
