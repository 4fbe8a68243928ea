"""What the lanes of one worker child share: how it ends that has no memory left, what it gives back."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from router.ledger import Claim
from router.shift import Shift
from tests.router import test_collect
from tests.router.workshop import Do, Expr, Split, Workshop, target

FAT = 3


def hungry(body: dict[str, Any]) -> dict[str, Any]:
    if body["n"] in (FAT, str(FAT)):
        raise MemoryError
    return body


def delivering(folder: Path) -> Workshop:
    made = Workshop(folder, targets=[target()], steps=(Do(hungry),))
    made.put({"n": 1}, {"n": FAT})
    return made


def processing(folder: Path) -> Workshop:
    made = Workshop(folder, targets=[target(when=Expr(lambda body: body["n"]))], steps=(Split("lines"), Do(hungry)))
    made.put({"lines": [{"n": n} for n in range(5)]}, {"lines": [{"n": 1}]})
    return made


def collecting(folder: Path) -> Workshop:
    made = test_collect.shop(folder)
    made.route = replace(made.route, steps=(test_collect.ByCodec(), Do(hungry)))
    test_collect.put(made, [f"{n},yes" for n in range(5)])
    return made


@pytest.mark.parametrize("make", [delivering, processing, collecting])
def test_the_process_ends_while_the_mark_is_set(tmp_path: Path, make: Any) -> None:
    made = make(tmp_path)
    marked: list[int] = []

    async def shift() -> None:
        desk = made.desk()
        desk.exhausted = lambda: marked.append(made.marks[-1])
        try:
            await asyncio.wait_for(Shift(desk, made.bell).run(), 10)
        finally:
            await desk.close()

    with pytest.raises(MemoryError):
        asyncio.run(shift())
    assert marked[0] in {row[0] for row in made.ledger.db.read("SELECT id FROM work")}


def test_a_lane_that_is_left_while_others_are_given_back_is_given_back_too(tmp_path: Path) -> None:
    made = Workshop(tmp_path, targets=[target()])
    first, second = (Claim("r.erp", lane, "me", 1, 30.0, 0) for lane in (0, 1))

    async def run() -> list[Claim]:
        desk, released = made.desk(), list[Claim]()

        def release(claim: Claim) -> bool:
            released.append(claim)
            if claim == first:
                desk.held.append(second)
            return True

        made.ledger.release = release  # type: ignore[method-assign]
        desk.held.append(first)
        await desk.give_back()
        assert desk.held == []
        await desk.close()
        return released

    assert asyncio.run(run()) == [first, second]
