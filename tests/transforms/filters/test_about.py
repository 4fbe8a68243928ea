"""The examples of the reference give what they say."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from lxml import etree

from router.message import Envelope, Message
from transforms.codecs.json import encode
from transforms.expressions import compile_expression
from transforms.filters import FILTERS
from transforms.filters.about import ABOUT

XML = etree.fromstring('<Receipt><Store>0042</Store><Line sku="A"/><Line sku="B"/></Receipt>')
ALL = [(name, *example) for name, said in ABOUT.items() for example in said.examples]


def test_every_filter_is_described_in_the_order_of_the_catalogue() -> None:
    assert list(ABOUT) == list(FILTERS)
    assert all(said.says.endswith(".") and said.examples for said in ABOUT.values())


@pytest.mark.parametrize(("name", "expression", "gives"), ALL, ids=[f"{name}-{gives}" for name, _, gives in ALL])
def test_an_example_gives_what_it_says(name: str, expression: str, gives: str) -> None:
    assert f"| {name}" in expression
    message = Message(Envelope("m", "r", "s", datetime(2026, 3, 1, tzinfo=UTC)), XML if "xpath" in name else {})
    assert encode(compile_expression(expression)(message)).decode() == gives
