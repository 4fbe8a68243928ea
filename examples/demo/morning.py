"""Who takes part in the morning, and what each of them hands in."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from examples.demo import shop, stock, till, wholesaler
from examples.demo.crossdock import Crossdock
from examples.demo.dwh import Dwh
from examples.demo.erp import Erp
from examples.demo.warehouse import Warehouse

ERP_DOWN = 5.0
WEB_SHOP, SHOPIFY = "demo-web-shop-token", "demo-shopify-secret"
SENDERS = ("tills", "journals", "wholesaler")
"""Folders into which somebody puts files."""
READERS = ("lake", "receipts", "picking", "goods")


@dataclass(frozen=True, slots=True)
class Morning:
    """Who takes part, and what goes in."""

    folder: Path
    erp: Erp
    warehouse: Warehouse
    dwh: Dwh
    crossdock: Crossdock
    console: Console
    day: till.Day
    orders: list[shop.Order]
    journals: dict[str, bytes]
    events: list[stock.Event]
    delivery: wholesaler.Delivery

    def close(self) -> None:
        self.crossdock.stop()
        self.warehouse.close()


def prepare(folder: Path, console: Console) -> Morning:
    places = folder / "shop"
    for name in (*SENDERS, *READERS):
        (places / name).mkdir(parents=True)
    erp, dwh, warehouse = Erp(ERP_DOWN), Dwh(places / "dwh.db"), Warehouse(folder / "warehouse")
    crossdock = Crossdock(folder, {"SHOP": str(places), "ERP_URL": erp.url, "WAREHOUSE_URL": warehouse.url,
                                   "WEB_SHOP_TOKEN": WEB_SHOP, "SHOPIFY_SECRET": SHOPIFY})
    return Morning(places, erp, warehouse, dwh, crossdock, console, till.day(), shop.orders(), shop.journals(),
                   stock.events(), wholesaler.delivery())


def hand_in(morning: Morning) -> None:
    """The files, the events, and the orders one after the other, as they are placed."""
    put(morning.folder / "tills", morning.day.name, morning.day.raw)
    put(morning.folder / "wholesaler", morning.delivery.name, morning.delivery.raw)
    for name, raw in morning.journals.items():
        put(morning.folder / "journals", name, raw)
    morning.warehouse.write(morning.events)
    orders = [call(morning, "/orders/v1", one.body, WEB_SHOP) for one in morning.orders]
    answers = {
        f"{len(orders)} web orders": sorted(set(orders)),
        "the first of them again": call(morning, "/orders/v1", morning.orders[0].body, WEB_SHOP),
        "one without lines": call(morning, "/orders/v1", shop.without_lines(), WEB_SHOP),
        "one with a wrong token": call(morning, "/orders/v1", morning.orders[0].body, "wrong"),
        "an order of Shopify": webhook(morning, "w-1", shop.shopify_order()),
        "the same again": webhook(morning, "w-1", shop.shopify_order()),
        "a test order of Shopify": webhook(morning, "w-2", shop.shopify_test_order()),
        "one that somebody else signed": webhook(morning, "w-3", shop.shopify_order(), "a guess"),
    }
    print_handed_in(morning, answers)


def print_handed_in(morning: Morning, answers: dict[str, Any]) -> None:
    day, delivery, say = morning.day, morning.delivery, morning.console.print
    say(f"{day.name}: {till.LINES:,} lines in cp1252, {len(day.broken)} of them broken")
    say(f"{delivery.name}: {wholesaler.NOTES} delivery notes of fixed width in cp850, {delivery.broken} of them broken")
    say(f"{len(morning.journals)} POSLog documents of self checkouts")
    say(f"{len(morning.events)} events in the stream of the warehouse's Valkey, one of a type without a rule")
    for what, answer in answers.items():
        say(f"{what}: {answer}", highlight=False)


def put(folder: Path, name: str, raw: bytes) -> None:
    """As a careful sender does: under another name first."""
    (folder / f"{name}.part").write_bytes(raw)
    (folder / f"{name}.part").rename(folder / name)


def call(morning: Morning, path: str, body: Any, token: str) -> int:
    return morning.crossdock.call("POST", path, body, token)[0]


def webhook(morning: Morning, id: str, body: bytes, secret: str = SHOPIFY) -> int:
    """As Shopify sends it: signed, with an id that stays the same when it is sent again."""
    headers = shop.signed(body, secret) | {"X-Shopify-Webhook-Id": id}
    return morning.crossdock.call("POST", "/shopify/orders", body, headers=headers)[0]


def waiting(morning: Morning) -> bool:
    """Whether a file still lies where the senders put it, or an event stands in the stream that nobody took."""
    if any(path.is_file() for name in SENDERS for path in (morning.folder / name).iterdir()):
        return True
    return morning.warehouse.unread() > 0
