"""The operators of expressions and templates: strict about null and unlike types, exact about numbers.

Each takes its operands and, where known, their texts, so that an error names the part that is wrong.
"""

from __future__ import annotations

import decimal
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from router.errors import ExpressionError

EXACT = decimal.Context(
    prec=5000, Emax=99999, Emin=-99999, traps=[decimal.InvalidOperation, decimal.Inexact, decimal.Overflow]
)
DIVISION = decimal.Context(prec=28, traps=[decimal.InvalidOperation, decimal.DivisionByZero, decimal.Overflow])
TEXT_LIMIT = 16 * 1024 * 1024
DECIMAL_MARK = "\0dec:"
"""In front of a number with a point in the parsed text, which Jinja would make a float."""

NUMBERS = (int, Decimal)
WORDS = {str: "text", int: "number", Decimal: "number", bool: "truth value", dict: "object", list: "list",
         tuple: "list", type(None): "null", datetime: "datetime", date: "date", time: "time"}  # fmt: skip


def kind(value: Any) -> str:
    """What people call the type of a value."""
    found = WORDS.get(type(value))
    if found:
        return found
    if isinstance(value, Mapping):
        return "object"
    return "XML element" if hasattr(value, "xpath") else type(value).__name__


def show(value: Any) -> str:
    """A value in an error, short."""
    if isinstance(value, (dict, list, tuple)) or hasattr(value, "xpath"):
        return kind(value)
    text = str(value) if isinstance(value, Decimal) else repr(value)
    return f"{kind(value)} {text if len(text) <= 60 else text[:57] + '…'}"


def is_number(value: Any) -> bool:
    return type(value) is int or type(value) is Decimal


def fail_null(name: str) -> ExpressionError:
    return ExpressionError(f"{name or 'a value'} is null", "null")


def get(value: Any, key: Any, name: str, parent: str) -> Any:
    """A field of an object or an element of a list: items only, never attributes or methods."""
    if isinstance(value, Mapping):
        try:
            return value[key]
        except KeyError:
            raise ExpressionError(f"{name} is undefined", "undefined") from None
    if value is None:
        raise ExpressionError(f"{parent} is null, so {name} is undefined", "null")
    if isinstance(value, (list, tuple)) and type(key) is int:
        try:
            return value[key]
        except IndexError:
            raise ExpressionError(f"{name} is undefined: {parent} has {len(value)} elements", "undefined") from None
    raise ExpressionError(f"{name} is undefined: {parent} is a {kind(value)}", "undefined")


def header(headers: Mapping[str, str], key: Any, name: str) -> Any:
    try:
        return headers[str(key).lower()]
    except KeyError:
        raise ExpressionError(f"{name} is undefined", "undefined") from None


def _alike(a: Any, b: Any, left: str, right: str, verb: str) -> None:
    if a is None or b is None:
        raise fail_null(left if a is None else right)
    if is_number(a) and is_number(b):
        return
    ta, tb = type(a), type(b)
    if ta is tb and ta in (str, bool, date, time, list, dict):
        return
    if ta is datetime and tb is datetime:
        if (a.tzinfo is None) == (b.tzinfo is None):
            return
        both = f"{left or show(a)}, {right or show(b)}"
        raise ExpressionError(f"cannot {verb} a datetime with a zone and one without ({both})")
    raise ExpressionError(f"cannot {verb} {_who(left, a)} with {_who(right, b)}")


def _who(name: str, value: Any) -> str:
    literal = not name or name.startswith(("'", '"')) or name[0].isdigit()
    return show(value) if literal else f"{name} ({show(value)})"


def eq(a: Any, b: Any, left: str = "", right: str = "") -> bool:
    _alike(a, b, left, right, "compare")
    return bool(a == b)


def ne(a: Any, b: Any, left: str = "", right: str = "") -> bool:
    _alike(a, b, left, right, "compare")
    return bool(a != b)


def _ordered(a: Any, b: Any, left: str, right: str) -> None:
    _alike(a, b, left, right, "compare")
    if type(a) in (bool, list, dict):
        raise ExpressionError(f"a {kind(a)} has no order ({left or show(a)})")


def lt(a: Any, b: Any, left: str = "", right: str = "") -> bool:
    _ordered(a, b, left, right)
    return bool(a < b)


def le(a: Any, b: Any, left: str = "", right: str = "") -> bool:
    _ordered(a, b, left, right)
    return bool(a <= b)


def gt(a: Any, b: Any, left: str = "", right: str = "") -> bool:
    _ordered(a, b, left, right)
    return bool(a > b)


def ge(a: Any, b: Any, left: str = "", right: str = "") -> bool:
    _ordered(a, b, left, right)
    return bool(a >= b)


def contains(a: Any, b: Any, left: str = "", right: str = "") -> bool:
    """`a in b`: a text in a text, a value in a list of like values, a key in an object."""
    if a is None or b is None:
        raise fail_null(left if a is None else right)
    if isinstance(b, str):
        if not isinstance(a, str):
            raise ExpressionError(f"cannot look for {_who(left, a)} in a text")
        return a in b
    if isinstance(b, Mapping):
        return a in b
    if isinstance(b, (list, tuple)):
        return any(eq(a, item, left, right) for item in b)
    raise ExpressionError(f"cannot look into {_who(right, b)}")


def _numbers(a: Any, b: Any, left: str, right: str, verb: str) -> None:
    for value, name in ((a, left), (b, right)):
        if value is None:
            raise fail_null(name)
        if not is_number(value):
            hint = "; use `| decimal` or `| int`" if isinstance(value, str) else ""
            raise ExpressionError(f"cannot {verb} {_who(name, value)}{hint}")


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
        raise ExpressionError(f"cannot add {_who(right, b)} to a text ({_who(left, a)}); use `~` to join")
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
        return a * b
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


def plain(value: Any, name: str = "") -> str:
    """A text, int or Decimal as `~` and templates print it: no exponent, exactly its digits."""
    if type(value) is str:
        return value
    if type(value) is int:
        return str(value)
    if type(value) is Decimal:
        if value.adjusted() > 10_000 or value.adjusted() < -10_000:
            raise ExpressionError(f"{name or 'a number'} is too long to print", "limit")
        return f"{value:f}"
    if value is None:
        raise fail_null(name)
    raise ExpressionError(f"cannot join {_who(name, value)}: `~` joins texts and numbers; use `| text` or `| iso`")


def cat(*parts: Any, names: Sequence[str] = ()) -> str:
    """`~`: in the usual case all parts are texts."""
    try:
        text = "".join(parts)
        return text if len(text) <= TEXT_LIMIT else limited(text)
    except TypeError:
        pass
    return limited("".join([plain(p, names[i] if names else "") for i, p in enumerate(parts)]))


def limited(text: str) -> str:
    if len(text) > TEXT_LIMIT:
        raise ExpressionError(f"a text of {len(text):,} characters is over the limit of {TEXT_LIMIT:,}", "limit")
    return text


def truth(value: Any, name: str = "") -> bool:
    """Conditions are true or false, nothing else."""
    if value is True or value is False:
        return bool(value)
    if value is None:
        raise ExpressionError(f"{name or 'the condition'} is null, not true or false", "null")
    raise ExpressionError(f"{name or 'the condition'} is {show(value)}, not true or false")


def defined(path: Callable[[], Any]) -> bool:
    try:
        path()
    except ExpressionError as error:
        if error.error in ("undefined", "null"):
            return False
        raise
    return True


def is_none(path: Callable[[], Any]) -> bool:
    try:
        return path() is None
    except ExpressionError as error:
        if error.error in ("undefined", "null"):
            return False
        raise


def default(path: Callable[[], Any], other: Callable[[], Any]) -> Any:
    """`x | default(y)`: y where x is undefined, also over a missing chain; null stays null."""
    try:
        return path()
    except ExpressionError as error:
        if error.error in ("undefined", "null"):
            return other()
        raise


def filtered(function: Callable[..., Any], name: str, value: Any, *args: Any) -> Any:
    """A filter whose error says which part it was applied to."""
    if value is None:
        raise fail_null(name)
    try:
        return function(value, *args)
    except ExpressionError as error:
        raise ExpressionError(f"{name}: {error.reason}", error.error) from None


def each(value: Any, name: str = "") -> Any:
    """What a loop may run over: a list."""
    if type(value) is list or type(value) is tuple:
        return value
    if value is None:
        raise fail_null(name)
    raise ExpressionError(f"{name or 'the value of each'} is a {kind(value)}, not a list")
