"""Types with values of them, and expressions about them, made by chance."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from transforms.types.kinds import (
    ANY,
    AWARE,
    BOOL,
    DATE,
    DECIMAL,
    INT,
    NAIVE,
    NULL,
    TEXT,
    ListOf,
    Object,
    Scalar,
    Type,
    list_of,
    object_of,
    scalar_name,
    union,
)

TEXTS = ("a", "b", "12", "3.5", "", "2026-01-02")
WHOLE, EXACT = (0, 1, 2, -3), (Decimal("1.5"), Decimal("2"), Decimal("-0.1"))
DAYS = (dt.date(2026, 1, 2), dt.date(2025, 12, 31))
TIMES = (dt.datetime(2026, 1, 2, 3, 4), dt.datetime(2025, 12, 31))
CHOICES: tuple[tuple[Type, tuple[Any, ...]], ...] = (
    (TEXT, TEXTS), (INT, WHOLE), (DECIMAL, EXACT), (BOOL, (True, False)), (DATE, DAYS), (NAIVE, TIMES), (NULL, (None,)),
    (AWARE, tuple(one.replace(tzinfo=dt.UTC) for one in TIMES)), (ANY, (*TEXTS, *WHOLE, None, True, {}, ["a"])),
    (Type((Scalar("int", None, None, 0, 2),)), (0, 1, 2)),
    (Type((Scalar("decimal", None, None, 2),)), (Decimal("2"), Decimal(9))),
    (Type((Scalar("text", frozenset({"a", "b"})),)), ("a", "b")), (Type((Scalar("int", frozenset({1, 2})),)), (1, 2)),
)  # fmt: skip
"""Kinds with some of their values."""

Made = tuple[Type, "st.SearchStrategy[Any]"]
MISSING = object()


@st.composite
def scalars(draw: st.DrawFn) -> Made:
    found = draw(st.lists(st.sampled_from(CHOICES), min_size=1, max_size=2))
    return union(type_ for type_, _ in found), st.sampled_from([value for _, values in found for value in values])


@st.composite
def lists(draw: st.DrawFn, items: st.SearchStrategy[Made]) -> Made:
    """With at least one item: of an empty list nothing can be wrong."""
    type_, values = draw(items)
    return list_of(type_), st.lists(values, min_size=1, max_size=3)


@st.composite
def objects(draw: st.DrawFn, fields: st.SearchStrategy[Made]) -> Made:
    names = draw(st.lists(st.sampled_from("abcd"), min_size=1, max_size=4, unique=True))
    made = {name: draw(fields) for name in names}
    missing = {name: draw(st.booleans()) for name in names}
    types = {name: type_.maybe if missing[name] else type_ for name, (type_, _) in made.items()}
    values = {
        name: st.one_of(values, st.just(MISSING)) if missing[name] else values for name, (_, values) in made.items()
    }
    return object_of(types), st.fixed_dictionaries(values).map(without_missing)


def without_missing(value: Mapping[str, Any]) -> dict[str, Any]:
    return {name: one for name, one in value.items() if one is not MISSING}


PLAIN = scalars()
FIELDS = st.one_of(PLAIN, PLAIN, lists(st.one_of(PLAIN, objects(PLAIN))), objects(PLAIN))
BODIES: st.SearchStrategy[Made] = objects(FIELDS)

NAMES = st.sampled_from("abcde")
PATHS = st.one_of(
    NAMES.map("body.{}".format), NAMES.map("body.{}".format),
    st.tuples(NAMES, NAMES).map(lambda two: f"body.{two[0]}.{two[1]}"), NAMES.map("body.{}[0]".format),
    st.tuples(NAMES, NAMES).map(lambda two: f"body.{two[0]}[0].{two[1]}"),
)  # fmt: skip
LITERALS = st.sampled_from(["'a'", "'12'", "1", "2.5", "true", "none", "''", "['a', 'b']", "[1, 2]", "-3"])
FILTERS = st.sampled_from([
    "upper", "text", "text(2)", "decimal", "int", "round(1)", "abs", "length", "first", "last", "min", "max", "join(',')",
    "split(',')", "trim", "pad(3)", "date", "datetime", "datetime('%Y-%m-%d', 'UTC')", "iso", "map('a')", "sum('a')", "sum",
    "sort", "unique", "sha256", "json", "default('x')", "default(0)",
])  # fmt: skip
COMPARING, CALCULATING = st.sampled_from(["==", "!=", "<", "<=", ">", ">="]), st.sampled_from(["+", "-", "*", "/", "//", "%"])


def grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.tuples(inner, COMPARING, inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        st.tuples(inner, CALCULATING, inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        st.tuples(inner, FILTERS).map(lambda t: f"({t[0]} | {t[1]})"),
        st.tuples(inner, FILTERS).map(lambda t: f"({t[0]} | {t[1]})"),
        st.tuples(inner, inner).map(lambda t: f"({t[0]} ~ {t[1]})"),
        st.tuples(inner, st.sampled_from(["in", "not in"]), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        st.tuples(inner, st.sampled_from(["is defined", "is none", "is not none"])).map(lambda t: f"({t[0]} {t[1]})"),
        inner.map("(-{})".format),
        inner.map("(not {})".format),
    )


def chosen(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """What is not always looked at as a whole."""
    return st.one_of(
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        st.tuples(inner, inner, inner).map(lambda t: f"({t[0]} if {t[1]} else {t[2]})"),
        grown(inner),
    )


WHOLE_EXPRESSIONS = st.recursive(st.one_of(PATHS, PATHS, LITERALS), grown, max_leaves=5)
"""Each part of them is evaluated, unless one before it fails."""
EXPRESSIONS = st.recursive(st.one_of(PATHS, PATHS, LITERALS), chosen, max_leaves=6)


def belongs(value: Any, type_: Type) -> bool:
    """Whether a value is one of a type."""
    return any(is_of(value, kind) for kind in type_.expanded)


def is_of(value: Any, kind: Any) -> bool:
    if isinstance(kind, ListOf):
        return isinstance(value, list) and all(belongs(item, kind.item) for item in value)
    if isinstance(kind, Object):
        if not isinstance(value, Mapping):
            return False
        others = all(kind.rest is not None and belongs(value[name], kind.rest) for name in value if name not in kind.fields)
        known = all(belongs(value[n], t) if n in value else t.lacks for n, t in kind.fields.items())
        return others and known
    if isinstance(kind, Scalar):
        same = scalar_name(value) == kind.name and (kind.values is None or value in kind.values)
        same = same and (kind.low is None or value >= kind.low) and (kind.high is None or value <= kind.high)
        return same and (kind.zone is None or (value.tzinfo is not None) == kind.zone)
    return True
