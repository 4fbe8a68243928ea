"""`map: NAME` or `map: {fields: …}`: the body becomes a new object, built field by field."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from ruamel.yaml.constructor import SafeConstructor
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, ScalarNode

from router.config.located import MOST_REPEATED
from router.config.yaml import nodes_of, read_values
from router.errors import ExpressionError
from router.message import Message
from router.ports import Content
from router.registry import ContentError
from transforms.content_yaml import as_content_error, located
from transforms.map_writer import MapSyntaxError, Seen
from transforms.maps import compile_map
from transforms.steps.stage import failed

FOLDER = "transforms/maps/"


class Map:
    verb = "map"

    def __init__(self, value: str | Mapping[str, Any], content: Content) -> None:
        self.file = f"{FOLDER}{value}.yaml" if isinstance(value, str) else ""
        if isinstance(value, str):
            self.rule = f"map: {value}"
            self._map = load_map(value, content)
        else:
            self.rule = "map: {fields: …}"
            self._map = compile_map(value, "map")

    def watched(self, seen: Seen) -> Callable[[Message], Any]:
        """For whoever counts what tests reach."""
        return self._map.watched(seen)  # type: ignore[no-any-return]

    def points(self) -> tuple[str, ...]:
        return self._map.points()  # type: ignore[no-any-return]

    @property
    def spec(self) -> Mapping[str, Any]:
        """What is written: `fields`, perhaps `keep`."""
        return self._map.spec  # type: ignore[no-any-return]

    @property
    def quick(self) -> Callable[[Message], Any]:
        """The new body alone, for records by the thousand; raises anything where `apply` has to be asked."""
        return self._map.quick  # type: ignore[no-any-return]

    def apply(self, message: Message) -> Message:
        try:
            return message.with_body(self._map(message))
        except ExpressionError as error:
            raise failed("map", error) from None


class ExactConstructor(SafeConstructor):
    """Reads a number with a point as a Decimal, digit for digit."""

    def construct_yaml_float(self, node: Any) -> Any:
        text = str(self.construct_scalar(node)).replace("_", "")
        try:
            return Decimal(text)
        except ArithmeticError:
            return super().construct_yaml_float(node)


ExactConstructor.add_constructor("tag:yaml.org,2002:float", ExactConstructor.construct_yaml_float)


def load_map(name: str, content: Content) -> Any:
    """The compiled map of that name. Raises ContentError with the line and column of the mistake."""
    path = f"{FOLDER}{name}.yaml"
    try:
        text = content.text(path).removeprefix("\ufeff")
    except KeyError:
        raise ContentError(f"there is no map {path}", path) from None
    try:
        spec = read_values(text, ExactConstructor)
    except (YAMLError, ValueError, RecursionError) as error:
        problems = located(content.bytes(path), path).problems
        raise as_content_error(problems, path) if problems else ContentError(f"not YAML: {error}", path) from None
    if not isinstance(spec, Mapping):
        raise ContentError("a map is an object with `fields`", path, 1, 1, "begin the file with 'fields:'")
    if multiplied(spec):
        raise ContentError("the map is too large once its aliases are followed", path, 1, 1, "use fewer aliases of aliases")
    try:
        return compile_map(spec, name)
    except MapSyntaxError as error:
        places = [(one, position(text, one.path, one.key, one.at)) for one in (error, *error.others)]
        first, *others = (ContentError(one.reason, path, *place) for one, place in places)
        first.others = others
        raise first from None


def multiplied(spec: Any) -> bool:
    """Whether aliases of aliases make a small file enormous."""
    waiting, seen, repeated = [spec], set[int](), 0
    while waiting and repeated <= MOST_REPEATED:
        one = waiting.pop()
        if isinstance(one, Mapping | list):
            repeated += id(one) in seen
            seen.add(id(one))
            waiting.extend(one.values() if isinstance(one, Mapping) else one)
    return repeated > MOST_REPEATED


def position(text: str, path: str, key: str = "", at: str = "value") -> tuple[int, int]:
    """Line and column of a field of a map by its path (`lines[N].amount`), as near as it can be found; of one of the
    keys there, or of its value, where there is one. What is missing is at the key of what should hold it."""
    node = nodes_of(text)
    names = ["fields", *filter(None, path.replace("[", ".[").split("."))] if path != "keep" else ["keep"]
    names = names if path or not key else []
    holder = None if names else node
    for name in names:
        inner = below(node, name)
        if inner is None:
            break
        holder = key_of(node, name) or holder
        node = inner
    if key and at != "missing":
        node = (key_of(node, key) if at == "key" else below(node, key)) or node
    elif at == "missing":
        node = holder or node
    return node.start_mark.line + 1, node.start_mark.column + 1


def key_of(node: Any, name: str) -> Any:
    """The key of that name, as it stands in a mapping or in what its directive holds."""
    if not isinstance(node, MappingNode):
        return None
    for key, _ in node.value:
        if key.value == name:
            return key
    return next((key_of(value, name) for key, value in node.value if key.value in ("fields", "value")), None)


def below(node: Any, name: str) -> Any:
    """The node that a step of a path leads to: a field, an element, or what a directive holds."""
    if isinstance(node, ScalarNode):
        return None
    if not isinstance(node.value, list) or not node.value:
        return None
    if isinstance(node.value[0], tuple):
        return below_object({key.value: value for key, value in node.value}, name)
    index = name[1:-1]
    return node.value[int(index)] if index.isdigit() and int(index) < len(node.value) else None


def below_object(inside: dict[Any, Any], name: str) -> Any:
    if name in inside:
        return inside[name]
    if name.startswith("["):
        return inside.get("fields", inside.get("value"))
    held = inside.get("fields", inside.get("value"))
    return below(held, name) if held is not None else None


def map(value: str | Mapping[str, Any], content: Content) -> Map:
    """The factory."""
    return Map(value, content)
