"""What the operators of expressions make of types, by the rules of `transforms/expressions/runtime.py` and
`arithmetic.py`. A result without kinds can only fail."""

from __future__ import annotations

from transforms.types.kinds import (
    ANY,
    BOOL,
    DECIMAL,
    FALSE,
    INT,
    NEVER,
    NUMBER,
    TEXT,
    TRUE,
    Anything,
    Kind,
    ListOf,
    Scalar,
    Type,
    list_of,
    named,
    union,
)

EQUAL, ORDERED = ("eq", "ne"), ("lt", "lteq", "gt", "gteq")
NUMBERS = ("int", "decimal")
SIGNS = {"eq": "==", "ne": "!=", "lt": "<", "lteq": "<=", "gt": ">", "gteq": ">=", "in": "in", "notin": "not in"}
LIKE = ("text", "bool", "date", "time")
"""Kinds of which two values can be compared."""
JOINED = ("text", "int", "decimal")


# --- comparing --------------------------------------------------------------------------------------------------------
def alike(a: Kind, b: Kind) -> bool:
    """Whether two values of these kinds may be compared at all."""
    if isinstance(a, Anything) or isinstance(b, Anything):
        return comparable(a) and comparable(b)
    if isinstance(a, Scalar) and isinstance(b, Scalar):
        if a.name in NUMBERS and b.name in NUMBERS:
            return True
        if a.name == b.name == "datetime":
            return a.zone is None or b.zone is None or a.zone == b.zone
        return a.name == b.name and a.name in LIKE
    return type(a) is type(b) and not isinstance(a, Scalar)


def comparable(kind: Kind) -> bool:
    return not (isinstance(kind, Scalar) and kind.name in ("null", "element", "bytes"))


def has_order(kind: Kind) -> bool:
    return isinstance(kind, Anything) or (isinstance(kind, Scalar) and kind.name != "bool")


def compare(op: str, left: Type, right: Type) -> Type:
    """`== != < <= > >=`."""
    pairs = [
        (a, b)
        for a in left.expanded
        for b in right.expanded
        if alike(a, b) and (op in EQUAL or (has_order(a) and has_order(b)))
    ]
    return union(outcome(op, a, b) for a, b in pairs)


def outcome(op: str, a: Kind, b: Kind) -> Type:
    """Where the values are known, the result is."""
    if not isinstance(a, Scalar) or not isinstance(b, Scalar):
        return BOOL
    if a.values is None or b.values is None:
        return by_bounds(op, a, b) if a.name in NUMBERS else BOOL
    if len(a.values) * len(b.values) > 400:
        return BOOL
    found = {holds(op, x, y) for x in a.values for y in b.values}
    return (TRUE if found == {True} else FALSE) if len(found) == 1 else BOOL


def by_bounds(op: str, a: Scalar, b: Scalar) -> Type:
    """Of numbers of which the smallest or the largest is known: FALSE where it never holds. One that always holds is a
    precaution, and is left alone."""
    below = a.highest is not None and b.lowest is not None and a.highest < b.lowest
    above = a.lowest is not None and b.highest is not None and a.lowest > b.highest
    at_most = below or (a.highest is not None and b.lowest is not None and a.highest <= b.lowest)
    at_least = above or (a.lowest is not None and b.highest is not None and a.lowest >= b.highest)
    never = {"eq": below or above, "lt": at_least, "lteq": above, "gt": at_most, "gteq": below}
    return FALSE if never.get(op) else BOOL


def holds(op: str, a: object, b: object) -> bool:
    match op:
        case "eq":
            return a == b
        case "ne":
            return a != b
        case "lt":
            return bool(a < b)  # type: ignore[operator]
        case "lteq":
            return bool(a <= b)  # type: ignore[operator]
        case "gt":
            return bool(a > b)  # type: ignore[operator]
    return bool(a >= b)  # type: ignore[operator]


def contains(left: Type, right: Type) -> Type:
    """`in`, where the right side is no list that is written out."""
    if left.never or right.never:
        return NEVER
    found = [held(left, kind) for kind in right.expanded]
    return union(found) if not named(left, "null") or len(left.kinds) > 1 else NEVER


def held(left: Type, kind: Kind) -> Type:
    if isinstance(kind, Scalar):
        return BOOL if kind.name == "text" and (left.unknown or named(left, "text")) else NEVER
    return BOOL


def among(left: Type, items: list[Type]) -> Type:
    """`in` of a list that is written out: compared one by one until one is equal."""
    if not items:
        return FALSE
    if compare("eq", left, items[0]).never:
        return NEVER
    found = [compare("eq", left, item) for item in items]
    if any(one == TRUE for one in found):
        return TRUE
    if all(one == FALSE for one in found):
        return FALSE
    return TRUE if covers(left, items) else BOOL


def covers(left: Type, items: list[Type]) -> bool:
    """Whether the list holds every value that is possible."""
    (kind,) = left.kinds if len(left.kinds) == 1 else (None,)
    listed = [one for item in items for one in item.kinds]
    if not isinstance(kind, Scalar) or kind.values is None or left.lacks or len(listed) != len(items):
        return False
    known: set[object] = set()
    for one in listed:
        if not isinstance(one, Scalar) or one.name != kind.name or one.values is None or len(one.values) != 1:
            return False
        known |= one.values
    return kind.values <= known


# --- calculating ------------------------------------------------------------------------------------------------------
def add(left: Type, right: Type) -> Type:
    if left.never or right.never:
        return NEVER
    found = [numbers("Add", left, right)]
    if may(left, "text") and may(right, "text"):
        found.append(TEXT)
    if may(left, "list") and may(right, "list"):
        found.append(ANY if left.unknown or right.unknown else both_lists(left, right))
    return ANY if left.unknown and right.unknown else union(found)


def both_lists(left: Type, right: Type) -> Type:
    return list_of(union(kind.item for side in (left, right) for kind in side.expanded if isinstance(kind, ListOf)))


def may(type_: Type, name: str) -> bool:
    return type_.unknown or bool(named(type_, name))


def numbers(operator: str, left: Type, right: Type) -> Type:
    """`- * / // %`, and `+` of numbers."""
    kinds = [numbers_of(left), numbers_of(right)]
    if not all(kinds):
        return NEVER
    if operator == "Div":
        return DECIMAL
    if all(found == {"int"} for found in kinds):
        return INT
    return NUMBER if all("int" in found for found in kinds) else DECIMAL


def numbers_of(type_: Type) -> set[str]:
    return {"int", "decimal"} if type_.unknown else {name for name in NUMBERS if named(type_, name)}


def negated(type_: Type) -> Type:
    return union(Type((Scalar(name),)) for name in sorted(numbers_of(type_)))


def joined(parts: list[Type]) -> Type:
    """`~`."""
    return TEXT if all(part.unknown or named(part, *JOINED) for part in parts) else NEVER
