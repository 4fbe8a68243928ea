from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

import router.ticker
from router.errors import LedgerBusy
from router.ticker import Ticker
from tests.router.workshop import Workshop, target


def ticker(shop: Workshop, **more: object) -> Ticker:
    settings = {"owner": "me/1/1", "alive": lambda owner: None, "ready": lambda name: True, **more}
    return Ticker(shop.ledger, shop.bell, **settings)  # type: ignore[arg-type]


def test_it_rings_when_work_is_due_and_only_then(tmp_path: Path) -> None:
    shop = Workshop(tmp_path, targets=[target()])
    assert ticker(shop).tick() is False
    shop.put({"n": 1})
    rung = shop.bell.rung
    assert ticker(shop).tick() is True
    assert shop.bell.rung == rung + 1
    shop.deliver()
    assert ticker(shop).tick() is False


def test_what_a_breaker_defers_is_not_rung_for(tmp_path: Path) -> None:
    shop = Workshop(tmp_path, targets=[target()])
    shop.put({"n": 1})
    assert ticker(shop, ready=lambda name: name != "r.t").tick() is False


def test_only_one_rings(tmp_path: Path) -> None:
    shop = Workshop(tmp_path, targets=[target()])
    shop.put({"n": 1})
    assert ticker(shop).tick() is True
    assert ticker(shop, owner="other/1/1").tick() is False
    shop.later(3)
    assert ticker(shop, owner="other/1/1").tick() is True


def test_lanes_of_the_dead_are_freed_and_chores_are_done(tmp_path: Path) -> None:
    shop = Workshop(tmp_path, targets=[target()])
    shop.put({"n": 1})
    ((name, lane, _),) = shop.ledger.due()
    assert shop.ledger.claim(name, lane, "dead/9/9", 30) is not None
    done: list[int] = []
    assert ticker(shop, alive=lambda owner: False, chores=(lambda: done.append(1),)).tick(check=True) is True
    assert done == [1]
    assert shop.ledger.counters().get("missed_due", 0) == 0


def test_a_chore_that_fails_stops_no_ringing(tmp_path: Path) -> None:
    shop = Workshop(tmp_path, targets=[target()])
    shop.put({"n": 1})
    done: list[int] = []

    def fails() -> None:
        raise PermissionError(13, "Permission denied")

    assert ticker(shop, chores=(fails, lambda: done.append(1))).tick() is True
    assert done == [1]


def test_a_ledger_that_is_away_is_told_once_and_that_it_is_back_as_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = Workshop(tmp_path, targets=[target()])
    said: list[str] = []
    tries: list[int] = []

    class Log:
        def warning(self, text: str, **_: object) -> None:
            said.append(text)

        def info(self, text: str, action: str, seconds: int) -> None:
            said.append(f"{text} {action}")

    async def run() -> None:
        stop = asyncio.Event()

        def gone(alive: object) -> int:
            tries.append(1)
            if len(tries) == 7:
                loop.call_soon_threadsafe(stop.set)
            if len(tries) in (2, 3, 5):
                raise LedgerBusy("gone")
            return 0

        loop = asyncio.get_running_loop()
        monkeypatch.setattr(shop.ledger, "release_dead", gone)
        monkeypatch.setattr(router.ticker, "TICK", 0.01)
        await ticker(shop, log=Log()).run(stop)

    asyncio.run(run())
    assert said == ["gone; it is tried again each second", "the ledger answers again tick_resumed"] * 2
