"""`python: module.function`: a function of the project makes what no other step can.

It gets a `Given` and gives it back, changed or not. What it does must depend on nothing else: it runs again at each
attempt and after each crash, and must come to the same result. Where it cannot, it says `pure: false`: what it made is
kept then, in the transaction that processes the message.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from typing import Any

from lxml import etree

from router.errors import MessageError, TooLong
from router.message import Message
from router.ports import Content
from router.registry import ContentError
from transforms import keeping
from transforms.depth import DEEPEST, deeper
from transforms.filters.values import kind
from transforms.given import Given
from transforms.modules import ModuleLoader, described, is_signal, place_of
from transforms.steps.set import header
from transforms.steps.validate import same

FOLDER = "transforms/python/"


HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
"""A token of RFC 9110, 5.6.2."""


class Python:
    verb = "python"

    def __init__(self, value: str | Mapping[str, Any], content: Content) -> None:
        self._name = value if isinstance(value, str) else str(value["call"])
        self.rule = f"python: {self._name}"
        self.impure = not isinstance(value, str) and value.get("pure") is False
        """Its result is kept when the message is processed, and it never runs again for it."""
        self._call, self._path = load(self._name, content)

    def apply(self, message: Message) -> Message:
        result = self._called(self._given(message))
        if not isinstance(result, Given):
            raise MessageError("python", "type", f"{self._name} gave {instead(result)}")
        headers, body = written(getattr(result, "headers", None)), getattr(result, "body", None)
        if deeper(body):
            reason = f"{self._name} left a body that is nested deeper than {DEEPEST} levels, or that holds itself"
            raise MessageError("python", "limit", reason)
        made = message if unchanged(message.body, body) else message.with_body(body)
        return made if headers == message.headers else made.with_headers(headers)

    def keep(self, message: Message) -> bytes:
        """What it made, written down. Raises MessageError."""
        try:
            return keeping.write(message)
        except MemoryError:
            raise
        except Exception as error:
            raise MessageError("python", "type", f"{self._name}: {error}") from error

    def kept(self, message: Message, data: bytes) -> Message:
        """What it made of this message before."""
        return keeping.read(message, data)

    def _given(self, message: Message) -> Given:
        try:
            return Given(message)
        except MemoryError:
            raise
        except Exception as error:  # of what another function left in the body
            reason = f"the body cannot be copied for {self._name}: {described(error)}"
            raise MessageError("python", "type", reason) from error

    def _called(self, given: Given) -> Any:
        try:
            return self._call(given)
        except MemoryError:
            raise
        except BaseException as error:  # a lane that one of them went through would be served again, for ever
            if is_signal(error, FOLDER):
                raise
            path, line = place_of(error, FOLDER)
            place = f"{path}, line {line}" if path else self._path
            if isinstance(error, TooLong):
                raise TooLong("python", f"{place}: {error.reason}") from None
            raise MessageError("python", "exception", f"{place}: {described(error)}") from error


def instead(result: Any) -> str:
    if result is None:
        return "nothing; let it end with `return message`"
    what = kind(result)
    return f"{'something ' if what.startswith('of ') else ''}{what}, not the message"


def written(headers: Any) -> dict[str, str]:
    """The headers that a function left. Raises MessageError."""
    if not isinstance(headers, Mapping):
        raise MessageError("python", "type", f"headers is {kind(headers)}, not headers")
    found: dict[str, str] = {}
    for name, value in headers.items():
        if not isinstance(name, str) or not HEADER_NAME.fullmatch(name):
            raise MessageError("python", "value", f"headers: {ascii(name)[:60]} is not the name of a header")
        try:
            found[name.lower()] = header(name, value)
        except MessageError as error:
            raise MessageError("python", error.error, error.reason) from None
    return found


def unchanged(before: Any, after: Any) -> bool:
    """Whether a body is still what came in; in doubt it is not."""
    try:
        if isinstance(before, etree._Element | etree._ElementTree):
            return type(after) is type(before) and etree.tostring(before) == etree.tostring(after)
        return same(before, after)
    except MemoryError:
        raise
    except Exception:
        return False


def load(name: str, content: Content) -> tuple[Callable[[Given], Any], str]:
    """The function `module.function` and its file. Raises ContentError."""
    module, _, wanted = name.rpartition(".")
    path = f"{FOLDER}{module.replace('.', '/')}.py"
    inside = vars(ModuleLoader(content, FOLDER).load(module))
    if wanted not in inside:
        names = sorted(n for n, v in inside.items() if inspect.isfunction(v) and v.__code__.co_filename == path)
        raise ContentError(f"there is no function {wanted}; the file has {', '.join(names) or 'none'}", path)
    call = inside[wanted]
    if not callable(call):
        raise ContentError(f"{wanted} is no function", path)
    check(call, wanted, path)
    return call, path


def check(call: Callable[..., Any], name: str, path: str) -> None:
    """Raises ContentError where it is defined, which may be another file of the project than `path`."""
    code = getattr(inspect.unwrap(call), "__code__", None)
    line = 0
    if code is not None and code.co_filename.startswith(FOLDER):
        path, line = code.co_filename, code.co_firstlineno
    if any(test(call) for test in (inspect.iscoroutinefunction, inspect.isgeneratorfunction, inspect.isasyncgenfunction)):
        raise ContentError(f"{name} must be a plain function: def {name}(message)", path, line, 1)
    try:
        inspect.signature(call).bind(None)
    except TypeError:
        raise ContentError(f"{name} must take one argument: def {name}(message)", path, line, 1) from None
    except ValueError:
        pass  # of a builtin, which says nothing of its arguments


def python(value: str | Mapping[str, Any], content: Content) -> Python:
    """The factory."""
    return Python(value, content)
