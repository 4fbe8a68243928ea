"""What the warehouse's own system says of the stock this morning, as it writes it to a stream."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import asdict, dataclass

EVENTS = 300
SKUS = 40
ODD = 201
"""The event (from 1) of a type that nobody has a rule for."""


@dataclass(frozen=True, slots=True)
class Event:
    """`on_hand` is what can be sold afterwards; what came back is looked at first, and changes nothing yet."""

    id: str
    type: str
    sku: str
    quantity: int
    on_hand: int
    at: str

    @property
    def raw(self) -> bytes:
        return json.dumps(asdict(self)).encode()

    @property
    def is_level(self) -> bool:
        return self.type in ("received", "picked", "counted")


def events(count: int = EVENTS) -> list[Event]:
    """The same events on every run."""
    return list(happened(random.Random(7), count))


def happened(chance: random.Random, count: int) -> Iterator[Event]:
    shelf = {f"SKU-{number:05d}": chance.randint(3, 12) for number in range(1, SKUS + 1)}
    for number in range(1, count + 1):
        sku = chance.choice(list(shelf))
        type_ = "quarantined" if number == ODD else kind(chance, shelf[sku])
        quantity = chance.randint(1, 4) if type_ == "returned" else moved(chance, type_, shelf[sku])
        shelf[sku] = after(type_, shelf[sku], quantity)
        at = f"2026-03-01T{7 + number // 60:02d}:{number % 60:02d}:00+01:00"
        yield Event(f"E-{number:04d}", type_, sku, quantity, shelf[sku], at)


def kind(chance: random.Random, there: int) -> str:
    if there == 0:
        return chance.choice(("received", "returned"))
    return chance.choices(("picked", "received", "counted", "returned"), (70, 12, 8, 10))[0]


def moved(chance: random.Random, type_: str, there: int) -> int:
    return {"received": chance.randint(6, 20), "counted": chance.randint(0, 10)}.get(type_, chance.randint(1, 5) % (there + 1))


def after(type_: str, there: int, quantity: int) -> int:
    if type_ == "received":
        return there + quantity
    if type_ == "counted":
        return quantity
    return there - quantity if type_ == "picked" else there
