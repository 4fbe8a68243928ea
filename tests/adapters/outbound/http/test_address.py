"""Where a delivery goes: rendered, encoded, and kept on its host."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from adapters.outbound.http import HttpKind
from adapters.outbound.http.address import HttpAddress
from router.errors import ExpressionError, MessageError
from router.message import Envelope, Message, utc_now

MESSAGE = Message(Envelope("m1", "web-orders", "/orders", utc_now(), b"{}"), {})


def text(value: str) -> Callable[..., str]:
    return lambda message, **names: value


def address(**send: Any) -> HttpAddress:
    prepared = HttpKind().prepare({"http": "erp", "path": text("/x"), **send}, "application/json", "erp")
    return prepared(MESSAGE)


def test_defaults() -> None:
    assert address() == HttpAddress("POST", "/x", "", (), ((200, 299),), "Idempotency-Key", None, None)


def test_all_options() -> None:
    always = text("yes")
    made = address(
        method="put",
        path=text("/orders/a%2Fb"),
        query={"q": text("a b&c=d"), "n": text("1")},
        headers={"X-Store": text(" 0042 ")},
        ok=["200-204", "409"],
        ok_when=always,
        idempotency="none",
    )
    assert (made.method, made.path, made.query) == ("PUT", "/orders/a%2Fb", "q=a%20b%26c%3Dd&n=1")
    assert made.headers == (("X-Store", "0042"),)
    assert made.ok == ((200, 204), (409, 409))
    assert (made.idempotency, made.ok_when, made.message) == (None, always, MESSAGE)


@pytest.mark.parametrize(
    "path",
    ["", "orders", "//evil.example/x", "/a b", "/a\r\nX: y", "/a?b", "/a#b", "/a/../b", "/a/%2e%2E", "/./a", "/\\evil"],
)
def test_a_path_stays_on_its_host_and_below_the_connection(path: str) -> None:
    with pytest.raises(MessageError) as caught:
        address(path=text(path))
    assert (caught.value.stage, caught.value.error) == ("send", "path")
    assert repr(path) in caught.value.reason


@pytest.mark.parametrize("value", ["a\r\nX-Admin: 1", "a\nb", "a\x00b"])
def test_a_header_holds_no_line_breaks(value: str) -> None:
    with pytest.raises(MessageError) as caught:
        address(headers={"X-Note": text(value)})
    assert caught.value.reason.startswith("headers.X-Note: ")


def test_an_expression_that_fails_names_the_field() -> None:
    def fails(message: Message) -> str:
        raise ExpressionError("body.store is undefined", "undefined")

    with pytest.raises(MessageError) as caught:
        address(query={"store": fails})
    assert (caught.value.stage, caught.value.error) == ("send", "undefined")
    assert caught.value.reason == "query.store: body.store is undefined"


@pytest.mark.parametrize(
    "send",
    [
        {"method": "GE T"},
        {"headers": {"X Y": text("1")}},
        {"headers": {"Host": text("evil")}},
        {"ok": ["2xx"]},
        {"ok": ["299-200"]},
        {"ok": ["99"]},
    ],
)
def test_options_that_cannot_work_are_refused_at_once(send: Mapping[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"method|headers|ok"):
        HttpKind().prepare({"path": text("/x"), **send}, "application/json", "erp")
