"""A copy of the ledger while everything runs, by PostgreSQL's own pg_dump: it knows best what belongs to its tables."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from psycopg import conninfo

from adapters.disk import make_folder
from router.errors import LedgerError, LedgerRefused

NAME = "ledger.dump"


def backup(url: str, schema: str, folder: Path) -> Path:
    """The file: `pg_restore --dbname=… FILE` brings it into a database without this schema. Raises LedgerRefused where
    there is no pg_dump, LedgerError with what it said."""
    program = shutil.which("pg_dump")
    if program is None:
        raise LedgerRefused("pg_dump is not installed here (Debian: apt-get install postgresql-client): install it")
    parts = {name: str(value) for name, value in conninfo.conninfo_to_dict(url).items()}
    password = parts.pop("password", None)  # in the command it would be seen by everybody on this machine
    make_folder(folder)
    path = folder / NAME
    command = [program, "--format=custom", f"--schema={schema}", f"--file={path}",
               f"--dbname={conninfo.make_conninfo('', **parts)}"]  # fmt: skip
    environment = {**os.environ, **({"PGPASSWORD": password} if password else {})}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    if done.returncode:
        said = " ".join(done.stderr.split()) or f"it ended with {done.returncode}"
        raise LedgerError(f"pg_dump made no backup: {said}")
    return path
