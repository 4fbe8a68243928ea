"""Shifts while the ledger is away: what they hold is given back, and nothing is lost with it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from router.errors import LedgerBusy
from router.ledger import Claim
from router.route import Connection
from router.shift import Shift
from tests.router.delivery.test_telling import Log
from tests.router.workshop import Workshop, target


def test_a_lane_that_was_left_for_want_of_the_ledger_is_given_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = Workshop(tmp_path, targets=[target()])
    shop.put({"n": 1})
    settle, release = shop.ledger.settle, shop.ledger.release

    def gone(*_: object) -> None:
        raise LedgerBusy("gone")

    async def run() -> None:
        desk = shop.desk()
        monkeypatch.setattr(shop.ledger, "settle", gone)
        monkeypatch.setattr(shop.ledger, "release", gone)
        await Shift(desk, shop.bell, patience=0, return_within=0).run()
        assert [claim.target for claim in desk.held] != []
        await Shift(desk, shop.bell, patience=0, return_within=0).run()
        monkeypatch.setattr(shop.ledger, "settle", settle)
        monkeypatch.setattr(shop.ledger, "release", release)
        assert shop.open() == 1
        rung = shop.bell.rung
        assert await Shift(desk, shop.bell, patience=0).run() == 1, "it waited for the end of the lease"
        assert (desk.held, shop.bell.rung) == ([], rung)
        await desk.close()

    asyncio.run(run())
    assert shop.open() == 0


def test_a_shift_ends_when_lanes_that_it_left_are_given_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another child of the host may answer all doorbells from then on."""
    monkeypatch.setattr("router.shift.RETURN_EVERY", 0.001)
    shop = Workshop(tmp_path, targets=[target()])
    shop.put({"n": 1})
    settle, release, tries = shop.ledger.settle, shop.ledger.release, list[object]()

    def gone(*_: object) -> None:
        raise LedgerBusy("gone")

    def back(claim: Claim) -> bool:
        tries.append(claim)
        return release(claim) if len(tries) > 3 else gone()  # type: ignore[func-returns-value]

    async def run() -> None:
        desk, other = shop.desk(), shop.desk()
        monkeypatch.setattr(shop.ledger, "settle", gone)
        monkeypatch.setattr(shop.ledger, "release", back)
        rung = shop.bell.rung
        await Shift(desk, shop.bell, patience=0).run()
        assert (len(tries), desk.held, shop.bell.rung) == (4, [], rung + 1)
        monkeypatch.setattr(shop.ledger, "settle", settle)
        assert await Shift(other, shop.bell, patience=0).run() == 1
        await desk.close()
        await other.close()

    asyncio.run(run())
    assert shop.open() == 0


def test_a_shift_without_a_ledger_ends_and_does_not_ring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = Workshop(tmp_path, targets=[target()])
    shop.put({"n": 1})

    def gone() -> None:
        raise LedgerBusy("gone")

    async def run() -> int:
        desk = shop.desk()
        monkeypatch.setattr(shop.ledger, "due", gone)
        served = await Shift(desk, shop.bell).run()
        await desk.close()
        return served

    rung = shop.bell.rung
    assert asyncio.run(run()) == 0
    assert shop.bell.rung == rung


def test_a_ledger_that_fails_takes_no_slot_of_a_connection_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They belong to all lanes of the host: each that was lost would make the connection slower, for ever."""
    shop = Workshop(tmp_path, targets=[target()])
    shop.connections["erp"] = Connection("erp", "fake", in_flight=2)
    shop.put({"n": 1})
    open_work = shop.ledger.open_work

    def gone(*_: object) -> None:
        raise LedgerBusy("gone")

    async def run() -> None:
        desk = shop.desk()
        for _ in range(4):
            monkeypatch.setattr(shop.ledger, "open_work", gone)
            await Shift(desk, shop.bell, patience=0).run()
        monkeypatch.setattr(shop.ledger, "open_work", open_work)
        await asyncio.wait_for(Shift(desk, shop.bell, seconds=2, patience=0).run(), 10)
        await desk.close()

    asyncio.run(run())
    assert shop.open() == 0


def test_shifts_of_one_child_say_once_that_the_ledger_is_gone_and_that_it_is_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = Workshop(tmp_path, targets=[target()])
    shop.log = Log()
    shop.put({"n": 1})
    there = shop.ledger.due

    def gone() -> list[tuple[str, int, int]]:
        raise LedgerBusy("gone")

    async def run() -> None:
        desk = shop.desk()
        for due in (gone, gone, gone, there, there):
            monkeypatch.setattr(shop.ledger, "due", due)
            await Shift(desk, shop.bell, patience=0).run()
        await desk.close()

    asyncio.run(run())
    assert len(shop.log.of("ledger_unavailable")) == 1
    assert len(shop.log.of("ledger_back")) == 1
    assert shop.open() == 0
