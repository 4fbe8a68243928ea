"""An operator's way: a dead letter is found and understood."""

from __future__ import annotations

import json

from adapters.commands.dlq import tried_row
from router.ledger import Attempt
from tests.adapters.commands.typing_room import DAY, Room

FIELDS = ["id", "message", "record", "route", "target", "stage", "reason", "error", "status", "attempts", "first_at",
          "last_at", "signature"]  # fmt: skip


def test_the_fields_that_stay(room: Room) -> None:
    id = room.dead_record()
    (letter,) = room.json("dlq", "list")
    assert list(letter)[: len(FIELDS)] == FIELDS
    assert letter["id"] == id
    assert letter["record"] == 2
    assert letter["target"] is None
    assert (letter["stage"], letter["error"]) == ("decode", "invalid")
    assert letter["reason"] == "line 3, column qty: 'x' is not a whole number"
    assert letter["first_at"].endswith("Z")
    assert room.say("dlq", "list", "-o", "jsonl") == 0
    assert json.loads(room.out)["id"] == id
    assert room.say("dlq", "list", "-o", "id", "--route", "till-sales") == 0
    assert room.out == f"{id}\n"


def test_groups_count_what_is_alike(room: Room) -> None:
    room.dead_record()
    room.send("till-sales", DAY.replace("x", "y").replace("0042", "0043"), "SALES_2.csv")
    room.work()
    (group,) = room.json("dlq", "groups")
    assert (group["count"], group["stage"], group["route"]) == (2, "decode", "till-sales")
    assert len(room.json("dlq", "list", "--group", group["id"])) == 2


def test_an_answer_is_shown_in_its_charset() -> None:
    tried = Attempt(
        1, 0, 1, 0, 0.1, False, "POST http://erp.example/", 400, "400", "no", "text/plain; charset=cp1252", b"f\xfcnf", b"{}",
    )  # fmt: skip
    assert tried_row(tried) == {"sent_to": "POST http://erp.example/", "request": "{}", "response": "fünf"}


def test_what_was_discarded_is_answered_as_its_job(room: Room) -> None:
    (job,) = room.json("dlq", "discard", room.dead_record(), "--yes", "--reason", "a test")
    assert (job["id"], job["kind"], job["state"], job["done"], job["skipped"]) == (1, "discard", "done", 1, 0)
