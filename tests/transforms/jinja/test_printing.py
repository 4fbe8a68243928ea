from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from markupsafe import Markup

from router.errors import ExpressionError
from transforms.jinja.printing import MODES, mode_of, printer


@pytest.mark.parametrize(
    ("mode", "value", "text"),
    [
        ("text", Decimal("1E+2"), "100"),
        ("text", dt.date(2026, 1, 31), "2026-01-31"),
        ("text", "<", "<"),
        ("xml", "<&\"'", "&lt;&amp;&#34;&#39;"),
        ("html", "<", "&lt;"),
        ("json", 'a"', '"a\\""'),
        ("json", [1, None], "[1,null]"),
        ("json", Decimal("1.10"), "1.10"),
        ("path", "a b/ü?", "a%20b%2F%C3%BC%3F"),
        ("path", 5, "5"),
    ],
)
def test_prints(mode: str, value: Any, text: str) -> None:
    assert printer(MODES[mode])(value, "body.x") == text


@pytest.mark.parametrize("mode", ["xml", "html", "json", "path"])
def test_what_was_printed_is_not_printed_again(mode: str) -> None:
    once = printer(MODES[mode])("a<b", "x")
    assert type(once) is Markup
    assert printer(MODES[mode])(once, "x") == once


@pytest.mark.parametrize("mode", ["text", "xml", "html", "path"])
def test_null_has_no_text(mode: str) -> None:
    with pytest.raises(ExpressionError, match=r"^body.x is null$"):
        printer(MODES[mode])(None, "body.x")


@pytest.mark.parametrize(
    ("name", "mode"),
    [
        ("a.xml.j2", "xml"),
        ("a.json.j2", "json"),
        ("a.html.j2", "html"),
        ("a.j2", "text"),
        ("xml.j2", "text"),
        ("a.csv.j2", "text"),
    ],
)
def test_the_suffix_is_the_mode(name: str, mode: str) -> None:
    assert mode_of(name) == mode
