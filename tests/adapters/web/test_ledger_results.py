from __future__ import annotations

from pathlib import Path

from adapters.web.ledger_results import LedgerResults
from adapters.web.results import Result
from router.ports import Outcome
from tests.router.workshop import Do, FakeTarget, Workshop, target


def seq_of(shop: Workshop, id: str) -> int:
    stored = shop.ledger.message_by_id(id)
    assert stored is not None
    return stored.seq


def test_the_answer_of_the_target_is_the_result(tmp_path: Path) -> None:
    shop = Workshop(tmp_path, targets=[target()])
    shop.targets["erp"] = FakeTarget(script=[Outcome(status=201, response=b"made", response_type="text/plain")])
    (id,) = shop.put({"n": 1})
    results = LedgerResults(shop.ledger, shop.bell)
    assert results.result(seq_of(shop, id), "r.t") == Result("open")
    shop.deliver()
    assert results.result(seq_of(shop, id), "r.t") == Result("delivered", 201, "text/plain", b"made")


def test_a_final_refusal_goes_back_with_its_status(tmp_path: Path) -> None:
    shop = Workshop(tmp_path, targets=[target()])
    shop.targets["erp"] = FakeTarget(script=[Outcome("409", "HTTP 409", 409, response=b"no")])
    (id,) = shop.put({"n": 1})
    shop.deliver()
    found = LedgerResults(shop.ledger, shop.bell).result(seq_of(shop, id), "r.t")
    assert (found.state, found.status, found.body, found.stage) == ("dead", 409, b"no", "send")


def test_one_that_never_reached_its_target_has_no_answer(tmp_path: Path) -> None:
    shop = Workshop(tmp_path, targets=[target()], steps=(Do(lambda b: b["missing"]),))
    (id,) = shop.put({"n": 1})
    shop.deliver()
    found = LedgerResults(shop.ledger, shop.bell).result(seq_of(shop, id), "r.t")
    assert (found.state, found.status, found.stage) == ("dead", None, "map")


def test_one_that_was_late_is_tried_again_and_rung_for(tmp_path: Path) -> None:
    shop = Workshop(tmp_path, targets=[target()])
    (id,) = shop.put({"n": 1})
    seq = seq_of(shop, id)
    with shop.ledger.db.write() as run:
        run("UPDATE message SET deadline=1, late='cancel' WHERE seq=?", (seq,))
    results = LedgerResults(shop.ledger, shop.bell)
    assert results.late(seq, "r.t") == "late"
    shop.deliver()
    assert results.result(seq, "r.t").state == "dead"
    rung = shop.bell.rung
    results.again(seq, "r.t")
    assert shop.bell.rung == rung + 1
    shop.deliver()
    assert results.result(seq, "r.t").state == "delivered"
