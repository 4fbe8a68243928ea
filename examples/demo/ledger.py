"""What the ledger says of the morning, and what it must say."""

from __future__ import annotations

from collections import Counter
from typing import Any

from examples.demo.crossdock import Failed
from examples.demo.figures import Figure, sold
from examples.demo.morning import WEB_SHOP, Morning


def accounts(morning: Morning) -> list[dict[str, Any]]:
    """The ledger's accounts of routes, files and targets, with how many messages were tried again."""
    found = morning.crossdock.rows("ledger", "verify", good=(0, 1))
    again: Counter[str] = Counter()
    for message in morning.crossdock.rows("messages", "find"):
        late = [target["id"] for target in message["targets"] if (target["attempts"] or 0) > 1]
        again.update([message["route"]] if late else [])
        again.update(name if "." in name else f"{message['route']}.{name}" for name in late)
    return [one | {"retried": again[one["id"]]} for one in found if "kind" in one]


def ledger(morning: Morning) -> list[Figure]:
    """Its figures, after one broken line was mended."""
    answer = morning.crossdock.call("GET", "/stock/SKU-00077", None, WEB_SHOP)
    status = morning.crossdock.rows("status")[0]
    expected = states(morning)
    left = {letter["id"] for letter in morning.crossdock.rows("dlq", "list")}
    broken = len(morning.day.broken) - 1 + morning.delivery.broken
    return [
        Figure("the ERP's answer to a question", (200, {"sku": "SKU-00077", "on_hand": 7}), answer),
        Figure("ledger: messages by state", expected, {name: status[name] for name in expected}),
        Figure("ledger: dead letters left", broken + unknown_orders(morning) + odd_events(morning), len(left)),
        Figure("ledger: every message is accounted for", 0, verify(morning)),
    ]


def states(morning: Morning) -> dict[str, int]:
    """Messages by state. Each of the two files with broken records in it is dead as a message; an event of a level is
    one message on its first route, and one on the route of levels."""
    journals = sum(1 for raw in morning.journals.values() if sold(raw) is not None)
    orders = len(morning.orders) - unknown_orders(morning)
    levels = sum(1 for event in morning.events if event.is_level)
    returns = len(morning.events) - levels - odd_events(morning)
    shopify, question, files, test_order = 1, 1, 2, 1
    return {
        "open": 0, "retry": 0, "held": 0, "dead": files + unknown_orders(morning) + odd_events(morning),
        "delivered": journals + orders + shopify + question + 2 * levels + returns, "duplicate": 2, "refused": 1,
        "filtered": len(morning.journals) - journals + test_order, "discarded": 0,
    }  # fmt: skip


def unknown_orders(morning: Morning) -> int:
    return sum(1 for one in morning.orders if not one.known)


def odd_events(morning: Morning) -> int:
    return sum(1 for event in morning.events if not (event.is_level or event.type == "returned"))


def verify(morning: Morning) -> int:
    try:
        morning.crossdock.run("ledger", "verify")
    except Failed as error:
        morning.console.print(str(error), markup=False)
        return 1
    return 0
