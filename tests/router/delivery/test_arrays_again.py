"""Arrays that are sent again: the same, under the same id, and nothing of them beside; ordered ones too."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from router.ledger import Array, Claim
from router.ports import Outcome
from router.processing.serving import ProcessServer
from tests.router.delivery.test_arrays import BUSY, NO, numbers, shop, stored
from tests.router.workshop import Expr, Workshop


def test_order_by_keeps_one_array_on_its_way_and_blocks_keys(tmp_path: Path) -> None:
    made = shop(tmp_path, records=2, order_by=Expr(lambda body: "k"))
    made.targets["erp"].script = [BUSY]
    made.put(*({"n": n} for n in range(5)))
    made.deliver()
    assert numbers(made) == [[0, 1]]
    made.later(1.1)
    made.deliver()
    assert [n for array in numbers(made)[1:] for n in array] == [0, 1, 2, 3, 4]
    assert made.targets["erp"].most == 1


def test_an_array_of_one_key_is_sent_again_under_its_id_byte_for_byte(tmp_path: Path) -> None:
    made = shop(tmp_path, order_by=Expr(lambda body: "k"))
    made.targets["erp"].script = [BUSY, BUSY]
    made.put(*({"n": n} for n in range(5)))
    for _ in range(5):
        made.deliver()
        made.later(3)
    assert numbers(made)[:3] == [[0, 1, 2]] * 3
    assert len(set(made.targets["erp"].keys[:3])) == 1
    assert [n for array in numbers(made)[3:] for n in array] == [3, 4]
    assert (made.parked(), made.open(), stored(made)) == ([], 0, 0)


def deliveries(made: Workshop) -> Claim:
    """The claim of the lane that holds what is to be delivered, once it has been processed."""

    async def processed(claim: Claim) -> None:
        desk = made.desk()
        await ProcessServer(desk, claim).serve()
        await desk.close()

    while True:
        [(name, lane, _)] = made.ledger.due()
        claim = made.ledger.claim(name, lane, "gone/1/1", 30)
        assert claim is not None
        if "." in name:
            return claim
        asyncio.run(processed(claim))


@pytest.mark.parametrize("ordered", [None, Expr(lambda body: "k")], ids=["free", "ordered"])
@pytest.mark.parametrize("script", [[], [BUSY], [NO]], ids=["arrives", "busy", "refused"])
def test_an_array_that_was_on_its_way_when_all_died_is_sent_again_and_nothing_of_it_beside(
    tmp_path: Path, ordered: Any, script: list[Outcome]
) -> None:
    made = shop(tmp_path, order_by=ordered)
    made.put(*({"n": n} for n in range(4)))
    claim = deliveries(made)
    places = tuple((seq, 0) for (seq,) in made.ledger.db.read("SELECT seq FROM message ORDER BY seq LIMIT 3"))
    gathered = made.ledger.gather(claim, Array("stored", places))
    assert gathered is not None
    made.ledger.release(gathered)
    made.targets["erp"].script = list(script)
    made.deliver()
    for _ in range(3):
        made.later(3)
        made.deliver()
    again = [key for key, array in zip(made.targets["erp"].keys, numbers(made), strict=True) if array == [0, 1, 2]]
    assert again == ["stored:t"] * (2 if script == [BUSY] else 1)
    assert [array for array in numbers(made) if array != [0, 1, 2]] == [[3]]
    assert len(made.parked()) == (3 if script == [NO] else 0)
