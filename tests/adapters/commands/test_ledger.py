from __future__ import annotations

import json

from adapters import wiring
from tests.adapters.commands.typing_room import Room


def test_the_proof_adds_up(room: Room) -> None:
    room.dead_record()
    room.dead_delivery()
    proof = room.json("ledger", "verify")
    assert proof["ok"] is True
    assert proof["faults"] == []
    by_name = {(a["kind"], a["id"]): a for a in proof["accounts"]}
    assert by_name["route", "till-sales"]["dead"] == 1
    day = by_name["file", "till-sales.lake SALES_1.csv"]
    assert (day["accepted"], day["delivered"], day["dead"], day["adds_up"]) == (3, 2, 1, True)
    assert room.say("ledger", "verify") == 0
    assert "everything adds up" in room.err


def test_what_was_lost_is_said_with_code_one(room: Room) -> None:
    room.dead_delivery()
    app = wiring.open_project(room.settings)
    with app.ledger.db.write() as run:
        run("DELETE FROM parked")
    app.close()
    assert room.say("ledger", "verify", "-o", "json") == 1
    assert json.loads(room.out)["ok"] is False
    assert "1 units count as delivered at web-orders.erp, 0 have a receipt" in room.err


def test_pruning_asks_and_leaves_what_is_young(room: Room) -> None:
    room.dead_delivery()
    assert room.say("ledger", "prune") == 5
    assert "bodies after 30 days, messages after 90 days" in room.err
    assert room.say("ledger", "prune", "--yes", "-o", "json") == 0
    assert set(json.loads(room.out).values()) == {0}
