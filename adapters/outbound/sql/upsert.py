"""The statement that puts rows into a table."""

from __future__ import annotations

from adapters.outbound.sql.names import quoted
from adapters.outbound.sql.session import Shape, Upsert


def insert(shape: Shape, rows: str) -> str:
    """`rows` are the placeholders: `(?, ?)` or `($1, $2), ($3, $4)`. A row that is there gets the new values, less those of
    its key; where the key is the delivery id, it is left alone."""
    upsert = shape.write
    assert isinstance(upsert, Upsert)
    names = ", ".join(map(quoted, shape.columns))
    key = ", ".join(quoted(shape.columns[n]) for n in shape.keys)
    others = [quoted(name) for n, name in enumerate(shape.columns) if n not in shape.keys]
    changes = ", ".join(f"{name} = excluded.{name}" for name in others)
    end = "NOTHING" if upsert.id_column or not changes else f"UPDATE SET {changes}"
    return f"INSERT INTO {quoted(*upsert.table)} ({names}) VALUES {rows} ON CONFLICT ({key}) DO {end}"
