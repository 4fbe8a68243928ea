"""The database that reports are made of: a file of SQLite with tables that are not Crossdock's."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

from examples.demo.figures import Figure
from examples.demo.stock import Event
from examples.demo.till import Row
from examples.demo.wholesaler import Note

TABLES = """
    CREATE TABLE sales_line (
        transaction_id TEXT, line INTEGER, sold_at TEXT, sku TEXT, description TEXT, quantity INTEGER,
        unit_price TEXT, amount TEXT, tax_rate TEXT, tender TEXT, PRIMARY KEY (transaction_id, line)
    ) STRICT;
    CREATE TABLE stock (sku TEXT PRIMARY KEY, on_hand INTEGER NOT NULL CHECK (on_hand >= 0), at TEXT NOT NULL) STRICT;
    CREATE TABLE goods_receipt (
        note TEXT PRIMARY KEY, store TEXT NOT NULL, delivered TEXT NOT NULL, articles INTEGER NOT NULL, total TEXT NOT NULL
    ) STRICT;
"""


class Dwh:
    """Money is text in it: SQLite's numbers are binary, cents are not."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with closing(sqlite3.connect(path)) as database:
            database.execute("PRAGMA journal_mode = WAL")
            database.executescript(TABLES)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.path)) as database:
            return database.execute(query).fetchall()


def sales(dwh: Dwh, rows: Iterable[Row]) -> list[Figure]:
    """Each line of sales once, with the one that was mended."""
    expected = sorted((row.transaction, row.line, row.qty, row.amount) for row in rows)
    found = dwh.rows("SELECT transaction_id, line, quantity, amount FROM sales_line ORDER BY transaction_id, line")
    return [Figure("dwh: lines of sales", expected, [(*row[:3], Decimal(row[3])) for row in found])]


def levels(dwh: Dwh, events: Iterable[Event]) -> list[Figure]:
    """What the last event of each article said: it was the last one here, too."""
    expected = {event.sku: (event.on_hand, event.at) for event in events if event.is_level}
    found = {sku: (on_hand, at) for sku, on_hand, at in dwh.rows("SELECT sku, on_hand, at FROM stock")}
    return [Figure("dwh: stock by article", expected, found)]


def receipts(dwh: Dwh, notes: Iterable[Note]) -> list[Figure]:
    expected = sorted((note.number, note.store, len(note.articles), note.total) for note in notes)
    found = dwh.rows("SELECT note, store, articles, total FROM goods_receipt ORDER BY note")
    return [Figure("dwh: goods receipts", expected, [(*row[:3], Decimal(row[3])) for row in found])]
