"""The sql target and real files of SQLite: values, wrong rows, and files that cannot be used."""

from __future__ import annotations

import os
import resource
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import apsw
import pytest

from adapters.outbound.sql.sqlite.values import affinity
from tests.adapters.outbound.sql.rows import LINES, Database, line, open_target, parcel, parcels, send_once

UPSERT = {"table": "lines", "conflict": ["sku"]}
NOBODY = 65534


async def test_a_row_that_is_there_gets_the_new_values_and_the_later_wins(database: Database) -> None:
    await database.send(parcels(UPSERT, [line(1, note="kept"), line(2)]))
    outcomes = await database.send(parcels(UPSERT, [line(1, qty=5), line(3), line(1, qty=7), {"SKU": "S-2", "Price": 3}]))
    assert [o.error for o in outcomes] == [None] * 4
    assert database.run("SELECT sku, qty, price, note FROM lines ORDER BY sku") == [
        ("S-1", 7, 1.5, "kept"), ("S-2", 2, 3, None), ("S-3", 3, 1.5, None)
    ]  # fmt: skip


async def test_a_delivery_id_that_is_there_is_left_alone(database: Database) -> None:
    database.run("CREATE TABLE log (delivery text UNIQUE, n int)")
    into = {"table": "log", "id_column": "delivery"}
    await database.send(parcels(into, [{"n": 1}, {"n": 2}]))
    await database.send(parcels(into, [{"n": 8}, {"n": 9}, {"n": 3}]))
    assert database.run("SELECT delivery, n FROM log") == [("m1:dwh", 1), ("m2:dwh", 2), ("m3:dwh", 3)]


async def test_a_statement_gets_its_parameters(database: Database) -> None:
    text = """INSERT INTO lines (sku, qty, price, note) VALUES (:sku, :qty, :qty * 2, ':no ' || :delivery_id)
              ON CONFLICT (sku) DO UPDATE SET qty = qty + :qty"""
    into = {"statement": text, "params": {"sku": "body.sku", "qty": "body.qty"}}
    outcomes = await database.send(parcels(into, [line(1), line(2), line(1, qty=5)]))
    assert [o.error for o in outcomes] == [None] * 3
    assert database.run("SELECT * FROM lines") == [("S-1", 6, 2, ":no m1:dwh"), ("S-2", 2, 4, ":no m2:dwh")]


LONG = Decimal("12345678901234567.89")
VALUES: list[tuple[str, Any, Any]] = [
    ("text", "O'Brien :a ? ü😀\0x", "O'Brien :a ? ü😀\0x"),
    ("text", 10**30, str(10**30)),
    ("text", Decimal("39.80"), "39.80"),
    ("text", LONG, str(LONG)),
    ("", Decimal("39.80"), "39.80"),
    ("blob", b"\x00\xff", b"\x00\xff"),
    ("decimal(8,2)", Decimal("39.80"), 39.8),
    ("numeric", Decimal("5.00"), 5),
    ("numeric", Decimal("12345678901234567"), 12345678901234567),
    ("integer", 2**63 - 1, 2**63 - 1),
    ("integer", -(2**63), -(2**63)),
    ("real", Decimal("0.1"), 0.1),
    ("boolean", True, 1),
    ("date", date(2026, 11, 25), "2026-11-25"),
    ("datetime", datetime(2026, 11, 25, 10, tzinfo=UTC), "2026-11-25T10:00:00Z"),
    ("text", {"a": [Decimal("2.50"), None]}, '{"a":[2.50,null]}'),
    ("integer", None, None),
]


async def written(database: Database, type_: str, value: Any, strict: bool = False) -> tuple[str | None, Any]:
    """How it ended, and what is there."""
    database.run(f"CREATE TABLE value (id text PRIMARY KEY, value {type_}) {'STRICT' if strict else ''}")
    made = parcel(1, {"table": "value", "id_column": "id", "columns": {"value": "body.x"}}, {"x": 0})
    made.address.rows[0]["value"] = value
    (outcome,) = await database.send([made])
    found = database.run("SELECT value FROM value")
    return (outcome.reason or None), found[0][0] if found else None


@pytest.mark.parametrize(("type_", "value", "there"), VALUES)
async def test_a_value_arrives_exactly(database: Database, type_: str, value: Any, there: Any) -> None:
    reason, found = await written(database, type_, value)
    assert (reason, found, type(found)) == (None, there, type(there))


@pytest.mark.parametrize(
    ("type_", "value", "words"),
    [
        ("integer", 2**63, "value: 9223372036854775808 is over 64 bit"),
        ("", -(2**63) - 1, "over 64 bit"),
        ("numeric", LONG, "value: 12345678901234567.89 has more digits than a column NUMERIC keeps; declare it TEXT"),
        ("real", Decimal("12345678901234567"), "more digits"),
        ("real", 2**60 + 1, "more digits"),
        ("text", Decimal("1E+2000"), "over 1000 digits"),
        ("text", "a\ud800", "lone surrogate"),
        ("real", float("nan"), "not a number"),
    ],
)
async def test_what_would_lose_digits_is_refused(database: Database, type_: str, value: Any, words: str) -> None:
    reason, found = await written(database, type_.upper(), value)
    assert reason is not None
    assert words in reason
    assert found is None


@pytest.mark.parametrize(
    ("value", "there"),
    [
        (Decimal("2.50"), ["2.50", 2.5]), (Decimal("12345678901234567"), ["12345678901234567", 12345678901234567]),
        (LONG, None), (Decimal("1E+400"), None),
    ],
)  # fmt: skip
async def test_a_statement_writes_a_decimal_exactly_or_not_at_all(database: Database, value: Decimal, there: Any) -> None:
    database.run("CREATE TABLE value (t text, n numeric)")
    made = parcel(1, {"statement": "INSERT INTO value VALUES (:x, :x)", "params": {"x": "body.x"}}, {"x": 0})
    made.address.rows[0]["x"] = value
    (outcome,) = await database.send([made])
    assert (outcome.error, "x: " in outcome.reason, "| text" in outcome.reason) == (
        (None, False, False) if there else ("refused", True, True)
    )
    assert database.run("SELECT t, n FROM value") == ([tuple(there)] if there else [])


async def test_a_strict_table_refuses_a_wrong_type(database: Database) -> None:
    reason, _ = await written(database, "INTEGER", "many", strict=True)
    assert "cannot store TEXT value in INTEGER column value.value [SQLITE_CONSTRAINT_DATATYPE]" in str(reason)


def test_affinities_are_those_of_sqlite() -> None:
    names = ["INT", "bigint", "varchar(8)", "CLOB", "", "BLOB", "double precision", "FLOATING POINT", "DECIMAL(1,2)", "DATE"]
    assert [affinity(name) for name in names] == [
        "INTEGER", "INTEGER", "TEXT", "TEXT", "BLOB", "BLOB", "REAL", "INTEGER", "NUMERIC", "NUMERIC",
    ]  # fmt: skip


WRONG: list[tuple[dict[str, Any], tuple[str, ...]]] = [
    (line(0, qty=-1), ("qty >= 0", "SQLITE_CONSTRAINT_CHECK")),
    ({"sku": "S-0"}, ("lines.price", "SQLITE_CONSTRAINT_NOTNULL")),
    (line(0, note="taken"), ("lines.note", "SQLITE_CONSTRAINT_UNIQUE")),
    (line(0, qty=2**63), ("qty:", "64 bit")),
    (line(0, colour="red"), ("no column 'colour' in lines", "sku, qty, price, note")),
    (line(0, store="no"), ("FOREIGN KEY", "SQLITE_CONSTRAINT_FOREIGNKEY")),
    (line(0, later="no"), ("FOREIGN KEY", "SQLITE_CONSTRAINT_FOREIGNKEY")),
]


@pytest.mark.parametrize(("body", "words"), WRONG, ids=[words[0] for _, words in WRONG])
async def test_one_wrong_row_of_500_does_not_hold_up_the_others(
    database: Database, body: dict[str, Any], words: tuple[str, ...]
) -> None:
    database.run("CREATE TABLE store (id text PRIMARY KEY); INSERT INTO lines VALUES ('T', 1, 1, 'taken')")
    database.run("ALTER TABLE lines ADD store text REFERENCES store")
    database.run("ALTER TABLE lines ADD later text REFERENCES store DEFERRABLE INITIALLY DEFERRED")
    bodies = [line(n) for n in range(1, 501)]
    bodies[333] = body
    outcomes = await database.send(parcels(UPSERT, bodies))
    assert {n for n, o in enumerate(outcomes) if not o.ok} == {333}
    assert outcomes[333].error == "refused"
    assert all(word in outcomes[333].reason for word in words), outcomes[333].reason
    assert database.run("SELECT count(*) FROM lines") == [(500,)]


async def test_what_the_owner_of_the_file_can_put_right_is_io(database: Database) -> None:
    database.run("CREATE TABLE bare (sku text)")
    for send, word in (
        ({"table": "nowhere", "conflict": ["sku"]}, "there is no table nowhere"),
        ({"table": "bare", "conflict": ["sku"]}, "a unique index on the columns"),
        ({"statement": "DELETE FROM nowhere"}, "no such table: nowhere"),
    ):
        (outcome,) = await database.send(parcels(send, [{"sku": "a"}]))
        assert (outcome.error, outcome.answered, word in outcome.reason) == ("io", True, True), outcome.reason
    (outcome,) = await database.send(parcels({"statement": "DELETE FROMM lines"}, [{}]))
    assert (outcome.error, "syntax error" in outcome.reason) == ("refused", True)
    (outcome,) = await database.send(parcels({"statement": 'INSERT INTO lines (sku, price) VALUES ("x", 1)'}, [{}]))
    assert (outcome.error, "no such column" in outcome.reason) == ("refused", True)


async def test_a_lock_of_another_is_waited_for_no_longer_than_the_timeout(database: Database) -> None:
    target = open_target(database.url, database.folder, 0.3)
    assert (await target.send(parcels(UPSERT, [line(1)])))[0].ok
    with closing(apsw.Connection(str(database.path))) as other:
        other.execute("BEGIN IMMEDIATE")
        begun = time.monotonic()
        (outcome,) = await target.send(parcels(UPSERT, [line(2)]))
        assert (outcome.error, 0.2 < time.monotonic() - begun < 4) == ("timeout", True)
        assert "lock" in outcome.reason
        threading.Timer(0.1, other.execute, ("COMMIT",)).start()
        outcomes = await open_and_send(database, 5)
        assert outcomes == [None]
    await target.close()


async def open_and_send(database: Database, timeout: float) -> list[str | None]:
    return [o.error for o in await database.send(parcels(UPSERT, [line(2)]), timeout)]


async def test_a_statement_that_takes_too_long_is_ended(database: Database) -> None:
    text = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT max(x) FROM n WHERE x < 0"
    begun = time.monotonic()
    (outcome,) = await database.send(parcels({"statement": text}, [{}]), 0.2)
    assert (outcome.error, time.monotonic() - begun < 5) == ("timeout", True)
    assert await open_and_send(database, 5) == [None]


async def test_a_file_that_was_replaced_is_opened_again(database: Database) -> None:
    target = open_target(database.url, database.folder)
    assert (await target.send(parcels(UPSERT, [line(1)])))[0].ok
    database.path.rename(database.folder / "yesterday.db")
    (gone,) = await target.send(parcels(UPSERT, [line(2)]))
    assert (gone.error, "there is no file" in gone.reason) == ("connect", True)
    today = Database(database.folder, LINES.format("lines"))
    assert (await target.send(parcels(UPSERT, [line(2)])))[0].ok
    assert today.run("SELECT sku FROM lines") == [("S-2",)]
    await target.close()
    today.connection.close()


async def test_what_is_no_database_is_connect(tmp_path: Path) -> None:
    (tmp_path / "text.db").write_text("no database " * 100)
    (tmp_path / "folder.db").mkdir()
    os.mkfifo(tmp_path / "pipe.db")
    for name in ("text.db", "folder.db", "pipe.db", "missing/x.db", "missing.db"):
        (outcome,) = await send_once(f"sqlite:///{name}", tmp_path, parcels(UPSERT, [line(1)]))
        assert (outcome.error, name in outcome.reason) == ("connect", True), outcome.reason
    assert not (tmp_path / "missing.db").exists()


@contextmanager
def unprivileged() -> Iterator[Path]:
    """A folder of somebody who is not root, and this process in their place: root may write everywhere."""
    folder = Path(tempfile.mkdtemp(prefix="crossdock-sqlite-"))
    root = os.geteuid() == 0
    if root:
        os.chown(folder, NOBODY, NOBODY)
        os.seteuid(NOBODY)
    try:
        yield folder
    finally:
        if root:
            os.seteuid(0)
        folder.chmod(0o700)
        shutil.rmtree(folder)


async def test_a_folder_or_a_file_without_the_right_to_write_is_io_and_works_when_it_is_given() -> None:
    with unprivileged() as folder:
        database = Database(folder, LINES.format("lines"))
        for path, mode, before in ((folder, 0o500, 0o700), (database.path, 0o400, 0o600)):
            path.chmod(mode)
            (outcome,) = await database.send(parcels(UPSERT, [line(1)]))
            assert (outcome.error, outcome.answered) == ("io", False), outcome.reason
            assert "SQLITE_READONLY" in outcome.reason or "SQLITE_CANTOPEN" in outcome.reason
            path.chmod(before)
            assert (await database.send(parcels(UPSERT, [line(1)])))[0].ok
        database.connection.close()


async def test_a_full_disk_is_io_and_nothing_of_the_batch_is_there(database: Database) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (database.path.stat().st_size + 8192, before[1]))
    try:
        outcomes = await database.send(parcels(UPSERT, [line(n, note="x" * 500 + str(n)) for n in range(400)]))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert {(o.error, o.answered) for o in outcomes} == {("io", False)}
    assert "SQLITE_FULL" in outcomes[0].reason or "SQLITE_IOERR" in outcomes[0].reason
    assert database.run("SELECT count(*) FROM lines") == [(0,)]
    assert {o.error for o in await database.send(parcels(UPSERT, [line(n) for n in range(400)]))} == {None}


async def test_text_of_a_message_is_never_sql(database: Database) -> None:
    evil = 'x"); DROP TABLE lines; --'
    good, bad = await database.send(parcels(UPSERT, [line(1, note="'); DELETE FROM lines; --"), {**line(2), evil: 1}]))
    assert good.ok
    assert (bad.error, "no column" in bad.reason) == ("refused", True)
    assert database.run("SELECT count(*) FROM lines") == [(1,)]
