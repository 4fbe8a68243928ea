"""What a folder source does with files, seen from the folder and the ledger."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from adapters.inbound.folder.scan import Seen
from adapters.inbound.folder.source import BYTES, FILES, batches
from router.errors import LedgerBusy, LedgerError, LedgerFull
from tests.adapters.inbound.folder.conftest import MakeHouse
from tests.adapters.inbound.folder.house import House, marker


def actions(logs: list[MutableMapping[str, Any]]) -> list[Any]:
    return [line["action"] for line in logs if "action" in line]


def test_a_file_becomes_a_message_and_goes_to_done(house: House) -> None:
    house.drop("SALES_1.csv", b"a;b\n1;2\n")
    house.look()
    assert house.ledger.bodies() == [b"a;b\n1;2\n"]
    envelope = house.door.arrivals[0].envelope
    assert (envelope.route, envelope.source, envelope.size) == ("pos-sales", "pos", 8)
    assert envelope.file is not None
    assert (envelope.file.name, envelope.file.size) == ("SALES_1.csv", 8)
    assert house.tree() == {"archive/SALES_1.csv": b"a;b\n1;2\n"}
    assert house.ledger.moves() == [str(house.inbox / "archive" / "SALES_1.csv")]


def test_a_first_look_makes_the_folder_and_is_known(house: House) -> None:
    house.inbox.rmdir()
    assert not house.source.looked.is_set()
    house.look()
    assert house.source.looked.is_set()
    assert house.inbox.is_dir()


def test_files_are_taken_in_the_order_of_their_names(house: House) -> None:
    for n in (2, 10, 1):
        house.drop(f"{n:02}.csv", b"h\n%d\n" % n)
    house.look()
    assert house.ledger.bodies() == [b"h\n1\n", b"h\n2\n", b"h\n10\n"]
    assert house.door.sizes == [3]


def test_files_are_taken_in_the_order_of_their_times(make_house: MakeHouse) -> None:
    house = make_house(order="modified")
    for n, name in enumerate(("c.csv", "a.csv", "b.csv")):
        os.utime(house.drop(name, b"h\n%d\n" % n), ns=(0, n * 1_000))
    house.look()
    assert house.ledger.bodies() == [b"h\n0\n", b"h\n1\n", b"h\n2\n"]


def test_only_regular_files_of_the_pattern_are_taken(house: House) -> None:
    house.drop("other.txt")
    house.drop(".hidden.csv")
    (house.inbox / "folder.csv").mkdir()
    os.mkfifo(house.inbox / "pipe.csv")
    house.look()
    assert house.ledger.stored() == []
    assert set(house.tree()) == {"other.txt", ".hidden.csv"}


def test_a_symbolic_link_is_left_alone_with_one_warning(house: House, tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_bytes(b"secret")
    (house.inbox / "link.csv").symlink_to(secret)
    with capture_logs() as logs:
        house.look()
        house.look(1)
    assert actions(logs) == ["folder_not_a_file"]
    assert house.ledger.stored() == []
    assert (house.inbox / "link.csv").is_symlink()


def test_a_growing_file_waits_until_it_stands_still(make_house: MakeHouse) -> None:
    house = make_house(ready={"unchanged_for": 2.0})
    path = house.drop("a.csv", b"h\n1\n")
    house.look()
    house.look(1.5)
    path.write_bytes(b"h\n1\n2\n")
    house.look(1.0)
    assert house.ledger.stored() == []
    house.look(1.9)
    assert house.ledger.stored() == []
    house.look(0.2)
    assert house.ledger.bodies() == [b"h\n1\n2\n"]


def test_a_marker_goes_where_its_file_goes(make_house: MakeHouse) -> None:
    house = make_house(ready={"marker": marker})
    house.drop("a.csv", b"h\n1\n")
    house.drop("b.csv", b"h\n2\n")
    house.drop("a.csv.ok", b"")
    house.look()
    assert house.ledger.bodies() == [b"h\n1\n"]
    assert house.tree() == {"archive/a.csv": b"h\n1\n", "archive/a.csv.ok": b"", "b.csv": b"h\n2\n"}


def test_a_marker_is_deleted_with_its_file(make_house: MakeHouse) -> None:
    house = make_house(ready={"marker": marker}, done="delete")
    house.drop("a.csv")
    house.drop("a.csv.ok", b"")
    house.look()
    assert len(house.ledger.stored()) == 1
    assert list(house.inbox.iterdir()) == []
    assert house.ledger.moves() == [""]


def test_the_same_content_again_is_a_duplicate_that_is_done_too(house: House) -> None:
    house.drop("a.csv", b"h\n1\n")
    house.look()
    house.drop("b.csv", b"h\n1\n")
    with capture_logs() as logs:
        house.look()
    assert len(house.ledger.stored()) == 1
    assert set(house.tree()) == {"archive/a.csv", "archive/b.csv"}
    assert [(line["action"], line["of"]) for line in logs] == [
        ("folder_file_duplicate", house.ledger.stored()[0]["id"])
    ]
    once = house.door.arrivals[0].once
    assert [(o.scope, o.within, o.changed) for o in once] == [("file:pos-sales", 7 * 86_400.0, "duplicate")]


def test_the_same_content_may_be_wanted_again(make_house: MakeHouse) -> None:
    house = make_house(duplicates="take")
    for _ in range(2):
        house.drop("a.csv", b"h\n1\n")
        house.look()
    assert house.ledger.bodies() == [b"h\n1\n"] * 2


def test_a_name_that_is_taken_in_done_is_never_overwritten(house: House) -> None:
    for n in range(3):
        house.drop("a.csv", b"h\n%d\n" % n)
        house.look()
    tree = house.tree()
    ids = [f["id"] for f in house.ledger.stored()]
    assert sorted(tree.values()) == [b"h\n0\n", b"h\n1\n", b"h\n2\n"]
    assert tree["archive/a.csv"] == b"h\n0\n"
    assert tree[f"archive/a-{ids[1][:8]}.csv"] == b"h\n1\n"


def test_a_file_that_is_dead_or_refused_goes_to_failed(make_house: MakeHouse) -> None:
    house = make_house(verdict=lambda a: "dead" if b"bad" in a.envelope.read() else "accepted")
    house.drop("a.csv", b"bad\n")
    house.drop("b.csv", b"good\n")
    house.look()
    assert house.tree() == {"failed/a.csv": b"bad\n", "archive/b.csv": b"good\n"}


def test_a_large_file_becomes_a_blob_that_is_unlocked_after_the_commit(house: House) -> None:
    body = b"x" * 70_000
    house.drop("a.csv", body)
    house.look()
    assert house.door.arrivals[0].envelope.raw is None
    assert house.ledger.bodies() == [body]
    assert [b.state for b in house.ledger.blobs] == ["closed"]


def test_names_may_hold_anything(house: House) -> None:
    names = [b"mit Leer.csv", "Umsätze.csv".encode(), b"new\nline.csv", b"bad\xff.csv", b"-rf.csv", b"*.csv"]
    for n, name in enumerate(names):
        with open(os.path.join(os.fsencode(house.inbox), name), "wb") as file:
            file.write(b"h\n%d\n" % n)
    house.look()
    seen = {a.envelope.file.name for a in house.door.arrivals if a.envelope.file}
    assert seen == {"mit Leer.csv", "Umsätze.csv", "new\nline.csv", "bad\\xff.csv", "-rf.csv", "*.csv"}
    assert set(os.listdir(os.fsencode(house.inbox / "archive"))) == set(names)


@pytest.mark.parametrize("error", [LedgerBusy(), LedgerFull()])
def test_a_ledger_that_cannot_store_leaves_the_files_where_they_are(house: House, error: LedgerError) -> None:
    house.door.errors = [error]
    house.drop("a.csv", b"x" * 70_000)
    with capture_logs() as logs:
        assert house.look() > 0.3
    assert actions(logs) == ["folder_waits_for_ledger"]
    assert set(house.tree()) == {"a.csv"}
    assert [b.state for b in house.ledger.blobs] == ["discarded"]
    house.look()
    assert len(house.ledger.stored()) == 1


def test_a_commit_without_an_answer_keeps_its_blobs(house: House) -> None:
    house.door.errors = [LedgerError("the answer was lost")]
    house.drop("a.csv", b"x" * 70_000)
    house.look()
    assert [b.state for b in house.ledger.blobs] == ["closed"]
    assert house.ledger.blobs[0].path.exists()


def test_a_file_that_cannot_be_read_delays_no_other(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.drop("a.csv", b"h\n1\n")
    house.drop("b.csv", b"h\n2\n")
    real = os.open

    def refuse(path: object, *args: int, **kwargs: int) -> int:
        if str(path).endswith("in/a.csv"):
            raise PermissionError(13, "Permission denied", str(path))
        return real(path, *args, **kwargs)  # type: ignore[arg-type]

    with monkeypatch.context() as patch, capture_logs() as logs:
        patch.setattr(os, "open", refuse)
        house.look()
        house.look(0.2)
    assert [line["action"] for line in logs if line["log_level"] == "warning"] == ["folder_file_unreadable"]
    assert house.ledger.bodies() == [b"h\n2\n"]
    house.look(1.0)
    assert house.ledger.bodies() == [b"h\n2\n", b"h\n1\n"]


def test_a_file_that_cannot_be_moved_is_not_taken_twice(make_house: MakeHouse) -> None:
    house = make_house(duplicates="take")
    (house.inbox / "archive").write_bytes(b"a file where a folder should be")
    house.drop("a.csv", b"h\n1\n")
    house.look()
    for _ in range(3):
        house.look(5.0)
    assert house.ledger.bodies() == [b"h\n1\n"]
    assert "a.csv" in house.tree()
    (house.inbox / "archive").unlink()
    house.look(60.0)
    assert house.tree() == {"archive/a.csv": b"h\n1\n"}
    assert house.ledger.bodies() == [b"h\n1\n"]


def test_a_folder_that_cannot_be_read_is_tried_again(house: House) -> None:
    house.inbox.rmdir()
    house.inbox.write_bytes(b"not a folder")
    with capture_logs() as logs:
        first, second = house.look(), house.look()
    assert actions(logs) == ["folder_unreachable"]
    assert first < second
    house.inbox.unlink()
    with capture_logs() as logs:
        house.look()
    assert house.inbox.is_dir()
    assert actions(logs) == ["folder_well_again"]


def test_a_bug_in_between_loses_nothing_and_ends_nothing(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.drop("a.csv", b"h\n1\n")
    with monkeypatch.context() as patch, capture_logs() as logs:
        patch.setattr(house.door, "admit", lambda *a: 1 / 0)
        house.look()
    assert actions(logs) == ["folder_failed"]
    house.look()
    assert house.ledger.bodies() == [b"h\n1\n"]


def test_a_stop_ends_after_the_batch_that_was_begun(house: House) -> None:
    for n in range(FILES + 5):
        house.drop(f"{n:04}.csv", b"h\n%d\n" % n)
    house.source.round(lambda: bool(house.door.sizes))
    assert house.door.sizes == [FILES]
    house.look()
    assert house.door.sizes == [FILES, 5]


def test_a_batch_is_bounded_in_files_and_bytes() -> None:
    small = [Seen(str(n), 1, n, 10, 0) for n in range(450)]
    assert [len(b) for b in batches(small)] == [200, 200, 50]
    large = [Seen(str(n), 1, n, BYTES // 2 + 1, 0) for n in range(3)]
    assert [len(b) for b in batches(large)] == [1, 1, 1]


def test_an_idle_look_is_cheap(house: House) -> None:
    house.look()
    begun = time.process_time()
    for _ in range(100):
        house.look(1.0)
    assert time.process_time() - begun < 0.5


@pytest.mark.asyncio
async def test_it_runs_until_it_is_stopped(house: House) -> None:
    stop = asyncio.Event()
    house.drop("a.csv", b"h\n1\n")
    loop = asyncio.get_running_loop()
    house.checkpoint = lambda step: step == "told" and loop.call_soon_threadsafe(stop.set)  # type: ignore[assignment]
    await asyncio.wait_for(house.source.run(stop), 5)
    assert house.ledger.bodies() == [b"h\n1\n"]
