from __future__ import annotations

from datetime import datetime

from router.message import File
from tests.contracts.step import message
from transforms.given import Given, Headers, Record


def test_all_that_expressions_see_is_there() -> None:
    given = Given(message({"a": 1}, record=3, params={"no": "7"}))
    assert (given.id, given.route, given.source, given.client) == ("m-1", "web-orders", "/orders/v1", "web-shop")
    assert isinstance(given.received_at, datetime)
    assert given.params["no"] == "7"
    assert given.file == File("SALES_1.csv", 12)
    assert given.record == Record(3)
    assert Given(message({})).record is None


def test_what_it_holds_is_its_own() -> None:
    shared = message({"lines": [1]}, params={"no": "7"})
    given = Given(shared)
    given.body["lines"].append(2)
    given.headers["X-New"] = "1"  # type: ignore[index]
    dict(given.params).clear()
    assert shared.body == {"lines": [1]}
    assert "x-new" not in shared.headers
    assert shared.envelope.params == {"no": "7"}


def test_headers_have_no_case() -> None:
    headers = Headers({"Content-Type": "a/b", "x": "1"})
    headers["CONTENT-TYPE"] = "c/d"
    del headers["X"]
    assert headers == {"content-type": "c/d"}
    assert headers.get("Content-Type") == "c/d"
    assert headers.get("X") is None
    assert 1 not in headers
