"""Rows of a day file in tables of a database, through `crossdock up`: each once, whatever is killed or sent again."""

from __future__ import annotations

import asyncio
from contextlib import closing
from pathlib import Path
from typing import Any

import apsw
import pytest

from tests.faults.shop import ROWS, Shop, until
from tests.longer import only_long

ROUTES = """
version: 1
connections:
  inbox: {{type: folder, path: in}}
  dwh: {{type: sql, url: "sqlite:///shop.db", timeout: 10s, breaker: {{open_after: 2000}}}}
defaults: {{retry: {{first: 200ms, factor: 1, for: 5m}}}}
routes:
  sales:
    from: {{folder: inbox, files: "*.csv", ready: at_once}}
    format: {{csv: {{delimiter: ";", columns: {{n: int}}}}}}
    steps:
      - split: records
      - map: {{fields: {{n: body.n, file: file.stem, text: body.text}}}}
    to:
      - {{id: lines, send: {{sql: dwh, table: sales_line, conflict: [file, n]}}}}
      - {{id: log, send: {{sql: dwh, table: log, id_column: delivery, columns: {{n: body.n, price: "body.n / 4"}}}}}}
      - {{id: packed, collect: {{records: 500, within: 1s}}, send: {{sql: dwh, table: packed, id_column: delivery}}}}
      - id: ten
        when: body.n < 10
        send:
          sql: dwh
          statement: INSERT INTO ten (id, n) VALUES (:delivery_id, :n) ON CONFLICT (id) DO NOTHING
          params: {{n: body.n}}
"""
TABLES = """
CREATE TABLE sales_line (file TEXT, n INTEGER CHECK (n <> 77), text TEXT, PRIMARY KEY (file, n));
CREATE TABLE log (delivery TEXT PRIMARY KEY, n INTEGER, price TEXT);
CREATE TABLE packed (delivery TEXT UNIQUE, file TEXT, n INTEGER, text TEXT);
CREATE TABLE ten (id TEXT PRIMARY KEY, n INTEGER)
"""


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    made = Shop(tmp_path / "shop", 0, ROUTES)
    with closing(apsw.Connection(str(made.folder / "shop.db"))) as connection:
        list(connection.execute("PRAGMA journal_mode = WAL;" + TABLES))
    return made


def ask(shop: Shop, sql: str) -> list[Any]:
    with closing(apsw.Connection(str(shop.folder / "shop.db"))) as connection:
        connection.set_busy_timeout(5000)
        return list(connection.execute(sql))


def counts(shop: Shop) -> list[int]:
    return [ask(shop, f"SELECT count(*) FROM {table}")[0][0] for table in ("sales_line", "log", "packed", "ten")]


def drop(shop: Shop, name: str, rows: int) -> None:
    temp = shop.folder / f".{name}"
    temp.write_text("n;text\n" + "".join(f"{n};{name} {n}\n" for n in range(rows)))
    temp.rename(shop.folder / "in" / name)


async def test_rows_arrive_and_a_wrong_one_waits_to_be_put_right(shop: Shop) -> None:
    async with shop:
        drop(shop, "a.csv", 1000)
        await until(lambda: counts(shop) == [999, 1000, 1000, 10], 60)
        await shop.settle()
        assert ask(shop, "SELECT n, price, typeof(price) FROM log WHERE n IN (1, 8) ORDER BY n") == [
            (1, "0.25", "text"), (8, "2", "text")
        ]  # fmt: skip
        (letter,) = await shop.figures("dlq", "list")
        assert (letter["target"], letter["record"], letter["stage"], letter["error"]) == ("sales.lines", 78, "send", "refused")
        assert "n <> 77" in letter["reason"]
        shop.run("dlq", "edit", letter["id"], "--set", "body.n=1077", "--yes")
        done = shop.run("dlq", "requeue", letter["id"], "--yes", "--wait")
        assert done.returncode == 0, done.stderr
        assert ask(shop, "SELECT text FROM sales_line WHERE n = 1077") == [("a.csv 77",)]
        assert counts(shop) == [1000, 1000, 1000, 10]
        drop(shop, "a.csv", 1001)
        await until(lambda: counts(shop) == [1001, 2001, 2001, 20], 60)


@only_long
async def test_each_row_is_there_once_whatever_is_killed(shop: Shop) -> None:
    async with shop:
        shop.drop("day.csv")
        for table, child in ((0, "child0"), (2, "child1")):
            await until(lambda t=table: counts(shop)[t] >= 1000, 60)
            shop.kill(child)
        await until(lambda: counts(shop) == [ROWS - 1, ROWS, ROWS, 10], 120)
        await shop.settle()
        assert ask(shop, "SELECT count(DISTINCT n) FROM log") == [(ROWS,)]
        assert ask(shop, "SELECT count(DISTINCT n) FROM packed") == [(ROWS,)]
        assert len(await shop.figures("dlq", "list")) == 1


async def test_rows_wait_for_a_database_that_is_not_there(shop: Shop) -> None:
    away = shop.folder / "away.db"
    ask(shop, "PRAGMA wal_checkpoint(TRUNCATE)")
    (shop.folder / "shop.db").rename(away)
    async with shop:
        drop(shop, "a.csv", 70)
        while True:
            found = await shop.figures("targets", "list")
            if all(one["retry"] == 70 for one in found if one["id"] == "sales.log"):
                break
            await asyncio.sleep(0.1)
        assert await shop.figures("dlq", "list") == []
        away.rename(shop.folder / "shop.db")
        await until(lambda: counts(shop) == [70, 70, 70, 10], 60)
        await shop.settle()
