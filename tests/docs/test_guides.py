"""What the guides of expressions and maps show is so."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from router.config.jsonschema import included_schema
from router.config.schema.routes import IncludedFile
from router.config.yaml import values
from router.message import Envelope, Message
from tests.router.config.test_jsonschema import mistakes
from transforms.codecs.json import encode
from transforms.codecs.plain import read_json
from transforms.expressions import compile_expression
from transforms.maps import compile_map

DOCS = Path(__file__).parents[2] / "docs"
ROW = re.compile(r"^\| `(.+)` \| `(\{.*\})` \| `(.+)` \|$", re.MULTILINE)
EXAMPLES = ROW.findall((DOCS / "expressions.md").read_text("utf-8").replace("\\|", "|"))


def message(body: Any) -> Message:
    return Message(Envelope("m", "r", "s", datetime(2026, 3, 1, tzinfo=UTC)), body)


@pytest.mark.parametrize(("expression", "body", "gives"), EXAMPLES)
def test_an_expression_gives_what_the_table_says(expression: str, body: str, gives: str) -> None:
    assert encode(compile_expression(expression)(message(read_json(body.encode())))).decode() == gives


def test_there_are_examples() -> None:
    assert len(EXAMPLES) >= 8


def test_the_map_makes_the_result() -> None:
    text = (DOCS / "maps.md").read_text("utf-8")
    blocks = dict(re.findall(r'```\w+ title="([^"]+)"\n(.*?)```', text, re.DOTALL))
    made = compile_map(values(blocks["transforms/maps/order.yaml"].encode()))(message(read_json(blocks["the body"].encode())))
    assert read_json(encode(made)) == read_json(blocks["the result"].encode())


PIECES = [
    (path.name, text)
    for path in sorted(DOCS.glob("*.md"))
    for text in re.findall(r'```yaml(?! title="(?:Camel|Benthos)")[^\n]*\n(.*?)```', path.read_text("utf-8"), re.DOTALL)
    if set(re.findall(r"^([^\s#-][^:]*):", text, re.MULTILINE) or ["none"]) <= set(IncludedFile().fields)
]
"""Pieces of routes.yaml."""


@pytest.mark.parametrize(("page", "text"), PIECES, ids=[f"{page}-{n}" for n, (page, _) in enumerate(PIECES)])
def test_a_piece_of_routes_yaml_is_of_the_grammar(page: str, text: str) -> None:
    """As an editor sees it: what it refers to may stand elsewhere."""
    assert mistakes(included_schema(), text) == []


def test_there_are_pieces() -> None:
    assert len(PIECES) >= 5
