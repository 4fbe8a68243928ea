"""One Jinja environment for one mode of printing, over the template files of a project."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from jinja2 import BaseLoader, Environment, TemplateNotFound, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from router.errors import ExpressionError
from router.ports import Content
from transforms.expressions.parse import ExactEnvironment
from transforms.filters import FILTERS, xpath, xpath_all
from transforms.filters.texts import json
from transforms.jinja.budget import turn
from transforms.jinja.missing import Missing
from transforms.jinja.operators import TESTS, may_be_called, named, operators
from transforms.jinja.printing import Mode, mode_of, printer
from transforms.jinja.rewrite import Strict

FOLDER = "transforms/templates/"


class FileLoader(BaseLoader):
    """Templates by their name in the project's folder of templates, of one mode only: a part that prints otherwise
    than the whole would be escaped wrongly."""

    def __init__(self, content: Content | None, mode: str) -> None:
        self.content = content
        self.mode = mode

    def get_source(self, environment: Environment, template: str) -> tuple[str, str | None, Callable[[], bool] | None]:
        if self.content is None or mode_of(template) != self.mode:
            raise TemplateNotFound(template)
        try:
            text = self.content.text(FOLDER + template)
        except KeyError:
            raise TemplateNotFound(template) from None
        return text.removeprefix("\ufeff"), template, lambda: True


class Unfolded(CodeGenerator):
    """Works out nothing while it compiles, so that all that is printed is counted."""

    def _output_child_to_const(self, node: nodes.Expr, frame: Frame, finalize: CodeGenerator._FinalizeInfo) -> str:
        if not isinstance(node, nodes.TemplateData):
            raise nodes.Impossible
        return super()._output_child_to_const(node, frame, finalize)


class StrictEnvironment(ExactEnvironment, ImmutableSandboxedEnvironment):
    """Jinja with the operators, paths and filters of expressions, and nothing else."""

    code_generator_class = Unfolded

    def __init__(self, mode: Mode, content: Content | None, prefixes: Mapping[str, str]) -> None:
        super().__init__(loader=FileLoader(content, mode.name), autoescape=mode.marks, undefined=Missing,
                         optimized=False, cache_size=-1, auto_reload=False)  # fmt: skip
        self.globals = {}
        self.tests = dict(TESTS)
        self.filters = {**{name: named(function) for name, function in FILTERS.items()}, **operators(printer(mode))}
        if mode.name == "json":
            self.filters["json"] = named(lambda value: Markup(json(value)))
        if prefixes:
            self.filters["xpath"] = named(lambda value, path: xpath(value, path, prefixes))
            self.filters["xpath_all"] = named(lambda value, path: xpath_all(value, path, prefixes))

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree: nodes.Template = Strict(name).visit(super()._parse(source, name, filename))
        return tree

    def call(self, context: Context, callee: Any, /, *arguments: Any, **named_arguments: Any) -> Any:
        if isinstance(callee, Missing):
            callee.fail()
        if not may_be_called(callee):
            raise ExpressionError("only macros and blocks can be called; use a filter")
        turn(1)
        return super().call(context, callee, *arguments, **named_arguments)

    def is_safe_callable(self, obj: Any) -> bool:
        return may_be_called(obj)
