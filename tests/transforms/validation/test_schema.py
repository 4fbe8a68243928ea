from __future__ import annotations

import pytest
from marshmallow import Schema, class_registry, fields

from router.registry import ContentError
from tests.contracts.step import Files
from transforms.validation.schema import load_schema

LINE = "from marshmallow import Schema, fields\nclass Line(Schema):\n    n = fields.{}()\n"
ORDER = LINE + "class Order(Schema):\n    lines = fields.List(fields.Nested('Line'))\n"


def content(text: str) -> Files:
    return Files({"transforms/schemas/orders.py": text})


def test_schemas_nested_by_name_are_those_of_their_own_version() -> None:
    old = load_schema("orders.Order", None, content(ORDER.format("Str")))
    new = load_schema("orders.Order", None, content(ORDER.format("Int")))
    assert old.load({"lines": [{"n": "1"}]}) == {"lines": [{"n": "1"}]}
    assert new.load({"lines": [{"n": "1"}]}) == {"lines": [{"n": 1}]}


def test_schemas_of_anybody_else_are_not_found_and_not_lost() -> None:
    other = type("Line", (Schema,), {"__module__": "tests.other", "n": fields.Str()})
    found = load_schema("orders.Order", None, content(ORDER.format("Int")))
    assert found.load({"lines": [{"n": "1"}]}) == {"lines": [{"n": 1}]}
    assert class_registry.get_class("tests.other.Line") is other


def test_the_registry_of_the_process_does_not_grow() -> None:
    load_schema("orders.Order", None, content(ORDER.format("Int")))
    before = {name: len(classes) for name, classes in class_registry._registry.items()}  # type: ignore[arg-type]
    load_schema("orders.Order", None, content(ORDER.format("Str")))
    assert before == {name: len(classes) for name, classes in class_registry._registry.items()}  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "text", "reason", "line"),
    [
        ("orders.Oder", LINE.format("Str"), "there is no schema Oder; the file has Line", 0),
        ("orders.fields", LINE.format("Str"), "fields is not a marshmallow schema", 0),
        ("other.Line", LINE.format("Str"), "there is no file transforms/schemas/other.py", 0),
        ("orders.Line", LINE.format("Nope"), "AttributeError", 3),
        ("orders.Order", ORDER.format("Str").replace("'Line'", "'Nope'"), "Order: RegistryError", 0),
    ],
)
def test_a_schema_that_cannot_be_used(name: str, text: str, reason: str, line: int) -> None:
    with pytest.raises(ContentError, match=reason) as caught:
        load_schema(name, None, content(text))
    assert caught.value.line == line
