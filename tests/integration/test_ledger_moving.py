"""A shop that outgrew its machine moves to PostgreSQL, and a shop there is backed up: by the commands, on a real server."""

from __future__ import annotations

import json
import os
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters import host
from adapters.ledger.memory import FakeClock
from adapters.ledger.postgresql import copying
from adapters.ledger.postgresql.ledger import PostgresqlLedger
from adapters.ledger.postgresql.schema import MIGRATIONS
from adapters.ledger.sqlite.ledger import SqliteLedger
from adapters.node import holding
from router.errors import LedgerError
from tests.adapters.commands.living import make_project
from tests.adapters.ledger.sql.stock import Stock
from tests.adapters.ledger.sql.test_prune import KEEP
from tests.integration.servers.postgresql import PostgreSQL, find

LARGE = bytes(range(256)) * 4096


@pytest.fixture
def database(postgresql_server: PostgreSQL, unique: str) -> Iterator[str]:
    """The address of an empty one."""
    postgresql_server.sql(f"CREATE DATABASE {unique}")
    yield f"{postgresql_server.url.rpartition('/')[0]}/{unique}"
    postgresql_server.sql(f"DROP DATABASE {unique} WITH (FORCE)")


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A project whose ledger holds something of each kind: delivered, dead, tried again, open, of a file, large."""
    project = make_project(tmp_path)
    (project / "var").mkdir()
    stock = filled(project / "var")
    stock.ledger.close()
    return project


def filled(var: Path) -> Stock:
    stock = Stock(var)
    for n in range(30):
        stock.put("orders.erp", body=b'{"n": "a\\u0000b"}', keys=(("order", f"{n}\0"),))
    stock.deliver("orders.erp", stock.put("orders.erp"))
    stock.fail("orders.erp", stock.put("orders.erp"))
    stock.fail("orders.erp", stock.put("orders.erp"), "retry", next_at=stock.clock.now() + 60_000)
    stock.split(8, "sales.lake")
    blob = stock.ledger.blob("large")
    blob.write(LARGE)
    size, digest = blob.finish()
    name = stock.ledger.blobs.name(blob.path)
    blob.close()
    seq = stock.put("orders.erp")
    with stock.ledger.db.write() as run:
        run("UPDATE message SET blob=?, size=?, sha256=?, body=NULL, id='large' WHERE seq=?", (name, size, digest, seq))
    return stock


def say(project: Path, *words: str, url: str | None = None) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("CROSSDOCK_")}
    if url is not None:
        environment["CROSSDOCK_LEDGER_URL"] = url
    return subprocess.run(
        host.command(*words), cwd=project, env=environment, capture_output=True, text=True, check=False, timeout=60
    )


def test_everything_comes_over_and_goes_on_there(shop: Path, database: str, tmp_path: Path) -> None:
    before = json.loads(say(shop, "status", "-o", "json").stdout)
    done = say(shop, "ledger", "copy", "--from", "sqlite:var/ledger.db", "--to", database, "--yes", "-o", "json")
    assert done.returncode == 0, done.stderr
    rows = {row["table"]: row["rows"] for row in json.loads(done.stdout)}
    assert (rows["message"], rows["parked"], rows["body"], rows["chunk"]) == (35, 2, 1, 3)
    assert json.loads(say(shop, "status", "-o", "json", url=database).stdout) == before
    proof = say(shop, "ledger", "verify", url=database)
    assert proof.returncode == 0, proof.stderr

    there = PostgresqlLedger(database, tmp_path / "elsewhere", FakeClock())
    stock = Stock(tmp_path, lambda clock: there)
    (seq,) = there.db.read("SELECT seq FROM message WHERE id='large'")[0]
    assert there.blobs.path("2026-01-01/large").read_bytes() == LARGE
    assert stock.put("orders.erp") > seq
    there.db.clock.advance(120)  # type: ignore[attr-defined]
    claim = stock.claim("orders.erp")
    assert there.open_work(claim, 1) or there.due()
    while there.prune_step(KEEP).total:
        pass
    there.close()


def test_the_ledger_that_was_left_is_not_worked_on_any_more(shop: Path, database: str) -> None:
    assert say(shop, "ledger", "copy", "--to", database, "--yes").returncode == 0
    refused = say(shop, "up")
    assert refused.returncode == 5
    assert f"the ledger was copied to postgresql://127.0.0.1:{database.rpartition(':')[2].split('/')[0]}/" in refused.stderr
    assert "s3cret" not in refused.stderr
    assert say(shop, "ledger", "verify").returncode == 0, "it can be looked at"


def test_what_must_not_be_copied_is_refused(shop: Path, database: str) -> None:
    for words, code, reason in (
        (("--to", "mysql://h/d", "--yes"), 2, "is no ledger"),
        (("--yes",), 2, "or set CROSSDOCK_LEDGER_URL"),
        (("--from", "postgresql://h/d", "--to", database, "--yes"), 2, "only a SQLite ledger can be copied"),
        (("--from", "sqlite:none.db", "--to", database, "--yes"), 3, "there is no ledger at"),
        (("--to", database), 5, "--yes"),
    ):
        done = say(shop, "ledger", "copy", *words)
        assert (done.returncode, reason in done.stderr) == (code, True), done.stderr
    with holding(shop / "var", "worker"):
        done = say(shop, "ledger", "copy", "--to", database, "--yes")
    assert (done.returncode, "worker runs on" in done.stderr) == (5, True), done.stderr
    assert say(shop, "ledger", "copy", "--to", database, "--yes").returncode == 0
    again = say(shop, "ledger", "copy", "--to", database, "--yes")
    assert (again.returncode, "has messages already" in again.stderr) == (5, True)


def test_a_copy_that_differs_is_none(shop: Path, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One byte of one body on its way."""
    there = PostgresqlLedger(database, tmp_path / "elsewhere")
    load = there.db.load

    def bent(table: str, columns: str, rows: list[tuple[object, ...]]) -> None:
        if table == "message":
            rows = [tuple(b"{!" if value == b"{}" else value for value in row) for row in rows]
        load(table, columns, rows)

    monkeypatch.setattr(there.db, "load", bent)
    with pytest.raises(LedgerError, match="the copy of message differs"):
        copying.copy(shop / "var/ledger.db", shop / "var/blobs", there, lambda n: None)
    assert there.db.read("SELECT (SELECT count(*) FROM batch), (SELECT count(*) FROM message)") == [(0, 0)]
    there.close()


def test_a_backup_of_a_server_while_it_takes_messages(
    shop: Path, database: str, tmp_path: Path, postgresql_server: PostgreSQL
) -> None:
    server = postgresql_server
    assert say(shop, "ledger", "copy", "--to", database, "--yes").returncode == 0
    there = PostgresqlLedger(database, tmp_path / "elsewhere")
    stock, stop = Stock(tmp_path, lambda clock: there), threading.Event()

    def take() -> None:
        while not stop.is_set():
            stock.put("orders.erp")

    taking = threading.Thread(target=take)
    taking.start()
    try:
        done = say(shop, "ledger", "backup", "--to", "kept", "-o", "json", url=database)
    finally:
        stop.set()
        taking.join()
    assert done.returncode == 0, done.stderr
    file = json.loads(done.stdout)["file"]
    there.close()
    server.sql("DROP SCHEMA crossdock CASCADE", database.rpartition("/")[2])
    restored = [find("pg_restore"), f"--dbname={database}", file]
    assert subprocess.run(restored, check=False, capture_output=True, text=True).returncode == 0
    proof = say(shop, "ledger", "verify", url=database)
    assert (proof.returncode, "everything adds up" in proof.stderr) == (0, True), proof.stderr
    again = say(shop, "ledger", "backup", "--to", "kept", url=database)
    assert (again.returncode, "is not empty" in again.stderr) == (5, True)


def test_a_schema_is_brought_up_to_date_by_its_command_alone(
    shop: Path, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = say(shop, "ledger", "migrate", "-o", "json", url=database)
    assert json.loads(first.stdout) == {"id": "migrate", "before": 0, "now": len(MIGRATIONS)}
    assert say(shop, "ledger", "migrate", url=database).stderr == f"schema {len(MIGRATIONS)}, as before\n"
    there = PostgresqlLedger(database, tmp_path / "elsewhere")
    with there.db.write() as run:
        run("INSERT INTO schema_version VALUES (?)", (len(MIGRATIONS) + 1,))
    there.close()
    newer = say(shop, "ledger", "migrate", url=database)
    assert (newer.returncode, "install the newer one" in newer.stderr) == (5, True), newer.stderr


def test_sqlite_is_backed_up_while_it_takes_messages(tmp_path: Path) -> None:
    project = make_project(tmp_path)
    (project / "var").mkdir()
    stock, stop = filled(project / "var"), threading.Event()

    def take() -> None:
        while not stop.is_set():
            stock.put("orders.erp")

    taking = threading.Thread(target=take)
    taking.start()
    try:
        done = say(project, "ledger", "backup", "--to", "kept", "-o", "json")
    finally:
        stop.set()
        taking.join()
    stock.ledger.close()
    assert (done.returncode, json.loads(done.stdout)["blobs"]) == (0, 1), done.stderr
    proof = say(project, "ledger", "verify", "--var", "kept")
    assert (proof.returncode, "everything adds up" in proof.stderr) == (0, True), proof.stderr
    copy = SqliteLedger(project / "kept/ledger.db", project / "kept/blobs")
    (name,) = copy.db.read("SELECT blob FROM message WHERE id='large'")[0]
    assert copy.blobs.path(name).read_bytes() == LARGE
    copy.close()
