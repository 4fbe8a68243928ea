"""What a look at a folder finds."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.inbound.folder.scan import Filter, look, ordered, stat_entry


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("SALES_1.csv", True),
        ("SALES_1\n2.csv", True),
        ("sales_1.csv", False),
        ("SALES_1.csv.part", False),
        ("SALES_~1.csv", False),
        ("SALES_1.csv.gz", False),
    ],
)
def test_a_name_is_wanted_or_not(name: str, wanted: bool) -> None:
    assert Filter("SALES_*.csv", ["*.part", "*~*"]).wants(name) is wanted


def test_own_names_are_never_wanted() -> None:
    assert not Filter("*", []).wants(".crossdock-taken")


def test_a_listing_has_files_odd_ones_and_all_names(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"123")
    (tmp_path / "b.csv").symlink_to(tmp_path / "a.csv")
    (tmp_path / "c.csv").mkdir()
    (tmp_path / "c.csv" / "deep.csv").write_bytes(b"")
    (tmp_path / "d.txt").write_bytes(b"")
    found = look(tmp_path, Filter("*.csv", []))
    assert [e.name for e in found.files] == ["a.csv"]
    assert sorted(found.odd) == ["b.csv", "c.csv"]
    assert sorted(look(tmp_path, Filter("*", [])).odd) == ["b.csv"]
    assert found.names == {"a.csv", "b.csv", "c.csv", "d.txt"}
    seen = stat_entry(found.files[0])
    stat = (tmp_path / "a.csv").stat()
    assert seen is not None
    assert (seen.size, seen.inode, seen.mtime_ns) == (3, stat.st_ino, stat.st_mtime_ns)


def test_a_file_that_is_gone_is_none(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"")
    found = look(tmp_path, Filter("*.csv", []))
    (tmp_path / "a.csv").unlink()
    assert stat_entry(found.files[0]) is None


def test_order_by_name_is_by_characters(tmp_path: Path) -> None:
    for name in ("b.csv", "B.csv", "a10.csv", "a2.csv"):
        (tmp_path / name).write_bytes(b"")
    found = [s for e in look(tmp_path, Filter("*.csv", [])).files if (s := stat_entry(e))]
    assert [s.name for s in ordered(found, "name")] == ["B.csv", "a10.csv", "a2.csv", "b.csv"]
