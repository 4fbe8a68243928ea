from __future__ import annotations

import json

from tests.adapters.commands.typing_room import Room


def test_the_tests_of_the_new_project_pass(room: Room) -> None:
    assert room.say("routes", "test") == 0
    assert room.json("routes", "test", "--coverage")["tests"] != []


def test_the_new_project_takes_its_own_samples(room: Room) -> None:
    assert room.say("send", "web-orders", "transforms/samples/order.json") == 0
    assert room.say("send", "till-sales", "transforms/samples/SALES_0042.csv") == 0
    room.work()
    assert (room.folder / "out/orders/1001.json").exists()
    assert len((room.folder / "out/sales/SALES_0042.ndjson").read_text().splitlines()) == 3
    assert room.json("status")["dead"] == 1, "one record is wrong on purpose"


def test_nothing_is_overwritten(room: Room) -> None:
    before = (room.folder / "routes.yaml").read_text()
    (room.folder / "routes.yaml").write_text(before + "# mine\n")
    assert room.say("init", ".") == 5
    assert "routes.yaml is there already" in room.err
    assert (room.folder / "routes.yaml").read_text().endswith("# mine\n")
    (room.folder / "routes.yaml").unlink()
    assert room.say("init", ".") == 5
    assert "nothing was written" in room.err


def test_the_editor_reads_included_files_by_a_schema_of_their_own(room: Room) -> None:
    chosen = json.loads((room.folder / ".vscode/settings.json").read_text())["yaml.schemas"]
    whole, part = (json.loads((room.folder / name).read_text()) for name in chosen)
    assert list(chosen.values()) == ["routes.yaml", "routes/*.yaml"]
    assert "version" in whole["required"]
    assert "required" not in part
