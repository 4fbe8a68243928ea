"""The log of a worker: dead letters with their reasons, retries counted, breakers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from router.delivery.telling import MOST_TOLD
from router.ports import Outcome
from tests.router.workshop import Do, FakeTarget, Workshop, target


class Log:
    def __init__(self) -> None:
        self.lines: list[dict[str, Any]] = []

    def _line(self, event: str, **values: Any) -> None:
        self.lines.append(values)

    info = warning = error = _line

    def of(self, action: str) -> list[dict[str, Any]]:
        return [line for line in self.lines if line["action"] == action]


def shop(tmp_path: Path, **options: Any) -> tuple[Workshop, Log]:
    made = Workshop(tmp_path, targets=[target()], **options)
    made.log = Log()
    return made, made.log


def test_a_dead_delivery_is_told_with_its_message_and_reason(tmp_path: Path) -> None:
    made, log = shop(tmp_path)
    made.targets["erp"] = FakeTarget(script=[Outcome("400", "HTTP 400", 400)])
    (id,) = made.put({"n": 1})
    made.deliver()
    (line,) = log.of("dead_letter")
    assert (line["message"], line["target"], line["stage"], line["reason"]) == (id, "r.t", "send", "HTTP 400")


def test_what_dies_before_any_target_is_told_once(tmp_path: Path) -> None:
    made, log = shop(tmp_path, steps=(Do(lambda b: b["missing"]),))
    made.put({"n": 1})
    made.deliver()
    assert [line["stage"] for line in log.of("dead_letter")] == ["map"]


def test_many_are_counted(tmp_path: Path) -> None:
    made, log = shop(tmp_path)
    made.targets["erp"] = FakeTarget(script=[Outcome("400", "HTTP 400", 400)] * 50)
    made.put(*({"n": n} for n in range(50)))
    made.deliver()
    told = len(log.of("dead_letter"))
    assert told >= MOST_TOLD
    assert told + sum(line["count"] for line in log.of("dead_letters")) == 50


def test_retries_and_the_breaker(tmp_path: Path) -> None:
    made, log = shop(tmp_path)
    made.targets["erp"] = FakeTarget(script=[Outcome("connect", "refused")] * 5)
    made.put(*({"n": n} for n in range(5)))
    made.deliver()
    assert {line["reason"] for line in log.of("delivery_retry")} == {"refused"}
    assert [(line["connection"], line["reason"]) for line in log.of("breaker_opened")] == [("erp", "connect: refused")]
    made.later(3600)
    for _ in range(3):
        made.deliver()
    assert [line["connection"] for line in log.of("breaker_closed")] == ["erp"]
