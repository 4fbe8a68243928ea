"""W2: a day file of a till, and the lines that it must become, computed apart from the product."""

from __future__ import annotations

import json
import random
from itertools import islice
from pathlib import Path

from examples.demo.till import HEADER, Row, rows


def write(path: Path, count: int) -> None:
    """The same file on every machine; under its name once it is whole."""
    part = path.with_suffix(".part")
    with part.open("w", encoding="cp1252", newline="") as out:
        out.write(HEADER + "\n")
        for row in islice(rows(random.Random(2)), count):
            out.write(";".join(row.cells()) + "\n")
    part.rename(path)


def line(row: Row) -> dict[str, object]:
    """What the lake must get of a row."""
    cells = row.cells()
    return {
        "transaction_id": row.transaction, "line": row.line, "sold_at": f"2026-03-01T{cells[4][11:]}", "sku": cells[5],
        "description": cells[6], "quantity": row.qty, "unit_price": f"{row.price:.2f}", "amount": f"{row.amount:.2f}",
        "tax_rate": cells[10].replace(",", "."), "tender": row.tender,
    }


def wrong(path: Path, count: int) -> int:
    """How many lines are not what they must be, at their place."""
    expected, mistakes = islice(rows(random.Random(2)), count), 0
    with path.open(encoding="utf-8") as found:
        for row in expected:
            text = found.readline()
            mistakes += not text or json.loads(text) != line(row)
        return mistakes + sum(1 for _ in found)
