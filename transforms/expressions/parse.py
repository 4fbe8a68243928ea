"""Expressions are parsed by Jinja's parser; numbers with a point stay exact."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import jinja2
from jinja2 import nodes
from jinja2.lexer import TokenStream

from router.errors import ExpressionSyntaxError
from transforms.expressions.runtime import DECIMAL_MARK
from transforms.expressions.slips import check_pairs, explain


class ExactEnvironment(jinja2.Environment):
    """A Jinja environment whose lexer marks `0.10` as a Decimal instead of making it a float."""

    def _tokenize(
        self, source: str, name: str | None, filename: str | None = None, state: str | None = None
    ) -> TokenStream:
        raw = self.lexer.tokeniter(self.preprocess(source, name, filename), name, filename, state)
        return TokenStream(self.lexer.wrap(self._exact(raw), name, filename), name, filename)

    @staticmethod
    def _exact(raw: Any) -> Iterator[tuple[int, str, str]]:
        for line, token, value in raw:
            if token == "float":
                yield line, "string", f"'\\x00dec:{value.replace('_', '')}'"
            else:
                yield line, token, value


class ColumnEnvironment(ExactEnvironment):
    """Of an expression there is nothing to say about lines: `lineno` of its nodes and errors is the character where
    their token starts, counted from 1."""

    @staticmethod
    def _exact(raw: Any) -> Iterator[tuple[int, str, str]]:
        return ExactEnvironment._exact(at_columns(raw))


def at_columns(raw: Any) -> Iterator[tuple[int, str, str]]:
    column = 1 - len(BEFORE)
    for _, token, value in raw:
        yield column, token, value
        column += len(value)


BEFORE, BEHIND = "{{ (", "\n) }}"
"""What makes a template of an expression."""
ENVIRONMENT = ColumnEnvironment(autoescape=False)
assert DECIMAL_MARK == "\x00dec:"


@lru_cache(maxsize=8192)
def parse(text: str) -> nodes.Expr:
    """The expression's tree, whose nodes have the character where they start as `lineno`. Raises
    ExpressionSyntaxError."""
    if not text.strip():
        raise ExpressionSyntaxError("the expression is empty: write a value, such as body.x or 'text'", 1)
    check_pairs(text)
    try:
        template = ENVIRONMENT._parse(BEFORE + text + BEHIND, None, None)
    except RecursionError:
        raise ExpressionSyntaxError("the expression is nested too deeply: compute a part of it in a step", 1) from None
    except jinja2.TemplateSyntaxError as error:
        message = error.message or ""
        raise explain(text, column(error.lineno, message), message) from None
    except ValueError:
        raise ExpressionSyntaxError("a number in the expression is too long") from None
    output = template.body[0] if len(template.body) == 1 else None
    if not isinstance(output, nodes.Output) or len(output.nodes) != 1:
        raise ExpressionSyntaxError("this is not one expression", 1)
    return output.nodes[0]


def column(lineno: int, message: str) -> int:
    """Where the parser stopped. Of a sign that is none of Jinja's, its lexer says the place in the whole text."""
    at = re.search(r" at (\d+)$", message)
    return int(at[1]) + 1 - len(BEFORE) if at else lineno
