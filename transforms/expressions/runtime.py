"""The operators of expressions and templates that do not calculate: strict about null and unlike types.

Each takes its operands and, where known, their texts, so that an error names the part that is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from router.errors import ExpressionError

TEXT_LIMIT = 16 * 1024 * 1024
DECIMAL_MARK = "\0dec:"
"""In front of a number with a point in the parsed text, which Jinja would make a float."""

WORDS = {str: "text", int: "number", Decimal: "number", bool: "truth value", dict: "object", list: "list",
         tuple: "list", type(None): "null", datetime: "datetime", date: "date", time: "time"}  # fmt: skip
SHOWN = (str, int, Decimal, date, time, type(None))
"""What an error shows of itself; of all others it says what they are."""


def kind(value: Any) -> str:
    """What people call the type of a value."""
    found = WORDS.get(type(value))
    if found:
        return found
    if isinstance(value, Mapping):
        return "object"
    if callable(value):
        return "macro"
    return "XML element" if hasattr(value, "xpath") else type(value).__name__


def show(value: Any) -> str:
    """A value in an error, short."""
    if not isinstance(value, SHOWN):
        return kind(value)
    try:
        text = str(value) if isinstance(value, Decimal) else repr(value)
    except ValueError:
        return "a number of more than 4,300 digits"
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
    hint = "; name the 'format' of the route" if isinstance(value, bytes) else ""
    raise ExpressionError(f"{name} is undefined: {parent} is a {kind(value)}{hint}", "undefined")


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
    raise ExpressionError(f"cannot {verb} {who(left, a)} with {who(right, b)}")


def who(name: str, value: Any) -> str:
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
            raise ExpressionError(f"cannot look for {who(left, a)} in a text")
        return a in b
    if isinstance(b, Mapping):
        return a in b
    if isinstance(b, (list, tuple)):
        return any(eq(a, item, left, right) for item in b)
    raise ExpressionError(f"cannot look into {who(right, b)}")


def plain(value: Any, name: str = "") -> str:
    """A text, int or Decimal as `~` and templates print it: no exponent, exactly its digits."""
    if type(value) is str:
        return value
    if type(value) is int:
        try:
            return str(value)
        except ValueError:
            raise ExpressionError(f"{name or 'a number'} is too long to print", "limit") from None
    if type(value) is Decimal:
        if value.adjusted() > 10_000 or value.adjusted() < -10_000:
            raise ExpressionError(f"{name or 'a number'} is too long to print", "limit")
        return f"{value:f}"
    if value is None:
        raise fail_null(name)
    raise ExpressionError(f"cannot join {who(name, value)}: `~` joins texts and numbers; use `| text` or `| iso`")


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
    try:
        return function(value, *args)
    except ExpressionError as error:
        if value is None:
            raise fail_null(name) from None
        raise ExpressionError(f"{name}: {error.reason}", error.error) from None


def each(value: Any, name: str = "") -> Any:
    """What a loop may run over: a list."""
    if type(value) is list or type(value) is tuple:
        return value
    if value is None:
        raise fail_null(name)
    raise ExpressionError(f"{name or 'the value of each'} is a {kind(value)}, not a list")
