from __future__ import annotations

from pathlib import Path

from adapters import wiring
from adapters.commands.hosts import behind
from adapters.ledger.memory import MemoryLedger
from tests.adapters.commands.typing_room import Room

HOUR = 3600


def test_status_shows_what_runs_where_and_by_which_version(room: Room) -> None:
    assert "hosts" not in room.json("status")
    app = wiring.open_project(room.settings)
    newest = app.table().version
    for role in ("web", "worker"):
        app.ledger.beat("n1", role, "shop", newest)
    app.ledger.beat("n2", "worker", "attic", newest - 1)
    app.close()
    found = room.json("status")["hosts"]
    assert [(h["id"], h["host"], h["runs"], h["version"], h["current"], h["state"]) for h in found] == [
        ("n2", "attic", ["worker"], newest - 1, newest, "up"),
        ("n1", "shop", ["web", "worker"], newest, newest, "up"),
    ]
    assert found[0]["seen_at"].endswith("Z")
    assert room.say("status") == 0
    assert f"{newest - 1}, while {newest} is current" in room.out


def test_a_check_finds_a_host_that_serves_an_older_version_for_long(tmp_path: Path) -> None:
    ledger = MemoryLedger(tmp_path)
    ledger.store_version({"routes.yaml": b"a"}, "ann", "")
    ledger.store_version({"routes.yaml": b"b"}, "ben", "")
    ledger.clock.advance(1)
    ledger.beat("n1", "web", "shop", 1)
    assert list(behind(ledger, HOUR * 1000)) == []
    ((text, advice),) = behind(ledger, 500)
    assert text == "web of host shop serves version 1, while 2 is current"
    assert "routes deploy" in advice
    ledger.clock.advance(HOUR)
    assert list(behind(ledger, 500)) == [], "it is away"
