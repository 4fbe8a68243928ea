"""A day file into PostgreSQL through `crossdock up`, over a crash of the server."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import psycopg

from tests.acceptance.test_sql import drop
from tests.faults.shop import Shop, until
from tests.integration.servers.postgresql import PostgreSQL

LINES = 1_500
ROUTES = """
version: 1
connections:
  inbox: {{{{type: folder, path: in}}}}
  dwh: {{{{type: sql, url: "{url}", timeout: 5s, breaker: {{{{open_after: 5, cool_down: 1s}}}}}}}}
defaults: {{{{retry: {{{{first: 500ms, factor: 1, for: 5m}}}}}}}}
routes:
  sales:
    from: {{{{folder: inbox, files: "*.csv", ready: at_once}}}}
    format: {{{{csv: {{{{delimiter: ";", columns: {{{{n: int}}}}}}}}}}}}
    steps:
      - split: records
      - map: {{{{fields: {{{{n: body.n, text: body.text}}}}}}}}
    to:
      - {{{{id: upsert, send: {{{{sql: dwh, table: {table}_upsert, conflict: [n]}}}}}}}}
      - id: log
        collect: {{{{records: 200, within: 1s}}}}
        send: {{{{sql: dwh, table: {table}_log, id_column: delivery, columns: {{{{n: body.n}}}}}}}}
"""


async def test_each_row_is_there_once_though_the_server_was_killed(
    postgresql: PostgreSQL, unique: str, tmp_path: Path
) -> None:
    postgresql.sql(
        f"CREATE TABLE {unique}_upsert (n int PRIMARY KEY, text text NOT NULL);"
        f"CREATE TABLE {unique}_log (delivery text UNIQUE, n int)", "crossdock",
    )  # fmt: skip

    def counts() -> list[int]:
        with closing(psycopg.connect(postgresql.url, autocommit=True)) as connection:
            sql = f"SELECT (SELECT count(*) FROM {unique}_upsert), (SELECT count(*) FROM {unique}_log)"
            return list(connection.execute(sql).fetchone() or ())

    def waits() -> bool:
        sql = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'crossdock' AND wait_event_type = 'Lock'"
        return postgresql.sql(sql) != "0"

    async with Shop(tmp_path / "shop", 0, ROUTES.format(url=postgresql.url, table=unique)) as shop:
        with closing(psycopg.connect(postgresql.url)) as other:
            other.execute(f"LOCK TABLE {unique}_log IN EXCLUSIVE MODE")
            drop(shop, "day.csv", LINES)
            await until(lambda: counts()[0] > 0 and waits(), 60)
            postgresql.kill()
        postgresql.start()
        await until(lambda: counts() == [LINES, LINES], 90)
        await shop.settle()
        assert postgresql.sql(f"SELECT count(DISTINCT n) FROM {unique}_log", "crossdock") == str(LINES)
        assert await shop.figures("dlq", "list") == []
        assert "Traceback" not in shop.log
