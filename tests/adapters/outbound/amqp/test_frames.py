"""The bytes that go out, against those of the driver, and read back by it."""

from __future__ import annotations

from typing import Any

import pytest
from amqp import Message, spec
from amqp.method_framing import frame_writer
from amqp.serialization import dumps
from hypothesis import given
from hypothesis import strategies as st

from adapters.outbound.amqp.frames import message_bytes, short

FRAME_MAX = 4096
NAMES = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


class Written:
    """Where the driver writes to."""

    def __init__(self) -> None:
        self.frame_max, self.bytes_sent, self.data = FRAME_MAX, 0, b""

    def write(self, data: Any) -> None:
        self.data += bytes(data)


def by_driver(exchange: str, key: str, content_type: str, headers: dict[str, str], id: str, body: bytes) -> bytes:
    written = Written()
    properties: dict[str, Any] = {"delivery_mode": 2, "message_id": id}
    if content_type:
        properties["content_type"] = content_type
    if headers:
        properties["application_headers"] = headers
    arguments = dumps("Bssbb", (0, exchange, key, True, False))
    frame_writer(written, written)(1, 7, spec.Basic.Publish, arguments, Message(body, **properties))
    return written.data


@given(NAMES, NAMES, st.sampled_from(["", "application/json", "text/csv; charset=utf-8"]),
       st.dictionaries(NAMES, NAMES, max_size=4), NAMES, st.binary(max_size=50) | st.just(b"x" * (FRAME_MAX * 2)))  # fmt: skip
def test_they_are_those_of_the_driver(
    exchange: str, key: str, content_type: str, headers: dict[str, str], id: str, body: bytes
) -> None:
    ours = message_bytes(7, FRAME_MAX, exchange, key, content_type, tuple(headers.items()), id, body)
    assert ours == by_driver(exchange, key, content_type, headers, id, body)


def test_a_name_that_is_too_long_cannot_be_written() -> None:
    assert len(short("ä" * 127)) == 255
    with pytest.raises(ValueError, match="256 bytes; at most 255"):
        short("ä" * 128)


def test_half_a_character_does_not_stop_a_message() -> None:
    assert short("a\ud800") == b"\x02a?"
