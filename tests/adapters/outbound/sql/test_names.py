"""Names of tables and columns."""

from __future__ import annotations

import apsw
import pytest

from adapters.outbound.sql.names import checked_name, checked_table, quoted


@pytest.mark.parametrize("name", ["", " a", "a ", 'a"b', "a`b", "a\0b", "a\nb"])
def test_what_is_no_name(name: str) -> None:
    with pytest.raises(ValueError, match="is no name"):
        checked_name("columns", name)


def test_a_table_may_have_a_schema() -> None:
    assert checked_table("sales_line") == ("sales_line",)
    assert checked_table("dwh.Sales Line") == ("dwh", "Sales Line")
    for name in ("a.b.c", "a.", ".b"):
        with pytest.raises(ValueError, match="table:"):
            checked_table(name)


@pytest.mark.parametrize("name", ["a", 'a"; DROP TABLE t; --', '""', "sélect", "a.b", "%s $1 ?"])
def test_a_name_never_ends_its_quotes(name: str) -> None:
    connection = apsw.Connection(":memory:")
    connection.execute(f"CREATE TABLE {quoted(name)} (x)")
    assert list(connection.execute("SELECT name FROM sqlite_schema")) == [(name,)]
    connection.close()
