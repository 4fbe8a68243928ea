"""Messages sent again as new ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from router.browse import Selection
from router.jobs import Job, JobOrder
from router.message import delivery_id, parse_id
from router.operating.replaying import sent_again
from router.replay import Replay
from router.route import Send, Table
from tests.router.processing.test_running import Once, by_id
from tests.router.workshop import Expr, Split, Workshop, target

BOTH = [target(), target("u", "wms")]


def order(made: Workshop, selection: Selection | None = None, **options: Any) -> Job | None:
    return made.ledger.create_replay(selection or Selection(route="r"), JobOrder("replay", options, "ann", "lost there"))


def replayed(made: Workshop, selection: Selection | None = None, **options: Any) -> Job:
    job = order(made, selection, **options)
    assert job is not None
    runner = Replay(made.ledger, lambda version: made.table, made.receiver)
    while job.state == "running":
        job = runner.step(job)
    made.deliver()
    return job


def sent(made: Workshop, connection: str = "erp") -> list[str]:
    return [id for id, _ in made.targets[connection].sent]


def test_a_replay_makes_new_deliveries_with_ids_of_their_own(tmp_path: Path) -> None:
    made = Workshop(tmp_path, targets=BOTH)
    [id] = made.put({"n": 1})
    made.deliver()
    job = replayed(made)
    assert (job.state, job.done, job.skipped) == ("done", 1, 0)
    assert sent(made) == [f"{id}:t", f"{id}:t.p2"]
    assert sent(made, "wms") == [f"{id}:u", f"{id}:u.p2"]
    replayed(made)
    assert sent(made)[-1] == f"{id}:t.p3"
    assert made.ledger.db.read("SELECT id, replay_of, replay FROM message WHERE replay > 0 ORDER BY replay") == [
        (f"{id}.p2", id, 2), (f"{id}.p3", id, 3),
    ]  # fmt: skip


def test_it_goes_to_the_target_that_is_asked_for_only(tmp_path: Path) -> None:
    made = Workshop(tmp_path, targets=BOTH)
    [id] = made.put({"n": 1})
    made.deliver()
    replayed(made, target="u")
    assert (sent(made), sent(made, "wms")) == ([f"{id}:t"], [f"{id}:u", f"{id}:u.p2"])


def test_a_choice_is_made_again_and_kept_to_the_targets_asked_for(tmp_path: Path) -> None:
    ships = target("u", "wms", when=Expr(lambda body: body["ship"], "body.ship"))
    made = Workshop(tmp_path, targets=[target(), ships])
    made.put({"ship": True}, {"ship": False})
    made.deliver()
    replayed(made, target="u")
    assert (len(sent(made)), len(sent(made, "wms"))) == (2, 2)
    assert (made.parked(), made.open()) == ([], 0)
    assert made.ledger.db.read("SELECT state, rule FROM fate") == [("filtered", "replayed to other targets only")]


def test_folders_are_for_those_who_name_them(tmp_path: Path) -> None:
    folder = target("lake", "out")
    folder = type(folder)("lake", "r", Send("folder", "out", {}, lambda m: None), codec=folder.codec)
    made = Workshop(tmp_path, targets=[target(), folder])
    [id] = made.put({"n": 1})
    made.deliver()
    replayed(made)
    assert sent(made, "out") == [f"{id}:lake"]
    assert made.ledger.job_skips(replayed(made, target="lake").id) == [
        "1: all its targets are folders, or others were asked for: name one with --to"
    ]
    replayed(made, to="r.lake")
    assert sent(made, "out") == [f"{id}:lake", f"{id}:lake.p3"]


def test_it_takes_no_identity_and_is_no_duplicate(tmp_path: Path) -> None:
    made = Workshop(tmp_path, targets=[target()], steps=(Once(by_id),))
    made.put({"id": "a"})
    made.deliver()
    replayed(made)
    assert len(sent(made)) == 2
    assert made.ledger.db.read("SELECT count(*) FROM seen") == [(1,)]


def test_records_are_sent_again_one_by_one(tmp_path: Path) -> None:
    made = Workshop(tmp_path, targets=[target()], steps=(Split("lines"),))
    [id] = made.put({"lines": [{"n": 1}, {"n": 2}]})
    made.deliver()
    replayed(made)
    assert sorted(sent(made)) == [f"{id}:t:1", f"{id}:t:1.p2", f"{id}:t:2", f"{id}:t:2.p2"]


def test_a_step_that_is_done_again_stores_nothing_twice(tmp_path: Path) -> None:
    made = Workshop(tmp_path, targets=[target()])
    made.put({"n": 1})
    made.deliver()
    job = order(made)
    assert job is not None
    runner = Replay(made.ledger, lambda version: made.table, made.receiver)
    runner.step(job)
    made.ledger.db.read("UPDATE job SET cursor=0, done=0, state='running'")
    runner.step(job)
    made.deliver()
    assert len(sent(made)) == 2


def test_what_was_refused_is_left_alone(tmp_path: Path) -> None:
    made = Workshop(tmp_path, targets=[target()], steps=(Once(by_id),))
    made.put({"id": "a"})
    made.put({"id": "a"}, b"{bad")
    made.deliver()
    job = replayed(made)
    assert (job.done, job.skipped) == (3, 2)
    assert sorted(made.ledger.job_skips(job.id)) == ["1: it was a duplicate", "1: it was refused"]


def test_what_would_be_sent_again_is_counted(tmp_path: Path) -> None:
    made = Workshop(tmp_path, targets=[target(), target("u", "wms")], steps=(Once(by_id),))
    [first, *_] = [*made.put({"id": "a"}), *made.put({"id": "b"}), *made.put({"id": "a"}, b"{bad")]
    made.deliver()

    def table(version: int) -> Table:
        if version == 9:
            raise KeyError("there is no config version 9")
        return made.table

    def again(selection: Selection | None = None, **options: Any) -> int:
        return sent_again(made.ledger, table, selection or Selection(route="r"), options)

    assert made.ledger.replay_count(Selection(route="r")) == 4
    assert again() == 2
    assert again(to="r.u") == 2
    assert again(target="r.gone") == 0
    assert again(version=9) == 2
    assert again(Selection(ids=(first,))) == 1
    made.ledger.db.read("UPDATE message SET body=NULL, blob=NULL WHERE id=?", (first,))
    assert again() == 1
    replayed(made)
    assert again() == 1


def test_a_replay_is_not_replayed_with_what_it_replays(tmp_path: Path) -> None:
    made = Workshop(tmp_path, targets=[target()])
    [id] = made.put({"n": 1})
    made.deliver()
    replayed(made)
    assert made.ledger.replay_count(Selection(route="r")) == 1
    assert made.ledger.replay_count(Selection(ids=(f"{id}.p2",))) == 0


def test_how_it_went_is_told_by_the_messages_that_it_made(tmp_path: Path) -> None:
    made = Workshop(tmp_path, targets=[target()])
    made.put({"n": 1}, {"n": 2})
    made.deliver()
    job = order(made)
    assert job is not None
    Replay(made.ledger, lambda version: made.table, made.receiver).step(job)
    assert made.ledger.job_outcome(job.id).waiting == {"r.t": 2}
    made.deliver()
    assert made.ledger.job_outcome(job.id).ended == 2


def test_ids_are_read_as_they_are_made() -> None:
    for message, target_id, record in (("m", "t", 0), ("m", "t", 7), ("m", "", 7), ("m", "", 0), ("m.p2", "t", 7)):
        assert parse_id(delivery_id(message, target_id, record)) == (message, target_id, record)
    assert delivery_id("m.p2", "t", 7) == "m:t:7.p2"
