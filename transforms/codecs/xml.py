"""XML: an element tree by a parser that opens nothing and expands nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lxml import etree

from router.errors import DecodeError, EncodeError
from router.message import Envelope
from router.ports import Content
from transforms.codecs.places import excerpt

SAFE = {
    "resolve_entities": False, "no_network": True, "load_dtd": False, "dtd_validation": False, "huge_tree": False,
    "recover": False, "remove_blank_text": False,
}  # fmt: skip


class XmlCodec:
    """`format: xml`: the body is the root element. `namespaces` are the prefixes that expressions may use."""

    name = "xml"
    content_type = "application/xml"
    suffixes: tuple[str, ...] = (".xml",)

    def __init__(self, namespaces: Mapping[str, str] | None = None) -> None:
        self.namespaces = dict(namespaces or {})

    def decode(self, raw: bytes, envelope: Envelope) -> Any:
        root = parse(raw)
        if root.getroottree().docinfo.internalDTD is not None:
            raise DecodeError("document type declarations are not accepted; remove <!DOCTYPE …>", "invalid")
        return root

    def encode(self, body: Any) -> bytes:
        if isinstance(body, str):
            parse_text(body)
            return body.encode()
        if isinstance(body, etree._XSLTResultTree):
            return written(body)
        if isinstance(body, (etree._Element, etree._ElementTree)):
            return bytes(etree.tostring(body, encoding="UTF-8", xml_declaration=True, with_tail=False))
        raise EncodeError(f"the body is {type(body).__name__}, not an element tree; use a template or a stylesheet")


def written(tree: Any) -> bytes:
    """A stylesheet's result as its `xsl:output` says."""
    if tree.getroot() is None:
        return bytes(tree)
    return bytes(tree)


def parse(raw: bytes) -> Any:
    """Raises DecodeError with line and column."""
    if not raw.strip():
        raise DecodeError("the body is empty, not XML")
    try:
        return etree.fromstring(raw, etree.XMLParser(**SAFE))
    except etree.XMLSyntaxError as error:
        line, column = error.position
        reason = (error.msg or "not XML").rsplit(", line ", 1)[0]
        raise DecodeError(f"line {line}, column {column}: {reason}") from None
    except (LookupError, ValueError) as error:
        raise DecodeError(f"not XML: {error}") from None


def parse_text(text: str) -> None:
    try:
        etree.fromstring(text.encode(), etree.XMLParser(**SAFE))
    except etree.XMLSyntaxError as error:
        line, column = error.position
        raise EncodeError(f"the text is not well-formed XML: line {line}, column {column}: {error.msg}") from None


def xml(options: Mapping[str, Any], content: Content) -> XmlCodec:
    """The factory."""
    for prefix, uri in (options.get("namespaces") or {}).items():
        if not prefix or not uri:
            raise ValueError(f"namespaces: {excerpt(prefix)} needs a URI")
    return XmlCodec(options.get("namespaces"))
