from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Mapping

import pytest

from adapters.inlets import Inlets
from adapters.sources import Running
from router.route import Table


class Source:
    """Says when it begins and ends; ends when it is `let`."""

    def __init__(self, name: str, diary: list[str], slow: asyncio.Event | None = None) -> None:
        self.name, self.diary, self.slow = name, diary, slow

    async def run(self, stop: asyncio.Event) -> None:
        self.diary.append(f"{self.name} begins")
        await stop.wait()
        if self.slow is not None:
            await self.slow.wait()
        self.diary.append(f"{self.name} ends")


class Broken:
    async def run(self, stop: asyncio.Event) -> None:
        raise OSError("no such folder")


def table(version: int) -> Table:
    return Table(version, {}, {}, {})


async def settled() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


def test_each_source_follows_its_own_and_none_waits_for_another() -> None:
    async def played() -> list[str]:
        diary: list[str] = []
        slow, stop = asyncio.Event(), asyncio.Event()

        def opened(table: Table) -> Mapping[str, Running]:
            if table.version == 1:
                return {"a": Source("a1", diary, slow), "b": Source("b1", diary), "gone": Source("gone1", diary)}
            return {"a": Source("a2", diary), "b": Source("b2", diary), "new": Source("new2", diary)}

        inlets = Inlets(opened)
        running = asyncio.create_task(inlets.run(table(1), stop))
        await settled()
        assert diary == ["a1 begins", "b1 begins", "gone1 begins"]
        diary.clear()
        inlets.use(table(2))
        await settled()
        assert sorted(diary) == ["b1 ends", "b2 begins", "gone1 ends", "new2 begins"]
        diary.clear()
        slow.set()
        await settled()
        assert diary == ["a1 ends", "a2 begins"]
        diary.clear()
        stop.set()
        await running
        return sorted(diary)

    assert asyncio.run(played()) == ["a2 ends", "b2 ends", "new2 ends"]


def test_one_that_never_got_its_turn_does_not_begin() -> None:
    async def played() -> list[str]:
        diary: list[str] = []
        slow, stop = asyncio.Event(), asyncio.Event()
        inlets = Inlets(lambda table: {"a": Source(f"a{table.version}", diary, slow if table.version == 1 else None)})
        running = asyncio.create_task(inlets.run(table(1), stop))
        await settled()
        inlets.use(table(2))
        inlets.use(table(3))
        await settled()
        slow.set()
        await settled()
        stop.set()
        await running
        return diary

    assert asyncio.run(played()) == ["a1 begins", "a1 ends", "a3 begins", "a3 ends"]


def test_what_a_source_raises_is_raised() -> None:
    with pytest.raises(OSError, match="no such folder"):
        asyncio.run(Inlets(lambda table: {"a": Broken()}).run(table(1), asyncio.Event()))


def test_whoever_waits_for_the_sources_waits_for_their_first_looks_and_not_for_ever() -> None:
    class Folder:
        def __init__(self) -> None:
            self.looked = threading.Event()

        async def run(self, stop: asyncio.Event) -> None:
            await stop.wait()

    async def waited(folder: Folder) -> float:
        inlets, stop = Inlets(lambda table: {"a": folder, "b": Source("b1", [])}), asyncio.Event()
        running = asyncio.create_task(inlets.run(table(1), stop))
        await settled()
        begun = time.monotonic()
        await inlets.looked(0.2 if not folder.looked.is_set() else 60)
        stop.set()
        await running
        return time.monotonic() - begun

    slow, quick = Folder(), Folder()
    quick.looked.set()
    assert asyncio.run(waited(quick)) < 30
    assert asyncio.run(waited(slow)) >= 0.2
