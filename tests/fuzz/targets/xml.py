"""XML, whole and by records."""

from __future__ import annotations

import re
from typing import Any

from lxml import etree

from router.config.content import StoredContent
from router.errors import DecodeError
from router.ports import Bad
from tests.contracts.codec import ENVELOPE
from tests.fuzz.target import Target, Wrong, last_byte
from tests.fuzz.targets.chunks import same_in_chunks
from tests.fuzz.targets.chunks import shown as shown_bad
from transforms.codecs import CODECS

XML: Any = CODECS["xml"]({}, StoredContent())
NAMESPACES = {"p": "urn:p"}
OTHER_NAMES = re.compile(r"Bad: line \d+, column \d+: not well-formed \(invalid token\) None$")
"""What the parser of what stands around records (expat) says of names that only the fifth edition of XML 1.0 has."""
NAMES = ("r", "p:r", "Field", "ü")
BY_RECORDS: tuple[Any, ...] = tuple(
    CODECS["xml"]({"namespaces": NAMESPACES, "records": name}, StoredContent()) for name in NAMES
)


def canonical(element: Any) -> bytes:
    return bytes(etree.tostring(element, method="c14n", exclusive=True, with_tail=False))


def xml(raw: bytes) -> bytes:
    body = XML.decode(raw, ENVELOPE)
    found = tree(body)
    again = tree(XML.decode(XML.encode(body), ENVELOPE))
    if found != again:
        raise Wrong(f"{found!r:.500} came back as {again!r:.500}")
    return found


def tree(element: Any) -> bytes:
    """Canonical, unless a namespace is no URI, which only its canonical form has to be."""
    try:
        return canonical(element)
    except etree.C14NError:
        return b""


def shown(body: Any) -> str:
    return shown_bad(body) if isinstance(body, Bad) else repr(tree(body))


def xml_records(data: bytes) -> list[str]:
    """The records are the outermost elements of that name in the whole document, where it can be read."""
    raw, variant = last_byte(data)
    variant %= len(NAMES)
    found = same_in_chunks(BY_RECORDS[variant], raw, shown)
    try:
        root = XML.decode(raw, ENVELOPE)
    except DecodeError:
        return found
    prefix, _, local = NAMES[variant].rpartition(":")
    name = f"{{{NAMESPACES[prefix]}}}{local}" if prefix else local
    wanted = [repr(tree(element)) for element in root.iter(name) if next(element.iterancestors(name), None) is None]
    if found and OTHER_NAMES.match(found[-1]) and found[:-1] == wanted[: len(found) - 1]:
        return found  # up to that name, and an answer for the rest
    if found != wanted:
        raise Wrong(f"{len(found)} records {found!r:.500} instead of {len(wanted)} {wanted!r:.500}")
    return found


SEEDS = ("data/**/*.xml", "fuzz/corpus/xml/*")
RECORDS = (
    b"<?xml version='1.0'?>\n"
    b"<a xmlns:p='urn:p'><!-- <r> --><r i='1>2'>x<r/></r><b xmlns='urn:p'><r>]]&gt;</r></b><p:r/>tail</a>"
)
WRITTEN = (
    RECORDS,
    RECORDS.replace(b"'1.0'", b"'1.0' encoding='latin-1'"),
    RECORDS.decode().encode("utf-16"),
    "<ü><r>ü</r><ü/></ü>".encode(),
    "<?xml version='1.0' encoding='cp037'?><a><r>x</r></a>".encode("cp037"),
    b"<a><r><![CDATA[</r>]]></r><r",
    b"<a><r></a>",
    b"<!DOCTYPE a><a><r/></a>",
)
TARGETS = (
    Target("xml", xml, seeds=SEEDS, written=WRITTEN, words="xml"),
    Target("xml-records", xml_records, seeds=SEEDS, written=WRITTEN, variants=len(NAMES), words="xml"),
)
