from __future__ import annotations

import json
from dataclasses import replace
from math import inf
from typing import Any

import pytest

from adapters.ledger.sql.jobs import Jobs
from router.errors import LedgerAway
from router.jobs import JobOutcome
from router.replay import Replay
from tests.adapters.commands.typing_room import Room


def test_waiting_says_whether_it_died_again(room: Room) -> None:
    id = room.dead_delivery()
    assert room.say("targets", "pause", "web-orders.erp", "--yes") == 0
    assert room.say("dlq", "requeue", id, "--yes", "--wait") == 4
    assert "1 are held: web-orders.erp is paused or gone" in room.err


def test_waiting_ends_when_all_have_ended(room: Room) -> None:
    id = room.dead_delivery()
    assert room.say("dlq", "requeue", id, "--yes") == 0
    room.work()
    assert room.json("jobs", "show", 1)["dead"] == 1, "the name is still taken"
    (room.folder / "out/orders/7.json").unlink()
    assert room.say("dlq", "requeue", id, "--yes") == 0
    room.work()
    shown = room.json("jobs", "show", 2)
    assert (shown["ended"], shown["dead"], shown["waiting"]) == (1, 0, {})


def test_waiting_ends_where_nothing_works(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.commands.requeueing.ABSENCE", 0.2)
    id = room.dead_delivery()
    assert room.say("dlq", "requeue", id, "--yes", "--wait") == 4
    assert "1 wait, and nothing works here: start `crossdock up`" in room.err


class Away:
    """In the place of a method of the ledger: fails so many times from the n-th call on, as if its server were away."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, method: str, times: float, first: int = 0) -> None:
        self.real, self.times, self.first, self.calls = getattr(Jobs, method), times, first, 0
        monkeypatch.setattr(Jobs, method, lambda jobs, *args: self.called(jobs, *args))
        monkeypatch.setattr("adapters.commands.requeueing.LAST_LOOK", 0.01)

    def called(self, jobs: Jobs, *args: Any) -> Any:
        self.calls += 1
        if self.first < self.calls <= self.first + self.times:
            raise LedgerAway("PostgreSQL cannot be reached")
        return self.real(jobs, *args)


@pytest.mark.parametrize("method", ["run_items", "job_outcome"])
def test_waiting_outlasts_an_outage_of_the_ledger(room: Room, monkeypatch: pytest.MonkeyPatch, method: str) -> None:
    id = room.dead_delivery()
    assert room.say("targets", "pause", "web-orders.erp", "--yes") == 0
    away = Away(monkeypatch, method, 3)
    assert room.say("dlq", "requeue", id, "--yes", "--wait", "-o", "json") == 4
    assert away.calls == 4
    assert room.err.count("PostgreSQL cannot be reached: waiting until it answers") == 1
    begun, over, held = (room.err.index(text) for text in ("job 1 has begun: ", "the ledger answers again", "1 are held"))
    assert begun < over < held
    assert json.loads(room.out)[0]["id"] == 1


@pytest.mark.parametrize("verb", [("requeue",), ("requeue", "--rate", "1/s"), ("discard", "--reason", "test")])
def test_who_does_not_wait_is_told_of_the_job_that_the_ledger_left(
    room: Room, monkeypatch: pytest.MonkeyPatch, verb: tuple[str, ...]
) -> None:
    id = room.dead_delivery()
    Away(monkeypatch, "run_items", inf)
    assert room.say("dlq", *verb, id, "--yes") == 6
    assert "PostgreSQL cannot be reached; job 1 has begun and goes on while Crossdock runs" in room.err
    assert "crossdock jobs show 1" in room.err


def test_a_ledger_that_is_lost_as_a_job_begins_says_where_to_look(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    id = room.dead_delivery()
    Away(monkeypatch, "create_job", inf)
    assert room.say("dlq", "requeue", id, "--yes", "--wait") == 6
    assert "crossdock jobs list says whether a job has begun" in room.err


def test_where_all_are_skipped_nothing_was_tried(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """As when the target of the letters is gone, or others were quicker: nothing is dead again."""
    id = room.dead_delivery()
    monkeypatch.setattr(Replay, "prepared", lambda replay, job, item: replace(item, why_not="its message is gone"))
    assert room.say("dlq", "requeue", id, "--yes", "--wait") == 1
    assert "nothing was tried, all 1 were skipped: crossdock jobs show 1" in room.err
    assert "dead again" not in room.err
    assert "--logic current" not in room.err
    assert room.json("jobs", "show", 1)["skips"] == ["1: its message is gone"]


def test_what_was_skipped_is_not_dead_again(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    id, other = room.dead_delivery(), room.dead_record()
    monkeypatch.setattr(Replay, "prepared", lambda replay, job, item: replace(item, why_not="gone" * bool(item.record)))
    monkeypatch.setattr(Jobs, "job_outcome", lambda jobs, number: JobOutcome(1, 1, {}))
    assert room.say("dlq", "requeue", id, other, "--yes", "--wait") == 4
    assert "1 of 2 were skipped" in room.err
    assert "1 have ended, 1 are dead\n" in room.err
    assert "--logic current" not in room.err
