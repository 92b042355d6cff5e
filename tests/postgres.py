"""A PostgreSQL cluster of the tests' own: started, used and thrown away by one session.

`initdb` refuses root and a socket's path must be short (`stack.md` 5, trap 10), so the cluster
lives in a short temporary folder, in memory where there is enough of it, and, under root, only its
programs run as an unprivileged user.
"""

import itertools
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

_FOLDERS = ("/usr/lib/postgresql", "/usr/local/pgsql", "/opt/homebrew/opt", "/usr/pgsql")
_USERS = ("postgres", "nobody")
_MEMORY = Path("/dev/shm")  # noqa: S108 - Linux's disk in memory
_DISK = Path("/tmp")  # noqa: S108 - a short path
_ENOUGH = 2 << 30  # bytes; a cluster takes a tenth of it
_COPIES_FILES = 150000  # PostgreSQL's version from which one may say how a database is copied
_OPTIONS = {
    "listen_addresses": "",
    "fsync": "off",  # the tests kill the senders, never the machine
    "full_page_writes": "off",
    "max_connections": "40",
    "shared_buffers": "128MB",
    "max_wal_size": "256MB",
    "timezone": "UTC",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """A running server that listens on one socket in `folder`."""

    folder: Path
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def dsn(self, database: str = "postgres") -> str:
        """Return a libpq connection string."""
        return f"host={self.folder} user=tests dbname={database}"

    def url(self, database: str = "postgres") -> str:
        """Return an SQLAlchemy address."""
        return f"postgresql+psycopg://tests@/{database}?host={self.folder}"

    @contextmanager
    def database(self, like: str = "template1") -> Iterator[str]:
        """Create a database as another one is, or an empty one, and yield its name.

        It is dropped even while somebody is connected.
        """
        import psycopg

        name = f"test_{os.getpid()}_{next(self._numbers)}"
        with psycopg.connect(self.dsn(), autocommit=True) as connection:
            is_new = connection.info.server_version >= _COPIES_FILES
            how = "STRATEGY FILE_COPY" if is_new and _MEMORY in self.folder.parents else ""
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {like} {how}".encode())
        try:
            yield name
        finally:
            with psycopg.connect(self.dsn(), autocommit=True) as connection:
                connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def programs() -> Path | None:
    """Return the folder of the newest `initdb` here, or None."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    folders = [folder for top in _FOLDERS for folder in Path(top).glob("*/bin/initdb")]
    return max(folders).parent if folders else None


@pytest.fixture(scope="session")
def private_cluster() -> Iterator[Cluster]:
    """Start a cluster for the session; a counted skip where PostgreSQL is not installed."""
    binaries = programs()
    if binaries is None:
        pytest.skip("PostgreSQL's own programs are not installed")
    with running_cluster(binaries) as cluster:
        yield cluster


@contextmanager
def running_cluster(binaries: Path) -> Iterator[Cluster]:
    """Start a cluster with the programs in this folder, and stop it."""
    is_in_memory = _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > _ENOUGH
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir=_MEMORY if is_in_memory else _DISK))
    as_user = _as_user(folder)
    data = folder / "data"
    try:
        subprocess.run(
            [binaries / "initdb", "-D", data, "-U", "tests", "-A", "trust", "-E", "UTF8",
             "--locale=C", "--no-sync"],
            check=True, capture_output=True, cwd=folder, **as_user,
        )  # fmt: skip
        settings = [f"--{name}={value}" for name, value in _OPTIONS.items()]
        with (folder / "log").open("wb") as log:
            server = subprocess.Popen(
                [binaries / "postgres", "-D", data, "-k", folder, *settings],
                stdout=log, stderr=log, cwd=folder, **as_user,
            )  # fmt: skip
        try:
            _wait_until_ready(server, binaries, folder)
            yield Cluster(folder=folder)
        finally:
            server.send_signal(signal.SIGINT)  # the fast shutdown
            server.wait(timeout=30)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _as_user(folder: Path) -> dict[str, Any]:
    """Return the keywords that make a program run unprivileged, and give it the folder."""
    if os.geteuid() != 0:
        return {}
    import pwd  # Windows has no such module, and no root either

    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    entry = next(known[name] for name in _USERS if name in known)
    os.chown(folder, entry.pw_uid, entry.pw_gid)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def _wait_until_ready(server: subprocess.Popen[bytes], binaries: Path, folder: Path) -> None:
    for _ in range(600):
        asked = subprocess.run([binaries / "pg_isready", "-q", "-h", folder], check=False)
        if asked.returncode == 0:
            return
        try:
            server.wait(timeout=0.05)
        except subprocess.TimeoutExpired:
            continue
        break
    raise RuntimeError((folder / "log").read_text(encoding="utf-8", errors="replace"))
