"""The README keeps up with what it describes."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from kiosk.settings import DEFAULTS

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("key", sorted({*DEFAULTS, "lending"}))
def test_every_setting_is_explained(key: str) -> None:
    assert re.search(rf"^\| `{key}` \| .+ \| .+ \|$", README, re.MULTILINE)


def test_no_setting_is_explained_that_does_not_exist() -> None:
    settings = README.split("## Settings", 1)[1].split("\n## ", 1)[0]

    explained = set(re.findall(r"^\| `(\w+)` \|", settings, re.MULTILINE))

    assert explained == {*DEFAULTS, "lending"}


def test_every_command_is_explained() -> None:
    from kiosk.cli import main

    for name in (name for name, command in main.commands.items() if not command.hidden):
        assert f"`kiosk {name}" in README, name


def test_every_option_of_the_first_command_is_explained() -> None:
    said = subprocess.run(
        [sys.executable, ROOT / "scripts" / "run.py", "--help"],
        capture_output=True,
        text=True,
        check=True,
    )

    for option in set(re.findall(r"--[a-z-]+", said.stdout)) - {"--help"}:
        assert f"`{option}" in README, option


@pytest.mark.parametrize(
    "path", sorted(set(re.findall(r"`((?:scripts|kiosk|tests)/[\w./-]+\.\w+)`", README)))
)
def test_every_file_that_is_named_exists(path: str) -> None:
    assert (ROOT / path).exists()
