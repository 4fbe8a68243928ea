from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from router.config.references import Resolver
from router.config.schema.mistakes import Wrong, kind, show, wrong


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("x", "'x'"),
        (5, "the number 5"),
        (Decimal("1.0"), "the number 1.0"),
        (True, "true"),
        (None, "nothing"),
        ([1], "a list"),
        ({}, "a mapping"),
        ("x" * 99, "'" + "x" * 77 + "...'"),
    ],
)
def test_values_in_a_sentence(value: Any, text: str) -> None:
    assert show(value) == text


def test_secrets_are_not_shown() -> None:
    value, _ = Resolver({"A": "hidden"}).resolve("a${secret:A}")
    assert show(value) == "the value of a${secret:A}"


def test_sentences() -> None:
    def said(error: Wrong) -> str:
        return error.mistakes[0].message

    assert said(wrong("x", "one of: a, b")) == "'x' is not accepted: one of: a, b"
    assert said(kind([], "a text")) == "a text is expected, not a list"
