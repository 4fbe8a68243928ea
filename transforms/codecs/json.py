"""JSON (RFC 8259) with exact numbers: whole ones are int, others Decimal, never float."""

from __future__ import annotations

import codecs
import datetime
import enum
import math
import uuid
from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import chain
from types import NoneType
from typing import Any

import msgspec

from router.errors import DecodeError, EncodeError
from router.message import Envelope
from router.ports import Content
from transforms.codecs.json_faults import (
    LONGEST_EXACT,
    WIDEST,
    coarse,
    coarse_place,
    doubled_key,
    fault_of,
)
from transforms.codecs.places import excerpt, place
from transforms.depth import CONTAINERS, DEEPEST, deeper, once

PLAIN = frozenset({str, int, bool, NoneType, Decimal, datetime.date, datetime.datetime, datetime.time})
SPACE = b" \t\r\n"
SCALARS = (str, int, Decimal, datetime.date, datetime.time, datetime.timedelta, uuid.UUID, enum.Enum)


class JsonCodec:
    """`format: json`. A doubled key, NaN, an infinity, a lone surrogate or a depth over 200 is undecodable."""

    name = "json"
    content_type = "application/json"
    suffixes: tuple[str, ...] = (".json",)

    def __init__(self) -> None:
        self._decoder = msgspec.json.Decoder(float_hook=exact)

    def decode(self, raw: bytes, envelope: Envelope) -> Any:
        before = len(codecs.BOM_UTF8) if raw.startswith(codecs.BOM_UTF8) else 0
        return self.read(raw[before:] if before else raw, before)

    def read(self, text: bytes, before: int = 0, line: int = 0) -> Any:
        """The body of a text that stands `before` bytes into the message; `line` is its number where it is one line of
        many. Raises DecodeError with its place in the message."""
        try:
            body = self._decoder.decode(text)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ArithmeticError) as wrong:
            raise undecodable(text, before, wrong, line) from None
        if not surely_single(body, text):
            fault = doubtful(body, text.decode(), before, line)
            if fault is not None:
                raise DecodeError(fault)
        return body

    def encode(self, body: Any) -> bytes:
        return encode(body)

    def begin(self, first: Any) -> bytes:
        return b"["

    def join(self, bodies: Sequence[Any], first: bool) -> bytes:
        return (b"" if first or not bodies else b",\n") + b",\n".join(map(encode, bodies))

    def end(self) -> bytes:
        return b"]\n"


def json(options: Mapping[str, Any], content: Content) -> JsonCodec:
    """The factory."""
    return JsonCodec()


def surely_single(body: Any, text: bytes) -> bool:
    """Whether the text holds no doubled key and no depth over 200, told without reading it again.

    Doubled keys leave fewer keys in the body than the text has. Where all colons, or all `":` when no blank precedes a
    colon, are as many as the keys of the body, none was doubled and none stood inside a text. Else it is unknown.
    """
    keys = depth = 0
    level = [body] if type(body) in CONTAINERS else []
    while level:
        depth += 1
        inside: list[Any] = []
        for node in level:
            if type(node) is dict:
                keys += len(node)
                node = node.values()
            inside += [value for value in node if type(value) in CONTAINERS]
        level = inside
    if depth > DEEPEST:
        return False
    if text.count(b":") == keys:
        return True
    blanks = b" :" in text or b"\n:" in text or b"\t:" in text or b"\r:" in text
    return not blanks and text.count(b'":') == keys


def exact(digits: str) -> Decimal:
    """Raises ArithmeticError for a number so large or small that writing it out would fill the memory."""
    number = Decimal(digits)
    if not -WIDEST <= number.adjusted() <= WIDEST:
        raise OverflowError
    return number


def doubtful(body: Any, text: str, before: int, line: int) -> str | None:
    """What is wrong with a text that may hold a doubled key, or is nested too deep; None where nothing is."""
    key = None if deeper(body) else doubled_key(text)
    if key is None and not deeper(body):
        return None
    return fault_of(text, before, line) if len(text) <= LONGEST_EXACT else coarse(key)


def undecodable(text: bytes, before: int, wrong: Exception, line: int = 0) -> DecodeError:
    """The error of a text that the fast reader refused, with its place."""
    if not text.strip(SPACE):
        return DecodeError("the message is empty; a JSON value is expected")
    try:
        whole = text.decode()
    except UnicodeDecodeError as broken:
        good = text[:broken.start].decode()
        byte = text[broken.start:broken.start + 1].hex()
        where = place(good, len(good), before, line)
        return DecodeError(f"{where}: the byte {byte} is not UTF-8; JSON is always UTF-8")
    if len(whole) > LONGEST_EXACT:
        return DecodeError(coarse_place(whole, text, before, line, str(wrong)))
    found = fault_of(whole, before, line)
    return DecodeError(found or f"{f'line {line} (byte {before}): ' if line else ''}not JSON: {wrong}")


def encode(body: Any) -> bytes:
    """One line of JSON; a Decimal is a number with exactly its digits, dates and times are ISO texts."""
    if not surely_writable(body):
        check(body, "")
    try:
        text = ENCODER.encode(body)
    except (TypeError, ValueError, OverflowError, RecursionError) as wrong:
        check(body, "")
        raise EncodeError(f"the body cannot be written as JSON: {wrong}") from None
    if b"NaN" in text or b"Infinity" in text:
        check(body, "")
    return text


def encode_lines(bodies: Sequence[Any]) -> bytes | None:
    """Many bodies, one a line; None where one of them has to be looked at by itself."""
    if set(map(type, bodies)) != {dict}:
        return None
    kinds = set(map(type, chain.from_iterable(map(dict.values, bodies))))
    kinds.update(map(type, set().union(*bodies)))
    if not kinds <= PLAIN and not surely_writable(list(bodies)):
        return None
    try:
        text = ENCODER.encode_lines(bodies)
    except (TypeError, ValueError, OverflowError, RecursionError):
        return None
    return None if b"NaN" in text or b"Infinity" in text else text


def as_text(value: Any) -> Any:
    """Texts of a kind of their own, such as what `xpath` gives, are texts."""
    if isinstance(value, str):
        return str(value)
    raise TypeError(f"objects of type {type(value).__name__} cannot be written")


ENCODER = msgspec.json.Encoder(decimal_format="number", enc_hook=as_text)


def surely_writable(body: Any) -> bool:
    """Whether all of it is of types that JSON writes exactly; else it must be looked at value by value."""
    level = [body]
    depth = 0
    while level and depth <= DEEPEST:
        depth += 1
        inside: list[Any] = []
        for node in level:
            kind = type(node)
            if kind is dict:
                inside += node.values()
                if node and set(map(type, node)) != {str}:
                    return False
            elif kind is list:
                inside += node
            elif kind not in PLAIN:
                return False
        level = once([value for value in inside if type(value) not in PLAIN])
    return not level


def check(value: Any, path: str, depth: int = 0) -> None:
    """Raises EncodeError with the field of the first value that JSON cannot hold."""
    if depth > DEEPEST:
        raise EncodeError(f"{path[:80]}…: nested deeper than {DEEPEST} levels")
    if isinstance(value, dict):
        for key, inner in value.items():
            if not isinstance(key, str):
                raise EncodeError(f"{path or 'body'}: the key {excerpt(key)} is not a text")
            check(inner, f"{path}.{key}" if path else key, depth + 1)
    elif isinstance(value, list | tuple):
        for index, inner in enumerate(value):
            check(inner, f"{path}[{index}]", depth + 1)
    else:
        check_scalar(value, path or "body")


def check_scalar(value: Any, path: str) -> None:
    if isinstance(value, Decimal | float) and not math.isfinite(value):
        raise EncodeError(f"{path}: {value} is not a number in JSON")
    if isinstance(value, str):
        check_text(value, path)
    elif value is not None and not isinstance(value, (*SCALARS, float)):
        what = "an XML element" if hasattr(value, "xpath") else f"{excerpt(value)} is {type(value).__name__}"
        raise EncodeError(f"{path}: {what}, which JSON cannot hold; map it to texts, numbers, lists and objects first")


def check_text(value: str, path: str) -> None:
    try:
        value.encode()
    except UnicodeEncodeError as wrong:
        raise EncodeError(f"{path}: the text holds the lone surrogate U+{ord(value[wrong.start]):04X}") from None
