"""`python: module.function`: a function of the project makes what no other step can.

It gets a `Given` and gives it back, changed or not. What it does must depend on nothing else: it runs again at each
attempt and after each crash, and must come to the same result.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any

from router.errors import MessageError
from router.message import Envelope, File, Message
from router.ports import Content
from router.registry import ContentError
from transforms.filters.values import kind
from transforms.modules import ModuleLoader, line_of
from transforms.steps.set import header
from transforms.steps.validate import same

FOLDER = "transforms/python/"


class Given:
    """A message as a function sees it. `body` and `headers` are its own: they may be changed in place, or replaced."""

    __slots__ = ("_envelope", "_record", "body", "headers")

    def __init__(self, message: Message) -> None:
        self.body = deepcopy(message.body)
        self.headers = dict(message.headers)
        self._envelope: Envelope = message.envelope
        self._record = message.record

    @property
    def id(self) -> str:
        return self._envelope.id

    @property
    def route(self) -> str:
        return self._envelope.route

    @property
    def source(self) -> str:
        return self._envelope.source

    @property
    def client(self) -> str | None:
        return self._envelope.client

    @property
    def received_at(self) -> Any:
        """When it came in: the time that a function may use, since it stays the same."""
        return self._envelope.received_at

    @property
    def params(self) -> Mapping[str, str]:
        return dict(self._envelope.params)

    @property
    def file(self) -> File | None:
        return self._envelope.file

    @property
    def record(self) -> int:
        """The record's number, from 1; 0 for a message that was not split."""
        return self._record


class Python:
    verb = "python"

    def __init__(self, value: str | Mapping[str, Any], content: Content) -> None:
        self._name = value if isinstance(value, str) else str(value["call"])
        self.rule = f"python: {self._name}"
        self._call, self._path = load(self._name, content)

    def apply(self, message: Message) -> Message:
        given = Given(message)
        try:
            result = self._call(given)
        except MemoryError:
            raise
        except (Exception, SystemExit) as error:
            raise self._failed(error) from error
        if not isinstance(result, Given):
            what = "nothing; let it end with `return message`" if result is None else f"{kind(result)}, not the message"
            raise MessageError("python", "type", f"{self._name} gave {what}")
        try:
            headers = {str(name).lower(): header(str(name), value) for name, value in result.headers.items()}
        except MessageError as error:
            raise MessageError("python", error.error, error.reason) from None
        made = message if same(result.body, message.body) else message.with_body(result.body)
        return made if headers == message.headers else made.with_headers(headers)

    def _failed(self, error: BaseException) -> MessageError:
        line = line_of(error, self._path)
        place = f"{self._path}, line {line}" if line else self._path
        return MessageError("python", "exception", f"{place}: {type(error).__name__}: {error}".removesuffix(": "))


def load(name: str, content: Content) -> tuple[Callable[[Given], Any], str]:
    """The function `module.function` and its file. Raises ContentError."""
    module, _, wanted = name.rpartition(".")
    path = f"{FOLDER}{module.replace('.', '/')}.py"
    inside = vars(ModuleLoader(content, FOLDER).load(module))
    call = inside.get(wanted)
    if call is None:
        names = sorted(n for n, v in inside.items() if inspect.isfunction(v) and v.__code__.co_filename == path)
        raise ContentError(f"there is no function {wanted}; the file has {', '.join(names) or 'none'}", path)
    if not callable(call):
        raise ContentError(f"{wanted} is no function", path)
    line = getattr(getattr(call, "__code__", None), "co_firstlineno", 0)
    if inspect.iscoroutinefunction(call) or inspect.isgeneratorfunction(call):
        raise ContentError(f"{wanted} must be a plain function: def {wanted}(message)", path, line, 1)
    try:
        inspect.signature(call).bind(None)
    except TypeError:
        raise ContentError(f"{wanted} must take one argument: def {wanted}(message)", path, line, 1) from None
    except ValueError:
        pass  # of a builtin, which says nothing of its arguments
    return call, path


def python(value: str | Mapping[str, Any], content: Content) -> Python:
    """The factory."""
    return Python(value, content)
