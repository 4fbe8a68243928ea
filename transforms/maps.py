"""Maps: `transforms/maps/NAME.yaml` compiled to one Python function that builds a new object."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from router.errors import ExpressionError, ExpressionSyntaxError, TooLong
from router.message import Message
from transforms.expressions.compile import TOO_DEEP
from transforms.filters.xml import NAMESPACES
from transforms.map_writer import MapSyntaxError, Seen, Writer


class CompiledMap:
    """`map(message) -> object`. Raises ExpressionError that names the field."""

    def __init__(self, spec: Mapping[str, Any], name: str = "map") -> None:
        mistakes = list(around(spec))
        self.name, self.spec = name, spec
        self._namespaces = NAMESPACES.get()
        writer = Writer(False)
        self.quick: Callable[[Message], Any] = writer.function(spec, mistakes)
        """For the usual case: raises anything where the map has to be looked at again."""
        self._careful = Writer(True).function(spec)

    def watched(self, seen: Seen) -> Callable[[Message], Any]:
        """The same map, which tells `seen` of its conditions. It knows the prefixes that the map was compiled with."""
        token = NAMESPACES.set(self._namespaces)
        try:
            return Writer(False, seen).function(self.spec)
        finally:
            NAMESPACES.reset(token)

    def points(self) -> tuple[str, ...]:
        """The conditions that `seen` may be told of."""
        writer = Writer(False, lambda path, value: value)
        writer.function(self.spec)
        return tuple(dict.fromkeys(writer.points))

    def __call__(self, message: Message) -> Any:
        try:
            return self.quick(message)
        except (MemoryError, TooLong):
            raise
        except Exception:
            return self._explain(message)

    def _explain(self, message: Message) -> Any:
        """The same again, slowly: it knows which field it is at."""
        at = [""]
        try:
            return self._careful(message, at)
        except ExpressionError as error:
            raise ExpressionError(f"field {at[0]}: {error.reason}" if at[0] else error.reason, error.error) from None
        except MemoryError:
            raise
        except Exception as error:
            raise ExpressionError(f"field {at[0]}: {str(error) or type(error).__name__}", "value") from error


def around(spec: Mapping[str, Any]) -> Iterator[MapSyntaxError]:
    """What is wrong beside the fields."""
    for key in sorted(map(str, set(spec) - {"about", "fields", "keep"})):
        yield MapSyntaxError(f"unknown key '{key}'; a map has about, fields and keep", "", key=key, at="key")
    if not isinstance(spec.get("fields"), Mapping):
        at = "value" if "fields" in spec else "missing"
        yield MapSyntaxError("a map needs `fields`, an object: write fields: {name: body.x}", "", key="fields", at=at)
    if spec.get("keep") not in (None, "all"):
        yield MapSyntaxError(f"keep is `all` or left out, not {spec['keep']!r}; write keep: all", "keep")


def compile_map(spec: Mapping[str, Any], name: str = "map") -> CompiledMap:
    """Raises MapSyntaxError, whose `path` is the field."""
    try:
        return CompiledMap(spec, name)
    except RecursionError:
        raise MapSyntaxError(TOO_DEEP, "") from None
    except MapSyntaxError:
        raise
    except ExpressionSyntaxError as error:
        raise MapSyntaxError(error.reason, "") from None


__all__ = ["CompiledMap", "MapSyntaxError", "compile_map"]
