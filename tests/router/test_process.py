from __future__ import annotations

from pathlib import Path

from router.route import Otherwise
from tests.router.workshop import Do, Expr, Split, Workshop, target


def test_each_message_goes_to_the_targets_whose_when_holds(tmp_path: Path) -> None:
    big = target("big", "wms", when=Expr(lambda b: b["n"] > 5))
    shop = Workshop(tmp_path, targets=[target("all"), big])
    shop.put(*({"n": n} for n in range(10)))
    shop.deliver()
    assert sorted(b["n"] for b in shop.targets["erp"].bodies) == list(range(10))
    assert sorted(b["n"] for b in shop.targets["wms"].bodies) == [6, 7, 8, 9]


def test_the_first_that_holds_gets_it(tmp_path: Path) -> None:
    one = target("one", "a", when=Expr(lambda b: b["n"] > 5))
    two = target("two", "b", when=Expr(lambda b: b["n"] > 2))
    shop = Workshop(tmp_path, targets=[one, two], match="first", otherwise=Otherwise("dead", "too small"))
    shop.put(*({"n": n} for n in range(8)))
    shop.deliver()
    assert sorted(b["n"] for b in shop.targets["a"].bodies) == [6, 7]
    assert sorted(b["n"] for b in shop.targets["b"].bodies) == [3, 4, 5]
    assert [p[1:] for p in shop.parked()] == [("r", "dead", "route")] * 3


def test_otherwise_may_ignore_or_be_a_target(tmp_path: Path) -> None:
    one = target("one", "a", when=Expr(lambda b: b["n"] > 5))
    shop = Workshop(tmp_path, targets=[one], otherwise=Otherwise("ignore", "not ours"))
    shop.put({"n": 1})
    shop.deliver()
    assert shop.ledger.db.read("SELECT state, rule FROM fate") == [("filtered", "not ours")]
    other = Workshop(tmp_path, targets=[one, target("rest", "b")], otherwise=Otherwise("target", "rest"))
    other.put({"n": 1}, {"n": 9})
    other.deliver()
    assert other.targets["b"].bodies == [{"n": 1}]
    assert other.targets["a"].bodies == [{"n": 9}]


def test_a_condition_that_cannot_be_decided_is_a_dead_letter(tmp_path: Path) -> None:
    one = target("one", "a", when=Expr(lambda b: b["n"] > 5))
    shop = Workshop(tmp_path, targets=[one, target()])
    shop.put({"m": 1}, {"n": 9})
    shop.deliver()
    assert shop.parked() == [(0, "r", "dead", "route")]
    assert shop.targets["erp"].bodies == [{"n": 9}]


def test_what_a_filter_ends_is_recorded_with_its_rule(tmp_path: Path) -> None:
    keep = Do(lambda b: b if b["n"] % 2 else None, "filter", "filter: body.n is odd")
    shop = Workshop(tmp_path, targets=[target()], steps=(keep,))
    shop.put(*({"n": n} for n in range(6)))
    shop.deliver()
    assert sorted(b["n"] for b in shop.targets["erp"].bodies) == [1, 3, 5]
    assert shop.ledger.db.read("SELECT rule, n FROM fate") == [("filter: body.n is odd", 3)]


def test_a_message_is_split_into_records_with_ids_of_their_own(tmp_path: Path) -> None:
    shop = Workshop(tmp_path, targets=[target()], steps=(Split("lines"), Do(lambda b: {"sku": b["sku"]})))
    (id,) = shop.put({"lines": [{"sku": n} for n in range(1200)]})
    shop.deliver()
    shop.deliver()
    assert sorted(b["sku"] for b in shop.targets["erp"].bodies) == list(range(1200))
    assert (f"{id}:t:1", {"sku": 0}) in shop.targets["erp"].sent
    assert shop.open() == 0


def test_a_bad_record_is_a_dead_letter_and_the_rest_goes_on(tmp_path: Path) -> None:
    shop = Workshop(tmp_path, targets=[target()], steps=(Split("lines"), Do(lambda b: {"sku": b["sku"]})))
    shop.put({"lines": [{"sku": 1}, {"oops": 2}, {"sku": 3}]})
    shop.deliver()
    assert [b["sku"] for b in shop.targets["erp"].bodies] == [1, 3]
    assert shop.parked() == [(2, "r", "dead", "map")]


def test_reject_sends_nothing_and_lists_every_mistake(tmp_path: Path) -> None:
    steps = (Split("lines", reject=True), Do(lambda b: {"sku": b["sku"]}))
    shop = Workshop(tmp_path, targets=[target()], steps=steps)
    shop.put({"lines": [{"sku": 1}, {"oops": 2}, {"oops": 3}]})
    shop.deliver()
    assert shop.targets.get("erp") is None or shop.targets["erp"].sent == []
    ((record, name, state, stage),) = shop.parked()
    assert (record, name, state, stage) == (0, "r", "dead", "map")
    ((reason, details),) = shop.ledger.db.read("SELECT reason, details FROM parked")
    assert reason.startswith("2 records are wrong, nothing was sent: record 2: ")
    assert "record 3" in details


def test_records_keep_order_per_key_over_chunks(tmp_path: Path) -> None:
    one = target(order_by=Expr(lambda b: b["k"]))
    shop = Workshop(tmp_path, targets=[one], steps=(Split("lines"),))
    shop.put({"lines": [{"k": n % 7, "n": n} for n in range(1500)]})
    for _ in range(3):
        shop.deliver()
    for key in range(7):
        mine = [b["n"] for b in shop.targets["erp"].bodies if b["k"] == key]
        assert mine == sorted(mine)
    assert len(shop.targets["erp"].sent) == 1500


def test_a_message_without_records_is_filtered(tmp_path: Path) -> None:
    shop = Workshop(tmp_path, targets=[target()], steps=(Split("lines"),))
    shop.put({"lines": []})
    shop.deliver()
    assert shop.ledger.db.read("SELECT state, rule FROM fate") == [("filtered", "no record in it")]
    assert shop.open() == 0


def test_business_keys_are_stored(tmp_path: Path) -> None:
    shop = Workshop(tmp_path, targets=[target()], keys={"order": Expr(lambda b: b["no"])})
    shop.put({"no": "WEB-1"})
    assert shop.ledger.db.read("SELECT name, value FROM business_key") == [("order", "WEB-1")]
