"""What the operators, paths, loops and filters of a template mean: the strict ones of expressions.

A template's tree is rewritten so that each of them is a filter of these names; no author can write them, since they
have a blank inside.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from jinja2.environment import TemplateModule
from jinja2.runtime import BlockReference, LoopContext, Macro, TemplateReference
from markupsafe import Markup

from router.errors import ExpressionError
from transforms.expressions import arithmetic, runtime
from transforms.expressions.emit import constant
from transforms.jinja.budget import turn, write
from transforms.jinja.missing import Missing, deferring, missing

LOOP_FIELDS = frozenset({"index", "index0", "revindex", "revindex0", "first", "last", "length", "depth", "depth0",
                         "previtem", "nextitem", "cycle", "changed"})  # fmt: skip
RELATIONS = ("eq", "ne", "lt", "le", "gt", "ge", "contains")
CALCULATIONS = ("add", "sub", "mul", "div", "floordiv", "mod")


def bare(value: Any) -> Any:
    """Printed text (of a macro, a block) counts as text."""
    return str(value) if type(value) is Markup else value


def binary(function: Callable[..., Any]) -> Callable[..., Any]:
    return deferring(lambda a, b, left, right: function(bare(a), bare(b), left, right))


def excludes(a: Any, b: Any, left: str, right: str) -> bool:
    return not runtime.contains(a, b, left, right)


def reach(value: Any, key: Any, name: str, parent: str) -> Any:
    """A field of an object, an element of a list, or what Jinja's own `loop`, `self` and imports offer."""
    if isinstance(value, LoopContext):
        return getattr(value, key) if key in LOOP_FIELDS else missing(undefined(f"{name} is undefined"))
    if isinstance(value, TemplateReference):
        return block(value, key, name)
    if isinstance(value, TemplateModule):
        return exported(value, key, name)
    return runtime.get(value, key, name, parent)


def block(template: TemplateReference, key: Any, name: str) -> Any:
    """`self.NAME`: a block of this template."""
    try:
        return template[key]
    except KeyError:
        raise undefined(f"{name} is undefined: the template has no such block") from None


def exported(module: TemplateModule, key: Any, name: str) -> Any:
    found = vars(module).get(key)
    if not isinstance(key, str) or key.startswith("_") or found is None:
        raise undefined(f"{name} is undefined: the imported template has no such macro")
    return found


def undefined(reason: str) -> ExpressionError:
    return ExpressionError(reason, "undefined")


def fixed(text: str) -> str:
    write(len(text))
    return text


def truth(value: Any, name: str) -> bool:
    if type(value) is Missing:
        value.fail()
    return runtime.truth(value, name)


def each(value: Any, name: str) -> Any:
    """What a loop runs over: a list, or the names of an object's fields."""
    if type(value) is Missing:
        value.fail()
    items = list(value) if isinstance(value, Mapping) else runtime.each(value, name)
    turn(len(items))
    return items


def default(value: Any, other: Any = "") -> Any:
    return other if type(value) is Missing else value


def joining(printed: Callable[[Any, str], str]) -> Callable[..., Any]:
    """`~`. What a macro has printed stays as it is; what joins it is printed too."""

    def cat(*values: Any) -> Any:
        *parts, names = values
        if not any(type(part) is Markup for part in parts):
            return runtime.cat(*parts, names=names)
        texts = [str(p) if type(p) is Markup else str(printed(p, n)) for p, n in zip(parts, names, strict=True)]
        return Markup(runtime.limited("".join(texts)))

    return deferring(cat)


def named(function: Callable[..., Any]) -> Callable[..., Any]:
    """A filter, called with the words of its value behind it."""

    def call(value: Any, name: str, *arguments: Any) -> Any:
        return runtime.filtered(function, name, bare(value), *map(bare, arguments))

    return deferring(call)


def may_be_called(value: Any) -> bool:
    """Macros, blocks, `loop` itself, `loop.cycle` and `loop.changed`."""
    owner = getattr(value, "__self__", None)
    return isinstance(value, Macro | BlockReference | LoopContext) or isinstance(owner, LoopContext)


def operators(printed: Callable[[Any, str], str]) -> dict[str, Callable[..., Any]]:
    """All of them, by the name that the rewritten tree uses."""
    return {
        **{f"op {name}": binary(getattr(runtime, name)) for name in RELATIONS},
        **{f"op {name}": binary(getattr(arithmetic, name)) for name in CALCULATIONS},
        "op excludes": binary(excludes),
        "op neg": deferring(arithmetic.neg),
        "op cat": joining(printed),
        "op reach": deferring(reach),
        "op truth": truth,
        "op each": each,
        "op default": default,
        "op constant": constant,
        "op print": printed,
        "op fixed": fixed,
    }


TESTS: dict[str, Callable[[Any], bool]] = {
    "defined": lambda value: type(value) is not Missing,
    "undefined": lambda value: type(value) is Missing,
    "none": lambda value: value is None,
}
