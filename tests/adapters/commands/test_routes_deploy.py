from __future__ import annotations

from adapters import wiring
from adapters.commands.routes_deploy import before
from router.ledger import DEPLOYED, ROLLED_BACK, STARTED, VersionEntry
from tests.adapters.commands.typing_room import ORDER, Room


def edit(room: Room, old: str, new: str) -> None:
    """In routes.yaml; the tests that a new project brings are of its own routes, and are taken out."""
    file = room.folder / "routes.yaml"
    text = file.read_text().partition("\ntests:")[0] + "\n"
    assert old in text
    file.write_text(text.replace(old, new, 1))


def numbers(room: Room) -> list[tuple[int, bool, str, int | None]]:
    return [(row["version"], row["current"], row["how"], row["of"]) for row in room.json("routes", "history")]


def test_a_project_that_never_ran_has_no_history(room: Room) -> None:
    assert room.say("routes", "history") == 3
    assert room.say("routes", "rollback", "--yes") == 3
    assert room.say("routes", "diff", "current") == 3


def test_an_edit_is_deployed_rolled_back_and_both_are_told(room: Room) -> None:
    first = room.json("routes", "deploy", "--yes", "--by", "anna", "--reason", "the first")
    assert (first["version"], first["by"], first["reason"], first["how"]) == (1, "anna", "the first", "deployed")
    edit(room, "web-orders:", "shop-orders:")
    assert room.say("routes", "deploy") == 5, "it needs --yes"
    assert "changed routes.yaml: +1 -" in room.err
    assert room.json("routes", "deploy", "--yes")["version"] == 2
    rolled = room.json("routes", "rollback", "--yes", "--reason", "wrong name")
    assert (rolled["version"], rolled["how"], rolled["of"]) == (3, "rolled back", 1)
    assert numbers(room) == [(3, True, "rolled back", 1), (2, False, "deployed", None), (1, False, "deployed", None)]


def test_the_same_text_is_deployed_once(room: Room) -> None:
    assert room.json("routes", "deploy", "--yes")["version"] == 1
    assert room.json("routes", "deploy")["version"] == 1, "there is nothing to agree to"
    assert "nothing was done" in room.err
    assert room.json("routes", "rollback", "1")["version"] == 1


def test_a_project_with_mistakes_is_not_deployed(room: Room) -> None:
    wiring.prepare(room.settings)
    edit(room, "web-orders:", "web-orders:\n    form: json")
    assert room.say("routes", "deploy", "--yes") == 2
    assert "nothing was deployed" in room.err
    assert "form" in room.err
    assert len(numbers(room)) == 1


def test_a_dry_run_says_what_differs_and_does_nothing(room: Room) -> None:
    wiring.prepare(room.settings)
    edit(room, "web-orders:", "shop-orders:")
    assert room.say("routes", "deploy", "--dry-run") == 0
    assert "changed routes.yaml: +1 -" in room.err
    assert [row["id"] for row in room.json("routes", "deploy", "--dry-run")] == ["routes.yaml"]
    assert len(numbers(room)) == 1


def test_what_differs_is_shown_between_versions_and_files(room: Room) -> None:
    wiring.prepare(room.settings)
    assert room.say("routes", "diff") == 0
    assert "nothing differs" in room.err
    edit(room, "web-orders:", "shop-orders:")
    (change,) = room.json("routes", "diff")
    assert (change["file"], change["change"], change["added"]) == ("routes.yaml", "changed", 1)
    assert "+  shop-orders:" in change["diff"]
    room.say("routes", "deploy", "--yes")
    edit(room, "shop-orders:", "my-orders:")
    (change,) = room.json("routes", "diff", "1", "2")
    assert "+  shop-orders:" in change["diff"]
    (change,) = room.json("routes", "diff", "1")
    assert "+  my-orders:" in change["diff"]
    assert room.say("routes", "diff", "9") == 3
    assert "there are 1 to 2" in room.err
    room.say("routes", "diff", "1", "files")
    assert "\x1b" not in room.out


def test_a_start_with_old_files_keeps_what_was_rolled_back_to(room: Room) -> None:
    wiring.prepare(room.settings)
    edit(room, "web-orders:", "shop-orders:")
    room.say("routes", "deploy", "--yes")
    room.say("routes", "rollback", "--yes")
    wiring.prepare(room.settings)
    assert numbers(room)[0] == (3, True, "rolled back", 1)
    room.send("web-orders", ORDER % "1")
    edit(room, "shop-orders:", "my-orders:")
    wiring.prepare(room.settings)
    assert numbers(room)[0] == (4, True, "started", None), "the files are new"


def test_rolled_back_files_can_be_deployed_again(room: Room) -> None:
    wiring.prepare(room.settings)
    edit(room, "web-orders:", "shop-orders:")
    room.say("routes", "deploy", "--yes")
    room.say("routes", "rollback", "--yes")
    assert room.json("routes", "deploy", "--yes")["version"] == 4


def entry(number: int, how: str = DEPLOYED, of: int = 0) -> VersionEntry:
    return VersionEntry(number, str(of or number), "me", 0, "", how, of)


def test_each_rollback_goes_one_further_back() -> None:
    line = [entry(1, STARTED), entry(2), entry(3)]
    assert before(line[::-1]) == 2
    line.append(entry(4, ROLLED_BACK, 2))
    assert before(line[::-1]) == 1
    line.append(entry(5))
    assert before(line[::-1]) == 2, "5 came after 2, which is current again"


def test_what_a_deploy_does_to_messages_is_told_before_it_is_agreed_to(room: Room) -> None:
    for n in range(3):
        room.send("web-orders", ORDER % n)
    path = room.folder / "transforms/maps/order_to_sales_order.yaml"
    path.write_text(path.read_text().replace("channel: {const: web}", "channel: {const: shop}"))
    assert room.say("routes", "deploy", "--yes") == 1, "a test of the project expects the old channel"
    assert "nothing was deployed: 1 of 5 tests failed" in room.err
    assert room.say("routes", "deploy", "--no-tests") == 5
    assert "3 of 3 of web-orders have another body for erp: body.channel" in room.err
    assert room.say("routes", "deploy", "--messages", 0, "--no-tests", "--yes") == 0
    assert "have another body" not in room.err
