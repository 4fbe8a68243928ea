"""Deliveries that are sent together: what is in an array, what is sent again, who is refused."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from router.message import Message
from router.ports import Outcome, Parcel
from router.route import Connection, Gather, RetryPolicy, Send
from router.shift import Shift
from tests.router.workshop import Do, FakeTarget, Json, Split, Workshop, target

SOON = RetryPolicy(first=1.0, jitter=0.0, for_=100.0)
BUSY = Outcome("503", "HTTP 503: busy", 503)
NO = Outcome("422", "HTTP 422: no", 422)


def shop(tmp_path: Path, records: int = 3, within: float = 0.05, **more: Any) -> Workshop:
    route = {name: more.pop(name) for name in ("steps",) if name in more}
    made = Workshop(tmp_path, targets=[target(gather=Gather(records, within), **{"retry": SOON, **more})], **route)
    made.connections["shelf"] = Connection("shelf", "fake")
    made.targets = {"erp": FakeTarget(), "shelf": FakeTarget()}
    return made


def sizes(made: Workshop) -> list[int]:
    return [len(body) for body in made.targets["erp"].bodies]


def stored(made: Workshop) -> int:
    return int(made.ledger.db.read("SELECT count(*) FROM array_out")[0][0])


def numbers(made: Workshop) -> list[list[int]]:
    return [[item["n"] for item in body] for body in made.targets["erp"].bodies]


def test_arrays_are_filled_in_order_and_the_last_does_not_wait_for_ever(tmp_path: Path) -> None:
    made = shop(tmp_path)
    made.put(*({"n": n} for n in range(7)))
    made.deliver()
    assert numbers(made) == [[0, 1, 2], [3, 4, 5], [6]]
    assert (made.parked(), made.open(), stored(made)) == ([], 0, 0)


def test_what_is_overdue_goes_with_those_right_behind_it(tmp_path: Path) -> None:
    """Alone, a route that lags behind would send arrays of one."""
    made = shop(tmp_path, records=50, within=10)
    made.received = lambda: datetime.fromtimestamp(made.ledger.now() / 1000 - 60, UTC)  # type: ignore[method-assign]
    made.put({"n": 0})

    async def run() -> None:
        desk = made.desk()
        shift = Shift(desk, made.bell)
        running = asyncio.create_task(shift.run())
        while not shift.serving:
            await asyncio.sleep(0)
        made.put(*({"n": n} for n in range(1, 5)))
        await running
        await desk.close()

    asyncio.run(asyncio.wait_for(run(), 20))
    made.deliver()
    assert max(sizes(made)) > 1
    assert sum(sizes(made)) == 5


def test_records_of_several_messages_share_an_array(tmp_path: Path) -> None:
    made = shop(tmp_path, records=4, steps=(Split("lines"),))
    made.put({"lines": [{"n": 1}, {"n": 2}]}, {"lines": [{"n": 3}, {"n": 4}]})
    made.deliver()
    made.deliver()
    assert sorted(n for array in numbers(made) for n in array) == [1, 2, 3, 4]
    assert len(made.ledger.db.read("SELECT 1 FROM attempt WHERE kind=3")) == 4


def test_its_id_is_that_of_its_row(tmp_path: Path) -> None:
    made = shop(tmp_path)
    rows: list[str] = []

    def answer(parcel: Parcel) -> None:
        rows.extend(id for (id,) in made.ledger.db.read("SELECT id FROM array_out"))

    made.targets["erp"].answer = answer
    made.put({"n": 1})
    made.deliver()
    assert made.targets["erp"].keys == [f"{rows[0]}:t"]
    assert made.targets["erp"].sent[0][0] == f"{rows[0]}:t"


def test_what_failed_is_sent_again_as_it_was_whatever_has_come_since(tmp_path: Path) -> None:
    made = shop(tmp_path)
    made.targets["erp"].script = [BUSY, BUSY]
    made.put({"n": 1}, {"n": 2})
    made.deliver()
    assert [state for _, _, state, _ in made.parked()] == ["retry", "retry"]
    made.put({"n": 3})
    made.later(1.1)
    made.deliver()
    made.later(10)
    made.deliver()
    assert numbers(made).count([1, 2]) == 3
    assert numbers(made).count([3]) == 1
    assert len({key for key, array in zip(made.targets["erp"].keys, numbers(made), strict=True) if array == [1, 2]}) == 1
    assert (made.parked(), stored(made)) == ([], 0)


class Dies(Exception):
    """The process is gone in the middle of a send."""


def test_an_array_whose_outcome_is_unknown_is_sent_again_byte_for_byte(tmp_path: Path) -> None:
    made = shop(tmp_path)

    def die(parcel: Parcel) -> Outcome | None:
        raise Dies

    made.targets["erp"].answer = die
    made.put({"n": 1}, {"n": 2})
    made.log = Quiet()
    made.deliver()
    assert stored(made) == 1
    made.put({"n": 3})
    made.targets["erp"].answer = None
    made.later(100)
    made.deliver()
    assert sorted(numbers(made)) == [[1, 2], [1, 2], [3]]
    [first, again] = [key for key, array in zip(made.targets["erp"].keys, numbers(made), strict=True) if array == [1, 2]]
    assert first == again
    assert (made.open(), stored(made)) == (0, 0)


class Quiet:
    """A lane that dies is logged; here that is what is wanted."""

    def error(self, event: str, **fields: Any) -> None:
        return

    warning = info = error


def test_an_array_that_is_refused_is_dead_member_by_member(tmp_path: Path) -> None:
    made = shop(tmp_path)
    made.targets["erp"].script = [NO]
    made.put({"n": 1}, {"n": 2})
    made.deliver()
    assert [(state, stage) for _, _, state, stage in made.parked()] == [("dead", "send")] * 2
    requests = [json.loads(r) for (r,) in made.ledger.db.read("SELECT request FROM attempt WHERE kind=1 ORDER BY seq")]
    assert requests == [{"n": 1}, {"n": 2}]
    assert stored(made) == 0


def test_members_that_the_answer_refuses_leave_the_array(tmp_path: Path) -> None:
    made = shop(tmp_path)
    made.targets["erp"].script = [Outcome(status=207, failed=(1,))]
    made.put({"n": 1}, {"n": 2}, {"n": 3})
    made.deliver()
    [(seq, state, error, reason)] = made.ledger.db.read("SELECT seq & 65535, state, error, reason FROM parked")
    assert (seq, state, error) == (1, "dead", "refused")
    assert reason == "the answer refuses member 1 of an array of 3"
    assert len(made.ledger.db.read("SELECT 1 FROM attempt WHERE kind=3")) == 2


def test_an_answer_that_refuses_a_member_that_is_not_there_refuses_all(tmp_path: Path) -> None:
    made = shop(tmp_path)
    made.targets["erp"].script = [Outcome(status=207, failed=(0, 5))]
    made.put({"n": 1}, {"n": 2})
    made.deliver()
    found = made.ledger.db.read("SELECT state, error, reason FROM parked")
    assert found == [("dead", "refused", "collect.failed names member 5 of an array of 2")] * 2


def test_a_refused_member_is_tried_again_alone_where_the_policy_says_so(tmp_path: Path) -> None:
    made = shop(tmp_path, retry=RetryPolicy(first=1.0, jitter=0.0, errors=("refused",)))
    made.targets["erp"].script = [Outcome(status=207, failed=(0, 2))]
    made.put({"n": 1}, {"n": 2}, {"n": 3})
    made.deliver()
    made.later(1.1)
    made.deliver()
    assert numbers(made) == [[1, 2, 3], [1, 3]]
    assert len(set(made.targets["erp"].keys)) == 2
    assert made.parked() == []


def test_who_cannot_be_made_or_written_is_dead_alone(tmp_path: Path) -> None:
    made = shop(tmp_path, records=4)
    made.put({"n": 1}, {"unwritable": 1, "n": 2}, {"n": 3})
    made.deliver()
    assert numbers(made) == [[1, 3]]
    assert [(state, stage) for _, _, state, stage in made.parked()] == [("dead", "encode")]


def test_the_targets_own_steps_make_the_members(tmp_path: Path) -> None:
    made = Workshop(
        tmp_path,
        targets=[target(gather=Gather(2, 0.05), steps=(Do(lambda b: None if b["n"] == 2 else {"n": b["n"] * 10}),))],
    )
    made.put({"n": 1}, {"n": 2}, {"n": 3})
    made.deliver()
    assert made.targets["erp"].bodies == [[{"n": 10}, {"n": 30}]]
    assert made.parked() == []


def test_a_dead_array_goes_to_the_fallback_as_it_is(tmp_path: Path) -> None:
    made = shop(tmp_path, fallback=Send("fake", "shelf", {}, lambda m: "shelf"))
    made.targets["erp"].script = [NO]
    made.put({"n": 1}, {"n": 2})
    made.deliver()
    assert made.targets["shelf"].bodies == [[{"n": 1}, {"n": 2}]]
    assert made.targets["shelf"].keys == made.targets["erp"].keys
    assert (made.parked(), stored(made)) == ([], 0)


def test_an_array_that_was_given_up_when_the_shift_ends_goes_to_the_fallback_alone(tmp_path: Path) -> None:
    made = shop(tmp_path, fallback=Send("fake", "shelf", {}, lambda m: "shelf"))
    stopping = [False]

    def refuse(parcel: Parcel) -> Outcome:
        stopping[0] = True
        return NO

    made.targets["erp"].answer = refuse
    made.put({"n": 1}, {"n": 2})
    plain = made.desk

    def desk() -> Any:
        found = plain()
        found.stopping = lambda: stopping[0]
        return found

    made.desk = desk  # type: ignore[method-assign]
    made.deliver()
    made.desk = plain  # type: ignore[method-assign]
    stopping[0] = False
    made.later(0.1)
    made.deliver()
    assert len(made.targets["erp"].sent) == 1
    assert made.targets["shelf"].bodies == [{"n": 1}, {"n": 2}]
    assert (made.parked(), made.open(), stored(made)) == ([], 0, 0)


def test_members_go_one_by_one_to_a_fallback_of_rows(tmp_path: Path) -> None:
    made = shop(tmp_path, fallback=Send("fake", "shelf", {}, lambda m: m.body["n"], rows=True))
    made.targets["erp"].script = [NO]
    made.put({"n": 1}, {"n": 2})
    made.deliver()
    assert made.targets["shelf"].bodies == [{"n": 1}, {"n": 2}]
    assert (made.parked(), made.open(), stored(made)) == ([], 0, 0)


def test_a_fallback_that_refuses_an_array_leaves_dead_members(tmp_path: Path) -> None:
    made = shop(tmp_path, fallback=Send("fake", "shelf", {}, lambda m: "shelf"))
    made.targets["erp"].script, made.targets["shelf"].script = [NO], [NO]
    made.put({"n": 1}, {"n": 2})
    made.deliver()
    assert [state for _, _, state, _ in made.parked()] == ["dead", "dead"]
    assert stored(made) == 0


def test_rows_have_an_address_each(tmp_path: Path) -> None:
    def address(message: Message) -> Any:
        return {"row": message.body["n"]}

    made = Workshop(
        tmp_path, targets=[target(gather=Gather(3, 0.05)).__class__(
            "t", "r", Send("fake", "erp", {}, address, rows=True), codec=Json(), gather=Gather(3, 0.05))],
    )  # fmt: skip
    seen: list[Parcel] = []
    made.targets = {"erp": FakeTarget(answer=lambda parcel: seen.append(parcel))}  # type: ignore[func-returns-value]
    [first, second] = made.put({"n": 1}, {"n": 2})
    made.deliver()
    assert [(m.delivery_id, m.body, m.address) for m in seen[0].members] == [
        (f"{first}:t", {"n": 1}, {"row": 1}), (f"{second}:t", {"n": 2}, {"row": 2}),
    ]  # fmt: skip


def test_a_version_without_arrays_sends_what_is_left_of_them_one_by_one(tmp_path: Path) -> None:
    made = shop(tmp_path)
    made.targets["erp"].script = [BUSY]
    made.put({"n": 1}, {"n": 2})
    made.deliver()
    made.route = made.make_route(targets=[target(retry=SOON)])
    made.later(1.1)
    made.deliver()
    assert made.targets["erp"].bodies[1:] == [{"n": 1}, {"n": 2}]
    assert (made.parked(), stored(made)) == ([], 0)


def test_an_open_breaker_is_probed_with_one_array(tmp_path: Path) -> None:
    made = shop(tmp_path, records=2)
    made.targets["erp"].answer = lambda parcel: Outcome("connect", "refused")
    made.put(*({"n": n} for n in range(12)))
    made.deliver()
    before = len(made.targets["erp"].sent)
    made.later(31)
    made.deliver()
    assert len(made.targets["erp"].sent) == before + 1
    made.targets["erp"].answer = None
    for _ in range(4):
        made.later(61)
        made.deliver()
    assert (made.parked(), made.open(), stored(made)) == ([], 0, 0)
    assert sorted({n for array in numbers(made) for n in array}) == list(range(12))
