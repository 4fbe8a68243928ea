"""A name in a Python file that is not there, and the one that was meant."""

from __future__ import annotations

import builtins
import inspect
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from types import ModuleType
from typing import Any

from router.config.nearest import did_you_mean

KEYWORD = re.compile(r"(?:(\w+)\.)?(\w+)\(\) got an unexpected keyword argument '(\w+)'")
IMPORTED = re.compile(r"cannot import name '(\w+)' from '([\w.]+)'")


def misspelled(error: BaseException, names: Mapping[str, Any]) -> tuple[str, str]:
    """(the name that is not there, `did you mean …?`), each empty where it is not that; `names` are those of the module."""
    if isinstance(error, AttributeError) and error.name:
        return error.name, did_you_mean(error.name, public(dir(error.obj), error.name), False)
    if isinstance(error, NameError) and error.name:
        return error.name, did_you_mean(error.name, public((*names, *vars(builtins)), error.name), False)
    if isinstance(error, ImportError) and (found := IMPORTED.search(str(error))):
        return found[1], did_you_mean(found[1], public(dir(sys.modules.get(found[2])), found[1]), False)
    if isinstance(error, TypeError) and (found := KEYWORD.search(str(error))):
        taken = {one for call in called(names, found[1], found[2]) for one in parameters(call)}
        return found[3], did_you_mean(found[3], sorted(taken - {"self"}), False)
    return "", ""


def public(names: Iterable[str], word: str) -> list[str]:
    """Of two that differ by capitals, `Schema` and `schema`, the last one counts: that which begins as the word does."""
    found = {name for name in names if not name.startswith("_")}
    return sorted(found, key=lambda name: (name[:1].isupper() == word[:1].isupper(), name))


def called(names: Mapping[str, Any], owner: str | None, function: str) -> Iterator[Any]:
    """What may be meant by `Field.__init__` or `f`: of the module, of what it imported, and of the classes above those."""
    for value in list(names.values()):
        for one in (value, getattr(value, owner or function, None) if isinstance(value, ModuleType) else None):
            if owner is None and getattr(one, "__name__", "") == function:
                yield one
            elif isinstance(one, type):
                yield from (getattr(base, function, None) for base in one.__mro__ if base.__name__ == owner)


def parameters(call: Any) -> list[str]:
    try:
        return [one.name for one in inspect.signature(call).parameters.values() if one.kind is not one.VAR_KEYWORD]
    except (TypeError, ValueError):
        return []
