"""What an entry becomes as a message."""

from __future__ import annotations

import json

import pytest

from adapters.inbound.redis_stream.entries import Entry, drawn, read_of
from router.message import Envelope
from router.route import Route, Source

ROUTE = Route("stock", Source("redis", {"redis": "events", "stream": "stock", "group": "crossdock"}), ())


def envelope(*fields: bytes) -> Envelope:
    found = drawn(ROUTE, Entry(b"7-1", fields))
    assert found.end is None
    return found.envelope


def test_the_body_is_as_it_is_and_all_other_fields_are_headers() -> None:
    made = envelope(b"Type", b"sold", b"body", b"\x00\xff{}", b"id", b"m1:on")
    assert (made.raw, made.size, made.content_type) == (b"\x00\xff{}", 4, None)
    assert made.headers == {"type": "sold", "id": "m1:on"}
    assert (made.route, made.source, made.params) == ("stock", "events", {"entry": "7-1"})


def test_a_field_names_the_content_type() -> None:
    made = envelope(b"Content-Type", b"text/csv", b"body", b"a;b")
    assert (made.content_type, made.headers) == ("text/csv", {"content-type": "text/csv"})


def test_headers_are_text_whatever_comes_and_twice_is_joined() -> None:
    made = envelope(b"tag", b"a", b"TAG", b"b", b"\xe4", b"\xff", b"body", b"")
    assert made.headers == {"tag": "a, b", "\\xe4": "\\xff"}
    assert made.raw == b""


@pytest.mark.parametrize(
    ("fields", "told", "body"),
    [
        ((b"sku", b"1", b"qty", b"2"), "entry 7-1 has no field 'body', only one is read; its fields are 'sku', 'qty'",
         {"sku": "1", "qty": "2"}),
        ((b"Body", b"x"), "its fields are 'Body'", {"Body": "x"}),
        ((b"body", b"x", b"body", b"y", b"body", b"z"), "has 3 fields 'body', only one", {"body": ["x", "y", "z"]}),
    ],
)  # fmt: skip
def test_an_entry_without_one_body_is_a_dead_letter_with_all_its_fields(
    fields: tuple[bytes, ...], told: str, body: object
) -> None:
    found = drawn(ROUTE, Entry(b"7-1", fields))
    assert found.end is not None
    assert (found.end.state, found.end.stage, found.end.error) == ("dead", "decode", "undecodable")
    assert told in found.end.reason
    assert json.loads(found.envelope.read()) == body
    assert found.envelope.content_type == "application/json"


def test_the_same_id_with_other_headers_is_another_entry() -> None:
    names = {drawn(ROUTE, Entry(b"7-1", fields)).name for fields in (
        (b"body", b"x"), (b"body", b"x", b"type", b"a"), (b"body", b"x", b"type", b"b"), (b"type", b"b", b"body", b"y"),
    )}  # fmt: skip
    assert len(names) == 3
    assert "7-1" in names


def test_entries_that_are_gone_are_told_apart() -> None:
    read = read_of([[b"1-1", [b"body", b"abc"]], [b"1-2", None], None, [b"1-3", [b"body", b""]]])
    assert [entry.id for entry in read.entries] == [b"1-1", b"1-3"]
    assert (read.gone, read.after, read.size) == ([b"1-2"], b"1-3", 11)
    assert read.ids == [b"1-1", b"1-3", b"1-2"]
    assert not read_of(None)
