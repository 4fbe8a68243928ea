from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from router.errors import MessageError
from router.receive import static, targets_of
from router.route import Source
from tests.router.workshop import Do, Expr, Workshop, target


class Check(Do):
    def __init__(self) -> None:
        super().__init__(lambda b: b, "validate", "validate: x")

    def apply(self, message):  # type: ignore[no-untyped-def]
        if "bad" in message.body:
            raise MessageError("validate", "invalid", "bad is not wanted")
        return message


class Once(Do):
    within = 60.0
    changed = "dead"

    def __init__(self) -> None:
        super().__init__(lambda b: b, "dedupe", "dedupe: no")

    def key(self, message):  # type: ignore[no-untyped-def]
        return str(message.body["no"])


def states(shop: Workshop, *bodies: object, **headers: str) -> list[str]:
    ids = shop.put(*bodies, headers=headers)
    found = []
    for id in ids:
        stored = shop.ledger.message_by_id(id)
        assert stored is not None
        found.append(shop.ledger.outcome(stored.seq, "r.t"))
    return found


def test_what_cannot_be_decoded_or_validated_is_refused_at_the_door(tmp_path: Path) -> None:
    shop = Workshop(tmp_path, targets=[target()], steps=(Check(),))
    assert states(shop, {"a": 1}, b"{", {"bad": 1}) == ["open", "refused", "refused"]
    assert shop.bell.rung == 1


def test_with_refuse_false_it_is_a_dead_letter(tmp_path: Path) -> None:
    shop = Workshop(tmp_path, targets=[target()], steps=(Check(),))
    shop.route = replace(shop.route, source=Source("http", {"http": "x", "refuse": False}))
    assert states(shop, b"{", {"bad": 1}) == ["dead", "dead"]


def test_the_same_key_is_a_duplicate_and_with_other_content_refused(tmp_path: Path) -> None:
    shop = Workshop(tmp_path, targets=[target()], steps=(Once(),))
    first, second = shop.put({"no": 1}, {"no": 1})
    assert first == second
    (third,) = shop.put({"no": 1, "x": 2})
    assert third != first
    stored = shop.ledger.message_by_id(third)
    assert stored is not None
    assert shop.ledger.outcome(stored.seq, "r.t") == "refused"


def test_a_callers_own_key_is_the_identity(tmp_path: Path) -> None:
    shop = Workshop(tmp_path, targets=[target()])
    first = shop.put({"a": 1}, headers={"idempotency-key": "k"})
    assert shop.put({"a": 1}, headers={"idempotency-key": "k"}) == first
    assert shop.put({"a": 1}, headers={"idempotency-key": "other"}) != first


def test_where_the_first_work_goes(tmp_path: Path) -> None:
    shop = Workshop(tmp_path, targets=[target("t"), target("u")])
    assert targets_of(shop.route) == (("r.t", 4), ("r.u", 4))
    chosen = replace(shop.route, targets=(target("t", when=Expr(lambda b: True)), target("u")))
    assert targets_of(chosen) == (("r", 4),)
    assert targets_of(replace(shop.route, targets=(target("t", order_by=Expr(lambda b: 1)),))) == (("r", 1),)
    keyed = replace(shop.route, keys={"order": Expr(lambda b: b["no"])})
    assert static(keyed)
    assert not static(replace(keyed, source=Source("folder", {"folder": "in"})))
