"""How a file begins that an earlier owner wrote."""

from __future__ import annotations

from pathlib import Path

from tests.adapters.outbound.folder.test_collector import begun, opened


def test_the_next_owner_sees_what_the_ledger_knows_of(tmp_path: Path) -> None:
    earlier, file = begun(tmp_path)
    earlier.abandon()
    collector = opened(tmp_path, 2, file)
    assert (collector.head(3), collector.head(100)) == (b"1\n2", b"1\n2\n")


def test_of_a_finished_one_whoever_it_is_for_may_have_taken_it_away(tmp_path: Path) -> None:
    earlier, file = begun(tmp_path)
    earlier.close()
    (tmp_path / "a.ndjson").unlink()
    collector = opened(tmp_path, 2, file)
    assert collector.finished
    assert collector.head(100) == b"1\n2\n3\n"
    collector.settled()
    assert collector.head(100) == b""
