"""Splitting: the check of `bad: reject` keeps its lane and lets others have their turn; a fault ends only what follows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from router.errors import DecodeError
from router.message import Envelope
from router.ports import Cut
from router.process import Processor
from router.processing.records import RECORDS_PER_CHUNK
from router.processing.splitting import CHUNKS_CHECKED
from tests.router.workshop import Do, Expr, Json, Split, Workshop, target


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


class Broken(Json):
    """Two chunks of two records, then what nobody can cut."""

    def cut(self, stream: BinaryIO, after: Cut | None = None, size: int = 262_144) -> Iterator[Cut]:
        yield Cut(0, 0, 2, 1, 2, 1)
        yield Cut(1, 2, 2, 3, 2, 3)
        raise DecodeError("line 5: a record is longer than 16 MiB")

    def records(self, stream: BinaryIO, cut: Cut, wanted: Sequence[int] | None = None) -> list[tuple[int, Any]]:
        numbers = range(cut.first_record, cut.first_record + cut.records) if wanted is None else wanted
        return [(n, {"n": n}) for n in numbers]

    def record_from_cells(self, cells: Any) -> Any:
        return cells


def test_what_was_cut_before_the_fault_goes_on(tmp_path: Path) -> None:
    shop = Workshop(tmp_path, targets=[target()], source="folder", steps=(Split("", by_codec=True),))
    shop.route = replace(shop.route, codec=Broken())
    shop.put(b"abcdefgh")
    shop.deliver()
    assert [body["n"] for body in shop.targets["erp"].bodies] == [1, 2, 3, 4]
    assert shop.parked() == [(0, "r", "dead", "decode")]
    assert shop.open() == 0


class Named(Expr):
    """A key that does not look at the body."""

    of_body = False


class Lined(Broken):
    """The same, but nothing of it is broken to who reads record by record."""

    asked = 0

    def cut(self, stream: BinaryIO, after: Cut | None = None, size: int = 262_144) -> Iterator[Cut]:
        yield Cut(0, 0, 8, 1, 4, 1)

    def decode(self, raw: bytes, envelope: Envelope) -> Any:
        Lined.asked += 1
        raise DecodeError("line 3, column qty: 'x' is not a whole number")


@pytest.mark.parametrize(("keys", "asked"), [(("file",), 0), (("file", "sku"), 1)])
def test_a_record_that_cannot_be_read_costs_no_other_for_the_sake_of_a_key(
    tmp_path: Path, keys: tuple[str, ...], asked: int
) -> None:
    every = {"file": Named(lambda body: "SALES_1"), "sku": Expr(lambda body: body[0]["sku"])}
    made = {name: every[name] for name in keys}
    shop = Workshop(tmp_path, targets=[target()], source="folder", steps=(Split("", by_codec=True),), keys=made)
    shop.route = replace(shop.route, codec=Lined())
    Lined.asked = 0
    shop.put(b"abcdefgh")
    shop.deliver()
    assert [body["n"] for body in shop.targets["erp"].bodies] == [1, 2, 3, 4]
    assert shop.parked() == []
    assert shop.ledger.db.read("SELECT name, value FROM business_key") == [("file", "SALES_1")]
    assert Lined.asked == asked, "what no key looks at is not read as a whole"
