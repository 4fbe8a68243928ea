from __future__ import annotations

import pytest
from marshmallow import class_registry

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


def test_the_registry_of_the_process_does_not_grow() -> None:
    load_schema("orders.Order", None, content(ORDER.format("Int")))
    before = {name for name, classes in class_registry._registry.items() if classes}
    load_schema("orders.Order", None, content(ORDER.format("Str")))
    assert before == {name for name, classes in class_registry._registry.items() if classes}
    assert len(class_registry._registry["Line"]) == 1


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
