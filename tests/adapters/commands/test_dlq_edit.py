from __future__ import annotations

import json

from tests.adapters.commands.typing_room import Room


def test_an_edited_record_is_processed_and_makes_a_file_of_its_own(room: Room) -> None:
    id = room.dead_record()
    assert room.say("dlq", "edit", id, "--set", "body.qty=3") == 0, room.err
    assert room.say("dlq", "requeue", id, "--yes", "--reason", "typo at the till") == 0, room.err
    room.work()
    lines = (room.folder / "out/sales/SALES_1.requeue-1.ndjson").read_text().splitlines()
    assert [json.loads(line) for line in lines] == [
        {"sku": "B", "quantity": 3, "amount": "3.00", "store": "0042", "source_record": 2}
    ]
    assert room.json("dlq", "list") == []
    assert room.json("status")["delivered"] == 1


def test_an_edited_message_is_sent_under_its_id(room: Room) -> None:
    id = room.dead_delivery()
    (letter,) = room.json("dlq", "list", "--target", "web-orders.erp")
    assert letter["id"] == id
    body = room.folder / "fixed.json"
    body.write_text('{"order_no": "8", "customer": "C", "lines": [{"sku": "A", "qty": 2, "price": 1.5}]}')
    (done,) = room.json("dlq", "edit", id, "--body", body)
    assert (done["id"], done["edit"], done["kind"]) == (id, 1, "raw")
    assert room.say("messages", "body", id.partition(":")[0]) == 0
    assert '"order_no": "7"' in room.out, "the original is kept"
    assert room.say("messages", "body", id, "--hop", "sent") == 0
    assert json.loads(room.out)["total"] == "3.00"
    assert "idempotency key " + id + ".r2" in room.err
    assert room.say("dlq", "requeue", id, "--yes") == 0
    room.work()
    assert json.loads((room.folder / "out/orders/8.json").read_text())["total"] == "3.00"


def test_a_set_that_leads_nowhere_changes_nothing(room: Room) -> None:
    id = room.dead_delivery()
    assert room.say("dlq", "edit", id, "--set", "body.nothing.deep=1") == 1
    assert "body has no field nothing; there are order_no, customer, lines" in room.err
    assert room.say("dlq", "edit", id, "--set", "qty=1") == 1
    assert room.json("dlq", "show", id)["edits"] == 0
