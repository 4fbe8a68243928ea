"""Which headers a message has, and which bodies are not read."""

from __future__ import annotations

from dataclasses import replace

import pytest

from adapters.inbound.amqp.delivery import Delivery
from adapters.inbound.amqp.envelope import headers_of, unread


def delivery(**properties: str) -> Delivery:
    named = {name.replace("_", "-"): value for name, value in properties.items()}
    return Delivery(1, False, "", "stock", named, {"X-Shop": "1", "Cookie": "s3cret", "AUTHORIZATION": "s3cret"}, b"")


def test_headers_are_in_lower_case_and_hold_no_credentials() -> None:
    assert headers_of(delivery(content_type="a/b", message_id="m", delivery_mode="2")) == {
        "x-shop": "1", "amqp-message-id": "m", "amqp-routing-key": "stock",
    }  # fmt: skip


def test_names_that_differ_by_their_case_are_one_header() -> None:
    several = replace(delivery(), headers={"s": "1", "S": "2", "cookie": "a", "Cookie": "b", "t": "3"})
    assert headers_of(several) == {"s": "1, 2", "t": "3", "amqp-routing-key": "stock"}


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "x-gzip", "br", "zlib", "base64", "no such thing", "rot13"])
def test_a_packed_body_is_not_read(encoding: str) -> None:
    end = unread(delivery(content_encoding=encoding))
    assert end is not None
    assert (end.state, end.stage, end.error) == ("dead", "decode", "encoding")
    assert encoding in end.reason


@pytest.mark.parametrize("encoding", ["", "utf-8", "UTF-8", "iso-8859-1", "cp1252", "binary", "identity"])
def test_a_charset_is_no_packing(encoding: str) -> None:
    assert unread(delivery(content_encoding=encoding)) is None
