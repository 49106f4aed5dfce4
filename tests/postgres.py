"""A throw-away PostgreSQL server for the tests: found on this machine, never run as root."""

import os
import pwd
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

import psycopg
import pytest
from attrs import frozen
from psycopg.conninfo import make_conninfo
from psycopg.sql import SQL, Identifier

__all__ = ["FOLDERS", "Server", "account", "newest", "running"]

FOLDERS = (
    "usr/lib/postgresql/*/bin",
    "usr/pgsql-*/bin",
    "usr/local/pgsql/bin",
    "opt/homebrew/opt/postgresql*/bin",
    "usr/local/opt/postgresql*/bin",
)
"""Where distributions put the server's programs, below the root of the file system."""

_NEEDED = ("initdb", "pg_ctl", "postgres")
_VARIABLE = "CROSSBORDER_REQUIRE_POSTGRES"


def newest(root: Path = Path("/"), path: str | None = None) -> Path | None:
    """The folder with the newest server's programs below `root`, else one on the path, or None."""

    def version(folder: Path) -> tuple[int, ...]:
        return tuple(int(digits) for digits in re.findall(r"\d+", str(folder.relative_to(root))))

    for pattern in FOLDERS:
        for folder in sorted(root.glob(pattern), key=version, reverse=True):
            if all(os.access(folder / name, os.X_OK) for name in _NEEDED):
                return folder
    found = shutil.which("initdb", path=path)
    folder = Path(found).resolve().parent if found else root
    return folder if all(os.access(folder / name, os.X_OK) for name in _NEEDED) else None


def account() -> pwd.struct_passwd | None:
    """Whom the server is run as: us, or an unprivileged account where we are root, or None."""
    if os.geteuid() != 0:
        return pwd.getpwuid(os.geteuid())
    known = {one.pw_name: one for one in pwd.getpwall() if one.pw_uid != 0}
    return known.get("postgres") or known.get("nobody")


@frozen
class Server:
    """A server that runs.

    Attributes:
        folder: of its socket.
    """

    folder: Path

    def address(self, database: str) -> str:
        """How to connect to a database of this server."""
        return make_conninfo(
            host=str(self.folder), port=5432, user="postgres", dbname=database, connect_timeout=30
        )

    def create(self, database: str) -> str:
        """An empty database of that name; its address."""
        with psycopg.connect(self.address("postgres"), autocommit=True) as db:
            db.execute(SQL("CREATE DATABASE {}").format(Identifier(database)))
        return self.address(database)


def _missing(text: str) -> None:
    if os.environ.get(_VARIABLE) == "1":
        pytest.fail(text)
    pytest.skip(text)


def _run(command: Sequence[str], folder: Path, owner: pwd.struct_passwd) -> None:
    log = folder / "log"
    environment: Mapping[str, str] = {
        name: value for name, value in os.environ.items() if not name.startswith("PG")
    }
    other = owner.pw_uid != os.geteuid()
    with log.open("a") as out:
        ended = subprocess.run(
            command,
            cwd=folder,
            env={**environment, "HOME": str(folder), "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            user=owner.pw_uid if other else None,
            group=owner.pw_gid if other else None,
            extra_groups=() if other else None,
            check=False,
        )
    if ended.returncode != 0:
        said = log.read_text("utf-8", errors="replace")[-2000:]
        raise RuntimeError(f"{Path(command[0]).name} ended with {ended.returncode}: {said}")


@contextmanager
def running() -> Iterator[Server]:
    """A server in a folder of its own, on a Unix socket only; it is gone afterwards.

    It does not wait for the disk (`fsync=off`). That proves nothing less here: clients are killed,
    the server and the machine are not. Where PostgreSQL is missing the calling test is skipped; it
    fails instead with CROSSBORDER_REQUIRE_POSTGRES=1.
    """
    programs, owner = newest(), account()
    if programs is None:
        _missing("no PostgreSQL server here: initdb and pg_ctl were not found")
    if owner is None:
        _missing("no account to run PostgreSQL as: it does not run as root")
    assert programs is not None
    assert owner is not None
    folder = Path(mkdtemp(prefix="pg-", dir="/tmp"))  # a socket's path must be short
    try:
        os.chown(folder, owner.pw_uid, owner.pw_gid)
        data, pg_ctl = str(folder / "data"), str(programs / "pg_ctl")
        initdb = [str(programs / "initdb"), "-D", data, "-U", "postgres", "-A", "trust"]
        _run([*initdb, "-E", "UTF8", "--no-locale", "--no-sync"], folder, owner)
        settings = "-c listen_addresses='' -c fsync=off -c shared_buffers=16MB"
        options = f"-k {shlex.quote(str(folder))} -p 5432 {settings}"
        try:
            _run([pg_ctl, "-D", data, "-w", "-t", "60", "-o", options, "start"], folder, owner)
            yield Server(folder)
        finally:
            if (folder / "data" / "postmaster.pid").exists():
                _run([pg_ctl, "-D", data, "-w", "-m", "immediate", "stop"], folder, owner)
    finally:
        shutil.rmtree(folder)
