"""Whether the figures are right: what went in, against what the ledger says and what the other side holds."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from examples.demo.erp import Books
from examples.demo.shop import Order
from examples.demo.stock import Event
from examples.demo.till import Day, Row
from examples.demo.wholesaler import Note

ERP = "{urn:erp:salesorder:2}"
POSLOG = "{http://www.nrf-arts.org/IXRetail/namespace/}"
RECEIPT = "{urn:shop:receipt:1}"


@dataclass(frozen=True, slots=True)
class Figure:
    """One comparison: `expected` was computed from the input, `found` was read from where it arrived."""

    name: str
    expected: Any
    found: Any

    @property
    def right(self) -> bool:
        return bool(self.expected == self.found)


def lake(folder: Path, day: Day, mended: Iterable[Row]) -> list[Figure]:
    """Each good row once, in order; what was mended in a file of its own."""
    rows = ndjson(folder / "SALES_20260301.ndjson")
    later = [row for path in sorted(folder.glob("*.requeue-*")) for row in ndjson(path)]
    return [
        Figure("lake: rows, in order", [(row.transaction, row.line) for row in day.sold], places(rows)),
        Figure("lake: sum of amounts", total(day.sold), sum(Decimal(row["amount"]) for row in rows)),
        Figure("lake: rows that were mended", [(row.transaction, row.line) for row in mended], places(later)),
        Figure("lake: nothing half written", [], [path.name for path in folder.glob(".*")]),
    ]


def ndjson(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []


def places(rows: Iterable[dict[str, Any]]) -> list[tuple[str, int]]:
    return [(row["transaction_id"], row["line"]) for row in rows]


def total(rows: Iterable[Row]) -> Decimal:
    return sum((row.amount for row in rows), Decimal(0))


def credit_notes(books: Books, day: Day) -> list[Figure]:
    notes = [json.loads(raw) for raw in books.taken["/creditnotes"]]
    return [
        Figure("ERP: credit notes", sorted(f"{row.transaction}/{row.line}" for row in day.returned),
               sorted(note["reference"] for note in notes)),
        Figure("ERP: sum of credit notes", -total(day.returned), sum(Decimal(note["amount"]) for note in notes)),
    ]


def returns(books: Books, events: list[Event]) -> list[Figure]:
    """What came back into the warehouse; that of one article in the order in which it came."""
    came = [event for event in events if event.type == "returned"]
    found = [json.loads(raw) for raw in books.taken["/returns"]]
    return [
        Figure("ERP: returns by article", by_sku((event.sku, event.id) for event in came),
               by_sku((one["sku"], one["id"]) for one in found)),
    ]


def sold_out(bodies: list[bytes], events: list[Event]) -> list[Figure]:
    """Each time that the last piece left; that of one article in the order in which it did."""
    gone = [event for event in events if event.is_level and event.on_hand == 0]
    found = [json.loads(raw) for raw in bodies]
    return [
        Figure("warehouse: sold out by article", by_sku((event.sku, event.id) for event in gone),
               by_sku((one["sku"], one["id"]) for one in found)),
    ]


def by_sku(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for sku, id_ in pairs:
        found.setdefault(sku, []).append(id_)
    return found


def goods(folder: Path, notes: Iterable[Note]) -> list[Figure]:
    """Each note that is whole, in order, with the numbers of its articles in full and what kind they are."""
    expected = [(note.number, [(f"0{line.number}", line.kind) for line in note.articles]) for note in notes]
    found = [row for path in sorted(folder.iterdir()) for row in ndjson(path)]
    articles = [(row["note"], [(line["gtin"], line["kind"]) for line in row["articles"]]) for row in found]
    return [Figure("goods: articles by note, in order", expected, articles)]


def sales_orders(books: Books, orders: list[Order]) -> list[Figure]:
    """Every order that the ERP can take, with its total; those of one customer as they were placed."""
    trees = [ElementTree.fromstring(raw) for raw in books.taken["/salesorders"]]
    web = [tree for tree in trees if tree.get("channel") == "web"]
    totals = {tree.get("id"): Decimal(tree.findtext(f"{ERP}Total") or "") for tree in web}
    return [
        Figure("ERP: totals of web orders", {one.number: one.total for one in orders if one.known}, totals),
        Figure("ERP: order per customer", True, all(in_turn(web, one.customer) for one in orders)),
        Figure("ERP: totals of Shopify's orders", ["597.00"],
               [tree.findtext(f"{ERP}Total") for tree in trees if tree.get("channel") == "shopify"]),
    ]


def in_turn(web: list[ElementTree.Element], customer: str) -> bool:
    own = [str(tree.get("id")) for tree in web if party(tree) == customer]
    return own == sorted(own)


def party(tree: ElementTree.Element) -> str | None:
    found = tree.find(f"{ERP}Party")
    return None if found is None else found.get("code")


def pick_lists(folder: Path, orders: list[Order]) -> list[Figure]:
    """One for each order that is shipped, with all its pieces."""
    expected = {f"{one.number}.json": sum(line["qty"] for line in one.body["lines"]) for one in orders if one.shipped}
    return [Figure("pick lists: pieces by file", expected, {path.name: pieces(path) for path in folder.iterdir()})]


def pieces(path: Path) -> int:
    return sum(int(line["pieces"]) for line in json.loads(path.read_text("utf-8"))["pick"])


def receipts(folder: Path, journals: dict[str, bytes]) -> list[Figure]:
    """A receipt file a journal with sales, and in it as many lines."""
    expected = {name: count for name, raw in journals.items() if (count := sold(raw)) is not None}
    found = {path.name: lines(path.read_bytes()) for path in folder.iterdir()}
    return [Figure("receipts: lines by file", expected, found)]


def sold(raw: bytes) -> int | None:
    """How many lines a journal sold; None where it holds no sale's transaction."""
    tree = ElementTree.fromstring(raw)
    if not tree.findall(f".//{POSLOG}RetailTransaction"):
        return None
    items = tree.findall(f".//{POSLOG}LineItem")
    return sum(1 for item in items if item.find(f"{POSLOG}Sale") is not None and item.get("VoidFlag") != "true")


def lines(raw: bytes) -> int:
    return len(ElementTree.fromstring(raw).findall(f".//{RECEIPT}Line"))


def short(value: Any) -> str:
    """A value for a table's cell."""
    if isinstance(value, (list, dict)) and len(value) > 3:
        return f"{len(value)} of them"
    return re.sub(r"\s+", " ", str(value))[:60]
