"""A copy of the ledger while everything runs, by PostgreSQL's own pg_dump: it knows best what belongs to its tables."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import psycopg
from psycopg import conninfo

from adapters.disk import make_folder
from adapters.ledger.postgresql.errors import unopened
from router.errors import LedgerError, LedgerRefused

NAME = "ledger.dump"


def backup(url: str, schema: str, folder: Path) -> Path:
    """The file: `pg_restore --dbname=… FILE` brings it into a database without this schema. Raises LedgerAway where the
    server cannot be reached, before or amid it, LedgerRefused where it lets nobody in or there is no pg_dump, and LedgerError
    with what that said."""
    program = shutil.which("pg_dump")
    if program is None:
        raise LedgerRefused("pg_dump is not installed here (Debian: apt-get install postgresql-client): install it")
    knock(url)
    parts = {name: str(value) for name, value in conninfo.conninfo_to_dict(url).items()}
    password = parts.pop("password", None)  # in the command it would be seen by everybody on this machine
    make_folder(folder)
    path = folder / NAME
    command = [program, "--format=custom", f"--schema={schema}", f"--file={path}",
               f"--dbname={conninfo.make_conninfo('', **parts)}"]  # fmt: skip
    environment = {**os.environ, **({"PGPASSWORD": password} if password else {})}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    if done.returncode:
        path.unlink(missing_ok=True)
        knock(url)
        said = " ".join(done.stderr.split()) or f"it ended with {done.returncode}"
        raise LedgerError(f"pg_dump made no backup: {said}")
    return path


def knock(url: str) -> None:
    """Our own words for what pg_dump says in many. Any of the hosts will do: a standby can be backed up too."""
    try:
        psycopg.connect(url, connect_timeout=5).close()
    except psycopg.Error as error:
        raise unopened(error) from None
