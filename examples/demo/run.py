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
from pathlib import Path
from typing import Any

from rich.console import Console

from examples.demo import dwh, figures, report
from examples.demo.crossdock import PROJECT, Failed
from examples.demo.figures import Figure
from examples.demo.ledger import accounts, ledger
from examples.demo.morning import ERP_DOWN, WEB_SHOP, Morning, hand_in, prepare, waiting
from router.errors import CrossdockError

PATIENCE = 45.0
MENDED = 1207
"""The broken line of the day file that is mended, from 1 without the header."""


def main() -> int:
    began = time.monotonic()
    console = Console(width=None if sys.stdout.isatty() else 120)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with tempfile.TemporaryDirectory(prefix="crossdock-demo-") as folder:
        try:
            with contextlib.closing(prepare(Path(folder), console)) as morning:
                return play(morning, began)
        except KeyboardInterrupt:
            console.print("\nThe shop closes.")
            return 130
        except (Failed, CrossdockError) as error:
            console.print(str(error), style="red", markup=False, highlight=False)
            return 1


def play(morning: Morning, began: float) -> int:
    open_the_shop(morning)
    hand_in(morning)
    settle(morning)
    mend(morning, show(morning))
    found = compare(morning)
    report.comparison(morning.console, found)
    right = all(one.right for one in found)
    report.goodbye(morning.console, right, time.monotonic() - began)
    if morning.console.is_terminal:
        stay(morning)
    return 0 if right else 1


def open_the_shop(morning: Morning) -> None:
    report.title(morning.console, "The shop opens; the ERP does not yet")
    seconds = morning.crossdock.up()
    morning.console.print(f"crossdock up took {seconds:.1f} s: broker, intake and workers, on an empty ledger.")
    morning.console.print(f"The ERP will answer 503 for its first {ERP_DOWN:.0f} s.")


def settle(morning: Morning) -> None:
    """Until all files are taken and nothing is open or in retry."""
    ends = time.monotonic() + PATIENCE
    while waiting(morning):
        if time.monotonic() > ends:
            raise Failed("some files or events are still not taken")
        time.sleep(0.1)
    morning.crossdock.run("status", "--wait-idle", f"{max(1, round(ends - time.monotonic()))}s")


def show(morning: Morning) -> list[dict[str, Any]]:
    """What the ledger says; the dead letters."""
    letters = morning.crossdock.rows("dlq", "list")
    report.title(morning.console, "What happened")
    report.by_route(morning.console, accounts(morning))
    report.dead_letters(morning.console, letters)
    morning.console.print("Put one right: crossdock dlq edit ID --set body.FIELD=VALUE, and crossdock dlq requeue ID")
    away = morning.erp.books.unavailable
    morning.console.print(f"The ERP turned {away} requests away while it started, and got them again.")
    return letters


def to_mend(morning: Morning, letters: list[dict[str, Any]]) -> str:
    for one in letters:
        if one["route"] == "pos-sales" and one["record"] == MENDED:
            return str(one["id"])
    raise Failed(f"line {MENDED} of {morning.day.name} should be a dead letter, and is not")


def mend(morning: Morning, letters: list[dict[str, Any]]) -> None:
    """One broken line is put right and sent on, by the commands that an operator types."""
    report.title(morning.console, "An operator puts one right")
    id_, qty = to_mend(morning, letters), morning.day.broken[MENDED].qty
    for words in (("dlq", "show", id_),
                  ("dlq", "edit", id_, "--set", f"body.qty={qty}", "--yes"),
                  ("dlq", "requeue", id_, "--yes", "--wait")):
        report.said(morning.console, f"crossdock {' '.join(words)}", morning.crossdock.run(*words))
    settle(morning)


def compare(morning: Morning) -> list[Figure]:
    report.title(morning.console, "Is it right?")
    books, row, place = morning.erp.books, morning.day.broken[MENDED], morning.folder
    return [
        *figures.lake(place / "lake", morning.day, [row]),
        *figures.credit_notes(books, morning.day),
        *figures.sales_orders(books, morning.orders),
        *figures.returns(books, morning.events),
        *figures.sold_out(morning.warehouse.sold_out(), morning.events),
        *figures.pick_lists(place / "picking", morning.orders),
        *figures.receipts(place / "receipts", morning.journals),
        *figures.goods(place / "goods", morning.delivery.good),
        *dwh.sales(morning.dwh, [*morning.day.sold, row]),
        *dwh.levels(morning.dwh, morning.events),
        *dwh.receipts(morning.dwh, morning.delivery.good),
        *ledger(morning),
    ]


def stay(morning: Morning) -> None:
    """On a terminal it goes on, for people to play with."""
    report.title(morning.console, "It goes on until Ctrl-C")
    names = ("CROSSDOCK_VAR", "SHOP", "ERP_URL", "WAREHOUSE_URL", "WEB_SHOP_TOKEN", "SHOPIFY_SECRET")
    env = " ".join(f"{name}={morning.crossdock.env[name]}" for name in names)
    morning.console.print(
        f"Look  {morning.folder}            (files in and out, and dwh.db of SQLite)\n"
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
