"""Splitting with `bad: reject`: the check of a long message keeps its lane and lets others have their turn."""

from __future__ import annotations

from pathlib import Path

from router.process import Processor
from router.records import RECORDS_PER_CHUNK
from router.splitting import CHUNKS_CHECKED
from tests.router.workshop import Do, Split, Workshop, target


def test_the_check_renews_the_lease_on_the_way(tmp_path: Path) -> None:
    steps = (Split("lines", reject=True), Do(lambda b: {"sku": b["sku"]}))
    shop = Workshop(tmp_path, targets=[target()], steps=steps)
    count = RECORDS_PER_CHUNK * CHUNKS_CHECKED * 3
    shop.put({"lines": [{"sku": n} for n in range(count)]})
    claim = shop.ledger.claim("r", shop.ledger.due()[0][1], "me", 60)
    assert claim is not None
    (work,) = shop.ledger.open_work(claim, 4)
    marks: list[int] = []
    desk = shop.desk()
    choices = Processor(shop.ledger, desk.table, desk.reader, marks.append, desk.isolate).turns(claim, work)
    for _ in range(3):
        beat = next(choices)
        assert not any((beat.progress, beat.work, beat.chunks, beat.dead))
        assert marks[-1] == 0
        before = claim.until
        shop.later(20)
        claim = shop.ledger.choose(claim, beat)
        assert claim is not None
        assert claim.until > before
    for choice in choices:
        claim = shop.ledger.choose(claim, choice)
        assert claim is not None
    shop.ledger.release(claim)
    shop.deliver()
    assert len(shop.targets["erp"].sent) == count
