"""Who is let in to the ledger on PostgreSQL, and what is said where nobody is: by commands, on a real server."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.adapters.commands.living import make_project
from tests.integration.servers.postgresql import PASSWORD
from tests.integration.servers.process import free_port
from tests.integration.test_ledger_moving import database, say

__all__ = ["database"]
SECRET = "hunter2"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return make_project(tmp_path)


@pytest.mark.parametrize(
    "address",
    [
        f"postgresql://u:{SECRET}@127.0.0.1:abc/x", f"postgresql://u:{SECRET}@localhost:abc/x",
        f"postgresql://u:{SECRET}@127.0.0.1:70000/x", f"postgresql://u:%zz{SECRET}@127.0.0.1/x",
        f"postgresql://u:{SECRET}@127.0.0.1/x?sslmode=maybe", f"postgresql://u:{SECRET}@127.0.0.1/x?colour=red",
        f"postgresql://u:x/{SECRET}@127.0.0.1/x",
    ],
)  # fmt: skip
def test_an_address_that_cannot_be_read_is_bad_configuration(project: Path, address: str) -> None:
    done = say(project, "status", url=address)
    assert (done.returncode, "write postgresql://USER:PASSWORD@HOST:PORT/DATABASE" in done.stderr) == (2, True), done.stderr
    assert SECRET not in done.stderr


def test_a_backup_says_whether_the_server_is_away_or_refuses(project: Path, database: str) -> None:
    server, _, rest = database.rpartition("@")
    misnamed = say(project, "ledger", "backup", "--ledger", f"{server}@127.0.0.1:abc/x")
    assert (misnamed.returncode, "cannot be read" in misnamed.stderr) == (2, True), misnamed.stderr
    away = say(project, "ledger", "backup", url=f"{server}@127.0.0.1:{free_port()}/x")
    assert (away.returncode, "PostgreSQL cannot be reached" in away.stderr) == (6, True), away.stderr
    closed = say(project, "ledger", "backup", url=f"postgresql://crossdock:{SECRET}@{rest}")
    assert (closed.returncode, "it refuses the password" in closed.stderr) == (5, True), closed.stderr
    assert not (project / "var/backup").exists()
    assert PASSWORD not in away.stderr + closed.stderr
