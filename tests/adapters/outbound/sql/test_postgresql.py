"""What the sql target does for PostgreSQL before it needs a server; with one: tests/integration/test_sql_postgresql*.py."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from adapters.outbound.sql.postgresql.chunks import MOST_PARAMETERS, chunks
from adapters.outbound.sql.postgresql.culprit import too_long
from adapters.outbound.sql.postgresql.errors import explained, unopened
from adapters.outbound.sql.postgresql.values import convert
from adapters.outbound.sql.session import Failed, Line, Refused, Shape, Upsert
from adapters.outbound.sql.statement import read_statement
from adapters.outbound.sql.values import PARAMETER, Unfit

UPSERT = Upsert(("dwh", "lines"), ("sku",))
SHAPE = Shape(UPSERT, ("sku", "qty"), ("text", "integer"), (0,))
ONLY_KEY = Shape(UPSERT, ("sku",), ("text",), (0,))
HOUR = timezone(timedelta(hours=1))
LOCAL = "timestamp without time zone"


def line(sku: str, qty: str = "1", shape: Shape = SHAPE) -> list[Line]:
    return [Line(shape, (sku, qty)[: len(shape.columns)])]


@pytest.mark.parametrize(
    ("value", "type_", "made"),
    [
        ("a", "text", "a"), (5, "text", "5"), (10**40, "numeric", str(10**40)), (True, "boolean", "true"), (None, "text", None),
        (b"\0", "bytea", b"\0"), (Decimal("1.50"), "numeric", "1.50"), (Decimal("1E+3"), "numeric", "1E+3"),
        (0.1, "real", "0.1"),
        (date(2026, 1, 2), "date", "2026-01-02"), ({"a": Decimal("1.0")}, "jsonb", '{"a":1.0}'),
        (datetime(2026, 1, 2, 10, tzinfo=HOUR), LOCAL, "2026-01-02T09:00:00"),
        (datetime(2026, 1, 2, 10, tzinfo=HOUR), "timestamp with time zone", "2026-01-02T10:00:00+01:00"),
        (datetime(2026, 1, 2, 10, tzinfo=HOUR), PARAMETER, "2026-01-02T09:00:00Z"),
        (Decimal("3.0"), "bigint", "3"), (3.0, "integer", "3"), (Decimal("3.5"), "integer", "3.5"),
        (Decimal("3.0"), "numeric", "3.0"), (Decimal("1E+99999"), "integer", "1E+99999"),
        (datetime(2026, 1, 2, 10, tzinfo=UTC), "text", "2026-01-02T10:00:00Z"),
        ("2026-01-02T10:00:00+01:00", LOCAL, "2026-01-02T09:00:00"),
        ("2026-01-02T10:00:00+01:00", "timestamp(3) without time zone", "2026-01-02T09:00:00"),
        ("2026-01-02T10:00:00", LOCAL, "2026-01-02T10:00:00"), ("soon", LOCAL, "soon"),
    ],
)  # fmt: skip
def test_values_are_texts_that_the_column_reads(value: Any, type_: str, made: Any) -> None:
    assert convert(value, type_) == made


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("ab\0c", "NUL character at 3"), ("ü\0", "NUL character at 2"), (Decimal("1E+200000"), "more digits"),
        (float("inf"), "not a number"),
    ],
)  # fmt: skip
def test_what_postgresql_does_not_store(value: Any, words: str) -> None:
    with pytest.raises(Unfit, match=words):
        convert(value, "text")


def test_a_batch_is_one_statement_in_the_order_of_its_keys() -> None:
    (chunk,) = chunks([line("b", "2"), line("a", "1"), [*line("d", "4"), *line("c", "3")]])
    assert chunk.sql == (
        'INSERT INTO "dwh"."lines" ("sku", "qty") VALUES ($1, $2), ($3, $4), ($5, $6), ($7, $8)'
        ' ON CONFLICT ("sku") DO UPDATE SET "qty" = excluded."qty"'
    )
    assert chunk.parameters == ["a", "1", "b", "2", "c", "3", "d", "4"]
    assert [chunk.owner(n)[::2] for n in (1, 4, 5, 8)] == [(1, "sku"), (0, "qty"), (2, "sku"), (2, "qty")]


def test_rows_of_a_key_stand_in_statements_one_after_the_other() -> None:
    made = list(chunks([line("a", "1"), line("b", "1"), line("a", "2"), line("a", shape=ONLY_KEY), line("c", shape=ONLY_KEY)]))
    assert [chunk.parameters for chunk in made] == [["a", "1", "b", "1"], ["c"], ["a", "2"], ["a"]]
    assert made[3].sql.endswith('ON CONFLICT ("sku") DO NOTHING')


def test_rows_with_delivery_ids_keep_their_order() -> None:
    shape = Shape(Upsert(("log",), ("id",), "id"), ("n", "id"), ("int", "text"), (1,))
    (chunk,) = chunks([[Line(shape, ("2", "m:10"))], [Line(shape, ("1", "m:9"))]])
    assert chunk.parameters == ["2", "m:10", "1", "m:9"]
    assert chunk.sql.endswith('ON CONFLICT ("id") DO NOTHING')


def test_no_statement_has_more_parameters_than_the_protocol_counts() -> None:
    made = list(chunks([[one for n in range(MOST_PARAMETERS // 2 + 1) for one in line(f"{n:06d}")]]))
    assert [len(chunk.parameters) for chunk in made] == [MOST_PARAMETERS, 2]


def test_a_statement_of_the_project_is_sent_row_by_row() -> None:
    statement = read_statement("SELECT :a, :a")
    shape = Shape(statement, ("a", "a"), ("", ""))
    made = list(chunks([[Line(shape, ("1", "1"))], [Line(shape, ("2", "2"))]]))
    assert [(chunk.sql, chunk.parameters) for chunk in made] == [("SELECT $1, $2", ["1", "1"]), ("SELECT $1, $2", ["2", "2"])]


@pytest.mark.parametrize(
    ("type_", "value", "wrong"),
    [
        ("character varying(3)", "abcd", True), ("character varying(3)", "abc  ", False), ("character(2)", "abc", True),
        ("numeric(4,2)", "99.994", False), ("numeric(4,2)", "99.995", True), ("numeric(4,2)", "x", True),
        ("text", "abcd", False), ("character varying(3)", b"abcd", False),
    ],
)  # fmt: skip
def test_the_value_that_is_too_long_is_found(type_: str, value: Any, wrong: bool) -> None:
    shape = Shape(UPSERT, ("sku", "x"), ("text", type_), (0,))
    assert too_long(Line(shape, ("a", value))) == ("x" if wrong else "")


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("23505", None), ("22P02", None), ("42703", None), ("21000", None), ("P0001", None), ("54000", None), ("44000", None),
        ("42501", "io"), ("42P01", "io"), ("42P10", "io"), ("40001", "io"), ("40P01", "io"), ("55P03", "io"), ("53100", "io"),
        ("58030", "io"), ("25006", "io"), ("XX000", "io"), ("57014", "timeout"), ("57P01", "reset"), ("08006", "reset"),
        ("25P03", "reset"),
    ],
)  # fmt: skip
def test_each_class_of_error_has_its_answer(code: str, error: str | None) -> None:
    found = explained(psycopg.errors.lookup(code)("what happened"))
    if error is None:
        assert isinstance(found, Refused)
    else:
        assert isinstance(found, Failed)
        assert found.answered == (code in ("42501", "42P01", "42P10", "40001", "40P01"))
        assert found.error == error
    assert "what happened" in found.reason
    assert code in found.reason


def test_a_connection_that_breaks_has_no_code() -> None:
    cut = explained(psycopg.OperationalError("server closed\n\tthe connection"))
    assert isinstance(cut, Failed)
    assert (cut.error, "server closed the connection" in cut.reason) == ("reset", True)
    assert unopened(psycopg.OperationalError("no route")).error == "connect"
    assert unopened(psycopg.OperationalError("no"), "sslkey k: no such file").reason == "sslkey k: no such file; no"
    assert unopened(psycopg.errors.ConnectionTimeout("x")).error == "timeout"
