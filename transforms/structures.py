"""Any body as a plain structure, so that two can be compared field by field."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import msgspec
from lxml import etree

from router.errors import MessageError
from transforms.codecs.plain import read_json
from transforms.codecs.xml.tree import parse

SCALARS = (str, int, float, bool, Decimal, type(None))


def structure(body: Any) -> Any:
    """Texts, numbers, lists and objects. Of an element: its children by name, `@name` its attributes, `#text` its text
    where it has both; neither white space between elements, nor prefixes, comments and the order of attributes count."""
    if isinstance(body, SCALARS):
        return body
    if isinstance(body, bytes):
        return body.decode("utf-8", "replace")
    if isinstance(body, Mapping):
        return {str(name): structure(value) for name, value in body.items()}
    if isinstance(body, (list, tuple)):
        return [structure(value) for value in body]
    if isinstance(body, (datetime.date, datetime.time, datetime.datetime)):
        return body.isoformat()
    if hasattr(body, "getroot"):
        body = body.getroot()
    if isinstance(body, etree._Element):
        return {etree.QName(body).text: element(body)}
    try:
        return structure(msgspec.to_builtins(body))
    except (TypeError, ValueError):
        return str(body)


def structure_of(raw: bytes) -> Any:
    """Of a body as it goes out, whatever its format: JSON and XML as they are, else a text's lines. Never raises."""
    try:
        return read_json(raw)
    except MessageError:
        pass
    if raw.lstrip()[:1] == b"<":
        try:
            return structure(parse(raw))
        except MessageError:
            pass
    try:
        return raw.decode().splitlines()
    except UnicodeDecodeError:
        return f"{len(raw)} bytes"


def element(node: Any) -> Any:
    """A text where there is nothing else; a list where a child comes more than once."""
    found: dict[str, Any] = {f"@{name}": value for name, value in node.attrib.items()}
    children = [child for child in node if isinstance(child.tag, str)]
    text = "".join([node.text or "", *(child.tail or "" for child in node)]).strip()
    for child in children:
        name, value = etree.QName(child).text, element(child)
        if name not in found:
            found[name] = value
        elif isinstance(found[name], list):
            found[name].append(value)
        else:
            found[name] = [found[name], value]
    if not found:
        return text
    return {**found, "#text": text} if text else found
