from __future__ import annotations

from adapters import wiring
from tests.adapters.commands.typing_room import Room

ORDER = '{"order_no": "1", "customer": "C", "lines": [{"sku": "A", "qty": 1, "price": 2.5}]}'


def test_what_waits_at_a_target_is_listed(room: Room) -> None:
    room.send("web-orders", ORDER)
    orders, sales = room.json("targets", "list")
    assert list(orders)[:7] == ["id", "connection", "open", "retry", "dead", "circuit", "oldest"]
    assert (orders["id"], orders["connection"]) == ("web-orders.erp", "orders")
    assert (orders["open"], orders["circuit"]) == (1, "closed")
    assert orders["oldest"].endswith("Z")
    assert (sales["id"], sales["open"], sales["oldest"]) == ("till-sales.lake", 0, None)


def test_a_paused_target_holds_what_comes_until_it_is_resumed(room: Room) -> None:
    assert room.say("targets", "pause", "web-orders.erp") == 5
    assert room.say("targets", "pause", "web-orders.erp", "--yes", "--reason", "stocktaking") == 0
    room.send("web-orders", ORDER)
    room.work()
    assert not (room.folder / "out/orders/1.json").exists()
    assert room.json("targets", "list")[0]["paused"] is True
    assert room.say("targets", "resume", "web-orders.erp", "--yes") == 0
    room.work()
    assert (room.folder / "out/orders/1.json").exists()


def test_a_target_that_is_not_there(room: Room) -> None:
    assert room.say("targets", "pause", "nothing", "--yes") == 3
    assert "there is no target nothing" in room.err


def test_a_target_that_was_removed_is_listed_while_something_waits_there(room: Room) -> None:
    room.send("web-orders", ORDER)
    path = room.folder / "routes.yaml"
    path.write_text(path.read_text().partition("\ntests:")[0].replace("id: erp,", "id: files,"))
    wiring.prepare(room.settings)
    gone = next(row for row in room.json("targets", "list") if row["removed"])
    assert (gone["id"], gone["open"]) == ("web-orders.erp", 1)
    assert room.json("status")["held"] == 1


def test_a_target_that_is_reset_is_tried_at_once(room: Room) -> None:
    place = room.folder / "out/orders"
    place.parent.mkdir(exist_ok=True)
    place.write_text("a file where a folder should be")
    for no in range(1, 8):
        room.send("web-orders", ORDER.replace('"1"', f'"{no}"'))
    room.work()
    (orders, _) = room.json("targets", "list")
    assert (orders["circuit"], orders["dead"]) == ("open", 0)
    assert orders["retry"] > 0
    place.unlink()
    assert room.say("targets", "reset", "web-orders.erp") == 5
    assert room.say("targets", "reset", "web-orders.erp", "--yes", "--reason", "the folder is there again") == 0
    assert "the breaker of orders is closed" in room.err
    room.work()
    assert len(list(place.glob("*.json"))) == 7
    assert room.json("targets", "list")[0]["circuit"] == "closed"


def test_changes_of_targets_are_answered_for_programs(room: Room) -> None:
    paused = room.json("targets", "pause", "web-orders.erp", "--yes")
    assert paused == [{"id": "web-orders.erp", "paused": True, "changed": True}]
    assert room.json("targets", "pause", "erp", "--yes")[0]["changed"] is False
    resumed = room.json("targets", "resume", "erp", "--yes")
    assert resumed == [{"id": "web-orders.erp", "paused": False, "changed": True}]
    reset = room.json("targets", "reset", "erp", "--yes")
    assert reset == [{"id": "web-orders.erp", "connection": "orders", "circuit": "closed", "retry": 0}]
    assert room.say("targets", "resume", "erp", "--yes") == 0
    assert room.out == "", "on a terminal it was said already"
