from __future__ import annotations

import random
from decimal import Decimal
from typing import Any, ClassVar

import pytest
from ruamel.yaml import YAML

from router.config.yaml import read_values
from router.errors import MessageError
from router.registry import ContentError
from tests.contracts.step import Files, StepContract, message
from transforms.steps.map import ExactConstructor, Map

TEXT = """\
about: An order
fields:
  id: body.no
  rate: {const: 0.10}
  lines:
    each: line in body.lines
    fields:
      sku: line.sku
      amount: line.qty * 2
  total: out.lines | sum('amount')
"""
BODY = {"no": "1", "lines": [{"sku": "a", "qty": 2}, {"sku": "b", "qty": 3}], "rest": 1}


def load(text: str) -> Map:
    return Map("order", Files({"transforms/maps/order.yaml": text}))


class TestMap(StepContract):
    verb = "map"
    value = "order"
    files: ClassVar[Any] = {"transforms/maps/order.yaml": TEXT}

    def good(self) -> Any:
        return dict(BODY)

    def bad(self) -> Any:
        return {"no": "1", "lines": [{"sku": "a"}]}


class TestMapInline(TestMap):
    value: ClassVar[Any] = {"fields": {"id": "body.no", "first": "body.lines[0].qty"}}


def test_the_body_is_built_anew() -> None:
    result = load(TEXT).apply(message(BODY))
    assert result.changed
    assert result.body == {
        "id": "1",
        "rate": Decimal("0.10"),
        "lines": [{"sku": "a", "amount": 4}, {"sku": "b", "amount": 6}],
        "total": Decimal(10),
    }
    assert str(result.body["rate"]) == "0.10"


ODD = (
    "a: 1\nb: [1.50, 0x1F, 0o17, 1e3, .5, -0, 012, 1_000, yes, no, ~, null, true, 12:30, 2026-11-26]\n",
    "a: &x {k: 1}\nb: {<<: *x, l: 2}\nc: *x\n",
    "a: 2026-11-26T10:00:00Z\nb: '1'\nc: \"1\"\nd: |\n  text\ne: >-\n  folded\n  text\n",
    "a: 1\na: 2\n", "- 1\n- {a: [b, {c: d}]}\n", "just a text\n", "a: !!str 1\nb: !!int '2'\n", "a: !own 1\n", "a: [1\n",
    "a: &a [*a]\n", "? [a, b]\n: c\n", "a:\n  b:\nc: 1\n", "",
)  # fmt: skip


def outcome(load: Any, text: str) -> str:
    try:
        return repr(load(text))
    except Exception as error:
        return type(error).__name__


def quickly(text: str) -> Any:
    return read_values(text, ExactConstructor)


def slowly(text: str) -> Any:
    yaml = YAML(typ="safe", pure=True)
    yaml.Constructor = ExactConstructor
    return yaml.load(text)


def test_the_quick_reader_gives_what_the_one_in_python_gives() -> None:
    chance = random.Random(6)
    for text in (*ODD, TEXT):
        assert outcome(quickly, text) == outcome(slowly, text), text
        for _ in range(60):
            at = chance.randrange(len(text) + 1)
            spoiled = text[:at] + chance.choice("{}[]:,#-\"' \n\t&*!|>~.0aé") + text[at + chance.randint(0, 1) :]
            assert outcome(quickly, spoiled) == outcome(slowly, spoiled), spoiled


def test_an_error_names_the_field() -> None:
    with pytest.raises(MessageError, match=r"field lines\[1\].amount: .*line.qty") as caught:
        load(TEXT).apply(message({"no": "1", "lines": [{"sku": "a", "qty": 1}, {"sku": "b"}]}))
    assert (caught.value.stage, caught.value.error) == ("map", "undefined")


@pytest.mark.parametrize(
    ("text", "line", "column", "reason"),
    [
        ("fields:\n  a: body.x |\n", 2, 6, "a: "),
        (TEXT.replace("line.qty * 2", "lin.qty"), 9, 15, "unknown name 'lin'"),
        ("fields:\n  a: {value: body.x, nope: 1}\n", 2, 22, "nope"),
        ("fields:\n  a:\n    - body.x\n    - bdy\n", 4, 7, "unknown name 'bdy'"),
        ("fields: {a: body.x\n", 1, 9, "a ',' or '}' is missing"),
        ("fields:\n  a: body.x\n  a: body.y\n", 3, 3, "stands here twice"),
        ("- a\n", 1, 1, "a map is an object with `fields`"),
        ("", 1, 1, "a map is an object with `fields`"),
    ],
)
def test_a_mistake_is_reported_at_its_place(text: str, line: int, column: int, reason: str) -> None:
    with pytest.raises(ContentError) as caught:
        load(text)
    assert reason in caught.value.message
    assert (caught.value.path, caught.value.line, caught.value.column) == ("transforms/maps/order.yaml", line, column)


def test_aliases_of_aliases_are_stopped() -> None:
    rows = [f"  a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 8)]
    with pytest.raises(ContentError, match="too large once its aliases are followed"):
        load("\n".join(["fields:", "  a0: &a0 [1]", *rows]))


def test_a_map_that_is_not_there() -> None:
    with pytest.raises(ContentError, match=r"there is no map transforms/maps/order.yaml"):
        Map("order", Files())
