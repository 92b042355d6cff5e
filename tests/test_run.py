"""The first command, as somebody without a terminal runs it: real processes, a real port."""

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.browser.process import free_port

ROOT = Path(__file__).resolve().parents[1]
RUN = (sys.executable, str(ROOT / "scripts" / "run.py"), "--no-browser")
HOST = "127.0.0.1"


@contextmanager
def _started(instance: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    port = free_port()
    with subprocess.Popen(
        [*RUN, "--instance", instance, "--port", str(port), *options],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        env={key: value for key, value in os.environ.items() if not key.startswith("KIOSK_")},
    ) as process:
        try:
            yield process, port
        finally:
            if process.poll() is None:
                process.terminate()


def _said_until(process: subprocess.Popen[str], words: str) -> str:
    said = ""
    for line in process.stdout or ():
        said += line
        if words in line:
            return said
    raise AssertionError(f"it ended before it said {words!r}:\n{said}")


def _page(port: int) -> int:
    with urllib.request.urlopen(f"http://{HOST}:{port}/", timeout=60) as answer:
        status: int = answer.status
        return status


def _stop(process: subprocess.Popen[str], number: signal.Signals) -> tuple[int, str]:
    process.send_signal(number)
    rest = (process.stdout.read() if process.stdout else "") or ""
    return process.wait(timeout=60), rest


def test_without_a_terminal_it_starts_empty_and_says_so(tmp_path: Path) -> None:
    with _started(tmp_path / "instance") as (process, port):
        said = _said_until(process, "Stop")
        status = _page(port)
        code, rest = _stop(process, signal.SIGINT)

    assert status == 200
    assert "--demo" in said
    assert f"http://{HOST}:{port}/" in said
    assert re.search(r"One-time PIN: \d{6}", said)
    assert code == 0
    assert "Traceback" not in said + rest


@pytest.fixture
def used(instance: Path) -> Path:
    """Return an instance that an earlier start has set up and left empty."""
    (instance / "chosen.txt").write_text("empty\n", encoding="ascii")
    return instance


def test_a_second_start_asks_and_makes_nothing(used: Path) -> None:
    keys = {path: path.read_bytes() for path in (used / "keys").iterdir()}

    with _started(used) as (process, port):
        said = _said_until(process, "Stop")
        status = _page(port)

    assert status == 200
    assert "PIN" not in said
    assert "empty" not in said
    assert {path: path.read_bytes() for path in keys} == keys


def test_the_demo_says_whose_card_to_try(tmp_path: Path) -> None:
    with _started(tmp_path / "instance", "--demo") as (process, port):
        said = _said_until(process, "Stop 停止")
        status = _page(port)

    assert status == 200
    assert f"http://{HOST}:{port}/demo" in said
    assert re.search(r"Teacher 老师 .*\bS[0-9A-Z]{11}\b", said)
    assert re.search(r"PIN\D*\d{6}", said)


def test_a_demo_is_not_put_into_a_school_that_stands(used: Path) -> None:
    with _started(used, "--demo") as (process, _):
        said = _said_until(process, "Stop")

    assert "stays as it is" in said
    assert not (used / "demo-codes.csv").exists()


def test_a_stop_by_the_system_ends_the_kiosk_as_well(used: Path) -> None:
    with _started(used) as (process, port):
        _said_until(process, "Stop")
        code, _ = _stop(process, signal.SIGTERM)

    assert code != 0
    with socket.socket() as probe:
        assert probe.connect_ex((HOST, port)) != 0


def test_ctrl_c_before_it_is_up_leaves_no_trace(used: Path) -> None:
    with _started(used) as (process, port):
        _said_until(process, "Starting")
        code, rest = _stop(process, signal.SIGINT)

    assert code == 0
    assert "Traceback" not in rest
    with socket.socket() as probe:
        assert probe.connect_ex((HOST, port)) != 0


def test_a_busy_port_is_said_in_one_sentence(tmp_path: Path) -> None:
    with socket.create_server((HOST, 0)) as other:
        port = other.getsockname()[1]
        ran = subprocess.run(
            [*RUN, "--instance", tmp_path / "instance", "--port", str(port)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    assert ran.returncode == 1
    assert f"Port {port} is busy" in ran.stderr
    assert not (tmp_path / "instance").exists()


@pytest.mark.parametrize("port", ["0", "65536", "http", "-1"])
def test_a_port_that_is_none_is_refused(port: str) -> None:
    ran = subprocess.run([*RUN, f"--port={port}"], capture_output=True, text=True, check=False)

    assert ran.returncode == 2
    assert "not a port" in ran.stderr
