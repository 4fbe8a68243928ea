"""Entries into the ledger, one transaction for all of a read."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.bodies import SMALL
from adapters.inbound.redis_stream.entries import Entry
from adapters.inbound.redis_stream.take import Taker
from adapters.ledger.memory import MemoryLedger
from router.errors import LedgerBusy
from router.receive import Receiver
from router.route import Route, Source
from tests.adapters.inbound.redis_stream.reading import ROUTE, bodies, memory
from tests.router.workshop import Bell, Json, target


def taker(ledger: MemoryLedger, route: Route = ROUTE) -> Taker:
    return Taker(route, Receiver(ledger, Bell()), ledger.blob, 3600.0)


def entry(n: int, *fields: bytes) -> Entry:
    return Entry(b"%d-1" % n, fields or (b"body", b"%d" % n))


def states(ledger: MemoryLedger, *entries: Entry, route: Route = ROUTE) -> list[str]:
    return [receipt.state for receipt in taker(ledger, route).store(entries)]


def test_what_comes_again_is_a_duplicate_whether_it_was_good_or_dead(tmp_path: Path) -> None:
    ledger = memory(tmp_path)
    dead = entry(3, b"sku", b"1")
    assert states(ledger, entry(1), entry(2), dead) == ["accepted", "accepted", "dead"]
    assert states(ledger, entry(1), dead, entry(4)) == ["duplicate", "duplicate", "accepted"]
    assert bodies(ledger) == [b"1", b"2", b'{"sku":"1"}', b"4"]


def test_the_same_id_with_another_body_is_another_entry(tmp_path: Path) -> None:
    ledger = memory(tmp_path)
    assert states(ledger, entry(1)) == ["accepted"]
    assert states(ledger, entry(1, b"body", b"other")) == ["accepted"]
    assert states(ledger, entry(1, b"body", b"1", b"type", b"sold")) == ["accepted"]
    assert states(ledger, entry(1, b"body", b"1", b"type", b"sold")) == ["duplicate"]


def test_each_group_gets_every_entry(tmp_path: Path) -> None:
    ledger = memory(tmp_path)
    other = Route("q", Source("redis", {**ROUTE.source.options, "group": "audit"}), (target(),), 1, codec=Json())
    assert states(ledger, entry(1)) == ["accepted"]
    assert states(ledger, entry(1), route=other) == ["accepted"]


def test_names_with_a_colon_are_not_mixed_up(tmp_path: Path) -> None:
    ledger = memory(tmp_path)
    for stream, group in (("a:b", "c"), ("a", "b:c")):
        options = {"redis": "events", "stream": stream, "group": group}
        route = Route("q", Source("redis", options), (target(),), 1, codec=Json())
        assert states(ledger, entry(1), route=route) == ["accepted"]


def test_a_large_body_lies_in_a_blob(tmp_path: Path) -> None:
    ledger = memory(tmp_path)
    body = b'"' + b"x" * SMALL + b'"'
    assert states(ledger, entry(1), entry(2, b"body", body)) == ["accepted", "accepted"]
    stored = ledger.message((1 << 16) | 1)
    assert stored is not None
    assert stored.envelope.blob is not None
    assert stored.envelope.read() == body
    assert states(ledger, entry(2, b"body", body)) == ["duplicate"]


def test_what_the_ledger_refuses_leaves_no_open_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = memory(tmp_path)
    made = []
    blob = ledger.blob

    def watched(id: str) -> object:
        made.append(blob(id))
        return made[-1]

    def busy(*_: object) -> None:
        raise LedgerBusy

    monkeypatch.setattr(ledger, "accept", busy)
    one = Taker(ROUTE, Receiver(ledger, Bell()), watched, 3600.0)  # type: ignore[arg-type]
    with pytest.raises(LedgerBusy):
        one.store([entry(1, b"body", b"x" * (SMALL + 1))])
    assert [writer._fd for writer in made] == [-1]  # type: ignore[attr-defined]
