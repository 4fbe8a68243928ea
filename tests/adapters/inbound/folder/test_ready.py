"""When files are complete."""

from __future__ import annotations

from pathlib import Path

from adapters.inbound.folder.ready import AtOnce, Marked, Unchanged, readiness
from adapters.inbound.folder.scan import Filter, Listing, Seen, look


def listing(folder: Path) -> Listing:
    return look(folder, Filter("*.csv", ()))


def names(files: list[Seen]) -> list[str]:
    return sorted(f.name for f in files)


def test_unchanged_counts_from_the_first_look(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"1")
    ready = Unchanged(2.0)
    assert ready.ready(listing(tmp_path), 0.0) == []
    assert ready.ready(listing(tmp_path), 1.9) == []
    (tmp_path / "b.csv").write_bytes(b"1")
    assert names(ready.ready(listing(tmp_path), 2.0)) == ["a.csv"]
    assert names(ready.ready(listing(tmp_path), 4.0)) == ["a.csv", "b.csv"]


def test_a_file_that_went_and_came_again_starts_again(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"1")
    ready = Unchanged(2.0)
    ready.ready(listing(tmp_path), 0.0)
    path.unlink()
    ready.ready(listing(tmp_path), 1.0)
    path.write_bytes(b"1")
    assert ready.ready(listing(tmp_path), 2.5) == []


def test_a_marker_must_lie_beside_its_file(tmp_path: Path) -> None:
    ready = Marked(lambda name, size: f"{name}.ok")
    (tmp_path / "a.csv").write_bytes(b"1")
    (tmp_path / "b.csv").write_bytes(b"1")
    (tmp_path / "b.csv.ok").write_bytes(b"")
    assert names(ready.ready(listing(tmp_path), 0.0)) == ["b.csv"]


def test_at_once_takes_all(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"1")
    assert names(AtOnce().ready(listing(tmp_path), 0.0)) == ["a.csv"]


def test_the_option_says_which() -> None:
    def marker(name: str, size: int) -> str:
        return name

    kinds = [readiness(o, marker) for o in ("at_once", {"unchanged_for": 2.0}, {"marker": marker})]
    assert [type(k) for k in kinds] == [AtOnce, Unchanged, Marked]
