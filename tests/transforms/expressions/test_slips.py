"""What an expression that cannot be read says: what is wrong, at which character, and what to write."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.errors import ExpressionSyntaxError
from transforms.expressions import compile_expression
from transforms.maps import MapSyntaxError, compile_map

OPERATOR = "an operator, such as `==`, `and` or `~`, is missing"
BRACES = "an expression stands without braces: write `body.x`, not `{{ body.x }}`"
QUOTE = "has no partner: a text is written 'so', or \"it's\""


def refused(text: str) -> tuple[int, str]:
    with pytest.raises(ExpressionSyntaxError) as found:
        compile_expression(text)
    return found.value.column, found.value.reason


@pytest.mark.parametrize(
    ("text", "column", "reason"),
    [
        ("body.qty +", 10, "the expression ends too early: a value is missing after `+`"),
        ("body.ok and", 9, "the expression ends too early: a value is missing after `and`"),
        ("body.x\n  ~ ", 10, "the expression ends too early: a value is missing after `~`"),
        ("1 if body.ok else", 14, "the expression ends too early: a value is missing after `else`"),
        ("body.", 5, "the expression ends too early: the name of a field is missing after `.`"),
        ("body.name |", 11, "the expression ends too early: the name of a filter is missing after `|`"),
        ("body.name is not", 14, "the expression ends too early: `defined` or `none` is missing after `not`"),
        ("(body.qty + 1", 1, "the `(` is never closed: a `)` is missing"),
        ("body.qty + 1)", 13, "the `)` closes nothing: remove it, or open a bracket in front of it"),
        ("body.lines[", 11, "the `[` is never closed: a `]` is missing"),
        ("(body.lines[0)", 14, "the `[` of character 12 is closed by `)`, not `]`"),
        ("body.a) ~ (body.b", 7, "the `)` closes nothing"),
        ("body.name | text(", 17, "the `(` is never closed"),
        ("body.name == 'x", 14, f"the quote ' {QUOTE}"),
        ("body.name == x'", 15, f"the quote ' {QUOTE}"),
        ('body.name == "x\'', 14, f'the quote " {QUOTE}'),
        ("body.name == 'it''s'", 18, 'a quote inside a text is not doubled: write "it\'s"'),
        ("body.name == “x”", 14, "`“` cannot stand here: put a text in plain quotes, 'like this'"),
        ("`x`", 1, "a backtick cannot stand here: put a text in plain quotes"),
        ("{{ body.x }}", 1, BRACES),
        ("body.a ~ {{ body.x }}", 10, BRACES),
        ("body.x }}", 8, BRACES),
        ("", 1, "the expression is empty: write a value, such as body.x or 'text'"),
        (" \n ", 1, "the expression is empty"),
    ],
)
def test_what_is_missing_or_too_much(text: str, column: int, reason: str) -> None:
    at, said = refused(text)
    assert at == column
    assert said.startswith(reason)


@pytest.mark.parametrize(
    ("text", "column", "reason"),
    [
        ("body.qty = 1", 10, "`=` cannot stand here: write `==` to compare"),
        ("'a=b' ~ body.x = 1", 16, "`=` cannot stand here: write `==` to compare"),
        ("body.qty === 1", 10, "`===` cannot stand here: write `==`"),
        ("body.qty !== 1", 10, "`!==` cannot stand here: write `!=`"),
        ("body.qty <> 1", 10, "`<>` cannot stand here: write `!=`"),
        ("body.qty => 1", 10, "`=>` cannot stand here: write `>=`"),
        ("body.a && body.b", 8, "`&&` cannot stand here: write `and`"),
        ("body.a || body.b", 8, "`||` cannot stand here: write `or`"),
        ("body.a or !body.b", 11, "`!` cannot stand here: write `not`"),
        ("body.ok ? 1 : 2", 9, "`?` cannot stand here: write `a if condition else b`"),
        ("body.x ?? 1", 8, "`??` cannot stand here: write `body.x | default(…)`"),
        ("body.qty += 1", 10, "`+=` cannot stand here: nothing can be changed in an expression"),
        ("body.qty++", 9, "`++` cannot stand here: nothing can be changed in an expression"),
        ("body.x;", 7, "`;` cannot stand here: an expression is one value; remove it"),
        ("$.x", 1, "`$` cannot stand here: a field is written body.NAME"),
        ("body.x AND body.y", 8, "`AND` means nothing here: write `and`"),
        ("if body.ok then 1 else 2", 1, "`if` stands behind a value: write `a if condition else b`"),
        ("lambda x: x", 1, "`lambda` means nothing here: there are values, operators and filters, no statements"),
        ("import os", 1, "`import` means nothing here"),
        ("[x for x in body.lines]", 4, "`for` means nothing here: there are no loops"),
        ("f'{body.x}'", 1, "`f` in front of a text means nothing here: join with `~`"),
        ("body.price * 1,19", 15, "a list stands in brackets, as in [1, 2]; a number has a point, as in 1.5"),
    ],
)
def test_words_and_signs_of_other_languages(text: str, column: int, reason: str) -> None:
    at, said = refused(text)
    assert at == column
    assert said.startswith(reason)


@pytest.mark.parametrize(
    ("text", "column", "reason"),
    [
        ("body.x body.y", 8, f"{OPERATOR} between `x` and `body`"),
        ("body.x 'a'", 8, f"{OPERATOR} between `x` and `'a'`"),
        ("1.5 'a'", 5, f"{OPERATOR} between `1.5` and `'a'`"),
        ("1.5 2.5", 5, f"{OPERATOR} between `1.5` and `2.5`"),
        ("{'a' body.x}", 6, "a `:` or an operator is missing between `'a'` and `body`"),
        ("body.x == == 1", 11, "a value is missing between `==` and `==`"),
        ("(body.x and) or body.y", 12, "a value is missing between `and` and `)`"),
        ("== 1", 1, "a value is missing in front of `==`"),
        ("and body.x", 1, "a value is missing in front of `and`"),
        ("body.x if else 2", 11, "a value is missing between `if` and `else`"),
        ("body..x", 5, "the name of a field is missing between `.` and `.`"),
        ("body.['x']", 5, "write body['x'], without the dot in front of the bracket"),
        ("body.@type", 6, "a field whose name has other signs than letters, digits and _ is written body['a-b']"),
        ("body.1x", 6, "a field whose name begins with a digit is written body['1x']"),
        ("body.x | 2", 10, "the name of a filter is missing between `|` and `2`"),
    ],
)
def test_what_stands_at_the_wrong_place(text: str, column: int, reason: str) -> None:
    assert refused(text) == (column, reason)


@pytest.mark.parametrize("text", ["'{{ x }}'", "'a = b && c'", '"it\'s"', "'it\\'s'", "{'a': {'b': 1}}", "(1, 2)", "[1, 2,]"])
def test_what_looks_like_a_slip_and_is_none(text: str) -> None:
    compile_expression(text)


@given(st.lists(st.sampled_from(
    ["body", ".", "x", "[", "]", "(", ")", "{", "}", "'", '"', "1", "2.5", "1e5", "+", "-", "==", "=", "and", "not",
     "if", "else", "is", "in", "|", "upper", "defined", " ", ",", ":", "~", "&&", "!", "?", "\\", "\n", "%", "#", "é"]
), max_size=9).map("".join))  # fmt: skip
def test_whatever_is_written_it_compiles_or_says_where(text: str) -> None:
    found = ExpressionSyntaxError("it compiles", 1)
    try:
        compile_expression(text)
    except ExpressionSyntaxError as error:
        found = error
    assert 1 <= found.column <= len(text) + 1


def test_a_map_says_the_character_and_the_text() -> None:
    with pytest.raises(MapSyntaxError) as found:
        compile_map({"fields": {"total": "body.qty +"}}, "m")
    assert found.value.reason == (
        "total: the expression ends too early: a value is missing after `+` (at character 10 of 'body.qty +')"
    )
