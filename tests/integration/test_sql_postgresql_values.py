"""What becomes of each kind of value in a column of a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.adapters.outbound.sql.rows import parcel, send_once
from tests.integration.servers.postgresql import PostgreSQL


@pytest.fixture
def outside(postgresql: PostgreSQL) -> Iterator[psycopg.Connection[Any]]:
    with closing(psycopg.connect(postgresql.url, autocommit=True)) as connection:
        yield connection


VALUES: list[tuple[str, Any, Any]] = [
    ("text", "O'Brien\\ \"x\" $1 %s :a ü€😀", "O'Brien\\ \"x\" $1 %s :a ü€😀"),
    ("text", 42, "42"),
    ("text", True, "true"),
    ("bigint", 2**63 - 1, 2**63 - 1),
    ("numeric", 10**40 + 1, 10**40 + 1),
    ("numeric", Decimal("0.1234567890123456789012345678901234567890"), Decimal("0.1234567890123456789012345678901234567890")),
    ("numeric", Decimal("1E+3"), 1000),
    ("integer", Decimal("5"), 5),
    ("boolean", False, False),
    ("date", date(2026, 11, 25), date(2026, 11, 25)),
    ("timestamp", datetime(2026, 11, 25, 10, 0, 0, 1), datetime(2026, 11, 25, 10, 0, 0, 1)),
    ("timestamp", datetime(2026, 11, 25, 10, tzinfo=timezone(timedelta(hours=1))), datetime(2026, 11, 25, 9)),
    ("timestamptz", datetime(2026, 11, 25, 10, tzinfo=timezone(timedelta(hours=1))), "2026-11-25T09:00:00+00:00"),
    ("timestamptz", datetime(2026, 11, 25, 10), "2026-11-25T10:00:00+00:00"),
    ("bytea", b"\x00\xff", b"\x00\xff"),
    ("jsonb", {"a": [1, Decimal("2.50"), None]}, {"a": [1, 2.5, None]}),
    ("json", [1, "x"], [1, "x"]),
    ("text", {"a": Decimal("2.50"), "d": date(2026, 1, 2)}, '{"a":2.50,"d":"2026-01-02"}'),
    ("integer", None, None),
]


@pytest.mark.parametrize("named", [True, False], ids=["named", "by body"])
@pytest.mark.parametrize(("type_", "value", "there"), VALUES)
async def test_a_value_arrives_exactly(
    postgresql: PostgreSQL, outside: psycopg.Connection[Any], unique: str, type_: str, value: Any, there: Any, named: bool
) -> None:
    outside.execute(f"SET TimeZone = 'UTC'; CREATE TABLE {unique} (id text PRIMARY KEY, value {type_})")
    if not named and isinstance(value, bytes):
        value = "\\x00ff"
    into = {"table": unique, "id_column": "id", **({"columns": {"value": "body.value"}} if named else {})}
    made = parcel(1, into, {"value": None if named else value})
    if named:
        made.address.rows[0]["value"] = value
    (outcome,) = await send_once(postgresql.url, Path("/nowhere"), [made])
    assert outcome.ok, outcome.reason
    ((found,),) = outside.execute(f"SELECT value FROM {unique}").fetchall()
    assert (found.isoformat() if isinstance(there, str) and isinstance(found, datetime) else found) == there
