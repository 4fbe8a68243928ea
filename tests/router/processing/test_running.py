"""Processing where identities are named on the way, and where what is not pure is kept."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from router.browse import Selection
from router.jobs import JobOrder
from router.message import Message
from router.ports import Outcome
from router.replay import Replay
from router.route import RetryPolicy
from tests.router.workshop import Do, Expr, FakeTarget, Split, Workshop, target

SOON = RetryPolicy(first=1.0, jitter=0.0)


@dataclass
class Once:
    function: Any
    within: float = 3600.0
    changed: str = "dead"
    verb: str = "dedupe"
    rule: str = "dedupe: test"
    of_body: bool = True

    def key(self, message: Message) -> str:
        return str(self.function(message))


def by_id(message: Message) -> str:
    return str(message.body["id"])


@dataclass
class Counting:
    """A step that is not pure: it counts how often it ran."""

    ran: list[Any] = field(default_factory=list)
    verb: str = "python"
    rule: str = "python: counting"
    impure: bool = True

    def apply(self, message: Message) -> Message:
        self.ran.append(message.body)
        return message.with_body({**message.body, "run": len(self.ran)})

    def keep(self, message: Message) -> bytes:
        return json.dumps(message.body).encode()

    def kept(self, message: Message, data: bytes) -> Message:
        return message.with_body(json.loads(data))


def fates(made: Workshop) -> list[tuple[str, str]]:
    return made.ledger.db.read("SELECT state, units FROM fate ORDER BY id")


def lines(*ids: str, n: int = 0) -> dict[str, Any]:
    return {"lines": [{"id": id, "n": n} for id in ids]}


def test_records_that_came_before_are_duplicates(tmp_path: Path) -> None:
    made = Workshop(tmp_path, targets=[target()], steps=(Split("lines"), Once(by_id)))
    made.put(lines("a", "b", "a"))
    made.deliver()
    made.put(lines("b", "c"))
    made.deliver()
    assert [body["id"] for body in made.targets["erp"].bodies] == ["a", "b", "c"]
    assert fates(made) == [("duplicate", "3"), ("duplicate", "1")]
    assert (made.parked(), made.open()) == ([], 0)


def test_a_record_with_other_content_under_the_same_key_is_dead(tmp_path: Path) -> None:
    made = Workshop(tmp_path, targets=[target()], steps=(Split("lines"), Once(by_id)))
    [first] = made.put(lines("a", "b"))
    made.deliver()
    made.put({"lines": [{"id": "a", "n": 9}, {"id": "b", "n": 0}, {"id": "c", "n": 0}]})
    made.deliver()
    assert [body["id"] for body in made.targets["erp"].bodies] == ["a", "b", "c"]
    [(record, stage, reason)] = made.ledger.db.read("SELECT record, stage, reason FROM parked")
    assert (record, stage) == (1, "dedupe")
    assert reason == f"same key, other content: 'a' came with record 1 of message {first}"


def test_changed_records_are_delivered_where_the_step_says_so(tmp_path: Path) -> None:
    made = Workshop(tmp_path, targets=[target()], steps=(Split("lines"), Once(by_id, changed="deliver")))
    made.put(lines("a"))
    made.put(lines("a", n=1), lines("a", n=1))
    made.deliver()
    assert [body["n"] for body in made.targets["erp"].bodies] == [0, 1]


def test_a_record_that_died_holds_no_key(tmp_path: Path) -> None:
    made = Workshop(
        tmp_path, targets=[target()], steps=(Split("lines"), Once(by_id), Do(lambda body: {"id": body["good"]})),
    )  # fmt: skip
    made.put({"lines": [{"id": "a"}]})
    made.deliver()
    assert made.parked() == [(1, "r", "dead", "map")]
    made.put({"lines": [{"id": "a", "good": "A"}]})
    made.deliver()
    assert made.targets["erp"].bodies == [{"id": "A"}]


def test_a_message_that_is_split_takes_its_own_identity_first(tmp_path: Path) -> None:
    name = Once(lambda message: message.headers["name"], of_body=False)
    made = Workshop(tmp_path, targets=[target()], source="folder", steps=(name, Split("lines")))
    made.put(lines("a"), headers={"name": "day-1"})
    made.deliver()
    made.put(lines("a"), headers={"name": "day-1"})
    made.deliver()
    made.put(lines("b"), headers={"name": "day-1"})
    made.deliver()
    assert [body["id"] for body in made.targets["erp"].bodies] == ["a"]
    assert fates(made) == [("duplicate", "0")]
    assert made.parked() == [(0, "r", "dead", "dedupe")]
    assert made.open() == 0


def test_what_is_not_pure_runs_once_a_message_whatever_is_tried_again(tmp_path: Path) -> None:
    step = Counting()
    made = Workshop(tmp_path, targets=[target(retry=SOON), target("u", "wms")], steps=(step,))
    made.targets["erp"] = FakeTarget(script=[Outcome("503", "busy", 503), Outcome("503", "busy", 503)])
    made.put({"n": 1})
    made.deliver()
    for _ in range(3):
        made.later(10)
        made.deliver()
    assert step.ran == [{"n": 1}]
    assert made.targets["erp"].bodies == [{"n": 1, "run": 1}] * 3
    assert made.targets["wms"].bodies == [{"n": 1, "run": 1}]


def test_what_is_not_pure_runs_once_a_record(tmp_path: Path) -> None:
    step = Counting()
    made = Workshop(tmp_path, targets=[target(retry=SOON)], steps=(Split("lines"), step))
    made.targets["erp"] = FakeTarget(script=[Outcome("503", "busy", 503)])
    made.put({"lines": [{"n": 1}, {"n": 2}]})
    made.deliver()
    made.later(10)
    made.deliver()
    assert [body["n"] for body in step.ran] == [1, 2]
    assert sorted((body["n"], body["run"]) for body in made.targets["erp"].bodies) == [(1, 1), (1, 1), (2, 2)]


def test_what_it_made_is_kept_where_a_later_step_dies_and_the_message_is_requeued(tmp_path: Path) -> None:
    step, broken = Counting(), [True]

    def later(body: Any) -> Any:
        return {"n": body["gone" if broken else "n"], "run": body["run"]}

    made = Workshop(tmp_path, targets=[target()], steps=(step, Do(later)))
    made.put({"n": 1})
    made.deliver()
    assert made.parked() == [(0, "r", "dead", "map")]
    broken.clear()
    requeue(made)
    made.deliver()
    assert len(step.ran) == 1
    assert made.targets["erp"].bodies == [{"n": 1, "run": 1}]


def requeue(made: Workshop) -> None:
    job = made.ledger.create_job(Selection(route="r"), JobOrder("requeue", {}, "ann", "mended"))
    assert job is not None
    Replay(made.ledger, lambda version: made.table, made.receiver).step(job)


def test_group_and_keys(tmp_path: Path) -> None:
    split = Split("lines", group=(Expr(lambda body: body["id"]),), keys={"ticket": Expr(lambda body: body[0]["id"])})
    made = Workshop(tmp_path, targets=[target()], steps=(split,))
    made.put(lines("7", "7", "8"))
    made.deliver()
    assert [[row["id"] for row in body] for body in made.targets["erp"].bodies] == [["7", "7"], ["8"]]
    assert made.ledger.db.read("SELECT name, value FROM business_key") == [("ticket", "7"), ("ticket", "8")]
