from __future__ import annotations

from tests.adapters.commands.typing_room import Room


def test_a_requeue_is_a_job_that_can_be_shown(room: Room) -> None:
    id = room.dead_delivery()
    (job,) = room.json("dlq", "requeue", id, "--yes", "--reason", "space again")
    assert {name: job[name] for name in ("id", "kind", "state", "done", "total")} == {
        "id": 1, "kind": "requeue", "state": "done", "done": 1, "total": 1,
    }  # fmt: skip
    assert room.json("jobs", "list")[0]["reason"] == "space again"
    assert room.json("jobs", "show", 1)["waiting"] == {"web-orders.erp": 1}
    room.work()
    shown = room.json("jobs", "show", 1)
    assert (shown["waiting"], shown["dead"]) == ({}, 1)


def test_a_slow_job_can_be_cancelled(room: Room) -> None:
    room.dead_delivery()
    (room.folder / "out/orders/8.json").write_text("taken too")
    body = '{"order_no": "8", "customer": "C", "lines": [{"sku": "A", "qty": 1, "price": 1}]}'
    room.send("web-orders", body)
    room.work()
    (job,) = room.json("dlq", "requeue", "--all", "--rate", "1/h", "--yes")
    assert (job["state"], job["done"], job["total"]) == ("running", 1, 2)
    assert room.say("jobs", "cancel", 1) == 5
    assert room.say("jobs", "cancel", 1, "--yes") == 0
    assert room.json("jobs", "show", 1)["state"] == "cancelled"
    assert room.say("jobs", "cancel", 1, "--yes") == 5
    assert len(room.json("dlq", "list")) == 1


def test_a_job_that_is_not_there(room: Room) -> None:
    assert room.say("jobs", "show", 9) == 3
    assert room.say("jobs", "cancel", 9, "--yes") == 3
