"""The table of filters: complete, strict about null, with arguments checked."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from router.errors import ExpressionError
from transforms.filters import COMPUTED, FILTERS, PROBES, check_arguments, check_call, check_constants

NAMES = [
    "decimal",
    "int",
    "text",
    "round",
    "abs",
    "min",
    "max",
    "length",
    "first",
    "last",
    "join",
    "split",
    "replace",
    "upper",
    "lower",
    "trim",
    "pad",
    "default",
    "date",
    "datetime",
    "iso",
    "map",
    "select",
    "sum",
    "sort",
    "unique",
    "sha256",
    "json",
    "xpath",
    "xpath_all",
]


def test_all_filters_of_the_interface_are_there() -> None:
    assert list(FILTERS) == NAMES


@pytest.mark.parametrize("name", [name for name in NAMES if name not in ("default", "json")])
def test_null_is_an_error(name: str) -> None:
    arguments = {
        "replace": ("a", "b"),
        "pad": (3,),
        "map": ("x",),
        "select": ("x", 1),
        "xpath": ("x",),
        "xpath_all": ("x",),
    }
    with pytest.raises(ExpressionError, match="null") as caught:
        FILTERS[name](None, *arguments.get(name, ()))
    assert caught.value.error == "null"


def test_default_keeps_null() -> None:
    assert FILTERS["default"](None, 1) is None


def test_arguments_are_counted() -> None:
    check_arguments("pad", 1)
    check_arguments("pad", 2)
    with pytest.raises(ExpressionError, match=r"'pad' takes \(width.*not 3 arguments"):
        check_arguments("pad", 3)
    with pytest.raises(ExpressionError, match="takes"):
        check_arguments("upper", 1)
    for name in ("xpath", "xpath_all"):
        with pytest.raises(ExpressionError, match=rf"'{name}' takes \(path\), not 2 arguments"):
            check_arguments(name, 2)


def test_no_filter_knows_a_clock() -> None:
    for source in Path("transforms/filters").glob("*.py"):
        assert ".now(" not in source.read_text()


@pytest.mark.parametrize(
    ("name", "given", "said"),
    [
        ("round", ["x"], "'round' takes a whole number as its places, not 'x': write `| round([places], [way])`"),
        ("pad", ["8"], "takes a whole number"), ("sum", [3], "'sum' takes a text as its attribute, not 3"),
        ("round", [2, "evn"], "round knows 'up' and 'even', not 'evn'"), ("decimal", [";"], "it is '.' or ','"),
        ("round", [True], "takes a whole number"), ("pad", [3, "ab"], "one character"),
    ],
)  # fmt: skip
def test_constants_that_can_never_be_right_are_refused(name: str, given: list[object], said: str) -> None:
    with pytest.raises(ExpressionError, match=re.escape(said)):
        check_constants(name, given)


def test_constants_that_are_right_and_what_is_computed_pass() -> None:
    for name, given in (("round", [2, "even"]), ("text", [None]), ("datetime", [None, "UTC"]), ("pad", [COMPUTED, "ab"])):
        check_constants(name, given)
    for name in PROBES:
        check_constants(name, [] if name != "pad" else [2])


@pytest.mark.parametrize(
    ("name", "given", "reason"),
    [
        ("datetime", ["%Q"], "'%Q' is no format of dates"),
        ("datetime", ["%d.%m.%Y", "Mars/Olympus"], "Mars/Olympus"),
        ("xpath", ["//a["], "xpath '//a\\['"),
        ("xpath_all", [""], "xpath ''"),
    ],
)
def test_what_is_written_in_the_brackets_is_read_before_there_is_a_value(name: str, given: list[object], reason: str) -> None:
    with pytest.raises(ExpressionError, match=reason):
        check_call(name, given)


@pytest.mark.parametrize(("name", "given"), [("datetime", ["%d.%m.%Y", "Europe/Berlin"]), ("xpath", ["p:Line[@n='1']"])])
def test_what_can_be_right_and_what_is_computed_is_let_through(name: str, given: list[object]) -> None:
    check_call(name, given)
    check_call(name, [COMPUTED] * len(given))
