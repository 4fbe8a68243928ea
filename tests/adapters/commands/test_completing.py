from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
import pytest

from adapters.commands import completing
from adapters.commands.completing import Completer
from tests.adapters.commands.typing_room import ORDER, Room


def offered(complete: Completer, start: str = "", given: Mapping[str, Any] | None = None) -> list[str]:
    context = click.Context(click.Command("show"))
    context.params.update(given or {})
    return complete(context, click.Argument(["ids"], nargs=-1), start)


def test_messages_are_offered_the_newest_first(room: Room) -> None:
    first, second = room.send("web-orders", ORDER % "1"), room.send("web-orders", ORDER % "2")
    assert offered(completing.message_ids) == [second, first]
    assert offered(completing.message_ids, second) == [second]
    assert offered(completing.message_ids, "x") == []


def test_dead_letters_and_what_they_have_in_common(room: Room) -> None:
    record, delivery = room.dead_record(), room.dead_delivery()
    assert offered(completing.dead_ids) == [delivery, record]
    assert offered(completing.dead_ids, record[:-1]) == [record]
    assert offered(completing.dead_ids, given={"ids": (record,)}) == [delivery], "what stands there is not offered again"
    assert offered(completing.stages) == ["decode", "send"]
    assert offered(completing.stages, "s") == ["send"]
    assert {letter["signature"] for letter in room.json("dlq", "list")} == set(offered(completing.signatures))
    assert len(offered(completing.errors)) == 2


def test_jobs(room: Room) -> None:
    room.say("dlq", "discard", room.dead_record(), "--yes")
    assert offered(completing.job_ids) == ["1"]


def test_targets_and_routes(room: Room) -> None:
    assert offered(completing.target_names) == []
    assert offered(completing.route_ids, "w") == ["web-orders"], "by the files, before there is a ledger"
    room.send("web-orders", ORDER % "1")
    assert offered(completing.target_names) == ["till-sales.lake", "web-orders.erp"]
    assert offered(completing.route_ids) == ["till-sales", "web-orders"]


def test_routes_of_other_files_and_only_routes(room: Room) -> None:
    (room.folder / "routes").mkdir()
    text = "# routes\nroutes: # here\n    one:\n        from: {}\n\n    two-b:\nconnections:\n    three: {}\n"
    (room.folder / "routes/more.yaml").write_text(text)
    assert {"one", "two-b"} <= set(offered(completing.route_ids))
    assert "three" not in offered(completing.route_ids)


@pytest.mark.parametrize("name", ["message_ids", "dead_ids", "job_ids", "target_names", "route_ids", "stages"])
def test_what_cannot_be_known_is_not_offered(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    complete: Completer = getattr(completing, name)
    monkeypatch.chdir(tmp_path)
    assert offered(complete) == []
    assert list(tmp_path.iterdir()) == [], "no ledger is made"
    (tmp_path / "var").mkdir()
    (tmp_path / "var/ledger.db").write_bytes(b"no database at all, but a text")
    assert offered(complete) == []
    monkeypatch.setenv("CROSSDOCK_HTTP", "nonsense")
    assert offered(complete) == []
    assert capsys.readouterr() == ("", "")


def test_a_selection_of_messages_is_offered_messages(room: Room) -> None:
    id = room.dead_delivery()
    for group, expected in (("dlq", id), ("messages", id.partition(":")[0])):
        context = click.Context(click.Command("any"), parent=click.Context(click.Group(group)))
        assert completing.selected(context, click.Argument(["ids"], nargs=-1), "") == [expected]
