"""W1 and L1: orders of about 1 KB, and what the ERP must get of each, computed apart from the product."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

PEOPLE = ("Anna Müller", "Zoë O'Brien", "Håkan Lindström", "María García", "Yusuf Yılmaz", "Renée Dupont")
PLACES = (("10115", "Berlin", "DE"), ("80331", "München", "DE"), ("1010", "Wien", "AT"), ("75001", "Paris", "FR"))
GOODS = ("Müsli 500g", "Olivenöl 1l", "Crème fraîche", "Röstkaffee 1kg", "Handtuch grün", "Schokolade 70%")


def money(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"


def orders(count: int) -> Iterator[dict[str, Any]]:
    chance = random.Random(1)
    for number in range(1, count + 1):
        yield order(number, chance)


def order(number: int, chance: random.Random) -> dict[str, Any]:
    lines, total = [], 0
    for _ in range(chance.randint(3, 5)):
        qty, price, sku = chance.randint(1, 9), chance.randint(49, 29_999), chance.randint(1, 5000)
        total += qty * price
        lines.append({"sku": f"SKU-{sku}", "name": f"{chance.choice(GOODS)} {sku}", "qty": qty,
                      "unit_price": money(price), "tax_rate": chance.choice(("19.0", "7.0"))})
    who, (zip_, city, country) = chance.randint(1, 90_000), chance.choice(PLACES)
    return {
        "order_no": f"WEB-{number:07d}", "placed_at": f"2026-03-{number % 28 + 1:02d}T10:15:00Z", "currency": "EUR",
        "customer": {"id": f"C-{who}", "name": chance.choice(PEOPLE), "email": f"customer{who}@example.com"},
        "ship_to": {"street": f"Hauptstraße {who % 199}", "zip": zip_, "city": city, "country": country},
        "fulfilment": "pickup" if chance.random() < 0.2 else "ship",
        "payment": {"method": "card", "amount": money(total - 100 if chance.random() < 0.05 else total),
                    "reference": f"PAY-{chance.getrandbits(64):016x}"},
        "lines": lines, "comment": "Please ring twice; leave at the door of the neighbour if nobody is at home. " * 2,
    }


def sales_order(order: dict[str, Any]) -> dict[str, Any]:
    """What the ERP must get."""
    lines = [{"product": line["sku"], "quantity": line["qty"], "unit_price": line["unit_price"],
              "amount": f"{line['qty'] * Decimal(line['unit_price']):.2f}"} for line in order["lines"]]
    total = sum((Decimal(str(line["amount"])) for line in lines), Decimal(0))
    customer, to = order["customer"], order["ship_to"]
    return {
        "external_id": order["order_no"], "date": order["placed_at"][:10], "currency": order["currency"],
        "party": {"code": customer["id"], "name": customer["name"], "email": customer["email"]},
        "address": f"{to['street']}, {to['zip']} {to['city']}, {to['country']}",
        "delivery": order["fulfilment"] == "ship", "lines": lines, "total": f"{total:.2f}",
        "paid": Decimal(order["payment"]["amount"]) == total,
    }


def request(order: dict[str, Any], host: str) -> bytes:
    """The bytes of one POST on a connection that stays open."""
    body = json.dumps(order, ensure_ascii=False, separators=(",", ":")).encode()
    head = (f"POST /orders/v1 HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n")
    return head.encode() + body
