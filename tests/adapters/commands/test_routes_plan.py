from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.adapters.commands.test_routes_deploy import edit
from tests.adapters.commands.typing_room import DAY, ORDER, Room

MAP = "transforms/maps/order_to_sales_order.yaml"
SCHEMA = "transforms/schemas/orders.py"


@pytest.fixture
def shop(room: Room) -> Room:
    """Twelve orders and a day file came, into a project without tests."""
    config = room.folder / "routes.yaml"
    config.write_text(config.read_text().partition("\ntests:")[0] + "\n")
    for n in range(12):
        room.send("web-orders", ORDER.replace('"qty": 1', f'"qty": {n % 4 + 1}') % n)
    room.send("till-sales", DAY, "SALES_1.csv")
    return room


def change(room: Room, file: str, old: str, new: str) -> None:
    path: Path = room.folder / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def planned(room: Room, code: int, *words: object) -> list[dict[str, Any]]:
    assert room.say("routes", "plan", *words, "-o", "json") == code, room.err
    rows: list[dict[str, Any]] = json.loads(room.out)
    return rows


def traffic(rows: list[dict[str, Any]]) -> list[tuple[str, str, str, int, int]]:
    return [(r["id"], r["change"], r["target"], r["count"], r["of"]) for r in rows if r["layer"] == "traffic"]


def test_where_nothing_was_edited_there_is_nothing_to_say(shop: Room) -> None:
    assert planned(shop, 0) == []
    assert "the files are those of version 1: nothing would change" in shop.err


def test_a_project_that_never_ran_has_nothing_to_compare_with(room: Room) -> None:
    assert room.say("routes", "plan") == 3


def test_a_project_with_mistakes_has_no_plan(shop: Room) -> None:
    edit(shop, "filter: body.qty != 0", "filtre: body.qty != 0")
    assert shop.say("routes", "plan") == 2
    assert "filtre" in shop.err


def test_a_changed_map_says_which_field_of_how_many_messages(shop: Room) -> None:
    change(shop, MAP, "quantity: line.qty\n", "quantity: line.qty if line.qty < 3 else 3\n")
    rows = planned(shop, 4)
    assert [(r["kind"], r["id"], r["change"]) for r in rows if r["layer"] == "structure"] == [("file", MAP, "changed")]
    assert traffic(rows) == [("web-orders", "gets another body", "erp", 3, 12)]
    (row,) = [r for r in rows if r["layer"] == "traffic"]
    assert row["details"] == ["body.lines[].quantity"]
    assert row["told"] == "body.lines[0].quantity: 4 → 3"
    assert shop.json("messages", "show", row["sample"])["route"] == "web-orders"


def test_new_failures_end_with_1_and_are_grouped_by_their_reason(shop: Room) -> None:
    change(shop, SCHEMA, "validate.Range(min=1)", "validate.Range(min=1, max=2)")
    assert traffic(planned(shop, 1)) == [("web-orders", "fails", "", 6, 12)]
    assert shop.say("routes", "plan") == 1
    assert "6 of 12 of web-orders now fail in validate (invalid)" in shop.out
    assert "6 of 12 would fare otherwise, 6 would fail" in shop.err


def test_failures_that_end_are_told_and_are_none_of_the_new_ones(shop: Room) -> None:
    change(shop, SCHEMA, "validate.Range(min=1)", "validate.Range(min=1, max=2)")
    shop.json("routes", "deploy", "--yes", "--no-tests")
    change(shop, SCHEMA, "validate.Range(min=1, max=2)", "validate.Range(min=1)")
    assert traffic(planned(shop, 4)) == [("web-orders", "no longer fails", "", 6, 12)]


def test_a_new_target_with_a_condition_says_who_also_goes_there(shop: Room) -> None:
    edit(shop, "      - {id: erp,",
         "      - {id: big, when: 'body.lines[0].quantity > 3', format: json, send: {folder: orders, name: b.json}}\n"
         "      - {id: erp,")  # fmt: skip
    rows = planned(shop, 4)
    assert [(r["kind"], r["id"], r["change"]) for r in rows if r["layer"] == "structure"] == [
        ("target", "web-orders.big", "added"),
    ]  # fmt: skip
    assert traffic(rows) == [("web-orders", "also goes", "big", 3, 12)]


TWO = (
    "    match: first\n    to:\n"
    "      - {id: large, when: 'body.lines[0].quantity > 1', format: json, send: {folder: orders, name: 'l{{ message.id }}'}}\n"
    "      - {id: any, when: 'body.lines[0].quantity > 0', format: json, send: {folder: orders, name: 'a{{ message.id }}'}}\n"
    "      - otherwise: {ignore: none}\n"
)


def test_the_order_of_targets_of_which_one_is_chosen_decides(shop: Room) -> None:
    config = shop.folder / "routes.yaml"
    lines = config.read_text().splitlines(keepends=True)
    start = lines.index("    to:\n", lines.index("  web-orders:\n"))
    end = next((n for n in range(start + 1, len(lines)) if not lines[n].startswith("      ")), len(lines))
    before, after = "".join(lines[:start]), "".join(lines[end:])
    config.write_text(before + TWO + after)
    shop.json("routes", "deploy", "--yes", "--no-tests")
    one, other = TWO.splitlines(keepends=True)[2:4]
    config.write_text(before + TWO.replace(one + other, other + one) + after)
    rows = planned(shop, 4)
    assert [r["details"] for r in rows if r["layer"] == "structure"] == [
        ["to: large, any, otherwise → any, large, otherwise"],
    ]  # fmt: skip
    assert sorted(traffic(rows)) == [
        ("web-orders", "also goes", "any", 9, 12), ("web-orders", "no longer goes", "large", 9, 12),
    ]  # fmt: skip


def test_a_file_that_messages_do_not_see_is_no_change_of_them(shop: Room) -> None:
    config = shop.folder / "routes.yaml"
    config.write_text(config.read_text() + "# a comment\n")
    assert planned(shop, 0) == []
    assert "compared with version 1: nothing would change for messages" in shop.err


def test_records_of_files_are_counted_one_by_one(shop: Room) -> None:
    edit(shop, "filter: body.qty != 0", "filter: body.qty > 1")
    rows = planned(shop, 4)
    assert traffic(rows) == [("till-sales", "is filtered", "", 1, 3)]
    assert rows[-1]["sample"].endswith(":3")


def test_open_work_is_told_where_it_is_held_and_where_policies_change(shop: Room) -> None:
    shop.work()
    name = "send: {folder: orders, name: \"{{ body.external_id }}.json\"}}"
    shop.dead_delivery()
    edit(shop, name, name[:-1] + ", retry: {for: 1h}}")
    change(shop, "routes.yaml", "id: erp", "id: sap")
    shop.send("web-orders", ORDER % "900")
    rows = planned(shop, 4)
    assert {(r["kind"], r["id"], r["change"]) for r in rows if r["layer"] == "structure"} == {
        ("target", "web-orders.erp", "removed"), ("target", "web-orders.sap", "added"),
    }  # fmt: skip


def test_routes_and_how_many_messages_can_be_chosen(shop: Room) -> None:
    change(shop, MAP, "channel: {const: web}", "channel: {const: shop}")
    assert traffic(planned(shop, 4, "--messages", 5)) == [("web-orders", "gets another body", "erp", 5, 5)]
    assert traffic(planned(shop, 0, "--route", "till-sales")) == []
    assert shop.say("routes", "plan", "--route", "nothing") == 3


def test_a_plan_changes_nothing(shop: Room) -> None:
    before = shop.json("status"), shop.json("routes", "history")
    change(shop, MAP, "channel: {const: web}", "channel: {const: shop}")
    planned(shop, 4)
    assert (shop.json("status"), shop.json("routes", "history")) == before
