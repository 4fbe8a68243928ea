"""A worker child stopped past its leases: another takes over its lanes, and when it goes on, what it writes is not heard.
A lease of half a minute is ended here in the ledger itself, which is harder on the fence than time: the frozen one does not
know of it. CROSSDOCK_FAULTS=long waits for the time."""

from __future__ import annotations

import asyncio
import fcntl
import os
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any

import apsw

from tests.faults.shop import Shop, arrived, in_order, until
from tests.faults.sink import Sink
from tests.stopping import stop_whole

LONG = os.environ.get("CROSSDOCK_FAULTS") == "long"
ROUTES = """
version: 1
connections:
  erp: {{type: http, url: "http://127.0.0.1:{sink}", timeout: 5s, in_flight: 16}}
routes:
  orders:
    from: {{http: /orders, clients: anyone}}
    order_by: body.key
    to: [{{id: erp, send: {{http: erp, path: /orders}}}}]
"""


async def slowly(kind: str, body: Any) -> int:
    await asyncio.sleep(0.05)  # as long as an answer takes: whoever is stopped has sends on their way
    return 200


class Ledger:
    """Read, and once written, beside the product."""

    def __init__(self, folder: Path) -> None:
        self.var = folder / "var"

    @contextmanager
    def open(self) -> Iterator[apsw.Connection]:
        db = apsw.Connection(str(self.var / "ledger.db"), flags=apsw.SQLITE_OPEN_READWRITE)
        db.set_busy_timeout(5000)
        yield db
        db.close()

    def lanes(self, pid: int = 0) -> dict[int, tuple[int, int]]:
        """The target's lanes that somebody (or that process) has: owner and epoch."""
        with self.open() as db:
            rows = db.execute("SELECT lane, owner, epoch FROM lane WHERE target='orders.erp' AND owner<>''").fetchall()
        found = {int(lane): (int(str(owner).split("/")[1]), int(str(epoch))) for lane, owner, epoch in rows}
        return {lane: held for lane, held in found.items() if pid in (0, held[0])}

    def refused(self) -> int:
        with self.open() as db:
            return int(str(db.execute("SELECT coalesce(sum(value), 0) FROM counter WHERE name='fence_refused'").get))

    def end_leases(self, pid: int) -> None:
        with self.open() as db:
            db.execute("UPDATE lane SET lease_until=0 WHERE owner LIKE ?", (f"%/{pid}/%",)).fetchall()

    def locked(self) -> bool:
        """Whether the write lock is held right now: the supervisor kills a frozen process that holds it."""
        with (self.var / "ledger.lock").open("rb+") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                return True
        return False


async def freeze(shop: Shop, ledger: Ledger) -> int:
    """A child that has lanes and is not just writing, stopped."""
    async with asyncio.timeout(20):
        while True:
            for pid in {owner for owner, _ in ledger.lanes().values()}:
                with suppress(ProcessLookupError):
                    stop_whole(pid)
                    if ledger.lanes(pid) and await writes_nothing(ledger):
                        return pid
                    os.kill(pid, signal.SIGCONT)
            await asyncio.sleep(0)


async def writes_nothing(ledger: Ledger) -> bool:
    """The others hold the lock for moments only."""
    try:
        await until(lambda: not ledger.locked(), 1)
    except AssertionError:
        return False
    return True


@asynccontextmanager
async def under_load(shop: Shop) -> AsyncIterator[None]:
    stop = asyncio.Event()
    load = asyncio.create_task(shop.load("orders", stop, 0.005))
    yield
    stop.set()
    await load


async def more(shop: Shop, orders: int = 100) -> None:
    accepted = shop.accepted["orders"]
    goal = len(accepted) + orders
    await until(lambda: len(accepted) >= goal, 20)


async def play(folder: Path) -> str:
    async with Sink(slowly) as sink, Shop(folder, sink.port, ROUTES) as shop:
        seen, accepted, ledger = sink.seen["orders"], shop.accepted["orders"], Ledger(folder)
        async with under_load(shop):
            await until(lambda: len(seen) > 30, 20)
            frozen = await freeze(shop, ledger)
            held = ledger.lanes(frozen)
            await more(shop)
            waiting = len(accepted) - len(seen)
            assert ledger.lanes(frozen) == held, "it lost its lanes before their leases were over"
            if not LONG:
                ledger.end_leases(frozen)
            await until(lambda: not ledger.lanes(frozen), 45)
        await until(lambda: {m["id"] for m in accepted} <= {a.id for a in seen}, 20)
        refused = ledger.refused()
        os.kill(frozen, signal.SIGCONT)
        await until(lambda: ledger.refused() > refused, 20)
        async with under_load(shop):
            await more(shop)
        await shop.settle()
        doubles, fenced = arrived(accepted, seen), ledger.refused() - refused
        in_order(seen)
        assert "a worker child died" not in shop.log, shop.log
        assert await shop.stop() == 0
    return f"orders {len(accepted)}, {len(held)} lanes taken over, {waiting} waited; fenced {fenced}, doubles {doubles}"


def test_a_frozen_child_is_not_heard(tmp_path: Path) -> None:
    print(asyncio.run(play(tmp_path / "shop")))
