from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from router.processing.serving import ProcessServer
from tests.router.workshop import Split, Workshop, target


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    """Whose messages are split: they are processed by a worker, not where they come in."""
    return Workshop(tmp_path, targets=[target()], steps=(Split("lines"),))


def served(shop: Workshop, draining: bool = False) -> list[str]:
    """Who owned the processing lane afterwards, of those that had work."""

    async def run() -> None:
        desk = shop.desk()
        desk.stopping = lambda: draining
        for name, lane, _ in shop.ledger.due():
            claim = shop.ledger.claim(name, lane, desk.owner, 60)
            assert claim is not None
            await ProcessServer(desk, claim).serve()
        await desk.close()

    asyncio.run(run())
    return [owner for (owner,) in shop.ledger.db.read("SELECT owner FROM lane WHERE owner<>''")]


def targets(shop: Workshop) -> set[str]:
    return {name for (name,) in shop.ledger.db.read("SELECT DISTINCT target FROM work WHERE state=0")}


def test_what_is_open_becomes_work_of_targets_and_the_lane_is_given_back(shop: Workshop) -> None:
    shop.put({"lines": [1, 2]}, {"lines": [3]})
    assert targets(shop) == {"r"}
    assert served(shop) == []
    assert targets(shop) == {"r.t"}


def test_a_shift_that_ends_leaves_it_to_the_next(shop: Workshop) -> None:
    shop.put({"lines": [1, 2]})
    assert served(shop, draining=True) == []
    assert targets(shop) == {"r"}
    assert served(shop) == []
    assert targets(shop) == {"r.t"}
