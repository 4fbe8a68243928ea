"""Expressions are parsed by Jinja's parser; numbers with a point stay exact."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import jinja2
from jinja2 import nodes
from jinja2.lexer import TokenStream

from router.errors import ExpressionSyntaxError
from transforms.expressions.runtime import DECIMAL_MARK


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


ENVIRONMENT = ExactEnvironment(autoescape=False)
assert DECIMAL_MARK == "\x00dec:"


def parse(text: str) -> nodes.Expr:
    """The expression's tree. Raises ExpressionSyntaxError."""
    if not text.strip():
        raise ExpressionSyntaxError("the expression is empty")
    if "{{" in text or "{%" in text:
        raise ExpressionSyntaxError("an expression stands without braces: write `body.x`, not `{{ body.x }}`",
                                    max(1, text.find("{") + 1))
    try:
        template = ENVIRONMENT.parse("{{ (" + text + "\n) }}")
    except (jinja2.TemplateSyntaxError, RecursionError) as error:
        raise ExpressionSyntaxError(_sentence(str(error), text), _column(text)) from None
    output = template.body[0] if len(template.body) == 1 else None
    if not isinstance(output, nodes.Output) or len(output.nodes) != 1:
        raise ExpressionSyntaxError("this is not one expression")
    return output.nodes[0]


def _column(text: str) -> int:
    """Where a sole `=`, `&&`, `||` or `!` stands: the commonest slips; else the start."""
    slip = re.search(r"(?<![=!<>])=(?!=)|&&|\|\||!(?!=)|\?", text)
    return slip.start() + 1 if slip else 1


def _sentence(message: str, text: str) -> str:
    slips = {"=": "compare with `==`", "&&": "write `and`", "||": "write `or`", "!": "write `not`",
             "?": "write `a if condition else b`"}  # fmt: skip
    slip = re.search(r"(?<![=!<>])(=)(?!=)|(&&)|(\|\|)|(!)(?!=)|(\?)", re.sub(r"'[^']*'|\"[^\"]*\"", "", text))
    if slip:
        return f"cannot read the expression: {slips[slip.group(0)]}"
    return f"cannot read the expression: {message}"
