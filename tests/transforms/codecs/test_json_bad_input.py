"""Rubbish in JSON: one clear answer each, soon, in bounded memory."""

from __future__ import annotations

import time
from decimal import Decimal
from typing import Any

import pytest

from router.errors import DecodeError
from tests.contracts.codec import ENVELOPE
from tests.transforms.codecs.memory import measured
from transforms.codecs.json import JsonCodec
from transforms.codecs.json_faults import LONGEST_EXACT
from transforms.codecs.ndjson import NdjsonCodec

DEEP = 100_000
PAST = b"1," * (LONGEST_EXACT // 2)
"""What makes a text too long to be read a second time."""


def read(raw: bytes) -> Any:
    return JsonCodec().decode(raw, ENVELOPE)


@pytest.mark.parametrize(
    ("raw", "what"),
    [
        (b'{"a":1,"b":{"c":1,\n"c":2}}', "line 2, column 1 (byte 19): the key 'c' stands twice in one object, first at line 1,"
         " column 13; which one is meant cannot be known"),
        (b'{"a:":1,"b":"x:","a:":2}', "line 1, column 18 (byte 17): the key 'a:' stands twice in one object, first at line 1,"
         " column 2; which one is meant cannot be known"),
        (b'{"a": 42.}', "line 1, column 7 (byte 6): '42.}' stands where a value is expected"),
        (b"[4.e5]", "line 1, column 2 (byte 1): '4.e5]' stands where a value is expected"),
        (b'["u\\u"]', "line 1, column 4 (byte 3): '\\\\u' is not an escape of JSON"),
        (b"[NaN]", "line 1, column 2 (byte 1): NaN is not a number in JSON"),
        (b"-Infinity", "line 1, column 1 (byte 0): -Infinity is not a number in JSON"),
        (b"[1e6145]", "line 1, column 2 (byte 1): the number '1e6145' has an exponent out of range"),
        (b"[1e-999999999]", "line 1, column 2 (byte 1): the number '1e-999999999' has an exponent out of range"),
        (b"[" * DEEP, "line 1, column 201 (byte 200): nested deeper than 200 levels"),
        (b"[" * DEEP + b"]" * DEEP, "line 1, column 201 (byte 200): nested deeper than 200 levels"),
        (b'{"a":' * 201 + b"1" + b"}" * 201, "line 1, column 1001 (byte 1000): nested deeper than 200 levels"),
        (b'["\\ud800"]', "line 1, column 2 (byte 1): a text holds the lone surrogate U+D800, which is half a character"),
        (b'{"\\udc00":1}', "line 1, column 2 (byte 1): a text holds the lone surrogate U+DC00, which is half a character"),
        (b'{"a":1}\n x', "line 2, column 2 (byte 9): 'x' stands after the end of the value; a message is one JSON value"),
        (b'{"a":1}\x1a', "line 1, column 8 (byte 7): '\\x1a' stands after the end of the value; a message is one JSON value"),
        (b'{"a":1}{"a":1}', "line 1, column 8 (byte 7): '{\"a\":1}' stands after the end of the value; a message is one JSON"
         " value"),
        (b"[" + b"1" * 5000 + b"]", "line 1, column 2 (byte 1): a whole number has 5000 digits; at most 4300 are read"),
        ('{"a":1}'.encode("utf-16"), "line 1, column 1 (byte 0): the byte ff is not UTF-8; JSON is always UTF-8"),
    ],
    ids=range(19),
)  # fmt: skip
def test_what_is_refused(raw: bytes, what: str) -> None:
    with pytest.raises(DecodeError) as found:
        read(raw)
    assert (found.value.reason, found.value.error) == (what, "undecodable")


@pytest.mark.parametrize(
    ("raw", "body"),
    [
        (b"[1e400]", [Decimal("1E+400")]), (b"1.0E-6144", Decimal("1.0E-6144")), (b'"\\ud83d\\uded2"', "\U0001f6d2"),
        (b"1234567890123456789012345678901234567890", 1234567890123456789012345678901234567890),
        (b"-0.1234567890123456789012345678901234567890", Decimal("-0.1234567890123456789012345678901234567890")),
        (b"9007199254740993", 9007199254740993), (b"[" * 200 + b"]" * 200, ...), (b'{"a":"b\\":","c":{"a":1}}', ...),
    ],
    ids=range(8),
)  # fmt: skip
def test_what_is_exact(raw: bytes, body: Any) -> None:
    found = read(raw)
    assert body is ... or found == body
    if isinstance(body, Decimal):
        assert str(found) == str(body)
    assert read(JsonCodec().encode(found)) == found


@pytest.mark.parametrize(
    ("raw", "what"),
    [
        (b"[" + PAST + b"x]", f"line 1, column {len(PAST) + 2} (byte {len(PAST) + 1}): invalid character"),
        (b"[\n" + PAST + b"NaN]", f"line 2, column {len(PAST) + 1} (byte {len(PAST) + 2}): invalid character"),
        (b"[" + PAST, "the text ends before its value does"),
        (b'{"x":[' + PAST + b'1],"a:":1,"a:":2}', "the key 'a:' stands twice in one object; which one is meant cannot be"),
        (b"[" + PAST + b"[" * 250 + b"]" * 251, "nested deeper than 200 levels"), (b"[" * 400_000, "nested deeper than 200"),
        (b"[" + PAST + b"1e999999]", "a number has an exponent out of range"), (b"1" * 300_000, "more digits than are read"),
        (b"[" + PAST + b'"\\ud800"]', "a text holds a lone surrogate"), (b"[" + PAST + b'"\xff"]', "the byte ff is not UTF-8"),
    ],
    ids=range(10),
)  # fmt: skip
def test_what_is_wrong_in_a_long_text_is_told_as_soon(raw: bytes, what: str) -> None:
    began = time.process_time()
    with pytest.raises(DecodeError) as found:
        read(raw)
    assert time.process_time() - began < 2
    assert what in found.value.reason


@pytest.mark.parametrize(
    ("raw", "answer"),
    [
        ("b'\"' + b'x' * 100_000_000 + b'\"'", 100_000_000),
        ("b'\"' + b'x' * 100_000_000", "the text ends before its value does"),
        ("b'{\"a\":\"' + b'x:' * 50_000_000 + b'\",\"b\":1,\"b\":2}'",
         "the key 'b' stands twice in one object; which one is meant cannot be known"),
        ("b' ' * 100_000_000", "the message is empty; a JSON value is expected"),
    ],
    ids=["text", "open", "doubled", "blank"],
)  # fmt: skip
def test_100_megabytes_of_one_string(raw: str, answer: Any) -> None:
    code = f"""
    raw = {raw}
    try:
        answer = len(made("json").decode(raw, ENVELOPE))
    except DecodeError as error:
        answer = error.reason
    """
    found, mib = measured(code)
    assert found == answer
    assert mib < 520


def test_a_long_line_of_many_says_its_number() -> None:
    with pytest.raises(DecodeError) as found:
        NdjsonCodec().decode(b"1\n[" + PAST + b"x]\n", ENVELOPE)
    assert found.value.reason == f"line 2, column {len(PAST) + 2} (byte {len(PAST) + 3}): invalid character"
