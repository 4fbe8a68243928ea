"""A disk that somebody else fills under load: nothing is accepted that is not stored, callers get 503, and when there is
space again it goes on by itself."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientError, ClientSession, ClientTimeout

from tests.faults.full import Disk, NoDisk, disk
from tests.faults.shop import ROUTES, Shop, arrived, in_order, until
from tests.faults.sink import Sink

MIB = 1 << 20
FLOOR = 8 * MIB
LIMITS = "limits: {{disk: 8MiB}}\n"
BODIES = """
  bodies:
    from: {{http: /bodies, clients: anyone}}
    to: [{{id: erp, send: {{http: erp, path: /bodies}}}}]
"""
LARGE = "x" * 200_000
"""A body that lies in a file beside the ledger."""


class Load:
    """Callers of all routes, what they were answered, and what was accepted."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.answers: Counter[int] = Counter()
        self.problems: list[Any] = []
        self.stop = asyncio.Event()
        self.tasks = [asyncio.create_task(self.call(kind)) for kind in ("orders", "pairs", "bodies")]

    async def call(self, kind: str) -> None:
        shop = self.shop
        async with ClientSession(timeout=ClientTimeout(total=20)) as session:
            while not self.stop.is_set():
                shop.sent[kind] = n = shop.sent[kind] + 1
                body = {"n": n, "key": f"k{n % 7}", "seq": n} | ({"text": LARGE} if kind == "bodies" else {})
                try:
                    async with session.post(f"{shop.url}/{kind}", json=body) as answer:
                        self.answers[answer.status] += 1
                        found = await answer.json()
                        if answer.status == 202:
                            shop.accepted[kind].append({**body, "id": found["id"]})
                        else:
                            self.problems.append((found, answer.headers.get("Retry-After")))
                except (ClientError, TimeoutError, OSError):
                    self.answers[0] += 1
                await asyncio.sleep(0.05 if kind == "bodies" else 0.01)

    async def end(self) -> None:
        self.stop.set()
        await asyncio.gather(*self.tasks)

    async def takes(self, more: int = 20) -> None:
        """Returns when so many more of each kind are accepted."""
        goals = {kind: len(self.shop.accepted[kind]) + more for kind in ("orders", "pairs", "bodies")}
        await until(lambda: all(len(self.shop.accepted[kind]) >= goal for kind, goal in goals.items()), 30)

    async def refused(self, more: int = 20) -> None:
        """Returns when so many more were refused, and none was accepted meanwhile."""
        goal, taken = self.answers[503] + more, self.answers[202] + 1000
        while self.answers[503] < goal or self.answers[202] != taken:
            assert self.answers[503] < goal + 2000, "some are still accepted"
            goal, taken = (goal, taken) if self.answers[202] == taken else (self.answers[503] + more, self.answers[202])
            await asyncio.sleep(0.02)


@pytest.fixture
def disks(tmp_path: Path) -> Iterator[tuple[Disk, Disk]]:
    """That of the ledger, and that of the files that are written."""
    with ExitStack() as stack:
        try:
            folder = tmp_path / "shop"
            yield stack.enter_context(disk(folder / "var", 128 * MIB)), stack.enter_context(disk(folder / "out", 64 * MIB))
        except NoDisk as reason:
            pytest.skip(f"a small file system cannot be mounted here: {reason}")


async def below_the_floor(shop: Shop, load: Load, var: Disk) -> None:
    """All is refused, with the reason, before anything breaks; what was accepted is delivered."""
    await until(lambda: (var.folder / "ballast").exists() and (var.folder / "ballast").stat().st_size == FLOOR // 2, 30)
    var.fill(FLOOR - 2 * MIB)
    await load.refused()
    problem, retry = load.problems[-1]
    assert (problem["status"], retry) == (503, "5")
    assert "are free on the disk, 8 MiB must be" in problem["detail"]
    assert "disk" in (await shop.figures("status"))["closed"]
    var.free()
    await load.takes()
    assert (await shop.figures("status")).get("closed") is None
    assert shop.log.count("action=intake_closed") == shop.log.count("action=intake_opened") == 1


async def to_the_last_byte(shop: Shop, load: Load, var: Disk) -> None:
    """At first the ballast is given up, and outcomes can be written; then not one byte is left, again and again."""
    var.fill()
    await until(lambda: not (var.folder / "ballast").exists(), 10)
    await until(lambda: "action=ballast_given_up" in shop.log, 10)
    await load.refused()
    counts = await asyncio.to_thread(shop.run, "status", "--wait-idle", "60s")
    assert counts.returncode == 0, "what was accepted is delivered and settled on the ballast's space"
    for _ in range(2):
        var.fill()
        await load.refused()
    var.free()
    await load.takes()
    await until(lambda: (var.folder / "ballast").exists(), 10)


async def in_the_middle(shop: Shop, load: Load, var: Disk) -> None:
    """Filled faster than anybody looks: the ledger and the blobs meet the end of the disk while they write."""
    for _ in range(2):
        var.fill()
        await asyncio.sleep(0.3)  # so long others write meanwhile; any time is good
        var.free()
        await load.takes(5)


async def at_the_target(shop: Shop, load: Load, out: Disk) -> None:
    """Files wait for their next try, all else goes on."""
    await load.takes(5)
    out.fill()
    await load.takes()
    await until(lambda: "No space left on device" in shop.log, 20)
    out.free()


async def day(folder: Path, var: Disk, out: Disk) -> None:
    async with Sink() as sink, Shop(folder, sink.port, ROUTES + BODIES + LIMITS) as shop:
        load = Load(shop)
        await at_the_target(shop, load, out)
        await below_the_floor(shop, load, var)
        await to_the_last_byte(shop, load, var)
        await in_the_middle(shop, load, var)
        await load.end()
        await shop.settle(60)
        for kind in ("orders", "pairs", "bodies"):
            arrived(shop.accepted[kind], sink.seen[kind])
            if not load.answers[0]:
                assert {a.id for a in sink.seen[kind]} == {m["id"] for m in shop.accepted[kind]}, "what got 503 is not stored"
        in_order(sink.seen["orders"])
        for pair in shop.accepted["pairs"]:
            assert json.loads((shop.folder / "out" / f"pair-{pair['n']}.json").read_bytes())["n"] == pair["n"]
        assert set(load.answers) <= {0, 202, 503}, load.answers
        assert "Traceback" not in shop.log, "an operator reads sentences"
        assert await shop.stop() == 0


def test_a_disk_that_is_filled_under_load(tmp_path: Path, disks: tuple[Disk, Disk]) -> None:
    asyncio.run(day(tmp_path / "shop", *disks))
