from __future__ import annotations

from pathlib import Path

from router.message import Envelope, File, Message, utc_now


def test_a_body_is_read_from_memory_or_from_its_blob(tmp_path: Path) -> None:
    blob = tmp_path / "b"
    blob.write_bytes(b"large")
    small = Envelope("i", "r", "s", utc_now(), raw=b"small")
    large = Envelope("i", "r", "s", utc_now(), blob=blob)
    assert (small.read(), large.read()) == (b"small", b"large")
    with large.open() as stream:
        assert stream.read(3) == b"lar"


def test_a_new_message_leaves_the_old_one_alone() -> None:
    one = Message(Envelope("i", "r", "s", utc_now(), headers={"a": "1"}), {"x": 1})
    two = one.with_body({"x": 2}).with_headers({"a": "2"})
    assert (one.body, one.headers, one.changed) == ({"x": 1}, {"a": "1"}, False)
    assert (two.body, two.headers, two.changed) == ({"x": 2}, {"a": "2"}, True)


def test_the_parts_of_a_files_name() -> None:
    assert (File("SALES_1.tar.csv", 1).stem, File("SALES_1.tar.csv", 1).suffix) == ("SALES_1.tar", ".csv")
