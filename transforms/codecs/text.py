"""Plain text in a declared encoding."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from router.errors import EncodeError
from router.message import Envelope
from router.ports import Content
from transforms.codecs.charset import Charset, charset, unencodable
from transforms.codecs.places import kind


class TextCodec:
    """`format: text`: the body is the whole text, without a byte order mark."""

    name = "text"
    suffixes: tuple[str, ...] = (".txt",)

    def __init__(self, encoding: Charset) -> None:
        self._charset = encoding
        self.content_type = f"text/plain; charset={encoding.written}"

    def decode(self, raw: bytes, envelope: Envelope) -> str:
        return self._charset.decode(raw)

    def encode(self, body: Any) -> bytes:
        return self._charset.mark + self._written(body)

    def begin(self, first: Any) -> bytes:
        return self._charset.mark

    def join(self, bodies: Sequence[Any], first: bool) -> bytes:
        """Each body is a line, or several: what does not end with a line end gets one."""
        return b"".join(self._written(body, "\n") for body in bodies)

    def end(self) -> bytes:
        return b""

    def _written(self, body: Any, end: str = "") -> bytes:
        if not isinstance(body, str):
            raise EncodeError(f"the body is {kind(body)}, not a text; make it text by a template")
        text = body if body.endswith(end) else body + end
        try:
            return text.encode(self._charset.name)
        except UnicodeEncodeError as wrong:
            raise EncodeError(unencodable(text, wrong, self._charset.written)) from None


def text(options: Mapping[str, Any], content: Content) -> TextCodec:
    """The factory. Raises ValueError for an unknown encoding."""
    return TextCodec(charset(options.get("encoding", "utf-8")))
