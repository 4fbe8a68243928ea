"""XML: element trees, of a whole document or of its records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from router.ports import Content
from transforms.codecs.places import excerpt
from transforms.codecs.xml.codec import XmlCodec
from transforms.codecs.xml.records import XmlRecordCodec


def xml(options: Mapping[str, Any], content: Content) -> XmlCodec:
    """The factory. Raises ValueError for a prefix without a URI, or one that is not declared, and for records that are no
    name of an element."""
    namespaces = options.get("namespaces") or {}
    for prefix, uri in namespaces.items():
        if not prefix or not uri:
            raise ValueError(f"namespaces: {excerpt(prefix)} needs a URI")
    records = options.get("records")
    return XmlRecordCodec(namespaces, str(records)) if records else XmlCodec(namespaces)
