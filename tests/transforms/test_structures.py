"""Bodies as plain structures."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from lxml import etree

from transforms.structures import structure, structure_of


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("<a/>", {"a": ""}),
        ("<a> x </a>", {"a": "x"}),
        ('<a b="1"><c>2</c><!-- no --></a>', {"a": {"@b": "1", "c": "2"}}),
        ("<a>\n <c>1</c>\n <c>2</c><c>3</c></a>", {"a": {"c": ["1", "2", "3"]}}),
        ("<a>x<b/>y</a>", {"a": {"b": "", "#text": "xy"}}),
        ('<p:a xmlns:p="urn:x"><p:b/></p:a>', {"{urn:x}a": {"{urn:x}b": ""}}),
    ],
)
def test_an_element_is_its_names(text: str, made: Any) -> None:
    assert structure(etree.fromstring(text)) == made


def test_prefixes_and_the_order_of_attributes_do_not_count() -> None:
    one = etree.fromstring('<q:a xmlns:q="urn:x" b="1" c="2"><q:d/></q:a>')
    assert structure(one) == structure(etree.fromstring('<a xmlns="urn:x" c="2" b="1"><d/></a>'))


def test_anything_else_is_plain() -> None:
    day = datetime.date(2026, 1, 31)
    assert structure({"a": (1, day), 2: b"x"}) == {"a": [1, "2026-01-31"], "2": "x"}


@pytest.mark.parametrize(
    ("raw", "made"),
    [
        (b'{"a": 1}', {"a": 1}),
        (b"<a><b>1</b></a>", {"a": {"b": "1"}}),
        (b"<a><b>1</a>", ["<a><b>1</a>"]),
        (b"sku;qty\nA;1\n", ["sku;qty", "A;1"]),
        (b"\xff\xfe\x00", "3 bytes"),
    ],
)
def test_what_goes_out_is_a_structure_whatever_its_format(raw: bytes, made: Any) -> None:
    assert structure_of(raw) == made
