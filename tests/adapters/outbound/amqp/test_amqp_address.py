"""Where a message goes, and what of it cannot be sent."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.outbound.amqp.address import AmqpAddress
from adapters.outbound.amqp.kind import AmqpKind
from router.errors import MessageError
from router.message import Envelope, Message, utc_now
from transforms.templates import compile_text


def address(send: dict[str, Any], **body: Any) -> AmqpAddress:
    message = Message(Envelope("1", "r", "s", utc_now()), body)
    return AmqpKind().prepare({"amqp": "bus", **send}, "application/json", "t")(message)


def test_a_queue_goes_by_the_default_exchange() -> None:
    found = address({"queue": "stock"})
    assert found == AmqpAddress("", "stock")
    assert found.place == "queue stock"


def test_the_routing_key_and_the_headers_are_rendered() -> None:
    headers = {"x-shop": compile_text("{{ body.shop }}"), "x-n": compile_text("{{ body.n + 1 }}")}
    send = {"exchange": "orders", "routing_key": compile_text("order.{{ body.kind }}"), "headers": headers}
    found = address(send, kind="created", shop="Köln", n=6)
    assert found == AmqpAddress("orders", "order.created", (("x-shop", "Köln"), ("x-n", "7")))
    assert found.place == "exchange orders, routing key 'order.created'"


def test_an_exchange_without_a_key_has_an_empty_one() -> None:
    assert address({"exchange": "all"}) == AmqpAddress("all", "")


@pytest.mark.parametrize(("send", "words"), [
    ({"exchange": "x", "routing_key": compile_text("{{ body.kind }}")}, "routing_key: "),
    ({"exchange": "x", "routing_key": compile_text("{{ body.long }}")}, "300 bytes; at most 255"),
    ({"queue": "q", "headers": {"h": compile_text("{{ body.huge }}")}}, "at most 65536"),
    ({"queue": "q", "headers": {"h": compile_text("{{ body.kind }}")}}, "headers.h: "),
])  # fmt: skip
def test_what_cannot_be_sent_says_why(send: dict[str, Any], words: str) -> None:
    with pytest.raises(MessageError) as error:
        address(send, long="x" * 300, huge="x" * 70_000)
    assert error.value.stage == "send"
    assert words in error.value.reason


def test_a_queue_whose_name_is_too_long_is_refused() -> None:
    with pytest.raises(MessageError, match="queue: "):
        AmqpKind().prepare({"queue": "q" * 256}, "", "t")
