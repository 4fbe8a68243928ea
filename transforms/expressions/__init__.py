"""Expressions: Jinja's syntax, parsed by Jinja, compiled to Python; strict on undefined, null and unlike types."""

from transforms.expressions.compile import Expr, compile_condition, compile_expression
from transforms.expressions.names import scope
from transforms.filters.xml import NAMESPACES

__all__ = ["NAMESPACES", "Expr", "compile_condition", "compile_expression", "scope"]
