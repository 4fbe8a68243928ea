"""Names of tables and columns: checked when a project is loaded, quoted in every statement."""

from __future__ import annotations

import re

ODD = re.compile(r"[\x00-\x1f\x7f\"`]")


def checked_name(field: str, name: str) -> str:
    """The name of a column as it is written in a project. Raises ValueError."""
    if not name or name != name.strip():
        raise ValueError(f"{field}: {name!r} is no name: it is empty, or begins or ends with a blank")
    if ODD.search(name):
        raise ValueError(f"{field}: {name!r} is no name: write it without quotes and control characters")
    return name


def checked_table(name: str) -> tuple[str, ...]:
    """`table` or `schema.table`, in parts. Raises ValueError."""
    parts = tuple(name.split("."))
    if len(parts) > 2:
        raise ValueError(f"table: {name!r} has {len(parts)} parts; write TABLE or SCHEMA.TABLE")
    for part in parts:
        checked_name("table", part)
    return parts


def quoted(*parts: str) -> str:
    """An identifier, whatever stands in it: it cannot end its quotes."""
    return ".".join('"' + part.replace('"', '""') + '"' for part in parts)
