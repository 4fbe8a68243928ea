"""A shop's morning, played on Crossdock: `make demo`.

Nothing of the result is written here: what is printed is what the ledger says, and what arrived is compared with what
was sent.
"""

from __future__ import annotations

import contextlib
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from examples.demo import figures, report, shop, till
from examples.demo.crossdock import PROJECT, Crossdock, Failed
from examples.demo.erp import Erp
from examples.demo.figures import Figure

ERP_DOWN = 5.0
PATIENCE = 45.0
WEB_SHOP, SHOPIFY = "demo-web-shop-token", "demo-shopify-token"
MENDED = 1207
"""The broken line of the day file that is mended, from 1 without the header."""


@dataclass(frozen=True, slots=True)
class Morning:
    """Who takes part, and what goes in."""

    folder: Path
    erp: Erp
    crossdock: Crossdock
    console: Console
    day: till.Day
    orders: list[shop.Order]
    journals: dict[str, bytes]


def main() -> int:
    began = time.monotonic()
    console = Console(width=None if sys.stdout.isatty() else 120)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with tempfile.TemporaryDirectory(prefix="crossdock-demo-") as folder:
        morning = prepare(Path(folder), console)
        try:
            return play(morning, began)
        except KeyboardInterrupt:
            console.print("\nThe shop closes.")
            return 130
        except Failed as error:
            console.print(str(error), style="red", markup=False, highlight=False)
            return 1
        finally:
            morning.crossdock.stop()


def play(morning: Morning, began: float) -> int:
    open_the_shop(morning)
    hand_in(morning)
    settle(morning)
    show(morning)
    mend(morning)
    found = compare(morning)
    report.comparison(morning.console, found)
    right = all(one.right for one in found)
    report.goodbye(morning.console, right, time.monotonic() - began)
    if morning.console.is_terminal:
        stay(morning)
    return 0 if right else 1


def prepare(folder: Path, console: Console) -> Morning:
    erp = Erp(ERP_DOWN)
    places = folder / "shop"
    for name in ("tills", "journals", "lake", "receipts", "picking"):
        (places / name).mkdir(parents=True)
    crossdock = Crossdock(folder, {"SHOP": str(places), "ERP_URL": erp.url, "WEB_SHOP_TOKEN": WEB_SHOP,
                                   "SHOPIFY_TOKEN": SHOPIFY})
    return Morning(places, erp, crossdock, console, till.day(), shop.orders(), shop.journals())


def open_the_shop(morning: Morning) -> None:
    report.title(morning.console, "The shop opens; the ERP does not yet")
    seconds = morning.crossdock.up()
    morning.console.print(f"crossdock up took {seconds:.1f} s: broker, intake and workers, on an empty ledger.")
    morning.console.print(f"The ERP will answer 503 for its first {ERP_DOWN:.0f} s.")


def hand_in(morning: Morning) -> None:
    """The till's file, the journals, and the orders one after the other, as they are placed."""
    put(morning.folder / "tills", morning.day.name, morning.day.raw)
    for name, raw in morning.journals.items():
        put(morning.folder / "journals", name, raw)
    orders = [call(morning, "/orders/v1", one.body, WEB_SHOP) for one in morning.orders]
    answers = {
        "60 web orders": sorted(set(orders)),
        "the first of them again": call(morning, "/orders/v1", morning.orders[0].body, WEB_SHOP),
        "one without lines": call(morning, "/orders/v1", shop.without_lines(), WEB_SHOP),
        "one with a wrong token": call(morning, "/orders/v1", morning.orders[0].body, "wrong"),
        "an order of Shopify": call(morning, "/shopify/orders", shop.shopify_order(), SHOPIFY),
        "the same again": call(morning, "/shopify/orders", shop.shopify_order(), SHOPIFY),
        "a test order of Shopify": call(morning, "/shopify/orders", shop.shopify_test_order(), SHOPIFY),
    }
    print_handed_in(morning, answers)


def print_handed_in(morning: Morning, answers: dict[str, Any]) -> None:
    day = morning.day
    morning.console.print(f"{day.name}: {till.LINES:,} lines in cp1252, {len(day.broken)} of them broken")
    morning.console.print(f"{len(morning.journals)} POSLog documents of self checkouts")
    for what, answer in answers.items():
        morning.console.print(f"{what}: {answer}", highlight=False)


def put(folder: Path, name: str, raw: bytes) -> None:
    """As a careful sender does: under another name first."""
    (folder / f"{name}.part").write_bytes(raw)
    (folder / f"{name}.part").rename(folder / name)


def call(morning: Morning, path: str, body: Any, token: str) -> int:
    return morning.crossdock.call("POST", path, body, token)[0]


def settle(morning: Morning) -> None:
    """Until all files are taken and nothing is open or in retry."""
    ends = time.monotonic() + PATIENCE
    while waiting(morning):
        if time.monotonic() > ends:
            raise Failed("some files are still not taken")
        time.sleep(0.1)
    morning.crossdock.run("status", "--wait-idle", f"{max(1, round(ends - time.monotonic()))}s")


def waiting(morning: Morning) -> bool:
    """Whether a file still lies where the senders put it."""
    return any(path.is_file() for name in ("tills", "journals") for path in (morning.folder / name).iterdir())


def show(morning: Morning) -> None:
    report.title(morning.console, "What happened")
    report.by_route(morning.console, accounts(morning))
    report.dead_letters(morning.console, morning.crossdock.rows("dlq", "list"))
    morning.console.print("Put one right: crossdock dlq edit ID --set body.FIELD=VALUE, and crossdock dlq requeue ID")
    away = morning.erp.books.unavailable
    morning.console.print(f"The ERP turned {away} requests away while it started, and got them again.")


def accounts(morning: Morning) -> list[dict[str, Any]]:
    """The ledger's accounts of routes, files and targets, with how many messages were tried again."""
    found = morning.crossdock.rows("ledger", "verify", good=(0, 1))
    again: Counter[str] = Counter()
    for message in morning.crossdock.rows("messages", "find"):
        late = [target["id"] for target in message["targets"] if (target["attempts"] or 0) > 1]
        again.update([message["route"]] if late else [])
        again.update(name if "." in name else f"{message['route']}.{name}" for name in late)
    return [one | {"retried": again[one["id"]]} for one in found if "kind" in one]


def letter(morning: Morning) -> dict[str, Any]:
    for one in morning.crossdock.rows("dlq", "list", "--route", "pos-sales"):
        if one["record"] == MENDED:
            return one
    raise Failed(f"line {MENDED} of {morning.day.name} should be a dead letter, and is not")


def mend(morning: Morning) -> None:
    """One broken line is put right and sent on, by the commands that an operator types."""
    report.title(morning.console, "An operator puts one right")
    id_, qty = letter(morning)["id"], morning.day.broken[MENDED].qty
    for words in (("dlq", "show", id_),
                  ("dlq", "edit", id_, "--set", f"body.qty={qty}", "--yes"),
                  ("dlq", "requeue", id_, "--yes", "--wait")):
        report.said(morning.console, f"crossdock {' '.join(words)}", morning.crossdock.run(*words))
    settle(morning)


def compare(morning: Morning) -> list[Figure]:
    report.title(morning.console, "Is it right?")
    books, row = morning.erp.books, morning.day.broken[MENDED]
    return [
        *figures.lake(morning.folder / "lake", morning.day, [row]),
        *figures.credit_notes(books, morning.day),
        *figures.sales_orders(books, morning.orders),
        *figures.pick_lists(morning.folder / "picking", morning.orders),
        *figures.receipts(morning.folder / "receipts", morning.journals),
        *ledger(morning),
    ]


def ledger(morning: Morning) -> list[Figure]:
    """What the ledger must say of it all."""
    answer = morning.crossdock.call("GET", "/stock/SKU-00077", None, WEB_SHOP)
    status = morning.crossdock.rows("status")[0]
    journals = sum(1 for raw in morning.journals.values() if figures.sold(raw) is not None)
    orders = sum(1 for one in morning.orders if one.known)
    expected = {"open": 0, "retry": 0, "held": 0, "dead": 2, "delivered": journals + orders + 2, "duplicate": 2,
                "refused": 1, "filtered": len(morning.journals) - journals + 1, "discarded": 0}
    left = {letter["id"] for letter in morning.crossdock.rows("dlq", "list")}
    return [
        Figure("the ERP's answer to a question", (200, {"sku": "SKU-00077", "on_hand": 7}), answer),
        Figure("ledger: messages by state", expected, {name: status[name] for name in expected}),
        Figure("ledger: dead letters left", len(morning.day.broken) - 1 + 1, len(left)),
        Figure("ledger: every message is accounted for", 0, verify(morning)),
    ]


def verify(morning: Morning) -> int:
    try:
        morning.crossdock.run("ledger", "verify")
    except Failed as error:
        morning.console.print(str(error), markup=False)
        return 1
    return 0


def stay(morning: Morning) -> None:
    """On a terminal it goes on, for people to play with."""
    report.title(morning.console, "It goes on until Ctrl-C")
    names = ("CROSSDOCK_VAR", "SHOP", "ERP_URL", "WEB_SHOP_TOKEN", "SHOPIFY_TOKEN")
    env = " ".join(f"{name}={morning.crossdock.env[name]}" for name in names)
    morning.console.print(
        f"Look  {morning.folder}            (files in and out)\n"
        f"      {morning.crossdock.admin}/metrics   and   {morning.crossdock.log}\n"
        f"Try   cd {PROJECT} && export {env}\n"
        f"      .venv/bin/crossdock messages find --route web-orders\n"
        f"      .venv/bin/crossdock messages trace ID\n"
        f"      .venv/bin/crossdock dlq groups\n"
        f"      curl -i {morning.crossdock.url}/orders/v1 -H 'Authorization: Bearer {WEB_SHOP}' \\\n"
        f"           -H 'Content-Type: application/json' -d @transforms/samples/order.json",
        markup=False, highlight=False, soft_wrap=True,
    )
    with contextlib.suppress(KeyboardInterrupt):
        threading.Event().wait()
    morning.console.print("\nThe shop closes.")


if __name__ == "__main__":
    sys.exit(main())
