from __future__ import annotations

import hashlib
import io
import json
import os
import stat
import subprocess
import tarfile
from pathlib import Path
from typing import Any

from adapters import host
from tests.adapters.commands.typing_room import ORDER, Room

FIELDS = [
    "id", "message", "record", "route", "target", "stage", "reason", "error", "status", "attempts", "first_at",
    "last_at", "signature", "edits", "kind", "bytes", "body", "sha256",
]  # fmt: skip


def contents(tar: bytes | Path) -> dict[str, bytes]:
    raw = tar if isinstance(tar, bytes) else tar.read_bytes()
    with tarfile.open(fileobj=io.BytesIO(raw)) as opened:
        files = [(member, opened.extractfile(member)) for member in opened]
        return {member.name: file.read() for member, file in files if file is not None}


def lines(files: dict[str, bytes]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in files["manifest.jsonl"].splitlines()]


def test_a_message_is_exported_as_it_came_in_with_its_reason(room: Room) -> None:
    id = room.dead_delivery()
    (row,) = room.json("dlq", "export", "dead.tar", id)
    files = contents(room.folder / "dead.tar")
    (line,) = lines(files)
    assert list(line) == FIELDS
    assert {name: line[name] for name in ("id", "stage", "route")} == {"id": id, "stage": "send", "route": "web-orders"}
    assert files[line["body"]] == (ORDER % "7").encode()
    assert line["body"] == f"bodies/{id.replace(':', '.')}.json"
    assert line["sha256"] == hashlib.sha256(files[line["body"]]).hexdigest()
    assert row == {"id": id, "kind": "raw", "bytes": len(files[line["body"]]), "body": line["body"], "sha256": line["sha256"]}
    assert [letter["id"] for letter in room.json("dlq", "list")] == [id], "it stays where it is"


def test_a_record_that_failed_at_decode_is_exported_as_its_cells(room: Room) -> None:
    id = room.dead_record()
    assert room.say("dlq", "export", "dead.tar", "--stage", "decode") == 0, room.err
    files = contents(room.folder / "dead.tar")
    (line,) = lines(files)
    assert (line["id"], line["record"], line["kind"]) == (id, 2, "record")
    assert "qty" in line["reason"]
    assert json.loads(files[line["body"]]) == {"store": "0042", "sku": "B", "qty": "x", "price": "1,00"}
    assert files[line["body"]].count(b"\n") == 6, "on lines of its own, for people"


def test_the_newest_edit_is_what_is_exported_and_numbers_keep_their_digits(room: Room) -> None:
    id = room.dead_record()
    room.say("dlq", "edit", id, "--set", "body.price=1.10", "--set", "body.qty=12345678901234567890.50")
    assert room.say("dlq", "export", "dead.tar", "--all") == 0, room.err
    files = contents(room.folder / "dead.tar")
    (line,) = lines(files)
    assert line["edits"] == 1
    assert b'"price": 1.10,' in files[line["body"]].replace(b"\n}", b",")
    assert b'"qty": 12345678901234567890.50' in files[line["body"]]


def test_the_same_dead_letters_make_the_same_bytes_on_stdout_too(room: Room) -> None:
    id, other = room.dead_delivery(), room.dead_record()
    assert room.say("dlq", "export", "one.tar", "--all") == 0, room.err
    assert "2 exported" in room.err
    assert room.say("dlq", "export", "two.tar", "--all") == 0
    one = (room.folder / "one.tar").read_bytes()
    assert one == (room.folder / "two.tar").read_bytes()
    piped = subprocess.run(host.command("dlq", "export", "-", "--all"), cwd=room.folder, capture_output=True, check=True)
    assert piped.stdout == one
    assert b"2 exported" in piped.stderr
    with tarfile.open(room.folder / "one.tar") as tar:
        members = tar.getmembers()
    assert members[-1].name == "manifest.jsonl"
    assert {(m.uid, m.uname, m.mode) for m in members} == {(0, "", 0o644)}
    assert {line["id"] for line in lines(contents(one))} == {id, other}


def test_only_its_owner_may_read_the_file_and_it_is_replaced_only_when_agreed(room: Room) -> None:
    room.dead_delivery()
    assert room.say("dlq", "export", "dead.tar", "--all") == 0
    path = room.folder / "dead.tar"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.write_bytes(b"mine")
    assert room.say("dlq", "export", "dead.tar", "--all") == 5
    assert path.read_bytes() == b"mine"
    assert room.say("dlq", "export", "dead.tar", "--all", "--yes") == 0
    assert tarfile.is_tarfile(path)
    assert [name for name in os.listdir(room.folder) if ".part" in name] == []


def test_nothing_that_matches_makes_no_file(room: Room) -> None:
    assert room.say("dlq", "export", "dead.tar", "--all") == 3
    assert room.say("dlq", "export", "dead.tar") == 2, "without a selection only --all means everything"
    id = room.dead_delivery()
    assert room.say("dlq", "export", "dead.tar", "nothing") == 3
    assert not (room.folder / "dead.tar").exists()
    assert room.say("dlq", "export", "dead.tar", id, "nothing") == 4
    assert "there is no dead letter nothing" in room.err
    assert room.say("dlq", "export", "-", id, "-o", "json") == 2
    assert "say a FILE" in room.err


def test_a_body_that_is_gone_is_listed_with_the_reason(room: Room) -> None:
    id = room.dead_delivery()
    path = room.folder / "day.json"
    path.write_text((ORDER % "7").replace('"C"', f'"{"C" * 100_000}"'))
    assert room.say("send", "web-orders", path, "-o", "id") == 0
    large = room.out.strip() + ":erp"
    room.work()
    (blob,) = (p for p in (room.folder / "var/blobs").rglob("*") if p.is_file() and p.stat().st_size > 100_000)
    blob.unlink()
    assert room.say("dlq", "export", "dead.tar", "--all", "-o", "json") == 4, room.err
    found = {line["id"]: line for line in lines(contents(room.folder / "dead.tar"))}
    assert found[large]["body"] is None
    assert "No such file" in found[large]["why"]
    assert found[id]["body"]


def test_a_disk_that_is_full_leaves_no_half_file(room: Room) -> None:
    room.dead_delivery()
    assert room.say("dlq", "export", "/dev/full", "--all") == 1
    assert "No space left on device" in room.err
