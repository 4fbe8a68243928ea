"""Units with rows of their own are read together."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from router.delivery.parked import ParkedReader
from router.delivery.units import UnitReader
from router.ports import Outcome
from router.processing.records import RecordReader
from router.route import RetryPolicy
from tests.router.workshop import FakeTarget, Split, Workshop, target

BUSY = Outcome("503", "HTTP 503: busy", 503)


def failed(tmp_path: Path, count: int) -> Workshop:
    made = Workshop(tmp_path, targets=[target(retry=RetryPolicy(first=1.0, jitter=0.0))], steps=(Split("lines"),))
    made.connections["erp"] = type(made.connections["erp"])("erp", "fake", in_flight=1000)
    made.targets = {"erp": FakeTarget(script=[BUSY] * count)}
    made.put({"lines": [{"n": n} for n in range(1, count + 1)]})
    made.deliver()
    return made


def test_a_chunk_is_read_once_for_all_of_its_parked_records(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = failed(tmp_path, 60)
    made.later(300)
    reads: list[list[int] | None] = []
    whole = RecordReader.records

    def counted(self: Any, route: Any, stored: Any, cut: Any, wanted: Any, edits: Any, envelope: Any) -> Any:
        reads.append(wanted)
        return whole(self, route, stored, cut, wanted, edits, envelope)

    monkeypatch.setattr(RecordReader, "records", counted)
    for _ in range(40):
        made.deliver()
        made.later(100)
    assert made.parked() == []
    assert sorted(body["n"] for body in made.targets["erp"].bodies[60:]) == list(range(1, 61))
    assert len(reads) < 30


def test_units_come_in_the_order_of_their_rows_with_their_bodies(tmp_path: Path) -> None:
    made = failed(tmp_path, 5)
    made.later(300)
    claim = next(c for lane in range(4) if (c := made.ledger.claim("r.t", lane, "me", 60)) is not None)
    rows = made.ledger.due_parked(claim, 10)
    reader = RecordReader(json.loads)
    units = UnitReader(made.ledger, lambda version: made.table, reader, lambda mark: None)
    found = ParkedReader(made.ledger, units).heads(list(reversed(rows)))
    assert [(u.record, u.body["n"]) for u in found] == [(p.record, p.record) for p in reversed(rows)]
    assert all(u.parked is not None and u.parked.attempt == 1 for u in found)
