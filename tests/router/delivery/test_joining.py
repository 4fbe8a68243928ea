"""Many bodies in one output."""

from __future__ import annotations

from typing import Any

import pytest

from router.delivery.joining import AsTheyAre, Joining, codec_of, content_type
from router.errors import EncodeError
from router.route import Send, Target
from transforms.codecs import CODECS


def codec(name: str, **options: Any) -> Any:
    return CODECS[name](options, None)  # type: ignore[arg-type]


def target(own: Any = None, made: str = "") -> Target:
    send = Send("folder", "out", {}, lambda message: None)
    by_body = lambda body: codec("text" if isinstance(body, str) else "json")  # noqa: E731
    return Target("t", "r", send, codec=own, collect="message", content_type=made, by_body=by_body)


def test_a_csv_keeps_the_columns_of_its_first_record() -> None:
    output = Joining(codec("csv", delimiter=";"))
    data = output.add([{"sku": "A", "a;b": 1}])
    data += output.add([{"a;b": 2, "sku": "B"}])
    with pytest.raises(EncodeError, match="field qty: the first record has no such column"):
        output.add([{"sku": "C", "a;b": 3, "qty": 4}])
    with pytest.raises(EncodeError, match="field a;b is missing"):
        output.add([{"sku": "C"}])
    assert data + output.end() == b'sku;"a;b"\nA;1\nB;2\n'
    later = Joining(codec("csv", delimiter=";"), data)
    assert later.add([{"a;b": 5, "sku": "D"}]) == b"D;5\n"


def test_a_csv_with_a_mark_in_an_encoding_of_its_own_goes_on() -> None:
    output = Joining(codec("csv", encoding="utf-16"))
    data = output.add([{"ä": "1", "b": "2"}])
    assert Joining(codec("csv", encoding="utf-16"), data).add([{"b": "4", "ä": "3"}]).decode("utf-16-le") == "3,4\n"


def test_what_could_not_begin_begins_with_the_next_one() -> None:
    output = Joining(codec("json"))
    with pytest.raises(EncodeError):
        output.add([object()])
    assert output.end() == b""
    assert output.add([1]) + output.add([2, 3]) + output.end() == b"[1,\n2,\n3]\n"


def test_an_earlier_owner_may_have_written_nothing_yet() -> None:
    assert Joining(codec("json"), b"").add([1]) == b"[1"


@pytest.mark.parametrize(
    ("own", "made", "wanted", "type_"),
    [
        (None, "application/json", b'[{"a": 1},{"a": 2}]', "application/json"),
        (None, "application/xml", b'{"a": 1}\n{"a": 2}\n', "application/xml"),
        (None, "", b'["{\\"a\\": 1}",\n"{\\"a\\": 2}"]\n', "application/json"),
        ("text", "", b'{"a": 1}\n{"a": 2}\n', "text/plain; charset=utf-8"),
    ],
)
def test_texts_of_a_template_are_joined_as_they_are(own: str | None, made: str, wanted: bytes, type_: str) -> None:
    to = target(codec(own) if own else None, made)
    output = Joining(codec_of(to))
    assert output.add(['{"a": 1}']) + output.add(['{"a": 2}']) + output.end() == wanted
    assert content_type(to) == type_


def test_what_is_no_text_any_more_and_what_cannot_be_joined() -> None:
    with pytest.raises(EncodeError, match="not the text that a template made"):
        Joining(AsTheyAre()).add([{"a": 1}])
    with pytest.raises(EncodeError, match="can be joined: json, ndjson, csv or text, not xml"):
        codec_of(target(codec("xml")))
