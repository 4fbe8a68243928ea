from __future__ import annotations

import json

import pytest

from adapters import wiring
from adapters.ledger import moving
from adapters.ledger.sqlite import connection
from adapters.ledger.sqlite.schema import MIGRATIONS
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


def test_a_dry_run_of_pruning_answers_how_long_things_are_kept(room: Room) -> None:
    kept = room.json("ledger", "prune", "--dry-run")
    assert kept == {"id": "prune", "bodies_days": 30, "messages_days": 90, "dead_days": 365}


def test_a_migration_does_not_ask_where_there_is_nothing_to_lose(room: Room) -> None:
    newest = len(MIGRATIONS)
    assert room.json("ledger", "migrate") == {"id": "migrate", "before": 0, "now": newest}
    assert room.json("ledger", "migrate") == {"id": "migrate", "before": newest, "now": newest}
    assert room.err == f"schema {newest}, as before\n"


def test_an_older_schema_is_brought_up_to_date_when_it_was_agreed_to(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as older:
        for module in (connection, moving):
            older.setattr(module, "MIGRATIONS", MIGRATIONS[:-1])
        assert room.say("ledger", "migrate", "--yes") == 0
    newest = len(MIGRATIONS)
    assert room.say("ledger", "migrate") == 5
    assert f"this brings the ledger from schema {newest - 1} to {newest}" in room.err
    assert room.say("ledger", "migrate", "--yes") == 0
    assert f"schema {newest - 1} became {newest}" in room.err
