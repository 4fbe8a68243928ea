"""Expressions: what each form gives, exactly, and what each mistake says."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.errors import ExpressionError, ExpressionSyntaxError
from router.message import Envelope, File, Message
from transforms.expressions import compile_condition, compile_expression

BODY = {
    "qty": 2, "price": Decimal("1.50"), "name": "x", "nothing": None, "ok": True, "d": {"keys": 5, "items": 7},
    "items": [{"p": "1.10"}, {"p": 2}],
}  # fmt: skip


def message(body: Any = BODY, file: File | None = None, record: int = 0) -> Message:
    at = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
    envelope = Envelope("m-1", "route", "/orders", at, headers={"x-kind": "h"}, params={"sku": "7"}, file=file)
    return Message(envelope, body, record=record)


def value(text: str) -> Any:
    return compile_expression(text)(message(file=File("SALES_1.csv", 10), record=3).at("erp"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("body.qty * body.price", Decimal("3.00")),
        ("body.qty / 3", Decimal("0.6666666666666666666666666667")),
        ("7 // 2", 3),
        ("-7 % 3", 2),
        ("-body.qty", -2),
        ("0.1 + 0.2", Decimal("0.3")),
        ("'a' + 'b'", "ab"),
        ("'a' ~ body.qty ~ body.price", "a21.50"),
        ("body.items", BODY["items"]),
        ("body.d.keys", 5),
        ("body['d']['items']", 7),
        ("body.items[0].p", "1.10"),
        ("headers['X-Kind']", "h"),
        ("message.id", "m-1"),
        ("message.params.sku", "7"),
        ("message.received_at | date", date(2026, 3, 1)),
        ("file.stem ~ file.suffix", "SALES_1.csv"),
        ("record.number", 3),
        ("target.id", "erp"),
        ("body.qty == 2.0", True),
        ("1 < body.qty <= 2", True),
        ("body.name in ['x', 'y']", True),
        ("'z' not in ['x', 'y']", True),
        ("not body.ok or body.qty > 1", True),
        ("body.qty if body.ok else 1", 2),
        ("body.nothing is none", True),
        ("body.missing is defined", False),
        ("body.missing.deeper | default(3)", 3),
        ("body.nothing | default(3)", None),
        ("body.items | sum('p')", Decimal("3.10")),
        ("39.8 | text(2)", "39.80"),
        ("2.345 | round(2)", Decimal("2.35")),
        ("2.345 | round(2, 'even')", Decimal("2.34")),
        ("'1.234,50' | replace('.', '') | decimal(',')", Decimal("1234.50")),
        ("7 | text | pad(4, '0')", "0007"),
    ],
)
def test_it_gives(text: str, expected: Any) -> None:
    found = value(text)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        ("body.nothing == 1", "null", "body.nothing is null"),
        ("body.nothing + 1", "null", "body.nothing is null"),
        ("body.missing", "undefined", "body.missing is undefined"),
        ("body.d.missing.deeper", "undefined", "body.d.missing is undefined"),
        ("body.name + 1", "type", "use `~` to join"),
        ("body.name == 1", "type", "cannot compare body.name (text 'x') with number 1"),
        ("body.qty < body.name", "type", "cannot compare body.qty (number 2) with body.name (text 'x')"),
        ("body.qty * body.name", "type", "body.name"),
        ("body.qty and true", "type", "body.qty is number 2, not true or false"),
        ("1 if body.name else 2", "type", "not true or false"),
        ("body.qty / 0", "value", "division by zero"),
        ("body.name | decimal", "value", "body.name"),
    ],
)
def test_a_mistake_names_the_part(text: str, error: str, words: str) -> None:
    with pytest.raises(ExpressionError) as found:
        value(text)
    assert found.value.error == error
    assert words in found.value.reason


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("body.name.upper()", "nothing can be called"),
        ("__import__", "unknown name"),
        ("clock", "unknown name 'clock'"),
        ("body.qty | shout", "shout"),
        ("body.qty is odd", "is odd"),
        ("body.qty +", "ends too early"),
        ("body.items[1:]", "slices"),
        ("message.clock", "message has no field 'clock'"),
    ],
)
def test_it_cannot_be_written(text: str, words: str) -> None:
    with pytest.raises(ExpressionSyntaxError, match=words):
        compile_expression(text)


@pytest.mark.parametrize("name", ["__class__", "keys", "items", "get", "real", "format"])
def test_nothing_of_python_is_reached(name: str) -> None:
    with pytest.raises(ExpressionError) as found:
        compile_expression(f"body.{name}")(message({"a": 1}))
    assert found.value.error == "undefined"


def test_a_condition_is_true_or_false_and_nothing_else() -> None:
    assert compile_condition("body.ok")(message()) is True
    with pytest.raises(ExpressionError, match="not true or false"):
        compile_condition("body.qty")(message())
    with pytest.raises(ExpressionError, match=r"body\.nothing is null"):
        compile_condition("body.nothing")(message())


@given(st.integers(-(10**12), 10**12), st.integers(-(10**12), 10**12))
def test_money_is_exact(cents: int, qty: int) -> None:
    found = compile_expression("body.price * body.qty")(message({"price": Decimal(cents).scaleb(-2), "qty": qty}))
    assert found.scaleb(2) == cents * qty
