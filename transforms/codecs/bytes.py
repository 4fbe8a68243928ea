"""Bytes as they are."""

from __future__ import annotations

import builtins
from collections.abc import Mapping, Sequence
from typing import Any

from router.errors import EncodeError
from router.message import Envelope
from router.ports import Content
from transforms.codecs.places import kind


class BytesCodec:
    """`format: bytes`: nothing is read and nothing is changed."""

    name = "bytes"
    content_type = "application/octet-stream"
    suffixes: tuple[str, ...] = ()

    def decode(self, raw: builtins.bytes, envelope: Envelope) -> builtins.bytes:
        return raw

    def encode(self, body: Any) -> builtins.bytes:
        if not isinstance(body, builtins.bytes):
            raise EncodeError(f"the body is {kind(body)}, not bytes; give the target another `format`")
        return body

    def begin(self, first: Any) -> builtins.bytes:
        return b""

    def join(self, bodies: Sequence[Any], first: bool) -> builtins.bytes:
        return b"".join(map(self.encode, bodies))

    def end(self) -> builtins.bytes:
        return b""


def bytes(options: Mapping[str, Any], content: Content) -> BytesCodec:
    """The factory."""
    return BytesCodec()
