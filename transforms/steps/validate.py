"""`validate: module.Schema`: the body must be as a marshmallow schema says, and becomes what the schema loads."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from marshmallow import ValidationError

from router.errors import MessageError, TooLong
from router.message import Message
from router.ports import Content
from transforms.filters.values import kind
from transforms.modules import is_signal
from transforms.validation.mistakes import invalid
from transforms.validation.quick import DOUBT, quick_way
from transforms.validation.schema import FOLDER, has_hooks, load_schema


class Validate:
    verb = "validate"

    def __init__(self, value: str | Mapping[str, Any], content: Content) -> None:
        options: Mapping[str, Any] = {"schema": value} if isinstance(value, str) else value
        self.rule = f"validate: {options['schema']}"
        self.schema = load_schema(options["schema"], options.get("unknown"), content)
        self._copies = has_hooks(self.schema)
        self._quick = quick_way(self.schema)

    def apply(self, message: Message) -> Message:
        body = message.body
        if not isinstance(body, dict):
            raise MessageError("validate", "invalid", f"the body is {kind(body)}, not an object")
        loaded = self._quickly(body)
        if loaded is DOUBT:
            loaded = self._load(deepcopy(body) if self._copies else body)
        return message if loaded is body or same(loaded, body) else message.with_body(loaded)

    def _quickly(self, body: dict[str, Any]) -> Any:
        try:
            return DOUBT if self._quick is None else self._quick(body)
        except RecursionError:
            return DOUBT

    def _load(self, body: dict[str, Any]) -> Any:
        try:
            return self.schema.load(body)
        except ValidationError as error:
            raise invalid(error.messages, self.schema, body) from None
        except RecursionError:
            raise MessageError("validate", "invalid", "the body is nested too deeply") from None
        except (MemoryError, TooLong):
            raise
        except BaseException as error:
            if is_signal(error, FOLDER):
                raise
            reason = f"the schema failed with {type(error).__name__}: {error}; correct its validator or the value"
            raise MessageError("validate", "invalid", reason) from error


def same(one: Any, other: Any) -> bool:
    """Equal in value and in type, all the way down: 1 is not 1.0 and not true."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return len(one) == len(other) and all(key in other and same(inner, other[key]) for key, inner in one.items())
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    return str(one) == str(other) if hasattr(one, "as_tuple") else bool(one == other)


def validate(value: str | Mapping[str, Any], content: Content) -> Validate:
    """The factory."""
    return Validate(value, content)
