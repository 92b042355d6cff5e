"""Renew what `kiosk/static/vendor/` holds from npm: `python3 scripts/vendor.py`. Needs `npm`.

VENDOR.toml says of each file which version it is, under which licence and with which digest; a
test holds the files to it. The address from which the decoder would fetch the rest of itself is
taken out: nothing of this kiosk may ask anybody else.
"""

import hashlib
import io
import re
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import NamedTuple

VENDOR = Path(__file__).resolve().parents[1] / "kiosk" / "static" / "vendor"
LIST = VENDOR / "VENDOR.toml"
HEAD = "# Made by scripts/vendor.py. `sha256` is that of the file as it lies here.\n"
PACK = ("npm", "pack", "--silent")
FOREIGN = re.compile(rb"https?://[\w.-]+\.[\w.-]+/[^`\"']*")


class Package(NamedTuple):
    """What is taken from one package: the file there, and its name here."""

    name: str
    version: str
    licence: str
    files: dict[str, str]


PACKAGES = (
    Package("htmx.org", "2.0.11", "0BSD", {"dist/htmx.min.js": "htmx.min.js"}),
    Package(
        "zxing-wasm",
        "3.1.4",
        "MIT; the decoder inside it, ZXing-C++, Apache-2.0",
        {
            "dist/iife/reader/index.js": "zxing-reader.js",
            "dist/reader/zxing_reader.wasm": "zxing-reader.wasm",
            "LICENSE": "zxing-LICENSE.txt",
        },
    ),
)


def fetched(package: Package) -> dict[str, bytes]:
    """Return the files of a package under their names here."""
    command = [*PACK, f"{package.name}@{package.version}"]
    packed = subprocess.run(command, cwd=VENDOR, capture_output=True, check=True, text=True)
    archive = VENDOR / packed.stdout.strip()
    try:
        content = archive.read_bytes()
    finally:
        archive.unlink()
    with tarfile.open(fileobj=io.BytesIO(content)) as members:
        found = {
            name: members.extractfile(f"package/{path}") for path, name in package.files.items()
        }
        return {name: _at_home(name, file.read()) for name, file in found.items() if file}


def _at_home(name: str, content: bytes) -> bytes:
    return FOREIGN.sub(b"", content) if name.endswith(".js") else content


def described(package: Package, files: dict[str, bytes]) -> str:
    rows = [
        "[[package]]",
        f'name = "{package.name}"',
        f'version = "{package.version}"',
        f'licence = "{package.licence}"',
        "",
        "[package.sha256]",
        *(f'"{name}" = "{hashlib.sha256(data).hexdigest()}"' for name, data in files.items()),
    ]
    return "\n".join(rows) + "\n"


def main() -> int:
    parts = [HEAD]
    for package in PACKAGES:
        files = fetched(package)
        for name, content in files.items():
            (VENDOR / name).write_bytes(content)
        parts.append(described(package, files))
        print(f"{package.name} {package.version}: {', '.join(files)}")
    LIST.write_text("\n".join(parts), encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
