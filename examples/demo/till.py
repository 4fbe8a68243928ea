"""The day file of an old till: semicolons, decimal commas, cp1252, and three lines that are broken."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

LINES = 4000
HEADER = "store;till;receipt;line;sold_at;sku;description;qty;unit_price;discount;tax_rate;tender"
GOODS = ("Müsli 500g", "Käse jung", "Vollkornbrot", "Olivenöl 1l", "Crème fraîche", "Röstkaffee 1kg", "Süßstoff",
         "Weißwein trocken", "Socken 43–46", "Kerzen 6er")
STORES = ("0042", "0043", "0044")
TRAINING = "9999"
BROKEN = {1207: "qty", 2310: "date", 3555: "torn"}
"""Line of data (from 1): what is wrong there."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line as the cash register knew it, before it was written."""

    store: str
    till: str
    receipt: int
    line: int
    minute: int
    sku: int
    qty: int
    price: Decimal
    discount: Decimal
    tender: str

    @property
    def amount(self) -> Decimal:
        return self.qty * self.price - self.discount

    @property
    def transaction(self) -> str:
        return f"{self.store}-{self.till}-{self.receipt:06d}"

    def cells(self) -> list[str]:
        at = f"01.03.2026 {8 + self.minute // 60:02d}:{self.minute % 60:02d}:{self.receipt % 60:02d}"
        tax = "7,0" if self.sku % 3 else "19,0"
        what = [f"SKU-{self.sku:05d}", GOODS[self.sku % len(GOODS)], str(self.qty)]
        money = [comma(self.price), comma(self.discount), tax, self.tender]
        return [self.store, self.till, f"{self.receipt:06d}", str(self.line), at, *what, *money]


@dataclass(frozen=True, slots=True)
class Day:
    """The file, and the rows that are whole: what must come out is computed from them."""

    name: str
    raw: bytes
    good: tuple[Row, ...]
    broken: dict[int, Row]

    @property
    def sold(self) -> list[Row]:
        """What belongs into the lake: not what was rung up for practice."""
        return [row for row in self.good if row.store != TRAINING]

    @property
    def returned(self) -> list[Row]:
        return [row for row in self.sold if row.qty < 0]


def comma(value: Decimal) -> str:
    return f"{value:.2f}".replace(".", ",")


def rows(chance: random.Random) -> Iterator[Row]:
    receipt = 0
    while True:
        receipt += 1
        store = TRAINING if receipt % 97 == 0 else STORES[receipt % len(STORES)]
        till, tender = f"{1 + receipt % 4:02d}", chance.choice(("CARD", "CASH", "VOUCHER"))
        for line in range(1, chance.randint(1, 6) + 1):
            qty = -chance.randint(1, 2) if chance.random() < 0.06 else chance.randint(1, 6)
            price = Decimal(chance.randint(19, 4999)) / 100
            discount = Decimal(chance.randint(1, 18)) / 100 if qty > 0 and chance.random() < 0.2 else Decimal(0)
            yield Row(store, till, receipt, line, receipt % 720, chance.randint(1, 9999), qty, price, discount, tender)


def break_line(cells: list[str], how: str) -> list[str]:
    """What a till with a full disk and an old printer driver makes of it."""
    if how == "qty":
        return [*cells[:7], "zwei", *cells[8:]]
    if how == "date":
        return [*cells[:4], "31.02.2026 10:15:00", *cells[5:]]
    return cells[:6]


def day(lines: int = LINES) -> Day:
    """The same file on every run."""
    texts, good, broken = [HEADER], [], {}
    for number, row in enumerate(rows(random.Random(42)), 1):
        if number > lines:
            break
        how = BROKEN.get(number)
        texts.append(";".join(break_line(row.cells(), how) if how else row.cells()))
        if how:
            broken[number] = row
        else:
            good.append(row)
    return Day("SALES_20260301.csv", "\r\n".join([*texts, ""]).encode("cp1252"), tuple(good), broken)
