from __future__ import annotations

import json

from tests.adapters.commands.typing_room import Room

ORDER = '{"order_no": "%s", "customer": "C", "lines": [{"sku": "A", "qty": 1, "price": 2.5}]}'


def test_a_message_is_found_by_its_key_and_state(room: Room) -> None:
    first = room.send("web-orders", ORDER % "1001")
    second = room.send("web-orders", ORDER % "1002")
    room.work()
    (found,) = room.json("messages", "find", "--key", "order=1001")
    assert list(found)[:6] == ["id", "route", "state", "received_at", "keys", "targets"]
    assert (found["id"], found["state"], found["keys"]) == (first, "delivered", {"order": "1001"})
    (target,) = found["targets"]
    assert (target["id"], target["state"], target["error"]) == ("web-orders.erp", "delivered", None)
    assert target["attempts"] == 1
    assert room.say("messages", "find", "--state", "delivered", "-o", "id") == 0
    assert room.out.split() == [second, first]
    assert room.say("messages", "find", "--state", "dead") == 3
    assert room.say("messages", "find", "--key", "order") == 2
    assert len(room.json("messages", "find", "--limit", 1)) == 1
    assert room.say("messages", "find", "--since", "1h", "-o", "jsonl") == 0
    assert len(room.out.splitlines()) == 2


def test_its_life_is_told(room: Room) -> None:
    id = room.send("web-orders", ORDER % "1001")
    room.work()
    told = room.json("messages", "trace", id)
    assert told["state"] == "delivered"
    assert [event["what"] for event in told["events"]][:2] == ["received", "stored"]
    assert "delivered" in [event["what"] for event in told["events"]]
    assert room.say("messages", "trace", id) == 0
    assert "delivered after" in room.out


def test_its_bytes_at_each_hop(room: Room) -> None:
    id = room.send("web-orders", ORDER % "1001")
    room.work()
    assert room.say("messages", "body", id) == 0
    assert room.out == ORDER % "1001"
    assert room.say("messages", "body", id, "--hop", "sent", "--target", "erp") == 0
    assert room.out == (room.folder / "out/orders/1001.json").read_text()
    assert room.say("messages", "body", id, "--hop", "sent", "--target", "nothing") == 3


def test_what_is_not_there(room: Room) -> None:
    for verb in ("show", "trace", "body"):
        assert room.say("messages", verb, "0191") == 3
        assert "there is no message 0191" in room.err


def test_show_says_how_it_stands(room: Room) -> None:
    id = room.send("web-orders", ORDER % "1001")
    assert room.json("messages", "show", id)["state"] == "open"
    room.work()
    assert room.say("messages", "show", id[:20]) == 0
    assert "web-orders.erp" in room.out


def test_the_bytes_of_a_record_and_of_what_was_collected(room: Room) -> None:
    dead = room.dead_record()
    message = dead.partition(":")[0]
    assert room.say("messages", "body", dead) == 0
    assert room.out == '{"store":"0042","sku":"B","qty":"x","price":"1,00"}\n'
    room.say("dlq", "edit", dead, "--set", "body.qty=5", "--yes")
    assert room.say("messages", "body", dead) == 0
    assert json.loads(room.out)["qty"] == 5
    assert room.say("messages", "body", f"{message}:3") == 0
    assert json.loads(room.out)["sku"] == "C"
    assert room.say("messages", "body", f"{message}:4") == 3
    for hop in ("sent", "answer"):
        assert room.say("messages", "body", message, "--hop", hop) == 0
        assert room.out.strip().endswith(".ndjson")
        assert f"{message}:RECORD" in room.err
