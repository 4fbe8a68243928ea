from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from router.ports import Outcome
from router.route import Connection, RetryPolicy
from router.shift import Shift
from tests.router.workshop import FakeTarget, Workshop, target


def test_a_slow_target_delays_nobody_else(tmp_path: Path) -> None:
    shop = Workshop(tmp_path, targets=[target("slow", "slow"), target("fast", "fast")])
    shop.connections["slow"] = Connection("slow", "fake", in_flight=2)

    async def run() -> int:
        gate = asyncio.Event()
        shop.targets["slow"] = FakeTarget(pause=lambda p: gate)
        desk = shop.desk()
        shift = asyncio.create_task(Shift(desk, shop.bell).run())
        async with asyncio.timeout(5):
            while len(shop.targets.get("fast", FakeTarget()).sent) < 200:
                await asyncio.sleep(0)
        waiting = len(shop.targets["slow"].sent)
        gate.set()
        await asyncio.wait_for(shift, 10)
        await desk.close()
        return waiting

    shop.put(*({"n": n} for n in range(200)))
    assert asyncio.run(run()) == 0
    assert len(shop.targets["slow"].sent) == 200


def test_a_doorbell_is_heard_while_answers_are_waited_for(tmp_path: Path) -> None:
    """Nothing else would have it look: it looks by itself once an hour."""
    shop = Workshop(tmp_path, targets=[target("slow", "slow"), target("fast", "fast")])

    async def run() -> None:
        gate = asyncio.Event()
        slow, fast = FakeTarget(pause=lambda p: gate), FakeTarget()
        shop.targets |= {"slow": slow, "fast": fast}
        desk = shop.desk()
        shift = Shift(desk, shop.bell, seconds=7200, look_every=3600)
        running = asyncio.create_task(shift.run())
        async with asyncio.timeout(10):
            while len(fast.sent) < 1 or len(shift.serving) > 1:
                await asyncio.sleep(0)
            for _ in range(20):
                shop.put({"n": 2})
                shift.ear.ring()
                sent = len(fast.sent)
                while len(fast.sent) == sent:
                    await asyncio.sleep(0)
        assert (slow.sent, running.done()) == ([], False)
        desk.stopping = lambda: True
        gate.set()
        await asyncio.wait_for(running, 10)
        await desk.close()

    shop.put({"n": 1})
    asyncio.run(run())


def test_lanes_of_what_is_gone_are_held(tmp_path: Path) -> None:
    shop = Workshop(tmp_path, targets=[target()])
    shop.put({"n": 1})
    gone, shop.connections = shop.connections, {}
    assert shop.deliver() == 0
    shop.connections = gone
    assert shop.deliver() == 1


def test_a_shift_over_its_time_rings_for_the_next(tmp_path: Path) -> None:
    shop = Workshop(tmp_path, targets=[target()])
    shop.put({"n": 1})

    async def run() -> None:
        desk = shop.desk()
        await Shift(desk, shop.bell, seconds=0).run()
        await desk.close()

    rung = shop.bell.rung
    asyncio.run(run())
    assert shop.bell.rung == rung + 1
    assert shop.open() == 1


def test_a_shift_that_waits_for_late_answers_serves_all_others(tmp_path: Path) -> None:
    shop = Workshop(tmp_path, targets=[target("slow", "slow"), target("fast", "fast")])
    shop.connections["slow"] = Connection("slow", "fake", in_flight=2)

    async def run() -> None:
        gate = asyncio.Event()
        slow, fast = FakeTarget(pause=lambda p: gate), FakeTarget()
        shop.targets |= {"slow": slow, "fast": fast}
        desk = shop.desk()
        shift = asyncio.create_task(Shift(desk, shop.bell, seconds=0.05).run())
        async with asyncio.timeout(10):
            while desk.late != {"slow"}:
                await asyncio.sleep(0)
            shop.put(*({"n": n} for n in range(200)))
            while len(fast.sent) < 400:
                await asyncio.sleep(0)
        assert (slow.sent, shift.done()) == ([], False)
        gate.set()
        await asyncio.wait_for(shift, 10)
        assert desk.late == set()
        await desk.close()

    rung = shop.bell.rung
    shop.put(*({"n": n} for n in range(200)))
    asyncio.run(run())
    assert shop.bell.rung > rung, "who is next was not told"
    shop.deliver()
    assert len(shop.targets["slow"].sent) == 400


def test_another_version_is_served_while_answers_are_waited_for(tmp_path: Path) -> None:
    """A target that hangs when the version changes keeps no other from it."""
    shop = Workshop(tmp_path, targets=[target("slow", "slow"), target("fast", "fast")])
    shop.connections["slow"] = Connection("slow", "fake", in_flight=2)

    async def run() -> None:
        gate = asyncio.Event()
        slow, before, after = FakeTarget(pause=lambda p: gate), FakeTarget(), FakeTarget()
        shop.targets |= {"slow": slow, "fast": before}
        newer: list[int] = []
        desk = shop.desk()
        desk.outdated = lambda: len(newer) == 1
        desk.follow = lambda: bool(newer.append(2)) or True  # type: ignore[func-returns-value]
        shift = asyncio.create_task(Shift(desk, shop.bell, seconds=3600).run())
        async with asyncio.timeout(30):
            while len(before.sent) < 20:
                await asyncio.sleep(0)
            shop.targets["fast"] = after
            newer.append(1)
            shop.put(*({"n": n} for n in range(20)))
            while len(after.sent) < 20:
                await asyncio.sleep(0)
        assert (slow.sent, shift.done(), len(newer)) == ([], False, 2)
        gate.set()
        desk.stopping = lambda: True
        await asyncio.wait_for(shift, 10)
        assert {one.closed for one in (slow, before)} == {True}
        await desk.close()

    shop.put(*({"n": n} for n in range(20)))
    asyncio.run(run())


def test_nothing_more_is_sent_to_a_late_connection_and_overtime_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What hangs has so many sends on their way as it had when the shift was over."""
    monkeypatch.setattr("router.shift.OVERTIME", 0.5)
    shop = Workshop(tmp_path, targets=[target("slow", "slow"), target("fast", "fast")])
    gates: list[asyncio.Event] = []

    def pause(parcel: object) -> asyncio.Event:
        gates.append(asyncio.Event())
        return gates[-1]

    async def run() -> int:
        slow, fast = FakeTarget(pause=pause), FakeTarget()
        shop.targets |= {"slow": slow, "fast": fast}
        desk = shop.desk()
        shift = Shift(desk, shop.bell, seconds=0.05)
        running = asyncio.create_task(shift.run())
        async with asyncio.timeout(10):
            while not desk.late:
                await asyncio.sleep(0)
            begun = len(gates)
            gates[0].set()
            while not slow.sent:
                await asyncio.sleep(0)
            asyncio.get_running_loop().call_later(1, lambda: [gate.set() for gate in gates])
            await running
        assert len(gates) == begun < 100
        assert len(fast.sent) == 100
        await desk.close()
        return begun

    shop.connections["slow"] = Connection("slow", "fake", in_flight=4)
    shop.put(*({"n": n} for n in range(100)))
    assert asyncio.run(run()) == len(shop.targets["slow"].sent)


def test_a_quick_retry_is_waited_for(tmp_path: Path) -> None:
    policy = RetryPolicy(first=0.4, jitter=0)
    shop = Workshop(tmp_path, targets=[target(retry=policy)])
    shop.targets["erp"] = FakeTarget(script=[Outcome("503", "HTTP 503", 503)])
    shop.put({"n": 1})

    async def run() -> None:
        desk = shop.desk()
        shift = asyncio.create_task(Shift(desk, shop.bell, patience=5).run())
        async with asyncio.timeout(5):
            while shop.parked() == []:
                await asyncio.sleep(0)
            shop.later(0.5)
            await shift
        await desk.close()

    asyncio.run(run())
    assert len(shop.targets["erp"].sent) == 2
    assert shop.parked() == []


def test_targets_of_a_connection(tmp_path: Path) -> None:
    shop = Workshop(tmp_path, targets=[target("a", "x"), target("b", "y"), target("c", "x")])
    assert shop.table.sent_to("x") == ["r.a", "r.c"]


def test_a_sick_target_with_ever_new_work_does_not_keep_the_breaker_shut_for_a_healthy_one(tmp_path: Path) -> None:
    shop = Workshop(tmp_path, targets=[target("sick"), target("well")])
    sick = FakeTarget(answer=lambda p: Outcome("connect", "refused") if ":sick" in p.delivery_id else None)
    shop.targets["erp"] = sick

    def arrived() -> int:
        return sum(1 for id, _ in sick.sent if ":well" in id)

    async def run() -> None:
        desk = shop.desk()
        shop.put({"n": 0}, {"n": 1}, {"n": 2}, {"n": 3})
        await Shift(desk, shop.bell).run()
        assert shop.ledger.circuits()["erp"].state == "open"
        before = arrived()
        for n in range(2):
            shop.put({"n": 10 + n})
            shop.later(31)
            await Shift(desk, shop.bell).run()
        assert arrived() > before
        await desk.close()

    asyncio.run(asyncio.wait_for(run(), 20))
