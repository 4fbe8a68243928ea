"""What can be read and means nothing: unknown names, filters, tests and calls, with what to write instead."""

from __future__ import annotations

import pytest

from router.errors import ExpressionSyntaxError
from transforms.expressions import compile_expression

NO_CALL = "nothing can be called in an expression"
ONE_DEFAULT = ("the filter 'default' takes one value, which stands for what is undefined: write"
               " `'a' if (body.x | default('')) == '' else body.x` where it may be empty")  # fmt: skip
HYPHEN = "`-` is no part of a name: write {} for a field with a hyphen; with blanks around it, `-` subtracts"


@pytest.mark.parametrize(
    ("text", "column", "reason"),
    [
        ("boddy.qty", 1, "unknown name 'boddy': did you mean 'body'?"),
        ("1 + lin.qty", 5, "unknown name 'lin': did you mean 'line'?"),
        ("1 + qty", 5, "unknown name 'qty'; an expression sees body, headers, message, file, record, line; "
                       "a field is body.qty"),
        ("body.x == null", 11, "unknown name 'null': write `none`, as in `body.x is none`"),
        ("body.name | uper", 13, "unknown filter 'uper': did you mean 'upper'?"),
        ("body.name | strip", 13, "unknown filter 'strip': did you mean 'trim'?"),
        ("body.x is null", 8, "unknown test 'is null': write `body.x is none`, or `body.x is not none`"),
        ("body.x is empty", 8, "unknown test 'is empty': write `body.x == ''`"),
        ("body.x is odd", 8, "unknown test 'is odd'; there are `is defined` and `is none`"),
        ("body.name.upper()", 11, f"{NO_CALL}: write `body.name | upper`"),
        ("body.name.replace('a', 'b')", 11, f"{NO_CALL}: write `body.name | replace('a', 'b')`"),
        ("1 + len(body.lines)", 5, f"{NO_CALL}: write `body.lines | length`"),
        ("now()", 1, f"{NO_CALL}, and there is no clock: message.received_at is the time"),
        ("body.name.startswith('A')", 11, f"{NO_CALL}; use a filter, as in `body.x | upper`"),
        ("upper()", 1, f"{NO_CALL}; use a filter, as in `body.x | upper`"),
        ("body.a-b", 6, HYPHEN.format("body['a-b']")),
        ("1 + body.x.a-b-c", 12, HYPHEN.format("body.x['a-b-c']")),
        ("body.x * body.a-b + 1", 15, HYPHEN.format("body['a-b']")),
        ("headers.content-type == 'x'", 9, HYPHEN.format("headers['content-type']")),
        ("2 + (1 if body.ok)", 6, "`a if condition` needs an `else`: write what it is otherwise; `else none` for null"),
        ("body.lines[]", 11, "in the brackets stands one name or one position, as in body['x'] or body.lines[0]"),
        ("body.lines[1:]", 11, "slices are not possible in an expression; use `first`, `last` or a filter"),
        ("1.5.2", 4, "1.5 has no fields: a field is written body.NAME"),
        ("message.clock", 9, "message has no field 'clock'; it has id, route, received_at, source, params, client"),
        ("body.x | text(places=2)", 10, "the filter 'text' takes plain arguments only, without names"),
        ("body.x | text(1, 2)", 10, "the filter 'text' takes ([places]), not 2 arguments: write `| text([places])`,"
         " where what stands in [ ] may be left out"),
        ("body.x | upper(1)", 10, "the filter 'upper' takes nothing, not 1 arguments: write `| upper`"),
        ("body.x | default('x', true)", 10, ONE_DEFAULT),
        ("1 + (body.x | d('x', false))", 15, ONE_DEFAULT),
        ("body.x | xpath", 10, "the filter 'xpath' takes (path), not 0 arguments: write `| xpath(path)`"),
    ],
)  # fmt: skip
def test_it_says_where_and_what_to_write(text: str, column: int, reason: str) -> None:
    with pytest.raises(ExpressionSyntaxError) as found:
        compile_expression(text, ("line",))
    assert (found.value.column, found.value.reason) == (column, reason)


def test_an_unknown_filter_without_a_near_one_lists_them_all() -> None:
    with pytest.raises(ExpressionSyntaxError, match=r"unknown filter 'xyz'; there are abs, date, .*, xpath_all$"):
        compile_expression("body.name | xyz")


@pytest.mark.parametrize("text", ["body.a-1", "body.a - body.b", "body.a-body.b", "body.a-line", "body['a-b']"])
def test_a_subtraction_stays_one(text: str) -> None:
    compile_expression(text, ("line",))
