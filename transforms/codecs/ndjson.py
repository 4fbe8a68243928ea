"""Newline-delimited JSON: one body a line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from router.errors import DecodeError
from router.message import Envelope
from router.ports import Content
from transforms.codecs.json import encode, encode_lines


class NdjsonCodec:
    """`format: ndjson` of a target; a body is one line, whatever it is. Not yet for what comes in."""

    name = "ndjson"
    content_type = "application/x-ndjson"
    suffixes: tuple[str, ...] = (".ndjson", ".jsonl")

    def decode(self, raw: bytes, envelope: Envelope) -> Any:
        raise DecodeError("ndjson cannot be read yet; it can be written by a target")

    def encode(self, body: Any) -> bytes:
        return encode(body) + b"\n"

    def begin(self, first: Any) -> bytes:
        return b""

    def join(self, bodies: Sequence[Any], first: bool) -> bytes:
        lines = encode_lines(bodies)
        return b"".join(map(self.encode, bodies)) if lines is None else lines

    def end(self) -> bytes:
        return b""


def ndjson(options: Mapping[str, Any], content: Content) -> NdjsonCodec:
    """The factory."""
    return NdjsonCodec()
