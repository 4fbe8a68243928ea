from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from router.message import Message
from router.ports import UNSENT, Outcome, Parcel
from router.route import RetryPolicy, Send, Source, Target
from tests.router.workshop import Do, Expr, FakeTarget, Json, Workshop, target

DOWN = Outcome("503", "HTTP 503", 503)
BAD = Outcome("400", "HTTP 400", 400)
PLAIN = RetryPolicy(jitter=0)


def ordered(**more: object) -> dict[str, object]:
    return {"targets": [target(order_by=Expr(lambda b: b["k"]), retry=PLAIN, **more)]}


def test_a_message_goes_through_its_steps_to_its_target(tmp_path: Path) -> None:
    shop = Workshop(tmp_path, targets=[target()], steps=(Do(lambda b: {"n": b["n"] + 1}),))
    (id,) = shop.put({"n": 1})
    shop.deliver()
    assert shop.targets["erp"].sent == [(f"{id}:t", {"n": 2})]
    assert shop.targets["erp"].keys == [f"{id}:t"]
    assert shop.open() == 0
    assert shop.parked() == []


def test_all_of_a_batch_arrive_once(tmp_path: Path) -> None:
    shop = Workshop(tmp_path, targets=[target()])
    shop.put(*({"n": n} for n in range(350)))
    shop.deliver()
    assert sorted(b["n"] for b in shop.targets["erp"].bodies) == list(range(350))
    assert shop.open() == 0


def test_a_failed_one_is_tried_again_at_its_time_under_the_same_id(tmp_path: Path) -> None:
    shop = Workshop(tmp_path, targets=[target(retry=PLAIN)])
    shop.targets["erp"] = FakeTarget(script=[DOWN, DOWN])
    (id,) = shop.put({"n": 1})
    shop.deliver()
    assert shop.parked() == [(0, "r.t", "retry", "send")]
    shop.deliver()
    assert len(shop.targets["erp"].sent) == 1
    shop.later(2.1)
    shop.deliver()
    assert len(shop.targets["erp"].sent) == 2
    shop.later(5.9)
    shop.deliver()
    assert len(shop.targets["erp"].sent) == 2
    shop.later(0.2)
    shop.deliver()
    assert [d for d, _ in shop.targets["erp"].sent] == [f"{id}:t"] * 3
    assert shop.parked() == []


def test_what_the_policy_does_not_name_is_dead_at_once(tmp_path: Path) -> None:
    shop = Workshop(tmp_path, targets=[target()])
    shop.targets["erp"] = FakeTarget(script=[BAD])
    shop.put({"n": 1})
    shop.deliver()
    assert shop.parked() == [(0, "r.t", "dead", "send")]


def test_the_policy_ends_by_time(tmp_path: Path) -> None:
    shop = Workshop(tmp_path, targets=[target(retry=RetryPolicy(jitter=0, for_=10))])
    shop.targets["erp"] = FakeTarget(answer=lambda p: Outcome("500", "HTTP 500", 500))
    shop.put({"n": 1})
    for _ in range(10):
        shop.deliver()
        shop.later(5)
    assert shop.parked() == [(0, "r.t", "dead", "send")]
    assert len(shop.targets["erp"].sent) == 3


def test_order_per_key_is_kept_through_a_retry_and_other_keys_flow(tmp_path: Path) -> None:
    shop = Workshop(tmp_path, **ordered())
    failing = [Outcome("500", "HTTP 500", 500)]
    shop.targets["erp"] = FakeTarget(answer=lambda p: failing.pop() if failing and b'"a"' in p.body else None)
    shop.put(*({"k": "ab"[n % 2], "n": n} for n in range(10)))
    shop.deliver()
    first = [b["n"] for b in shop.targets["erp"].bodies]
    assert [n for n in first if n % 2] == [1, 3, 5, 7, 9]
    assert [n for n in first if n % 2 == 0] == [0]
    shop.put({"k": "a", "n": 10})
    shop.deliver()
    shop.later(2.1)
    shop.deliver()
    a = [b["n"] for b in shop.targets["erp"].bodies if b["k"] == "a"]
    assert a == [0, 0, 2, 4, 6, 8, 10]
    assert shop.parked() == []


@pytest.mark.parametrize(("when_dead", "after"), [("skip", [0, 2, 4]), ("hold", [0])])
def test_the_key_behind_a_dead_one(tmp_path: Path, when_dead: str, after: list[int]) -> None:
    shop = Workshop(tmp_path, **ordered(when_dead=when_dead))
    shop.targets["erp"] = FakeTarget(answer=lambda p: BAD if b'"n": 0' in p.body else None)
    shop.put(*({"k": "a", "n": n} for n in (0, 2, 4)))
    shop.deliver()
    assert [b["n"] for b in shop.targets["erp"].bodies] == after


def test_the_breaker_opens_and_nothing_new_parks(tmp_path: Path) -> None:
    shop = Workshop(tmp_path, targets=[target(retry=PLAIN)])
    down = [True]
    shop.connections["erp"] = shop.connections["erp"].__class__(
        "erp", "fake", in_flight=1, breaker=shop.connections["erp"].breaker
    )
    shop.targets["erp"] = FakeTarget(answer=lambda p: DOWN if down[0] else None)
    shop.put(*({"n": n} for n in range(50)))
    shop.deliver()
    shop.deliver()
    assert shop.ledger.circuits()["erp"].state == "open"
    parked = len(shop.parked())
    assert parked < 50
    sent = len(shop.targets["erp"].sent)
    shop.later(31)
    shop.deliver()
    assert len(shop.targets["erp"].sent) == sent + 1
    down[0] = False
    shop.later(31)
    shop.deliver()
    assert shop.ledger.circuits()["erp"].state == "closed"
    shop.later(100)
    shop.deliver()
    assert shop.open() == 0
    assert shop.parked() == []
    assert {b["n"] for b in shop.targets["erp"].bodies} == set(range(50))


def test_what_an_adapter_has_not_begun_with_is_no_try_and_comes_again(tmp_path: Path) -> None:
    shop = Workshop(tmp_path, targets=[target(retry=RetryPolicy(jitter=0, attempts=1))])
    left = [0]

    def answer(parcel: Parcel) -> Outcome | None:
        """Two of each call; the others of it had no time."""
        left[0] += 1
        return None if left[0] % 5 in (1, 2) else Outcome(UNSENT)

    shop.targets["erp"] = FakeTarget(batch=5, answer=answer)
    shop.put(*({"n": n} for n in range(20)))
    for _ in range(20):
        shop.deliver()
    assert shop.open() == 0
    assert shop.parked() == []
    assert shop.ledger.circuits()["erp"].failures == 0
    assert len({id for id, _ in shop.targets["erp"].sent}) == 20


def test_an_outage_of_a_night_kills_nothing(tmp_path: Path) -> None:
    shop = Workshop(tmp_path, targets=[target(retry=RetryPolicy(jitter=0, for_=60))])
    down = [True]
    shop.targets["erp"] = FakeTarget(answer=lambda p: DOWN if down[0] else None)
    shop.put(*({"n": n} for n in range(5)))
    for _ in range(40):
        shop.deliver()
        shop.later(1000)
    down[0] = False
    for _ in range(10):
        shop.later(100)
        shop.deliver()
    assert shop.parked() == []
    assert shop.open() == 0


def test_one_bad_message_cannot_hold_the_breaker_open(tmp_path: Path) -> None:
    shop = Workshop(tmp_path, targets=[target(retry=PLAIN)])
    down = [True]
    shop.targets["erp"] = FakeTarget(answer=lambda p: DOWN if down[0] or b'"n": 0' in p.body else None)
    shop.put(*({"n": n} for n in range(6)))
    shop.deliver()
    down[0] = False
    for _ in range(4):
        shop.later(31)
        shop.deliver()
    assert {b["n"] for b in shop.targets["erp"].bodies} >= {1, 2, 3, 4, 5}
    assert shop.open() == 0
    assert [p[2] for p in shop.parked()] == ["retry"]


def test_a_step_that_fails_is_one_dead_letter_for_all_targets(tmp_path: Path) -> None:
    shop = Workshop(tmp_path, targets=[target("t"), target("u", "wms")], steps=(Do(lambda b: {"x": b["x"]}),))
    shop.put({"x": 1}, {"y": 1}, {"x": 2})
    shop.deliver()
    assert shop.parked() == [(0, "r", "dead", "map")]
    assert [b["x"] for b in shop.targets["erp"].bodies] == [1, 2]
    assert [b["x"] for b in shop.targets["wms"].bodies] == [1, 2]
    assert shop.open() == 0


def test_a_target_step_that_fails_is_dead_there_alone(tmp_path: Path) -> None:
    bad = target("t", steps=(Do(lambda b: {"x": b["missing"]}),))
    shop = Workshop(tmp_path, targets=[bad, target("u", "wms")])
    shop.put({"x": 1})
    shop.deliver()
    assert shop.parked() == [(0, "r.t", "dead", "map")]
    assert shop.targets["wms"].bodies == [{"x": 1}]


def test_sends_never_exceed_the_connections_limit(tmp_path: Path) -> None:
    shop = Workshop(tmp_path, targets=[target()])
    shop.connections["erp"] = shop.connections["erp"].__class__("erp", "fake", in_flight=3)
    shop.put(*({"n": n} for n in range(60)))
    shop.deliver()
    assert shop.targets["erp"].most <= 3
    assert len(shop.targets["erp"].sent) == 60


def test_a_unit_that_killed_two_children_runs_alone_and_dies_at_the_third(tmp_path: Path) -> None:
    shop = Workshop(tmp_path, targets=[target()])
    shop.put({"n": 1})
    (work,) = shop.ledger.db.read("SELECT id FROM work")
    shop.ledger.crashed(work[0], "SIGSEGV")
    shop.ledger.crashed(work[0], "SIGSEGV")
    shop.isolated = lambda _: "SIGSEGV"
    shop.deliver()
    assert shop.parked() == [(0, "r", "dead", "decode")]
    assert shop.ledger.db.read("SELECT reason FROM parked") == [("crashed the worker (SIGSEGV)",)]


def test_one_that_lives_alone_is_delivered(tmp_path: Path) -> None:
    shop = Workshop(tmp_path, targets=[target()])
    shop.put({"n": 1})
    (work,) = shop.ledger.db.read("SELECT id FROM work")
    shop.ledger.crashed(work[0], "SIGKILL")
    shop.ledger.crashed(work[0], "SIGKILL")
    shop.deliver()
    assert shop.targets["erp"].bodies == [{"n": 1}]


def test_the_mark_is_empty_after_all_was_computed(tmp_path: Path) -> None:
    shop = Workshop(tmp_path, targets=[target()])
    shop.put({"n": 1})
    shop.deliver()
    assert shop.marks[-1] == 0
    assert any(m > 0 for m in shop.marks)


def test_a_paused_target_is_not_served(tmp_path: Path) -> None:
    shop = Workshop(tmp_path, targets=[target()])
    shop.put({"n": 1})
    with shop.ledger.db.write() as run:
        run("UPDATE lane SET paused=1")
    shop.deliver()
    assert "erp" not in shop.targets or shop.targets["erp"].sent == []
    with shop.ledger.db.write() as run:
        run("UPDATE lane SET paused=0")
    shop.deliver()
    assert shop.targets["erp"].bodies == [{"n": 1}]


def test_large_bodies_make_small_batches(tmp_path: Path) -> None:
    made = Workshop(tmp_path, targets=[target()])
    sizes: list[int] = []
    counting = FakeTarget(batch=500)
    send = counting.send

    async def counted(parcels: Sequence[Parcel]) -> list[Outcome]:
        sizes.append(len(parcels))
        return await send(parcels)

    counting.send = counted  # type: ignore[method-assign]
    made.targets = {"erp": counting}
    made.put(*({"text": "x" * 3_000_000} for _ in range(7)))
    made.deliver()
    assert sum(sizes) == 7
    assert max(sizes) == 3


def test_a_batch_of_a_target_is_one_call(tmp_path: Path) -> None:
    shop = Workshop(tmp_path, targets=[target()])
    calls: list[int] = []

    class Many(FakeTarget):
        async def send(self, parcels):  # type: ignore[no-untyped-def]
            calls.append(len(parcels))
            return await super().send(parcels)

    shop.targets["erp"] = Many(batch=20)
    shop.put(*({"n": n} for n in range(50)))
    shop.deliver()
    assert calls == [20, 20, 10]


def test_the_address_sees_the_body_that_the_routes_steps_made_not_the_targets_own(tmp_path: Path) -> None:
    seen: list[Any] = []

    def prepare(message: Message) -> None:
        seen.append(message.body)

    one = Target("t", "r", Send("fake", "erp", {}, prepare), steps=(Do(lambda b: "text"),), codec=Json())
    shop = Workshop(tmp_path, targets=[one], steps=(Do(lambda b: {"id": b["n"]}),))
    shop.put({"n": 7})
    shop.deliver()
    assert seen == [{"id": 7}]
    assert shop.targets["erp"].bodies == ["text"]


@pytest.mark.parametrize("waited_for", [False, True])
@pytest.mark.parametrize("error", [None, "503"])
def test_of_a_long_answer_only_a_caller_needs_the_end(tmp_path: Path, waited_for: bool, error: str | None) -> None:
    """He gets none, and what arrived is not sent again."""
    shop = Workshop(tmp_path, targets=[target(retry=PLAIN)])
    if waited_for:
        options = {"http": "x", "reply": "result", "timeout": 60.0, "late": "deliver"}
        shop.route = replace(shop.route, source=Source("http", options))
    long = Outcome(error, "too long", 503 if error else 200, response=b"x" * 20_000, cut=True)
    shop.targets["erp"] = FakeTarget(script=[long])
    shop.put({"n": 1})
    shop.deliver()
    refused = waited_for and error is None
    assert shop.parked() == ([(0, "r.t", "dead" if refused else "retry", "send")] if refused or error else [])
    columns = "error, status, reason, length(response)"
    [(found, status, reason, kept)] = shop.ledger.db.read(f"SELECT DISTINCT {columns} FROM attempt")
    assert (found, status) == (error or ("refused" if refused else ""), None if refused else long.status)
    assert reason == ("too long; the caller waits for all of it" if refused else "too long")
    assert kept == (0 if waited_for and error else 16_384)
