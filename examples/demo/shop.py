"""What the web shops post this morning: orders in the project's own format, and real bodies of Shopify."""

from __future__ import annotations

import base64
import hashlib
import hmac
import random
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

SAMPLES = Path(__file__).parents[2] / "transforms" / "samples"
PEOPLE = ("Jörg Weiß", "Zoë O'Brien", "María García", "Łukasz Nowak", "Håkan Lindström", "Renée Dupont & Filles")
GOODS = ("Röstkaffee 1kg", "Olivenöl 1l", "Schokolade 70%", "Handtuch grün", "Kerzen 6er")
ORDERS = 60
NO_SUCH_PRODUCT = "SKU-0"
"""The ERP does not know it, and says so with a 422."""


@dataclass(frozen=True, slots=True)
class Order:
    """One order, as the customer's browser sent it."""

    number: str
    customer: str
    body: dict[str, Any]
    total: Decimal
    known: bool
    shipped: bool


def order(index: int, chance: random.Random) -> Order:
    who, number = index % len(PEOPLE), f"WEB-{1000 + index}"
    lines, total = [], Decimal(0)
    for _ in range(chance.randint(1, 4)):
        qty, price, sku = chance.randint(1, 5), Decimal(chance.randint(99, 9999)) / 100, chance.randint(1, 500)
        total += qty * price
        lines.append({"sku": f"SKU-{sku}", "name": GOODS[sku % len(GOODS)], "qty": qty, "unit_price": f"{price:.2f}"})
    known, shipped = index != ORDERS // 2, index % 3 != 0
    if not known:
        lines[0]["sku"] = NO_SUCH_PRODUCT
    body = {
        "order_no": number, "placed_at": f"2026-03-01T{8 + index // 12:02d}:{index % 12 * 5:02d}:00+01:00",
        "currency": "EUR", "customer": {"id": f"C-{who}", "name": PEOPLE[who], "email": f"customer{who}@example.com"},
        "ship_to": {"street": f"Hauptstraße {index}", "zip": "10115", "city": "Berlin", "country": "DE"},
        "fulfilment": "ship" if shipped else "pickup",
        "payment": {"method": "card", "amount": f"{total:.2f}"}, "lines": lines,
    }
    return Order(number, f"C-{who}", body, total, known, shipped)


def orders() -> list[Order]:
    """The same orders on every run; six customers, ten orders each."""
    chance = random.Random(17)
    return [order(index, chance) for index in range(1, ORDERS + 1)]


def without_lines() -> dict[str, Any]:
    """What a broken checkout sends: the schema refuses it, and the caller is told which field."""
    return orders()[0].body | {"order_no": "WEB-9999", "lines": []}


def shopify_order() -> bytes:
    return (SAMPLES / "shopify_python__order.json").read_bytes()


def signed(body: bytes, secret: str) -> dict[str, str]:
    """How Shopify shows that a webhook is its own: HMAC-SHA256 of the body, in base64."""
    digest = hmac.digest(secret.encode(), body, hashlib.sha256)
    return {"X-Shopify-Hmac-Sha256": base64.b64encode(digest).decode()}


def shopify_test_order() -> bytes:
    return (SAMPLES / "go-shopify__order.json").read_bytes()


def journals() -> dict[str, bytes]:
    """POSLog documents, by file name."""
    return {path.name: path.read_bytes() for path in sorted(SAMPLES.glob("poslog-*.xml"))}
