"""A store whose centre is away sells on; when it is back, each sale arrives once, in order per till, at a bounded rate,
whichever side is killed meanwhile."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.faults.edge import Pair
from tests.faults.line import CUT, DEAF, HOLE, OPEN
from tests.faults.shop import until

TILLS, EACH = 8, 45
RATE = 200


async def days_away(folder: Path) -> str:
    """The line is cut, swallows, loses answers, is cut and comes back; kill -9 at the store and at the centre in between."""
    async with Pair(folder, RATE) as pair:
        selling = await pair.sell(TILLS, EACH)
        await pair.line.become(HOLE)
        pair.write("till-90", 60)
        sale = asyncio.create_task(pair.sell(TILLS, EACH))
        for name in ("worker-0", "web", "inbound"):
            await asyncio.sleep(0.1)
            pair.store.kill(name)
        await sale
        assert pair.booked() == 0
        await pair.line.become(OPEN)
        await until(lambda: pair.booked() > 50, 20)
        speed = await pair.speed(2.0)
        await pair.line.become(DEAF)
        await until(lambda: pair.line.lost >= 3, 20)
        await pair.line.become(CUT)
        await asyncio.gather(pair.centre.killed(), pair.store.killed())
        await pair.line.become(OPEN)
        await until(lambda: pair.booked() > 500, 20)
        pair.centre.kill("worker")
        pair.write("till-90", 50)
        await pair.sell(TILLS, 10)
        await pair.caught_up(30)
        status = await pair.proved()
    assert speed < RATE * 1.2, f"it caught up at {speed:.0f} a second"
    assert status["duplicate"] > 0, "nothing was sent twice: the key was not needed"
    total = sum(pair.sold.values())
    return (
        f"sales {total}, lost 0, doubled 0, out of order 0; taken at {selling:.0f}/s offline, caught up at {speed:.0f}/s of "
        f"{RATE}/s; answers lost {pair.line.lost}, known again by their key {status['duplicate']}"
    )


def test_a_store_sells_while_its_centre_is_away(tmp_path: Path) -> None:
    print(asyncio.run(days_away(tmp_path)))
