"""One output out of many records for a target that is no folder."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from adapters.outbound.folder.target import FolderTarget
from router.browse import Selection
from router.config.content import StoredContent
from router.delivery import spool
from router.delivery.sending import Desk, Spool
from router.jobs import JobOrder
from router.ledger import Claim
from router.ports import Outcome, Parcel
from router.process import Processor
from router.processing.records import RECORDS_PER_CHUNK
from router.replay import Replay
from router.route import RetryPolicy
from tests.router.workshop import Do, FakeTarget, Split, Workshop, target
from transforms.codecs import CODECS

BUSY = Outcome("503", "HTTP 503: busy", 503)


class Shop(Workshop):
    """With a spool."""

    def __init__(self, tmp_path: Path, **more: Any) -> None:
        self.spool = tmp_path / "spool"
        steps = more.pop("steps", ())
        policy = RetryPolicy(first=1.0, jitter=0.0)
        super().__init__(tmp_path, targets=[target(collect="message", retry=policy, **more)], steps=(Split("lines"), *steps))
        self.targets = {"erp": FakeTarget()}

    def desk(self) -> Desk:
        made = super().desk()
        made.spool = Spool(self.spool, FolderTarget(self.spool))
        return made

    def files(self) -> list[str]:
        return sorted(path.name for path in self.spool.glob("*")) if self.spool.exists() else []


def lines(*numbers: int) -> dict[str, Any]:
    return {"lines": [{"n": n} for n in numbers]}


def test_all_records_of_a_message_are_one_parcel(tmp_path: Path) -> None:
    made = Shop(tmp_path)
    [first, second] = made.put(lines(1, 2, 3), lines(4))
    made.deliver()
    assert sorted(made.targets["erp"].sent) == [(f"{first}:t", [{"n": 1}, {"n": 2}, {"n": 3}]), (f"{second}:t", [{"n": 4}])]
    assert (made.parked(), made.open(), made.files()) == ([], 0, [])


def test_what_fails_is_tried_again_as_a_whole_and_as_it_was(tmp_path: Path) -> None:
    made = Shop(tmp_path)
    seen: list[bytes] = []

    def answer(parcel: Parcel) -> Outcome | None:
        seen.append(parcel.body)
        return BUSY if len(seen) < 3 else None

    made.targets["erp"].answer = answer
    made.put(lines(1, 2))
    for _ in range(4):
        made.deliver()
        made.later(30)
    assert len(seen) == 3
    assert len(set(seen)) == 1
    assert (made.parked(), made.files()) == ([], [])


def test_an_output_that_is_refused_is_one_dead_letter_that_can_be_sent_again(tmp_path: Path) -> None:
    made = Shop(tmp_path)
    made.targets["erp"].script = [Outcome("422", "HTTP 422: no", 422)]
    made.put(lines(1, 2))
    made.deliver()
    assert made.parked() == [(0, "r.t", "dead", "send")]
    job = made.ledger.create_job(Selection(route="r"), JobOrder("requeue", {}, "ann", ""))
    assert job is not None
    Replay(made.ledger, lambda version: made.table, made.receiver).step(job)
    made.deliver()
    assert made.targets["erp"].bodies == [[{"n": 1}, {"n": 2}]] * 2
    assert made.parked() == []


def test_a_file_that_is_gone_is_written_again(tmp_path: Path) -> None:
    made = Shop(tmp_path)
    made.targets["erp"].script = [BUSY]
    made.put(lines(1, 2))
    made.deliver()
    [name] = [name for name in made.files() if not name.startswith(".")]
    (made.spool / name).unlink()
    made.later(5)
    made.deliver()
    made.deliver()
    assert made.targets["erp"].bodies == [[{"n": 1}, {"n": 2}]] * 2


def test_a_record_that_is_dead_is_not_waited_for_and_goes_alone_later(tmp_path: Path) -> None:
    broken = [True]

    def step(body: Any) -> Any:
        return {"n": body["gone" if broken and body["n"] == 2 else "n"]}

    made = Shop(tmp_path, steps=(Do(step),))
    [id] = made.put(lines(1, 2, 3))
    made.deliver()
    assert made.targets["erp"].bodies == [[{"n": 1}, {"n": 3}]]
    broken.clear()
    job = made.ledger.create_job(Selection(route="r"), JobOrder("requeue", {}, "ann", ""))
    assert job is not None
    Replay(made.ledger, lambda version: made.table, made.receiver).step(job)
    made.deliver()
    assert made.targets["erp"].sent[1] == (f"{id}:t:2", [{"n": 2}])
    assert ([row for row in made.parked() if row[2] != "requeued"], made.open()) == ([], 0)


def test_an_output_that_is_too_large_is_dead_with_the_way_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool, "MOST", 10)
    made = Shop(tmp_path)
    made.put(lines(*range(100)))
    made.deliver()
    [(state, reason)] = made.ledger.db.read("SELECT state, reason FROM parked")
    assert (state, "collect: {records: N}" in reason) == ("dead", True)


def test_an_open_breaker_is_probed_with_one_output(tmp_path: Path) -> None:
    made = Shop(tmp_path)
    made.targets["erp"].answer = lambda parcel: Outcome("connect", "refused")
    made.put(*(lines(n) for n in range(6)))
    made.deliver()
    before = len(made.targets["erp"].sent)
    assert before >= 3
    made.later(31)
    made.deliver()
    assert len(made.targets["erp"].sent) == before + 1
    made.targets["erp"].answer = None
    for _ in range(8):
        made.later(61)
        made.deliver()
    assert (made.parked(), made.open(), made.files()) == ([], 0, [])


def test_an_output_is_closed_when_the_rest_of_its_message_went_elsewhere(tmp_path: Path) -> None:
    """The chunk that is looked at last has nothing for it."""
    few = Do(lambda body: body if body["n"] <= RECORDS_PER_CHUNK else None, verb="filter", rule="filter: few")
    made = Shop(tmp_path, steps=(few,))
    made.put(lines(*range(1, 2 * RECORDS_PER_CHUNK + 1)))
    desk = made.desk()
    processor = Processor(made.ledger, desk.table, desk.reader, lambda mark: None, desk.isolate)

    def choose(claim: Claim, chunk: int | None) -> None:
        for work in made.ledger.open_work(claim, 4):
            if work.chunk == chunk:
                for choice in processor.turns(claim, work):
                    made.ledger.choose(claim, choice)
        made.ledger.release(claim)

    def claims() -> list[Claim]:
        found = [made.ledger.claim("r", lane, "me", 60) for lane in range(4)]
        return [claim for claim in found if claim is not None]

    [whole] = claims()
    choose(whole, None)
    first, second = claims()
    choose(first, 0)
    made.deliver()
    assert made.targets["erp"].sent == []
    choose(second, 1)
    made.deliver()
    [(_, body)] = made.targets["erp"].sent
    assert len(body) == RECORDS_PER_CHUNK
    assert (made.parked(), made.open(), made.ledger.check_due()) == ([], 0, 0)


def test_an_output_of_which_no_record_is_left_is_not_sent(tmp_path: Path) -> None:
    made = Shop(tmp_path)
    to = replace(made.route.targets[0], codec=CODECS["csv"]({}, StoredContent()), steps=(Do(lambda body: "a text"),))
    made.route = replace(made.route, targets=(to,))
    made.put(lines(1, 2))
    made.deliver()
    made.deliver()
    assert made.targets["erp"].sent == []
    assert made.parked() == [(1, "r.t", "dead", "encode"), (2, "r.t", "dead", "encode")]
    assert (made.open(), made.files()) == (0, [])
