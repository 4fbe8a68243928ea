"""The xml codec: a document to its root element, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lxml import etree

from router.errors import DecodeError, EncodeError
from router.message import Envelope
from transforms.codecs.places import kind
from transforms.codecs.xml.tree import parse, parse_text

LARGEST = 64 * 1024 * 1024
"""Of a document that is read whole: its tree takes up to thirty times as much memory."""


class XmlCodec:
    """`format: xml`: the body is the root element. `namespaces` are the prefixes that expressions may use."""

    name = "xml"
    content_type = "application/xml"
    suffixes: tuple[str, ...] = (".xml",)
    smaller = "split it: `format: {xml: {records: NAME}}` and `split: records` take any size"
    """What to do where a document is too large to be read whole."""

    def __init__(self, namespaces: Mapping[str, str] | None = None) -> None:
        self.namespaces = dict(namespaces or {})

    def decode(self, raw: bytes, envelope: Envelope) -> Any:
        if len(raw) > LARGEST:
            size = f"the document has {len(raw) >> 20} MiB, at most {LARGEST >> 20} are read at once"
            raise DecodeError(f"{size}; {self.smaller}")
        return parse(raw)

    def encode(self, body: Any) -> bytes:
        if isinstance(body, str):
            parse_text(body)
            return body.encode()
        if isinstance(body, etree._XSLTResultTree):
            return bytes(body)  # as its `xsl:output` says
        if isinstance(body, (etree._Element, etree._ElementTree)):
            return bytes(etree.tostring(body, encoding="UTF-8", xml_declaration=True, with_tail=False))
        raise EncodeError(f"the body is {kind(body)}, not an element tree; use a template or a stylesheet")
