from __future__ import annotations

import io
import json
import os
import subprocess
import tarfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from adapters import host
from tests.adapters.commands.test_dlq_export import contents, lines
from tests.adapters.commands.typing_room import ORDER, Room


def pack(path: Path, files: Mapping[str, bytes]) -> None:
    with tarfile.open(path, "w") as tar:
        for name, body in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(body)
            tar.addfile(member, io.BytesIO(body))


class Parcel:
    """An export, edited elsewhere."""

    def __init__(self, room: Room) -> None:
        self.path = room.folder / "dead.tar"
        assert room.say("dlq", "export", self.path, "--all", "--yes") == 0, room.err
        self.files = contents(self.path)
        self.names = {line["id"]: str(line["body"]) for line in lines(self.files)}

    def edit(self, id: str, change: Callable[[bytes], bytes]) -> None:
        self.files[self.names[id]] = change(self.files[self.names[id]])
        pack(self.path, self.files)


def qty(to: str) -> Callable[[bytes], bytes]:
    return lambda body: body.replace(b'"x"', to.encode())


def outcomes(room: Room) -> dict[str, str]:
    return {row["id"]: row["outcome"] for row in json.loads(room.out)}


def test_an_edited_body_comes_back_as_an_edit_and_is_sent_on(room: Room) -> None:
    id, other = room.dead_record(), room.dead_delivery()
    parcel = Parcel(room)
    parcel.edit(id, qty('"3"'))
    assert room.say("dlq", "import", parcel.path) == 5, "it needs --yes"
    assert room.json("dlq", "show", id)["edits"] == 0
    rows = room.json("dlq", "import", parcel.path, "--requeue", "--yes", "--reason", "typo at the till")
    assert {row["id"]: (row["outcome"], row["edit"]) for row in rows} == {id: ("edited", 1), other: ("unchanged", None)}
    assert "1 to edit, 1 unchanged" in room.err
    room.work()
    (made,) = (room.folder / "out/sales").glob("SALES_1.requeue-1.ndjson")
    assert json.loads(made.read_text())["quantity"] == 3
    assert [letter["id"] for letter in room.json("dlq", "list")] == [other]
    assert room.say("messages", "trace", id.partition(":")[0]) == 0
    assert "typo at the till" in room.out


def test_a_message_is_edited_byte_by_byte(room: Room) -> None:
    id = room.dead_delivery()
    parcel = Parcel(room)
    parcel.edit(id, lambda body: body.replace(b'"7"', b'"8"'))
    (row,) = room.json("dlq", "import", parcel.path, "--yes")
    assert (row["outcome"], row["edit"]) == ("edited", 1)
    assert room.say("messages", "body", id.partition(":")[0]) == 0
    assert room.out == ORDER % "7", "the original is kept"
    assert room.say("dlq", "requeue", id, "--yes") == 0
    room.work()
    assert (room.folder / "out/orders/8.json").exists()


def test_the_same_file_again_changes_nothing(room: Room) -> None:
    id = room.dead_record()
    parcel = Parcel(room)
    parcel.edit(id, qty("3"))
    assert room.say("dlq", "import", parcel.path, "--yes") == 0
    assert room.say("dlq", "import", parcel.path, "-o", "json") == 0, "there is nothing to ask"
    assert outcomes(room) == {id: "unchanged"}
    assert room.json("dlq", "show", id)["edits"] == 1


def test_a_record_that_is_only_laid_out_in_another_way_is_unchanged(room: Room) -> None:
    id = room.dead_record()
    parcel = Parcel(room)
    parcel.edit(id, lambda body: json.dumps(json.loads(body)).encode())
    assert room.say("dlq", "import", parcel.path, "-o", "json") == 0
    assert outcomes(room) == {id: "unchanged"}


def test_a_dry_run_only_says_it(room: Room) -> None:
    id = room.dead_record()
    parcel = Parcel(room)
    parcel.edit(id, qty("3"))
    (row,) = room.json("dlq", "import", parcel.path, "--dry-run")
    assert (row["outcome"], row["edit"]) == ("edit", None)
    assert room.json("dlq", "show", id)["edits"] == 0


def test_a_record_that_is_no_json_any_more_is_refused_and_the_rest_goes_on(room: Room) -> None:
    id, other = room.dead_record(), room.dead_delivery()
    parcel = Parcel(room)
    parcel.edit(id, qty("3,}"))
    parcel.edit(other, lambda body: body + b"\n")
    assert room.say("dlq", "import", parcel.path, "--yes", "-o", "json") == 4
    assert outcomes(room) == {id: "refused", other: "edited"}
    assert f"{id}: the record of {id} is edited as JSON: line 4, column 12 (byte 46)" in room.err
    parcel.edit(other, lambda body: body)
    assert room.say("dlq", "import", parcel.path, "--yes") == 4
    del parcel.files[parcel.names[other]]
    (line,) = (line for line in lines(parcel.files) if line["id"] == id)
    parcel.files["manifest.jsonl"] = json.dumps(line).encode()
    pack(parcel.path, parcel.files)
    assert room.say("dlq", "import", parcel.path, "--yes") == 1, "nothing of it could be taken"


def test_what_was_edited_here_meanwhile_is_left_alone(room: Room) -> None:
    id = room.dead_record()
    parcel = Parcel(room)
    assert room.say("dlq", "edit", id, "--set", "body.qty=9") == 0
    parcel.edit(id, qty("3"))
    other = room.dead_delivery()
    assert room.say("dlq", "import", parcel.path, "--yes", "-o", "json") == 1
    assert outcomes(room) == {id: "changed"}
    assert "it was edited here since the export" in room.err
    assert room.say("messages", "body", id) == 0
    assert json.loads(room.out)["qty"] == 9
    assert room.json("dlq", "show", other)["edits"] == 0


def test_what_is_not_dead_any_more_is_left_alone(room: Room) -> None:
    id, other = room.dead_record(), room.dead_delivery()
    parcel = Parcel(room)
    assert room.say("dlq", "discard", id, "--yes") == 0
    assert room.say("dlq", "import", parcel.path, "-o", "json") == 0, "nobody edited it"
    assert outcomes(room) == {id: "gone", other: "unchanged"}
    parcel.edit(id, qty("3"))
    assert room.say("dlq", "import", parcel.path, "-o", "json") == 4
    assert "it is not dead, it is in state discarded" in room.err
    assert room.say("dlq", "discard", other, "--yes") == 0
    assert room.say("dlq", "import", parcel.path, "--yes") == 3


def test_files_that_are_not_of_the_export_are_said_and_never_written(room: Room, tmp_path: Path) -> None:
    id = room.dead_record()
    parcel = Parcel(room)
    parcel.edit(id, qty("3"))
    with tarfile.open(parcel.path, "a") as tar:
        for name, kind in (("/etc/crossdock-test", b"0"), ("../up", b"0"), ("bodies/link.json", tarfile.SYMTYPE),
                           ("bodies/more.json", b"0"), ("bodies", tarfile.DIRTYPE)):  # fmt: skip
            member = tarfile.TarInfo(name)
            member.type, member.linkname = kind, str(tmp_path / "secret")
            tar.addfile(member)
    (row,) = room.json("dlq", "import", parcel.path, "--yes")
    assert row["outcome"] == "edited"
    for name in ("/etc/crossdock-test", "../up", "bodies/link.json", "bodies/more.json"):
        assert f"{name!r} is not of this export: it is left alone" in room.err
    assert "'bodies'" not in room.err
    assert not os.path.lexists("/etc/crossdock-test")
    assert not (room.folder.parent / "up").exists()


def test_a_tar_made_anew_by_tar_itself_is_read_from_stdin(room: Room, tmp_path: Path) -> None:
    id = room.dead_record()
    parcel = Parcel(room)
    place = tmp_path / "elsewhere"
    place.mkdir()
    subprocess.run(["tar", "xf", parcel.path, "-C", place], check=True)
    path = place / parcel.names[id]
    path.write_bytes(qty("3")(path.read_bytes()))
    packed = subprocess.run(["tar", "cf", "-", "-C", place, "."], check=True, capture_output=True).stdout
    line = host.command("dlq", "import", "-", "--yes", "-o", "json")
    answered = subprocess.run(line, cwd=room.folder, input=packed, capture_output=True)
    assert answered.returncode == 0, answered.stderr
    assert json.loads(answered.stdout)[0]["outcome"] == "edited"
    assert b"left alone" not in answered.stderr


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (lambda path: path.write_bytes(b"no tar at all, but a text" * 100), "is no tar that can be read"),
        (lambda path: path.write_bytes(b""), "is no tar that can be read"),
        (lambda path: path.write_bytes(b"\x1f\x8b\x08 and so on"), "is compressed: unpack it first (gunzip)"),
        (lambda path: pack(path, {"bodies/a.json": b"{}"}), "has no manifest.jsonl"),
        (lambda path: pack(path, {"manifest.jsonl": b'{"id": 7}'}), "line 1 of manifest.jsonl cannot be read"),
        (lambda path: pack(path, {"manifest.jsonl": b'{"id": "a"}\nx'}), "line 2 of manifest.jsonl cannot be read"),
        (lambda path: pack(path, {"manifest.jsonl": b'{"id":"' + b"a" * (1 << 20)}), "longer than 1024 KiB"),
    ],
    ids=["text", "empty", "gzip", "no manifest", "no id", "no json", "long line"],
)
def test_a_file_that_is_no_export(room: Room, made: Callable[[Path], object], said: str) -> None:
    path = room.folder / "other.tar"
    made(path)
    assert room.say("dlq", "import", path, "--yes") == 2
    assert said in room.err


def test_a_tar_that_was_cut_off(room: Room) -> None:
    id = room.dead_record()
    parcel = Parcel(room)
    parcel.edit(id, qty("3"))
    whole = parcel.path.read_bytes()
    for length in range(0, 6 * 512, 200):
        parcel.path.write_bytes(whole[:length])
        code = room.say("dlq", "import", parcel.path, "--dry-run")
        assert code in (0, 2), (length, room.err)
        assert "Traceback" not in room.err
    assert room.json("dlq", "show", id)["edits"] == 0
