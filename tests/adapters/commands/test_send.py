from __future__ import annotations

import pytest

from tests.adapters.commands.typing_room import Room

ORDER = '{"order_no": "1", "customer": "C", "lines": [{"sku": "A", "qty": 1, "price": 2.5}]}'


def test_each_file_is_a_message_and_ids_are_printed(room: Room) -> None:
    for name in ("a.json", "b.json"):
        (room.folder / name).write_text(ORDER)
    assert room.say("send", "web-orders", "a.json", "b.json", "-o", "id") == 0
    assert len(set(room.out.split())) == 2
    assert room.json("status")["accepted"] == 2


def test_a_large_file_lies_in_a_blob(room: Room) -> None:
    rows = "".join(f"0042;S{n};1;1,00\n" for n in range(6000))
    id = room.send("till-sales", "store;sku;qty;price\n" + rows, "SALES_9.csv")
    assert [path.name for path in (room.folder / "var/blobs").glob("*/*")] == [id]
    room.work()
    assert len((room.folder / "out/sales/SALES_9.ndjson").read_text().splitlines()) == 6000


def test_what_the_route_refuses_is_said(room: Room) -> None:
    (room.folder / "bad.json").write_text('{"order_no": "7"}')
    assert room.say("send", "web-orders", "bad.json") == 1
    assert "bad.json was refused" in room.err
    (room.folder / "good.json").write_text(ORDER)
    assert room.say("send", "web-orders", "bad.json", "good.json") == 4
    assert room.json("status")["refused"] == 2


def test_a_route_or_file_that_is_not_there(room: Room) -> None:
    (room.folder / "a.json").write_text(ORDER)
    assert room.say("send", "nothing", "a.json") == 2
    assert "there are web-orders, till-sales" in room.err
    assert room.say("send", "web-orders", "nothing.json") == 2


def test_who_sends_needs_no_secrets_of_connections(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are needed where a connection is opened, which `up` does."""
    config = room.folder / "routes.yaml"
    written = config.read_text()
    (room.folder / "a.json").write_text(ORDER)
    monkeypatch.setenv("ERP_KEY", "sesame")
    monkeypatch.setenv("AREA", "north")
    connection = '  erp: {type: http, url: "https://erp.example", headers: {Authorization: "Bearer ${secret:ERP_KEY}"}}'
    config.write_text(written.replace("connections:\n", f"connections:\n{connection}\n"))
    assert room.say("routes", "deploy", "--yes", "--no-tests") == 0, room.err
    monkeypatch.delenv("ERP_KEY")
    assert room.say("send", "web-orders", "a.json") == 0, room.err
    assert room.say("targets", "list") == 0, room.err


def test_a_reference_of_the_routes_must_be_set(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """It decides what becomes of the message."""
    config = room.folder / "routes.yaml"
    (room.folder / "a.json").write_text(ORDER)
    monkeypatch.setenv("AREA", "north")
    config.write_text(config.read_text().replace("{{ body.external_id }}.json", "{{ body.external_id }}-${env:AREA}.json"))
    assert room.say("routes", "deploy", "--yes", "--no-tests") == 0, room.err
    monkeypatch.delenv("AREA")
    assert room.say("send", "web-orders", "a.json") == 2
    assert "AREA" in room.err
