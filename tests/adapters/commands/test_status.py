from __future__ import annotations

import json

from tests.adapters.commands.typing_room import Room

ORDER = '{"order_no": "1", "customer": "C", "lines": [{"sku": "A", "qty": 1, "price": 2.5}]}'
FIELDS = ["accepted", "open", "retry", "held", "dead", "delivered", "filtered", "duplicate", "refused", "discarded"]


def test_it_counts_messages_by_their_state(room: Room) -> None:
    counts = room.json("status")
    assert list(counts) == FIELDS
    assert set(counts.values()) == {0}
    room.send("web-orders", ORDER)
    assert room.json("status")["open"] == 1
    room.work()
    assert room.json("status") == dict.fromkeys(FIELDS, 0) | {"accepted": 1, "delivered": 1}


def test_a_place_where_nothing_was_is_told_so_that_its_zeros_mislead_nobody(room: Room) -> None:
    assert room.say("status", "--var", "vra") == 0
    assert room.err.startswith(f"there was no ledger in {room.folder / 'vra'}: a new one has been made, and knows nothing.")
    assert room.say("dlq", "list", "--var", "vra") == 0
    assert room.err == "no dead letters\n"
    assert room.say("routes", "graph", "--var", "another") == 0
    assert room.err == ""


def test_it_waits_until_nothing_is_open_or_gives_up_in_time(room: Room) -> None:
    room.send("web-orders", ORDER)
    assert room.say("status", "--wait-idle", "100ms") == 1
    assert "1 deliveries are open and 0 in retry (messages: 1 open, 0 in retry): the time is over\n" in room.err
    room.work()
    assert room.say("status", "--wait-idle", "10s") == 0
    assert room.say("status", "--wait-idle", "soon") == 2


TWO = """
  both:
    from: {http: /both, clients: anyone}
    format: json
    to:
      - {id: dead, send: {folder: sales, name: "taken.json"}}
      - {id: later, send: {folder: sales, name: "taken.json"}, retry: {first: 1h, errors: [any]}}
"""


def test_it_says_what_it_waits_for_where_a_message_is_dead_at_another_target(room: Room) -> None:
    routes = room.folder / "routes.yaml"
    routes.write_text(routes.read_text().partition("\ntests:")[0] + TWO)
    (room.folder / "out/sales").mkdir(parents=True, exist_ok=True)
    (room.folder / "out/sales/taken.json").write_text("someone else's")
    room.send("both", "{}")
    room.work()
    counts = room.json("status")
    assert (counts["dead"], counts["retry"]) == (1, 0)
    assert room.say("status", "--wait-idle", "10ms") == 1
    assert "0 deliveries are open and 1 in retry (messages: 0 open, 0 in retry): the time is over\n" in room.err


def findings(room: Room, *words: object) -> set[str]:
    """What a check finds in a room where nothing runs, beside that."""
    assert room.say("status", "--check", *words, "-o", "json") == 1
    answered = json.loads(room.out)
    assert list(answered)[: len(FIELDS)] == FIELDS
    assert answered["healthy"] is False
    return {finding["id"] for finding in answered["findings"]} - {"processes"}


def test_a_check_says_what_is_wrong_and_what_to_do(room: Room) -> None:
    assert room.say("status", "--check") == 1
    assert room.err.endswith("\nno process of Crossdock runs here: crossdock up\n")
    assert findings(room) == set()
    room.dead_record()
    assert findings(room) == {"dead"}
    assert "1 messages are dead: crossdock dlq groups" in room.err
    assert findings(room, "--max-dead", 1) == set()


def test_a_check_is_red_for_what_is_held(room: Room) -> None:
    room.send("web-orders", ORDER)
    room.say("targets", "pause", "erp", "--yes")
    assert room.say("status", "--check") == 1
    assert "1 messages are held" in room.err
    assert room.json("status")["held"] == 1
