"""Expressions: Jinja's syntax, parsed by Jinja, compiled to Python; strict on undefined, null and unlike types."""

from transforms.expressions.compile import NAMESPACES, Expr, compile_condition, compile_expression
from transforms.expressions.names import scope

__all__ = ["NAMESPACES", "Expr", "compile_condition", "compile_expression", "scope"]
