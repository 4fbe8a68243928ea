"""Who is let in to the ledger on PostgreSQL, and what is said where nobody is: by commands, on a real server."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.ledger.postgresql import fitness
from tests.adapters.commands.living import make_project
from tests.integration.servers.postgresql import PASSWORD, PostgreSQL
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


@pytest.fixture
def stranger(postgresql_server: PostgreSQL, unique: str) -> Iterator[str]:
    """A user who may log in, and nothing else. Asked for before the database, it goes after it."""
    name = f"stranger_{unique}"
    postgresql_server.sql(f"CREATE ROLE {name} LOGIN PASSWORD '{SECRET}'")
    yield name
    postgresql_server.sql(f"DROP ROLE {name}")


def as_user(name: str, database: str) -> str:
    return f"postgresql://{name}:{SECRET}@{database.rpartition('@')[2]}"


def examined(project: Path, url: str) -> dict[str, str]:
    """What `doctor` says of the ledger."""
    rows = json.loads(say(project, "doctor", "-o", "json", url=url).stdout)
    found: dict[str, str] = next(row for row in rows if row["id"] == "ledger")
    return found


def test_who_may_not_make_the_schema_is_told_by_doctor_too(stranger: str, project: Path, database: str) -> None:
    url = as_user(stranger, database)
    found = examined(project, url)
    assert (found["verdict"], found["advice"]) == ("bad", "make the user owner of the database, or GRANT CREATE on it")
    done = say(project, "run", "inbound", url=url)
    assert (done.returncode, "GRANT CREATE on it" in done.stderr) == (5, True), done.stderr


def test_a_role_that_may_only_read_does_not_start(
    stranger: str, project: Path, database: str, postgresql_server: PostgreSQL
) -> None:
    """It had said that it is ready, and had taken nothing."""
    url, name = as_user(stranger, database), database.rpartition("/")[2]
    assert say(project, "send", "copies", "routes.yaml", url=database).returncode == 0
    for grant in ("USAGE ON SCHEMA crossdock", "SELECT ON ALL TABLES IN SCHEMA crossdock"):
        postgresql_server.sql(f"GRANT {grant} TO {stranger}", name)
    assert say(project, "status", url=url).returncode == 0, "reading needs no more"
    for role in ("worker", "inbound"):
        done = say(project, "run", role, url=url)
        assert (done.returncode, "GRANT ALL ON SCHEMA crossdock, ON ALL TABLES" in done.stderr) == (5, True), done.stderr
        assert "ready" not in done.stderr
        assert "GRANT CREATE" not in done.stderr
    found = examined(project, url)
    assert (found["verdict"], "may not write array_out" in found["found"]) == ("bad", True), found


def test_who_may_write_but_does_not_own_is_told_what_inbound_needs(
    stranger: str, project: Path, database: str, postgresql_server: PostgreSQL
) -> None:
    name, of = database.rpartition("/")[2], "IN SCHEMA crossdock"
    assert say(project, "ledger", "migrate", "--yes", url=database).returncode == 0
    for what in ("SCHEMA crossdock", f"ALL TABLES {of}", f"ALL SEQUENCES {of}"):
        postgresql_server.sql(f"GRANT ALL ON {what} TO {stranger}", name)
    found = examined(project, as_user(stranger, database))
    assert found["verdict"] == "fair"
    assert "inbound cannot make the days that come" in found["found"]
    assert "does not own" not in examined(project, database)["found"]


@pytest.mark.parametrize(
    ("ahead", "warned", "wrong"),
    [(0, "", ""), (-30, "s behind PostgreSQL's", ""), (30, "s ahead of", ""), (-300, "", "s behind"), (300, "", "s ahead of")],
)
def test_doctor_compares_the_clocks(
    postgresql_server: PostgreSQL, monkeypatch: pytest.MonkeyPatch, ahead: int, warned: str, wrong: str
) -> None:
    monkeypatch.setattr(fitness, "host_clock", lambda: time.time() + ahead)
    _, warnings, faults = fitness.looked_at(postgresql_server.url)
    of_clocks = [text for text in warnings if "clock" in text]
    assert (bool(of_clocks), bool(faults)) == (bool(warned), bool(wrong))
    assert warned in "".join(of_clocks)
    assert wrong in "".join(faults)
