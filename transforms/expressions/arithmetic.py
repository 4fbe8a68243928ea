"""The operators that calculate: exact, whatever the size; a division has 28 digits.

Each takes its operands and, where known, their texts, so that an error names the part that is wrong.
"""

from __future__ import annotations

import decimal
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from router.errors import ExpressionError
from transforms.expressions.runtime import fail_null, is_number, limited, show, who

EXACT = decimal.Context(
    prec=5000, Emax=99999, Emin=-99999, traps=[decimal.InvalidOperation, decimal.Inexact, decimal.Overflow]
)
MOST_BITS = 14_285
"""Of a whole number: 4,300 digits, which is what Python writes as text and JSON reads."""
DIVISION = decimal.Context(prec=28, traps=[decimal.InvalidOperation, decimal.DivisionByZero, decimal.Overflow])


def _numbers(a: Any, b: Any, left: str, right: str, verb: str) -> None:
    for value, name in ((a, left), (b, right)):
        if value is None:
            raise fail_null(name)
        if not is_number(value):
            hint = "; use `| decimal` or `| int`" if isinstance(value, str) else ""
            raise ExpressionError(f"cannot {verb} {who(name, value)}{hint}")


MULTIPLY, SUBTRACT = EXACT.multiply, EXACT.subtract


def _exact(operation: Callable[[Any, Any], Decimal], a: Any, b: Any) -> Decimal:
    try:
        return operation(a, b)
    except decimal.DivisionByZero:
        raise ExpressionError("division by zero", "value") from None
    except decimal.DecimalException:
        raise ExpressionError(f"{show(a)} and {show(b)} make a number that is too long", "limit") from None


def add(a: Any, b: Any, left: str = "", right: str = "") -> Any:
    if type(a) is Decimal or type(b) is Decimal:
        if is_number(a) and is_number(b):
            return _exact(EXACT.add, a, b)
    elif type(a) is int and type(b) is int:
        return a + b
    elif type(a) is str and type(b) is str:
        return limited(a + b)
    elif type(a) is list and type(b) is list:
        return a + b
    if type(a) is str and type(b) is not str and b is not None:
        raise ExpressionError(f"cannot add {who(right, b)} to a text ({who(left, a)}); use `~` to join")
    _numbers(a, b, left, right, "add")
    raise ExpressionError("cannot add these")


def sub(a: Any, b: Any, left: str = "", right: str = "") -> Any:
    if type(a) is Decimal and (type(b) is Decimal or type(b) is int):
        try:
            return SUBTRACT(a, b)
        except decimal.DecimalException:
            return _exact(SUBTRACT, a, b)
    if type(a) is int and type(b) is int:
        return a - b
    _numbers(a, b, left, right, "subtract")
    return _exact(EXACT.subtract, a, b)


def mul(a: Any, b: Any, left: str = "", right: str = "") -> Any:
    if type(b) is Decimal and (type(a) is Decimal or type(a) is int):
        try:
            return MULTIPLY(a, b)
        except decimal.DecimalException:
            return _exact(MULTIPLY, a, b)
    if type(a) is int and type(b) is int:
        product = a * b
        if product.bit_length() > MOST_BITS:
            raise ExpressionError(f"{show(a)} and {show(b)} make a number that is too long", "limit")
        return product
    _numbers(a, b, left, right, "multiply")
    return _exact(EXACT.multiply, a, b)


def div(a: Any, b: Any, left: str = "", right: str = "") -> Decimal:
    _numbers(a, b, left, right, "divide")
    if not b:
        raise ExpressionError(f"division by zero ({right or 'the divisor'} is 0)", "value")
    return _exact(DIVISION.divide, Decimal(a), Decimal(b))


def floordiv(a: Any, b: Any, left: str = "", right: str = "") -> Any:
    _numbers(a, b, left, right, "divide")
    if not b:
        raise ExpressionError(f"division by zero ({right or 'the divisor'} is 0)", "value")
    return a // b if type(a) is int and type(b) is int else _exact(EXACT.divide_int, Decimal(a), Decimal(b))


def mod(a: Any, b: Any, left: str = "", right: str = "") -> Any:
    _numbers(a, b, left, right, "divide")
    if not b:
        raise ExpressionError(f"division by zero ({right or 'the divisor'} is 0)", "value")
    return a % b if type(a) is int and type(b) is int else _exact(EXACT.remainder, Decimal(a), Decimal(b))


def neg(a: Any, name: str = "") -> Any:
    _numbers(a, 0, name, "", "negate")
    return -a if type(a) is int else EXACT.minus(a)
