"""Names in `done`, and files that were on their way."""

from __future__ import annotations

import os
from pathlib import Path

from adapters.inbound.folder.move import Mover
from adapters.inbound.folder.words import Words
from tests.adapters.inbound.folder.house import archive, marker, route_of

ID = "01934a1c-2c00-7000-8000-000000000000"


def mover(folder: Path, marked: bool = False) -> Mover:
    return Mover(folder, "failed", Words(route_of(), marker if marked else None, archive))


def drop(folder: Path, name: str, body: bytes) -> None:
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_bytes(body)


def test_a_taken_name_gets_as_much_of_the_id_as_it_needs(tmp_path: Path) -> None:
    drop(tmp_path, "archive/a.csv", b"1")
    drop(tmp_path, "archive/a-01934a1c.csv", b"2")
    drop(tmp_path, "a.csv", b"3")
    made = mover(tmp_path)
    path = made.fetch("a.csv")
    assert path is not None
    assert made.place(path, ID, failed=False) == str(tmp_path / "archive" / f"a-{ID}.csv")
    assert {p.name: p.read_bytes() for p in (tmp_path / "archive").iterdir()} == {
        "a.csv": b"1", "a-01934a1c.csv": b"2", f"a-{ID}.csv": b"3",
    }  # fmt: skip


def test_a_marker_takes_the_name_of_its_file_even_where_only_the_marker_collides(tmp_path: Path) -> None:
    drop(tmp_path, "archive/a.csv.ok", b"old")
    drop(tmp_path, "a.csv", b"1")
    drop(tmp_path, "a.csv.ok", b"new")
    made = mover(tmp_path, marked=True)
    path = made.fetch("a.csv")
    assert path is not None
    made.place(path, ID, failed=False)
    assert {p.name: p.read_bytes() for p in (tmp_path / "archive").iterdir()} == {
        "a.csv.ok": b"old", "a-01934a1c.csv": b"1", "a-01934a1c.csv.ok": b"new",
    }  # fmt: skip


def test_the_longest_name_still_gets_a_tag(tmp_path: Path) -> None:
    name = "ü" * 125 + ".csv"
    drop(tmp_path, f"archive/{name}", b"1")
    drop(tmp_path, name, b"2")
    made = mover(tmp_path)
    path = made.fetch(name)
    assert path is not None
    made.place(path, ID, failed=False)
    assert sorted(p.read_bytes() for p in (tmp_path / "archive").iterdir()) == [b"1", b"2"]


def test_what_was_on_its_way_is_put_back_unless_its_name_is_taken(tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv"):
        drop(tmp_path, name, b"old")
        assert mover(tmp_path).fetch(name) is not None
    drop(tmp_path, "b.csv", b"new")
    back, stuck = mover(tmp_path).put_back()
    assert back == ["a.csv"]
    assert [name for name, _ in stuck] == ["b.csv"]
    assert (tmp_path / "b.csv").read_bytes() == b"new"
    os.unlink(tmp_path / "b.csv")
    assert mover(tmp_path).put_back() == (["b.csv"], [])
    assert not (tmp_path / ".crossdock-taken").exists()
